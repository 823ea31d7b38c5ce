//! How the files that the process may open are shared out: so many for phones' connections and for the
//! console that media ports, journal and database always find one.

use crate::config::Config;

/// The limit of open files; `None` where there is none or it is not known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileShares(Option<u64>);

impl FileShares {
    /// Raises the limit as far as it goes, and warns if it is too low for the media ports.
    pub(crate) fn raise(config: &Config) -> Self {
        let limit = pbx_media::files::raise_soft_limit().unwrap_or_else(|error| {
            tracing::warn!(%error, "the limit of open files stays as it is");
            None
        });
        if let Some(shortage) = limit.and_then(|limit| pbx_media::files::shortage(limit, &config.rtp_ports)) {
            tracing::warn!("{shortage}");
        }
        Self(limit)
    }

    /// What SIP connections may take: a quarter.
    pub(crate) fn phones(self) -> usize {
        self.part(4)
    }

    /// What HTTP connections may take: an eighth.
    pub(crate) fn console(self) -> usize {
        self.part(8)
    }

    fn part(self, of: u64) -> usize {
        let share = |files: u64| usize::try_from(files / of).unwrap_or(usize::MAX).max(1);
        self.0.map_or(usize::MAX, share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_left_for_media() {
        let shares = FileShares(Some(3000));
        assert_eq!((shares.phones(), shares.console()), (750, 375));
        assert_eq!((FileShares(Some(2)).phones(), FileShares(Some(2)).console()), (1, 1));
        assert_eq!(FileShares(None).console(), usize::MAX);
    }
}
