//! One calls, the other answers.

use crate::support::company::Company;
use crate::support::net::Net;
use crate::support::secs;
use pbx_core::event::Disposition;

fn net() -> Net {
    let acme = Company::new("acme", 1).with_extensions(&["101", "102", "103"]);
    let mut net = Net::new(1, 1, vec![acme]);
    net.ladder.keep_all();
    net.ready();
    net
}

#[test]
fn two_people_talk_and_hear_each_other() {
    let mut net = net();
    net.phone("acme/102").answers_after(secs(3));
    net.phone("acme/101").calls("102").hangs_up_after(secs(10));
    net.run();
    let (caller, called) = (net.seen("acme/101"), net.seen("acme/102"));
    assert!(caller.talked() && called.talked(), "{}", net.ladder.print(&[]));
    assert!(net.heard("acme/101", "acme/102") >= 19, "{}", net.ladder.print(&[]));
    assert!(net.heard("acme/102", "acme/101") >= 19);
    let record = net.record();
    assert_eq!(record.disposition, Disposition::Answered);
    assert!((9_990_000..10_010_000).contains(&record.talk_us), "{}", record.talk_us);
}
