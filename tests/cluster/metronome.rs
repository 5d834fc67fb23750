//! A metronome: what the machine itself stood still for. It writes and syncs a page every now and then, as the nodes do and
//! on their disk, and takes no part in anything else: where its beat is late, everybody was, and no node is to blame.

use std::fs::File;
use std::io::{Seek, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long it waits between beats.
const PAUSE: Duration = Duration::from_millis(50);
/// From what lateness on the machine stood still: shorter waits for a core or the disk are part of the load.
const STALL_MIN: Duration = Duration::from_millis(250);

/// A metronome, stopped when dropped.
#[derive(Debug)]
pub(crate) struct Metronome {
    beats: Arc<Beats>,
    beating: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Beats {
    stopped: AtomicBool,
    // The last beat, and the stalls before it.
    seen: Mutex<(Instant, Vec<(Instant, Instant)>)>,
}

impl Metronome {
    /// Starts one.
    pub(crate) fn start() -> Metronome {
        let file = tempfile::tempfile_in(env!("CARGO_TARGET_TMPDIR")).expect("a file");
        let seen = Mutex::new((Instant::now(), Vec::new()));
        let beats = Arc::new(Beats { stopped: AtomicBool::new(false), seen });
        let beating = std::thread::spawn({
            let beats = Arc::clone(&beats);
            move || beats.beat(file)
        });
        Metronome { beats, beating: Some(beating) }
    }

    /// For how much of the time between two moments the machine stood still.
    pub(crate) fn stalled(&self, from: Instant, to: Instant) -> Duration {
        let seen = self.beats.seen.lock().expect("nobody panics while looking");
        let going_on = (seen.0, to);
        let stalls = seen.1.iter().copied().chain([going_on]).filter(|stall| is_stall(*stall));
        stalls.map(|(begin, end)| end.min(to).saturating_duration_since(begin.max(from))).sum()
    }
}

impl Drop for Metronome {
    fn drop(&mut self) {
        self.beats.stopped.store(true, Relaxed);
        if let Some(beating) = self.beating.take() {
            let _ = beating.join();
        }
    }
}

impl Beats {
    fn beat(&self, mut file: File) {
        while !self.stopped.load(Relaxed) {
            std::thread::sleep(PAUSE);
            let written =
                file.rewind().and_then(|()| file.write_all(&[0; 4096])).and_then(|()| file.sync_data());
            written.expect("the disk of the tests takes a page");
            let mut seen = self.seen.lock().expect("nobody panics while looking");
            let beat = (seen.0, Instant::now());
            seen.0 = beat.1;
            if is_stall(beat) {
                seen.1.push(beat);
            }
        }
    }
}

fn is_stall((begin, end): (Instant, Instant)) -> bool {
    end.saturating_duration_since(begin) > PAUSE + STALL_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_of_a_stall_that_was_asked_for_counts() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let stalls = vec![(at(100), at(1_100)), (at(5_000), at(6_000))];
        let seen = Mutex::new((at(7_000), stalls));
        let beats = Arc::new(Beats { stopped: AtomicBool::new(false), seen });
        let metronome = Metronome { beats, beating: None };
        let stalled = |from: u64, to: u64| metronome.stalled(at(from), at(to)).as_millis();
        assert_eq!(stalled(1_100, 5_000), 0);
        assert_eq!(stalled(600, 5_500), 1_000);
        assert_eq!(stalled(0, 7_100), 2_000, "the last beat was just now");
        assert_eq!(stalled(6_000, 8_000), 1_000, "the next beat is late");
    }
}
