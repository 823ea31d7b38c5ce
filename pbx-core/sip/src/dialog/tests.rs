use super::*;
use crate::time::Instant;
use crate::transaction::Timers;
use crate::{HeaderName, Message, Method, ResponseBuilder, StatusCode, Via};
use std::time::Duration;

const NOW: Instant = Instant::from_micros(1_000_000);

fn invite() -> Message {
    Message::parse(
        "INVITE sip:ben@b.test SIP/2.0\r\nVia: SIP/2.0/UDP a.test;branch=z9hG4bK1\r\nFrom: \"Anna\" <sip:anna@a.test>;tag=a1\r\n\
         To: <sip:ben@b.test>\r\nCall-ID: c1\r\nCSeq: 7 INVITE\r\nContact: <sip:anna@192.0.2.1>\r\n\
         Record-Route: <sip:p2.test;lr>, <sip:p1.test;lr>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
            .to_owned(),
    )
    .unwrap()
}

fn answer(code: u16, tag: &str, more: &str) -> Message {
    Message::parse(format!(
        "SIP/2.0 {code} X\r\nVia: SIP/2.0/UDP a.test;branch=z9hG4bK1\r\nFrom: \"Anna\" <sip:anna@a.test>;tag=a1\r\n\
         To: <sip:ben@b.test>;tag={tag}\r\nCall-ID: c1\r\nCSeq: 7 INVITE\r\n{more}Content-Length: 0\r\n\r\n"
    ))
    .unwrap()
}

const CONTACT: &str = "Contact: <sip:ben@192.0.2.2:5070>\r\n";
const ROUTES: &str = "Record-Route: <sip:p2.test;lr>\r\nRecord-Route: <sip:p1.test;lr>\r\n";

fn via() -> Via {
    Via::parse("SIP/2.0/UDP us.test;branch=z9hG4bKnew").unwrap()
}

fn lines(message: &Message, name: HeaderName) -> Vec<String> {
    message.headers_of(name).map(|header| header.value().into_owned()).collect()
}

/// A request of the other side.
fn theirs(method: &str, cseq: u32, more: &str) -> Message {
    Message::parse(format!(
        "{method} sip:us@us.test SIP/2.0\r\nVia: SIP/2.0/UDP b.test;branch=z9hG4bK{cseq}\r\nFrom: <sip:anna@a.test>;tag=a1\r\n\
         To: <sip:ben@b.test>;tag=b1\r\nCall-ID: c1\r\nCSeq: {cseq} {method}\r\n{more}Content-Length: 0\r\n\r\n"
    ))
    .unwrap()
}

fn our_answer() -> Message {
    ResponseBuilder::new(&invite(), StatusCode::OK, None, Some("b1")).finish().unwrap()
}

fn answered() -> Dialog {
    let mut dialog = Dialog::uas(&invite(), "b1").unwrap();
    dialog.answered(NOW, our_answer().as_bytes(), &Timers::default());
    dialog
}

fn settled() -> Dialog {
    let mut dialog = answered();
    assert_eq!(dialog.incoming(&theirs("ACK", 7, "")), Ok(Incoming::Ack));
    dialog
}

#[test]
fn both_sides_know_the_dialog_by_the_same_ids() {
    let uac = Dialog::uac(&invite(), &answer(200, "b1", CONTACT)).unwrap();
    let uas = Dialog::uas(&invite(), "b1").unwrap();
    assert_eq!(uac.id().local_tag, uas.id().remote_tag);
    assert_eq!(uac.id().remote_tag, uas.id().local_tag);
    assert_eq!(DialogId::of_received(&theirs("BYE", 8, "")).unwrap(), *uas.id());
    assert_eq!(DialogId::of_received(&answer(200, "b1", "")).unwrap(), *uac.id());
}

