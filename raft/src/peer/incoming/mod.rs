//! The connections that other nodes dial, and what is done with their requests.

mod append_lane;
mod dispatch;
mod handler;
mod receive_snapshot;
mod reply;
mod requests;
mod server;
mod session;

pub use handler::Handler;
pub use server::{Server, ServerHandle};
