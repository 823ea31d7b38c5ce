//! The virtual network: phones, a carrier and the exchange in virtual time. Everything follows from the seed.

mod evening;
mod streams;

use super::company::{Account, CARRIER, Company, directory};
use super::exchange::{Draws, Exchange, SERVER, Wish};
use super::flaws::Flaws;
use super::glance::Glance;
use super::ladder::Ladder;
use super::ms;
use super::nat::Nats;
use super::phone::{Alarm, Do, Phone};
use super::weather::{Climate, Weather};
use bytes::Bytes;
use pbx_core::base::flow::{Flow, Transport};
use pbx_core::base::time::{Instant, Now, Wall};
use pbx_core::engine::io::{Answer, Input};
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use streams::{End, Streams};

/// Something that happens at a moment.
enum Event {
    /// A datagram arrives.
    Arrives { from: SocketAddr, to: SocketAddr, bytes: Bytes },
    /// What was said on a connection comes out at the other end.
    Carried { key: u64, from: End, arrow: usize, bytes: Bytes },
    /// A phone's connection breaks.
    Breaks(usize),
    /// The same; the phone knows at once, and the exchange so much later.
    Cut(usize, Duration),
    /// An end of a connection finds out that it is broken.
    Notices(u64, End),
    /// The exchange is told that a flow leads nowhere.
    Lost(Flow),
    /// A phone is reminded of something.
    Remind(usize, Alarm),
    /// A source answers.
    Answers(usize, Answer),
    /// The scripts' threads have had their time.
    Scripts,
    /// The exchange loses its power for a moment.
    Restart,
    /// The wall's clock jumps by so many microseconds.
    Jump(i64),
    /// A console or the shell says something to every engine, or to a tenant's.
    Command(pbx_core::engine::io::Command),
}

/// The wall's time at the beginning: a working day in summer.
const MONDAY: i64 = 1_783_324_800_000_000;

/// After which time jobs that wait for the scripts' threads are done: long enough for several calls to meet there.
const SCRIPTS: Duration = ms(10);

/// The network and all that is in it.
pub(crate) struct Net {
    pub(crate) seed: u64,
    pub(crate) exchange: Exchange,
    pub(crate) ladder: Ladder,
    pub(crate) weather: Weather,
    pub(crate) phones: Vec<Phone>,
    now: Instant,
    /// By how much the wall's clock has jumped.
    pub(crate) jumped: i64,
    events: BinaryHeap<Reverse<(Instant, u64)>>,
    what: HashMap<u64, Event>,
    count: u64,
    by_ip: HashMap<IpAddr, usize>,
    streams: Streams,
    pub(crate) nats: Nats,
    /// Phones that nothing gets to for a while: from when, until when.
    deaf: HashMap<usize, (Instant, Instant)>,
    /// What the phones write besides.
    pub(crate) flaws: Option<Flaws>,
    /// Who is told of a failure.
    pub(crate) voice: fn(&str),
    /// Seed and ladder were handed out for a failure already.
    told: Cell<bool>,
}

impl Net {
    /// A network with these companies, each phone registered, and a carrier.
    pub(crate) fn new(seed: u64, engines: usize, companies: Vec<Company>) -> Self {
        Self::drawing(seed, Draws::OfTheDay, engines, companies)
    }

    /// The same network, in which the exchange draws what it draws from a seed of its own.
    pub(crate) fn drawing(seed: u64, draws: Draws, engines: usize, companies: Vec<Company>) -> Self {
        let accounts: Vec<Account> = companies.iter().flat_map(Company::phones).collect();
        let mut net = Self {
            seed,
            exchange: Exchange::new(seed, draws, engines, directory(1, &companies)),
            ladder: Ladder::default(),
            weather: Weather::new(seed, Climate::FAIR),
            phones: vec![],
            now: Instant::from_micros(1_000_000),
            jumped: 0,
            events: BinaryHeap::new(),
            what: HashMap::new(),
            count: 0,
            by_ip: HashMap::new(),
            streams: Streams::default(),
            nats: Nats::default(),
            deaf: HashMap::new(),
            flaws: None,
            voice: |text| eprintln!("{text}"),
            told: Cell::new(false),
        };
        net.ladder.name(SERVER, "exchange");
        for account in accounts {
            let addr = SocketAddr::new(account.ip, 5060);
            let name = match account.user.matches('-').count() {
                1 => format!("{}/{}", account.tenant, account.extension),
                _ => account.user.clone(),
            };
            net.plug_in(Phone::new(name, Some(account.user), addr, seed));
        }
        net.plug_in(Phone::new("carrier".to_owned(), None, CARRIER, seed));
        let wishes = net.exchange.restart(net.moment());
        net.grant(wishes);
        net
    }

    fn plug_in(&mut self, phone: Phone) {
        let n = self.phones.len();
        self.ladder.name(phone.addr, &phone.name);
        self.by_ip.insert(phone.addr.ip(), n);
        let registers = phone.user.is_some();
        self.phones.push(phone);
        if registers {
            self.after(ms(n as u64 % 50), Event::Remind(n, Alarm::Register));
        }
    }

