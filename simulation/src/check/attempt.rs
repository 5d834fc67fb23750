//! Attempts: commands that want units.

use engine::Command;
use engine::command::Reserve;
use raft::shard::request::Ask;

/// What a command wants reserved, if it does.
pub(crate) fn wanted(command: &Command) -> Option<&Reserve> {
    match command {
        Command::Reserve(reserve) => Some(reserve),
        Command::Purchase(purchase) => Some(&purchase.reserve),
        _ => None,
    }
}

/// What an ask wants reserved, if it does.
pub(crate) fn asked(ask: &Ask) -> Option<&Reserve> {
    match ask {
        Ask::Command(command, _) => wanted(command),
        Ask::Query(_) => None,
    }
}
