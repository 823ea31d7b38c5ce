//! How many live pages one session may have open: for one more, the oldest ends.

use axum_login::tower_sessions::session::Id;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Live pages of one session: more than anybody looks at, fewer than a script would open.
const OF_ONE_SESSION: usize = 16;

type Open = HashMap<Id, VecDeque<Arc<Notify>>>;

/// The streams that are open.
#[derive(Default)]
pub(crate) struct Streams(Mutex<Open>);

/// An open stream; it counts until this is dropped.
pub(super) struct OpenStream {
    streams: Arc<Streams>,
    session: Id,
    crowded_out: Arc<Notify>,
}

impl Streams {
    /// Opens a stream of this session, in the place of its oldest one if there are too many.
    pub(super) fn open(self: &Arc<Self>, session: Id) -> OpenStream {
        let crowded_out = Arc::new(Notify::new());
        let mut open = self.locked();
        let of_it = open.entry(session).or_default();
        if of_it.len() >= OF_ONE_SESSION
            && let Some(oldest) = of_it.pop_front()
        {
            oldest.notify_one();
        }
        of_it.push_back(crowded_out.clone());
        drop(open);
        OpenStream { streams: self.clone(), session, crowded_out }
    }

    fn locked(&self) -> MutexGuard<'_, Open> {
        // Poisoning is ignored: every critical section leaves the value consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenStream {
    /// Waits until newer streams of the session need the place.
    pub(super) async fn crowded_out(&self) {
        self.crowded_out.notified().await;
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.streams.locked();
        if let Some(of_it) = open.get_mut(&self.session) {
            of_it.retain(|stream| !Arc::ptr_eq(stream, &self.crowded_out));
            if of_it.is_empty() {
                open.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn session_that_opens_ten_times_too_many_streams_keeps_the_newest() {
        let streams = Arc::new(Streams::default());
        let other = streams.open(Id(2));
        let held: Vec<_> = (0..OF_ONE_SESSION * 10).map(|_| streams.open(Id(1))).collect();
        let ended: Vec<_> = held.iter().map(|one| one.crowded_out().now_or_never().is_some()).collect();
        assert_eq!(ended.iter().filter(|ended| !**ended).count(), OF_ONE_SESSION);
        assert!(ended.iter().rev().take(OF_ONE_SESSION).all(|ended| !ended), "the newest go on");
        assert!(other.crowded_out().now_or_never().is_none());
        drop((held, other));
        assert!(streams.locked().is_empty());
    }
}
