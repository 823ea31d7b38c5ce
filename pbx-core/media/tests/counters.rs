//! Losses and jitter as RFC 3550 counts them.

use crate::packet;
use pbx_media::Clocks;
use pbx_media::reception::Reception;
use pbx_media::rtp::Kind;
use pbx_media::time::Instant;

/// Counts packets of one source, 20 ms apart.
fn count(sequences: impl IntoIterator<Item = u16>) -> Reception {
    let mut reception = Reception::default();
    for (n, sequence) in sequences.into_iter().enumerate() {
        feed(&mut reception, n as u64 * 20_000, &packet::rtp(1, sequence));
    }
    reception
}

fn feed(reception: &mut Reception, micros: u64, packet: &[u8]) {
    feed_of(&Clocks::default(), reception, micros, packet);
}

fn feed_of(clocks: &Clocks, reception: &mut Reception, micros: u64, packet: &[u8]) {
    let Kind::Rtp(header) = Kind::of(packet) else { panic!("not RTP") };
    reception.count(Instant::from_micros(micros), header, packet.len(), clocks);
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
    let opus = Clocks::of([(96, 48_000), (101, 8_000)].into_iter());
    let jitter = |clocks: &Clocks, late: u64| {
        let mut reception = Reception::default();
        for n in 0..1000_u16 {
            let late = if n % 2 == 0 { 0 } else { late };
            let packet = packet::rtp_of(96, 1, n, u32::from(n) * 960);
            feed_of(clocks, &mut reception, u64::from(n) * 20_000 + late, &packet);
        }
        reception.jitter_us()
    };
    assert_eq!(jitter(&opus, 0), 0);
    assert!((7_500..=8_500).contains(&jitter(&opus, 8_000)), "{}", jitter(&opus, 8_000));
    assert!(jitter(&Clocks::default(), 0) > 50_000, "in the telephone's clock a steady stream looks wild");
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
