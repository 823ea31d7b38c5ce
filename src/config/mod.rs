//! Configuration: one table of settings, read from a YAML file, the environment and the command line, in this order.
//!
//! The table is the source of docs/CONFIG.md. Every mistake of a start is reported at once.

mod contradictions;
mod document;
mod local_networks;
mod media_address;
mod proxies;
mod read;
mod table;

pub use document::markdown;
pub use read::{Given, Mistakes, read, strangers};
pub use table::{SETTINGS, Setting};

use crate::http;
use pbx_core::base::network::Network;
use pbx_core::base::settings::Settings;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// What a server needs to know before it opens its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The folder that holds everything: database, journal, key, messages.
    pub data: PathBuf,
    /// Another database than SQLite in the data folder.
    pub database: Option<String>,
    /// Where SIP is listened for, UDP and TCP on each.
    pub sip: Vec<SocketAddr>,
    /// Where the console and the API are served.
    pub http: SocketAddr,
    /// The most connections to the console and the API.
    pub http_limits: http::Limits,
    /// Proxies before the console whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub http_proxies: Vec<Network>,
    /// The address that peers outside the local networks see instead of ours.
    pub external_address: Option<IpAddr>,
    /// Where peers see our own address all the same.
    pub local_networks: Vec<Network>,
    /// Where media is received; without it, on every address of the families that SIP is listened for on.
    pub rtp_address: Option<IpAddr>,
    /// The ports for media: even ones carry RTP, the next one RTCP.
    pub rtp_ports: RangeInclusive<u16>,
    /// Seconds that a port rests before its next call.
    pub rtp_rest_s: u32,
    /// Engines, each on a thread of its own.
    pub engines: usize,
    /// Threads that relay media.
    pub media_threads: usize,
    /// Threads that run scripts.
    pub script_threads: usize,
    /// Milliseconds between two forced writes of the journal to the disk.
    pub fsync_ms: u64,
    /// Megabytes of SIP messages kept for each tenant.
    pub sip_log_mb: u64,
    /// The alarm is raised where fewer per cent of the disk are free; 0: never.
    pub disk_alarm_percent: u8,
    /// Which of the program's own messages are printed, as `tracing` writes filters.
    pub log: String,
    /// Timers and limits of the exchange.
    pub settings: Settings,
}

impl Default for Config {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            data: PathBuf::from("data"),
            database: None,
            sip: vec![SocketAddr::from(([0, 0, 0, 0], 5060))],
            http: SocketAddr::from(([127, 0, 0, 1], 8080)),
            http_limits: http::Limits { all: 1024, of_one_source: 256 },
            http_proxies: Vec::new(),
            external_address: None,
            local_networks: local_networks::private(),
            rtp_address: None,
            rtp_ports: 16384..=32767,
            rtp_rest_s: 2,
            engines: cores,
            media_threads: cores.div_ceil(2),
            script_threads: cores,
            fsync_ms: 100,
            sip_log_mb: 256,
            disk_alarm_percent: 10,
            // What the demo's phones and the self-test's have to say about themselves is nothing of the server's.
            log: "info,rsipstack=off".to_owned(),
            settings: Settings::default(),
        }
    }
}
