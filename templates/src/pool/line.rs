//! The line that tenants wait in: first come, first served, each at most once, every turn counted.

use pbx_core::base::ids::TenantId;
use std::collections::{HashSet, VecDeque};

/// What a pool has counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Turns so far.
    pub turns: u64,
    /// The most turns that anybody waited for, counted from joining the line to being served.
    pub longest_wait: u64,
    /// The most tenants that had work at once.
    pub most_active: u64,
    /// How often somebody waited for more turns than there were tenants with work when they joined. Always 0.
    pub unfair: u64,
}

/// The line.
#[derive(Default)]
pub(super) struct Line {
    waiting: VecDeque<Place>,
    present: HashSet<TenantId>,
    stats: Stats,
    ticks: u64,
}

struct Place {
    tenant: TenantId,
    joined_at: u64,
    active: u64,
}

impl Line {
    /// Goes to the end of the line; who is in it already stays where they are, and that is false.
    pub(super) fn join(&mut self, tenant: TenantId) -> bool {
        let is_new = self.present.insert(tenant);
        if is_new {
            let active = self.present.len() as u64;
            self.stats.most_active = self.stats.most_active.max(active);
            self.waiting.push_back(Place { tenant, joined_at: self.stats.turns, active });
        }
        is_new
    }

    /// Who is served now.
    pub(super) fn next(&mut self) -> Option<TenantId> {
        let place = self.waiting.pop_front()?;
        self.present.remove(&place.tenant);
        let waited = self.stats.turns - place.joined_at;
        self.stats.turns += 1;
        self.stats.longest_wait = self.stats.longest_wait.max(waited);
        self.stats.unfair += u64::from(waited > place.active);
        Some(place.tenant)
    }

    /// What was counted so far.
    pub(super) fn stats(&self) -> Stats {
        self.stats
    }

    /// A number that no earlier call gave.
    pub(super) fn tick(&mut self) -> u64 {
        self.ticks += 1;
        self.ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_more_turns_than_there_are_tenants() {
        let tenants: Vec<_> = (0..5).map(|n| TenantId::of_key(&n.to_string())).collect();
        let mut line = Line::default();
        tenants.iter().for_each(|tenant| assert!(line.join(*tenant)));
        let mut served = Vec::new();
        for _ in 0..20 {
            let tenant = line.next().unwrap_or(tenants[0]);
            served.push(tenant);
            assert!(line.join(tenant));
            assert!(!line.join(tenant));
        }
        assert_eq!(served, tenants.iter().cycle().take(20).copied().collect::<Vec<_>>());
        let stats = line.stats();
        assert_eq!((stats.turns, stats.longest_wait, stats.unfair), (20, 4, 0));
    }
}
