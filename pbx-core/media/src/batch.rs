//! The datagrams of one look at the sockets: all are received, then all are judged, then all are
//! sent. Each step leaves its code in the processor's cache for the next datagram, and the program
//! at the far end is woken for many at once.

use crate::far_end::Channel;
use crate::relay::{Forward, Relay};
use crate::sockets::BoundPairs;
use crate::time::Instant;
use std::net::SocketAddr;
use std::ops::Range;

/// The longest UDP datagram, in bytes, so that none is ever cut.
const LONGEST: usize = 65_535;
/// The bytes of the buffer: room for one datagram of that length behind some three hundred of
/// audio.
const ROOM: usize = 2 * LONGEST;

/// The datagrams of one look, one behind the other in a buffer that is allocated once.
pub(crate) struct Batch {
    bytes: Box<[u8]>,
    used: usize,
    received: Vec<Received>,
    forwards: Vec<(Forward, Range<usize>)>,
}

struct Received {
    rtp: u16,
    channel: Channel,
    from: SocketAddr,
    bytes: Range<usize>,
}

impl Batch {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![0; ROOM].into_boxed_slice(), used: 0, received: Vec::new(), forwards: Vec::new() }
    }

    /// Relays one datagram of each readable port; a port that has more is listed again at the next
    /// look.
    pub(crate) fn relay_all(&mut self, now: Instant, relay: &mut Relay<BoundPairs>, readable: &[u16]) {
        for port in readable {
            if ROOM - self.used < LONGEST {
                self.pass_on(now, relay);
            }
            self.receive(relay.sockets(), *port);
        }
        self.pass_on(now, relay);
    }

    fn receive(&mut self, sockets: &BoundPairs, port: u16) {
        let (rtp, channel) = BoundPairs::of_port(port);
        let Some((length, from)) = sockets.receive(rtp, channel, &mut self.bytes[self.used..]) else { return };
        let bytes = self.used..self.used + length;
        self.used = bytes.end;
        self.received.push(Received { rtp, channel, from, bytes });
    }

    fn pass_on(&mut self, now: Instant, relay: &mut Relay<BoundPairs>) {
        let bytes = &self.bytes;
        self.forwards.extend(self.received.drain(..).filter_map(|Received { rtp, channel, from, bytes: range }| {
            Some((relay.receive(now, rtp, channel, from, &bytes[range.clone()])?, range))
        }));
        for (forward, range) in self.forwards.drain(..) {
            let datagram = &mut self.bytes[range];
            forward.renumber(datagram);
            relay.sockets().send(forward, datagram);
        }
        self.used = 0;
    }
}
