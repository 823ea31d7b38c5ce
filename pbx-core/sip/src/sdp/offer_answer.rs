//! One leg's side of offer and answer (RFC 3264).

use super::said::Said;
use super::{Media, Origin, Session, Stream};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};
use thiserror::Error;

/// Why an offer or answer does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Fault {
    /// The far end offers while our offer is open: answer 491.
    #[error("both sides offer at once")]
    Glare,
    /// An offer while the far end's is not yet answered: answer 500 to the far end's second one, hold ours back.
    #[error("an offer is open already")]
    Open,
    /// An answer, and nothing was offered.
    #[error("there is no offer to answer")]
    NoOffer,
    /// The answer has fewer media lines than the offer, or an offer fewer than before (RFC 3264 §6, §8).
    #[error("the media lines do not match")]
    Lines,
    /// No media line is sound over plain RTP, in a codec at least: answer 488.
    #[error("no sound is offered that we can carry")]
    NoSound,
}

/// Whether an answer may still be followed by another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Phase {
    /// In an unreliable 1xx: a preview (RFC 3261 §13.2.1).
    Early,
    /// In a 2xx or ACK.
    Final,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum State {
    /// No offer is open.
    Stable,
    /// We have offered; perhaps an early answer has come.
    Offered { offer: Said, early: Option<Said> },
    /// The far end has offered; perhaps we have answered early.
    Asked { offer: Said, early: Option<Said> },
}

/// The state of one leg: who has offered, what was agreed, and our `o=` line. A forked leg clones it for each early
/// dialog.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfferAnswer {
    id: u64,
    /// The `o=` version last sent.
    version: u64,
    /// Which media line is ours; the others are refused.
    line: usize,
    state: State,
    local: Option<Said>,
    remote: Option<Said>,
}

impl OfferAnswer {
    /// Nothing agreed yet; `id` is fresh randomness. It is cut to 63 bits, for those that read it with a sign.
    pub fn new(id: u64) -> Self {
        Self { id: id >> 1, version: 0, line: 0, state: State::Stable, local: None, remote: None }
    }

    /// The far end offers.
    ///
    /// # Errors
    /// [`Fault::Glare`], [`Fault::Open`], [`Fault::Lines`] or [`Fault::NoSound`]; then nothing has changed.
    pub fn remote_offer(&mut self, offer: Session) -> Result<(), Fault> {
        match self.state {
            State::Offered { .. } => return Err(Fault::Glare),
            State::Asked { .. } => return Err(Fault::Open),
            State::Stable => {}
        }
        if offer.media.len() < self.local.as_ref().map_or(0, |local| local.session().media.len()) {
            return Err(Fault::Lines);
        }
        let has_sound = |line: &usize| offer.stream(*line).is_some_and(|stream| stream.has_sound());
        let line = std::iter::once(self.line).chain(0..offer.media.len()).find(has_sound);
        self.line = line.ok_or(Fault::NoSound)?;
        self.state = State::Asked { offer: Said::new(offer, self.line), early: None };
        Ok(())
    }

    /// We answer with this stream. An early answer may be repeated, or replaced by the final one.
    ///
    /// # Errors
    /// [`Fault::NoOffer`].
    pub fn local_answer(&mut self, stream: Stream, phase: Phase) -> Result<&Session, Fault> {
        let State::Asked { offer, early } = &self.state else { return Err(Fault::NoOffer) };
        let before = early.as_ref().or(self.local.as_ref()).cloned();
        let offer = offer.clone();
        let answer = self.describe(stream, &offer.session().media, before.as_ref());
        self.state = match phase {
            Phase::Early => State::Asked { offer, early: Some(answer) },
            Phase::Final => {
                self.remote = Some(offer);
                self.local = Some(answer);
                State::Stable
            }
        };
        self.last_said().ok_or(Fault::NoOffer)
    }

    /// We offer this stream: in an INVITE, or in the 2xx to one without SDP.
    ///
    /// # Errors
    /// [`Fault::Open`].
    pub fn local_offer(&mut self, stream: Stream) -> Result<&Session, Fault> {
        if !matches!(self.state, State::Stable) {
            return Err(Fault::Open);
        }
        let before = self.local.clone();
        let lines = before.as_ref().map_or(&[][..], |before| &before.session().media);
        let offer = self.describe(stream, lines, before.as_ref());
        self.state = State::Offered { offer, early: None };
        self.last_said().ok_or(Fault::NoOffer)
    }

