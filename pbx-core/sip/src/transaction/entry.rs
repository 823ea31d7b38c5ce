//! One transaction of a layer: its timers, and what its machine's effects say to the network and to
//! the user.

use super::queue::Queue;
use super::{Action, Effect, Failure, Key, Machine, Timer, TransactionId, make};
use crate::Message;
use crate::time::Instant;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A transaction: its machine, and what that works on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Transaction<U> {
    pub(super) machine: Machine,
    pub(super) user: U,
    /// Where the stream leads that it is on; none over UDP. In a box: most are.
    pub(super) stream: Option<Box<SocketAddr>>,
    /// The user hears nothing of its responses and its end, because it is a CANCEL that we sent.
    pub(super) quiet: bool,
    /// Server: `kept` is a response, not the request.
    pub(super) answered: bool,
    /// What may have to be sent again: the client's request, later its ACK; the server's request,
    /// then its last response.
    pub(super) kept: Bytes,
    /// Client INVITE: the CANCEL that waits for a first sign of life (RFC 3261 §9.1). In a box: few
    /// have one, and of what answers registrations there are as many as phones.
    pub(super) cancel: Option<Box<Bytes>>,
    pub(super) key: Key,
    pub(super) merge: Option<Arc<str>>,
    /// The timers that are set.
    pub(super) set: Vec<(Timer, Instant)>,
    /// The last value of the retransmission timer.
    pub(super) pause: Duration,
}

/// The message that an input to a transaction brings with it.
#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Nothing,
    /// A response that came.
    Heard(&'a Message),
    /// A response that the user gave.
    Said(&'a Bytes),
}

impl<U: Clone> Transaction<U> {
    /// Sets a timer to so long from now, in place of when it was set to.
    pub(super) fn set_timer(
        &mut self,
        queue: &mut Queue,
        now: Instant,
        id: TransactionId,
        timer: Timer,
        after: Duration,
    ) {
        self.clear_timer(queue, id, timer);
        if matches!(timer, Timer::A | Timer::E | Timer::G) {
            self.pause = after;
        }
        // Most have one timer for most of their life: not the room for four that a list begins
        // with.
        self.set.reserve_exact(1);
        self.set.push((timer, now + after));
        queue.set(now + after, id, timer);
    }

    /// Clears a timer, if it is set.
    pub(super) fn clear_timer(&mut self, queue: &mut Queue, id: TransactionId, timer: Timer) {
        self.set.retain(|&(set, at)| {
            if set == timer {
                queue.clear(at, id, timer);
            }
            set != timer
        });
    }

    /// Carries out an effect that says something to the network or to the user.
    pub(super) fn speak(&mut self, effect: Effect, id: TransactionId, what: What<'_>, out: &mut Vec<Action<U>>) {
        let failed = match effect {
            Effect::SendRequest => return self.send_kept(id, out),
            Effect::Resend if self.answered => return self.send_kept(id, out),
            Effect::SendAck => {
                // The first refusal's ACK is made of the INVITE and kept in its place; later ones
                // are answered with the same.
                if !self.answered
                    && let What::Heard(refusal) = what
                    && let Some(ack) = make::ack(&self.kept, refusal)
                {
                    self.kept = ack;
                    self.answered = true;
                }
                return if self.answered {
                    self.send_kept(id, out)
                };
            }
            Effect::SendResponse => {
                let What::Said(response) = what else { return };
                return self.keep(Some(response.clone()), id, out);
            }
            Effect::SendTrying => return self.keep(make::trying(&self.kept), id, out),
            // What a server's user hears is pushed where more is known: Action::Request and its
            // like.
            Effect::Tell if matches!(what, What::Heard(_)) && !self.quiet => {
                return out.push(Action::Response { id, user: self.user.clone() });
            }
            Effect::Tell
                if matches!(self.machine, Machine::ServerInvite(super::server_invite::ServerInviteState::Accepted)) =>
            {
                return out.push(Action::Ack);
            }
            Effect::TellTimeout => Failure::Timeout,
            Effect::TellTransportError => Failure::Transport,
            Effect::TellNoAck => Failure::NoAck,
            _ => return,
        };
        if !self.quiet {
            out.push(Action::Failed { id, user: self.user.clone(), failure: failed });
        }
    }

    fn keep(&mut self, response: Option<Bytes>, id: TransactionId, out: &mut Vec<Action<U>>) {
        if let Some(response) = response {
            self.kept = response;
            self.answered = true;
            self.send_kept(id, out);
        }
    }

    fn send_kept(&self, id: TransactionId, out: &mut Vec<Action<U>>) {
        out.push(Action::Send { id, user: self.user.clone(), bytes: self.kept.clone() });
    }
}
