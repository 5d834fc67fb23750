//! Wall-clock time as the outside sees it: RFC 3339 in UTC.

use std::time::{Duration, UNIX_EPOCH};

use engine::LogTime;

/// The last moment that RFC 3339 can write: the end of the year 9999.
const LAST: LogTime = LogTime(253_402_300_799_999);

/// This node's clock. It makes ids and says how long to wait; what is sold and what expires is decided by log time.
pub(crate) fn now() -> LogTime {
    LogTime(u64::try_from(wall_clock::now().as_millis()).unwrap_or(u64::MAX))
}

/// Reads a time.
pub(crate) fn parse(text: &str) -> Option<LogTime> {
    let time = humantime::parse_rfc3339(text).ok()?;
    let millis = time.duration_since(UNIX_EPOCH).ok()?.as_millis();
    u64::try_from(millis).ok().map(LogTime)
}

/// Writes a time, with milliseconds.
pub(crate) fn format(time: LogTime) -> humantime::Rfc3339Timestamp {
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(time.min(LAST).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let time = LogTime(1_763_856_000_123);
        assert_eq!(format(time).to_string(), "2025-11-23T00:00:00.123Z");
        assert_eq!(parse("2025-11-23T00:00:00.123Z"), Some(time));
        assert_eq!(parse("2025-11-23T00:00:00Z"), Some(LogTime(1_763_856_000_000)));
    }

    #[test]
    fn other_forms_are_not_read() {
        for wrong in
            ["", "now", "2025-11-23", "2025-11-23T00:00:00+02:00", "1969-12-31T23:59:59Z", "1763856000"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_end_of_time_is_the_year_9999() {
        assert_eq!(format(LogTime::NEVER).to_string(), "9999-12-31T23:59:59.999Z");
    }
}
