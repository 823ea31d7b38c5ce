//! A working day of many people, from a seed: who calls whom, who takes it, who gives up.

use super::company::Company;
use super::exchange::Draws;
use super::net::Net;
use super::phone::{Alarm, Errand, Manner, Moods, Says, VanishesAfter, Whim};
use super::weather::Climate;
use super::{fate, ms};
use pbx_core::base::flow::Transport;
use pbx_core::base::value::Value;
use std::time::Duration;

/// How much happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day {
    /// From which everything follows.
    pub(crate) seed: u64,
    /// And what the exchange draws from.
    pub(crate) draws: Draws,
    /// Engines that the slots are mapped to.
    pub(crate) engines: usize,
    /// Companies, each with its own people.
    pub(crate) companies: u8,
    /// Calls in all.
    pub(crate) calls: u64,
    /// In which time they begin.
    pub(crate) span: Duration,
    /// The network.
    pub(crate) climate: Climate,
    /// In thousandths: how often an engine is frozen and thawed.
    pub(crate) freezing: u64,
    /// In thousandths: at how many calls the caller loses its power, and at how many one that is called.
    pub(crate) vanishing: u64,
    /// In percent: how many calls their caller transfers, and how many the one who is called.
    pub(crate) transfers: u64,
    /// How many connections break.
    pub(crate) breaks: u64,
    /// How often the exchange loses its power.
    pub(crate) restarts: u64,
}

/// The extensions of every company.
const EXTENSIONS: [&str; 8] = ["101", "102", "103", "104", "105", "106", "107", "108"];

/// A Refer-To that asks for another call of somebody's to be taken over (RFC 5589 §7).
const ATTENDED: &str = "<sip:a@b?Replaces=call>";

impl Day {
    /// A network in which all of it is planned.
    pub(crate) fn planned(self) -> Net {
        let companies: Vec<Company> = (0..self.companies).map(company).collect();
        let mut net = Net::drawing(self.seed, self.draws, self.engines, companies);
        net.weather.climate = self.climate;
        net.exchange.freezing = self.freezing;
        net.exchange
            .sources
            .knows("+4989123456", &[("name", "Gold Ltd"), ("tier", "gold"), ("account_manager", "101")]);
        // Half of the phones have a connection. The carrier is known by its address.
        for (n, phone) in net.phones.iter_mut().enumerate().filter(|(_, phone)| phone.user.is_some()) {
            if fate(self.seed, &[n as u64, 0x7c9]).is_multiple_of(2) {
                phone.over = Transport::Tcp;
            }
        }
        net.ready();
        for phone in &mut net.phones {
            phone.moods = Some(Moods { seed: self.seed, vanishing: self.vanishing, transfers: self.transfers });
            phone.beat = Duration::from_secs(1);
            phone.comes_back = true;
        }
        for n in 0..self.calls {
            self.plan(&mut net, n);
        }
        self.plan_mishaps(&mut net);
        net
    }

    /// Connections that break and power cuts, at any instant.
    fn plan_mishaps(self, net: &mut Net) {
        let at = |what: u64, n: u64| Duration::from_micros(fate(self.seed, &[n, what]) % self.span.as_micros() as u64);
        let connected = net.phones.iter().filter(|phone| phone.over.is_reliable());
        let connected: Vec<String> = connected.map(|phone| phone.user.clone().unwrap_or_default()).collect();
        for n in 0..self.breaks {
            let who = fate(self.seed, &[n, 0xb4e]) as usize % connected.len();
            net.connection_breaks_after(at(0xb4f, n), &connected[who]);
        }
        for n in 0..self.restarts {
            net.restarts_after(at(0x4e5, n));
        }
    }

    fn plan(self, net: &mut Net, n: u64) {
        let roll = |what: u64| fate(self.seed, &[n, what]);
        let company = roll(0) % u64::from(self.companies);
        let from_outside = roll(1).is_multiple_of(5);
        let callers: Vec<usize> = (0..net.phones.len())
            .filter(|place| net.phones[*place].name.starts_with(&format!("c{company}/")))
            .collect();
        let (place, dialled) = if from_outside {
            (net.place_of("carrier"), format!("+49305551{company:02}"))
        } else {
            let dialled = match roll(3) % 25 {
                0 => "999999".to_owned(),
                1 => "*99".to_owned(),
                n => EXTENSIONS[n as usize % EXTENSIONS.len()].to_owned(),
            };
            (callers[roll(2) as usize % callers.len()], dialled)
        };
        let mut errand = errand(&dialled, self.vanishing, roll);
        if roll(20) % 100 < self.transfers {
            errand.then.push(transfer(|what| roll(21 + what)));
        }
        let phone = &mut net.phones[place];
        phone.errands.push(errand);
        let alarm = Alarm::Errand(phone.errands.len() - 1);
        let span = self.span.as_micros() as u64;
        net.remind(Duration::from_micros(roll(4) % span), place, alarm);
    }
}

