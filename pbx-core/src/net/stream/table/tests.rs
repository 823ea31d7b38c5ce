use super::super::framing::LengthByte;
use super::*;
use pbx_sip::framing::Framer;

/// Messages that may wait for a peer here.
const WAITING: usize = 512;

fn flow(remote: &str, connection: u64) -> Flow {
    let local = "192.0.2.1:5060".parse().unwrap();
    Flow { transport: Transport::Tcp, local, remote: remote.parse().unwrap(), own: None, connection }
}

fn table(all: usize, of_one: usize) -> ConnectionTable {
    ConnectionTable::new(ConnectionLimits { all, of_one })
}

/// Enters a connection that is framed as over TCP.
fn enter_with(
    table: &mut ConnectionTable,
    flow: &Flow,
    outgoing: mpsc::Sender<Bytes>,
    status: &Arc<ConnectionStatus>,
) -> bool {
    table.enter(flow.connection, Connection::new::<Framer>(flow, outgoing, status.clone()))
}

/// Enters a connection whose writer is of no interest; its status, if there was room.
fn enter(table: &mut ConnectionTable, number: u64, peer: &str) -> Option<Arc<ConnectionStatus>> {
    let status = Arc::default();
    enter_with(table, &flow(peer, number), mpsc::channel(1).0, &status).then_some(status)
}

fn is_there(table: &ConnectionTable, peer: &str, number: u64) -> bool {
    table.put(&flow(peer, number), &Bytes::new()) != Queueing::NoConnection
}

const ANNA: &str = "192.0.2.10:40001";
const BEN: &str = "192.0.2.11:40002";

#[test]
fn a_number_leads_to_nobody_but_its_own_peer() {
    let mut table = table(2, 2);
    let (outgoing, _kept) = mpsc::channel(1);
    assert!(enter_with(&mut table, &flow(BEN, 1), outgoing, &Arc::default()));
    assert!(is_there(&table, BEN, 1));
    assert!(is_there(&table, BEN, 0), "any connection to that peer");
    assert!(!is_there(&table, ANNA, 1), "from before a restart, when the number was Anna's");
    assert!(!is_there(&table, BEN, 2), "a connection that is gone is no other one");
    table.close(&flow(BEN, 1));
    assert!(!is_there(&table, BEN, 1) && !is_there(&table, BEN, 0));
}

#[test]
fn what_wants_tls_does_not_go_by_a_connection_without() {
    let mut table = table(2, 2);
    let (outgoing, _kept) = mpsc::channel(1);
    assert!(enter_with(&mut table, &flow(BEN, 1), outgoing, &Arc::default()));
    for transport in Transport::ALL {
        for number in [0, 1] {
            let queueing = table.put(&Flow { transport, ..flow(BEN, number) }, &Bytes::new());
            assert_eq!(queueing != Queueing::NoConnection, transport == Transport::Tcp, "{transport:?}");
        }
    }
}

#[test]
fn message_waits_in_the_framing_of_its_connection_and_a_framed_reply_as_it_is() {
    let mut table = table(1, 1);
    let (outgoing, mut waiting) = mpsc::channel(2);
    assert!(table.enter(1, Connection::new::<LengthByte>(&flow(BEN, 1), outgoing, Arc::default())));
    assert_eq!(table.put(&flow(BEN, 1), &Bytes::from_static(b"abc")), Queueing::Queued);
    assert_eq!(table.put_framed(&flow(BEN, 1), Bytes::from_static(b"\0")), Queueing::Queued);
    assert_eq!(waiting.try_recv().unwrap(), b"\x03abc"[..]);
    assert_eq!(waiting.try_recv().unwrap(), b"\0"[..]);
    table.put(&flow(BEN, 1), &Bytes::new());
    table.put(&flow(BEN, 1), &Bytes::new());
    assert_eq!(table.put(&flow(BEN, 1), &Bytes::new()), Queueing::Full);
}

#[test]
fn for_one_more_the_oldest_on_which_nobody_has_proven_anything_goes() {
    let mut table = table(3, 3);
    for (number, peer) in [(1, ANNA), (2, BEN), (3, "192.0.2.12:40003")] {
        assert!(enter(&mut table, number, peer).is_some());
    }
    table.prove(&flow(ANNA, 1));
    assert!(enter(&mut table, 4, "192.0.2.13:40004").is_some());
    assert!(is_there(&table, ANNA, 1) && !is_there(&table, BEN, 2) && is_there(&table, "192.0.2.12:40003", 3));
    table.prove(&flow("192.0.2.12:40003", 3));
    table.prove(&flow("192.0.2.13:40004", 0));
    assert!(enter(&mut table, 5, BEN).is_none(), "all have more right to be");
    table.forget(4);
    assert!(enter(&mut table, 6, BEN).is_some());
}

