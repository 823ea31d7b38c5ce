//! Who runs the scripts: on the spot, or the threads that a running server has.

use pbx_core::script::{ScriptJob, ScriptReply};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use templates::inline::Inline;
use templates::pool::{Pool, PoolConfig, Stats};

/// How long a pool may take for what it was given; more than it ever needs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The script host of an exchange.
pub(crate) enum Scripts {
    /// Each job is done before the next is known.
    OnTheSpot(Inline),
    /// The pool's threads.
    OnThreads(Threads),
}

/// A pool, and the jobs that came since it was last looked after.
pub(crate) struct Threads {
    count: usize,
    pool: Pool,
    replies: Receiver<ScriptReply>,
    waiting: Vec<ScriptJob>,
}

impl Scripts {
    /// A pool of that many threads. It has no clock: what it decides must not depend on the machine.
    pub(crate) fn on_threads(count: usize) -> Self {
        let (sender, replies) = channel();
        let config = PoolConfig { threads: count, ..PoolConfig::default() };
        let pool = Pool::start(config, move |reply| drop(sender.send(reply))).expect("threads");
        Self::OnThreads(Threads { count, pool, replies, waiting: vec![] })
    }

    /// The same host after a restart: it has forgotten everything.
    pub(crate) fn restarted(&self) -> Self {
        match self {
            Self::OnTheSpot(_) => Self::OnTheSpot(Inline::default()),
            Self::OnThreads(threads) => Self::on_threads(threads.count),
        }
    }

    /// Takes a job; its reply, if it is done on the spot.
    pub(crate) fn take(&mut self, job: ScriptJob) -> Option<ScriptReply> {
        match self {
            Self::OnTheSpot(host) => host.run(job),
            Self::OnThreads(threads) => {
                threads.waiting.push(job);
                None
            }
        }
    }

    /// Whether jobs wait for the threads.
    pub(crate) fn is_behind(&self) -> bool {
        matches!(self, Self::OnThreads(threads) if !threads.waiting.is_empty())
    }

    /// Hands over all that waits at once, so that everybody competes with everybody; the replies in an order of their own.
    pub(crate) fn catch_up(&mut self) -> Vec<ScriptReply> {
        let Self::OnThreads(threads) = self else { return vec![] };
        let is_cancel = |job: &ScriptJob| matches!(job, ScriptJob::Cancel { .. });
        let (cancels, jobs): (Vec<_>, Vec<_>) = threads.waiting.drain(..).partition(is_cancel);
        let count = jobs.len();
        threads.pool.submit(jobs);
        let next = |_| threads.replies.recv_timeout(PATIENCE).expect("the pool answers every job");
        let mut replies: Vec<ScriptReply> = (0..count).map(next).collect();
        threads.pool.submit(cancels);
        replies.sort_by_key(|reply| (reply.tenant, reply.run));
        replies
    }

    /// What the pool has counted.
    pub(crate) fn stats(&self) -> Stats {
        match self {
            Self::OnTheSpot(_) => Stats::default(),
            Self::OnThreads(threads) => threads.pool.stats(),
        }
    }
}
