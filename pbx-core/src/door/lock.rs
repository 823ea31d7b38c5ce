//! The one way in which parts of the door are locked.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a part of the door. Poisoning is ignored: every critical section leaves the value
/// consistent.
pub(super) fn locked<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
