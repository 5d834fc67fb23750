//! What was done when, told if the test fails.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A story. Clones tell the same one.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    start: Instant,
    seed: u64,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Story {
    /// A story begins.
    pub(crate) fn begin(seed: u64) -> Story {
        Story { start: Instant::now(), seed, lines: Arc::default() }
    }

    /// Something happened.
    pub(crate) fn tell(&self, what: impl AsRef<str>) {
        let line = format!("{:8.3} s  {}", self.start.elapsed().as_secs_f64(), what.as_ref());
        if std::env::var_os("FLASHSALE_STORY").is_some() {
            eprintln!("{line}");
        }
        self.lines.lock().expect("nobody panics while telling").push(line);
    }

    /// All of it.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("FLASHSALE_SEED={}\n", self.seed);
        for line in self.lines.lock().expect("nobody panics while telling").iter() {
            writeln!(text, "{line}").expect("a text takes more text");
        }
        text
    }
}
