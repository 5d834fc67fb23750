//! What is known on the way to the end of a task. It lives as long as the leadership, and is found out again if lost.

use engine::LogTime;
use engine::vocabulary::saga::Task;
use engine::vocabulary::text::DeclineCode;

use super::rhythm::KEYS_LAST;
use crate::client::Refund;

/// Whether the provider's object is to be looked at before anything is done to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Look {
    /// Only if the keys are old.
    #[default]
    AsNeeded,
    /// Yes: something was refused or failed for good, and what came of it must be seen.
    First,
    /// It was looked at just now, and the task is still to be done.
    Done,
    /// The refund of a compensation arrived, and is not all of the price: all refunds of the intent are to be seen.
    Refunds,
    /// They were seen, and some bring money back: how much was taken is to be seen.
    Taken,
}

/// A step that the provider refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Why.
    pub(super) code: DeclineCode,
    /// Whether it will be refused ever again.
    pub(super) is_final: bool,
}

/// What is known on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// How many keys of the step are passed over, because all that comes of them is a failure that is remembered.
    pub(super) spent: u32,
    /// How often the task failed in a row.
    pub(super) failures: u32,
    /// Whether the next try has to wait, although the look allows it.
    pub(super) wait: bool,
    /// How often the object was looked at in a row without news.
    pub(super) looks: u32,
    /// Whether it is to be looked first.
    pub(super) look: Look,
    /// The newest refusal, until the object was looked at.
    pub(super) refusal: Option<Refusal>,
    /// The intent's refunds, as far as the list was read.
    pub(super) refunds: Vec<Refund>,
}

impl Course {
    /// Whether the object is to be looked at before something is done to it: past 23 hours always, since what was done
    /// under the same key is forgotten then and would be done again.
    pub(super) fn must_look(&self, task: &Task, now: LogTime) -> bool {
        match self.look {
            Look::First | Look::Refunds | Look::Taken => true,
            Look::Done => false,
            Look::AsNeeded => keys_are_old(task, now),
        }
    }

    /// The object is to be looked at, whatever was seen before.
    pub(super) fn look_first(&mut self) {
        self.look = Look::First;
        self.refunds.clear();
    }

    /// Whether what is asked next adds to what was seen before.
    pub(super) fn is_midway(&self) -> bool {
        matches!(self.look, Look::Refunds | Look::Taken) || !self.refunds.is_empty()
    }

    /// What was seen is not news any more.
    pub(super) fn forget_look(&mut self) {
        if matches!(self.look, Look::Done | Look::Refunds | Look::Taken) {
            self.look = Look::AsNeeded;
            self.refunds.clear();
        }
    }
}

/// Whether the provider may have forgotten the keys of a task.
pub(super) fn keys_are_old(task: &Task, now: LogTime) -> bool {
    now.since(task.since) >= KEYS_LAST
}
