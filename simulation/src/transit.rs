//! What is on its way: comes out when it arrives.

/// Things on their way, each with when it arrives.
#[derive(Debug)]
pub(crate) struct Transit<T>(Vec<(u64, T)>);

impl<T> Default for Transit<T> {
    fn default() -> Transit<T> {
        Transit(Vec::new())
    }
}

impl<T> Transit<T> {
    pub(crate) fn send(&mut self, arrives: u64, thing: T) {
        self.0.push((arrives, thing));
    }

    /// What has arrived by `now`, in the order in which it was sent.
    pub(crate) fn arrived(&mut self, now: u64) -> Vec<T> {
        self.0.extract_if(.., |(arrives, _)| *arrives <= now).map(|(_, thing)| thing).collect()
    }
}
