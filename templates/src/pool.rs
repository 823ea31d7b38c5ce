//! The host for calls: a bounded pool of threads that serves tenants in turn.
//!
//! A tenant is served by one thread at a time, for one turn of one of its runs (1,000 counted interrupts); then it goes to the end of
//! the line. So a tenant waits for at most as many turns as there are tenants with work, whatever their scripts do.

mod line;

use crate::vm::{Clock, Host, Limits, Tenant};
use line::Line;
use pbx_core::base::ids::TenantId;
use pbx_core::script::{ScriptJob, ScriptReply};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

pub use line::Stats;

/// How a pool is built.
#[derive(Clone)]
pub struct PoolConfig {
    /// How many threads run scripts.
    pub threads: usize,
    /// How many VMs are kept for tenants that have no work; the one that idles longest goes first.
    pub idle_vms: usize,
    /// What a script may spend.
    pub limits: Limits,
    /// The steady clock of the deadline; without one, only the counted budget stops a script.
    pub clock: Option<Clock>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self { threads: 2, idle_vms: 256, limits: Limits::default(), clock: None }
    }
}

type Reply = Box<dyn Fn(ScriptReply) + Send + Sync>;

struct Shared {
    host: Host,
    idle_vms: usize,
    reply: Reply,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    seats: HashMap<TenantId, Seat>,
    line: Line,
    /// Tenants with a VM and no work, by the turn after which they had none.
    idle: BTreeMap<u64, TenantId>,
    stopping: bool,
}

/// A tenant's place in the pool.
struct Seat {
    /// Jobs that wait to be taken in.
    inbox: Vec<ScriptJob>,
    /// The tenant itself; none while a thread serves it.
    tenant: Option<Box<Tenant>>,
    /// Its key in `State::idle`.
    idle_since: Option<u64>,
}

/// A running pool. Dropping it stops it.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts the threads. `reply` is called on them, once for each start and resume.
    ///
    /// # Errors
    /// When the machine gives no thread.
    pub fn start(config: PoolConfig, reply: impl Fn(ScriptReply) + Send + Sync + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            host: Host::new(config.limits, config.clock),
            idle_vms: config.idle_vms,
            reply: Box::new(reply),
            state: Mutex::default(),
            wake: Condvar::new(),
        });
        let mut pool = Self { shared, threads: Vec::new() };
        for index in 0..config.threads.max(1) {
            let shared = pool.shared.clone();
            let thread = std::thread::Builder::new().name(format!("script-{index}"));
            pool.threads.push(thread.stack_size(4 * 1024 * 1024).spawn(move || shared.work())?);
        }
        Ok(pool)
    }

    /// Hands jobs over. After `stop` nothing is taken any more.
    pub fn submit(&self, jobs: impl IntoIterator<Item = ScriptJob>) {
        let mut state = self.shared.state();
        if state.stopping {
            return;
        }
        let joined = jobs.into_iter().map(|job| state.seat(job)).filter(|joined| *joined).count();
        drop(state);
        match joined {
            0 => {}
            1 => self.shared.wake.notify_one(),
            _ => self.shared.wake.notify_all(),
        }
    }

    /// What was counted so far.
    pub fn stats(&self) -> Stats {
        self.shared.state().line.stats()
    }

    /// Takes no more jobs, answers those it has and ends its threads.
    pub fn stop(mut self) {
        self.close();
    }

    fn close(&mut self) {
        self.shared.state().stopping = true;
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a script thread panicked");
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

impl Seat {
    fn new(id: TenantId) -> Self {
        Self { inbox: Vec::new(), tenant: Some(Box::new(Tenant::new(id))), idle_since: None }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread's life: serve whoever is first in the line.
    fn work(&self) {
        let mut state = self.state();
        loop {
            let Some(id) = state.line.next() else {
                if state.stopping {
                    return;
                }
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let Some((mut tenant, inbox)) = state.take(id) else { continue };
            drop(state);
            inbox.into_iter().for_each(|job| tenant.accept(job));
            if let Some(reply) = tenant.turn(&self.host) {
                (self.reply)(reply);
            }
            state = self.state();
            state.give_back(id, tenant, self.idle_vms);
            if state.stopping {
                self.wake.notify_all();
            }
        }
    }
}

impl State {
    /// Puts a job into its tenant's inbox. True: the tenant has joined the line; nobody serves it yet.
    fn seat(&mut self, job: ScriptJob) -> bool {
        let (ScriptJob::Start { tenant, .. } | ScriptJob::Resume { tenant, .. } | ScriptJob::Cancel { tenant, .. }) =
            job;
        let seat = self.seats.entry(tenant).or_insert_with(|| Seat::new(tenant));
        if let Some(since) = seat.idle_since.take() {
            self.idle.remove(&since);
        }
        seat.inbox.push(job);
        seat.tenant.is_some() && self.line.join(tenant)
    }

    fn take(&mut self, id: TenantId) -> Option<(Box<Tenant>, Vec<ScriptJob>)> {
        let seat = self.seats.get_mut(&id)?;
        Some((seat.tenant.take()?, std::mem::take(&mut seat.inbox)))
    }

    /// Seats a tenant after its turn: in the line again, among the idle, or nowhere.
    fn give_back(&mut self, id: TenantId, tenant: Box<Tenant>, idle_vms: usize) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        if tenant.has_work() || !seat.inbox.is_empty() {
            self.line.join(id);
        } else if tenant.is_empty() {
            self.seats.remove(&id);
            return;
        } else if tenant.has_vm() {
            let since = self.line.tick();
            seat.idle_since = Some(since);
            self.idle.insert(since, id);
        }
        seat.tenant = Some(tenant);
        while self.idle.len() > idle_vms {
            let Some((_, idle)) = self.idle.pop_first() else { return };
            self.retire(idle);
        }
    }

    fn retire(&mut self, id: TenantId) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.idle_since = None;
        let Some(tenant) = &mut seat.tenant else { return };
        tenant.retire_vm();
        if tenant.is_empty() {
            self.seats.remove(&id);
        }
    }
}
