//! Names, files and counters of a simulated disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::faults::{Faults, device_error};
use super::inode::{Inode, InodeId};

#[derive(Default)]
pub(super) struct State {
    /// Counts crashes, so that files opened before one are dead after it.
    pub(super) boot: u64,
    pub(super) dirs: BTreeSet<PathBuf>,
    /// The names that programs see.
    pub(super) names: BTreeMap<PathBuf, InodeId>,
    /// The names on the medium.
    pub(super) durable_names: BTreeMap<PathBuf, InodeId>,
    /// What happened to names since their directory was synced, in order.
    pub(super) unsynced_names: Vec<NameChange>,
    pub(super) inodes: BTreeMap<InodeId, Inode>,
    handles: BTreeMap<InodeId, u32>,
    next_inode: InodeId,
    pub(super) locks: BTreeSet<PathBuf>,
    pub(super) faults: Faults,
}

/// A change of names, whole or not at all: a rename takes one name and gives another.
pub(super) struct NameChange {
    dir: PathBuf,
    pub(super) gone: Option<PathBuf>,
    pub(super) come: Option<(PathBuf, InodeId)>,
}

impl State {
    /// Whether the power is on, and a process of run `boot` is alive.
    pub(super) fn alive(&self, boot: Option<u64>) -> io::Result<()> {
        if self.faults.power_is_off() {
            return Err(io::Error::other("simulated: the power is off"));
        }
        if boot.is_some_and(|boot| boot != self.boot) {
            return Err(io::Error::other("simulated: this process is dead"));
        }
        Ok(())
    }

    pub(super) fn inode(&self, id: InodeId, boot: u64) -> io::Result<&Inode> {
        self.alive(Some(boot))?;
        Ok(&self.inodes[&id])
    }

    pub(super) fn create_dir(&mut self, dir: &Path) -> io::Result<()> {
        self.faults.step()?;
        self.dirs.extend(dir.ancestors().map(Path::to_owned));
        Ok(())
    }

    pub(super) fn create(&mut self, path: &Path) -> io::Result<InodeId> {
        self.faults.step()?;
        let dir = dir_of(path);
        if !self.dirs.contains(&dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let id = self.next_inode;
        self.next_inode += 1;
        self.inodes.insert(id, Inode::default());
        *self.handles.entry(id).or_default() += 1;
        self.names.insert(path.to_owned(), id);
        self.unsynced_names.push(NameChange { dir, gone: None, come: Some((path.to_owned(), id)) });
        self.drop_orphans();
        Ok(id)
    }

    pub(super) fn find(&self, path: &Path) -> io::Result<InodeId> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn opened(&mut self, id: InodeId) {
        *self.handles.entry(id).or_default() += 1;
    }

    pub(super) fn close(&mut self, id: InodeId, boot: u64) {
        if boot == self.boot
            && let Some(handles) = self.handles.get_mut(&id)
        {
            *handles -= 1;
            if *handles == 0 {
                self.handles.remove(&id);
                self.drop_orphans();
            }
        }
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.faults.step()?;
        let id = self.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        self.names.insert(to.to_owned(), id);
        let (gone, come) = (Some(from.to_owned()), Some((to.to_owned(), id)));
        self.unsynced_names.push(NameChange { dir: dir_of(to), gone, come });
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.faults.step()?;
        self.names.remove(path).ok_or(io::ErrorKind::NotFound)?;
        self.unsynced_names.push(NameChange { dir: dir_of(path), gone: Some(path.to_owned()), come: None });
        Ok(())
    }

    pub(super) fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        if !self.dirs.contains(dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inside = self.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    pub(super) fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        self.faults.step()?;
        self.faults.next_sync()?;
        for change in self.unsynced_names.extract_if(.., |change| change.dir == dir) {
            change.apply(&mut self.durable_names);
        }
        self.drop_orphans();
        Ok(())
    }

    pub(super) fn write(&mut self, id: InodeId, boot: u64, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inode(id, boot)?;
        let offset = usize::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
        let power = self.faults.step();
        self.check_capacity(id, offset + bytes.len())?;
        self.faults.writes += 1;
        // A write that the power failed under may have reached the medium.
        self.inodes.get_mut(&id).expect("it was found above").write(offset, bytes);
        power
    }

    pub(super) fn sync(&mut self, id: InodeId, boot: u64) -> io::Result<()> {
        self.inode(id, boot)?;
        self.faults.step()?;
        let inode = self.inodes.get_mut(&id).expect("it was found above");
        let targeted = self.faults.failing.take_if(|failing| *failing == id);
        if let Err(error) = targeted.map_or_else(|| self.faults.next_sync(), |_| Err(device_error())) {
            inode.forget_unsynced();
            return Err(error);
        }
        inode.sync();
        Ok(())
    }

    pub(super) fn forget_cached(&mut self, id: InodeId, boot: u64) -> io::Result<()> {
        self.inode(id, boot)?;
        self.inodes.get_mut(&id).expect("it was found above").forget_cached();
        Ok(())
    }

    fn check_capacity(&mut self, id: InodeId, len: usize) -> io::Result<()> {
        let others =
            self.inodes.iter().filter(|(other, _)| **other != id).map(|(_, inode)| inode.visible.len());
        let own = self.inodes[&id].visible.len();
        match self.faults.capacity_bytes {
            Some(capacity) if len > own && others.sum::<usize>() + len > capacity => {
                self.faults.refused += 1;
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        }
    }

    /// Frees the files that no name, no possible crash and no open file leads to.
    pub(super) fn drop_orphans(&mut self) {
        let State { inodes, names, durable_names, unsynced_names, handles, .. } = self;
        let mut kept: BTreeSet<InodeId> = names.values().chain(durable_names.values()).copied().collect();
        kept.extend(unsynced_names.iter().filter_map(|change| change.come.as_ref()).map(|(_, id)| *id));
        kept.extend(handles.keys());
        inodes.retain(|id, _| kept.contains(id));
    }

    pub(super) fn forget_handles(&mut self) {
        self.handles.clear();
    }
}

impl NameChange {
    pub(super) fn apply(self, names: &mut BTreeMap<PathBuf, InodeId>) {
        if let Some(gone) = self.gone {
            names.remove(&gone);
        }
        if let Some((path, id)) = self.come {
            names.insert(path, id);
        }
    }
}

fn dir_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}
