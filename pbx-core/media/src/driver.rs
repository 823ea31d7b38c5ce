//! A media thread: its epoll, its clock, its relay.

use crate::batch::Batch;
use crate::command::{Command, Fact};
use crate::pace::Pace;
use crate::readiness::{Events, Watch};
use crate::relay::Relay;
use crate::sockets::BoundPairs;
use crate::time::Instant;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

/// The function that is called with each fact. It runs on a media thread, so it must not block.
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
    fn rest(time: Duration) {
        std::thread::sleep(time);
    }
}

/// The parts of a media thread.
pub(crate) struct Driver {
    watch: Watch,
    relay: Relay<BoundPairs>,
    commands: Receiver<Command>,
    sink: Sink,
    clock: Clock,
    /// The ports that can be read now.
    readable: Vec<u16>,
    batch: Batch,
}

impl Driver {
    pub(crate) fn new(watch: Watch, relay: Relay<BoundPairs>, commands: Receiver<Command>, sink: Sink) -> Self {
        let (clock, batch) = (Clock::start(), Batch::new());
        let mut driver = Self { watch, relay, commands, sink, clock, readable: Vec::new(), batch };
        driver.relay.tick(driver.clock.now());
        driver
    }

    /// Runs until the handle is dropped; then the sockets are closed.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let (mut now, mut events) = (self.clock.now(), Events::new());
        let mut pace = Pace::new();
        loop {
            self.readable.clear();
            self.readable.extend(self.watch.wait(&mut events, now, self.relay.next_due())?);
            now = self.clock.now();
            if self.carry_out(now).is_none() {
                return Ok(());
            }
            self.batch.relay_all(now, &mut self.relay, &self.readable);
            if self.relay.next_due().is_some_and(|due| due <= now) {
                self.relay.tick(now);
            }
            if let Some(time) = pace.rest(now, self.clock.now(), &self.readable) {
                Clock::rest(time);
            }
        }
    }

    /// Carries out the commands that wait; `None` once the handle is dropped.
    fn carry_out(&mut self, now: Instant) -> Option<()> {
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
}
