//! Losses and jitter as RFC 3550 counts them.

use crate::packet;
use pbx_media::reception::Reception;
use pbx_media::rtp::Kind;
use pbx_media::time::Instant;
use pbx_media::{Format, Payloads};

/// Counts packets of one source, 20 ms apart.
fn count(sequences: impl IntoIterator<Item = u16>) -> Reception {
    let mut reception = Reception::default();
    for (n, sequence) in sequences.into_iter().enumerate() {
        feed(&mut reception, n as u64 * 20_000, &packet::rtp(1, sequence));
    }
    reception
}

fn feed(reception: &mut Reception, micros: u64, packet: &[u8]) {
    feed_of(&Payloads::default(), reception, micros, packet);
}

fn feed_of(payloads: &Payloads, reception: &mut Reception, micros: u64, packet: &[u8]) {
    let Kind::Rtp(header) = Kind::of(packet, payloads) else { panic!("not RTP") };
    reception.count(Instant::from_micros(micros), header, packet.len(), payloads);
}

#[test]
fn nothing_is_lost_in_a_whole_stream_across_the_wrap() {
    let reception = count((65_000..=65_535).chain(0..500));
    assert_eq!((reception.packets, reception.lost()), (1036, 0));
}

#[test]
fn gaps_are_lost_and_late_ones_are_not() {
    assert_eq!(count([1, 2, 5, 6]).lost(), 2);
    assert_eq!(count([1, 2, 5, 3, 4, 6]).lost(), 0);
    assert_eq!(count([65_534, 1, 65_535, 0, 2]).lost(), 0);
    assert_eq!(count([5, 4, 3, 6]).lost(), 0, "the first one came late");
    assert_eq!(count([1, 1, 2, 2, 3]).lost(), 0, "doubles make nothing lost");
}

#[test]
fn packet_that_comes_twice_hides_no_loss() {
    assert_eq!(count([1, 1, 2, 2, 5]).lost(), 2);
    assert_eq!(count([1, 2, 5, 3, 3, 5, 6]).lost(), 1, "one came late, and twice");
    assert_eq!(count([200, 201, 300, 201, 201, 301]).lost(), 98, "up to a hundred packets later");
    assert_eq!(count([10, 400, 399, 398]).lost(), 387, "a gap wider than what is remembered");
    assert_eq!(count([5, 4, 4, 3, 6, 8]).lost(), 1, "before the first one");
}

#[test]
fn late_packets_of_the_source_before_are_counted_with_it() {
    let mut reception = count([1, 2, 3]);
    for (ssrc, sequence) in [(2, 500), (1, 5), (2, 501), (1, 6), (2, 503)] {
        feed(&mut reception, 100_000, &packet::rtp(ssrc, sequence));
    }
    assert_eq!((reception.packets, reception.lost()), (8, 2), "one of each source");
    for (ssrc, sequence) in [(3, 9), (4, 9), (4, 10)] {
        feed(&mut reception, 200_000, &packet::rtp(ssrc, sequence));
    }
    assert_eq!(reception.lost(), 2);
}

#[test]
fn restart_of_the_sequence_is_no_loss() {
    assert_eq!(count([100, 101, 30_000, 30_001, 30_002]).lost(), 0);
    assert_eq!(count([100, 101, 103, 30_000, 30_001, 30_003]).lost(), 2);
    assert_eq!(count([100, 101, 30_000, 102, 103]).lost(), 0, "one odd packet");
}

#[test]
fn change_of_source_is_no_loss() {
    let mut reception = count([1, 2, 4]);
    feed(&mut reception, 80_000, &packet::rtp(2, 9_000));
    feed(&mut reception, 100_000, &packet::rtp(2, 9_002));
    assert_eq!((reception.packets, reception.lost()), (5, 2));
}

#[test]
fn steady_stream_has_no_jitter() {
    assert_eq!(count(0..500).jitter_us(), 0);
}

#[test]
fn jitter_approaches_the_mean_deviation() {
    let mut reception = Reception::default();
    for n in 0..1000_u16 {
        let late = if n % 2 == 0 { 0 } else { 8_000 };
        feed(&mut reception, u64::from(n) * 20_000 + late, &packet::rtp(1, n));
    }
    let jitter = reception.jitter_us();
    assert!((7_500..=8_500).contains(&jitter), "{jitter}");
}

#[test]
fn jitter_of_a_dynamic_codec_is_counted_in_its_own_clock() {
    let format = |payload, clock, name: &str| Format { payload, channels: 1, clock, name: name.into() };
    let sends = [format(96, 48_000, "opus"), format(101, 8_000, "telephone-event")];
    let opus = Payloads::of(sends.into_iter(), std::iter::empty());
    let jitter = |payloads: &Payloads, late: u64| {
        let mut reception = Reception::default();
        for n in 0..1000_u16 {
            let late = if n % 2 == 0 { 0 } else { late };
            let packet = packet::rtp_of(96, 1, n, u32::from(n) * 960);
            feed_of(payloads, &mut reception, u64::from(n) * 20_000 + late, &packet);
        }
        reception.jitter_us()
    };
    assert_eq!(jitter(&opus, 0), 0);
    assert!((7_500..=8_500).contains(&jitter(&opus, 8_000)), "{}", jitter(&opus, 8_000));
    assert!(jitter(&Payloads::default(), 0) > 50_000, "in the telephone's clock a steady stream looks wild");
}

#[test]
fn packets_of_one_telephone_event_are_no_jitter() {
    let mut reception = count(0..100);
    for n in 100..110_u16 {
        feed(&mut reception, u64::from(n) * 20_000, &packet::rtp_of(101, 1, n, 16_000));
    }
    for n in 110..200_u16 {
        feed(&mut reception, u64::from(n) * 20_000, &packet::rtp(1, n));
    }
    assert_eq!(reception.jitter_us(), 0);
}
