//! A leg's session (RFC 3264): its own offer/answer machine; what one leg hears of the other is a
//! policy between the two.

use crate::message::body::{Unfit, description};
use pbx_media::{Format, Payloads};
use pbx_sip::Message;
use pbx_sip::sdp::{self, Codec, Direction, OfferAnswer, Phase, Stream, policy};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// The agreement with a leg, and the offer that is open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    machine: OfferAnswer,
    /// Whether its ACK has changed something that was not passed on to the other side yet.
    #[serde(default)]
    pub(crate) untold: bool,
}

impl Session {
    /// Makes a session in which nothing is agreed yet; `id` is randomness for the `o=` line.
    pub(crate) fn new(id: u64) -> Self {
        Self { machine: OfferAnswer::new(id), untold: false }
    }

    /// Takes an INVITE; returns whether it brings an offer. Its signalling comes from the address
    /// `from`.
    pub(crate) fn take_invite(&mut self, invite: &Message, from: IpAddr) -> Result<bool, Unfit> {
        let Some(body) = description(invite)? else { return Ok(false) };
        let offer = sdp::Session::parse(&body).map_err(|_| Unfit { code: 400 })?.with_names_at(from.to_canonical());
        let taken = self.machine.remote_offer(offer).map_err(|fault| match fault {
            sdp::OfferAnswerError::Glare => Unfit { code: 491 },
            sdp::OfferAnswerError::Open => Unfit { code: 500 },
            _ => Unfit { code: 488 },
        });
        taken.map(|()| true)
    }

    /// Takes the far end's answer in a 2xx or ACK; without a description, its early answer counts.
    pub(crate) fn take_answer(&mut self, message: &Message, from: IpAddr) -> Result<(), Unfit> {
        match description(message)? {
            None => self.machine.settle().map_err(|_| Unfit { code: 488 }),
            Some(body) => self.answer(&body, from, Phase::Final),
        }
    }

    /// Takes an ACK that answers our offer, which said what `other` wants. What that one has not
    /// heard of is marked: whether they hold, and a choice of codecs that leaves out what it sends.
    /// (The offer that begins a call leaves nothing to choose.)
    pub(crate) fn take_ack(&mut self, ack: &Message, from: IpAddr, other: &Self) -> Result<(), Unfit> {
        let (before, wanted) = (self.machine.wanted().is_some(), self.direction());
        self.take_answer(ack, from)?;
        self.untold |= self.direction() != wanted || before && !self.takes_what_comes(other);
        Ok(())
    }

    /// Notes that the other side has taken what was passed on to it: nothing is left to pass on,
    /// unless another ACK has brought something meanwhile.
    pub(crate) fn was_passed_on(&mut self, other: &Self) {
        self.untold &= !(other.knows(self) && self.takes_what_comes(other));
    }

    /// Returns whether the far end takes every audio codec that the other side may send.
    fn takes_what_comes(&self, other: &Self) -> bool {
        let codecs = [self.machine.remote(), other.machine.local(), other.machine.remote()];
        !matches!(codecs, [Some(side), Some(told), Some(said)] if !policy::takes_what_is_sent(side, told, said))
    }

    /// Takes a 18x; returns whether it brings an answer.
    pub(crate) fn take_early_answer(&mut self, message: &Message, from: IpAddr) -> Result<bool, Unfit> {
        let Some(body) = description(message)? else { return Ok(false) };
        self.answer(&body, from, Phase::Early).map(|()| true)
    }

    fn answer(&mut self, body: &[u8], from: IpAddr, phase: Phase) -> Result<(), Unfit> {
        let answer = sdp::Session::parse(body).map_err(|_| Unfit { code: 488 })?.with_names_at(from.to_canonical());
        self.machine.remote_answer(answer, phase).map_err(|_| Unfit { code: 488 })
    }

    /// Returns the session as we have offered it, before anybody has answered.
    pub(crate) fn as_offered(&self) -> Self {
        let mut offered = self.clone();
        offered.machine.forget_early_answer();
        offered
    }

    /// Returns whether the far end has answered our open offer, if only early.
    pub(crate) fn is_answered_early(&self) -> bool {
        self.machine.is_answered_early()
    }

    /// Returns whether the far end's offer waits for our answer.
    pub(crate) fn has_their_offer(&self) -> bool {
        self.machine.offered().is_some()
    }

    /// Returns whether the far end's offer leaves everything as it was for the other side, which
    /// knows that.
    pub(crate) fn asks_nothing_new(&self, other: &Self) -> bool {
        self.machine.asks_nothing_new() && other.knows(self)
    }

    /// Returns whether the far end knows what the other one wants, as far as it wants that itself:
    /// the answer to an offer that asked for less than was wanted says less than there is to say.
    pub(crate) fn knows(&self, other: &Self) -> bool {
        let open = self.direction().reversed();
        let told = self.machine.local().map_or(Direction::SendRecv, |stream| stream.direction);
        told.and(open) == other.direction().and(open)
    }

    /// Returns whether our offer waits for the far end's answer.
    pub(crate) fn has_our_offer(&self) -> bool {
        self.machine.has_offered()
    }