fn company(n: u8) -> Company {
    let mut company = Company::new(&format!("c{n}"), 1 + n).with_extensions(&EXTENSIONS[1..]);
    company.hire(EXTENSIONS[0], 3);
    company.source();
    let main = Value::List(vec!["102".into(), "103".into()]);
    company.number(&format!("+49305551{n:02}"), "vip-by-lookup", &[("source", "customers".into()), ("main", main)]);
    company
}

fn errand(dialled: &str, vanishing: u64, roll: impl Fn(u64) -> u64) -> Errand {
    let mut errand = Errand::to(dialled);
    // Everybody hangs up in the end; who gives up does so at any instant.
    errand.hangs_up_after = Some(ms(roll(10) % 20_000));
    errand.without_offer = roll(11).is_multiple_of(10);
    if roll(12).is_multiple_of(6) {
        errand.gives_up_after = Some(ms(roll(13) % 9_000));
    }
    match roll(14) % 20 {
        0 => errand.then = vec![(ms(roll(15) % 3_000), Whim::Hold), (ms(4_000 + roll(16) % 3_000), Whim::Resume)],
        1 => errand.then = vec![(ms(roll(15) % 3_000), Whim::Codecs(vec![0, 101]))],
        2 => errand.then = vec![(ms(roll(15) % 3_000), Whim::Refer(ATTENDED))],
        _ => {}
    }
    if roll(17) % 1000 < vanishing {
        errand.vanishes = match roll(18) % 4 {
            0 => Some(VanishesAfter::Answer(ms(roll(19) % 300))),
            1 => Some(VanishesAfter::Invite(ms(roll(19) % 300))),
            2 => Some(VanishesAfter::Invite(ms(roll(19) % 20_000))),
            _ => None,
        };
        if errand.vanishes.is_none() {
            // In the middle of its own re-INVITE.
            let asks = roll(15) % 3_000;
            errand.then = vec![(ms(asks), Whim::Hold), (ms(asks + roll(19) % 300), Whim::Vanish)];
        }
    }
    errand
}

/// A transfer: when, how and to whom. Now and then there is nobody.
fn transfer(roll: impl Fn(u64) -> u64) -> (Duration, Whim) {
    let target = match roll(0) % 10 {
        0 => "999999",
        _ => EXTENSIONS[(roll(1) % 8) as usize],
    };
    let whim = match roll(2) % 3 {
        0 => Whim::Transfer(target),
        1 => Whim::TransferAndLeave(target),
        _ => Whim::TransferAndCross(target),
    };
    (ms(roll(3) % 8_000), whim)
}

impl Manner {
    /// What a phone does at the n-th call that comes to it.
    pub(crate) fn of_mood(moods: Moods, phone: u64, n: u64) -> Self {
        let roll = |what: u64| fate(moods.seed, &[phone, n, what]);
        let after = ms(roll(1) % 6_000);
        let says = match roll(0) % 100 {
            0..=9 => Says::Refuse(after, 486),
            10..=13 => Says::Refuse(after, 603),
            14..=16 => Says::Refuse(after, 480),
            17..=18 => Says::Refuse(after, 500),
            19..=24 => Says::Nothing,
            25..=27 => Says::Dead,
            28..=34 => Says::Answer(Duration::ZERO),
            _ => Says::Answer(after),
        };
        let vanishes = match roll(7) % 3 {
            0 => VanishesAfter::Answer(ms(roll(8) % 300)),
            1 => VanishesAfter::Reinvite(ms(roll(8) % 300)),
            _ => VanishesAfter::Invite(ms(roll(8) % 15_000)),
        };
        Self {
            vanishes: (roll(9) % 1000 < moods.vanishing).then_some(vanishes),
            rings_after: (roll(2) % 10 != 0).then(|| ms(roll(3) % 300)),
            early_media: roll(4).is_multiple_of(10),
            says,
            // Those whom a transfer leaves to each other hang up in the end.
            hangs_up_after: match moods.transfers {
                0 => (roll(5).is_multiple_of(3)).then(|| ms(roll(6) % 15_000)),
                _ => Some(ms(roll(6) % 40_000)),
            },
            then: (roll(10) % 100 < moods.transfers).then(|| transfer(|what| roll(11 + what))).into_iter().collect(),
            ..Self::default()
        }
    }
}
