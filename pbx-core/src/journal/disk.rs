//! The files that segments are written to: the machine's, or a test's.

use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// A maker of segments.
pub trait Disk: Debug + Send + Sync {
    /// Makes a new file, whose name survives a power cut.
    ///
    /// # Errors
    /// When there is one of that name, or the disk refuses: then none is left behind.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn SegmentFile>>;
}

/// A segment, open for appending.
pub trait SegmentFile: Debug + Send + Sync {
    /// Appends all of these bytes.
    ///
    /// # Errors
    /// When the disk refuses: then any part of them may stand in the file.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to this length.
    ///
    /// # Errors
    /// When the disk refuses: then the file is as before.
    fn cut(&self, length: u64) -> io::Result<()>;

    /// Forces what was appended to the disk.
    ///
    /// # Errors
    /// When the disk refuses: then any part of what was appended since the last time may be lost,
    /// and another try tells nothing, because Linux reports the error once.
    fn sync(&self) -> io::Result<()>;
}

/// The machine's files.
#[derive(Clone, Copy, Debug)]
pub struct Files;

impl Disk for Files {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn SegmentFile>> {
        let file = OpenOptions::new().append(true).create_new(true).open(path)?;
        let folder = path.parent().map_or_else(|| File::open("."), File::open);
        if let Err(why) = folder.and_then(|folder| folder.sync_all()) {
            // Empty, and in the way of the next try.
            std::fs::remove_file(path)?;
            return Err(why);
        }
        Ok(Arc::new(file))
    }
}

impl SegmentFile for File {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self;
        file.write_all(bytes)
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
