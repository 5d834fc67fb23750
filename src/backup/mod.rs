//! Backups: a directory with a snapshot of every shard and a manifest, and the data directories that are made of it.

mod error;
pub(crate) mod manifest;
pub(crate) mod private;
mod restore;

pub(crate) use error::Error;
pub(crate) use manifest::Manifest;
pub(crate) use restore::{Args, run};
