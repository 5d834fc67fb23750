//! The server: connections in, requests through the rules of the API, answers out, or none where a fault says so.

mod accept;
mod answer;
mod asked;
mod call;
mod connection;
mod cut;
mod execute;
mod understand;

pub(crate) use accept::serve;
pub(crate) use answer::{Answer, Reaction};
pub(crate) use asked::Asked;
pub(crate) use call::react;
