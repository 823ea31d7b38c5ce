//! RFC 4475: messages that are well-formed (§3.1.1) or that the transaction user, not the gate, has to judge
//! (§3.2–§3.4).

use crate::{Case, Expect::Valid};
use pbx_sip::{Contacts, HeaderName, Message, Method, NameAddr, Transport, Uri};

/// They all pass the gate.
pub(crate) const CASES: &[Case] = &[
    Case { file: "rfc4475/wsinv", why: "§3.1.1.1", expect: Valid(wsinv) },
    Case { file: "rfc4475/intmeth", why: "§3.1.1.2", expect: Valid(intmeth) },
    Case { file: "rfc4475/esc01", why: "§3.1.1.3", expect: Valid(esc01) },
    Case { file: "rfc4475/escnull", why: "§3.1.1.4", expect: Valid(escnull) },
    Case { file: "rfc4475/esc02", why: "§3.1.1.5", expect: Valid(esc02) },
    Case { file: "rfc4475/lwsdisp", why: "§3.1.1.6", expect: Valid(lwsdisp) },
    Case { file: "rfc4475/longreq", why: "§3.1.1.7", expect: Valid(longreq) },
    Case { file: "rfc4475/dblreq", why: "§3.1.1.8: octets after the body are ignored", expect: Valid(dblreq) },
    Case { file: "rfc4475/semiuri", why: "§3.1.1.9", expect: Valid(semiuri) },
    Case { file: "rfc4475/transports", why: "§3.1.1.10", expect: Valid(transports) },
    Case { file: "rfc4475/mpart01", why: "§3.1.1.11", expect: Valid(mpart01) },
    Case { file: "rfc4475/unreason", why: "§3.1.1.12", expect: Valid(unreason) },
    Case { file: "rfc4475/noreason", why: "§3.1.1.13", expect: Valid(noreason) },
    Case {
        file: "rfc4475/baddate", why: "§3.1.2.12: may be ignored; nothing here reads Date", expect: Valid(baddate)
    },
    Case { file: "rfc4475/badbranch", why: "§3.2.1: treated like RFC 2543", expect: Valid(badbranch) },
    Case { file: "rfc4475/unksm2", why: "§3.3.4: the registrar judges the schemes", expect: Valid(unksm2) },
    Case { file: "rfc4475/invut", why: "§3.3.6: the user agent answers 415", expect: Valid(invut) },
    Case { file: "rfc4475/regaut01", why: "§3.3.7: the registrar challenges again", expect: Valid(regaut01) },
    Case { file: "rfc4475/bcast", why: "§3.3.10: ours is only the topmost Via", expect: Valid(bcast) },
    Case { file: "rfc4475/zeromf", why: "§3.3.11: an endpoint answers it", expect: Valid(zeromf) },
    Case { file: "rfc4475/cparam01", why: "§3.3.12: the parameter is the Contact's", expect: Valid(cparam01) },
    Case { file: "rfc4475/cparam02", why: "§3.3.13: the parameter is the URI's", expect: Valid(cparam02) },
    Case { file: "rfc4475/regescrt", why: "§3.3.14: the URI keeps its Route", expect: Valid(regescrt) },
    Case { file: "rfc4475/inv2543", why: "§3.4.1: accepted for old times' sake", expect: Valid(inv2543) },
];

fn user(address: &NameAddr) -> &str {
    address.uri().as_sip().unwrap().user().unwrap()
}

fn contacts(message: &Message) -> Vec<NameAddr> {
    match message.contacts().unwrap() {
        Contacts::List(list) => list,
        Contacts::Any => Vec::new(),
    }
}

