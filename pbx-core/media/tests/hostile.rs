//! Whatever arrives: no panic, and the counters agree with each other.

use crate::packet;
use crate::virtual_relay::{Call, addr};
use pbx_media::rtp::Kind;
use pbx_media::{Aim, Channel, Payloads, Port};
use proptest::prelude::*;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Step {
    Aim(bool, u8),
    Rtp { at_a: bool, from: u8, ssrc: u8, sequence: u16 },
    Noise { at_a: bool, rtcp: bool, from: u8, bytes: Vec<u8> },
    Wait(u16),
}

fn step() -> impl Strategy<Value = Step> {
    let noise = prop::collection::vec(any::<u8>(), 0..80);
    prop_oneof![
        1 => (any::<bool>(), 0..6_u8).prop_map(|(a, to)| Step::Aim(a, to)),
        6 => (any::<bool>(), 0..6_u8, 0..2_u8, prop_oneof![0..40_u16, any::<u16>()])
            .prop_map(|(at_a, from, ssrc, sequence)| Step::Rtp { at_a, from, ssrc, sequence }),
        2 => (any::<bool>(), any::<bool>(), 0..6_u8, noise)
            .prop_map(|(at_a, rtcp, from, bytes)| Step::Noise { at_a, rtcp, from, bytes }),
        1 => any::<u16>().prop_map(Step::Wait),
    ]
}

fn somebody(number: u8) -> String {
    format!("203.0.113.{}:{}", number / 2, 4000 + u16::from(number))
}

impl Call {
    fn end(&self, a: bool) -> Port {
        if a { self.a } else { self.b }
    }

    /// True if an RTP packet was passed on.
    fn take(&mut self, step: Step) -> bool {
        match step {
            Step::Aim(a, to) => {
                let (rtp, roams) = (Some(addr(&somebody(to))), to % 2 == 0);
                self.aim_as(self.end(a), Aim { rtp, roams, ..Aim::default() });
            }
            Step::Wait(millis) => self.wait(Duration::from_millis(millis.into())),
            Step::Rtp { at_a, from, ssrc, sequence } => {
                let packet = packet::rtp(ssrc.into(), sequence);
                return self.receive(self.end(at_a), Channel::Rtp, &somebody(from), &packet).is_some();
            }
            Step::Noise { at_a, rtcp, from, bytes } => {
                let channel = if rtcp { Channel::Rtcp } else { Channel::Rtp };
                let passed = self.receive(self.end(at_a), channel, &somebody(from), &bytes).is_some();
                return passed && matches!(Kind::of(&bytes, &Payloads::default()), Kind::Rtp(_)) && !rtcp;
            }
        }
        false
    }
}

proptest! {
    #[test]
    fn any_walk_leaves_consistent_counters(steps in prop::collection::vec(step(), 0..300)) {
        let mut call = Call::joined();
        let passed = steps.into_iter().filter(|step| call.take(step.clone())).count() as u64;
        let (a, b) = (call.a, call.b);
        let (a, b) = (call.release(a), call.release(b));
        prop_assert_eq!(a.sent + b.sent, passed);
        prop_assert!(a.sent <= b.packets && b.sent <= a.packets);
        for report in [a, b] {
            prop_assert!(report.bytes >= report.packets * 12);
            prop_assert!(report.strangers.len() <= 8);
            prop_assert!(report.packets > 0 || (report.lost == 0 && report.latched.is_none()));
            prop_assert!(report.latched.is_none() || report.announced.is_some());
        }
        prop_assert_eq!(call.relay.in_use(), 0);
    }

    #[test]
    fn any_bytes_are_something(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Kind::Rtp(header) = Kind::of(&bytes, &Payloads::default()) {
            prop_assert!(bytes.len() >= 12 && bytes[0] >> 6 == 2);
            prop_assert!(!(64..=95).contains(&header.payload_type) || bytes[1] < 128, "it may be RTCP");
        }
    }
}
