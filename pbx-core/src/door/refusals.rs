//! Refusals outside of calls, for the admin who wonders why a phone or a carrier gets nowhere: a
//! line for each source and kind of answer, then silence for a while, so that a scan does not fill
//! the audit.

use super::alarm::{Alarm, AlarmKind};
use super::budget::Budget;
use crate::base::time::{Instant, Now};
use crate::directory::Directory;
use bytes::Bytes;
use pbx_sip::message::Message;
use pbx_sip::{NameAddr, Uri};
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How long the same answer to the same source is no news.
const QUIET: Duration = Duration::from_secs(600);
/// Sources and answers that are remembered. They are forgotten all at once, and then some are news
/// again.
const MOST: usize = 4096;

/// The longest account name that is remembered, in characters.
const LONGEST: usize = 64;

/// Everyday answers: challenges, requests of dialogs that are over, calls that were given up.
const USUAL: [u16; 5] = [401, 407, 408, 481, 487];

/// A fact about a source that may be news.
#[derive(PartialEq, Eq, Hash, Debug)]
enum Reportable {
    /// It gets this answer.
    Answer(u16),
    /// The credentials of this account can't be used.
    Account(Box<str>),
}

/// The memory of what was reported.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    reported: HashMap<(IpAddr, Reportable), Instant>,
    /// The bound on lines of all sources: the source of a datagram is easily forged.
    pub(super) budget: Budget,
}

impl Refusals {
    /// Notes that credentials of this account from there can't be used, and returns whether that is
    /// news.
    pub(super) fn note_account(&mut self, now: Instant, source: SocketAddr, account: &str) -> bool {
        let account = account.chars().take(LONGEST).collect::<String>();
        self.is_new(now, source, Reportable::Account(account.into()))
    }

    fn is_new(&mut self, now: Instant, source: SocketAddr, news: Reportable) -> bool {
        let news = (source.ip(), news);
        let is_old = self.reported.get(&news).is_some_and(|reported| now.since(*reported) < QUIET);
        if is_old || !self.budget.takes(now, source) {
            return false;
        }
        if self.reported.len() >= MOST {
            self.reported.clear();
        }
        self.reported.insert(news, now);
        true
    }

    /// Returns a line about an answer that goes to this address, if it is a refusal and news.
    /// `known` says whose device the sender is, where it has proven that: a mere claim must not
    /// fill a company's audit.
    pub(super) fn note(
        &mut self,
        now: Now,
        to: SocketAddr,
        answer: &Bytes,
        known: Option<&Directory>,
    ) -> Option<Alarm> {
        let status = refusal(answer)?;
        let source = SocketAddr::new(to.ip().to_canonical(), to.port());
        if !self.is_new(now.mono, source, Reportable::Answer(status)) {
            return None;
        }
        let message = Message::parse(answer.clone()).ok()?;
        let account = message.from_addr().map(user).unwrap_or_default();
        Some(Alarm {
            kind: AlarmKind::Refused {
                status,
                reason: message.reason().unwrap_or_default().to_owned(),
                method: message.cseq().map(|cseq| cseq.method.to_string()).unwrap_or_default(),
                dialled: message.to_addr().map(user).unwrap_or_default(),
                sip_call_id: message.call_id().map(|id| id.to_string()).unwrap_or_default(),
            },
            at: now.wall,
            source,
            tenant: known.and_then(|known| known.device_of_sip_user(&account)).map(|(tenant, _)| tenant.id),
            account,
        })
    }
}

/// Returns the user name or number of an address.
fn user(address: &NameAddr) -> String {
    match address.uri() {
        Uri::Sip(uri) => uri.user_unescaped().map(Cow::into_owned).unwrap_or_default(),
        Uri::Tel(uri) => uri.number().to_owned(),
        Uri::Other(_) => String::new(),
    }
}

/// Returns the status of an answer that is a refusal, else `None`.
fn refusal(answer: &[u8]) -> Option<u16> {
    let digits = answer.strip_prefix(b"SIP/2.0 ")?.get(..3)?;
    let status: u16 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (status >= 400 && !USUAL.contains(&status)).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Wall;

    fn at(seconds: u64) -> Now {
        Now { mono: Instant::from_micros(seconds * 1_000_000), wall: Wall::from_micros(seconds as i64 * 1_000_000) }
    }

    fn answer(status: &str) -> Bytes {
        let text = format!(
            "SIP/2.0 {status}\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\nFrom: <sip:desk@a>;tag=1\r\n\
             To: <sip:+4930555199@a>;tag=2\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
        Bytes::from(text)
    }

    #[test]
    fn refusal_is_told_once_in_a_while_for_each_source() {
        let mut refusals = Refusals::default();
        let (one, other) = ("192.0.2.9:5060".parse().unwrap(), "192.0.2.10:5060".parse().unwrap());
        let reported = refusals.note(at(0), one, &answer("404 Not Found"), None).unwrap();
        assert_eq!((reported.account.as_str(), reported.tenant), ("desk", None));
        let line = reported.audit(crate::base::ids::AuditId::of_key("line"));
        assert_eq!((line.action.as_str(), line.object.as_str()), ("sip.refused", "desk"));
        assert_eq!(line.detail["status"], 404);
        assert_eq!((&line.detail["dialled"], &line.detail["sip_call_id"]), (&"+4930555199".into(), &"c1".into()));
        assert_eq!(refusals.note(at(1), one, &answer("404 Not Found"), None), None);
        assert!(refusals.note(at(1), one, &answer("413 Request Entity Too Large"), None).is_some());
        assert!(refusals.note(at(1), other, &answer("404 Not Found"), None).is_some());
        assert!(refusals.note(at(601), one, &answer("404 Not Found"), None).is_some());
    }

    #[test]
    fn forged_sources_do_not_fill_the_audit() {
        let mut refusals = Refusals::default();
        let mut reported = |seconds| {
            let sources = (0..10_000_u32).map(|n| SocketAddr::from((std::net::Ipv4Addr::from(n), 5060)));
            sources.filter(|from| refusals.note(at(seconds), *from, &answer("404 Not Found"), None).is_some()).count()
        };
        assert_eq!(reported(0), 60);
        assert_eq!(reported(59), 0);
        assert_eq!(reported(60), 60);
    }

    #[test]
    fn ten_times_as_many_sources_as_are_remembered_take_no_more_memory() {
        let mut refusals = Refusals::default();
        for n in 0..10 * MOST as u32 {
            let source = SocketAddr::from((std::net::Ipv4Addr::from(n), 5060));
            let line = refusals.note(at(u64::from(n)), source, &answer("404 Not Found"), None);
            assert!(line.is_some() && refusals.reported.len() <= MOST, "{n}");
        }
    }

    #[test]
    fn what_is_no_refusal_is_not_told() {
        let mut refusals = Refusals::default();
        let to = "192.0.2.9:5060".parse().unwrap();
        for usual in ["200 OK", "180 Ringing", "302 Moved", "401 Unauthorized", "481 Gone", "487 Request Terminated"] {
            assert_eq!(refusals.note(at(0), to, &answer(usual), None), None, "{usual}");
        }
        assert_eq!(refusals.note(at(0), to, &Bytes::from_static(b"INVITE sip:a SIP/2.0\r\n"), None), None);
    }
}
