//! The manifest: what a backup is of, and which files belong to it. It is written last, so a directory that has one has all.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use engine::ShardId;
use raft::restore;
use serde::{Deserialize, Serialize};

use super::{Error, private};

const NAME: &str = "manifest.json";
/// The form of the manifest.
const FORMAT: u32 = 1;

/// What a backup is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    /// The cluster's name.
    pub(crate) cluster: String,
    /// When the last of it was taken, by the clock of whoever took it.
    pub(crate) taken_at: String,
    /// The version of the software that took it.
    pub(crate) version: String,
    /// The cluster's nodes by then.
    pub(crate) nodes: Vec<Node>,
    /// The shards, in order.
    pub(crate) shards: Vec<Shard>,
}

/// A node of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) http: String,
}

/// A shard's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shard {
    pub(crate) file: String,
    pub(crate) bytes: u64,
    /// CRC-32C of the file.
    pub(crate) crc32c: u32,
    /// The place in the shard's log that it covers.
    pub(crate) log_index: u64,
}

/// The manifest as it stands in its file.
#[derive(Serialize, Deserialize)]
struct Sealed {
    manifest: Manifest,
    /// CRC-32C of the manifest in JSON without spaces.
    crc32c: u32,
}

impl Manifest {
    /// Of a backup whose shards' files are in `dir`, each checked here. Blocks.
    pub(crate) fn of(dir: &Path, cluster: String, nodes: Vec<Node>, shards: u16) -> Result<Manifest, Error> {
        let shards = (0..shards).map(|number| {
            let file = file_of(number);
            let checked = restore::check(&dir.join(&file), ShardId(number))?;
            Ok(Shard { file, bytes: checked.bytes, crc32c: checked.crc32c, log_index: checked.log_index })
        });
        let taken_at = humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string();
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let shards = shards.collect::<Result<_, Error>>()?;
        Ok(Manifest { format: FORMAT, cluster, taken_at, version, nodes, shards })
    }

    /// Writes it into `dir`, durably, behind all that it names.
    pub(crate) fn write(self, dir: &Path) -> Result<(), Error> {
        for shard in &self.shards {
            let path = dir.join(&shard.file);
            let synced = OpenOptions::new().write(true).open(&path).and_then(|file| file.sync_all());
            synced.map_err(Error::io("sync", &path))?;
        }
        let (path, aside) = (dir.join(NAME), dir.join(format!("{NAME}.unfinished")));
        let crc32c = self.crc32c();
        let text = serde_json::to_string_pretty(&Sealed { manifest: self, crc32c });
        let text = text.expect("a manifest has nothing that JSON has not");
        let written = private::create_file(&aside).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(Error::io("write", &aside))?;
        std::fs::rename(&aside, &path).map_err(Error::io("rename", &aside))?;
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(Error::io("sync", dir))
    }

    /// Whether a directory that is not empty has what is left of a backup that was broken off: files of shards, and no
    /// manifest.
    pub(crate) fn is_missing(dir: &Path) -> bool {
        dir.join(file_of(0)).exists() && !dir.join(NAME).exists()
    }

    /// Reads the manifest in `dir`, and checks all files that it names. Blocks. Gives them too, in the order of shards.
    pub(crate) fn read(dir: &Path) -> Result<(Manifest, Vec<PathBuf>), Error> {
        let path = dir.join(NAME);
        let wrong = |reason: String| Error::Manifest { path: path.clone(), reason };
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(wrong("it is not there".to_owned()));
            }
            text => text.map_err(Error::io("read", &path))?,
        };
        let sealed: Sealed = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        let Sealed { manifest, crc32c } = sealed;
        if manifest.crc32c() != crc32c {
            return Err(wrong("it does not match its checksum".to_owned()));
        }
        if manifest.format != FORMAT {
            return Err(wrong(format!("it has format {}, this version knows {FORMAT}", manifest.format)));
        }
        let mut files = Vec::new();
        for (number, shard) in (0..).zip(&manifest.shards) {
            let file = dir.join(file_of(number));
            let checked = restore::check(&file, ShardId(number))?;
            let found = (checked.bytes, checked.crc32c, checked.log_index);
            if found != (shard.bytes, shard.crc32c, shard.log_index) {
                let reason = format!("it is at log index {}, or another file", checked.log_index);
                return Err(Error::Mismatch { path: file, reason });
            }
            files.push(file);
        }
        Ok((manifest, files))
    }

    fn crc32c(&self) -> u32 {
        let text = serde_json::to_vec(self).expect("a manifest has nothing that JSON has not");
        restore::crc32c(&text)
    }
}

/// What a shard's file is called.
pub(crate) fn file_of(shard: u16) -> String {
    format!("shard-{shard:05}.snapshot")
}
