//! One leg's side of offer and answer (RFC 3264).

use super::said::Said;
use super::{Direction, Media, Origin, Session, Stream, wants};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};
use thiserror::Error;

/// The reason why an offer or answer does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum OfferAnswerError {
    /// The far end offers while our offer is open: answer 491.
    #[error("both sides offer at once")]
    Glare,
    /// An offer while the far end's is not yet answered: answer 500 to the far end's second one,
    /// hold ours back.
    #[error("an offer is open already")]
    Open,
    /// An answer, and nothing was offered.
    #[error("there is no offer to answer")]
    NoOffer,
    /// No media line is sound over plain RTP, in a codec at least: answer 488.
    #[error("no sound is offered that we can carry")]
    NoSound,
}

/// The phase of an answer: it may still be followed by another one, or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Phase {
    /// In an unreliable 1xx: a preview (RFC 3261 §13.2.1).
    Early,
    /// In a 2xx or ACK.
    Final,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Negotiation {
    /// No offer is open.
    Stable,
    /// We have offered; perhaps an early answer has come.
    Offered { offer: Said, early: Option<Said> },
    /// The far end has offered, and wants this, if not what it says; perhaps we have answered
    /// early.
    Asked { offer: Said, wants: Option<Box<Stream>>, early: Option<Said> },
}

/// The state of one leg: who has offered, what was agreed, and our `o=` line. A forked leg clones
/// it for each early dialog.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfferAnswer {
    id: u64,
    /// The `o=` version last sent.
    version: u64,
    /// Which media line is ours; the others are refused.
    line: usize,
    state: Negotiation,
    local: Option<Said>,
    remote: Option<Said>,
    /// What the far end wants, if that is not what it said last.
    wants: Option<Box<Stream>>,
}

impl OfferAnswer {
    /// Nothing agreed yet; `id` is fresh randomness. It is cut to 63 bits, for those that read it
    /// with a sign.
    pub fn new(id: u64) -> Self {
        Self { id: id >> 1, version: 0, line: 0, state: Negotiation::Stable, local: None, remote: None, wants: None }
    }

    /// Takes an offer of the far end.
    ///
    /// Lines that were there before and are missing now count as refused, though RFC 3264 §8 has
    /// them stay: phones drop the video that was refused to them. Port 0 in an agreed session is a
    /// hold.
    ///
    /// # Errors
    /// [`OfferAnswerError::Glare`], [`OfferAnswerError::Open`] or [`OfferAnswerError::NoSound`];
    /// then nothing has changed.
    pub fn remote_offer(&mut self, offer: Session) -> Result<(), OfferAnswerError> {
        match self.state {
            Negotiation::Offered { .. } => return Err(OfferAnswerError::Glare),
            Negotiation::Asked { .. } => return Err(OfferAnswerError::Open),
            Negotiation::Stable => {}
        }
        let mut lines = std::iter::once(self.line).chain(0..offer.media.len());
        let has_sound = |line: &usize| offer.stream(*line).is_some_and(|stream| stream.has_sound());
        let holds = |line: &usize| self.remote.is_some() && offer.closed_stream(*line).is_some();
        self.line = lines.clone().find(has_sound).or_else(|| lines.find(holds)).ok_or(OfferAnswerError::NoSound)?;
        let offer = Said::new(offer, self.line);
        let wants = wants::by_offer(&offer, self.local(), self.wanted());
        self.state = Negotiation::Asked { offer, wants, early: None };
        Ok(())
    }

    /// We answer with this stream; to an offer of port 0 with port 0 (RFC 3264 §6). An early answer
    /// may be repeated, or replaced by the final one.
    ///
    /// # Errors
    /// [`OfferAnswerError::NoOffer`].
    pub fn local_answer(&mut self, stream: Stream, phase: Phase) -> Result<&Session, OfferAnswerError> {
        let Negotiation::Asked { offer, wants, early } = &self.state else { return Err(OfferAnswerError::NoOffer) };
        let before = early.as_ref().or(self.local.as_ref()).cloned();
        let (offer, wants) = (offer.clone(), wants.clone());
        let stream = Some(stream).filter(|_| !offer.is_closed());
        let answer = self.describe(stream, &offer.session().media, before.as_ref());
        self.state = match phase {
            Phase::Early => Negotiation::Asked { offer, wants, early: Some(answer) },
            Phase::Final => {
                self.wants = wants;
                self.remote = Some(offer);
                self.local = Some(answer);
                Negotiation::Stable
            }
        };
        self.last_said().ok_or(OfferAnswerError::NoOffer)
    }

