use super::*;
use crate::engine::io::Input;

fn flow(remote: &str, connection: u64) -> Flow {
    let local = "192.0.2.1:5060".parse().unwrap();
    Flow { transport: Transport::Tcp, local, remote: remote.parse().unwrap(), own: None, connection }
}

fn table(all: usize, of_one: usize) -> Table {
    Table::new(Limits { all, of_one })
}

/// Enters a connection whose writer is of no interest; its standing, if there was room.
fn enter(table: &mut Table, number: u64, peer: &str) -> Option<Arc<Standing>> {
    let standing = Arc::new(Standing::default());
    table.enter(number, peer.parse().unwrap(), mpsc::channel(1).0, &standing).then_some(standing)
}

fn is_there(table: &Table, peer: &str, number: u64) -> bool {
    table.put(&flow(peer, number), &Bytes::new()).is_some()
}

const ANNA: &str = "192.0.2.10:40001";
const BEN: &str = "192.0.2.11:40002";

#[test]
fn a_number_leads_to_nobody_but_its_own_peer() {
    let mut table = table(2, 2);
    let (outgoing, _kept) = mpsc::channel(1);
    assert!(table.enter(1, BEN.parse().unwrap(), outgoing, &Arc::default()));
    assert!(table.put(&flow(BEN, 1), &Bytes::new()).is_some());
    assert!(table.put(&flow(BEN, 0), &Bytes::new()).is_some(), "any connection to that peer");
    assert!(table.put(&flow(ANNA, 1), &Bytes::new()).is_none(), "from before a restart, when the number was Anna's");
    assert!(table.put(&flow(BEN, 2), &Bytes::new()).is_none(), "a connection that is gone is no other one");
    table.hang_up(&flow(BEN, 1));
    assert!(table.put(&flow(BEN, 1), &Bytes::new()).is_none() && table.put(&flow(BEN, 0), &Bytes::new()).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_on_a_connection_that_is_gone_is_told_as_lost() {
    let (inbox, mut boxes) = Inbox::new(1).unwrap();
    let (connections, mailbox) = (Connections::new(inbox, Handle::current(), &Settings::default()), boxes.remove(0));
    connections.send(&flow(ANNA, 7), Bytes::from_static(b"INVITE"));
    let told = std::iter::from_fn(|| Some(mailbox.wait(&[], Duration::from_secs(10)))).flatten().next();
    assert!(matches!(told, Some(Input::FlowLost(lost)) if lost == flow(ANNA, 7)), "{told:?}");
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
async fn connection_that_had_to_go_is_told_so() {
    let mut table = table(1, 1);
    let standing = enter(&mut table, 1, ANNA).unwrap();
    assert!(enter(&mut table, 2, BEN).is_some());
    standing.evicted().await;
}

#[test]
fn that_there_is_no_room_is_told_once_in_a_while() {
    let at = |seconds: u64| crate::base::time::Instant::from_micros(seconds * 1_000_000);
    let mut table = table(3, 2);
    let address = |text: &str| text.parse::<SocketAddr>().unwrap().ip();
    enter(&mut table, 1, ANNA);
    assert_eq!(table.crowd(at(1), address(ANNA)), None);
    enter(&mut table, 2, ANNA);
    let told = table.crowd(at(2), address(ANNA));
    assert_eq!(told, Some(Crowd { connections: 2, of_one_source: true }));
    assert_eq!(table.crowd(at(3), address(ANNA)), None);
    assert_eq!(table.crowd(at(3), address(BEN)), None, "there is room for Ben");
    enter(&mut table, 3, BEN);
    assert_eq!(table.crowd(at(4), address(BEN)), Some(Crowd { connections: 3, of_one_source: false }));
    assert!(table.crowd(at(602), address(ANNA)).is_some());
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
    let standing = Arc::new(Standing::default());
    assert!(table.enter(1, BEN.parse().unwrap(), outgoing, &standing));
    let put = |table: &Table| table.put(&flow(BEN, 1), &answer) == Some(true);
    let taken = (0..400).take_while(|_| put(&table)).count();
    assert_eq!(taken, 40, "16 KB");
    table.hang_up(&flow(BEN, 1));
    standing.evicted().await;
    let (outgoing, _waiting) = mpsc::channel(WAITING);
    assert!(table.enter(2, ANNA.parse().unwrap(), outgoing, &Arc::new(Standing::ours())));
    assert!((0..400).all(|_| table.put(&flow(ANNA, 2), &answer) == Some(true)), "a phone may be slow");
    assert_eq!(std::iter::from_fn(|| waiting.try_recv().ok()).count(), 40);
}

#[test]
fn what_is_written_does_not_wait_any_more() {
    let mut table = table(2, 2);
    let (outgoing, mut waiting) = mpsc::channel(WAITING);
    let standing = Arc::new(Standing::default());
    assert!(table.enter(1, BEN.parse().unwrap(), outgoing, &standing));
    for _ in 0..100 {
        assert_eq!(table.put(&flow(BEN, 1), &Bytes::from(vec![b'x'; 4000])), Some(true));
        standing.wrote(waiting.try_recv().unwrap().len());
    }
}
