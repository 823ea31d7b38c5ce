use super::*;
use crate::base::settings::Settings;
use crate::engine::io::Input;
use crate::net::Inbox;
use std::os::fd::OwnedFd;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_on_a_connection_that_is_gone_is_reported_as_lost() {
    let (inbox, mut queues) = Inbox::new(1).unwrap();
    let streams = StreamSender::new(Connections::new(inbox, &Settings::default()), Handle::current());
    let (local, remote) = ("192.0.2.1:5060".parse().unwrap(), "192.0.2.10:40001".parse().unwrap());
    let flow = Flow { transport: Transport::Tcp, local, remote, own: None, connection: 7 };
    streams.send(&flow, &Bytes::from_static(b"INVITE"));
    let queue = queues.remove(0);
    let wait = || Some(queue.wait::<OwnedFd>(&[], Duration::from_secs(10)));
    let reported = std::iter::from_fn(wait).flatten().next();
    assert!(matches!(reported, Some(Input::FlowLost(lost)) if lost == flow), "{reported:?}");
}

#[test]
fn connections_of_other_transports_are_opened_by_peers_alone() {
    assert_eq!(Transport::ALL.into_iter().filter(|t| is_opened_by_us(*t)).collect::<Vec<_>>(), [Transport::Tcp]);
}
