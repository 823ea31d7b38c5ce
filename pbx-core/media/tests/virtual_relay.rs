//! A relay without sockets, with a clock that the test turns.

use crate::packet;
use pbx_media::time::Instant;
use pbx_media::{Aim, Channel, Command, Fact, Forward, PoolSettings, Port, PortReport, Relay};
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// Two joined ports, neither aimed.
pub(crate) struct Call {
    pub(crate) relay: Relay<()>,
    pub(crate) now: Instant,
    pub(crate) a: Port,
    pub(crate) b: Port,
}

impl Call {
    pub(crate) fn joined() -> Self {
        let settings = PoolSettings {
            ports: 40_000..=40_099,
            thread: 0,
            threads: 1,
            rest: Duration::from_secs(5),
            spare: 4,
            seed: 1,
        };
        let mut relay = Relay::new(&settings, ());
        let now = Instant::from_micros(1_000_000);
        relay.tick(now);
        let Some(Fact::Stock { ports, engine: 3, thread: 0 }) =
            relay.command(now, Command::Refill { thread: 0, engine: 3, count: 2 })
        else {
            panic!("no stock");
        };
        let (a, b) = (ports[0], ports[1]);
        relay.command(now, Command::Join { a, b });
        Self { relay, now, a, b }
    }

    /// B announced one address; its signalling comes from `signalling`.
    pub(crate) fn aim_b(&mut self, announced: &str, signalling: Option<&str>) {
        self.aim(self.b, Some(announced), None, signalling);
    }

    pub(crate) fn aim(&mut self, port: Port, rtp: Option<&str>, rtcp: Option<&str>, signalling: Option<&str>) {
        let (rtp, rtcp) = (rtp.map(addr), rtcp.map(addr));
        let signalling = signalling.map(|ip| ip.parse().unwrap());
        self.aim_as(port, Aim { rtp, rtcp, signalling, ..Aim::default() });
    }

    pub(crate) fn aim_as(&mut self, port: Port, aim: Aim) {
        assert_eq!(self.relay.command(self.now, Command::Aim { port, aim }), None);
    }

    pub(crate) fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    /// `count` packets, 20 ms apart, arrive at B's port; how many were passed.
    pub(crate) fn b_hears(&mut self, from: &str, first: u16, count: u16) -> usize {
        (first..first + count).filter(|sequence| self.one_to_b(from, *sequence).is_some()).count()
    }

    fn one_to_b(&mut self, from: &str, sequence: u16) -> Option<Forward> {
        self.wait(Duration::from_millis(20));
        let ssrc = u32::from(addr(from).port());
        self.receive(self.b, Channel::Rtp, from, &packet::rtp(ssrc, sequence))
    }

    pub(crate) fn receive(&mut self, port: Port, channel: Channel, from: &str, datagram: &[u8]) -> Option<Forward> {
        self.relay.receive(self.now, port.rtp, channel, addr(from), datagram)
    }

    pub(crate) fn release(&mut self, port: Port) -> PortReport {
        let Some(Fact::Released { report, .. }) = self.relay.command(self.now, Command::Release { port, engine: 3 })
        else {
            panic!("no report");
        };
        report
    }
}
