//! No text that is put into a message breaks out of its place, by whatever function it is put in:
//! what comes out has exactly the headers that went in, or nothing comes out.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use pbx_sip::dialog::{Dialog, RequestParts};
use pbx_sip::gate::{Policy, Verdict, judge, refuse};
use pbx_sip::grammar::is_token;
use pbx_sip::time::Instant;
use pbx_sip::transaction::{Action, Layer, Peer, Timers};
use pbx_sip::write::{one_line, reason_phrase};
use pbx_sip::{
    Editor, Head, HeaderName, Message, Method, NameAddr, RequestBuilder, ResponseBuilder, StatusCode, Uri, Via,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const INVITE: &str = "INVITE sip:b@b.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n\
    From: <sip:a@b.test>;tag=1\r\nTo: <sip:b@b.test>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.7>\r\n\r\n";

/// Text as it comes from outside; every other one has something that would end its line, were it
/// written.
fn text() -> impl Strategy<Value = String> {
    let injected = ["x\r\nVia: y", "\r\n\r\nv=0", "\n", "\r", "\0", "a\0", "a\r b", "\r\n x", "Via: y", "a: b", ""];
    prop_oneof![2 => "[ -~é]{0,20}", 1 => "(\\PC|\r|\n|\0|\t| |:){0,12}", 1 => select(injected.to_vec()).prop_map(str::to_owned)]
}

/// A header's name. What says how long the body is has its own meaning, and is the writer's to
/// write.
fn name() -> impl Strategy<Value = String> {
    let name = prop_oneof![4 => "[A-Za-z][A-Za-z0-9.!-]{0,10}", 1 => text()];
    name.prop_filter("says how long the body is", |name| HeaderName::parse(name) != HeaderName::ContentLength)
}

fn fits(value: &str) -> bool {
    !value.contains(['\r', '\n', '\0'])
}

fn fits_extension(name: &str, value: &str) -> bool {
    is_token(name) && HeaderName::parse(name) == HeaderName::Other && fits(value)
}

type Lines = Vec<(String, String)>;

/// Names and values as a reader finds them.
fn lines(message: &Message) -> Lines {
    message.headers().map(|header| (header.name_text().to_owned(), header.value().into_owned())).collect()
}

/// Names and values as they were put in: white space at the ends is not part of a value (RFC 3261
/// §7.3.1).
fn put(headers: &[(&str, &str)]) -> Lines {
    headers.iter().map(|(name, value)| ((*name).to_owned(), value.trim_matches([' ', '\t']).to_owned())).collect()
}

fn invite() -> Message {
    Message::parse(INVITE).unwrap()
}

fn udp() -> Peer {
    Peer { address: "192.0.2.7:5060".parse().unwrap(), reliable: false }
}

proptest! {
    #[test]
    fn a_request_is_what_was_put_in_or_is_refused(
        method in prop_oneof![Just("INFO".to_owned()), text()], uri in prop_oneof![Just("sip:b".to_owned()), text()],
        headers in vec((name(), text()), 0..3), kind in option::of(text()), content in vec(any::<u8>(), 0..9),
    ) {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut head = Head::request(&method, &uri);
        headers.iter().for_each(|(name, value)| head.header(name, value));
        let body = kind.as_deref().map(|kind| (kind, &content[..]));
        let fine = is_token(&method) && !uri.is_empty() && uri.bytes().all(|byte| byte > b' ')
            && headers.iter().all(|(name, value)| is_token(name) && fits(value)) && kind.as_deref().is_none_or(fits);
        let bytes = head.bytes(body);
        prop_assert_eq!(bytes.is_ok(), fine);
        let Ok(bytes) = bytes else { return Ok(()) };
        let message = Message::parse(bytes).unwrap();
        let length = body.map_or(0, |(_, content)| content.len()).to_string();
        let ours = kind.iter().map(|kind| ("Content-Type", kind.as_str())).chain([("Content-Length", length.as_str())]);
        let expected: Vec<_> = headers.iter().copied().chain(ours).collect();
        prop_assert_eq!(lines(&message), put(&expected));
        prop_assert_eq!((message.method().unwrap().as_str(), message.uri_text().unwrap()), (&*method, &*uri));
        prop_assert_eq!(message.body(), body.map_or(&[][..], |(_, content)| content));
    }

    #[test]
    fn a_response_is_what_was_put_in_or_is_refused(reason in text(), name in name(), value in text()) {
        let mut head = Head::response(StatusCode::OK, &reason);
        head.header_with(&name, |text| text.push_str(&value));
        let bytes = head.bytes(None);
        prop_assert_eq!(bytes.is_ok(), !reason.contains(char::is_control) && is_token(&name) && fits(&value));
        let Ok(bytes) = bytes else { return Ok(()) };
        let message = Message::parse(bytes).unwrap();
        prop_assert_eq!(lines(&message), put(&[(&name, &value), ("Content-Length", "0")]));
        prop_assert_eq!((message.status(), message.reason()), (Some(StatusCode::OK), Some(&*reason)));
    }

    #[test]
    fn what_is_cleaned_is_never_refused(any in text()) {
        let address = NameAddr::new(Some(&any), &Uri::parse("sip:a@b.test").unwrap()).unwrap();
        let mut head = Head::response(StatusCode::OK, &reason_phrase(&any));
        head.header("Subject", &one_line(&any));
        head.header("From", address.text());
        let message = Message::parse(head.bytes(None).unwrap()).unwrap();
        prop_assert_eq!(message.headers().count(), 3);
        prop_assert_eq!(message.from_addr().unwrap(), &address);
    }

    #[test]
    fn builders_write_what_was_put_in_or_refuse_it(name in name(), value in text(), reason in text(), tag in text()) {
        let uri = Uri::parse("sip:b@b.test").unwrap();
        let request = RequestBuilder::new(&Method::Options, &uri)
            .header(HeaderName::Subject, &value).extension(&name, &value).finish();
        let fine = fits_extension(&name, &value);
        prop_assert_eq!(request.is_ok(), fine);
        let put_in = put(&[("Subject", &value), (&name, &value), ("Content-Length", "0")]);
        if let Ok(request) = request {
            prop_assert_eq!(lines(&request), &put_in[..]);
        }
        let response = ResponseBuilder::new(&invite(), StatusCode::OK, Some(&reason), Some(&tag))
            .header(HeaderName::Subject, &value).extension(&name, &value).finish();
        prop_assert_eq!(response.is_ok(), fine && is_token(&tag) && !reason.contains(char::is_control));
        if let Ok(response) = response {
            prop_assert_eq!(&lines(&response)[5..], &put_in[..]);
            prop_assert_eq!(response.to_addr().unwrap().tag(), Some(&*tag));
        }
    }

    #[test]
    fn an_editor_adds_what_was_put_in_or_refuses_it(name in name(), value in text()) {
        let (message, others) = (invite(), lines(&invite()));
        let editor = || Editor::new(&message);
        let edited = [
            editor().prepend(HeaderName::Subject, &value), editor().append(HeaderName::Subject, &value),
            editor().replace(HeaderName::Subject, &value),
        ];
        for edited in edited.map(Editor::finish) {
            prop_assert_eq!(edited.is_ok(), fits(&value));
            let Ok(edited) = edited else { continue };
            let (ours, rest): (Lines, Lines) = lines(&edited).into_iter().partition(|(name, _)| name == "Subject");
            prop_assert_eq!((ours, &rest), (put(&[("Subject", &value)]), &others));
        }
        let edited = editor().append_extension(&name, &value).finish();
        prop_assert_eq!(edited.is_ok(), fits_extension(&name, &value));
        if let Ok(edited) = edited {
            prop_assert_eq!(&lines(&edited)[others.len()..], put(&[(&name, &value)]));
        }
        if let Ok(edited) = editor().first_value(HeaderName::CallId, Some(&value)).finish() {
            prop_assert!(fits(&value) && edited.headers().count() == others.len());
        }
    }

    #[test]
    fn a_dialog_sends_what_was_put_in_or_nothing(
        caller in text(), tag in text(), contact in option::of(text()), name in name(), value in text(),
    ) {
        // What a received message has in its quotes is its own, a NUL included, and costs the
        // dialog nothing.
        let caller = caller.replace(['\r', '\n', '"', '\\'], "");
        let route = format!("To: <sip:b@b.test>\r\nRecord-Route: \"{caller}\" <sip:p.test;lr>");
        let invite = INVITE.replace("From: ", &format!("From: \"{caller}\" ")).replace("To: <sip:b@b.test>", &route);
        let dialog = Dialog::uas(&Message::parse(invite).unwrap(), &tag);
        prop_assert_eq!(dialog.is_ok(), is_token(&tag));
        let Ok(mut dialog) = dialog else { return Ok(()) };
        let via = Via::parse("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2").unwrap();
        let headers = [(name.as_str(), value.as_str())];
        let parts = RequestParts { contact: contact.as_deref(), headers: &headers, ..RequestParts::new(&via) };
        let request = dialog.request(&Method::Info, parts);
        prop_assert_eq!(request.is_ok(), is_token(&name) && fits(&value) && contact.as_deref().is_none_or(fits));
        if let Ok(request) = request {
            let mut added: Vec<_> = contact.iter().map(|contact| ("Contact", contact.as_str())).collect();
            added.extend([(name.as_str(), value.as_str()), ("Content-Length", "0")]);
            let names: Vec<_> = request.headers().take(7).map(|header| header.name_text()).collect();
            prop_assert_eq!(names, ["Via", "Max-Forwards", "Route", "From", "To", "Call-ID", "CSeq"]);
            prop_assert_eq!(&lines(&request)[7..], put(&added));
        }
        let bye = dialog.request(&Method::Bye, RequestParts::new(&via)).unwrap();
        prop_assert_eq!(bye.headers().count(), 8);
        prop_assert!(bye.headers().all(|header| fits(&header.value())));
    }

    #[test]
    fn a_cancel_goes_out_whatever_its_reason_is(reason in text()) {
        let now = Instant::from_micros(0);
        let mut layer = Layer::new(Timers::default());
        let (id, _) = layer.send(now, &invite(), udp(), ()).unwrap();
        let trying = ResponseBuilder::new(&invite(), StatusCode::TRYING, None, None).finish().unwrap();
        layer.receive(now, &trying, udp(), true, ());
        let actions = layer.cancel(now, id, Some(&reason));
        let [Action::Send { bytes, .. }] = &actions[..] else { panic!("{actions:?}") };
        let cancel = Message::parse(bytes.clone()).unwrap();
        let mut expected = lines(&invite())[..6].to_vec();
        expected[5].1 = "1 CANCEL".to_owned();
        expected.extend(put(&[("Reason", &reason)]).into_iter().filter(|_| fits(&reason)));
        expected.extend(put(&[("Content-Length", "0")]));
        prop_assert_eq!(lines(&cancel), expected);
    }

    #[test]
    fn an_answer_to_a_flawed_request_repeats_no_line_end_of_its_headers(junk in text(), name in text()) {
        let text = INVITE.replace("From: ", &format!("From: \"{name}\" ")).replace("To: ", &format!("Subject: {junk}\r\nTo: "));
        let (policy, request) = (Policy::default(), judge(text.into_bytes().into(), &Policy::default()));
        let (request, answer) = match request {
            Verdict::Refuse(request, fault) => { let answer = refuse(&request, &fault, "t", &policy); (request, answer) }
            Verdict::Pass(request) => { let answer = ResponseBuilder::new(&request, StatusCode::OK, None, Some("t")); (request, answer) }
            Verdict::Ignore(_) => return Ok(()),
        };
        let mut head = Head::response(StatusCode::OK, "OK");
        [HeaderName::Via, HeaderName::From, HeaderName::Subject].iter().for_each(|name| head.copy(&request, *name));
        for (message, names) in [
            (answer.finish().unwrap(), [HeaderName::Via, HeaderName::From]),
            (Message::parse(head.bytes(None).unwrap()).unwrap(), [HeaderName::From, HeaderName::Subject]),
        ] {
            prop_assert!(message.headers().all(|header| fits(&header.value())), "{}", message);
            for name in names {
                prop_assert_eq!(message.headers_of(name).count(), request.headers_of(name).count());
            }
        }
    }
}