    /// The moment.
    pub(crate) fn moment(&self) -> Now {
        let wall = MONDAY + self.now.micros() as i64 + self.jumped;
        Now { mono: self.now, wall: Wall::from_micros(wall) }
    }

    /// The place of a phone by its name.
    pub(crate) fn place_of(&self, name: &str) -> usize {
        let found = self.phones.iter().position(|phone| phone.name == name || phone.user.as_deref() == Some(name));
        found.unwrap_or_else(|| panic!("there is no phone {name}"))
    }

    /// Puts a phone behind a NAT that forgets it when nothing has passed for so long.
    pub(crate) fn behind_nat(&mut self, name: &str, public: IpAddr, life: Duration) {
        let n = self.place_of(name);
        self.nats.hide(self.phones[n].addr.ip(), public, life);
        self.by_ip.insert(public, n);
    }

    /// Nothing gets to a phone from then until then.
    pub(crate) fn hears_nothing(&mut self, name: &str, from: Duration, until: Duration) {
        let n = self.place_of(name);
        self.deaf.insert(n, (self.now + from, self.now + until));
    }

    /// What is sent to this address comes to that phone, too.
    pub(crate) fn leads_to(&mut self, address: IpAddr, phone: usize) {
        self.by_ip.insert(address, phone);
    }

    /// Reminds a phone of something later.
    pub(crate) fn remind(&mut self, after: Duration, phone: usize, alarm: Alarm) {
        self.after(after, Event::Remind(phone, alarm));
    }

    /// The exchange restarts then.
    pub(crate) fn restarts_after(&mut self, after: Duration) {
        self.after(after, Event::Restart);
    }

    /// A phone's connection breaks then; the phone knows at once, and the exchange so much later.
    pub(crate) fn connection_is_cut_after(&mut self, after: Duration, name: &str, later: Duration) {
        let n = self.place_of(name);
        self.after(after, Event::Cut(n, later));
    }

    /// A phone's connection breaks then, if it has one, and each end finds out in its own time.
    pub(crate) fn connection_breaks_after(&mut self, after: Duration, name: &str) {
        let n = self.place_of(name);
        self.after(after, Event::Breaks(n));
    }

    /// The wall's clock jumps then.
    pub(crate) fn clock_jumps_after(&mut self, after: Duration, seconds: i64) {
        self.after(after, Event::Jump(seconds * 1_000_000));
    }

    /// A command for the exchange.
    pub(crate) fn commands_after(&mut self, after: Duration, command: pbx_core::engine::io::Command) {
        self.after(after, Event::Command(command));
    }

    /// Somebody whom nobody knows sends something to an address.
    pub(crate) fn injects_after(&mut self, after: Duration, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        self.after(after, Event::Arrives { from, to, bytes: Bytes::from(bytes) });
    }

    fn after(&mut self, after: Duration, event: Event) {
        self.count += 1;
        self.what.insert(self.count, event);
        self.events.push(Reverse((self.now + after, self.count)));
    }

