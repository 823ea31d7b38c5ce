//! Drives one engine on a thread of its own: takes what waits, asks the engine, carries out what it
//! wants.

use super::audit_writer::AuditWriter;
use super::udp::Listening;
use super::{Clock, DataSources, EngineQueue, LadderWriter, RouteTable, ScriptHost, Sender};
use crate::base::flow::Flow;
use crate::base::ids::Slot;
use crate::base::settings::Settings;
use crate::base::time::{Instant, Now};
use crate::change::Configuration;
use crate::directory::Directory;
use crate::door::Door;
use crate::engine::Engine;
use crate::engine::io::{Command, Input, Output, Query, World};
use crate::event::Event;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;

/// Inputs that are handled before their outputs are carried out: one write to the journal for all
/// of them.
const BATCH: usize = 128;
/// Inputs of one turn from which on it was full: more are let come together before the next.
const FULL: usize = 32;
/// How soon a driver notices that it should stop.
const NOTICE: Duration = Duration::from_millis(200);

/// The rooms that an engine is connected to.
#[derive(Clone)]
pub(super) struct EngineIo {
    /// Tells the time.
    pub(super) clock: Arc<dyn Clock>,
    /// The configuration as it is now.
    pub(super) configuration: Arc<Configuration>,
    /// The routes to addresses.
    pub(super) routes: Arc<RouteTable>,
    /// Learns which INVITEs are pending, and which have their final answer.
    pub(super) door: Arc<Door>,
    /// Timers and limits.
    pub(super) settings: Arc<Settings>,
    /// The way into the journal.
    pub(super) promises: super::Promises,
    /// The way into the audit.
    pub(super) audit: Arc<AuditWriter>,
    /// The way out.
    pub(super) sender: Sender,
    /// The media threads.
    pub(super) media: Arc<pbx_media::Media>,
    /// The host of scripts.
    pub(super) scripts: Arc<dyn ScriptHost>,
    /// The client of data sources.
    pub(super) sources: Arc<dyn DataSources>,
    /// The bus.
    pub(super) events: broadcast::Sender<Arc<Event>>,
    /// The ring of SIP messages.
    pub(super) ladder: LadderWriter,
}

/// One engine and its thread's state.
pub(super) struct Driver {
    pub(super) engine: Engine,
    pub(super) queue: EngineQueue,
    /// The sockets that this thread reads itself: all of them if it is the only engine.
    pub(super) sockets: Vec<Listening>,
    /// What they have read in this turn.
    pub(super) admitted: Vec<(Slot, Input)>,
    /// How many inputs this turn has handled.
    pub(super) handled: usize,
    /// The configuration that the engine last saw.
    pub(super) directory: Arc<Directory>,
    pub(super) io: EngineIo,
    /// Set when the engine should stop.
    pub(super) stop: Arc<AtomicBool>,
    /// Calls that run in this engine, for those that wait for the drain.
    pub(super) running: Arc<AtomicUsize>,
}

impl Driver {
    /// Runs until `stop` is set.
    pub(super) fn run(mut self) {
        let mut outputs = Vec::with_capacity(256);
        // The first turn lets the engine ask for media ports before the first call.
        let now = self.io.clock.now();
        self.ask(now, Input::Wake, &mut outputs);
        let mut wake = self.carry_out(now, &mut outputs);
        while !self.stop.load(Ordering::Relaxed) {
            let first = self.wait(wake);
            self.handled = 0;
            let now = self.io.clock.now();
            self.renew(now, &mut outputs);
            if wake.is_some_and(|at| at <= now.mono) {
                wake = None;
                self.ask(now, Input::Wake, &mut outputs);
            }
            if let Some(first) = first {
                self.ask(now, first, &mut outputs);
            }
            // The queue first: a drain that was ordered before a call came must find it still
            // outside.
            let mut backlog = self.drain_queue(now, &mut outputs);
            backlog |= self.read(now, &mut outputs);
            wake = self.carry_out(now, &mut outputs).or(wake);
            self.running.store(self.engine.calls(), Ordering::Relaxed);
            if !backlog {
                self.gather(now.mono);
            }
        }
    }

    fn wait(&self, wake: Option<Instant>) -> Option<Input> {
        let now = self.io.clock.now().mono;
        let patience = wake.map_or(NOTICE, |at| at.since(now).min(NOTICE));
        self.queue.wait(&self.sockets, patience)
    }

    /// Takes what has come on the sockets; returns whether more may wait.
    fn read(&mut self, now: Now, outputs: &mut Vec<Output>) -> bool {
        let (mut admitted, mut backlog) = (std::mem::take(&mut self.admitted), false);
        for socket in &mut self.sockets {
            backlog |= socket.read(now, &mut admitted);
        }
        // The only engine owns every slot.
        admitted.drain(..).for_each(|(_, input)| self.ask(now, input, outputs));
        self.admitted = admitted;
        backlog
    }

    /// Takes what other threads have put in, up to a batch; returns whether more may wait.
    fn drain_queue(&mut self, now: Now, outputs: &mut Vec<Output>) -> bool {
        for _ in 0..BATCH {
            let Some(next) = self.queue.take() else { return false };
            self.ask(now, next, outputs);
        }
        true
    }

