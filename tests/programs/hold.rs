//! Hold and resume.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::rtp_phone::RtpPhone;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code, media_of, sdp};

#[test]
fn a_held_call_comes_back_with_its_sound() {
    let carrier = ports::one();
    let company = Company::new().trunk(carrier).main("[\"102\"]");
    let server = Server::with(&company.yaml());
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben"), server.sip(), 620);
    let line = SipLine::open(carrier, server.sip());
    let sound = RtpPhone::start(Some(440));

    let mut call = OutsideCall::dial(&line, server.sip(), NUMBER, "hold", sound.address());
    let answer = call.answered();
    assert_eq!(code(&answer), 200);
    sound.aim(media_of(&answer));
    ben.is_connected();
    sound.hears(620, 600);

    ben.order("hold");
    let held = line.request("INVITE");
    let offer = String::from_utf8_lossy(&held.body()).into_owned();
    assert!(offer.contains("a=sendonly") || offer.contains("a=inactive"), "this holds nobody:\n{offer}");
    line.answer(&held, "200 OK", Some(&(sdp(sound.address()) + "a=recvonly\r\n")));
    line.request("ACK");

    ben.order("resume");
    let resumed = line.request("INVITE");
    let offer = String::from_utf8_lossy(&resumed.body()).into_owned();
    assert!(!offer.contains("a=sendonly") && !offer.contains("a=inactive"), "this resumes nobody:\n{offer}");
    line.answer(&resumed, "200 OK", Some(&sdp(sound.address())));
    line.request("ACK");
    sound.take_heard();
    sound.hears(620, 600);

    assert_eq!(call.hang_up(), 200);
    ben.is_hung_up();
    drop(ben);
    let record = server.only_call();
    assert_eq!((&record["disposition"], &record["dialled"]), (&"answered".into(), &NUMBER.into()), "{record:#}");
}

#[test]
fn a_phone_that_holds_another_phone_keeps_the_call() {
    let server = Server::with(&Company::new().yaml());
    let mut anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), server.sip(), 440);
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben"), server.sip(), 880);
    anna.dial("102");
    anna.is_connected();
    ben.is_connected();
    for (order, seen) in [("hold", "call: hold"), ("resume", "call: resume")] {
        ben.order(order);
        ben.says(seen);
        anna.is_offered();
        ben.is_given_an_answer();
    }
    anna.order("hangup");
    ben.is_hung_up();
    drop((anna, ben));
    assert_eq!(server.only_call()["disposition"], "answered");
}
