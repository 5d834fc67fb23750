//! The configuration of a cluster: one file for all nodes, overridden value by value from the environment.
//!
//! [`schema`] is the one list of settings. The file ([`document`]) and the environment ([`overrides`]) are flattened to
//! its keys, [`build`] makes types of the values, and [`rules`] checks what no value can say alone.

mod build;
pub(crate) mod check;
mod document;
mod error;
mod model;
mod overrides;
mod rules;
mod schema;
mod secret;
mod settings;

pub(crate) use error::Error;
pub(crate) use model::{Buyers, Config, Node};
pub(crate) use secret::{Error as SecretError, Secret};
