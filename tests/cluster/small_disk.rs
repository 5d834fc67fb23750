//! A disk of a node's own that is soon full: a file system in memory, which only the node and this test see.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Where the system keeps its commands: nodes run without a `PATH`.
const NSENTER: &str = "/usr/bin/nsenter";
/// What the disk is filled with, as long as there is room for that much; and in the end.
const LARGE: usize = 64 << 10;
const SMALL: usize = 4 << 10;

/// A small disk, mounted over a directory, in a user and mount namespace of its own: that takes no privileges. It is there
/// until it is dropped, longer than any node that runs on it.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    holder: Child,
    directory: PathBuf,
}

impl SmallDisk {
    /// Mounts a disk of `size`, as `mount` understands it, over `directory`.
    pub(crate) fn mount(directory: &Path, size: &str) -> SmallDisk {
        std::fs::create_dir_all(directory).expect("created");
        let script = "mount -t tmpfs -o \"size=$1\" tmpfs \"$2\" && echo mounted && exec cat";
        let mut command = Command::new("unshare");
        command.args(["-Urm", "sh", "-c", script, "sh", size]).arg(directory);
        let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("unshare runs");
        let mut said = String::new();
        BufReader::new(holder.stdout.take().expect("piped")).read_line(&mut said).expect("it can be read");
        assert_eq!(
            said.trim(),
            "mounted",
            "this test needs user namespaces (`unshare -Urm`), to mount a tmpfs"
        );
        SmallDisk { holder, directory: directory.to_owned() }
    }

    /// What a command must be started with to see the disk.
    pub(crate) fn launcher(&self) -> Vec<String> {
        let holder = self.holder.id().to_string();
        [NSENTER, "--preserve-credentials", "-U", "-m", "-t", &holder, "--"].map(str::to_owned).to_vec()
    }

    /// Takes all the room that is left.
    pub(crate) fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("there is room for a name");
        for step in [LARGE, SMALL] {
            let zeros = vec![0; step];
            let error = std::iter::repeat_with(|| filler.write_all(&zeros)).find_map(Result::err);
            assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::StorageFull));
        }
    }

    /// Gives it back.
    pub(crate) fn free(&self) {
        std::fs::remove_file(self.filler()).expect("it is there");
    }

    fn filler(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.directory.strip_prefix("/").expect("an absolute path")).join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Nobody else ends it; if it ended by itself, that is as good.
        let _ended = self.holder.kill();
        let _status = self.holder.wait();
    }
}
