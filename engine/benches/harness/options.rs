//! What a bench is told: `cargo bench -p flashsale-engine --bench reserve -- --quick --json`.

/// The options that every bench takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Everything a hundred times smaller: to see in seconds that it still runs.
    pub(crate) quick: bool,
    /// One JSON object a line instead of text.
    pub(crate) json: bool,
}

impl Options {
    /// From the command line. What is not known is passed over, for cargo adds options of its own. From now on memory is
    /// made of small pages, as the server's is.
    pub(crate) fn from_args() -> Options {
        rustix::thread::disable_transparent_huge_pages(true).expect("the system makes small pages");
        let has = |name: &str| std::env::args().any(|arg| arg == name);
        Options { quick: has("--quick"), json: has("--json") }
    }

    /// `size`, or a hundredth of it.
    pub(crate) fn scaled(&self, size: u64) -> u64 {
        if self.quick { (size / 100).max(1) } else { size }
    }
}
