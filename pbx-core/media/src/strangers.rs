//! The senders that a port did not let through: a short list for the record.

use std::net::SocketAddr;

/// The number of strangers that are remembered.
pub const KEPT: usize = 8;

/// The first strangers at a port, each with the number of its datagrams.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strangers([Option<(SocketAddr, u64)>; KEPT]);

impl Strangers {
    /// Counts one more datagram from this sender; further strangers than [`KEPT`] are not
    /// remembered.
    pub fn count(&mut self, from: SocketAddr) {
        for place in &mut self.0 {
            match place {
                Some((known, datagrams)) if *known == from => {
                    *datagrams += 1;
                    return;
                }
                Some(_) => {}
                None => {
                    *place = Some((from, 1));
                    return;
                }
            }
        }
    }

    /// Removes a sender that was on probation and turned out to be the far end. The others keep
    /// their order.
    pub fn forget(&mut self, from: SocketAddr) {
        if let Some(at) = self.0.iter().position(|place| place.is_some_and(|(known, _)| known == from)) {
            self.0[at] = None;
            self.0[at..].rotate_left(1);
        }
    }

    /// Returns the strangers in the order in which they first sent, each with its datagrams.
    pub fn list(&self) -> Vec<(SocketAddr, u64)> {
        self.0.iter().flatten().copied().collect()
    }
}