    /// Lets this much time pass.
    pub(crate) fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(at) = self.next_moment().filter(|at| *at <= end) {
            self.step(at);
        }
        self.now = end;
    }

    /// Lets time pass until all phones are registered.
    pub(crate) fn ready(&mut self) {
        let waits = |net: &Self| net.phones.iter().any(|phone| phone.user.is_some() && phone.registered.is_none());
        for _ in 0..600 {
            if !waits(self) {
                return;
            }
            self.run_for(ms(100));
        }
        self.fail("a phone could not register within a minute");
    }

    fn next_moment(&self) -> Option<Instant> {
        let event = self.events.peek().map(|Reverse((at, _))| *at);
        [event, self.exchange.next_wake()].into_iter().flatten().min()
    }

    fn step(&mut self, at: Instant) {
        self.now = self.now.max(at);
        if self.exchange.next_wake().is_some_and(|wake| wake <= self.now) {
            let wishes = self.exchange.wake(self.moment());
            return self.grant(wishes);
        }
        let Some(Reverse((_, key))) = self.events.pop() else { return };
        match self.what.remove(&key) {
            Some(Event::Arrives { from, to, bytes }) => self.arrives(from, to, &bytes),
            Some(Event::Carried { key, from, arrow, bytes }) => self.carried(key, from, arrow, &bytes),
            Some(Event::Breaks(n)) => self.breaks(n),
            Some(Event::Cut(n, later)) => self.cut(n, later),
            Some(Event::Notices(key, end)) => self.notices(key, end),
            Some(Event::Lost(flow)) => self.lost(flow),
            Some(Event::Remind(n, alarm)) => {
                let wishes = self.phones[n].remind(self.now, alarm);
                self.indulge(n, wishes);
            }
            Some(Event::Answers(engine, answer)) => {
                let wishes = self.exchange.tell(self.moment(), engine, Input::QueryResult(answer));
                self.grant(wishes);
            }
            Some(Event::Scripts) => {
                let wishes = self.exchange.scripts_catch_up(self.moment());
                self.grant(wishes);
            }
            Some(Event::Restart) => {
                self.ladder.note(self.now, SERVER, "restart");
                self.exchange_unplugged();
                let wishes = self.exchange.restart(self.moment());
                self.grant(wishes);
            }
            Some(Event::Jump(by)) => self.jumped += by,
            Some(Event::Command(command)) => {
                let wishes = self.exchange.command(self.moment(), &command);
                self.grant(wishes);
            }
            None => {}
        }
    }

    fn arrives(&mut self, from: SocketAddr, to: SocketAddr, bytes: &Bytes) {
        if to.ip() == SERVER.ip() {
            let now = self.moment();
            if to.port() == SERVER.port() {
                let wishes = self.exchange.receive(now, from, bytes.clone());
                return self.grant(wishes);
            }
            for wish in self.exchange.hear(now, from, to.port(), bytes) {
                if let Wish::Rtp { port, to, bytes } = wish {
                    self.travel(SocketAddr::new(SERVER.ip(), port), to, bytes);
                }
            }
            return;
        }
        let Some(to) = self.nats.inward(self.now, to) else { return };
        let Some(n) = self.by_ip.get(&to.ip()).copied() else { return };
        if self.deaf.get(&n).is_some_and(|(from, until)| *from <= self.now && self.now < *until) {
            return;
        }
        let phone = &mut self.phones[n];
        let port = to.port();
        if port == phone.addr.port() {
            let wishes = phone.receive(self.now, bytes);
            return self.indulge(n, wishes);
        }
        if !phone.gone {
            phone.hear(self.now, port, bytes);
        }
    }

    /// Does what the exchange wants.
    fn grant(&mut self, wishes: Vec<Wish>) {
        for wish in wishes {
            match wish {
                Wish::Send { to, bytes } => self.travel(SERVER, to, bytes),
                Wish::Stream { flow, bytes } => self.exchange_streams(flow, bytes),
                Wish::Rtp { port, to, bytes } => self.travel(SocketAddr::new(SERVER.ip(), port), to, bytes),
                Wish::Answer(after, engine, answer) => self.after(after, Event::Answers(engine, answer)),
                Wish::Scripts => self.after(SCRIPTS, Event::Scripts),
            }
        }
    }

    /// Does what a phone wants.
    fn indulge(&mut self, n: usize, wishes: Vec<Do>) {
        let addr = self.phones[n].addr;
        for wish in wishes {
            match wish {
                Do::Send(bytes) if self.phones[n].over.is_reliable() => self.phone_streams(n, Bytes::from(bytes)),
                Do::Send(bytes) => {
                    let bytes = self.flaws.as_mut().map_or_else(|| bytes.clone().into(), |flaws| flaws.spoil(&bytes));
                    self.travel(addr, SERVER, bytes);
                }
                Do::Rtp { from, to, bytes } => self.travel(from, to, Bytes::from(bytes)),
                Do::Later(after, alarm) => self.after(after, Event::Remind(n, alarm)),
                Do::Vanish => {
                    self.ladder.note(self.now, addr, "vanishes");
                    self.unplugged(n);
                }
            }
        }
    }

    fn travel(&mut self, from: SocketAddr, to: SocketAddr, bytes: Bytes) {
        let sip = bytes.first().is_some_and(u8::is_ascii_uppercase);
        let mut arrivals = self.weather.arrivals(from, to);
        if sip {
            let said = Glance::at(&bytes);
            if (self.weather.loses)(from, &said) {
                arrivals.clear();
            }
            let arrow = self.ladder.sent(self.now, from, to, Transport::Udp, said);
            if arrivals.is_empty() {
                self.ladder.lost(arrow);
            }
        }
        let seen = self.nats.outward(self.now, from);
        if self.nats.hides(to.ip()) {
            return; // A private address leads nowhere.
        }
        for after in arrivals {
            self.after(after, Event::Arrives { from: seen, to, bytes: bytes.clone() });
        }
    }

    /// Stops the test with the seed and the ladder.
    pub(crate) fn fail(&self, what: &str) -> ! {
        self.fail_in(&[], what)
    }

    /// Stops the test with the seed and the ladder of some calls.
    pub(crate) fn fail_in(&self, calls: &[&str], what: &str) -> ! {
        panic!("{what}\n{}", self.story(calls));
    }

    /// For a failure: the seed and the ladder, of some calls or of all.
    pub(crate) fn story(&self, calls: &[&str]) -> String {
        self.told.set(true);
        format!("seed {}\n{}", self.seed, self.ladder.print(calls))
    }

    /// The companies' configuration is replaced, as an import does it.
    pub(crate) fn imports(&mut self, companies: &[Company]) {
        let revision = self.exchange.directory.revision + 1;
        self.exchange.directory = Arc::new(directory(revision, companies));
    }
}

impl Drop for Net {
    /// A bare assertion knows neither seed nor ladder: whoever reads of its failure gets both all the same.
    fn drop(&mut self) {
        if std::thread::panicking() && !self.told.get() {
            (self.voice)(&self.story(&[]));
        }
    }
}
