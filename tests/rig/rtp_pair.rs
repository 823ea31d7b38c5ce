//! The two sockets of a stream, RTP and RTCP: what a test sends from them and gets at them is seen to the byte.

use super::ports;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// How long a packet may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A far end's sockets.
pub(crate) struct RtpPair {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    sent: u16,
}

impl RtpPair {
    /// RTCP on the port above RTP's.
    pub(crate) fn side_by_side() -> Self {
        let first = *ports::block(2).start();
        Self::at(first, first + 1)
    }

    /// RTCP somewhere else, as only the session description can tell.
    pub(crate) fn apart() -> Self {
        let first = *ports::block(8).start();
        Self::at(first, first + 7)
    }

    fn at(rtp: u16, rtcp: u16) -> Self {
        let open = |port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        Self { rtp: open(rtp), rtcp: open(rtcp), sent: 0 }
    }

    /// From now on it is deaf to everybody but this port and the one above it.
    pub(crate) fn hears_only(&self, rtp: SocketAddr) {
        self.rtp.connect(rtp).unwrap();
        self.rtcp.connect(SocketAddr::new(rtp.ip(), rtp.port() + 1)).unwrap();
    }

    pub(crate) fn rtp(&self) -> SocketAddr {
        self.rtp.local_addr().unwrap()
    }

    pub(crate) fn rtcp(&self) -> SocketAddr {
        self.rtcp.local_addr().unwrap()
    }

    /// How many RTP packets it has sent.
    pub(crate) fn sent(&self) -> u16 {
        self.sent
    }

    /// Speaks, a packet every 20 ms, until the first one comes out at the other end: then the stream stands.
    pub(crate) fn speaks_until_heard(&mut self, server: SocketAddr, other: &Self) {
        other.rtp.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut buffer = [0; 256];
        for _ in 0..250 {
            let mut packet = vec![0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
            packet[2..4].copy_from_slice(&self.sent.to_be_bytes());
            packet[4..8].copy_from_slice(&(u32::from(self.sent) * 160).to_be_bytes());
            packet.resize(172, 0xff);
            self.rtp.send_to(&packet, server).unwrap();
            self.sent += 1;
            if let Ok((length, _)) = other.rtp.recv_from(&mut buffer) {
                assert_eq!((length, &buffer[12..14]), (172, &[0xff, 0xff][..]), "something else than RTP came");
                return;
            }
        }
        panic!("no RTP came from {} to {} by {server}", self.rtp(), other.rtp());
    }

    /// Sends a sender report to the RTCP port beside this RTP port; it comes out at the other end's RTCP socket, unchanged.
    #[track_caller]
    pub(crate) fn reports(&self, server: SocketAddr, other: &Self) {
        let mut report = vec![0x80, 200, 0, 6];
        report.extend(self.rtp().port().to_be_bytes().repeat(12));
        self.rtcp.send_to(&report, SocketAddr::new(server.ip(), server.port() + 1)).unwrap();
        other.rtcp.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut buffer = [0; 256];
        let (length, from) = other.rtcp.recv_from(&mut buffer).unwrap_or_else(|error| {
            panic!("RTCP of {} did not come to {}: {error}", self.rtcp(), other.rtcp());
        });
        assert_eq!((&buffer[..length], from.port() % 2), (&report[..], 1), "from {from}");
    }
}
