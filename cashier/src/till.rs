//! The till: the provider, before there is a node that it works for.

use std::sync::Arc;

use payment::Provider;
use payment::client::{NoClient, Transport};
use payment::config::Config;
use payment::saga::Rhythm;
use payment::webhook::Verifier;
use raft::shard::gate::SharedGate;

use super::gate::Queue;

/// The provider, as a node works with it. Clones are the same one.
#[derive(Clone)]
pub struct Till {
    provider: Arc<Provider>,
    verifier: Verifier,
    pub(super) rhythm: Rhythm,
}

impl Till {
    /// The provider as configured. Wants a runtime.
    ///
    /// # Errors
    /// [`NoClient`] if the provider is to be known by its certificate, and this machine has no roots.
    pub fn open(config: &Config) -> Result<Till, NoClient> {
        Ok(Till::of(Provider::new(config)?, config))
    }

    /// The provider as configured, to which requests go by `transport`. Wants a runtime.
    pub fn over(transport: Arc<dyn Transport>, config: &Config) -> Till {
        Till::of(Provider::over(transport, config), config)
    }

    fn of(provider: Provider, config: &Config) -> Till {
        let verifier = Verifier::new(config.webhook_secrets.clone());
        Till { provider: Arc::new(provider), verifier, rhythm: Rhythm::of(config) }
    }

    /// What a node asks before a payment begins.
    pub fn gate(&self) -> SharedGate {
        Arc::new(Queue(self.provider.admission()))
    }

    /// The provider.
    pub fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    /// What tells the provider's events from others.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }
}