    /// Rests for what is left of the time since a full turn began. A lone message finds the engine
    /// awake or asleep, but never at rest; where many come close together one turn handles all of
    /// them, for waking costs more than handling one.
    #[expect(clippy::disallowed_methods, reason = "timers live in net")]
    fn gather(&self, began: Instant) {
        let spent = self.io.clock.now().mono.since(began);
        let longest = Duration::from_millis(self.io.settings.gather_ms.into());
        if let Some(rest) = rest(self.handled, spent, longest) {
            std::thread::sleep(rest);
        }
    }

    fn ask(&mut self, now: Now, input: Input, outputs: &mut Vec<Output>) {
        self.handled += 1;
        self.renew(now, outputs);
        self.handle(now, input, outputs);
    }

    fn handle(&mut self, now: Now, input: Input, outputs: &mut Vec<Output>) {
        let Self { engine, directory, io, .. } = self;
        let world = World { now, directory, routes: &*io.routes, settings: &io.settings };
        engine.handle(&world, input, outputs);
    }

    /// Goes on with the newest configuration; what it let lapse is forgotten before anything else
    /// is looked at with it.
    fn renew(&mut self, now: Now, outputs: &mut Vec<Output>) {
        let newest = self.io.configuration.snapshot();
        if Arc::ptr_eq(&newest, &self.directory) {
            return;
        }
        let before = std::mem::replace(&mut self.directory, newest);
        for (tenant, device) in self.directory.lapsed_since(&before) {
            self.handle(now, Input::Command(Command::Forget { tenant, device }), outputs);
        }
    }

    /// Carries out promises first, then everything in the engine's order. Returns when the engine
    /// wants to be woken.
    fn carry_out(&self, now: Now, outputs: &mut Vec<Output>) -> Option<Instant> {
        let io = &self.io;
        let promises = outputs.extract_if(.., |output| matches!(output, Output::Journal(_)));
        io.promises.keep(promises.filter_map(|output| match output {
            Output::Journal(entry) => Some(entry),
            _ => None,
        }));
        // The system's way out before our own books: see `Listening::read` for why one step for
        // all.
        for output in outputs.iter() {
            let Output::Send { flow, bytes, about } = output else { continue };
            if about.is_some() {
                io.sender.prove(flow);
            }
            io.sender.send(flow, bytes);
        }
        for (flow, bytes) in outputs.iter().filter_map(sent) {
            io.door.sent(now.mono, flow, bytes);
        }
        let (mut media, mut scripts, mut queries, mut wake) = (Vec::new(), Vec::new(), Vec::new(), None);
        for output in outputs.drain(..) {
            match output {
                Output::Send { flow, bytes, about: None } => self.audit_refusal(now, &flow, &bytes),
                Output::Send { flow, bytes, about: Some(about) } => io.ladder.sent(now.wall, about, flow, bytes),
                Output::Received { tenant, call, flow, bytes } => {
                    io.ladder.received(now.wall, (tenant, call), flow, bytes);
                }
                Output::Media(command) => media.push(command),
                Output::Script(job) => scripts.push(job),
                Output::Query(query) => queries.push(query),
                Output::Journal(_) => {}
                // No reader: that is no fault.
                Output::Publish(event) => drop(io.events.send(event)),
                Output::WakeAt(at) => wake = Some(at),
            }
        }
        // Last of all, and once, what wakes other threads: on one core each of them would take it
        // from us at once.
        queries.into_iter().for_each(|query| self.ask_source(query));
        if !scripts.is_empty() {
            io.scripts.submit(scripts);
        }
        io.media.send(media);
        wake
    }

    /// Notes a refusal of what belongs to no call and has no record: a line in the audit.
    fn audit_refusal(&self, now: Now, flow: &Flow, bytes: &Bytes) {
        let directory = self.io.configuration.snapshot();
        if let Some(alarm) = self.io.door.refused(now, flow.remote, bytes, Some(&directory)) {
            self.io.audit.write(&alarm);
        }
    }

    fn ask_source(&self, query: Query) {
        let source = self.directory.tenant(query.tenant).and_then(|tenant| tenant.source_named(&query.source)).cloned();
        self.io.sources.ask(source, query);
    }
}

/// Returns how long to rest after a turn that handled so many inputs and took so long; `None` if it
/// was not full.
fn rest(handled: usize, spent: Duration, longest: Duration) -> Option<Duration> {
    let rest = longest.saturating_sub(spent);
    (handled >= FULL && !rest.is_zero()).then_some(rest)
}

/// Returns what goes on the wire.
fn sent(output: &Output) -> Option<(&Flow, &Bytes)> {
    match output {
        Output::Send { flow, bytes, .. } => Some((flow, bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_message_is_followed_by_no_rest_and_a_full_turn_by_what_is_left_of_it() {
        let (spent, longest) = (Duration::from_millis(2), Duration::from_millis(5));
        for handled in 0..FULL {
            assert_eq!(rest(handled, spent, longest), None, "{handled}");
        }
        assert_eq!(rest(FULL, spent, longest), Some(Duration::from_millis(3)));
        assert_eq!(rest(FULL, longest, longest), None, "the turn itself took as long");
        assert_eq!(rest(FULL, spent, Duration::ZERO), None, "it is switched off");
    }
}
