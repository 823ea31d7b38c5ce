//! The writer of the SIP message ring: a thread of its own, so that no engine waits for a disk.

use crate::base::flow::Flow;
use crate::base::ids::{CallId, TenantId};
use crate::base::time::Wall;
use crate::sip_log::{LoggedMessage, SipLog, Way};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// Messages that may wait for the disk; more are not kept: a ladder with a hole is better than a
/// late call.
const WAITING: usize = 65_536;
/// Messages written at once.
const BATCH: usize = 512;
/// How long a message may wait for others.
const PAUSE: Duration = Duration::from_millis(200);

/// Takes messages for the ring. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LadderWriter {
    queue: SyncSender<(TenantId, LoggedMessage)>,
}

impl LadderWriter {
    /// Starts the thread; it ends when the last writer is dropped.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start(log: Arc<SipLog>) -> std::io::Result<Self> {
        let (queue, entries) = sync_channel(WAITING);
        std::thread::Builder::new().name("sip-log".to_owned()).spawn(move || write(&log, &entries))?;
        Ok(Self { queue })
    }

    /// Keeps a message that we sent.
    pub fn sent(&self, at: Wall, about: (TenantId, CallId), flow: Flow, bytes: Bytes) {
        self.keep(at, about, Way::Out, flow, bytes);
    }

    /// Keeps a message that we received.
    pub fn received(&self, at: Wall, about: (TenantId, CallId), flow: Flow, bytes: Bytes) {
        self.keep(at, about, Way::In, flow, bytes);
    }

    fn keep(&self, at: Wall, (tenant, call): (TenantId, CallId), way: Way, flow: Flow, bytes: Bytes) {
        // A full queue: see WAITING.
        let Flow { transport, local, remote, .. } = flow;
        let _ = self.queue.try_send((tenant, LoggedMessage { at, call, way, transport, local, remote, bytes }));
    }
}

/// Lets messages come together: a write for each of them, and a thread that wakes for it, would
/// cost more than the rest of the ladder.
#[expect(clippy::disallowed_methods, reason = "timers live in net")]
fn collect() {
    std::thread::sleep(PAUSE);
}

fn write(log: &SipLog, entries: &Receiver<(TenantId, LoggedMessage)>) {
    let (mut batch, mut behind) = (Vec::with_capacity(BATCH), false);
    while let Ok(first) = entries.recv() {
        batch.push(first);
        // A full batch before this one: more is waiting than one pause brings.
        if !std::mem::replace(&mut behind, false) {
            collect();
        }
        batch.extend(entries.try_iter().take(BATCH - 1));
        behind = batch.len() == BATCH;
        if let Err(error) = log.append(&batch) {
            tracing::warn!(%error, messages = batch.len(), "SIP messages could not be kept");
        }
        batch.clear();
    }
}
