//! What we print: it reads back, nothing can be injected, and rsip reads it too.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use pbx_sip::{CSeq, Editor, HeaderName, Host, Message, Method, NameAddr, RequestBuilder, WriteError};
use pbx_sip::{ResponseBuilder, SipUriBuilder, StatusCode, Transport, Uri, Via};
use proptest::prelude::*;

fn host() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9-]{0,8}\\.(test|example)", Just("192.0.2.7".into()), Just("[2001:db8::7]".into())]
}

prop_compose! {
    fn uri()(user in proptest::option::of("\\PC{1,12}"), host in host(), port in proptest::option::of(1u16..),
             transport in proptest::option::of("udp|tcp|tls|ws")) -> Uri {
        let mut builder = SipUriBuilder::new(user.as_deref(), Host::parse(&host).unwrap(), port);
        if let Some(transport) = &transport {
            builder = builder.param("transport", Some(transport));
        }
        builder.build().unwrap().into()
    }
}

prop_compose! {
    fn request()(method in proptest::sample::select(pbx_sip::method::KNOWN.to_vec()), target in uri(),
                 name in proptest::option::of("\\PC{1,20}"), from in uri(), to in uri(), contact in uri(),
                 tag in "[a-zA-Z0-9]{1,12}", branch in "[a-zA-Z0-9]{1,20}", call_id in "[a-z0-9]{1,20}",
                 number in 0u32..1 << 31, subject in "[ -~]{0,30}", body in proptest::collection::vec(any::<u8>(), 0..80))
                 -> Message {
        let from = NameAddr::new(name.as_deref(), &from).unwrap().with_param("tag", Some(&tag)).unwrap();
        let via = Via::new(Transport::Udp, Host::Name("pbx.test"), 5060, &format!("z9hG4bK{branch}")).unwrap();
        RequestBuilder::new(&method, &target)
            .header(HeaderName::Via, &via)
            .header(HeaderName::MaxForwards, 70)
            .header(HeaderName::From, &from)
            .header(HeaderName::To, NameAddr::new(None, &to).unwrap())
            .header(HeaderName::CallId, &call_id)
            .header(HeaderName::Cseq, CSeq { number, method: method.clone() })
            .header(HeaderName::Contact, NameAddr::new(None, &contact).unwrap())
            .header(HeaderName::Subject, subject.trim())
            .body("application/octet-stream", body)
            .finish()
            .unwrap()
    }
}

fn lines(message: &Message) -> Vec<(String, String)> {
    message.headers().map(|h| (h.name_text().to_owned(), h.value().into_owned())).collect()
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(message in request()) {
        let again = Message::parse(message.as_bytes().clone()).unwrap();
        prop_assert_eq!(&again, &message);
        prop_assert_eq!(again.uri().unwrap(), message.uri().unwrap());
        prop_assert_eq!(again.from_addr().unwrap(), message.from_addr().unwrap());
        prop_assert_eq!(again.cseq().unwrap(), message.cseq().unwrap());
        prop_assert_eq!(again.body(), message.body());
        let verdict = pbx_sip::gate::judge(message.as_bytes().clone(), &pbx_sip::gate::Policy::default());
        prop_assert!(matches!(verdict, pbx_sip::gate::Verdict::Pass(_)), "{:?} {}", verdict, message);
    }

    #[test]
    fn what_is_printed_reads_in_rsip(message in request()) {
        let theirs = rsip::sip::SipMessage::try_from(message.as_bytes().as_ref());
        prop_assert!(theirs.is_ok(), "{:?}\n{}", theirs.err(), message);
        let response = ResponseBuilder::new(&message, StatusCode::BUSY_HERE, None, Some("b")).finish().unwrap();
        let theirs = rsip::sip::SipMessage::try_from(response.as_bytes().as_ref());
        prop_assert!(theirs.is_ok(), "{:?}\n{}", theirs.err(), response);
    }

    #[test]
    fn display_names_come_back(name in "\\PC{1,40}") {
        let uri = Uri::parse("sip:a@b.test").unwrap();
        let address = NameAddr::new(Some(&name), &uri).unwrap();
        prop_assert_eq!(address.display_name().unwrap(), name);
    }

    #[test]
    fn no_value_breaks_out_of_its_line(value in "(\\PC|\r|\n|\0){0,30}", name in "(\\PC|\r|\n|:){0,10}") {
        let uri = Uri::parse("sip:a@b.test").unwrap();
        for header in [HeaderName::Subject, HeaderName::UserAgent, HeaderName::From, HeaderName::Reason] {
            if let Ok(message) = RequestBuilder::new(&Method::Options, &uri).header(header, &value).finish() {
                prop_assert_eq!(message.headers().count(), 2);
            }
        }
        if let Ok(message) = RequestBuilder::new(&Method::Options, &uri).extension(&name, &value).finish() {
            prop_assert_eq!(message.headers().count(), 2);
        }
        let address = NameAddr::parse("<sip:a@b.test>").unwrap();
        if let Ok(address) = address.with_param("x", Some(&value)) {
            prop_assert!(!address.text().contains(['\r', '\n']));
        }
    }
}

