//! What the next page of a session shows once: a secret that was made, what was done, what was wrong with a form.
//!
//! After a form the browser is sent to a page to look at, so that loading that page anew repeats nothing. What the page
//! shows because of the form waits here for a few minutes, in memory alone: sessions are kept in SQL, where no secret may
//! be. After a restart it is lost; a secret can then be made anew.

use axum_login::tower_sessions::session::Id;
use pbx_core::base::time::Instant;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many pages may wait at one time; then the oldest is forgotten.
const MOST: usize = 1024;

/// How long one waits, in microseconds: ten minutes.
const KEPT_US: u64 = 600 * 1_000_000;

/// What a page shows once. Has no `Debug`: it may hold a secret.
#[derive(Clone, Default)]
pub(crate) struct News {
    /// Words for the head of the page: their key, and what they name.
    pub(crate) done: Option<(&'static str, String)>,
    /// What the page itself makes of it.
    pub(crate) page: Value,
}

impl News {
    /// That something was done to what is called so.
    pub(crate) fn done(key: &'static str, name: &str) -> Self {
        Self { done: Some((key, name.to_owned())), page: Value::Null }
    }

    /// Something for the page itself.
    pub(crate) const fn of_page(page: Value) -> Self {
        Self { done: None, page }
    }
}

struct Waiting {
    session: Id,
    path: String,
    news: News,
    until: Instant,
}

/// Everything that waits, the oldest first.
#[derive(Default)]
pub(crate) struct Once {
    waiting: Mutex<VecDeque<Waiting>>,
}

impl Once {
    /// Leaves something for a page of a session; what waited there before is forgotten.
    pub(crate) fn put(&self, now: Instant, session: Id, path: &str, news: News) {
        let mut waiting = self.sweep(now);
        waiting.retain(|one| one.session != session || one.path != path);
        while waiting.len() >= MOST {
            waiting.pop_front();
        }
        let until = Instant::from_micros(now.micros().saturating_add(KEPT_US));
        waiting.push_back(Waiting { session, path: path.to_owned(), news, until });
    }

    /// Takes out what waits for this page of this session.
    pub(crate) fn take(&self, now: Instant, session: Id, path: &str) -> Option<News> {
        let mut waiting = self.sweep(now);
        let place = waiting.iter().position(|one| one.session == session && one.path == path)?;
        waiting.remove(place).map(|one| one.news)
    }

    fn sweep(&self, now: Instant) -> MutexGuard<'_, VecDeque<Waiting>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.front().is_some_and(|one| one.until <= now) {
            waiting.pop_front();
        }
        waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Instant {
        Instant::from_micros(second * 1_000_000)
    }

    fn secret(once: &Once, second: u64, session: i128, path: &str) -> Option<Value> {
        once.take(at(second), Id(session), path).map(|news| news.page)
    }

    #[test]
    fn what_waits_is_shown_once_on_its_page_to_its_session() {
        let once = Once::default();
        once.put(at(0), Id(1), "/a", News::of_page("s".into()));
        assert_eq!(secret(&once, 1, 2, "/a"), None, "another session");
        assert_eq!(secret(&once, 1, 1, "/b"), None, "another page");
        assert_eq!(secret(&once, 1, 1, "/a"), Some("s".into()));
        assert_eq!(secret(&once, 1, 1, "/a"), None, "a second time");
    }

    #[test]
    fn what_nobody_fetches_is_forgotten() {
        let once = Once::default();
        once.put(at(0), Id(1), "/a", News::default());
        assert_eq!(secret(&once, 600, 1, "/a"), None, "after ten minutes");
        for session in 0..=MOST {
            once.put(at(700), Id(session as i128), "/a", News::default());
        }
        assert_eq!(once.waiting.lock().unwrap().len(), MOST);
        assert_eq!(secret(&once, 700, 0, "/a"), None, "the oldest of too many");
    }
}
