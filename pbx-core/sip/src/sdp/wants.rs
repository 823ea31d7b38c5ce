//! What one side of a call wants itself, kept apart from what was imposed on it: a side that is
//! held says `recvonly`, and wants to talk. RFC 6337 §5.3 has it so: who is asked for an offer says
//! what it wants, not what a hold of the asker left it.
//!
//! | it says                | it had heard         | it wants                                                          |
//! | ---------------------- | -------------------- | ----------------------------------------------------------------- |
//! | an offer               | `sendrecv`           | what it says                                                      |
//! |                        | less than that       | what it says; of what it was not left, what it wanted before      |
//! | an answer              | `sendrecv` (offered) | what it says                                                      |
//! |                        | a hold (offered)     | what it wanted before, and what it says: who follows holds nobody |
//! | port 0, to a hold      |                      | what it wanted before                                             |
//!
//! An offer lists every codec of its side, an answer those of the codecs offered: of others it
//! could not speak, so they stay known from before.

use super::said::Said;
use super::{Codec, Direction, Stream};

impl Direction {
    /// Returns what a side wants that says this, knew `told` and wanted `before`. Not to send may
    /// have been a part of its hold (`inactive`), and then ends with it.
    const fn wanted(self, told: Self, before: Self) -> Self {
        let resumes = self.receives() && !before.receives();
        let sends = self.sends() || !told.receives() && (before.sends() || resumes);
        Self::of(sends, self.receives() || !told.sends() && before.receives())
    }
}

/// Returns what a side wants that offers this, knew `told` and wanted `before`; `None` if just what
/// it says.
pub(super) fn by_offer(offer: &Said, told: Option<&Stream>, before: Option<&Stream>) -> Option<Box<Stream>> {
    let said = offer.stream()?;
    let direction = said.direction.wanted(direction_of(told), direction_of(before));
    let codecs =
        before.filter(|_| offer.is_closed()).map_or_else(|| said.codecs.clone(), |before| before.codecs.clone());
    unless_said(said, direction, codecs)
}

/// Returns what a side wants that answers `asked` so and wanted `before`; `None` if just what it
/// says.
pub(super) fn by_answer(answer: &Said, asked: &Said, before: Option<&Stream>) -> Option<Box<Stream>> {
    let said = answer.stream()?;
    if answer.is_closed() {
        return before.cloned().map(Box::new);
    }
    let asked = asked.stream();
    let told = if direction_of(asked) == Direction::SendRecv { Direction::SendRecv } else { Direction::Inactive };
    let is_open = |codec: &&Codec| {
        let offered = asked.is_some_and(|asked| asked.codecs.iter().any(|o| o.is_same(codec)));
        !offered && !said.codecs.iter().any(|s| s.is_same(codec) || s.payload == codec.payload)
    };
    let known = before.into_iter().flat_map(|before| &before.codecs).filter(is_open);
    let codecs = said.codecs.iter().chain(known).cloned().collect();
    unless_said(said, said.direction.wanted(told, direction_of(before)), codecs)
}

/// Returns whether a side that wants `asked` now asks for nothing that the other one has to hear
/// of, after it wanted or said `before`: where it listens is between it and us.
pub(super) fn is_alike(asked: &Stream, before: &Stream) -> bool {
    let first = |stream: &Stream| stream.codecs.iter().find(|codec| codec.is_sound()).cloned();
    let lists = |one: &Stream, other: &Stream| one.codecs.iter().all(|codec| other.codecs.contains(codec));
    asked.ptime == before.ptime
        && asked.maxptime == before.maxptime
        && first(asked) == first(before)
        && lists(asked, before)
        && lists(before, asked)
}

fn direction_of(stream: Option<&Stream>) -> Direction {
    stream.map_or(Direction::SendRecv, |stream| stream.direction)
}

fn unless_said(said: &Stream, direction: Direction, codecs: Vec<Codec>) -> Option<Box<Stream>> {
    let wants = Stream { direction, codecs, ..said.clone() };
    (wants != *said).then(|| Box::new(wants))
}
