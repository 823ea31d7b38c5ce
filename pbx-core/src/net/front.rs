//! The front, which every received message passes: the door, then an engine's queue or a stateless
//! answer.

use super::audit_writer::AuditWriter;
use super::clock::Clock;
use super::inbox::Inbox;
use super::routes::RouteTable;
use super::sender::Sender;
use super::stream::{Crowding, StreamHost};
use crate::base::flow::{Flow, Transport};
use crate::base::ids::Slot;
use crate::base::time::{Instant, Now};
use crate::change::Configuration;
use crate::door::{Admission, Alarm, AlarmKind, Door, Verdict, Who};
use crate::engine::io::Input;
use bytes::Bytes;
use pbx_sip::framing::FramingError;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The way in, shared by all that read.
pub(super) struct Front {
    /// The judge.
    pub(super) door: Arc<Door>,
    /// The clock.
    pub(super) clock: Arc<dyn Clock>,
    /// The configuration as it is now.
    pub(super) configuration: Arc<Configuration>,
    /// The routes to addresses.
    pub(super) routes: Arc<RouteTable>,
    /// The way to the engines.
    pub(super) inbox: Inbox,
    /// The way back to the peer.
    pub(super) sender: Sender,
    /// The way into the audit.
    pub(super) audit: Arc<AuditWriter>,
    /// The randomness of nonces.
    pub(super) rng: Mutex<ChaCha20Rng>,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").finish_non_exhaustive()
    }
}

impl Front {
    /// Returns the routes to addresses.
    pub(super) fn routes(&self) -> &RouteTable {
        &self.routes
    }

    /// Returns the moment, in both times.
    pub(super) fn moment(&self) -> Now {
        self.clock.now()
    }

    /// Hands an input to the engine that owns the slot. A full queue drops the message like a full
    /// socket does: the sender repeats it.
    pub(super) fn hand_over(&self, slot: Slot, input: Input) {
        self.inbox.to_slot(slot, input);
    }

    /// Judges a message, and answers it if no engine has to. What is left is for the engine of a
    /// slot.
    pub(super) fn admit(&self, now: Now, flow: Flow, bytes: Bytes) -> Option<(Slot, Input)> {
        let random = self.random();
        let directory = self.configuration.snapshot();
        let Admission { verdict, flow: answered, alarm } = self.door.admit(now, random, &directory, flow, bytes);
        for alarm in alarm.iter().chain(&self.door.left_out(now)) {
            self.audit.write(alarm);
        }
        match verdict {
            Verdict::Answer(answer) => {
                self.sender.answer(&answered, &answer);
                if let Some(alarm) = self.door.refused(now, flow.remote, &answer, None) {
                    self.audit.write(&alarm);
                }
            }
            Verdict::Deliver { slot, message, who } => {
                if matches!(who, Who::Device { .. } | Who::Trunk { .. }) {
                    self.sender.prove(&flow);
                }
                return Some((slot, Input::Message { flow: answered, message, who }));
            }
            Verdict::Drop => {}
        }
        None
    }

    fn random(&self) -> u64 {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}

impl StreamHost for Front {
    fn now(&self) -> Instant {
        self.moment().mono
    }

    fn flow(&self, transport: Transport, own: SocketAddr, remote: SocketAddr, connection: u64) -> Flow {
        self.routes.flow(transport, own, remote, connection)
    }

    fn received(&self, flow: Flow, received: Result<Bytes, FramingError>) {
        match received {
            Ok(bytes) => {
                if let Some((slot, input)) = self.admit(self.moment(), flow, bytes) {
                    self.hand_over(slot, input);
                }
            }
            Err(error) => {
                if let Verdict::Answer(answer) = self.door.framing_failed(flow, error) {
                    self.sender.answer(&flow, &answer);
                }
            }
        }
    }

    fn crowded(&self, source: SocketAddr, crowding: Crowding) {
        let Crowding { connections, of_one_source } = crowding;
        let kind = AlarmKind::Crowded { connections, of_one_source };
        self.audit.write(&Alarm { kind, at: self.moment().wall, source, account: String::new(), tenant: None });
    }
}
