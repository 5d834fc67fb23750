//! The write-ahead log, on a simulated disk that loses, tears and fails, and on the real one.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod basics;
mod clean_stop;
mod cleaning;
mod cost;
mod crash;
mod damage;
mod data_dir;
mod disk;
mod faults;
mod sample;
mod suite;
mod support;
