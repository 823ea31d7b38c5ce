//! Two phones of one company call each other.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::Company;
use crate::rig::server::Server;
use std::time::Duration;

#[test]
fn two_phones_hear_each_other_and_the_record_says_who_talked() {
    anna_and_ben_talk(&Server::with(&Company::new().yaml()));
}

/// A single engine reads the sockets itself, several have readers for it.
#[test]
fn two_phones_hear_each_other_with_one_engine_and_with_four() {
    for engines in ["1", "4"] {
        anna_and_ben_talk(&Server::tuned(&Company::new().yaml(), 200, &["--engines", engines]));
    }
}

fn anna_and_ben_talk(server: &Server) {
    let mut anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), server.sip(), 440);
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben").picks_up_by_hand(), server.sip(), 880);

    anna.dial("102");
    let caller = ben.rings();
    assert!(caller.contains("101"), "Ben's phone shows {caller}, not Anna's extension");
    anna.hears_ringing(Duration::from_secs(5));
    ben.order("accept");
    anna.is_connected();
    ben.is_connected();
    anna.talks_for(Duration::from_millis(1500));
    ben.order("hangup");
    anna.is_hung_up();

    anna.switch_off().assert_only(880);
    ben.switch_off().assert_only(440);

    let call = server.only_call();
    assert_eq!(call["disposition"], "answered", "{call:#}");
    assert_eq!((&call["from_number"], &call["from_name"]), (&"101".into(), &"Anna".into()), "{call:#}");
    assert_eq!((&call["to_number"], &call["to_name"]), (&"102".into(), &"Ben".into()), "{call:#}");
    assert_eq!(call["dialled"], "102");
    assert!(call["talk_us"].as_i64().unwrap() >= 1_400_000, "{call:#}");

    let record = server.record(&call);
    let sound = &record["segments"][0]["media"];
    for side in ["from_a", "from_b"] {
        assert!(sound[side]["packets"].as_u64().unwrap() >= 50, "{side}: {sound:#}");
        assert_eq!(sound[side]["lost"], 0, "{side}: {sound:#}");
    }
    let why = server.explain(&call);
    for word in ["Anna", "Ben", "102"] {
        assert!(why.contains(word), "{word} is missing in:\n{why}");
    }
}

#[test]
fn a_caller_who_gives_up_stops_the_ringing() {
    let server = Server::with(&Company::new().yaml());
    let mut anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), server.sip(), 440);
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben").picks_up_by_hand(), server.sip(), 880);

    anna.dial("102");
    ben.rings();
    anna.hears_ringing(Duration::from_secs(5));
    anna.order("hangup");
    ben.is_hung_up();
    ben.switch_off();
    anna.switch_off();

    let call = server.only_call();
    assert_eq!((&call["disposition"], &call["sip_code"]), (&"cancelled".into(), &487.into()), "{call:#}");
}

#[test]
fn a_busy_phone_is_reported_as_busy() {
    let server = Server::with(&Company::new().yaml());
    let mut anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), server.sip(), 440);
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben").picks_up_by_hand(), server.sip(), 880);

    anna.dial("102");
    ben.rings();
    ben.order("hangup");
    let shown = anna.is_hung_up();
    assert!(shown.starts_with("486"), "Anna's phone shows {shown}");
    assert_eq!(server.only_call()["disposition"], "busy");
    drop((anna, ben));
}
