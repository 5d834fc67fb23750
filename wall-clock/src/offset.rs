//! A clock that is wrong by as many milliseconds as a file says. The file is read each time, so that a test can set the
//! clock of a node that runs.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// The environment variable that names the file; without it the clock is right.
const FILE: &str = "FLASHSALE_WALL_CLOCK_OFFSET";

/// What the clock shows at `now`.
pub(crate) fn shifted(now: Duration) -> Duration {
    static FILE_NAMED: OnceLock<Option<PathBuf>> = OnceLock::new();
    let Some(file) = FILE_NAMED.get_or_init(|| std::env::var_os(FILE).map(PathBuf::from)) else { return now };
    let text = std::fs::read_to_string(file).expect("the file that sets the clock can be read");
    let offset: i64 = text.trim().parse().expect("the file that sets the clock has milliseconds in it");
    let shift = Duration::from_millis(offset.unsigned_abs());
    if offset < 0 { now.saturating_sub(shift) } else { now + shift }
}
