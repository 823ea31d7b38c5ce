//! Several engines share one range of media ports.

use crate::base::ids::{CallId, LegId, TenantId};
use crate::context::stock::{PortShare, Stock, Supply};
use crate::engine::io::Output;
use pbx_media::time::Instant;
use pbx_media::{Command, Fact, PoolSettings, Port, Relay};
use proptest::prelude::*;
use std::time::Duration;

/// Media threads and engines, whose words to each other arrive at once.
struct Machine {
    threads: Vec<Relay<()>>,
    stocks: Vec<Stock>,
    pairs: usize,
    /// Free ports of each engine, by thread.
    free: Vec<Vec<usize>>,
}

fn tenant() -> TenantId {
    TenantId::of_key("acme")
}

impl Machine {
    /// Threads with so many pairs each.
    fn new(pairs: usize, engines: usize, threads: u8) -> Self {
        let ports = 20_000..=(20_000 + u16::try_from(pairs).unwrap() * 2 * u16::from(threads) - 1);
        let relay = |thread| {
            let (ports, rest) = (ports.clone(), Duration::ZERO);
            Relay::new(&PoolSettings { ports, thread, threads, rest, spare: 4, seed: 5 }, ())
        };
        let share = PortShare::new(threads, pairs, engines);
        let stocks = (0..engines).map(|engine| Stock::new(engine as u16, share)).collect();
        let free = vec![vec![0; usize::from(threads)]; engines];
        let mut machine = Self { threads: (0..threads).map(relay).collect(), stocks, pairs, free };
        for engine in 0..engines {
            machine.exchange(engine);
        }
        machine
    }

    /// An engine asks for what it lacks, and gets it; the calls that have waited for it, with the
    /// threads asked in vain.
    fn exchange(&mut self, engine: usize) -> (Vec<CallId>, u64) {
        let (mut out, mut calls, mut tried) = (Vec::new(), Vec::new(), 0);
        self.stocks[engine].top_up(&mut out);
        for order in out {
            let Output::Media(command) = order else { panic!("{order:?}") };
            if let Command::Release { port, .. } = &command {
                self.free[engine][usize::from(port.thread)] -= 1;
            }
            let (waited, dry) = self.obey(engine, command);
            calls.extend(waited);
            tried |= dry;
        }
        (calls, tried)
    }

    fn obey(&mut self, engine: usize, command: Command) -> (Vec<CallId>, u64) {
        let (Command::Refill { thread, .. } | Command::Release { port: Port { thread, .. }, .. }) = &command else {
            panic!("{command:?}")
        };
        let stock = &mut self.stocks[engine];
        match self.threads[usize::from(*thread)].command(Instant::default(), command) {
            Some(Fact::Stock { thread, ports, .. }) => {
                self.free[engine][usize::from(thread)] += ports.len();
                stock.stocked(thread, ports)
            }
            Some(Fact::Released { port, .. }) => {
                stock.released(port);
                (Vec::new(), 0)
            }
            fact => panic!("{fact:?}"),
        }
    }

    /// How many ports a call of this engine can have on one thread without another call's end.
    fn best(&self, engine: usize) -> usize {
        let free = self.threads.iter().zip(&self.free[engine]);
        free.map(|(thread, own)| self.pairs - thread.in_use() + own).max().unwrap()
    }

    /// A call takes so many ports, or fewer if there are no more.
    fn call(&mut self, engine: usize, ports: usize) -> Vec<Port> {
        let (id, mut tried) = (CallId::of_key("call"), 0);
        let thread = loop {
            match self.stocks[engine].supply(id, ports, None, tried) {
                Supply::From(thread) => break thread,
                Supply::Wait => {
                    let (calls, dry) = self.exchange(engine);
                    assert_eq!(calls, [id], "it waits for what nobody brings");
                    tried |= dry;
                }
            }
        };
        let stock = &mut self.stocks[engine];
        let taken: Vec<Port> = (0..ports).map_while(|_| stock.take(thread, tenant())).collect();
        self.free[engine][usize::from(thread)] -= taken.len();
        self.exchange(engine);
        taken
    }

    fn end(&mut self, engine: usize, ports: Vec<Port>) {
        for port in ports {
            let mut out = Vec::new();
            self.stocks[engine].release(port, tenant(), LegId::of_key("leg"), &mut out);
            let Some(Output::Media(command)) = out.pop() else { panic!("no release") };
            self.obey(engine, command);
        }
        self.exchange(engine);
    }
}

proptest! {
    #[test]
    fn call_that_can_be_served_is_served_without_the_help_of_another(
        pairs in 1_usize..200,
        engines in 1_usize..33,
        threads in 1_u8..9,
        calls in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..17, prop::bool::weighted(0.3)), 1..60),
    ) {
        let mut machine = Machine::new(pairs, engines, threads);
        let mut running: Vec<(usize, Vec<Port>)> = Vec::new();
        for (engine, forks, ends) in calls {
            let engine = engine.index(engines);
            let can = machine.best(engine).min(1 + forks);
            let ports = machine.call(engine, 1 + forks);
            prop_assert_eq!(ports.len(), can, "a call of engine {} to {} phones", engine, forks);
            running.push((engine, ports));
            if ends {
                let (engine, ports) = running.swap_remove(forks % running.len());
                machine.end(engine, ports);
            }
        }
    }
}

#[test]
fn idle_engines_leave_the_range_to_the_one_that_calls() {
    for (pairs, engines, threads) in [(100, 1, 1), (100, 4, 1), (40, 8, 2), (12, 8, 4), (5_000, 4, 1), (4, 32, 2)] {
        let mut machine = Machine::new(pairs, engines, threads);
        let most = pairs * usize::from(threads);
        let calls = std::iter::from_fn(|| Some(machine.call(0, 2).len()).filter(|taken| *taken == 2));
        let taken = 2 * calls.count();
        assert!(taken * 8 >= most * 7 - 8 * usize::from(threads), "{taken} of {most}, {engines} engines");
    }
}

#[test]
fn engine_that_had_all_ports_gives_them_back() {
    let mut machine = Machine::new(100, 4, 1);
    let calls: Vec<Vec<Port>> = (0..40).map(|_| machine.call(0, 2)).collect();
    assert!(calls.iter().all(|call| call.len() == 2));
    calls.into_iter().for_each(|call| machine.end(0, call));
    let neighbours = (0..40).filter(|_| machine.call(1, 2).len() == 2);
    assert_eq!(neighbours.count(), 40);
}
