//! A company's share of what all ask with: so many questions are open at once, and a name counts until the system's resolver is
//! done with it. Whoever names hosts that take long to resolve holds no more threads than that.

use pbx_core::base::ids::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

tokio::task_local! {
    /// The place of the question that the task at work asks.
    pub(super) static PLACE: Arc<Place>;
}

type Open = Arc<Mutex<HashMap<TenantId, usize>>>;

/// The open questions of every company.
pub(super) struct Shares {
    most: usize,
    open: Open,
}

/// An open question; it is over when nobody holds this any more.
pub(super) struct Place {
    tenant: TenantId,
    open: Open,
}

impl Shares {
    /// `most` open questions a company.
    pub(super) fn new(most: usize) -> Self {
        Self { most, open: Open::default() }
    }

    /// A place for one more question; none if the company's are all taken.
    pub(super) fn take(&self, tenant: TenantId) -> Option<Arc<Place>> {
        let mut open = locked(&self.open);
        let taken = open.entry(tenant).or_default();
        if *taken >= self.most {
            return None;
        }
        *taken += 1;
        Some(Arc::new(Place { tenant, open: self.open.clone() }))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = locked(&self.open);
        if let Some(taken) = open.get_mut(&self.tenant) {
            *taken -= 1;
            if *taken == 0 {
                open.remove(&self.tenant);
            }
        }
    }
}

fn locked(open: &Open) -> MutexGuard<'_, HashMap<TenantId, usize>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_when_its_last_holder_is_gone() {
        let (shares, acme) = (Shares::new(1), TenantId::of_key("acme"));
        let question = shares.take(acme).unwrap();
        let resolver = question.clone();
        drop(question);
        assert!(shares.take(acme).is_none());
        assert!(shares.take(TenantId::of_key("globex")).is_some());
        drop(resolver);
        assert!(shares.take(acme).is_some());
        assert!(locked(&shares.open).is_empty());
    }
}
