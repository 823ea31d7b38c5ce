//! What the engines and the readers of an exchange share: one door, one table of routes, one way
//! out.

use super::audit_writer::AuditWriter;
use super::driver::EngineIo;
use super::exchange_config::ExchangeConfig;
use super::front::Front;
use super::routes::{Listener, RouteTable};
use super::sender::Sender;
use crate::door::Door;
use crate::event::Event;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast;

/// The ways of an exchange's messages, media commands and events.
pub(super) struct Outbound {
    /// SIP.
    pub(super) sender: Sender,
    /// The media threads.
    pub(super) media: Arc<pbx_media::Media>,
    /// The bus.
    pub(super) events: broadcast::Sender<Arc<Event>>,
}

/// Connects the engines, and the front of all received messages, of an exchange that listens there.
pub(super) fn wire(
    config: ExchangeConfig,
    outbound: Outbound,
    listeners: Vec<Listener>,
    rng: &mut ChaCha20Rng,
) -> (EngineIo, Arc<Front>) {
    let routes = Arc::new(RouteTable::new(listeners, config.nat, config.clock.clone()));
    let mut nonce_key = [0; 32];
    rng.fill_bytes(&mut nonce_key);
    let door = Arc::new(Door::new(config.door_key, nonce_key, &config.settings));
    let audit = Arc::new(AuditWriter::new(config.promises.clone(), ChaCha20Rng::from_rng(rng)));
    let front = Front {
        door: door.clone(),
        clock: config.clock.clone(),
        configuration: config.configuration.clone(),
        routes: routes.clone(),
        inbox: config.inbox.0,
        sender: outbound.sender.clone(),
        audit: audit.clone(),
        rng: Mutex::new(ChaCha20Rng::from_rng(rng)),
    };
    let io = EngineIo {
        clock: config.clock,
        configuration: config.configuration,
        routes,
        door,
        settings: Arc::new(config.settings),
        promises: config.promises,
        audit,
        sender: outbound.sender,
        media: outbound.media,
        scripts: config.scripts,
        sources: config.sources,
        events: outbound.events,
        ladder: config.ladder,
    };
    (io, Arc::new(front))
}
