//! Transfers by real phones.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::rtp_phone::RtpPhone;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code, media_of, sdp};

#[test]
fn a_caller_from_outside_is_transferred_and_hears_the_colleague() {
    let carrier = ports::one();
    let company = Company::new().trunk(carrier).main("[\"102\"]");
    let server = Server::with(&company.yaml());
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben"), server.sip(), 620);
    let mut cleo = Baresip::start(&Line::new("acme-cleo", "secret-cleo"), server.sip(), 880);
    let line = SipLine::open(carrier, server.sip());
    let sound = RtpPhone::start(Some(440));

    let mut call = OutsideCall::dial(&line, server.sip(), NUMBER, "transfer", sound.address());
    let answer = call.answered();
    assert_eq!(code(&answer), 200);
    sound.aim(media_of(&answer));
    ben.is_connected();
    sound.hears(620, 600);

    ben.transfers_to("103");
    cleo.is_connected();
    let changed = line.request("INVITE");
    line.answer(&changed, "200 OK", Some(&sdp(sound.address())));
    line.request("ACK");
    ben.is_hung_up();
    sound.take_heard();
    sound.hears(880, 600);

    assert_eq!(call.hang_up(), 200);
    cleo.is_hung_up();
    assert!(cleo.switch_off().millis_of(440) >= 300, "the colleague has heard the caller");
    drop(ben);
    let record = server.only_call();
    assert_eq!((&record["disposition"], &record["to_number"]), (&"answered".into(), &"103".into()), "{record:#}");
}
