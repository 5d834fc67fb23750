//! Machines: each with a disk that outlives its processes, a wall clock, and at most one process, which is a node.

mod door;
mod host;
mod life;
mod process;
mod standing;

pub(crate) use door::{Door, Mail, Said};
pub(crate) use host::{Pace, SYNC};
pub(crate) use life::{Life, Lives};
pub(crate) use process::Stage;
pub(crate) use standing::{Around, End, Machine};
