//! The queue in which an engine's inputs wait, and what wakes an engine that sleeps on sockets.

use crate::engine::io::Input;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Messages from the network that may wait for one engine; more are an overload and are dropped, as
/// by a full socket. What comes from the server itself is never dropped and never waits: there is
/// only as much of it as the engine has asked for, and as there are connections to lose.
const WAITING: usize = 65_536;

/// The queue, as its engine has it.
#[derive(Debug)]
pub struct EngineQueue {
    inputs: Receiver<QueuedInput>,
    wakeup: Arc<Wakeup>,
}

/// The way into the queue: a thread that puts something in wakes the engine if it sleeps.
#[derive(Clone, Debug)]
pub(super) struct EngineSender {
    inputs: Sender<QueuedInput>,
    wakeup: Arc<Wakeup>,
}

/// One input in the queue.
#[derive(Debug)]
struct QueuedInput {
    input: Input,
    /// Whether it is one of the messages that are counted.
    from_network: bool,
}

#[derive(Debug)]
struct Wakeup {
    /// Set by the engine before it looks into its queue for the last time.
    asleep: AtomicBool,
    event: OwnedFd,
    /// Messages from the network in the queue.
    messages: AtomicUsize,
}

/// Makes a queue.
///
/// # Errors
/// When the system has no file left.
pub(super) fn engine_queue() -> io::Result<(EngineSender, EngineQueue)> {
    let event = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
    let wakeup = Arc::new(Wakeup { asleep: AtomicBool::new(false), event, messages: AtomicUsize::new(0) });
    let (sender, receiver) = channel();
    Ok((EngineSender { inputs: sender, wakeup: wakeup.clone() }, EngineQueue { inputs: receiver, wakeup }))
}

impl EngineSender {
    /// Puts a message from the network in. Returns whether it was taken: not where too many wait,
    /// or the engine is gone.
    pub(super) fn try_put(&self, input: Input) -> bool {
        if self.wakeup.messages.fetch_add(1, Ordering::Relaxed) >= WAITING {
            self.wakeup.messages.fetch_sub(1, Ordering::Relaxed);
            self.wakeup.wake();
            return false;
        }
        self.send(QueuedInput { input, from_network: true })
    }

    /// Puts in what the engine must hear, at once. An engine that is gone hears nothing.
    pub(super) fn put(&self, input: Input) {
        self.send(QueuedInput { input, from_network: false });
    }

    fn send(&self, waiting: QueuedInput) -> bool {
        let taken = self.inputs.send(waiting).is_ok();
        self.wakeup.wake();
        taken
    }
}

impl Wakeup {
    fn wake(&self) {
        // Between putting in and looking whether the engine sleeps; the engine has the same fence
        // between the two the other way round, so that one of them sees the other.
        fence(Ordering::SeqCst);
        if self.asleep.load(Ordering::Relaxed) && self.asleep.swap(false, Ordering::Relaxed) {
            // It can fail only after 2^64 - 2 wakes that no engine read: then one more is not
            // needed.
            let _ = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
        }
    }
}

impl EngineQueue {
    /// Takes what waits.
    pub fn take(&self) -> Option<Input> {
        let QueuedInput { input, from_network } = self.inputs.try_recv().ok()?;
        if from_network {
            self.wakeup.messages.fetch_sub(1, Ordering::Relaxed);
        }
        Some(input)
    }

    /// Sleeps until something comes in, a socket can be read or the time is over. What it took from
    /// the queue to find out is the queue's first.
    pub(super) fn wait<S: AsFd>(&self, sockets: &[S], patience: Duration) -> Option<Input> {
        if let Some(first) = self.take() {
            return Some(first);
        }
        self.wakeup.asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let first = self.take();
        if first.is_none() {
            let mut fds: Vec<_> = sockets.iter().map(|socket| PollFd::new(socket, PollFlags::IN)).collect();
            fds.push(PollFd::new(&self.wakeup.event, PollFlags::IN));
            // Interrupted or not: the caller looks for itself what there is.
            let _ = poll(&mut fds, Some(&timespec(patience)));
            if fds.last().is_some_and(|wakeup| !wakeup.revents().is_empty()) {
                let _ = rustix::io::read(&self.wakeup.event, &mut [0; 8]);
            }
        }
        self.wakeup.asleep.store(false, Ordering::Relaxed);
        first
    }
}

/// Converts to what the system counts in.
pub(super) fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: time.as_secs() as i64, tv_nsec: time.subsec_nanos().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_put_in_ends_the_wait() {
        const MANY: usize = 20_000;
        let (sender, queue) = engine_queue().unwrap();
        let writers: Vec<_> = (0..2)
            .map(|_| sender.clone())
            .map(|sender| std::thread::spawn(move || (0..MANY).for_each(|_| sender.put(Input::Wake))))
            .collect();
        // A wakeup that is lost once would let this wait for an hour.
        let mut came = 0;
        while came < 2 * MANY {
            came += usize::from(queue.wait::<OwnedFd>(&[], Duration::from_secs(3600)).is_some());
        }
        assert!(queue.take().is_none());
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    }

    #[test]
    fn messages_that_find_no_room_are_dropped_and_what_is_taken_makes_room() {
        let (sender, queue) = engine_queue().unwrap();
        let taken = (0..WAITING + 10).filter(|_| sender.try_put(Input::Wake)).count();
        assert_eq!(taken, WAITING);
        assert!(queue.take().is_some());
        assert!(sender.try_put(Input::Wake) && !sender.try_put(Input::Wake));
    }
}
