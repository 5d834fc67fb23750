//! Opening the lists: a directory, and the database in it.

use std::path::Path;

use crate::database::Database;
use crate::directory::Directory;
use crate::error::Error;
use crate::options::Options;

/// Opens the lists in `path`. What is damaged or of another format is thrown away: it can be built anew.
pub(crate) fn open(path: &Path, options: Options) -> Result<Database, Error> {
    let directory = Directory::claim(path)?;
    let tree = match directory.open_sled(options)? {
        Ok(tree) => tree,
        Err(reason) => {
            tracing::warn!(path = %path.display(), reason, "the lists cannot be read, and are built anew");
            directory.throw_away()?;
            directory.open_sled(options)?.map_err(|reason| {
                let source = std::io::Error::other(reason);
                Error::Io { path: path.to_path_buf(), source }
            })?
        }
    };
    Ok(Database::new(tree, directory))
}
