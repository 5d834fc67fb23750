//! The configuration of a cluster: one file for all nodes, overridden value by value from the environment.
//!
//! [`schema`] is the one list of settings. The file ([`document`]) and the environment ([`overrides`]) are flattened to
//! its keys, [`values`] reads each, [`build`] makes types of them, and [`rules`] checks what no value can say alone;
//! [`warnings`] tells what passes the rules and could be better.

mod build;
pub(crate) mod check;
mod document;
mod error;
mod model;
mod overrides;
mod provider;
mod rules;
mod schema;
mod secret;
mod settings;
mod values;
mod warnings;

pub(crate) use error::Error;
pub(crate) use model::{Buyers, Config, Node};
pub(crate) use secret::{Error as SecretError, Secret};