#[test]
fn the_ack_goes_to_the_responders_contact_by_the_reversed_route() {
    let response = answer(200, "b1", &format!("{CONTACT}{ROUTES}"));
    let mut dialog = Dialog::uac(&invite(), &response).unwrap();
    assert_eq!(dialog.ack_again(&response), None, "not acknowledged yet");
    let ack = Message::parse(dialog.ack(&response, RequestParts::new(&via())).unwrap()).unwrap();
    assert_eq!(ack.uri_text(), Some("sip:ben@192.0.2.2:5070"));
    assert_eq!(lines(&ack, HeaderName::Route), ["<sip:p1.test;lr>", "<sip:p2.test;lr>"]);
    assert_eq!(dialog.next_hop().as_str(), "sip:p1.test;lr");
    assert_eq!(ack.cseq().unwrap().to_string(), "7 ACK");
    assert_eq!(ack.to_addr().unwrap().tag(), Some("b1"));
    assert_eq!(dialog.ack_again(&response).as_ref(), Some(ack.as_bytes()));
}

#[test]
fn the_uas_keeps_the_order_of_the_route() {
    let mut dialog = settled();
    let bye = dialog.request(&Method::Bye, RequestParts::new(&via())).unwrap();
    assert_eq!(lines(&bye, HeaderName::Route), ["<sip:p2.test;lr>", "<sip:p1.test;lr>"]);
    assert_eq!(bye.uri_text(), Some("sip:anna@192.0.2.1"));
    assert_eq!((bye.from_addr().unwrap().tag(), bye.to_addr().unwrap().tag()), (Some("b1"), Some("a1")));
}

#[test]
fn a_strict_router_gets_what_it_wants() {
    let routes = "Record-Route: <sip:p2.test;lr>\r\nRecord-Route: <sip:strict.test>\r\n";
    let mut dialog = Dialog::uac(&invite(), &answer(200, "b1", &format!("{CONTACT}{routes}"))).unwrap();
    let bye = dialog.request(&Method::Bye, RequestParts::new(&via())).unwrap();
    assert_eq!(bye.uri_text(), Some("sip:strict.test"));
    assert_eq!(lines(&bye, HeaderName::Route), ["<sip:p2.test;lr>", "<sip:ben@192.0.2.2:5070>"]);
}

#[test]
fn one_invite_forks_into_many_dialogs() {
    let mut first = Dialog::uac(&invite(), &answer(180, "b1", "")).unwrap();
    let mut second = Dialog::uac(&invite(), &answer(183, "b2", CONTACT)).unwrap();
    assert_ne!(first.id(), second.id());
    assert_eq!(first.heard(&answer(200, "b2", CONTACT)), Err(DialogError::Other));
    assert_eq!(first.target().as_str(), "sip:ben@b.test", "no Contact yet");
    first.heard(&answer(200, "b1", CONTACT)).unwrap();
    assert_eq!((first.state(), first.target().as_str()), (DialogState::Confirmed, "sip:ben@192.0.2.2:5070"));
    // The other one answers too late: acknowledged and ended.
    let late = answer(200, "b2", CONTACT);
    second.heard(&late).unwrap();
    assert!(second.ack(&late, RequestParts::new(&via())).is_ok());
    assert_eq!(second.request(&Method::Bye, RequestParts::new(&via())).unwrap().cseq().unwrap().number, 8);
}

#[test]
fn what_makes_no_dialog_says_so() {
    assert_eq!(Dialog::uac(&invite(), &answer(100, "b1", "")), Err(DialogError::NotDialog));
    assert_eq!(Dialog::uac(&invite(), &answer(486, "b1", "")), Err(DialogError::NotDialog));
    let text = invite().to_string().replace("Contact: <sip:anna@192.0.2.1>\r\n", "");
    assert_eq!(Dialog::uas(&Message::parse(text).unwrap(), "b1"), Err(DialogError::NoContact));
}