    /// We offer this stream: in an INVITE, or in the 2xx to one without SDP.
    ///
    /// # Errors
    /// [`OfferAnswerError::Open`].
    pub fn local_offer(&mut self, stream: Stream) -> Result<&Session, OfferAnswerError> {
        if !matches!(self.state, Negotiation::Stable) {
            return Err(OfferAnswerError::Open);
        }
        let before = self.local.clone();
        let lines = before.as_ref().map_or(&[][..], |before| &before.session().media);
        let offer = self.describe(Some(stream), lines, before.as_ref());
        self.state = Negotiation::Offered { offer, early: None };
        self.last_said().ok_or(OfferAnswerError::NoOffer)
    }

    /// Our description of the open exchange, else of the agreed one.
    fn last_said(&self) -> Option<&Session> {
        self.said_last().map(Said::session)
    }

    /// Our stream as the far end heard it last: what it sends meanwhile is numbered so.
    pub fn told(&self) -> Option<&Stream> {
        self.said_last().or(self.local.as_ref())?.stream()
    }

    fn said_last(&self) -> Option<&Said> {
        match &self.state {
            Negotiation::Offered { offer, .. } => Some(offer),
            Negotiation::Asked { early, .. } => early.as_ref(),
            Negotiation::Stable => self.local.as_ref(),
        }
    }

    /// Takes an answer of the far end.
    ///
    /// Lines beyond those of the offer answer nothing, and are left out; missing ones count as
    /// refused. The final answer may differ from an early one, as some far ends have it: the final
    /// one counts.
    ///
    /// # Errors
    /// [`OfferAnswerError::NoOffer`], or [`OfferAnswerError::NoSound`] if the far end refuses our
    /// stream, unless it is held or holds; then nothing has changed.
    pub fn remote_answer(&mut self, mut answer: Session, phase: Phase) -> Result<(), OfferAnswerError> {
        let Negotiation::Offered { offer, early } = &mut self.state else { return Err(OfferAnswerError::NoOffer) };
        answer.media.truncate(offer.session().media.len());
        let answer = Said::new(answer, self.line);
        let holds = offer.stream().is_some_and(|offer| offer.direction != Direction::SendRecv);
        let may_close = self.remote.as_ref().is_some_and(|remote| holds || remote.is_closed());
        if answer.stream().is_none() || answer.is_closed() && !may_close {
            return Err(OfferAnswerError::NoSound);
        }
        match phase {
            Phase::Early => *early = Some(answer),
            Phase::Final => {
                let before = self.wants.as_deref().or_else(|| self.remote.as_ref().and_then(Said::stream));
                self.wants = wants::by_answer(&answer, offer, before);
                self.local = Some(offer.clone());
                self.remote = Some(answer);
                self.state = Negotiation::Stable;
            }
        }
        Ok(())
    }

    /// Notes that the 2xx came without SDP: the early answer, if there was one, is the answer (RFC
    /// 3261 §13.2.1).
    ///
    /// # Errors
    /// [`OfferAnswerError::NoOffer`] if our offer was never answered.
    pub fn settle(&mut self) -> Result<(), OfferAnswerError> {
        match &self.state {
            Negotiation::Stable => Ok(()),
            Negotiation::Offered { early: Some(early), .. } => {
                let early = early.session().clone();
                self.remote_answer(early, Phase::Final)
            }
            Negotiation::Offered { .. } | Negotiation::Asked { .. } => Err(OfferAnswerError::NoOffer),
        }
    }

    /// Drops the open offer: a re-INVITE was refused, by the far end or by us. What was agreed
    /// before stays (RFC 3261 §14.1).
    pub fn roll_back(&mut self) {
        self.state = Negotiation::Stable;
        self.line = self.local.as_ref().map_or(0, Said::line);
    }

