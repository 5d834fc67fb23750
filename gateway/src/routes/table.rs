//! A router in the making: each route is timed under its own name, and stands on the listener's first page.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::Html;
use axum::routing::{MethodFilter, on};

use super::home;
use crate::context::Context;
use crate::metrics::{Metrics, observe};
use crate::ports::Ports;
use crate::problem::{Code, Problem};

/// Routes, and the metrics that time them.
pub(crate) struct Table<P> {
    router: Router<Context<P>>,
    metrics: Metrics,
    /// The routes that are here, in order: method and path.
    routes: Vec<(&'static str, &'static str)>,
    /// Where those answer that are added from now on, if not here.
    elsewhere: Option<&'static str>,
}

impl<P: Ports> Table<P> {
    pub(crate) fn new(metrics: Metrics) -> Table<P> {
        Table { router: Router::new(), metrics, routes: Vec::new(), elsewhere: None }
    }

    /// The same, with all that is added from now on answering elsewhere: whoever asks for it here is told where.
    pub(crate) fn elsewhere(self, place: &'static str) -> Table<P> {
        Table { elsewhere: Some(place), ..self }
    }

    /// Adds a route.
    pub(crate) fn on<H, T>(mut self, method: Method, path: &'static str, handler: H) -> Table<P>
    where
        H: Handler<T, Context<P>>,
        T: 'static,
    {
        let (filter, name) = filter(&method);
        if let Some(place) = self.elsewhere {
            let route = on(filter, async move || Problem::new(Code::NotFound, place));
            return Table { router: self.router.route(path, route), ..self };
        }
        self.routes.push((name, path));
        let series = self.metrics.route(name, path);
        let route = on(filter, handler).route_layer(from_fn_with_state(series, observe));
        Table { router: self.router.route(path, route), ..self }
    }

    /// The router, with a first page, and answers for what it has no route for.
    pub(crate) fn into_router(self, context: Context<P>) -> Router {
        let home = home::page(&self.routes);
        let route = on(MethodFilter::GET, async move || Html(home));
        let router = self.router.route("/", route);
        router.method_not_allowed_fallback(wrong_method).fallback(no_route).with_state(context)
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
