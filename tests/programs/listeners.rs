//! A server with several addresses speaks to everybody from the one that it is known by: phones that connect their socket hear
//! nobody else, and neither do firewalls.

use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::rtp_pair::RtpPair;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code, media_of, sdp, text, uri_of};
use pbx_sip::header_name::HeaderName;
use pbx_sip::message::Message;
use std::net::{Ipv4Addr, SocketAddr};

const FIRST: Ipv4Addr = Ipv4Addr::LOCALHOST;
const SECOND: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

/// Where a message says that its sender is.
fn contact_of(message: &Message) -> String {
    uri_of(&text(message, HeaderName::Contact)).to_owned()
}

/// Somebody outside, who knows the server by `known`, calls Ben, whose phone registers at `bens`. Neither hears anything from
/// another address: neither SIP, nor the other's sound and reports.
fn call(server: &Server, (carrier, known): (u16, SocketAddr), bens: SocketAddr) {
    let line = SipLine::open_to_nobody_else(carrier, known);
    let mut at_ben = SipLine::open_to_nobody_else(0, bens);
    assert_eq!(at_ben.register("acme-ben", "secret-ben", 300), 200);
    let (mut caller, mut ben) = (RtpPair::side_by_side(), RtpPair::side_by_side());

    let mut call = OutsideCall::offer(&line, known, NUMBER, &format!("to-{bens}"), &sdp(caller.rtp()));
    let invite = at_ben.request("INVITE");
    at_ben.answer(&invite, "200 OK", Some(&sdp(ben.rtp())));
    let answer = call.answered();
    assert_eq!(code(&answer), 200);
    at_ben.request("ACK");
    let (to_caller, to_ben) = (media_of(&answer), media_of(&invite));
    assert_eq!((contact_of(&invite), to_ben.ip()), (format!("sip:{bens}"), bens.ip()));
    assert_eq!((contact_of(&answer), to_caller.ip()), (format!("sip:{known}"), known.ip()));

    caller.hears_only(to_caller);
    ben.hears_only(to_ben);
    caller.speaks_until_heard(to_caller, &ben);
    ben.speaks_until_heard(to_ben, &caller);
    caller.reports(to_caller, &ben);
    ben.reports(to_ben, &caller);

    assert_eq!(call.hang_up(), 200);
    let bye = at_ben.request("BYE");
    at_ben.answer(&bye, "200 OK", None);
    assert_eq!(server.calls().len(), 1);
}

fn company(carrier: u16) -> String {
    Company::new().trunk(carrier).main("[\"102\"]").yaml()
}

#[test]
fn phone_is_rung_from_the_address_that_it_registered_at() {
    for ben_at_second in [false, true] {
        let listens = [FIRST, SECOND].map(|ip| SocketAddr::from((ip, ports::one())));
        let carrier = ports::one();
        let server = Server::at(&listens, &company(carrier));
        call(&server, (carrier, listens[0]), listens[usize::from(ben_at_second)]);
    }
}

#[test]
fn server_on_every_address_is_whichever_it_was_asked_as() {
    for known in [FIRST, SECOND] {
        let carrier = ports::one();
        let server = Server::everywhere(known, &company(carrier));
        call(&server, (carrier, server.sip()), SocketAddr::from((FIRST, server.sip().port())));
    }
}
