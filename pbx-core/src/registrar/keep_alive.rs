//! Keep-alives for phones behind a NAT, so that they can be reached over UDP.
//!
//! A NAT forgets a mapping that nothing passes: after 30 s some of them, none before 2 minutes as
//! RFC 4787 §4.3 wants it. So an empty line goes to each such phone every `keep-alive-s`, which
//! keeps the way open where packets from outside count; and the phone is granted
//! `register-behind-nat-s` at most, so that it sends by itself in time for the others, and is found
//! again soon after its NAT was restarted. docs/decisions/0015 has the costs.

use super::{Changes, DeviceKey, Registrar};
use crate::base::time::{Instant, Now};
use crate::location::Binding;
use bytes::Bytes;
use std::time::Duration;

/// The keep-alive: line ends, which no phone answers (RFC 3261 §7.5).
pub(crate) const KEEP_ALIVE: Bytes = Bytes::from_static(b"\r\n\r\n");

/// The grain of keep-alives in microseconds: they are due at its multiples, so that an engine wakes
/// once for many.
const BEAT: u64 = 250_000;

impl Registrar {
    /// Lists the flows that want a keep-alive now.
    pub(super) fn keep_alive(&mut self, now: Now, every: Duration, changes: &mut Changes) {
        while let Some((at, owner)) = self.pings.first().filter(|(at, _)| *at <= now.mono).copied() {
            self.pings.remove(&(at, owner));
            let Some(list) = self.held.get_mut(&owner) else { continue };
            let next = on_beat(now.mono, every);
            for held in list.iter_mut().filter(|held| held.ping == Some(at)) {
                changes.pings.extend(next.map(|_| held.binding.flow));
                held.ping = next;
                self.pings.extend(next.map(|next| (next, owner)));
            }
        }
    }
}

/// The time over which phones are spread after a start, when all begin at once.
pub(super) const SPREAD: Duration = Duration::from_secs(25);

/// Returns when the flow of a phone wants its first keep-alive: within `every`, at a moment that
/// its id decides.
pub(super) fn first_ping((_, device): DeviceKey, binding: &Binding, now: Instant, every: Duration) -> Option<Instant> {
    let wants = binding.behind_nat && !binding.flow.transport.is_reliable();
    let [.., share] = *device.as_bytes();
    on_beat(now, every * (u32::from(share) + 64) / 320).filter(|_| wants)
}

fn on_beat(now: Instant, after: Duration) -> Option<Instant> {
    let at = (now + after).micros() / BEAT * BEAT;
    (at > now.micros()).then_some(Instant::from_micros(at))
}
