//! The HTTP face of flashsale: routes, identity, problems and metrics over axum.

pub mod port;
