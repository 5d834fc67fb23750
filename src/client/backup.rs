//! `flashsale backup`: the state of every shard, into a directory.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::shape::ClusterStatus;
use super::{Api, Call, Error, Target};
use crate::backup::{self, Manifest, manifest};
use crate::output;

/// Takes a backup of a running cluster, for `flashsale restore`.
///
/// Each shard's state is taken at one committed place in its log, with all in it that was acknowledged before the backup
/// began. Sales go on meanwhile. All files are checked, and named in a manifest that is written last: a directory without
/// one is no backup. It holds what buyers did, and is as secret as the data directories.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The directory to write into: a new one, or an empty one.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    target: Target,
}

/// Takes a backup.
pub(super) async fn run(args: Args) -> Result<(), Error> {
    let Args { out, target } = args;
    begin(&out)?;
    let api = target.api()?;
    let status: ClusterStatus = api.call(Call::get("/v1/cluster")).await?.read()?;
    let shards = u16::try_from(status.shards.len()).unwrap_or(u16::MAX);
    for shard in 0..shards {
        fetch(&api, shard, &out).await?;
        output::note(format!("shard {shard} of {shards} is taken"));
    }
    let nodes = status.nodes.iter().map(|node| manifest::Node { id: node.id, http: node.http.clone() });
    let manifest = Manifest::of(&out, status.name, nodes.collect(), shards)?;
    manifest.clone().write(&out)?;
    if target.json {
        output::json(&json!({ "out": out.display().to_string(), "manifest": manifest }));
    } else {
        let bytes: u64 = manifest.shards.iter().map(|shard| shard.bytes).sum();
        output::line(format!(
            "{} has {shards} shards, {bytes} bytes, of {}",
            out.display(),
            manifest.taken_at
        ));
    }
    Ok(())
}

fn begin(out: &Path) -> Result<(), Error> {
    backup::private::create_dir(out).map_err(backup::Error::io("create", out))?;
    let mut inside = std::fs::read_dir(out).map_err(backup::Error::io("list", out))?;
    let path = out.to_owned();
    match inside.next() {
        None => Ok(()),
        Some(_) if Manifest::is_missing(out) => Err(backup::Error::BrokenOff { path }.into()),
        Some(_) => Err(backup::Error::NotEmpty { path }.into()),
    }
}

async fn fetch(api: &Api, shard: u16, out: &Path) -> Result<(), Error> {
    let path = out.join(manifest::file_of(shard));
    api.download(&Call::get(format!("/v1/cluster/shards/{shard}/snapshot")), &path).await
}
