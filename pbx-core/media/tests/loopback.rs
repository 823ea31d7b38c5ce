//! The real threads with real sockets on loopback.

use crate::packet;
use pbx_media::{Aim, Command, Config, Fact, Media, Payloads, Port, PortReport, start};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

struct Exchange {
    media: Media,
    facts: Receiver<Fact>,
    ip: IpAddr,
}

impl Exchange {
    /// Each test has a range of its own, below the ports that the system hands out.
    fn start(bind: &str, reach: &str, ports: RangeInclusive<u16>, rest: Duration) -> Self {
        let (sender, facts) = channel();
        let config = Config { bind: bind.parse().unwrap(), ports, threads: 2, rest, spare: 2, seed: 1 };
        let media = start(&config, move |fact| drop(sender.send(fact))).unwrap();
        Self { media, facts, ip: reach.parse().unwrap() }
    }

    fn refill(&self, thread: u8, count: u16) -> Vec<Port> {
        self.media.send([Command::Refill { thread, engine: 0, count }]);
        match self.facts.recv_timeout(PATIENCE).unwrap() {
            Fact::Stock { ports, .. } => ports,
            fact @ (Fact::Quiet { .. } | Fact::Released { .. }) => panic!("{fact:?}"),
        }
    }

    fn release(&self, port: Port) -> PortReport {
        self.media.send([Command::Release { port, engine: 0 }]);
        match self.facts.recv_timeout(PATIENCE).unwrap() {
            Fact::Released { report, .. } => report,
            fact @ (Fact::Quiet { .. } | Fact::Stock { .. }) => panic!("{fact:?}"),
        }
    }

    fn phone(&self) -> Phone {
        let socket = UdpSocket::bind((self.ip, 0)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Phone(socket)
    }

    fn aim(&self, port: Port, rtp: SocketAddr) {
        let aim = Aim { rtp: Some(rtp), signalling: Some(self.ip), ..Aim::default() };
        self.media.send([Command::Aim { port, aim }]);
    }

    /// Two phones whose ports are joined and aimed.
    fn call(&self) -> (Phone, Port, Phone, Port) {
        let ports = self.refill(1, 2);
        let (a, b) = (self.phone(), self.phone());
        self.aim(ports[0], a.address());
        self.aim(ports[1], b.address());
        self.media.send([Command::Join { a: ports[0], b: ports[1] }]);
        // Commands are obeyed in order: what answers last says that all are done.
        self.refill(1, 0);
        (a, ports[0], b, ports[1])
    }
}

struct Phone(UdpSocket);

impl Phone {
    fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    fn send(&self, to: SocketAddr, datagram: &[u8]) {
        self.0.send_to(datagram, to).unwrap();
    }

