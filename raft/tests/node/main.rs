//! Whole nodes, over loopback and real disks, in one process.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod cluster;
mod figures;
mod reports;
