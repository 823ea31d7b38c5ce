//! What a phone repeats until it is answered or acknowledged (RFC 3261 §17).

use super::{Alarm, Do, Phone};
use pbx_core::base::time::Instant;
use std::time::Duration;

/// RFC 3261 §17.1.1.1.
const T1: Duration = Duration::from_millis(500);
/// RFC 3261 §17.1.2.1.
const T2: Duration = Duration::from_secs(4);
/// How long it tries: 64 × T1.
const PATIENCE: Duration = Duration::from_secs(32);

/// A request that was sent.
pub(super) struct Sent {
    pub(super) bytes: Vec<u8>,
    pub(super) method: &'static str,
    pub(super) call: String,
    /// It was answered, finally or, an INVITE, provisionally.
    pub(super) quiet: bool,
    pub(super) done: bool,
    since: Instant,
    interval: Duration,
}

/// A request that was answered.
pub(super) struct Answered {
    pub(super) bytes: Vec<u8>,
    /// A final answer to an INVITE wants an ACK.
    pub(super) acknowledged: bool,
    since: Instant,
    interval: Duration,
}

impl Phone {
    /// Sends a request and repeats it until it is answered.
    pub(super) fn send(
        &mut self,
        now: Instant,
        branch: &str,
        method: &'static str,
        call: &str,
        bytes: Vec<u8>,
        out: &mut Vec<Do>,
    ) {
        out.push(Do::Send(bytes.clone()));
        // What a connection carries is not sent again.
        let interval = if self.over.is_reliable() { PATIENCE } else { T1 };
        out.push(Do::Later(interval, Alarm::Again(branch.to_owned())));
        let sent = Sent { bytes, method, call: call.to_owned(), quiet: false, done: false, since: now, interval };
        self.sent.insert(branch.to_owned(), sent);
    }

    /// Repeats a request, or gives it up.
    pub(super) fn again(&mut self, now: Instant, branch: &str, out: &mut Vec<Do>) {
        let Some(sent) = self.sent.get_mut(branch) else { return };
        if sent.done || (sent.quiet && sent.method == "INVITE") {
            return;
        }
        if now.since(sent.since) >= PATIENCE {
            sent.done = true;
            let (method, call) = (sent.method, sent.call.clone());
            return self.unanswered(now, method, &call, 408, out);
        }
        out.push(Do::Send(sent.bytes.clone()));
        sent.interval = match sent.method {
            "INVITE" => sent.interval * 2,
            _ if sent.quiet => T2,
            _ => (sent.interval * 2).min(T2),
        };
        out.push(Do::Later(sent.interval, Alarm::Again(branch.to_owned())));
    }

    /// Answers, and repeats a final answer to an INVITE until its ACK.
    pub(super) fn reply(
        &mut self,
        now: Instant,
        branch: &str,
        method: &str,
        is_final: bool,
        bytes: Vec<u8>,
        out: &mut Vec<Do>,
    ) {
        out.push(Do::Send(bytes.clone()));
        let key = (branch.to_owned(), method.to_owned());
        let waits = method == "INVITE" && is_final;
        // A 200 is repeated until its ACK on connections, too (RFC 3261 §13.3.1.4).
        let once = self.over.is_reliable() && !bytes.starts_with(b"SIP/2.0 2");
        let interval = if once { PATIENCE } else { T1 };
        if waits {
            out.push(Do::Later(interval, Alarm::AnswerAgain(key.0.clone(), key.1.clone())));
        }
        self.answered.insert(key, Answered { bytes, acknowledged: !waits, since: now, interval });
    }

    /// The same request has come before: it gets the same answer.
    pub(super) fn is_repeated(&self, branch: &str, method: &str, out: &mut Vec<Do>) -> bool {
        let answered = self.answered.get(&(branch.to_owned(), method.to_owned()));
        if let Some(answered) = answered {
            out.push(Do::Send(answered.bytes.clone()));
        }
        answered.is_some()
    }

    pub(super) fn answer_again(&mut self, now: Instant, branch: String, method: String, out: &mut Vec<Do>) {
        let key = (branch, method);
        let Some(answered) = self.answered.get_mut(&key).filter(|answered| !answered.acknowledged) else { return };
        if now.since(answered.since) >= PATIENCE {
            answered.acknowledged = true;
            return self.unacknowledged(now, &key.0, out);
        }
        out.push(Do::Send(answered.bytes.clone()));
        answered.interval = (answered.interval * 2).min(T2);
        out.push(Do::Later(answered.interval, Alarm::AnswerAgain(key.0, key.1)));
    }
}
