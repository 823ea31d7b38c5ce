//! Several engines share one range of media ports.

use crate::call::io::Output;
use crate::call::stock::{PortShare, Stock};
use pbx_media::time::Instant;
use pbx_media::{Fact, PoolSettings, Relay};
use std::time::Duration;

/// A relay with so many pairs on one thread.
fn relay(pairs: u16) -> Relay<()> {
    let ports = 20_000..=(20_000 + pairs * 2 - 1);
    let rest = Duration::from_secs(2);
    Relay::new(&PoolSettings { ports, thread: 0, threads: 1, rest, spare: 64, seed: 5 }, ())
}

fn top_up(stock: &mut Stock, relay: &mut Relay<()>) {
    let mut out = Vec::new();
    stock.top_up(&mut out);
    for order in out {
        let Output::Media(command) = order else { panic!("{order:?}") };
        if let Some(Fact::Stock { ports, .. }) = relay.command(Instant::default(), command) {
            stock.stocked(ports);
        }
    }
}

#[test]
fn no_engine_takes_the_last_ports_from_another() {
    for (pairs, engines) in [(100, 1), (100, 4), (40, 8), (5_000, 4)] {
        let mut relay = relay(pairs);
        let share = PortShare::new(1, usize::from(pairs), engines);
        let mut stocks: Vec<Stock> = (0..engines).map(|n| Stock::new(n as u16, share)).collect();
        for stock in &mut stocks {
            top_up(stock, &mut relay);
        }
        for stock in &mut stocks {
            assert!(stock.take(0).is_some() && stock.take(0).is_some(), "{pairs} pairs, {engines} engines");
        }
    }
}

#[test]
fn one_engine_gets_what_idle_ones_leave() {
    let mut relay = relay(100);
    let share = PortShare::new(1, 100, 4);
    let mut stocks: Vec<Stock> = (0..4).map(|n| Stock::new(n, share)).collect();
    for stock in &mut stocks {
        top_up(stock, &mut relay);
    }
    let busy = &mut stocks[0];
    let taken = std::iter::from_fn(|| {
        if busy.runs_short(0, 2) {
            top_up(busy, &mut relay);
        }
        busy.take(0)
    });
    assert_eq!(taken.count(), 100 - 3 * 12, "the others keep an eighth of the range each");
}
