//! Snapshots on the disk: whole or refused, the newest or its predecessor, readable while held.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod crash;
mod damage;
mod sample;
mod store;
mod support;
