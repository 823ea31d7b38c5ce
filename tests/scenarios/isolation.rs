//! Nothing of another tenant answers to SIP: every method × every kind of name that SIP knows something by, asked with Globex's
//! credentials about what is Acme's and about what nobody has. Both answers are the same, letter by letter.

use crate::support::company::Company;
use crate::support::exchange::{SERVER, Wish};
use crate::support::net::Net;
use crate::support::phone::message;
use crate::support::secs;
use bytes::Bytes;
use pbx_core::base::ids::TenantId;
use pbx_sip::method::{KNOWN, Method};
use pbx_sip::{Message, StatusCode};
use std::net::SocketAddr;

/// The enum and the list of all that it has, so that none can be left out of the matrix.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)+) => {
        /// The kinds of names. A new one is a new arm in [`Case::names`], or the test does not build.
        #[derive(Clone, Copy, PartialEq, Debug)]
        enum Kind {
            $($(#[$doc])* $kind,)+
        }

        const KINDS: [Kind; [$(stringify!($kind)),+].len()] = [$(Kind::$kind),+];
    };
}

kinds! {
    Extension,
    SipUser,
    Number,
    /// A phone's own address, as it registered it.
    Contact,
    /// Call-ID and From-tag of a living call.
    Dialog,
    /// Branch and sent-by of an INVITE that waits for its answer.
    Transaction,
}

/// What a request names. The rest of it is the same for all.
#[derive(Clone, PartialEq, Debug)]
struct Names {
    user: String,
    host: String,
    call_id: String,
    from_tag: String,
    branch: String,
    sent_by: String,
}

impl Names {
    fn of(phone: SocketAddr, user: &str, word: &str) -> Self {
        Self {
            user: user.to_owned(),
            host: SERVER.to_string(),
            call_id: format!("call-{word}"),
            from_tag: format!("tag-{word}"),
            branch: format!("z9hG4bK-{word}"),
            sent_by: phone.to_string(),
        }
    }

    /// An answer without what differs between any two answers or was said by the asker.
    fn hide(&self, answer: &str) -> String {
        let mut text = answer.to_owned();
        for name in [&self.user, &self.host, &self.call_id, &self.from_tag, &self.branch, &self.sent_by] {
            text = text.replace(name.as_str(), "*");
        }
        let lines = text.lines().filter(|line| !line.starts_with("WWW-Authenticate:"));
        let without_our_tag = lines.map(|line| match line.strip_prefix("To:") {
            Some(to) => format!("To:{}", to.split(";tag=").next().unwrap_or_default()),
            None => line.to_owned(),
        });
        without_our_tag.collect::<Vec<_>>().join("\n")
    }
}

/// Acme and Globex; Acme's 103 calls its 102, which rings.
struct Case {
    net: Net,
    attacker: SocketAddr,
    acme_call: Names,
}

impl Case {
    fn new() -> Self {
        let mut acme = Company::new("acme", 1).with_extensions(&["102", "103", "104"]);
        acme.number("+4930555100", "ring-person", &[]);
        let mut net = Net::new(1, 2, vec![acme, Company::new("globex", 2).with_extensions(&["101", "103"])]);
        net.ready();
        let address = |net: &Net, name: &str| net.phones[net.place_of(name)].addr;
        let (victim, attacker) = (address(&net, "acme/103"), address(&net, "globex/103"));
        let acme_call = Names::of(victim, "102", "of-acme");
        let mut case = Self { net, attacker, acme_call: acme_call.clone() };
        let answers = case.asks("acme/103", &Method::Invite, &acme_call);
        assert_eq!(answers.len(), 0, "its call is under way: {answers:?}");
        case
    }

    /// What Acme has of this kind, and what nobody has.
    fn names(&self, kind: Kind, word: &str) -> [Names; 2] {
        let plain = |user: &str| Names::of(self.attacker, user, word);
        let acme = &self.acme_call;
        match kind {
            Kind::Extension => [plain("104"), plain("199")],
            Kind::SipUser => [plain("acme-102"), plain("acme-199")],
            Kind::Number => [plain("+4930555100"), plain("+4930555199")],
            Kind::Contact => {
                let theirs = self.net.phones[self.net.place_of("acme/102")].addr;
                let at = |host: String| Names { host, ..plain("acme-102") };
                [at(theirs.to_string()), at(SocketAddr::new([10, 9, 9, 9].into(), 5060).to_string())]
            }
            Kind::Dialog => {
                let same = Names { call_id: acme.call_id.clone(), from_tag: acme.from_tag.clone(), ..plain("101") };
                [same, plain("101")]
            }
            Kind::Transaction => [
                Names { user: "101".to_owned(), ..acme.clone() },
                Names { sent_by: acme.sent_by.clone(), ..plain("101") },
            ],
        }
    }

