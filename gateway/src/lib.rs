//! The HTTP face of flashsale: routes, identity, problems and metrics over axum.
//!
//! A [`Gateway`] ties the ports of [`port`] to routes. Its [`App`] answers requests, and [`serve`] puts an app on a
//! listener. Nothing here decides who gets what: that is the engine's, behind [`port::Sale`].

mod answer;
mod app;
mod body;
mod call;
mod config;
mod context;
mod drain;
mod gateway;
mod header;
mod html;
mod idempotency;
mod identity;
mod list;
mod metrics;
mod mint;
mod payable;
pub mod port;
mod ports;
mod precondition;
mod problem;
mod routes;
mod segment;
mod server;
mod time;
mod view;

pub use app::App;
pub use config::{Buyers, Config, Operators, Serving};
pub use drain::Drain;
pub use gateway::Gateway;
pub use identity::{Role, TokenError, Tokens};
pub use ports::House;
pub use problem::{Code, Explanation, UnknownCode};
pub use server::{Drained, serve};