    /// Makes our offer to a leg that is to talk with the far end of `peer`: its open offer, else
    /// all that it wants and has.
    pub(crate) fn offer_for(&mut self, peer: Option<&Self>, at: SocketAddr) -> Option<String> {
        let talks = |peer: &&Self| !peer.has_their_offer() && peer.machine.wanted().is_some();
        match peer.filter(talks) {
            Some(peer) => self.offer_what_is_wanted(peer, at),
            None => self.make_offer(peer, at),
        }
    }

    /// Makes our offer: what the other leg offers; if that has made no offer, the codecs that we
    /// have ourselves.
    pub(crate) fn make_offer(&mut self, other: Option<&Self>, at: SocketAddr) -> Option<String> {
        let offered = other.and_then(|other| other.machine.asked());
        let stream = match offered {
            Some(offered) => policy::pass_offer(offered, at),
            None => policy::own_offer(at),
        };
        self.offer(stream)
    }

    /// Makes our offer of what the other leg has answered to our own offer.
    pub(crate) fn offer_what_was_answered(&mut self, other: &Self, at: SocketAddr) -> Option<String> {
        let stream = policy::offer_answered(other.machine.remote()?, at).ok()?;
        self.offer(stream)
    }

    /// Makes our offer of all that the other leg wants and has. A leg that holds is offered to hear
    /// something even if that one is silent, or could not answer that it holds no more.
    pub(crate) fn offer_what_is_wanted(&mut self, other: &Self, at: SocketAddr) -> Option<String> {
        let wanted = policy::pass_offer(other.machine.wanted()?, at);
        let sends = wanted.direction.sends() || self.holds();
        self.offer(Stream { direction: Direction::of(sends, wanted.direction.receives()), ..wanted })
    }

    /// Makes our offer of what the other leg wants, with the codecs that it last chose.
    pub(crate) fn offer_what_was_chosen(&mut self, other: &Self, at: SocketAddr) -> Option<String> {
        let chosen = policy::pass_offer(other.machine.remote()?, at);
        self.offer(Stream { direction: other.direction(), ..chosen })
    }

    fn offer(&mut self, stream: Stream) -> Option<String> {
        Some(self.machine.local_offer(stream).ok()?.to_text())
    }

    /// Makes our answer of what the other leg has answered; `None` if the two have no codec in
    /// common.
    pub(crate) fn make_answer(&mut self, other: &Self, at: SocketAddr, early: bool) -> Option<String> {
        self.answer_with(other.machine.remote()?, at, if early { Phase::Early } else { Phase::Final })
    }

    /// Makes our answer to an offer of nothing new, of what the other leg wants and has answered.
    pub(crate) fn answer_as_before(&mut self, other: &Self, at: SocketAddr) -> Option<String> {
        let wanted = Stream { direction: other.direction(), ..other.machine.remote()?.clone() };
        self.answer_with(&wanted, at, Phase::Final)
    }

    fn answer_with(&mut self, answered: &Stream, at: SocketAddr, phase: Phase) -> Option<String> {
        let stream = if self.machine.is_closing() {
            policy::pass_offer(answered, at)
        } else {
            policy::pass_answer(self.machine.offered()?, answered, at).ok()?
        };
        Some(self.machine.local_answer(stream, phase).ok()?.to_text())
    }

    /// Drops the open offer, which has failed; what was agreed before stays.
    pub(crate) fn roll_back(&mut self) {
        self.machine.roll_back();
    }

    /// Returns where the far end listens for RTP and RTCP: nowhere while it wants no sound.
    pub(crate) fn far(&self) -> (Option<SocketAddr>, Option<SocketAddr>) {
        match self.machine.remote().filter(|stream| stream.direction.receives()) {
            Some(stream) => (stream.rtp, stream.rtcp),
            None => (None, None),
        }
    }

    /// Returns the payload types of the far end: it sends those of our description, and takes those
    /// of its own (RFC 3264 §5.1).
    pub(crate) fn payloads(&self) -> Payloads {
        let formats = |stream: Option<&Stream>| {
            let codecs = stream.map_or(&[][..], |stream| &stream.codecs);
            codecs.iter().map(format).collect::<Vec<_>>().into_iter()
        };
        Payloads::of(formats(self.machine.told()), formats(self.machine.remote()))
    }

    /// Returns which way the far end wants sound to go; both ways until it has said so.
    pub(crate) fn direction(&self) -> Direction {
        self.machine.wanted().map_or(Direction::SendRecv, |stream| stream.direction)
    }

    /// Returns whether the far end holds: it does not want to hear the other side.
    pub(crate) fn holds(&self) -> bool {
        !self.direction().receives() || self.machine.remote().is_some_and(|stream| stream.rtp.is_none())
    }

    /// Returns whether the far end may send.
    pub(crate) fn may_send(&self) -> bool {
        let sends = self.machine.remote().is_some_and(|stream| stream.direction.sends());
        sends && self.machine.local().is_none_or(|stream| stream.direction.receives())
    }
}

fn format(codec: &Codec) -> Format {
    Format { payload: codec.payload, channels: codec.channels, clock: codec.clock, name: codec.name.as_str().into() }
}
