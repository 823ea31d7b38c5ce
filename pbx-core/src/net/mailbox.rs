//! Where an engine's inputs wait for it, and the bell that wakes it while it sleeps on sockets.

use super::udp::Listening;
use crate::call::io::Input;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// How many inputs may wait for one engine. More than this is an overload: datagrams are then dropped, as a full socket would.
const WAITING: usize = 65_536;

/// The far end of an engine's queue.
#[derive(Debug)]
pub struct Mailbox {
    inputs: Receiver<Input>,
    bell: Arc<Bell>,
}

/// The near end: whoever puts something in rings, and the bell is heard only by an engine that sleeps.
#[derive(Clone, Debug)]
pub(super) struct Slit {
    inputs: SyncSender<Input>,
    bell: Arc<Bell>,
}

#[derive(Debug)]
struct Bell {
    /// Set by the engine before it looks into its box for the last time.
    asleep: AtomicBool,
    event: OwnedFd,
}

/// A queue.
///
/// # Errors
/// When the system has no file left.
pub(super) fn mailbox() -> io::Result<(Slit, Mailbox)> {
    let event = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
    let bell = Arc::new(Bell { asleep: AtomicBool::new(false), event });
    let (sender, receiver) = sync_channel(WAITING);
    Ok((Slit { inputs: sender, bell: bell.clone() }, Mailbox { inputs: receiver, bell }))
}

impl Slit {
    /// False: the box is full or its engine is gone.
    pub(super) fn try_put(&self, input: Input) -> bool {
        let taken = self.inputs.try_send(input).is_ok();
        self.bell.ring();
        taken
    }

    /// Waits for room. An engine that is gone hears nothing.
    pub(super) fn put(&self, input: Input) {
        let _ = self.inputs.send(input);
        self.bell.ring();
    }
}

impl Bell {
    fn ring(&self) {
        // Between putting in and looking whether somebody sleeps; the sleeper has the same fence between the two the other
        // way round, so that one of them sees the other.
        fence(Ordering::SeqCst);
        if self.asleep.load(Ordering::Relaxed) && self.asleep.swap(false, Ordering::Relaxed) {
            // It can fail only when it was rung 2^64 - 2 times: then it is heard anyway.
            let _ = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
        }
    }
}

impl Mailbox {
    /// What waits.
    pub fn take(&self) -> Option<Input> {
        self.inputs.try_recv().ok()
    }

    /// Sleeps until something comes in, a socket can be read or the time is over. What it took from the box to find out is
    /// the box's first.
    pub(super) fn wait(&self, sockets: &[Listening], patience: Duration) -> Option<Input> {
        if let Some(first) = self.take() {
            return Some(first);
        }
        self.bell.asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let first = self.take();
        if first.is_none() {
            let mut fds: Vec<_> = sockets.iter().map(|socket| PollFd::new(socket, PollFlags::IN)).collect();
            fds.push(PollFd::new(&self.bell.event, PollFlags::IN));
            // Interrupted or not: whoever waits looks for itself what there is.
            let _ = poll(&mut fds, Some(&timespec(patience)));
            if fds.last().is_some_and(|bell| !bell.revents().is_empty()) {
                let _ = rustix::io::read(&self.bell.event, &mut [0; 8]);
            }
        }
        self.bell.asleep.store(false, Ordering::Relaxed);
        first
    }
}

/// As the system counts it.
pub(super) fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: time.as_secs() as i64, tv_nsec: time.subsec_nanos().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_put_in_ends_the_wait() {
        const MANY: usize = 20_000;
        let (slit, mailbox) = mailbox().unwrap();
        let writers: Vec<_> = (0..2)
            .map(|_| slit.clone())
            .map(|slit| std::thread::spawn(move || (0..MANY).for_each(|_| slit.put(Input::Wake))))
            .collect();
        // A bell that is not heard once would let this wait for an hour.
        let mut came = 0;
        while came < 2 * MANY {
            came += usize::from(mailbox.wait(&[], Duration::from_secs(3600)).is_some());
        }
        assert!(mailbox.take().is_none());
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    }
}