    /// The final answers to a request of a phone, with its credentials where it is asked for them.
    fn asks(&mut self, phone: &str, method: &Method, names: &Names) -> Vec<String> {
        let first = self.sends(phone, method, names, 1, "");
        let challenge = first.iter().find(|answer| answer.starts_with("SIP/2.0 401")).cloned();
        let Some(challenge) = challenge else {
            return [first, self.sends(phone, method, names, 2, "")].concat();
        };
        let rsip::sip::SipMessage::Response(challenge) = message::read(challenge.as_bytes()) else { return first };
        let place = self.net.place_of(phone);
        let method_of_rsip = rsip::sip::Method::try_from(method.as_str()).expect("a method that rsip knows");
        let uri = format!("sip:{}@{}", names.user, names.host);
        let value = self.net.phones[place].answer_to(&challenge, method_of_rsip, &uri);
        self.sends(phone, method, names, 2, &format!("Authorization: {value}\r\n"))
    }

    fn sends(&mut self, phone: &str, method: &Method, names: &Names, cseq: u32, more: &str) -> Vec<String> {
        let place = self.net.place_of(phone);
        let (from, me) = (self.net.phones[place].addr, self.net.phones[place].user.clone().unwrap_or_default());
        let Names { user, host, call_id, from_tag, branch, sent_by } = names;
        let text = format!(
            "{method} sip:{user}@{host} SIP/2.0\r\nVia: SIP/2.0/UDP {sent_by};branch={branch}{cseq};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{me}@{SERVER}>;tag={from_tag}\r\nTo: <sip:{user}@{host}>\r\n\
             Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{me}@{from}>\r\n{more}Content-Length: 0\r\n\r\n"
        );
        let now = self.net.moment();
        let wishes = self.net.exchange.receive(now, from, Bytes::from(text));
        let to_me = wishes.into_iter().filter_map(|wish| match wish {
            Wish::Send { to, bytes } if to == from => Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => None,
        });
        to_me.filter(|answer| !is_provisional(answer)).collect()
    }
}

fn is_provisional(answer: &str) -> bool {
    let status = Message::parse(answer.as_bytes().to_vec()).ok().and_then(|message| message.status());
    status.is_some_and(StatusCode::is_provisional)
}

#[test]
fn every_method_answers_a_foreign_tenant_as_if_nothing_were_there() {
    for method in &KNOWN {
        for kind in KINDS {
            let mut case = Case::new();
            let before = case.net.exchange.events.len();
            let word = format!("{}-{kind:?}", method.as_str());
            let [theirs, nobodys] = case.names(kind, &word);
            // Else the second request would be the first one again, or on another way (RFC 3261 §8.2.2.2, §17.2.3).
            let (call_id, branch) = (format!("{}-nobody", nobodys.call_id), format!("{}-nobody", nobodys.branch));
            let nobodys = Names { call_id, branch, ..nobodys };
            let one = case.asks("globex/103", method, &theirs);
            let other = case.asks("globex/103", method, &nobodys);
            let hidden = |names: &Names, answers: &[String]| -> Vec<String> {
                answers.iter().map(|answer| names.hide(answer)).collect()
            };
            assert_eq!(hidden(&theirs, &one), hidden(&nobodys, &other), "{method} to Acme's {kind:?}");
            let heard = &case.net.exchange.events[before..];
            let acme = TenantId::of_key("acme");
            assert!(heard.iter().all(|event| event.tenant != acme), "Acme noticed: {heard:?}");
        }
    }
}

#[test]
fn call_goes_on_whatever_others_send() {
    let mut case = Case::new();
    for method in &KNOWN {
        let names = case.acme_call.clone();
        case.asks("globex/103", method, &names);
    }
    case.net.run_for(secs(3));
    let rung = case.net.all_seen("acme/102");
    assert!(matches!(rung, [view] if view.code == Some(200)), "{rung:?}");
}