/// RFC 4475 §3.4.1.
#[test]
fn caller_of_before_rfc_3261_may_leave_out_its_contact() {
    let text = invite().to_string().replace("Contact: <sip:anna@192.0.2.1>\r\n", "").replace(";branch=z9hG4bK1", "");
    let mut dialog = Dialog::uas(&Message::parse(text).unwrap(), "b1").unwrap();
    dialog.answered(NOW, our_answer().as_bytes(), &Timers::default());
    assert_eq!(dialog.incoming(&theirs("ACK", 7, "")), Ok(Incoming::Ack));
    let bye = dialog.request(&Method::Bye, RequestParts::new(&via())).unwrap();
    assert_eq!(bye.uri_text(), Some("sip:anna@a.test"));
}

#[test]
fn a_2xx_is_repeated_until_it_is_acknowledged() {
    let mut dialog = answered();
    let mut times = Vec::new();
    while let Some(at) = dialog.next_deadline().filter(|at| at.since(NOW) < Duration::from_secs(8)) {
        assert_eq!(dialog.fire(at), Some(Due::Resend(our_answer().as_bytes().clone())));
        times.push(at.since(NOW).as_millis());
    }
    assert_eq!(times, [500, 1_500, 3_500, 7_500]);
    assert_eq!(dialog.incoming(&theirs("ACK", 6, "")), Ok(Incoming::AckAgain), "of something else");
    assert!(dialog.awaits_ack());
    assert_eq!(dialog.incoming(&theirs("ACK", 7, "")), Ok(Incoming::Ack));
    assert_eq!(dialog.incoming(&theirs("ACK", 7, "")), Ok(Incoming::AckAgain));
    assert_eq!(dialog.next_deadline(), None);
}

#[test]
fn a_2xx_that_nobody_acknowledges_is_given_up_after_32_s() {
    let mut dialog = answered();
    let mut last = None;
    while let Some(at) = dialog.next_deadline() {
        last = dialog.fire(at).map(|due| (at.since(NOW).as_secs(), due));
    }
    assert_eq!(last, Some((32, Due::NoAck)));
    assert!(dialog.request(&Method::Bye, RequestParts::new(&via())).is_ok());
}

#[test]
fn a_request_out_of_order_is_refused() {
    let mut dialog = settled();
    assert_eq!(dialog.incoming(&theirs("INFO", 9, "")), Ok(Incoming::Request));
    assert_eq!(dialog.incoming(&theirs("INFO", 8, "")), Err(Refused::Order));
    assert_eq!(dialog.incoming(&theirs("INFO", 9, "")), Err(Refused::Order));
    assert_eq!(Refused::Order.status(), StatusCode::SERVER_INTERNAL_ERROR);
    assert_eq!(dialog.incoming(&theirs("BYE", 12, "")), Ok(Incoming::Request));
    dialog.end();
    assert_eq!(dialog.incoming(&theirs("INFO", 13, "")), Err(Refused::Ended));
    assert_eq!(dialog.request(&Method::Bye, RequestParts::new(&via())), Err(Unsendable::Ended));
}

#[test]
fn an_invite_inside_moves_the_target() {
    let mut dialog = settled();
    assert_eq!(dialog.incoming(&theirs("INVITE", 8, "Contact: <sip:anna@192.0.2.99>\r\n")), Ok(Incoming::Request));
    assert_eq!(dialog.target().as_str(), "sip:anna@192.0.2.99");
    assert_eq!(dialog.routes().len(), 2, "the route stays");
}

#[test]
fn invites_that_cross_are_glare() {
    let mut dialog = settled();
    dialog.request(&Method::Invite, RequestParts::new(&via())).unwrap();
    assert_eq!(dialog.request(&Method::Invite, RequestParts::new(&via())), Err(Unsendable::Open));
    assert_eq!(dialog.incoming(&theirs("INVITE", 8, "")), Err(Refused::Glare));
    assert_eq!(Refused::Glare.status(), StatusCode::REQUEST_PENDING);
    dialog.failed();
    assert_eq!(dialog.incoming(&theirs("INVITE", 9, "")), Ok(Incoming::Request));
    assert_eq!(dialog.incoming(&theirs("INVITE", 10, "")), Err(Refused::Busy));
    assert_eq!(dialog.request(&Method::Invite, RequestParts::new(&via())), Err(Unsendable::Open));
    dialog.refused();
    assert!(dialog.request(&Method::Invite, RequestParts::new(&via())).is_ok());
}

