//! The readers that get hostile bytes.

use bytes::Bytes;
use pbx_sip::digest::{Challenge, Credentials};
use pbx_sip::framing::Framer;
use pbx_sip::gate::{Policy, Verdict, judge, refuse};
use pbx_sip::sdp::Session;
use pbx_sip::{Auth, Contacts, Editor, HeaderName, Message, NameAddr, Text, Uri, Via};

/// A reader by its name.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All of them; one line each.
pub(crate) const TARGETS: &[Target] = &[
    ("message", message),
    ("gate", gate),
    ("uri", uri),
    ("values", values),
    ("framing", framing),
    ("sdp", sdp),
    ("digest", digest),
];

fn message(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes.to_vec()) else { return };
    touch(&message);
    assert_eq!(Message::parse(message.as_bytes().clone()).unwrap(), message);
    let edited = Editor::new(&message).append(HeaderName::UserAgent, "x").finish();
    assert_eq!(edited.unwrap().headers().count(), message.headers().count() + 1);
}

/// Asks for everything once.
fn touch(message: &Message) {
    let _ = (message.start_line(), message.uri(), message.reason(), message.body(), format!("{message:?}"));
    let _ = (message.via(), message.vias(), message.from_addr(), message.to_addr(), message.call_id(), message.cseq());
    let _ = (message.contact(), message.routes(), message.record_routes(), message.asserted_identities());
    let _ = (message.max_forwards(), message.expires(), message.min_expires(), message.retry_after());
    let _ = (message.content_length(), message.content_type(), message.accept(), message.privacy(), message.reasons());
    let _ = (message.tokens(HeaderName::Require), message.auths(HeaderName::Authorization), message.user_agent());
    if let Ok(Contacts::List(contacts)) = message.contacts() {
        for contact in contacts {
            let _ = (contact.display_name(), contact.q(), contact.expires(), contact.instance(), contact.detached());
        }
    }
    for via in message.vias().unwrap_or_default() {
        let _ = (via.sent_by(), via.unique_branch(), via.rport(), via.received_from("192.0.2.1:9".parse().unwrap()));
        let _ = via.response_target();
    }
    for header in message.headers() {
        let _ = (header.name_text(), header.value(), header.values());
    }
}

fn gate(bytes: &[u8]) {
    let policy = Policy::default();
    match judge(Bytes::copy_from_slice(bytes), &policy) {
        Verdict::Pass(message) => touch(&message),
        Verdict::Refuse(request, fault) => {
            let answer = refuse(&request, &fault, "tag", &policy).finish().unwrap();
            assert_eq!(answer.status(), Some(fault.status()));
        }
        Verdict::Ignore(_) => {}
    }
}

fn text(bytes: &[u8]) -> Text {
    Text::from(String::from_utf8_lossy(bytes).into_owned())
}

fn uri(bytes: &[u8]) {
    for line in bytes.split(|b| matches!(b, b' ' | b'\r' | b'<' | b'>')) {
        let Ok(uri) = Uri::parse(text(line)) else { continue };
        assert_eq!(Uri::parse(uri.to_string()).as_ref(), Ok(&uri));
        assert!(uri.is_equivalent(&uri.detached()));
        if let Some(sip) = uri.as_sip() {
            let _ = (sip.user_unescaped(), sip.password(), sip.host(), sip.transport(), sip.headers());
        }
    }
}

fn values(bytes: &[u8]) {
    for line in bytes.split(|b| *b == b'\n') {
        let value = line.splitn(2, |b| *b == b':').last().unwrap_or_default();
        let _ = NameAddr::parse(text(value)).map(|address| address.with_param("tag", Some("x")));
        let _ = Via::parse(text(value)).map(|via| via.response_target().1);
        let _ = Auth::parse(text(value)).map(|auth| auth.pairs().count());
    }
}

fn framing(bytes: &[u8]) {
    let mut framer = Framer::new(4096);
    for chunk in bytes.chunks(97) {
        framer.push(chunk);
        while let Ok(Some(_)) = framer.next_frame() {}
        assert!(framer.pending() <= bytes.len());
    }
}

/// Every tail of the bytes that could be a description.
fn sdp(bytes: &[u8]) {
    for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"v=0")) {
        let Ok(session) = Session::parse(&bytes[at..]) else { continue };
        let _ = session.audio_line().map(|line| session.stream(line));
        assert!(Session::parse(session.to_string().as_bytes()).is_ok(), "{session}");
    }
}

fn digest(bytes: &[u8]) {
    for line in bytes.split(|b| *b == b'\n') {
        let value = String::from_utf8_lossy(line.splitn(2, |b| *b == b':').last().unwrap_or_default()).into_owned();
        let _ = (Credentials::parse(value.trim()), Challenge::parse(value.trim()));
    }
}
