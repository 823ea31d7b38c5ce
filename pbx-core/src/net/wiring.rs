//! What the engines and the readers of an exchange share: one door, one table of routes, one way out.

use super::audit_book::AuditBook;
use super::driver::Wires;
use super::exchange::Parts;
use super::front::Front;
use super::routes::{Listener, RouteTable};
use super::sender::Sender;
use crate::door::Door;
use crate::event::Event;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast;

/// Where an exchange's messages, media commands and events go.
pub(super) struct Ways {
    /// SIP.
    pub(super) sender: Sender,
    /// The media threads.
    pub(super) media: Arc<pbx_media::Media>,
    /// Whoever listens.
    pub(super) events: broadcast::Sender<Arc<Event>>,
}

/// What every engine is connected to, and what every received message goes through, for an exchange that listens there.
pub(super) fn wire(parts: Parts, ways: Ways, listeners: Vec<Listener>, rng: &mut ChaCha20Rng) -> (Wires, Arc<Front>) {
    let routes = Arc::new(RouteTable::new(listeners, parts.nat, parts.clock.clone()));
    let mut nonce_key = [0; 32];
    rng.fill_bytes(&mut nonce_key);
    let door = Arc::new(Door::new(parts.door_key, nonce_key, &parts.settings));
    let audit = Arc::new(AuditBook::new(parts.promises.clone(), ChaCha20Rng::from_rng(rng)));
    let front = Front {
        door: door.clone(),
        clock: parts.clock.clone(),
        configuration: parts.configuration.clone(),
        routes: routes.clone(),
        inbox: parts.inbox.0,
        sender: ways.sender.clone(),
        audit: audit.clone(),
        rng: Mutex::new(ChaCha20Rng::from_rng(rng)),
    };
    let wires = Wires {
        clock: parts.clock,
        configuration: parts.configuration,
        routes,
        door,
        settings: Arc::new(parts.settings),
        promises: parts.promises,
        audit,
        sender: ways.sender,
        media: ways.media,
        scripts: parts.scripts,
        sources: parts.sources,
        events: ways.events,
        ladder: parts.ladder,
    };
    (wires, Arc::new(front))
}