const RECEIVED: &str = "INVITE sip:old@target.test SIP/2.0\r\n\
v  :  SIP / 2.0 / UDP\r\n   10.0.0.9 ; branch = z9hG4bK1\r\n\
mAx-FoRwArDs:0068\r\ns :\r\nRoute: <sip:p1.test;lr> ,\r\n\t<sip:p2.test;lr>\r\n\
From:\"A \\\"q\\\"\"<sip:a@b.test> ; tag= 1\r\nt: sip:b@b.test\r\ni:x@y\r\nCSEQ: 1\r\n INVITE\r\nX-Odd:  ;;,,  \r\nl: 4\r\n\r\nbody";

#[test]
fn responses_copy_what_rfc_3261_wants_and_nothing_else() {
    let request = Message::parse(RECEIVED.as_bytes().to_vec()).unwrap();
    let response =
        ResponseBuilder::new(&request, StatusCode::RINGING, Some("Ringing now"), Some("our")).finish().unwrap();
    assert_eq!((response.status().unwrap().code(), response.reason()), (180, Some("Ringing now")));
    assert_eq!(response.to_addr().unwrap().tag(), Some("our"));
    assert_eq!(response.from_addr().unwrap().tag(), Some("1"));
    assert_eq!(response.via().unwrap().branch(), Some("z9hG4bK1"));
    assert_eq!(response.cseq().unwrap(), request.cseq().unwrap());
    let names: Vec<_> = lines(&response).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["v", "From", "To", "i", "CSEQ", "Content-Length"]);
}

#[test]
fn popping_the_only_value_takes_the_line_away() {
    let request = Message::parse(RECEIVED.as_bytes().to_vec()).unwrap();
    let one = Editor::new(&request).first_value(HeaderName::Route, None).finish().unwrap();
    assert_eq!(one.routes().unwrap().len(), 1);
    let none = Editor::new(&one).first_value(HeaderName::Route, None).finish().unwrap();
    assert!(none.header(HeaderName::Route).is_none());
}

#[test]
fn line_breaks_are_named_in_the_error() {
    let uri = Uri::parse("sip:a@b.test").unwrap();
    let built = RequestBuilder::new(&Method::Options, &uri).header(HeaderName::Subject, "x\r\nVia: y").finish();
    assert_eq!(built.unwrap_err(), WriteError::LineBreak(HeaderName::Subject));
}

#[test]
fn stored_messages_come_back() {
    let message = Message::parse(RECEIVED.as_bytes().to_vec()).unwrap();
    let json = serde_json::to_vec(&message).unwrap();
    assert_eq!(serde_json::from_slice::<Message>(&json).unwrap(), message);
}