    /// Our description of the open exchange, else of the agreed one.
    fn last_said(&self) -> Option<&Session> {
        let said = match &self.state {
            State::Offered { offer, .. } => Some(offer),
            State::Asked { early, .. } => early.as_ref(),
            State::Stable => self.local.as_ref(),
        };
        said.map(Said::session)
    }

    /// The far end answers. Lines beyond those of the offer answer nothing, and are left out. The final answer may differ from
    /// an early one, as some far ends have it: the final one counts.
    ///
    /// # Errors
    /// [`Fault::NoOffer`], [`Fault::Lines`], or [`Fault::NoSound`] if the far end refuses our stream; then nothing has
    /// changed.
    pub fn remote_answer(&mut self, mut answer: Session, phase: Phase) -> Result<(), Fault> {
        let State::Offered { offer, early } = &mut self.state else { return Err(Fault::NoOffer) };
        let lines = offer.session().media.len();
        if answer.media.len() < lines {
            return Err(Fault::Lines);
        }
        answer.media.truncate(lines);
        let answer = Said::new(answer, self.line);
        if answer.stream().is_none() {
            return Err(Fault::NoSound);
        }
        match phase {
            Phase::Early => *early = Some(answer),
            Phase::Final => {
                self.local = Some(offer.clone());
                self.remote = Some(answer);
                self.state = State::Stable;
            }
        }
        Ok(())
    }

    /// The 2xx came without SDP: the early answer, if there was one, is the answer (RFC 3261 §13.2.1).
    ///
    /// # Errors
    /// [`Fault::NoOffer`] if our offer was never answered.
    pub fn settle(&mut self) -> Result<(), Fault> {
        match &self.state {
            State::Stable => Ok(()),
            State::Offered { early: Some(early), .. } => {
                let early = early.session().clone();
                self.remote_answer(early, Phase::Final)
            }
            State::Offered { .. } | State::Asked { .. } => Err(Fault::NoOffer),
        }
    }

    /// Drops the open offer: a re-INVITE was refused, by the far end or by us. What was agreed before stays (RFC 3261
    /// §14.1).
    pub fn roll_back(&mut self) {
        self.state = State::Stable;
        self.line = self.local.as_ref().and_then(|local| local.session().audio_line()).unwrap_or(0);
    }

    /// Whether an offer is open, the far end's or ours.
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, State::Stable)
    }

    /// Whether our offer is open.
    pub const fn has_offered(&self) -> bool {
        matches!(self.state, State::Offered { .. })
    }

    /// The far end's offer that waits for our answer.
    pub fn offered(&self) -> Option<&Stream> {
        match &self.state {
            State::Asked { offer, .. } => offer.stream(),
            _ => None,
        }
    }

    /// The far end's stream in force: its early answer to our open offer, its open offer if we have answered that early,
    /// else what was agreed.
    pub fn remote(&self) -> Option<&Stream> {
        let open = match &self.state {
            State::Offered { early, .. } => early.as_ref(),
            State::Asked { offer, early } => early.as_ref().map(|_| offer),
            State::Stable => None,
        };
        open.or(self.remote.as_ref())?.stream()
    }

    /// Our stream as last agreed.
    pub fn local(&self) -> Option<&Stream> {
        self.local.as_ref()?.stream()
    }

    /// Makes our description: the stream in its line, all other `lines` refused. The `o=` version rises by one if the
    /// description differs from `before`, or if another one, which came to nothing, was sent since.
    fn describe(&mut self, stream: Stream, lines: &[Media], before: Option<&Said>) -> Said {
        let mut media: Vec<Media> = lines.iter().map(Media::refused).collect();
        match media.get_mut(self.line) {
            Some(line) => *line = stream.to_media(),
            None => {
                self.line = media.len();
                media.push(stream.to_media());
            }
        }
        let address = stream.rtp.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |rtp| rtp.ip());
        let origin = Origin { user: "-".to_owned(), id: self.id, version: self.version, address: address.into() };
        let mut session = Session { origin, connection: Some(address.into()), attributes: Vec::new(), media };
        if before.map(Said::session) != Some(&session) {
            self.version += 1;
            session.origin.version = self.version;
        }
        Said::ours(session, self.line, stream)
    }
}
