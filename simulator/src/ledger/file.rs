//! Opening the file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::LedgerError;
use super::frame::HEADER;
use super::replay::replay;
use super::writer::Ledger;
use crate::book::Entry;

/// The ledger's name within its directory.
const NAME: &str = "ledger";

/// Opens the ledger in `directory`, hands every entry in it to `take`, and makes it ready for more.
pub(crate) fn open(
    directory: &Path,
    take: impl FnMut(Entry) -> Result<(), LedgerError>,
) -> Result<Ledger, LedgerError> {
    fs::create_dir_all(directory).map_err(LedgerError::io("make the directory", directory))?;
    let path = directory.join(NAME);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(LedgerError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(LedgerError::InUse { path }),
        Err(TryLockError::Error(source)) => return Err(LedgerError::io("lock", &path)(source)),
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(LedgerError::io("read", &path))?;
    if bytes.len() < HEADER.len() && HEADER.starts_with(&bytes) {
        begin(&mut file, directory, &path)?;
        bytes = HEADER.to_vec();
    }
    if !bytes.starts_with(HEADER) {
        return Err(LedgerError::Unknown { path });
    }
    let end = replay(&path, &bytes, take)?;
    file.set_len(end.length).map_err(LedgerError::io("cut the end of", &path))?;
    file.sync_all().map_err(LedgerError::io("sync", &path))?;
    file.seek(SeekFrom::Start(end.length)).map_err(LedgerError::io("write to", &path))?;
    Ledger::start(file, end.next, path.clone()).map_err(LedgerError::io("start the writer of", &path))
}

/// A new ledger, or one whose first write was torn.
fn begin(file: &mut File, directory: &Path, path: &Path) -> Result<(), LedgerError> {
    file.set_len(0).map_err(LedgerError::io("empty", path))?;
    file.seek(SeekFrom::Start(0)).map_err(LedgerError::io("write to", path))?;
    file.write_all(HEADER).map_err(LedgerError::io("write to", path))?;
    file.sync_all().map_err(LedgerError::io("sync", path))?;
    let listed = File::open(directory).and_then(|directory| directory.sync_all());
    listed.map_err(LedgerError::io("sync the directory", directory))
}
