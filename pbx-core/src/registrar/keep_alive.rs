//! Keep-alives for phones behind a NAT, so that they can be reached over UDP.
//!
//! A NAT forgets a mapping that nothing passes: after 30 s some of them, none before 2 minutes as
//! RFC 4787 §4.3 wants it. So an empty line goes to each such phone every `keep-alive-s`, which
//! keeps the way open where packets from outside count; and the phone is granted
//! `register-behind-nat-s` at most, so that it sends by itself in time for the others, and is found
//! again soon after its NAT was restarted. docs/decisions/0015 has the costs.

use crate::base::ids::DeviceId;
use crate::base::time::Instant;
use crate::location::Binding;
use bytes::Bytes;
use std::time::Duration;

/// The keep-alive: line ends, which no phone answers (RFC 3261 §7.5).
pub(crate) const KEEP_ALIVE: Bytes = Bytes::from_static(b"\r\n\r\n");

/// The grain of keep-alives in microseconds: they are due at its multiples, so that an engine wakes
/// once for many.
const BEAT: u64 = 250_000;

/// The time over which phones are spread after a start, when all begin at once.
pub(super) const SPREAD: Duration = Duration::from_secs(25);

/// Returns when the flow of a phone wants its first keep-alive: within `every`, at a moment that
/// its id decides.
pub(super) fn first_ping(device: DeviceId, binding: &Binding, now: Instant, every: Duration) -> Option<Instant> {
    let wants = binding.behind_nat && !binding.flow.transport.is_reliable();
    let [.., share] = *device.as_bytes();
    on_beat(now, every * (u32::from(share) + 64) / 320).filter(|_| wants)
}

/// Returns the last beat before `after` is over; `None` if that is now.
pub(super) fn on_beat(now: Instant, after: Duration) -> Option<Instant> {
    let at = (now + after).micros() / BEAT * BEAT;
    (at > now.micros()).then_some(Instant::from_micros(at))
}
