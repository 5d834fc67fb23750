//! Small files that are written whole: with a magic, a checksum, and never half there.

use std::io;
use std::path::{Path, PathBuf};

use engine::codec;

use super::Disk;

/// A sealed file is at most this long, in bytes.
const BYTES_MAX: usize = 64 << 10;
/// What stands before the content: the magic, and the checksum of the content.
const HEAD: usize = 12;

/// A small file: magic (8 bytes), CRC-32C of the rest (4, little endian), then the content by the codec, which brings its
/// own format byte.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    pub(crate) magic: [u8; 8],
    pub(crate) path: PathBuf,
}

/// A sealed file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{path} is damaged: {what}", path = .path.display())]
    Damaged { path: PathBuf, what: String },
    #[error("cannot {what} {path}: {source}", path = .path.display())]
    Io { what: &'static str, path: PathBuf, source: io::Error },
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { what, path, source }
}

impl Sealed {
    /// What the file says; nothing if it is not there.
    pub(crate) fn read<T: bincode::Decode<()>>(&self, disk: &dyn Disk) -> Result<Option<T>, Error> {
        let path = &self.path;
        let file = match disk.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(failed("open", path))?,
        };
        let damaged = |what: String| Error::Damaged { path: path.clone(), what };
        let len = file.len().map_err(failed("measure", path))?;
        let len = usize::try_from(len).ok().filter(|len| (HEAD..=BYTES_MAX).contains(len));
        let len = len.ok_or_else(|| damaged("its length cannot be right".to_owned()))?;
        let mut bytes = vec![0; len];
        file.read_at(0, &mut bytes).map_err(failed("read", path))?;
        if bytes[..8] != self.magic || bytes[8..HEAD] != crc32c::crc32c(&bytes[HEAD..]).to_le_bytes() {
            return Err(damaged("it does not match its checksum".to_owned()));
        }
        codec::decode(&bytes[HEAD..]).map(Some).map_err(|error| damaged(error.to_string()))
    }

    /// Puts a file with this content in the place of what is there. It is durable when this returns, and at no moment
    /// half there.
    pub(crate) fn write<T: bincode::Encode>(&self, disk: &dyn Disk, content: &T) -> Result<(), Error> {
        let encoded = codec::encode(content);
        let bytes = [&self.magic[..], &crc32c::crc32c(&encoded).to_le_bytes(), &encoded].concat();
        assert!(bytes.len() <= BYTES_MAX, "what is sealed is small by its type");
        let mut aside = self.path.clone().into_os_string();
        aside.push(".unfinished");
        let aside = PathBuf::from(aside);
        let file = disk.create(&aside).map_err(failed("create", &aside))?;
        file.write_at(0, &bytes).map_err(failed("write", &aside))?;
        file.sync().map_err(failed("sync", &aside))?;
        disk.rename(&aside, &self.path).map_err(failed("rename", &aside))?;
        let dir = self.path.parent().unwrap_or(Path::new(""));
        disk.sync_dir(dir).map_err(failed("sync", dir))
    }
}
