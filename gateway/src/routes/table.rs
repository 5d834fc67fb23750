//! A router in the making: each route is timed under its own name.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};

use crate::context::Context;
use crate::metrics::{Metrics, observe};
use crate::ports::Ports;
use crate::problem::Problem;

/// Routes, and the metrics that time them.
pub(crate) struct Table<P> {
    router: Router<Context<P>>,
    metrics: Metrics,
}

impl<P: Ports> Table<P> {
    pub(crate) fn new(metrics: Metrics) -> Table<P> {
        Table { router: Router::new(), metrics }
    }

    /// Adds a route.
    pub(crate) fn on<H, T>(self, method: Method, path: &'static str, handler: H) -> Table<P>
    where
        H: Handler<T, Context<P>>,
        T: 'static,
    {
        let (filter, name) = filter(&method);
        let series = self.metrics.route(name, path);
        let route = on(filter, handler).route_layer(from_fn_with_state(series, observe));
        Table { router: self.router.route(path, route), metrics: self.metrics }
    }

    /// The router, with answers for what it has no route for.
    pub(crate) fn into_router(self, context: Context<P>) -> Router {
        self.router.method_not_allowed_fallback(wrong_method).fallback(no_route).with_state(context)
    }
}

/// The methods that the contract uses.
fn filter(method: &Method) -> (MethodFilter, &'static str) {
    match *method {
        Method::POST => (MethodFilter::POST, "POST"),
        Method::PUT => (MethodFilter::PUT, "PUT"),
        Method::DELETE => (MethodFilter::DELETE, "DELETE"),
        _ => (MethodFilter::GET, "GET"),
    }
}

async fn wrong_method(request: Request) -> Problem {
    Problem::invalid(format!("this path does not take the method {}", request.method()))
        .status(StatusCode::METHOD_NOT_ALLOWED)
}

async fn no_route() -> Problem {
    Problem::not_found()
}