#[test]
fn one_address_takes_nothing_from_others() {
    let mut table = table(100, 2);
    assert!(enter(&mut table, 1, ANNA).is_some());
    for number in 2..50 {
        assert!(enter(&mut table, number, &format!("{}:{number}", "192.0.2.66")).is_some());
    }
    assert!(is_there(&table, ANNA, 1));
    let theirs = (2..50).filter(|number| is_there(&table, &format!("192.0.2.66:{number}"), *number));
    assert_eq!(theirs.collect::<Vec<_>>(), [48, 49]);
}

#[tokio::test]
async fn connection_that_has_to_go_learns_it() {
    let mut table = table(1, 1);
    let status = enter(&mut table, 1, ANNA).unwrap();
    assert!(enter(&mut table, 2, BEN).is_some());
    status.evicted().await;
}

#[test]
fn that_there_is_no_room_is_reported_once_in_a_while() {
    let at = |seconds: u64| crate::base::time::Instant::from_micros(seconds * 1_000_000);
    let mut table = table(3, 2);
    let address = |text: &str| text.parse::<SocketAddr>().unwrap().ip();
    enter(&mut table, 1, ANNA);
    assert_eq!(table.crowding(at(1), address(ANNA)), None);
    enter(&mut table, 2, ANNA);
    let reported = table.crowding(at(2), address(ANNA));
    assert_eq!(reported, Some(Crowding { connections: 2, of_one_source: true }));
    assert_eq!(table.crowding(at(3), address(ANNA)), None);
    assert_eq!(table.crowding(at(3), address(BEN)), None, "there is room for Ben");
    enter(&mut table, 3, BEN);
    assert_eq!(table.crowding(at(4), address(BEN)), Some(Crowding { connections: 3, of_one_source: false }));
    assert!(table.crowding(at(602), address(ANNA)).is_some());
}

#[test]
fn ten_times_as_many_strangers_as_there_is_room_for_take_no_more() {
    let mut table = table(300, 300);
    assert!(enter(&mut table, 1, ANNA).is_some());
    table.prove(&flow(ANNA, 1));
    let peer = |n: u64| format!("198.51.{}.{}:{}", n / 200, n % 200, 1000 + n);
    for n in 2..=3000 {
        assert!(enter(&mut table, n, &peer(n)).is_some());
    }
    let left: Vec<_> = (2..=3000).filter(|n| is_there(&table, &peer(*n), *n)).collect();
    assert_eq!((left.len(), left[0]), (299, 2702), "the oldest went first");
    assert!(is_there(&table, ANNA, 1));
}

#[tokio::test]
async fn stranger_that_asks_ten_times_what_it_listens_to_has_to_go() {
    let mut table = table(2, 2);
    let answer = Bytes::from(vec![b'x'; 400]);
    let (outgoing, mut waiting) = mpsc::channel(WAITING);
    let status = Arc::new(ConnectionStatus::default());
    assert!(enter_with(&mut table, &flow(BEN, 1), outgoing, &status));
    let put = |table: &ConnectionTable| table.put(&flow(BEN, 1), &answer) == Queueing::Queued;
    let taken = (0..400).take_while(|_| put(&table)).count();
    assert_eq!(taken, 40, "16 KB");
    table.close(&flow(BEN, 1));
    status.evicted().await;
    let (outgoing, _waiting) = mpsc::channel(WAITING);
    assert!(enter_with(&mut table, &flow(ANNA, 2), outgoing, &Arc::new(ConnectionStatus::ours())));
    assert!((0..400).all(|_| table.put(&flow(ANNA, 2), &answer) == Queueing::Queued), "a phone may be slow");
    assert_eq!(std::iter::from_fn(|| waiting.try_recv().ok()).count(), 40);
}

#[test]
fn what_is_written_no_longer_waits() {
    let mut table = table(2, 2);
    let (outgoing, mut waiting) = mpsc::channel(WAITING);
    let status = Arc::new(ConnectionStatus::default());
    assert!(enter_with(&mut table, &flow(BEN, 1), outgoing, &status));
    for _ in 0..100 {
        assert_eq!(table.put(&flow(BEN, 1), &Bytes::from(vec![b'x'; 4000])), Queueing::Queued);
        status.wrote(waiting.try_recv().unwrap().len());
    }
}
