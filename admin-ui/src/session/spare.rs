//! Sessions that the database refused to take: kept in memory meanwhile, so that who comes to make room on a full disk gets in.

use pbx_core::base::time::Wall;
use pbx_core::store::StoredSession;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many; then the oldest must log in again.
const MOST: usize = 64;

/// The sessions, the oldest first.
#[derive(Default)]
pub(super) struct Spare(Mutex<VecDeque<StoredSession>>);

impl fmt::Debug for Spare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spare(secret)")
    }
}

impl Spare {
    /// Adds or replaces a session.
    pub(super) fn put(&self, session: StoredSession) {
        let mut kept = self.locked();
        kept.retain(|one| one.id != session.id);
        if kept.len() >= MOST {
            kept.pop_front();
        }
        kept.push_back(session);
    }

    /// Finds a session that has not expired.
    pub(super) fn find(&self, id: &str, now: Wall) -> Option<StoredSession> {
        self.locked().iter().find(|one| one.id == id && one.expires > now).cloned()
    }

    /// Forgets a session: it is over, or in the database.
    pub(super) fn forget(&self, id: &str) {
        self.locked().retain(|one| one.id != id);
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<StoredSession>> {
        // Poisoning is ignored: every critical section leaves the value consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(id: usize, expires: i64) -> StoredSession {
        StoredSession { id: id.to_string(), data: String::new(), expires: Wall::from_micros(expires) }
    }

    #[test]
    fn session_is_found_until_it_expires_or_is_over() {
        let (spare, now) = (Spare::default(), Wall::from_micros(10));
        spare.put(session(1, 20));
        spare.put(session(2, 10));
        assert!(spare.find("1", now).is_some() && spare.find("2", now).is_none());
        spare.put(session(1, 30));
        assert_eq!(spare.find("1", now).unwrap().expires, Wall::from_micros(30));
        spare.forget("1");
        assert!(spare.find("1", now).is_none());
    }

    #[test]
    fn memory_of_sessions_is_bounded() {
        let spare = Spare::default();
        (0..=MOST).for_each(|id| spare.put(session(id, 20)));
        assert_eq!(spare.locked().len(), MOST);
        assert!(spare.find("0", Wall::from_micros(0)).is_none() && spare.find("64", Wall::from_micros(0)).is_some());
    }
}
