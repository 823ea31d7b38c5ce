//! The data folder: one process owns it, and says so by a lock that dies with it.

use rustix::fs::{FlockOperation, flock};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The data folder, owned until this is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Why the folder can't be owned.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another process owns it.
    #[error("another process{} works on this data folder", pid.map(|pid| format!(" ({pid})")).unwrap_or_default())]
    Locked {
        /// The id of that process, if the lock file tells it.
        pid: Option<u32>,
    },
    /// The folder can't be made or locked.
    #[error("data folder: {0}")]
    Io(#[from] io::Error),
}

impl DataDir {
    /// Makes the folder where there is none, for this user alone, and owns it.
    ///
    /// # Errors
    /// When another process owns it, or the disk refuses.
    pub fn claim(path: &Path) -> Result<Self, ClaimError> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let mut lock =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path.join("lock"))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut text = String::new();
                lock.read_to_string(&mut text)?;
                return Err(ClaimError::Locked { pid: text.trim().parse().ok() });
            }
            Err(why) => return Err(io::Error::from(why).into()),
        }
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{}", std::process::id())?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        self.path.join("ringdown.sqlite")
    }

    /// The key file.
    pub fn key_file(&self) -> PathBuf {
        self.path.join("key")
    }

    /// The journal's folder.
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// The file that says when the server was last alive.
    pub fn pulse(&self) -> PathBuf {
        self.path.join("pulse")
    }

    /// The folder of SIP messages.
    pub fn sip_log(&self) -> PathBuf {
        self.path.join("sip")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_owner_is_told_who_the_first_is() {
        let folder = std::env::temp_dir().join(format!("ringdown-claim-{}", std::process::id()));
        let first = DataDir::claim(&folder).unwrap();
        let Err(ClaimError::Locked { pid }) = DataDir::claim(&folder) else { panic!("owned twice") };
        assert_eq!(pid, Some(std::process::id()));
        drop(first);
        DataDir::claim(&folder).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
