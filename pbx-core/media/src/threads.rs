//! The handle on the media threads: start them, command them, end them.

use crate::command::{Command, Fact};
use crate::driver::{Driver, Sink};
use crate::pool::{PoolSettings, pairs};
use crate::readiness::{Waker, watch};
use crate::relay::Relay;
use crate::sockets::BoundPairs;
use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The media settings of the operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// The address that the ports are bound to; `0.0.0.0` or `::` for every address of the machine
    /// (`::` speaks IPv4 too).
    pub bind: IpAddr,
    /// The range that pairs are taken from.
    pub ports: RangeInclusive<u16>,
    /// The number of threads that share the work; at least one.
    pub threads: u8,
    /// How long a pair rests before the next call gets it.
    pub rest: Duration,
    /// The number of bound pairs that each thread keeps ready.
    pub spare: usize,
    /// The seed that makes the order of ports hard to guess: from the machine's randomness, fixed
    /// in a test.
    pub seed: u64,
}

/// The running media threads. Dropping it ends them and closes their sockets.
pub struct Media {
    threads: Vec<Thread>,
    /// Pairs of ports in the range of the whole machine.
    pairs: usize,
}

struct Thread {
    commands: Option<Sender<Command>>,
    waker: Waker,
    join: Option<JoinHandle<()>>,
}

/// Starts the media threads. Facts are given to `sink` on those threads: it must not block.
pub fn start(config: &Config, sink: impl Fn(Fact) + Send + Sync + 'static) -> io::Result<Media> {
    let sink: Sink = Arc::new(sink);
    let threads = (0..config.threads.max(1)).map(|number| spawn(config, number, Arc::clone(&sink)));
    Ok(Media { threads: threads.collect::<io::Result<_>>()?, pairs: pairs(&config.ports).count() })
}

fn spawn(config: &Config, number: u8, sink: Sink) -> io::Result<Thread> {
    let (watch, waker) = watch()?;
    let (commands, received) = channel();
    let pool = PoolSettings {
        ports: config.ports.clone(),
        thread: number,
        threads: config.threads.max(1),
        rest: config.rest,
        spare: config.spare,
        seed: config.seed,
    };
    let sockets = BoundPairs::new(config.bind, watch.readiness());
    let driver = Driver::new(watch, Relay::new(&pool, sockets), received, sink);
    let join = std::thread::Builder::new().name(format!("media-{number}")).spawn(move || {
        if let Err(error) = driver.run() {
            tracing::error!(%error, thread = number, "a media thread ended");
        }
    })?;
    Ok(Thread { commands: Some(commands), waker, join: Some(join) })
}

impl Media {
    /// Returns the number of threads: an engine keeps all ports of a call on one of them.
    pub fn threads(&self) -> u8 {
        u8::try_from(self.threads.len()).unwrap_or(u8::MAX)
    }

    /// Returns how many pairs of ports a thread has, in use or not.
    pub fn pairs_of_a_thread(&self) -> usize {
        self.pairs / self.threads.len().max(1)
    }

    /// Hands commands to the threads that they concern, and wakes each of these once. A command for
    /// a thread that does not exist is dropped.
    pub fn send(&self, commands: impl IntoIterator<Item = Command>) {
        let mut woken = 0_u64;
        for command in commands {
            woken |= self.hand_over(command);
        }
        for (number, thread) in self.threads.iter().enumerate().filter(|(number, _)| woken & bit(*number) != 0) {
            if let Err(error) = thread.waker.wake() {
                tracing::error!(%error, thread = number, "a media thread can't be woken");
            }
        }
    }

    /// Puts a command into its thread's queue; returns that thread's bit.
    fn hand_over(&self, command: Command) -> u64 {
        let number = match &command {
            Command::Refill { thread, .. } => *thread,
            Command::Aim { port, .. }
            | Command::Join { a: port, .. }
            | Command::Ask { port, .. }
            | Command::Release { port, .. } => port.thread,
        };
        let Some(thread) = self.threads.get(usize::from(number)) else {
            tracing::warn!(thread = number, "a command for a media thread that does not exist");
            return 0;
        };
        let sent = thread.commands.as_ref().is_some_and(|commands| commands.send(command).is_ok());
        if sent { bit(usize::from(number)) } else { 0 }
    }
}

/// Returns the bit of a thread's number; beyond 64 threads a bit stands for several, which are then
/// woken together.
const fn bit(number: usize) -> u64 {
    1 << (number % 64)
}

impl Drop for Media {
    fn drop(&mut self) {
        for thread in &mut self.threads {
            thread.commands = None;
            let _asleep = thread.waker.wake();
        }
        for thread in &mut self.threads {
            // A thread that panicked has reported so itself.
            let _panicked = thread.join.take().map(JoinHandle::join);
        }
    }
}
