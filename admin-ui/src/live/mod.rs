//! The live board: one reader of the bus folds events, every open page is told what changed.

pub(crate) mod board;
mod renew;
mod show;
mod stream;
mod streams;

pub(crate) use show::{
    board_context, call_context, draining, may_see, phones, reach_in_short, reach_words, template_title,
};
pub(crate) use stream::stream;
pub(crate) use streams::Streams;

use crate::ports::Ports;
use crate::records::Broken;
use board::{Board, Change};
use pbx_core::base::ids::TenantId;
use pbx_core::directory::Directory;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many changes an open page may lag behind before it is shown the whole board anew.
const LAG: usize = 1024;

/// How long the board lets events come together: nobody sees the difference, and a busy server is not woken by each.
const COLLECT: std::time::Duration = std::time::Duration::from_millis(100);

/// The board, and who wants to know when it changes.
pub(crate) struct Live {
    board: RwLock<Board>,
    changes: broadcast::Sender<(TenantId, Change)>,
}

impl Live {
    /// An empty board that follows the bus from now on, until the bus is closed.
    pub(crate) fn start(ports: &Ports) -> Arc<Self> {
        let live = Arc::new(Self { board: RwLock::default(), changes: broadcast::Sender::new(LAG) });
        let reader = live.clone();
        let ports = ports.clone();
        let mut events = (ports.events)();
        let mut configuration = ports.records.configuration.subscribe();
        let mut known = tenants(&configuration.borrow_and_update());
        tokio::spawn(async move {
            let mut behind = true;
            loop {
                if behind {
                    behind = reader.renew(&ports).await.is_err();
                }
                let event = tokio::select! {
                    event = events.recv() => event,
                    Ok(()) = configuration.changed() => {
                        let now = tenants(&configuration.borrow_and_update());
                        reader.forget_others(&now, &known);
                        known = now;
                        continue;
                    }
                };
                match event {
                    Ok(event) => reader.fold(&event),
                    Err(RecvError::Lagged(missed)) => {
                        tracing::warn!(missed, "the live board missed events; it is made anew");
                        behind = true;
                    }
                    Err(RecvError::Closed) => return,
                }
                if events.is_empty() {
                    pbx_core::net::pause(COLLECT).await;
                }
            }
        });
        live
    }

    /// What is there right now.
    pub(crate) fn board(&self) -> RwLockReadGuard<'_, Board> {
        self.board.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<(TenantId, Change)> {
        self.changes.subscribe()
    }

    /// Forgets what is not of a tenant that was there and still is: a new one finds nothing of who had its name before.
    fn forget_others(&self, now: &HashSet<TenantId>, before: &HashSet<TenantId>) {
        if now != before {
            let mut board = self.board.write().unwrap_or_else(PoisonError::into_inner);
            board.keep_only(|tenant| now.contains(&tenant) && before.contains(&tenant));
        }
    }

    fn fold(&self, event: &pbx_core::event::Event) {
        let change = self.board.write().unwrap_or_else(PoisonError::into_inner).fold(event);
        if let Some(change) = change {
            // Nobody may be looking.
            let _ = self.changes.send((event.tenant, change));
        }
    }

    /// Brings the board to what is kept: at the start, and where events were missed. Every open page is shown all of it.
    async fn renew(&self, ports: &Ports) -> Result<(), Broken> {
        let now = ports.now().wall;
        let kept = async { Ok((ports.records.calls_alive().await?, ports.records.bindings_alive(now).await?)) };
        let (calls, bindings) =
            kept.await.inspect_err(|error: &Broken| tracing::warn!(%error, "the live board could not be made anew"))?;
        let tenants = self.board.write().unwrap_or_else(PoisonError::into_inner).renew(&calls, bindings, now);
        for tenant in tenants {
            // Nobody may be looking.
            let _ = self.changes.send((tenant, Change::Everything));
        }
        Ok(())
    }
}

fn tenants(directory: &Directory) -> HashSet<TenantId> {
    directory.tenants().map(|tenant| tenant.id).collect()
}
