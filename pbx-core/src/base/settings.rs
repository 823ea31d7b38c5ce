//! Timers and limits of the exchange: every one with its default, in one place.

use serde::{Deserialize, Serialize};

/// The settings that an operator may tune. Durations are in the unit of the name's ending.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Digest realm: one for the server.
    pub realm: String,
    /// Shortest registration that is granted (shorter: 423).
    pub register_min_s: u32,
    /// Longest registration that is granted (longer is cut).
    pub register_max_s: u32,
    /// Registration granted when the phone names none.
    pub register_default_s: u32,
    /// Longest registration that is granted behind a NAT over UDP.
    pub register_behind_nat_s: u32,
    /// How often a phone behind a NAT gets an empty line over UDP, or is checked in a call if it is
    /// silent; 0 for never.
    pub keep_alive_s: u32,
    /// Contacts one device may have at once.
    pub register_max_contacts: usize,
    /// How long a digest nonce is good.
    pub nonce_lifetime_s: u32,
    /// Whether phones are offered SHA-256 beside MD5: some real ones then refuse to register.
    pub offer_sha256: bool,
    /// SIP connections that may be open at once in all.
    pub connections: usize,
    /// SIP connections that one address may have open at once: one IPv4 address, or one /64 of
    /// IPv6.
    pub connections_per_address: usize,
    /// Answers a second that leave over UDP to senders who have proven nothing, for each /24 of
    /// IPv4 and each /56 of IPv6.
    pub answers_to_strangers: u32,
    /// How long a `ring` without a timeout rings.
    pub ring_timeout_s: u32,
    /// The time without an action after which the caller hears ringing.
    pub local_ringing_ms: u32,
    /// Calls of one company that may go on at once; 0: as many as there are media ports.
    pub calls_per_tenant: u32,
    /// Calls that one device has begun and that may go on at once; 0: as many as its company may
    /// have.
    pub calls_per_device: u32,
    /// How much of the media ports the calls of one company may hold where there are several, in
    /// per cent; 0: all of them.
    pub tenant_ports_percent: u32,
    /// How often a call may pass through us.
    pub max_hops: u32,
    /// Actions one script may take.
    pub max_actions: u32,
    /// Lookups one script may make.
    pub max_lookups: u32,
    /// How long the lookups of one call may take, all together.
    pub lookups_ms: u32,
    /// Questions to data sources that one tenant may have open at once.
    pub lookups_at_once: usize,
    /// Devices rung at once.
    pub max_forks: usize,
    /// How often both sides of an answered call are checked, in seconds: one that was silent for as
    /// long is asked whether it is there. 0 for never.
    pub talk_check_s: u32,
    /// How long running calls may go on after the drain began.
    pub drain_deadline_s: u32,
    /// How long after the beginning of a turn that was full an engine waits to begin the next, to
    /// collect input.
    pub gather_ms: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            realm: "ringdown".to_owned(),
            register_min_s: 60,
            register_max_s: 3600,
            register_default_s: 300,
            register_behind_nat_s: 120,
            keep_alive_s: 25,
            register_max_contacts: 10,
            nonce_lifetime_s: 300,
            offer_sha256: false,
            connections: 16_384,
            connections_per_address: 1024,
            answers_to_strangers: 1000,
            ring_timeout_s: 30,
            local_ringing_ms: 1000,
            calls_per_tenant: 0,
            calls_per_device: 60,
            tenant_ports_percent: 50,
            max_hops: 10,
            max_actions: 64,
            max_lookups: 8,
            lookups_ms: 3000,
            lookups_at_once: 64,
            max_forks: 16,
            talk_check_s: 60,
            drain_deadline_s: 30,
            gather_ms: 5,
        }
    }
}
