//! Machines: each with a disk that outlives its processes, a wall clock, and at most one process, which is a node.

mod door;
mod host;
mod life;
mod process;
mod standing;

pub(crate) use door::{Door, Mail, Said};
pub(crate) use host::Pace;
pub(crate) use life::{CrashedAt, Life, Lives};
pub(crate) use process::{Process, Stage};
pub(crate) use standing::{Around, End, Machine};