    /// Forgets the early answer to our open offer: what another phone says to the same offer is
    /// another answer (RFC 3261 §13.2.2.4).
    pub fn forget_early_answer(&mut self) {
        if let Negotiation::Offered { early, .. } = &mut self.state {
            *early = None;
        }
    }

    /// Returns whether our open offer has an early answer.
    pub const fn is_answered_early(&self) -> bool {
        matches!(self.state, Negotiation::Offered { early: Some(_), .. })
    }

    /// Returns whether an offer is open, the far end's or ours.
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, Negotiation::Stable)
    }

    /// Returns whether our offer is open.
    pub const fn has_offered(&self) -> bool {
        matches!(self.state, Negotiation::Offered { .. })
    }

    /// Returns the far end's offer that waits for our answer.
    pub fn offered(&self) -> Option<&Stream> {
        match &self.state {
            Negotiation::Asked { offer, .. } => offer.stream(),
            _ => None,
        }
    }

    /// Returns the far end's offer that waits for our answer, as it is to be passed on: with the
    /// direction that the far end wants.
    pub fn asked(&self) -> Option<&Stream> {
        match &self.state {
            Negotiation::Asked { offer, wants, .. } => wants.as_deref().or_else(|| offer.stream()),
            _ => None,
        }
    }

    /// Returns whether the far end's offer asks for nothing that was not agreed: a refresh (RFC
    /// 4028 §7.4), or its media has moved.
    pub fn asks_nothing_new(&self) -> bool {
        let (Some(asked), Some(wanted)) = (self.asked(), self.wanted()) else { return false };
        let said = self.remote.as_ref().and_then(Said::stream);
        let is_known = [Some(wanted), said].into_iter().flatten().any(|before| wants::is_alike(asked, before));
        is_known && asked.direction == wanted.direction
    }

    /// Returns whether the far end's offer closes its stream by port 0.
    pub fn is_closing(&self) -> bool {
        matches!(&self.state, Negotiation::Asked { offer, .. } if offer.is_closed())
    }

    /// Returns what the far end wants itself, by what was agreed: with every codec that it is known
    /// to have.
    pub fn wanted(&self) -> Option<&Stream> {
        self.wants.as_deref().or(self.remote.as_ref()?.stream())
    }

    /// Returns the far end's stream in force: its early answer to our open offer, its open offer if
    /// we have answered that early, else what was agreed.
    pub fn remote(&self) -> Option<&Stream> {
        let open = match &self.state {
            Negotiation::Offered { early, .. } => early.as_ref(),
            Negotiation::Asked { offer, early, .. } => early.as_ref().map(|_| offer),
            Negotiation::Stable => None,
        };
        open.or(self.remote.as_ref())?.stream()
    }

    /// Our stream as last agreed.
    pub fn local(&self) -> Option<&Stream> {
        self.local.as_ref()?.stream()
    }

    /// Makes our description: the stream, if there is one, in its line, all other `lines` refused.
    /// The `o=` version rises by one if the description differs from `before`, or if another one,
    /// which came to nothing, was sent since.
    fn describe(&mut self, stream: Option<Stream>, lines: &[Media], before: Option<&Said>) -> Said {
        let mut media: Vec<Media> = lines.iter().map(Media::refused).collect();
        match (media.get_mut(self.line), stream.as_ref().map(Stream::to_media)) {
            (Some(line), Some(ours)) => *line = ours,
            (None, Some(ours)) => {
                self.line = media.len();
                media.push(ours);
            }
            (_, None) => {}
        }
        let rtp = stream.as_ref().and_then(|stream| stream.rtp);
        let address = rtp.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |rtp| rtp.ip());
        let origin = Origin { user: "-".to_owned(), id: self.id, version: self.version, address: address.into() };
        let mut session = Session { origin, connection: Some(address.into()), attributes: Vec::new(), media };
        if before.map(Said::session) != Some(&session) {
            self.version += 1;
            session.origin.version = self.version;
        }
        match stream {
            Some(stream) => Said::ours(session, self.line, stream),
            None => Said::new(session, self.line),
        }
    }
}