fn wsinv(m: &Message) {
    assert!(m.is(&Method::Invite));
    assert!(m.uri().unwrap().as_sip().unwrap().params().has("unknownparam"));
    assert_eq!(m.to_addr().unwrap().tag(), Some("1918181833n"));
    let from = m.from_addr().unwrap();
    assert_eq!((from.display_name().unwrap().as_ref(), from.tag()), ("J Rosenberg \\\"", Some("98asjd8")));
    assert_eq!(m.max_forwards(), Ok(Some(68)));
    assert_eq!(m.call_id().unwrap(), "wsinv.ndaksdj@192.0.2.1");
    assert_eq!(m.content_length(), Ok(Some(150)));
    assert_eq!((m.cseq().unwrap().number, m.body().len()), (9, 150));
    assert_eq!(m.header(HeaderName::Subject).unwrap().value(), "");
    assert_eq!(m.header_named("newfangledheader").unwrap().value(), "newfangled value continued newfangled value");
    assert_eq!(m.header_named("UnknownHeaderWithUnusualValue").unwrap().value(), ";;,,;;,;");
    let vias = m.vias().unwrap();
    let hosts: Vec<_> = vias.iter().map(|via| (via.transport().unwrap(), via.host().to_string())).collect();
    assert_eq!(
        hosts,
        [
            (Transport::Udp, "192.0.2.2".to_owned()),
            (Transport::Tcp, "spindle.example.com".to_owned()),
            (Transport::Udp, "192.168.255.111".to_owned())
        ]
    );
    let branches: Vec<_> = vias.iter().map(|via| via.branch().unwrap()).collect();
    assert_eq!(branches, ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]);
    let routes = m.routes().unwrap();
    let route = routes[0].uri().as_sip().unwrap();
    assert!(route.is_loose_route() && route.params().has("unknown-no-value"));
    let contact = m.contact().unwrap().unwrap();
    assert_eq!((contact.display_name().unwrap().as_ref(), contact.q()), ("Quoted string \"\"", 330));
    assert_eq!(contact.params().value("newparam"), Some("newvalue"));
    assert!(contact.params().get("secondparam").unwrap().value.is_none());
}

