//! `flashsale cluster replace`: another node in the place of one.

use std::time::{Duration, Instant};

use serde_json::json;

use super::shape::{Replacement, ReplacementShard};
use super::{Call, Error, Target};
use crate::output;

/// How long is waited between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Puts a new node in the place of one that is lost, or that is to go; exit status 1 unless it has that place in the end.
///
/// Start the new node first: with a configuration that names it in the place of the old one, under an id that no node of
/// the cluster ever had, and with an empty directory. It comes in as a learner, and takes the old one's place in every
/// shard once it has caught up; the old one never comes back under its id. Sales go on meanwhile. Nothing is lost if this
/// command, or any one node, is interrupted: the same command again goes on from there, and says so when there is nothing
/// left to do. All nodes but the old one must be there. If the new node is lost for good before it is done, start another
/// one and replace that: with `--old` naming the node that is lost, it takes the place of both.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The node that goes.
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u32).range(1..))]
    old: u32,
    /// The node that comes.
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u32).range(1..))]
    new: u32,
    /// Where the others reach the node that comes: its `peer.advertise`.
    #[arg(long, value_name = "HOST:PORT")]
    peer: String,
    /// How long to go on.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = humantime::parse_duration)]
    within: Duration,
    #[command(flatten)]
    target: Target,
}

/// Replaces a node, step by step; what is done is told on stderr.
pub(super) async fn run(args: Args) -> Result<(), Error> {
    let Args { old, new, peer, within, target } = args;
    let api = target.api()?;
    let call = Call::put(format!("/v1/cluster/nodes/{old}/replacement"), json!({ "new": new, "peer": peer }));
    let (began, mut told) = (Instant::now(), String::new());
    loop {
        let reply = api.call(call.clone()).await?;
        let text = reply.text.clone();
        let progress: Replacement = reply.read()?;
        let now = show(&progress);
        if now != told {
            output::note(format!("{:>6.1} s  {now}", began.elapsed().as_secs_f64()));
            told = now;
        }
        if progress.done {
            if target.json {
                output::line(&text);
            } else {
                output::line(format!("node {new} has taken the place of node {old} in every shard"));
            }
            return Ok(());
        }
        if began.elapsed() > within {
            return Err(Error::Unfinished { old: old.into(), new: new.into(), why: told });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// How far it is, in a line: how many shards are done, and what the first of the others is at.
fn show(progress: &Replacement) -> String {
    let (done, all) = (progress.shards.iter().filter(|shard| is_done(shard)).count(), progress.shards.len());
    let behind = progress.waiting.clone().or_else(|| progress.shards.iter().find(|s| !is_done(s)).map(at));
    let shards = format!("{done} of {all} shards done");
    behind.map_or_else(|| shards.clone(), |behind| format!("{shards}; {behind}"))
}

fn is_done(shard: &ReplacementShard) -> bool {
    shard.stage == "done"
}

fn at(shard: &ReplacementShard) -> String {
    let id = shard.id;
    match (shard.stage.as_str(), &shard.reason, shard.behind) {
        ("catching_up", _, Some(behind)) => format!("shard {id}: the new node is {behind} entries behind"),
        ("catching_up", ..) => format!("shard {id}: the new node begins to learn"),
        ("adding", ..) => format!("shard {id}: the new node is made known"),
        ("handing_over", ..) => format!("shard {id}: the old node hands over what it leads"),
        ("swapping", ..) => format!("shard {id}: the new node takes the old one's place"),
        ("waiting", Some(reason), _) => format!("shard {id}: waits: {reason}"),
        (other, ..) => format!("shard {id}: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(id: u16, stage: &str) -> ReplacementShard {
        ReplacementShard { id, stage: stage.to_owned(), behind: Some(7), reason: None }
    }

    #[test]
    fn the_first_shard_that_is_not_done_says_what_it_is_at() {
        let shards = vec![shard(0, "done"), shard(1, "catching_up"), shard(2, "adding")];
        let mut progress = Replacement { done: false, shards, waiting: None };
        assert_eq!(show(&progress), "1 of 3 shards done; shard 1: the new node is 7 entries behind");
        progress.shards.truncate(1);
        assert_eq!(show(&progress), "1 of 1 shards done");
        progress.waiting = Some("node 3 does not answer".to_owned());
        assert_eq!(show(&progress), "1 of 1 shards done; node 3 does not answer");
    }
}
