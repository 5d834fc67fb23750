//! The ports as one type parameter, so that a handler names one thing.

use std::sync::Arc;

use crate::port::{Lists, Operations, Payments, Sale};

/// The house behind the gateway.
pub(crate) trait Ports: Send + Sync + 'static {
    type Sale: Sale;
    type Lists: Lists;
    type Operations: Operations;
    type Payments: Payments;

    fn sale(&self) -> &Self::Sale;
    fn lists(&self) -> &Self::Lists;
    fn operations(&self) -> &Self::Operations;
    fn payments(&self) -> &Self::Payments;
}

/// What a gateway is tied to.
pub struct House<S, L, O, P> {
    /// The sale.
    pub sale: Arc<S>,
    /// The node's lists.
    pub lists: Arc<L>,
    /// What operators look at.
    pub operations: Arc<O>,
    /// The payment provider.
    pub payments: Arc<P>,
}

impl<S: Sale, L: Lists, O: Operations, P: Payments> Ports for House<S, L, O, P> {
    type Sale = S;
    type Lists = L;
    type Operations = O;
    type Payments = P;

    fn sale(&self) -> &S {
        &self.sale
    }

    fn lists(&self) -> &L {
        &self.lists
    }

    fn operations(&self) -> &O {
        &self.operations
    }

    fn payments(&self) -> &P {
        &self.payments
    }
}