    fn receive(&self) -> (Vec<u8>, SocketAddr) {
        let mut buffer = [0; 65_535];
        let (length, from) = self.0.recv_from(&mut buffer).unwrap();
        (buffer[..length].to_vec(), from)
    }
}

fn two_ends_hear_each_other(exchange: &Exchange) {
    let (a, port_a, b, port_b) = exchange.call();
    let (at_a, at_b) = (SocketAddr::new(exchange.ip, port_a.rtp), SocketAddr::new(exchange.ip, port_b.rtp));
    for n in 1..=50 {
        let (from_a, from_b) = (packet::rtp(1, n), packet::rtp(2, n));
        a.send(at_a, &from_a);
        assert_eq!(b.receive(), (from_a, at_b));
        b.send(at_b, &from_b);
        assert_eq!(a.receive(), (from_b, at_a));
    }
    let report = exchange.release(port_a);
    assert_eq!((report.packets, report.sent, report.lost), (50, 50, 0));
    assert_eq!(report.latched, Some(a.address()));
}

#[test]
fn two_ends_hear_each_other_on_ipv4() {
    two_ends_hear_each_other(&Exchange::start("127.0.0.1", "127.0.0.1", 21_000..=21_099, PATIENCE));
}

#[test]
fn two_ends_hear_each_other_on_any_address() {
    two_ends_hear_each_other(&Exchange::start("0.0.0.0", "127.0.0.1", 21_100..=21_199, PATIENCE));
}

#[test]
fn two_ends_hear_each_other_on_ipv6() {
    if UdpSocket::bind("[::1]:0").is_ok() {
        two_ends_hear_each_other(&Exchange::start("::", "::1", 21_200..=21_299, PATIENCE));
        two_ends_hear_each_other(&Exchange::start("::", "127.0.0.1", 21_300..=21_399, PATIENCE));
    }
}

#[test]
fn packets_leave_from_the_address_that_the_far_end_was_told() {
    for (bind, ports) in [("0.0.0.0", 21_800..=21_899), ("::", 21_900..=21_999)] {
        let exchange = Exchange::start(bind, "127.0.0.1", ports, PATIENCE);
        let (a, port_a, b, port_b) = exchange.call();
        // The second one is none of this machine's: what the system chooses is better than silence.
        for (own, seen) in [("127.0.0.5", "127.0.0.5"), ("192.0.2.222", "127.0.0.1")] {
            let aim = Aim { rtp: Some(b.address()), own: Some(own.parse().unwrap()), ..Aim::default() };
            exchange.media.send([Command::Aim { port: port_b, aim }]);
            exchange.refill(1, 0);
            a.send(SocketAddr::new(exchange.ip, port_a.rtp), &packet::rtp(1, 1));
            assert_eq!(
                b.receive().1,
                SocketAddr::new(seen.parse().unwrap(), port_b.rtp),
                "bound to {bind}, told {own}"
            );
        }
    }
}

#[test]
fn stranger_hears_nothing_and_is_not_heard() {
    let exchange = Exchange::start("127.0.0.1", "127.0.0.1", 21_400..=21_499, PATIENCE);
    let (a, port_a, b, port_b) = exchange.call();
    let (at_a, at_b) = (SocketAddr::new(exchange.ip, port_a.rtp), SocketAddr::new(exchange.ip, port_b.rtp));
    b.send(at_b, &packet::rtp(2, 1));
    assert_eq!(a.receive().0, packet::rtp(2, 1));
    let stranger = exchange.phone();
    for n in 1..=100 {
        stranger.send(at_b, &packet::rtp(66, n));
    }
    // Loopback keeps the order at one socket: whatever the stranger sent was judged before this
    // one.
    b.send(at_b, &packet::rtp(2, 2));
    assert_eq!(a.receive().0, packet::rtp(2, 2));
    a.send(at_a, &packet::rtp(1, 1));
    assert_eq!(b.receive().0, packet::rtp(1, 1));
    let report = exchange.release(port_b);
    assert_eq!(report.strangers, [(stranger.address(), 100)]);
    assert_eq!((report.packets, report.latched), (2, Some(b.address())));
}

#[test]
fn rtcp_passes_on_the_odd_ports() {
    let exchange = Exchange::start("127.0.0.1", "127.0.0.1", 21_500..=21_599, PATIENCE);
    let (a, port_a, b, port_b) = exchange.call();
    let aim = Aim { rtp: Some(b.address()), rtcp: Some(b.address()), ..Aim::default() };
    exchange.media.send([Command::Aim { port: port_b, aim }]);
    exchange.refill(1, 0);
    a.send(SocketAddr::new(exchange.ip, port_a.rtp), &packet::rtp(1, 1));
    b.receive();
    a.send(SocketAddr::new(exchange.ip, port_a.rtp + 1), &packet::rtcp(1));
    assert_eq!(b.receive(), (packet::rtcp(1), SocketAddr::new(exchange.ip, port_b.rtp)), "multiplexed, as B asked");
}

#[test]
fn key_press_arrives_under_the_number_that_its_hearer_gave_it() {
    let exchange = Exchange::start("127.0.0.1", "127.0.0.1", 25_000..=25_099, PATIENCE);
    let (a, port_a, b, port_b) = exchange.call();
    for (port, phone, sends, takes) in [(port_a, &a, 97, 96), (port_b, &b, 101, 97)] {
        let payloads = Payloads::of(packet::keys(sends), packet::keys(takes));
        let aim = Aim { rtp: Some(phone.address()), payloads, ..Aim::default() };
        exchange.media.send([Command::Aim { port, aim }]);
    }
    exchange.refill(1, 0);
    b.send(SocketAddr::new(exchange.ip, port_b.rtp), &packet::marked(packet::rtp_of(101, 2, 1, 160)));
    assert_eq!(a.receive().0, packet::marked(packet::rtp_of(96, 2, 1, 160)));
    a.send(SocketAddr::new(exchange.ip, port_a.rtp), &packet::rtp_of(97, 1, 1, 160));
    assert_eq!(b.receive().0, packet::rtp_of(97, 1, 1, 160));
}

#[test]
fn longest_datagram_arrives_whole() {
    let exchange = Exchange::start("127.0.0.1", "127.0.0.1", 21_600..=21_699, PATIENCE);
    let (a, port_a, b, _) = exchange.call();
    let mut long = packet::rtp(1, 1);
    long.resize(60_000, 7);
    a.send(SocketAddr::new(exchange.ip, port_a.rtp), &long);
    assert!(b.receive().0 == long);
}

#[test]
fn port_of_another_program_is_skipped() {
    let _other = UdpSocket::bind("127.0.0.1:21703").unwrap();
    let exchange = Exchange::start("127.0.0.1", "127.0.0.1", 21_700..=21_719, PATIENCE);
    let ports: Vec<u16> = [0, 1].iter().flat_map(|thread| exchange.refill(*thread, 10)).map(|port| port.rtp).collect();
    assert_eq!(ports.len(), 9);
    assert!(!ports.contains(&21_702));
}

/// The local ports of this process's bound UDP sockets within a range; other programs may hold some
/// of the range, too.
fn bound(ports: &RangeInclusive<u16>) -> BTreeSet<u16> {
    let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let ours: BTreeSet<String> =
        files.filter_map(|file| Some(std::fs::read_link(file.path()).ok()?.to_string_lossy().into_owned())).collect();
    let table = std::fs::read_to_string("/proc/net/udp").unwrap();
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mine = rows.filter(|row| row.get(9).is_some_and(|inode| ours.contains(&format!("socket:[{inode}]"))));
    let numbers = mine.filter_map(|row| u16::from_str_radix(row.get(1)?.rsplit(':').next()?, 16).ok());
    numbers.filter(|port| ports.contains(port)).collect()
}

#[test]
fn open_sockets_are_as_before_after_ten_thousand_calls() {
    let range = 22_000..=24_999;
    let exchange = Exchange::start("127.0.0.1", "127.0.0.1", range.clone(), Duration::ZERO);
    exchange.refill(0, 0);
    exchange.refill(1, 0);
    let before = bound(&range).len();
    assert_eq!(before, 8);
    for call in 0..5_000_u16 {
        for port in exchange.refill((call % 2) as u8, 4) {
            exchange.release(port);
        }
    }
    // A turn that begins after the last rest: the threads tidy up at the end of each.
    let tidy = (0..10_000).any(|_| {
        exchange.refill(0, 0);
        exchange.refill(1, 0);
        bound(&range).len() == before
    });
    assert!(tidy, "{} sockets are left", bound(&range).len());
    drop(exchange);
    assert!(bound(&range).is_empty());
}
