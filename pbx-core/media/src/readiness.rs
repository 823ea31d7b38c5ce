//! The readable sockets of a media thread, by a level-triggered epoll: a socket is listed at each
//! look for as long as something is left in it. So one datagram a socket is read at each look, and
//! no read finds nothing.

use crate::time::Instant;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// The waker's number in the epoll; the others are ports, which are below it.
const WAKER: u64 = u64::MAX;
/// The most sockets that one look lists.
const EVENTS: usize = 1024;

/// A handle on the epoll, to add sockets to. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Readiness {
    epoll: Arc<OwnedFd>,
}

/// A means to end a thread's wait from another thread.
pub(crate) struct Waker {
    event: Arc<OwnedFd>,
}

/// The epoll that one thread waits on.
pub(crate) struct Watch {
    readiness: Readiness,
    waker: Arc<OwnedFd>,
}

/// The buffer that the system writes its list of readable sockets to.
pub(crate) struct Events(Vec<Event>);

impl Events {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(EVENTS))
    }
}

/// Makes an epoll that holds the waker alone.
pub(crate) fn watch() -> io::Result<(Watch, Waker)> {
    let epoll = Arc::new(epoll::create(CreateFlags::CLOEXEC)?);
    let event = Arc::new(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?);
    epoll::add(&epoll, &event, EventData::new_u64(WAKER), EventFlags::IN)?;
    let watch = Watch { readiness: Readiness { epoll }, waker: event.clone() };
    Ok((watch, Waker { event }))
}

impl Waker {
    /// Ends the present wait, or the next one if no thread waits now.
    pub(crate) fn wake(&self) -> io::Result<()> {
        match rustix::io::write(&self.event, &1_u64.to_ne_bytes()) {
            // It was woken 2^64 - 2 times and has not looked yet: that will do.
            Ok(_) | Err(Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Readiness {
    /// Adds a socket under its port. Closing the socket takes it off again.
    pub(crate) fn add(&self, socket: &impl AsFd, port: u16) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(port.into()), EventFlags::IN)?)
    }
}

impl Watch {
    /// Returns a handle to add sockets with.
    pub(crate) fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Waits until a socket can be read, the waker wakes or `due` has come (for ever without one),
    /// and lists the ports of the sockets.
    pub(crate) fn wait(
        &self,
        Events(events): &mut Events,
        now: Instant,
        due: Option<Instant>,
    ) -> io::Result<impl Iterator<Item = u16>> {
        let patience = due.map(|due| timespec(due.since(now)));
        events.clear();
        match epoll::wait(&self.readiness.epoll, spare_capacity(events), patience.as_ref()) {
            Err(Errno::INTR) => {}
            waited => drop(waited?),
        }
        if events.iter().any(|event| event.data.u64() == WAKER) {
            let _ = rustix::io::read(&self.waker, &mut [0; 8]);
        }
        Ok(events.iter().filter_map(|event| u16::try_from(event.data.u64()).ok()))
    }
}

/// Returns a wait of whole milliseconds, rounded up: rounded down, the thread would spin until the
/// moment comes.
fn timespec(time: Duration) -> Timespec {
    let millis = i64::try_from(time.as_millis()).map_or(1000, |millis| millis + 1);
    Timespec { tv_sec: millis / 1000, tv_nsec: (millis % 1000) * 1_000_000 }
}
