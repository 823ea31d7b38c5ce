//! What was refused outside of a call, for whoever wonders why a phone or a carrier gets nowhere: a line for each source and
//! kind of answer, and then silence for a while, so that a scan does not fill the audit.

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
/// Sources and answers that are remembered. They are forgotten all at once: then some are news again.
const MOST: usize = 4096;

/// What is remembered of an account's name.
const LONGEST: usize = 64;

/// Answers that are a part of life: challenges, requests of dialogs that are over, calls that were given up.
const USUAL: [u16; 5] = [401, 407, 408, 481, 487];

/// What may be news of a source.
#[derive(PartialEq, Eq, Hash, Debug)]
enum News {
    /// That it gets this answer.
    Answer(u16),
    /// That the credentials of this account can't be used.
    Account(Box<str>),
}

/// Remembers what was told.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    told: HashMap<(IpAddr, News), Instant>,
    /// The source of a datagram is easily forged: there are only so many lines, whoever is refused.
    pub(super) budget: Budget,
}

impl Refusals {
    /// Returns whether it is news that credentials of this account from there can't be used, and takes it as told.
    pub(super) fn is_news(&mut self, now: Instant, source: SocketAddr, account: &str) -> bool {
        let account = account.chars().take(LONGEST).collect::<String>();
        self.is_new(now, source, News::Account(account.into()))
    }

    fn is_new(&mut self, now: Instant, source: SocketAddr, news: News) -> bool {
        let news = (source.ip(), news);
        let is_old = self.told.get(&news).is_some_and(|told| now.since(*told) < QUIET);
        if is_old || !self.budget.takes(now, source) {
            return false;
        }
        if self.told.len() >= MOST {
            self.told.clear();
        }
        self.told.insert(news, now);
        true
    }

    /// What there is to tell of an answer that goes to this address, if it is a refusal and news. Where the sender has
    /// proven who it is, `known` says whose device that is; a mere claim must not fill a company's audit.
    pub(super) fn note(
        &mut self,
        now: Now,
        to: SocketAddr,
        answer: &Bytes,
        known: Option<&Directory>,
    ) -> Option<Alarm> {
        let status = refusal(answer)?;
        let source = SocketAddr::new(to.ip().to_canonical(), to.port());
        if !self.is_new(now.mono, source, News::Answer(status)) {
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

/// Who is meant: a user name or a number.
fn user(address: &NameAddr) -> String {
    match address.uri() {
        Uri::Sip(uri) => uri.user_unescaped().map(Cow::into_owned).unwrap_or_default(),
        Uri::Tel(uri) => uri.number().to_owned(),
        Uri::Other(_) => String::new(),
    }
}

/// The status of an answer that refuses.
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
        let told = refusals.note(at(0), one, &answer("404 Not Found"), None).unwrap();
        assert_eq!((told.account.as_str(), told.tenant), ("desk", None));
        let line = told.audit(crate::base::ids::AuditId::of_key("line"));
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
        let mut told = |seconds| {
            let sources = (0..10_000_u32).map(|n| SocketAddr::from((std::net::Ipv4Addr::from(n), 5060)));
            sources.filter(|from| refusals.note(at(seconds), *from, &answer("404 Not Found"), None).is_some()).count()
        };
        assert_eq!(told(0), 60);
        assert_eq!(told(59), 0);
        assert_eq!(told(60), 60);
    }

    #[test]
    fn ten_times_as_many_sources_as_are_remembered_take_no_more_memory() {
        let mut refusals = Refusals::default();
        for n in 0..10 * MOST as u32 {
            let source = SocketAddr::from((std::net::Ipv4Addr::from(n), 5060));
            let line = refusals.note(at(u64::from(n)), source, &answer("404 Not Found"), None);
            assert!(line.is_some() && refusals.told.len() <= MOST, "{n}");
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
