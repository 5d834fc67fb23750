//! Findings and notices as a script has them: `report r1 try 2 declined no-money`, `notice r1 event evt-1`.

use engine::command::Notice;
use engine::saga::{Finding, Report};

use super::names;
use super::words::Words;

/// Reads what came of a task. Without a number it is about the first try; it is of a look that began after all notices if
/// it does not say which were known. Other words go to `extra`.
pub(crate) fn report(words: &mut Words<'_>, mut extra: impl FnMut(&str, &mut Words<'_>)) -> Report {
    let reservation = words.read("a name like r1", names::reservation);
    let (mut attempt, mut noticed, mut found) = (1, u64::MAX, None);
    while let Some(word) = words.next() {
        match word {
            "try" => attempt = words.parse("a number"),
            "noticed" => noticed = words.parse("a number"),
            _ => match finding(word, words) {
                Some(finding) => found = Some(finding),
                None => extra(word, words),
            },
        }
    }
    let finding = found.unwrap_or_else(|| words.fail("a finding"));
    Report { reservation, attempt, noticed, finding }
}

fn finding(word: &str, words: &mut Words<'_>) -> Option<Finding> {
    let finding = match word {
        "begun" => Finding::Begun,
        "created" => Finding::Created(words.parse("an intent")),
        "rejected" => Finding::Rejected(words.parse("a reason")),
        "action" => Finding::ActionRequired(words.parse("an action")),
        "processing" => Finding::Processing,
        "authorized" => Finding::Authorized { capture_before: None },
        "authorized-until" => Finding::Authorized { capture_before: Some(words.time()) },
        "declined" => Finding::Declined(words.parse("a reason")),
        "cancelled" => Finding::Cancelled,
        "captured" => Finding::Captured,
        "capture-failed" => Finding::CaptureFailed(words.parse("a reason")),
        "compensation-made" => Finding::CompensationMade(words.parse("the provider's refund")),
        "compensated" => Finding::Compensated,
        "compensation-failed" => Finding::CompensationFailed(words.parse("a reason")),
        "refund-made" => Finding::RefundMade(refund(words), words.parse("the provider's refund")),
        "refund-succeeded" => Finding::RefundSucceeded(refund(words)),
        "refund-failed" => Finding::RefundFailed(refund(words), words.parse("a reason")),
        "refund-unchanged" => Finding::RefundUnchanged(refund(words)),
        "unchanged" => Finding::Unchanged,
        _ => return None,
    };
    Some(finding)
}

fn refund(words: &mut Words<'_>) -> engine::RefundId {
    words.read("a name like f1", names::refund)
}

/// Reads what the provider told.
pub(crate) fn notice(words: &mut Words<'_>, mut extra: impl FnMut(&str, &mut Words<'_>)) -> Notice {
    let reservation = words.read("a name like r1", names::reservation);
    let event = "evt-1".parse().expect("an event");
    let mut notice = Notice { event, reservation, intent: None, refund: None };
    while let Some(word) = words.next() {
        match word {
            "event" => notice.event = words.parse("an event"),
            "intent" => notice.intent = Some(words.parse("an intent")),
            "refund" => notice.refund = Some(refund(words)),
            _ => extra(word, words),
        }
    }
    notice
}
