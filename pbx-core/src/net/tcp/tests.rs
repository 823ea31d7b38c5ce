use super::*;
use crate::call::io::Input;

fn flow(remote: &str, connection: u64) -> Flow {
    let local = "192.0.2.1:5060".parse().unwrap();
    Flow { transport: Transport::Tcp, local, remote: remote.parse().unwrap(), own: None, connection }
}

const ANNA: &str = "192.0.2.10:40001";
const BEN: &str = "192.0.2.11:40002";

#[test]
fn a_number_leads_to_nobody_but_its_own_peer() {
    let mut table = Table::default();
    let (outgoing, _kept) = mpsc::channel(1);
    table.enter(1, BEN.parse().unwrap(), outgoing);
    assert!(table.find(&flow(BEN, 1)).is_some());
    assert!(table.find(&flow(BEN, 0)).is_some(), "any connection to that peer");
    assert!(table.find(&flow(ANNA, 1)).is_none(), "from before a restart, when the number was Anna's");
    assert!(table.find(&flow(BEN, 2)).is_none(), "a connection that is gone is no other one");
    table.hang_up(&flow(BEN, 1));
    assert!(table.find(&flow(BEN, 1)).is_none() && table.find(&flow(BEN, 0)).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_on_a_connection_that_is_gone_is_told_as_lost() {
    let (inbox, mut boxes) = Inbox::new(1).unwrap();
    let (connections, mailbox) = (Connections::new(inbox, Handle::current()), boxes.remove(0));
    connections.send(&flow(ANNA, 7), Bytes::from_static(b"INVITE"));
    let told = std::iter::from_fn(|| Some(mailbox.wait(&[], Duration::from_secs(10)))).flatten().next();
    assert!(matches!(told, Some(Input::FlowLost(lost)) if lost == flow(ANNA, 7)), "{told:?}");
}
