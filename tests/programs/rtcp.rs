//! RTCP goes through a whole call, both ways, beside the sound and never counted as sound.

use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::rtp_pair::RtpPair;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code, media_of, sdp};
use std::net::SocketAddr;

/// Both ways together: far more than there are packets of sound, and half of them less than a port lets through in 100 ms, for
/// they come as fast as they are passed on.
const REPORTS: usize = 300;

/// A caller from outside and Ben, whose sessions have these further lines; the one named first reports first.
fn call(caller: (RtpPair, &str), ben: (RtpPair, &str), ben_first: bool) {
    let ((mut caller, of_caller), (mut ben, of_ben)) = (caller, ben);
    let (carrier, port) = (ports::one(), ports::one());
    let company = Company::empty().person_at("ben", "102", SocketAddr::from(([127, 0, 0, 1], port)));
    let server = Server::with(&company.trunk(carrier).main("[\"102\"]").yaml());
    let (line, at_ben) = (SipLine::open(carrier, server.sip()), SipLine::open(port, server.sip()));

    let mut call = OutsideCall::offer(&line, server.sip(), NUMBER, "rtcp", &(sdp(caller.rtp()) + of_caller));
    let invite = at_ben.request("INVITE");
    at_ben.answer(&invite, "200 OK", Some(&(sdp(ben.rtp()) + of_ben)));
    let answer = call.answered();
    assert_eq!(code(&answer), 200);
    at_ben.request("ACK");
    for described in [&invite, &answer] {
        let body = String::from_utf8_lossy(&described.body()).into_owned();
        assert!(!body.contains("rtcp-mux"), "both streams on one port were agreed:\n{body}");
        assert!(!body.contains("a=rtcp:"), "RTCP is not on the port above RTP's:\n{body}");
    }

    let (to_caller, to_ben) = (media_of(&answer), media_of(&invite));
    caller.speaks_until_heard(to_caller, &ben);
    ben.speaks_until_heard(to_ben, &caller);
    let both = if ben_first { [true, false] } else { [false, true] };
    for from_ben in both.into_iter().cycle().take(REPORTS) {
        if from_ben { ben.reports(to_ben, &caller) } else { caller.reports(to_caller, &ben) }
    }

    assert_eq!(call.hang_up(), 200);
    let bye = at_ben.request("BYE");
    at_ben.answer(&bye, "200 OK", None);
    let record = server.record(&server.only_call());
    let media = &record["segments"][0]["media"];
    for (side, end) in [("from_a", &caller), ("from_b", &ben)] {
        // What came before the far ends were known is not counted.
        let packets = media[side]["packets"].as_u64().unwrap();
        assert!((1..=u64::from(end.sent())).contains(&packets), "of {} RTP packets: {media:#}", end.sent());
        assert!(end.sent() < 150, "sound took so long that RTCP would not stand out");
    }
}

#[test]
fn rtcp_goes_to_the_port_above_the_sound() {
    call((RtpPair::side_by_side(), ""), (RtpPair::side_by_side(), ""), false);
}

#[test]
fn rtcp_goes_where_the_session_names_it() {
    let (caller, ben) = (RtpPair::apart(), RtpPair::apart());
    let port_alone = format!("a=rtcp:{}\r\n", caller.rtcp().port());
    let with_address = format!("a=rtcp:{} IN IP4 127.0.0.1\r\n", ben.rtcp().port());
    call((caller, &port_alone), (ben, &with_address), true);
}

/// RFC 5761 §5.1.1: an answer without `a=rtcp-mux` declines it, and then RTCP has its own port.
#[test]
fn both_on_one_port_is_declined_and_rtcp_keeps_its_own() {
    call((RtpPair::side_by_side(), "a=rtcp-mux\r\n"), (RtpPair::side_by_side(), ""), true);
}
