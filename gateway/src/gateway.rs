//! The gateway: the ports tied to routes.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::registry::Registry;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::config::{Config, Operators, Serving};
use crate::context::{Context, Shared};
use crate::drain::Drain;
use crate::identity::Identity;
use crate::metrics::Metrics;
use crate::port::{Lists, Operations, Payments, Sale};
use crate::ports::House;
use crate::routes::{Audience, EVENTS_AT_ONCE, router};

/// The HTTP face of a node.
pub struct Gateway<S, L, O, P> {
    context: Context<House<S, L, O, P>>,
    operators: Operators,
    in_flight_max: usize,
    serving: Serving,
}

impl<S: Sale, L: Lists, O: Operations, P: Payments> Gateway<S, L, O, P> {
    /// Makes a gateway and registers its metrics. `/metrics` writes all that is in the registry by then, so others can
    /// register theirs before or after.
    pub fn new(
        config: Config,
        house: House<S, L, O, P>,
        registry: Arc<Mutex<Registry>>,
    ) -> Gateway<S, L, O, P> {
        let metrics = Metrics::register(&mut registry.lock().unwrap_or_else(PoisonError::into_inner));
        let context = Context::new(Shared {
            ports: house,
            identity: Identity::new(config.buyers, config.tokens),
            metrics,
            registry,
            drain: Drain::default(),
            request_deadline: config.request_deadline,
            body_bytes_max: config.body_bytes_max,
            events_at_once: Semaphore::new(EVENTS_AT_ONCE),
        });
        let Config { operators, in_flight_max, serving, .. } = config;
        Gateway { context, operators, in_flight_max, serving }
    }

    /// What answers on the node's listener.
    pub fn app(&self) -> App {
        match self.operators {
            Operators::WithBuyers => self.app_for(Audience::All, "public"),
            Operators::Apart => self.app_for(Audience::Buyers, "public"),
        }
    }

    /// What answers on the admin listener. It has capacity of its own, whatever the load on the other.
    pub fn admin_app(&self) -> App {
        self.app_for(Audience::Operators, "admin")
    }

    /// The flag that makes `/readyz` say no. [`serve`](crate::serve) raises it when its shutdown signal comes; a node
    /// that has more to do before that raises it itself.
    pub fn drain(&self) -> Drain {
        self.context.drain.clone()
    }

    fn app_for(&self, audience: Audience, listener: &'static str) -> App {
        App::new(
            router(&self.context, audience),
            self.context.metrics.clone(),
            listener,
            self.in_flight_max,
            self.context.drain.clone(),
            self.serving.clone(),
        )
    }
}
