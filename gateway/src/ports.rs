//! The three ports as one type parameter, so that a handler names one thing.

use std::sync::Arc;

use crate::port::{Lists, Operations, Sale};

/// The house behind the gateway.
pub(crate) trait Ports: Send + Sync + 'static {
    type Sale: Sale;
    type Lists: Lists;
    type Operations: Operations;

    fn sale(&self) -> &Self::Sale;
    fn lists(&self) -> &Self::Lists;
    fn operations(&self) -> &Self::Operations;
}

/// Three ports tied together.
pub(crate) struct Tied<S, L, O> {
    pub(crate) sale: Arc<S>,
    pub(crate) lists: Arc<L>,
    pub(crate) operations: Arc<O>,
}

impl<S: Sale, L: Lists, O: Operations> Ports for Tied<S, L, O> {
    type Sale = S;
    type Lists = L;
    type Operations = O;

    fn sale(&self) -> &S {
        &self.sale
    }

    fn lists(&self) -> &L {
        &self.lists
    }

    fn operations(&self) -> &O {
        &self.operations
    }
}
