//! What the console reads and asks for: handed in by whoever starts it, so that tests hand in theirs.

use crate::records::Records;
use pbx_core::base::network::Network;
use pbx_core::base::time::Now;
use pbx_core::engine::io::Command;
use pbx_core::event::Event;
pub use pbx_core::net::Clock;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Begins to hear what happens.
pub type Subscribe = Arc<dyn Fn() -> broadcast::Receiver<Arc<Event>> + Send + Sync>;

/// Fills a buffer with random bytes.
pub type Randomness = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Everything that the console needs from the rest of the house.
#[derive(Clone)]
pub struct Ports {
    /// What is kept, and configuration: read as a snapshot, written by changes.
    pub records: Records,
    /// Subscribes to the events from now on.
    pub events: Subscribe,
    /// Tells the engines something.
    pub commands: Arc<dyn Fn(Command) + Send + Sync>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Fills with random bytes.
    pub random: Randomness,
    /// Whether the server is ending: it takes no new calls, and lets the running ones end.
    pub draining: watch::Receiver<bool>,
    /// What the console is told at its start.
    pub options: Options,
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ports").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Ports {
    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.random)(&mut bytes);
        bytes
    }

    /// The moment.
    pub(crate) fn now(&self) -> Now {
        self.clock.now()
    }
}

/// What the console is told at its start.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Log-ins to show on the log-in page: (e-mail, password, what it is). Only the demo sets this.
    pub demo: Vec<DemoAccount>,
    /// Proxies that are believed in who asks, and whether by HTTPS.
    pub proxies: Vec<Network>,
    /// Where SIP is listened for, UDP and TCP on each.
    pub sip: Vec<SocketAddr>,
    /// The address that phones outside this machine's network see instead of ours.
    pub external: Option<IpAddr>,
}

/// A log-in that the demo shows.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DemoAccount {
    /// The e-mail.
    pub email: String,
    /// The password.
    pub password: String,
    /// Where it leads: the tenant's name, or nothing for the operator.
    pub tenant: Option<String>,
}
