//! A file that is there to go: when the disk is full, journal and database live on its room until
//! an operator makes more.

use rustix::fs::{FallocateFlags, fallocate};
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

/// How large it is: some minutes of a busy server's promises, hours of another's.
pub(super) const BYTES: u64 = 64 << 20;

/// The file, by its path.
#[derive(Debug)]
pub(super) struct Ballast(PathBuf);

impl Ballast {
    /// Names the ballast of a data folder, which is there only once it is laid.
    pub(super) fn of(folder: &Path) -> Self {
        Self(folder.join("ballast"))
    }

    pub(super) fn is_laid(&self) -> bool {
        self.0.metadata().is_ok_and(|file| file.len() >= BYTES)
    }

    /// Takes the room. A disk that can't promise room beforehand gets no ballast.
    pub(super) fn lay(&self) -> io::Result<()> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&self.0)?;
        let laid = fallocate(&file, FallocateFlags::empty(), 0, BYTES);
        if laid.is_err() {
            std::fs::remove_file(&self.0)?;
        }
        Ok(laid?)
    }

    /// Gives the room back; returns whether there was any.
    pub(super) fn release(&self) -> bool {
        std::fs::remove_file(&self.0).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballast_takes_room_once_and_gives_it_back_once() {
        let folder = std::env::temp_dir().join(format!("ringdown-ballast-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let ballast = Ballast::of(&folder);
        assert!(!ballast.is_laid() && !ballast.release());
        ballast.lay().unwrap();
        assert!(ballast.is_laid());
        assert!(ballast.release());
        assert!(!ballast.is_laid() && !ballast.release());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
