//! What an exchange is started with.

use super::clock::Clock;
use super::engine_queue::EngineQueue;
use super::inbox::Inbox;
use super::ladder::LadderWriter;
use super::nat::Nat;
use super::ports::{DataSources, ScriptHost};
use super::promises::Promises;
use crate::base::ids::TenantId;
use crate::base::settings::Settings;
use crate::change::Configuration;
use crate::door::DoorKey;
use crate::location::Binding;
use std::net::SocketAddr;
use std::sync::Arc;

/// The configuration of an exchange, and the rooms that it is connected to.
pub struct ExchangeConfig {
    /// Where SIP is listened for, UDP and TCP on each. Port 0: any, the same for both.
    pub sip: Vec<SocketAddr>,
    /// What stands between this machine and peers of other networks.
    pub nat: Option<Nat>,
    /// Media ports and threads.
    pub media: pbx_media::Config,
    /// Timers and limits.
    pub settings: Settings,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The seed of every random choice.
    pub seed: [u8; 32],
    /// The configuration.
    pub configuration: Arc<Configuration>,
    /// The door's key, which survives restarts.
    pub door_key: DoorKey,
    /// The journal, already feeding SQL.
    pub promises: Promises,
    /// The ring of SIP messages.
    pub ladder: LadderWriter,
    /// Where devices could be reached before the restart.
    pub bindings: Vec<(TenantId, Binding)>,
    /// The way to the engines, and their queues.
    pub inbox: (Inbox, Vec<EngineQueue>),
    /// The host of scripts.
    pub scripts: Arc<dyn ScriptHost>,
    /// The client of data sources.
    pub sources: Arc<dyn DataSources>,
}
