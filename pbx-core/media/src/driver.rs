//! One media thread: its poll, its clock, its relay.

use crate::command::{Command, Fact};
use crate::relay::Relay;
use crate::sockets::BoundPairs;
use crate::time::Instant;
use mio::{Events, Poll, Token};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

/// The token of the waker; ports are below it.
pub(crate) const WAKE: Token = Token(usize::MAX);
/// How many datagrams one socket may hand over before the others have their turn.
const BURST: usize = 32;
/// The longest UDP datagram: what is received is never cut.
const LONGEST: usize = 65_535;

/// Facts go here. It is called on a media thread: it must not block.
pub(crate) type Sink = Arc<dyn Fn(Fact) + Send + Sync>;

/// The only clock of this room.
struct Clock(std::time::Instant);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the thread driver is where time comes from")]
    fn start() -> Self {
        Self(std::time::Instant::now())
    }

    fn now(&self) -> Instant {
        Instant::from_micros(u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// What a media thread owns.
pub(crate) struct Driver {
    poll: Poll,
    relay: Relay<BoundPairs>,
    commands: Receiver<Command>,
    sink: Sink,
    clock: Clock,
    /// Sockets that may have more to read, by token.
    readable: Vec<Token>,
    buffer: Box<[u8]>,
}

impl Driver {
    pub(crate) fn new(poll: Poll, relay: Relay<BoundPairs>, commands: Receiver<Command>, sink: Sink) -> Self {
        let buffer = vec![0; LONGEST].into_boxed_slice();
        let mut driver = Self { poll, relay, commands, sink, clock: Clock::start(), readable: Vec::new(), buffer };
        driver.relay.tick(driver.clock.now());
        driver
    }

    /// Until the handle is dropped. The sockets are closed at the end.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            match self.poll.poll(&mut events, self.patience()) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            let ready = events.iter().map(|event| event.token()).filter(|token| *token != WAKE);
            self.readable.extend(ready);
            if self.obey().is_none() {
                return Ok(());
            }
            self.relay_all();
            let now = self.clock.now();
            if self.relay.next_due().is_some_and(|due| due <= now) {
                self.relay.tick(now);
            }
        }
    }

    fn patience(&self) -> Option<Duration> {
        if !self.readable.is_empty() {
            return Some(Duration::ZERO);
        }
        let due = self.relay.next_due()?;
        // A millisecond is the poll's grain: rounded up, or it would spin until the moment comes.
        Some(due.since(self.clock.now()) + Duration::from_millis(1))
    }

    /// None: nobody commands any more.
    fn obey(&mut self) -> Option<()> {
        loop {
            match self.commands.try_recv() {
                Ok(command) => {
                    if let Some(fact) = self.relay.command(self.clock.now(), command) {
                        (self.sink)(fact);
                    }
                }
                Err(TryRecvError::Empty) => return Some(()),
                Err(TryRecvError::Disconnected) => return None,
            }
        }
    }

    /// Reads each readable socket for a while; those that have more stay on the list.
    fn relay_all(&mut self) {
        let now = self.clock.now();
        let mut readable = std::mem::take(&mut self.readable);
        readable.retain(|token| self.relay_one(now, *token));
        // A socket that stayed and has a new event stands here twice.
        readable.sort_unstable();
        readable.dedup();
        self.readable = readable;
    }

    /// True if the socket may have more.
    fn relay_one(&mut self, now: Instant, token: Token) -> bool {
        let Some((rtp, channel)) = BoundPairs::of_token(token) else { return false };
        for _ in 0..BURST {
            let Some((length, from)) = self.relay.sockets().receive(rtp, channel, &mut self.buffer) else {
                return false;
            };
            let datagram = &self.buffer[..length];
            if let Some(forward) = self.relay.receive(now, rtp, channel, from, datagram) {
                self.relay.sockets().send(forward, datagram);
            }
        }
        true
    }
}
