//! What the console reads and asks for: handed in by whoever starts it, so that tests hand in theirs.

use crate::live::board::Contact;
use async_trait::async_trait;
use pbx_core::call::io::Command;
use pbx_core::cdr::CallRecord;
use pbx_core::directory::Directory;
use pbx_core::event::{Disposition, Event};
use pbx_core::ids::{AccountId, CallId, DeviceId, PersonId, TenantId, TokenId};
use pbx_core::journal::AuditLine;
use pbx_core::time::{Now, Wall};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::broadcast;

/// Everything that the console needs from the rest of the house.
#[derive(Clone)]
pub struct Ports {
    /// What is kept.
    pub records: Arc<dyn Records>,
    /// Configuration: read as a snapshot, written by changes.
    pub configuration: Arc<dyn Configure>,
    /// The events from now on.
    pub events: Arc<dyn Fn() -> broadcast::Receiver<Arc<Event>> + Send + Sync>,
    /// Tells the engines something.
    pub commands: Arc<dyn Fn(Command) + Send + Sync>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Fills with random bytes.
    pub random: Arc<dyn Fn(&mut [u8]) + Send + Sync>,
    /// What the console is told at its start.
    pub options: Options,
}
