//! One media thread: what it waits on, its clock, its relay.

use crate::command::{Command, Fact};
use crate::pace::{GATHER, Pace};
use crate::readiness::{Events, Watch};
use crate::relay::Relay;
use crate::sockets::BoundPairs;
use crate::time::Instant;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

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

    #[expect(clippy::disallowed_methods, reason = "the thread driver is where time comes from")]
    fn rest() {
        std::thread::sleep(GATHER);
    }
}

/// What a media thread owns.
pub(crate) struct Driver {
    watch: Watch,
    relay: Relay<BoundPairs>,
    commands: Receiver<Command>,
    sink: Sink,
    clock: Clock,
    /// The ports that can be read now.
    readable: Vec<u16>,
    buffer: Box<[u8]>,
}

impl Driver {
    pub(crate) fn new(watch: Watch, relay: Relay<BoundPairs>, commands: Receiver<Command>, sink: Sink) -> Self {
        let buffer = vec![0; LONGEST].into_boxed_slice();
        let mut driver = Self { watch, relay, commands, sink, clock: Clock::start(), readable: Vec::new(), buffer };
        driver.relay.tick(driver.clock.now());
        driver
    }

    /// Until the handle is dropped. The sockets are closed at the end.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let (mut now, mut events) = (self.clock.now(), Events::new());
        let mut pace = Pace::new(now);
        loop {
            self.readable.clear();
            self.readable.extend(self.watch.wait(&mut events, now, self.relay.next_due())?);
            now = self.clock.now();
            if self.obey(now).is_none() {
                return Ok(());
            }
            self.relay_all(now);
            if self.relay.next_due().is_some_and(|due| due <= now) {
                self.relay.tick(now);
            }
            if pace.may_rest(now, &self.readable) {
                Clock::rest();
            }
        }
    }

    /// None: nobody commands any more.
    fn obey(&mut self, now: Instant) -> Option<()> {
        loop {
            match self.commands.try_recv() {
                Ok(command) => {
                    if let Some(fact) = self.relay.command(now, command) {
                        (self.sink)(fact);
                    }
                }
                Err(TryRecvError::Empty) => return Some(()),
                Err(TryRecvError::Disconnected) => return None,
            }
        }
    }

    /// Reads one datagram of each readable socket; those that have more are told again.
    fn relay_all(&mut self, now: Instant) {
        for port in &self.readable {
            let (rtp, channel) = BoundPairs::of_port(*port);
            let Some((length, from)) = self.relay.sockets().receive(rtp, channel, &mut self.buffer) else { continue };
            let datagram = &self.buffer[..length];
            if let Some(forward) = self.relay.receive(now, rtp, channel, from, datagram) {
                self.relay.sockets().send(forward, datagram);
            }
        }
    }
}
