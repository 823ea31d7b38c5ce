use crate::Message;
use crate::transaction::Key;
use crate::transaction::facts::Facts;

fn key(method: &str, via: &str, to: &str) -> Key {
    key_from("192.0.2.1", method, via, to)
}

fn key_from(source: &str, method: &str, via: &str, to: &str) -> Key {
    let message = Message::parse(format!(
        "{method} sip:ben@b.test SIP/2.0\r\nVia: SIP/2.0/UDP {via}\r\nFrom: <sip:anna@a.test>;tag=f\r\nTo: {to}\r\n\
         Call-ID: c\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
    ));
    Key::of_request(&Facts::of(&message.unwrap()).unwrap(), source.parse().unwrap())
}

#[test]
fn source_branch_sent_by_and_method_make_the_key() {
    let invite = key("INVITE", "a.test;branch=z9hG4bK1", "<sip:b>");
    assert_eq!(invite, key("INVITE", "A.TEST:5060;branch=z9hG4bK1;rport", "<sip:b>"));
    assert_eq!(invite, key("ACK", "a.test;branch=z9hG4bK1", "<sip:b>;tag=t"));
    assert_ne!(invite, key("CANCEL", "a.test;branch=z9hG4bK1", "<sip:b>"));
    assert_ne!(invite, key("INVITE", "a.test:5062;branch=z9hG4bK1", "<sip:b>"));
    assert_ne!(invite, key("INVITE", "c.test;branch=z9hG4bK1", "<sip:b>"));
    assert_ne!(invite, key("INVITE", "a.test;branch=z9hG4bK2", "<sip:b>"));
    assert_eq!(invite, key_from("::ffff:192.0.2.1", "INVITE", "a.test;branch=z9hG4bK1", "<sip:b>"));
    assert_ne!(invite, key_from("192.0.2.2", "INVITE", "a.test;branch=z9hG4bK1", "<sip:b>"), "sent-by is only said");
}

#[test]
fn old_branches_are_told_apart_by_the_rest() {
    let invite = key("INVITE", "a.test;branch=1", "<sip:b>");
    assert_eq!(invite, key("ACK", "a.test;branch=1", "<sip:b>;tag=t"));
    assert_ne!(invite, key("INVITE", "a.test;branch=2", "<sip:b>"));
    assert_eq!(key("INVITE", "a.test", "<sip:b>"), key("ACK", "a.test", "<sip:b>;tag=t"));
}
