//! How long we wait for a peer. Times are ages of its connection.

use std::time::Duration;

/// For its first whole message, from the beginning.
const FIRST: Duration = Duration::from_secs(30);
/// For the rest of a message, from its first byte.
const REST: Duration = Duration::from_secs(30);
/// For anything at all between two messages, while nothing is proven on the connection.
const IDLE: Duration = Duration::from_secs(60);

/// The kinds of things that we wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Awaited {
    /// Its first whole message.
    First,
    /// The rest of one that has begun.
    Rest,
    /// The next one.
    Next,
}

/// A wait for a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PeerWait {
    what: Awaited,
    since: Duration,
}

impl PeerWait {
    /// Begins to wait for a peer that has opened the connection, or for one to which we did: of
    /// that one nothing more need come than answers.
    pub(super) const fn begin(is_ours: bool) -> Self {
        Self { what: if is_ours { Awaited::Next } else { Awaited::First }, since: Duration::ZERO }
    }

    /// Returns how much longer we wait; `None` if for as long as the peer likes: a phone that has
    /// registered may be silent until it registers again, and in a call for as long as people talk.
    pub(super) fn left(&self, age: Duration, is_proven: bool) -> Option<Duration> {
        let limit = match self.what {
            Awaited::First => FIRST,
            Awaited::Rest => REST,
            Awaited::Next if is_proven => return None,
            Awaited::Next => IDLE,
        };
        Some((self.since + limit).saturating_sub(age))
    }

    /// Notes that something has come: whether a message was whole with it, and whether one has
    /// begun that is not whole yet.
    pub(super) fn received(&mut self, age: Duration, is_whole: bool, has_begun: bool) {
        let what = match (self.what, is_whole, has_begun) {
            (Awaited::First, false, _) | (Awaited::Rest, false, true) => return,
            (_, _, true) => Awaited::Rest,
            (_, _, false) => Awaited::Next,
        };
        *self = Self { what, since: age };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn first_message_must_be_whole_in_time_whatever_drips() {
        let mut wait = PeerWait::begin(false);
        for second in 0..29 {
            wait.received(at(second), false, second > 0);
        }
        assert_eq!(wait.left(at(29), false), Some(at(1)));
        wait.received(at(29), true, false);
        assert_eq!(wait.left(at(30), false), Some(at(59)));
    }

    #[test]
    fn message_that_has_begun_must_be_whole_in_time_even_from_the_proven() {
        let mut wait = PeerWait::begin(false);
        wait.received(at(1), true, true);
        wait.received(at(20), false, true);
        assert_eq!(wait.left(at(21), true), Some(at(10)));
        wait.received(at(22), true, true);
        assert_eq!(wait.left(at(22), true), Some(at(30)), "the next one has begun");
    }

    #[test]
    fn only_the_proven_may_be_silent_for_as_long_as_they_like() {
        let mut wait = PeerWait::begin(false);
        wait.received(at(1), true, false);
        assert_eq!((wait.left(at(61), false), wait.left(at(61), true)), (Some(at(0)), None));
        wait.received(at(50), false, false);
        assert_eq!(wait.left(at(61), false), Some(at(49)), "a ping is a sign of life");
        assert_eq!(PeerWait::begin(true).left(at(1000), true), None);
    }
}