#[test]
fn who_made_the_call_id_waits_longer_after_glare() {
    let uac = Dialog::uac(&invite(), &answer(200, "b1", CONTACT)).unwrap();
    let uas = settled();
    for random in [0, 1, 190, 191, 200, 201, u32::MAX] {
        assert!((2_100..=4_000).contains(&uac.retry_after_glare(random).as_millis()));
        assert!((0..=2_000).contains(&uas.retry_after_glare(random).as_millis()));
    }
}

#[test]
fn a_refused_invite_inside_leaves_the_dialog_and_481_ends_it() {
    let mut dialog = Dialog::uac(&invite(), &answer(200, "b1", CONTACT)).unwrap();
    let response = |dialog: &mut Dialog, code: u16| {
        let request = dialog.request(&Method::Invite, RequestParts::new(&via())).unwrap();
        let response = ResponseBuilder::new(&request, StatusCode::new(code).unwrap(), None, None).finish().unwrap();
        dialog.heard(&response).unwrap();
    };
    for code in [488, 408] {
        response(&mut dialog, code);
        assert_eq!(dialog.state(), DialogState::Confirmed, "{code}: a BYE may still be said");
    }
    response(&mut dialog, 481);
    assert_eq!(dialog.state(), DialogState::Ended);
}

#[test]
fn parts_of_a_request_stand_where_they_belong() {
    let mut dialog = settled();
    let via = via();
    let headers = [("Allow", "INVITE, BYE"), ("User-Agent", "x")];
    let parts = RequestParts {
        via: &via,
        contact: Some("<sip:us@us.test>"),
        headers: &headers,
        body: Some(("text/plain", b"hi")),
    };
    let request = dialog.request(&Method::Invite, parts).unwrap();
    assert_eq!(request.body(), "hi");
    assert_eq!(request.content_length().unwrap(), Some(2));
    assert_eq!(request.contact().unwrap().unwrap().uri().as_str(), "sip:us@us.test");
    assert!(rsip::sip::SipMessage::try_from(request.to_string()).is_ok(), "{request}");
}

#[test]
fn a_line_end_in_a_header_is_refused() {
    let mut dialog = settled();
    let via = via();
    let parts = RequestParts { headers: &[("Reason", "x\r\nRoute: <sip:evil.test>")], ..RequestParts::new(&via) };
    assert_eq!(dialog.request(&Method::Bye, parts), Err(Unsendable::Malformed));
    assert_eq!(dialog.local_cseq(), 0, "nothing was sent");
}

#[test]
fn a_dialog_goes_on_after_thawing() {
    let dialog = answered();
    assert_eq!(serde_json::from_str::<Dialog>(&serde_json::to_string(&dialog).unwrap()).unwrap(), dialog);
}

/// RFC 5407 §3.1.4.
#[test]
fn an_invite_that_overtakes_the_ack_of_our_200_is_to_come_again() {
    let mut dialog = answered();
    assert_eq!(dialog.incoming(&theirs("INVITE", 8, "")), Err(Refused::Glare));
    assert!(!dialog.may_invite());
    assert_eq!(dialog.incoming(&theirs("ACK", 7, "")), Ok(Incoming::Ack), "its number is still awaited");
    assert!(dialog.may_invite());
    assert_eq!(dialog.incoming(&theirs("INVITE", 8, "")), Err(Refused::Order));
    assert_eq!(dialog.incoming(&theirs("INVITE", 9, "")), Ok(Incoming::Request));
}