fn intmeth(m: &Message) {
    assert_eq!(m.method().unwrap().as_str(), "!interesting-Method0123456789_*+`.%indeed'~");
    let uri = m.uri().unwrap();
    let uri = uri.as_sip().unwrap();
    assert_eq!(uri.user(), Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"));
    assert_eq!(uri.password(), Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"));
    assert_eq!(m.via().unwrap().unique_branch(), Some("z9hG4bK-.!%66*_+`'~"));
    assert_eq!(m.to_addr().unwrap().display_name().unwrap(), "BEL:\u{7} NUL:\0 DEL:\u{7f}");
    let from = m.from_addr().unwrap();
    assert_eq!(from.display_name().unwrap(), "token1~` token2'+_ token3*%!.-");
    assert_eq!(from.params().unquoted("fromParam''~+*_!.-%").unwrap(), "работающий");
    assert_eq!(from.tag(), Some("_token~1'+`*%!-."));
    assert_eq!(m.call_id().unwrap(), "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
    assert_eq!(m.cseq().unwrap().number, 139_122_385);
    assert_eq!(m.max_forwards(), Ok(Some(255)));
    assert_eq!(m.header_named("extensionHeader-!.%*+_`'~").unwrap().value(), "\u{feff}大停電");
}

fn esc01(m: &Message) {
    let uri = m.uri().unwrap();
    assert_eq!(uri.as_sip().unwrap().user_unescaped().unwrap(), "sips:user@example.com");
    assert_eq!(uri.as_sip().unwrap().host().to_string(), "example.net");
    assert!(m.to_addr().unwrap().uri().is_equivalent(&Uri::parse("sip:user@example.com").unwrap()));
    assert_eq!(m.from_addr().unwrap().uri().as_sip().unwrap().user_unescaped().unwrap(), "I have spaces");
    let contact = m.contact().unwrap().unwrap();
    assert!(contact.uri().is_equivalent(&Uri::parse("sip:caller@host5.example.net;lr;name=value%2541").unwrap()));
    assert!(!contact.uri().is_equivalent(&Uri::parse("sip:caller@host5.example.net;lr;name=valueA").unwrap()));
}

fn escnull(m: &Message) {
    assert_eq!(m.to_addr().unwrap().uri().as_sip().unwrap().user_unescaped().unwrap(), "null-\0-null");
    let contacts = contacts(m);
    assert_eq!(contacts.iter().map(user).collect::<Vec<_>>(), ["%00", "%00%00"]);
    assert!(!contacts[0].uri().is_equivalent(contacts[1].uri()));
}

fn esc02(m: &Message) {
    assert_eq!(m.method().unwrap().as_str(), "RE%47IST%45R");
    assert_eq!(m.to_addr().unwrap().display_name().unwrap(), "%Z%45");
    assert_eq!(m.via().unwrap().branch(), Some("z9hG4bK209%fzsnel234"));
    assert_eq!(contacts(m).iter().map(user).collect::<Vec<_>>(), ["alias1", "alias3"]);
    assert!(m.header_named("C%6Fntact").is_some());
}

fn lwsdisp(m: &Message) {
    let from = m.from_addr().unwrap();
    assert_eq!((from.display_name().unwrap().as_ref(), user(from), from.tag()), ("caller", "caller", Some("323")));
}

fn longreq(m: &Message) {
    assert_eq!(m.vias().unwrap().len(), 34);
    assert_eq!(m.vias().unwrap()[33].received(), Some("192.0.2.5".parse().unwrap()));
    assert_eq!(m.to_addr().unwrap().uri().as_sip().unwrap().port(), Some(6000));
    assert_eq!(user(&m.contact().unwrap().unwrap()), "amazinglylongcallername".repeat(5));
    assert_eq!((m.cseq().unwrap().number, m.body().len()), (3_882_340, 150));
}

fn dblreq(m: &Message) {
    assert!(m.is(&Method::Register));
    assert!(m.body().is_empty());
    assert!(m.as_bytes().ends_with(b"Content-Length: 0\r\n\r\n"));
}

fn semiuri(m: &Message) {
    let uri = m.uri().unwrap();
    let uri = uri.as_sip().unwrap();
    assert_eq!(uri.user_unescaped().unwrap(), "user;par=u@example.net");
    assert_eq!(uri.params().iter().count(), 0);
    assert_eq!(m.accept().unwrap().len(), 6);
}

fn transports(m: &Message) {
    let vias = m.vias().unwrap();
    let names: Vec<_> = vias.iter().map(|via| via.transport_text()).collect();
    assert_eq!(names, ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]);
}

fn mpart01(m: &Message) {
    assert!(m.is(&Method::Message));
    let kind = m.content_type().unwrap().unwrap();
    assert!(kind.is("multipart", "mixed"));
    assert_eq!(kind.params().value("boundary"), Some("7a9cbec02ceef655"));
    assert_eq!(m.body().len(), 553);
    assert!(m.body().contains(&0) && m.body().ends_with(b"--7a9cbec02ceef655--\r\n"));
}

fn unreason(m: &Message) {
    assert_eq!(m.status().unwrap().code(), 200);
    assert_eq!(m.reason(), Some("= 2**3 * 5**2 но сто девяносто девять - простое"));
}

fn noreason(m: &Message) {
    assert_eq!((m.status().unwrap().code(), m.reason()), (100, Some("")));
}

fn baddate(m: &Message) {
    assert_eq!(m.header(HeaderName::Date).unwrap().value(), "Fri, 01 Jan 2010 16:00:00 EST");
}

fn badbranch(m: &Message) {
    assert_eq!(m.via().unwrap().unique_branch(), None);
}

fn unksm2(m: &Message) {
    assert_eq!(m.to_addr().unwrap().uri().as_str(), "isbn:2983792873");
    assert_eq!(m.from_addr().unwrap().uri().scheme(), "http");
    assert_eq!(m.contact().unwrap().unwrap().uri().as_str(), "name:John_Smith");
}

fn invut(m: &Message) {
    assert!(m.content_type().unwrap().unwrap().is("application", "unknownformat"));
}

fn regaut01(m: &Message) {
    let auths = m.auths(HeaderName::Authorization).unwrap();
    assert_eq!((auths[0].scheme(), auths[0].raw("opaque-data")), ("NoOneKnowsThisScheme", Some("here")));
}

fn bcast(m: &Message) {
    let targets: Vec<_> = m.vias().unwrap().iter().map(|via| via.host().to_string()).collect();
    assert_eq!(targets, ["192.0.2.198", "255.255.255.255"]);
}

fn zeromf(m: &Message) {
    assert_eq!(m.max_forwards(), Ok(Some(0)));
}

fn cparam01(m: &Message) {
    let contact = m.contact().unwrap().unwrap();
    assert!(contact.params().has("unknownparam"));
    assert_eq!(contact.uri().as_str(), "sip:+19725552222@gw1.example.net");
}

fn cparam02(m: &Message) {
    let contact = m.contact().unwrap().unwrap();
    assert_eq!(contact.params().iter().count(), 0);
    assert!(contact.uri().as_sip().unwrap().params().has("unknownparam"));
}

fn regescrt(m: &Message) {
    let contact = m.contact().unwrap().unwrap();
    assert_eq!(contact.uri().as_sip().unwrap().headers(), Some("Route=%3Csip:sip.example.com%3E"));
}

fn inv2543(m: &Message) {
    assert_eq!(m.via().unwrap().branch(), None);
    assert_eq!(m.from_addr().unwrap().tag(), None);
    assert_eq!(m.max_forwards(), Ok(None));
    let to = m.to_addr().unwrap();
    assert_eq!(to.params().value("user"), Some("phone"));
    assert_eq!(m.record_routes().unwrap()[0].uri().as_sip().unwrap().params().value("maddr"), Some("ss1.example.com"));
}
