//! The limit of files (sockets among them) that the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::ops::RangeInclusive;

/// Open files besides media: database, journal, listeners, and the first connections of phones and
/// browsers.
const OTHERS: u64 = 256;
/// Files of a call: its two sides have a socket each for RTP and for RTCP.
const OF_A_CALL: u64 = 4;

/// Raises the soft limit of open files to the hard one, and returns it; `None` if there is no
/// limit.
pub fn raise_soft_limit() -> std::io::Result<Option<u64>> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    }
    Ok(limit.maximum)
}

/// Returns a warning in words if the media ports can't all be open under this limit.
pub fn shortage(limit: u64, ports: &RangeInclusive<u16>) -> Option<String> {
    let needed = ports.len() as u64 + OTHERS;
    let calls = limit.saturating_sub(OTHERS) / OF_A_CALL;
    (limit < needed).then(|| {
        format!(
            "at most {limit} files may be open, and the {} media ports with the rest need {needed}: more than about {calls} \
             calls at once will be refused; raise the hard limit (LimitNOFILE, ulimit -Hn) or narrow rtp-ports",
            ports.len()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_of_ports_that_fits_is_no_shortage() {
        assert_eq!(shortage(1256, &(10_000..=10_999)), None);
        assert_eq!(shortage(1_048_576, &(0..=u16::MAX)), None);
    }

    #[test]
    fn shortage_says_how_many_calls_there_can_be() {
        let words = shortage(656, &(10_000..=10_999)).unwrap();
        assert!(words.contains("656") && words.contains("1256") && words.contains("about 100 calls"), "{words}");
        assert!(shortage(64, &(10_000..=10_999)).unwrap().contains("about 0 calls"));
    }
}
