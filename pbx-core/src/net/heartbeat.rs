//! The server's heartbeat: a file that says when it was last alive, so that a call that a kill cut
//! has the length that it had.

use super::{Clock, pause};
use crate::base::time::Wall;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How far a cut call's end may be wrong.
const BEAT: Duration = Duration::from_secs(1);

/// Returns when the server whose file this is was last alive; `None` if it never wrote it.
pub fn last_heartbeat(file: &Path) -> Option<Wall> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok().map(Wall::from_micros)
}

/// Writes the time into the file every second.
///
/// # Errors
/// When the file can't be made.
pub fn start_heartbeat(file: &Path, clock: Arc<dyn Clock>) -> io::Result<JoinHandle<()>> {
    let file = Arc::new(OpenOptions::new().write(true).create(true).truncate(false).open(file)?);
    Ok(tokio::spawn(async move {
        loop {
            let (file, now) = (file.clone(), clock.now().wall);
            // A disk that refuses is reported by the journal.
            let _ = tokio::task::spawn_blocking(move || beat(&file, now)).await;
            pause(BEAT).await;
        }
    }))
}

/// Writes always as many bytes, so that the file is whole at any instant.
fn beat(file: &File, now: Wall) -> io::Result<()> {
    file.write_all_at(format!("{:020}\n", now.micros()).as_bytes(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_beat_is_read_back() {
        let path = std::env::temp_dir().join(format!("ringdown-pulse-{}", std::process::id()));
        assert_eq!(last_heartbeat(&path), None);
        let file = File::create(&path).unwrap();
        for micros in [1_795_165_200_000_000, 7] {
            beat(&file, Wall::from_micros(micros)).unwrap();
            assert_eq!(last_heartbeat(&path), Some(Wall::from_micros(micros)));
        }
        std::fs::remove_file(&path).unwrap();
    }
}
