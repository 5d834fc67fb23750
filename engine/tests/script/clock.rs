//! Times as a script has them: `12:00:00.000`, and `12:00:00+1d` on the next day.

use engine::{LogTime, Span};

/// Friday, 27 November 2026, midnight.
const DAY_ZERO: u64 = 1_795_737_600_000;
const DAY: u64 = 86_400_000;

/// Reads a time of day.
pub(crate) fn time(text: &str) -> Option<LogTime> {
    let (clock, days) = match text.split_once('+') {
        Some((clock, days)) => (clock, days.strip_suffix('d')?.parse::<u64>().ok()?),
        None => (text, 0),
    };
    let mut parts = clock.split(':');
    let (hours, minutes) = (parts.next()?.parse::<u64>().ok()?, parts.next()?.parse::<u64>().ok()?);
    let (seconds, millis) = match parts.next() {
        Some(seconds) => seconds_and_millis(seconds)?,
        None => (0, 0),
    };
    Some(LogTime(DAY_ZERO + days * DAY + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + millis))
}

fn seconds_and_millis(text: &str) -> Option<(u64, u64)> {
    match text.split_once('.') {
        Some((seconds, millis)) => Some((seconds.parse().ok()?, millis.parse().ok()?)),
        None => Some((text.parse().ok()?, 0)),
    }
}

/// Writes a time of day.
pub(crate) fn show(LogTime(at): LogTime) -> String {
    let (days, millis) = (at.saturating_sub(DAY_ZERO) / DAY, at.saturating_sub(DAY_ZERO) % DAY);
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if rest > 0 {
        text.push_str(&format!(".{rest:03}"));
    }
    if days > 0 {
        text.push_str(&format!("+{days}d"));
    }
    text
}

/// Reads a length of time: `10m`, `90s`, `1h`, `2d`, `500ms`.
pub(crate) fn span(text: &str) -> Option<Span> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..digits].parse::<u64>().ok()?;
    let unit = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => DAY,
        _ => return None,
    };
    Some(Span(number * unit))
}
