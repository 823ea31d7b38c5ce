//! One message's way through the door.

use super::alarm::Alarm;
use super::identity::{Identity, calls_for_help};
use super::lock::locked;
use super::moment::{Moment, source_of};
use super::trunk::{number_called, trunk_of};
use super::verdict::{Admission, Verdict, Who};
use super::{Door, pending};
use crate::base::flow::{Flow, network};
use crate::base::ids::Slot;
use crate::base::time::{Instant, Now};
use crate::directory::{Directory, Trunk};
use crate::sip_methods::{self, OutsideDialog};
use bytes::Bytes;
use pbx_sip::edit::Editor;
use pbx_sip::error::Malformed;
use pbx_sip::framing::FramingError;
use pbx_sip::gate::{self, Fault};
use pbx_sip::{HeaderError, HeaderName, Message, Method, StatusCode, Uri};

/// The fault of credentials that name another number than the request does (RFC 7616 §3.4.6).
const FOR_ANOTHER: Malformed = Malformed("its uri names somebody else than the request does");

/// An admission without the flow of its answer.
struct Judged {
    verdict: Verdict,
    alarm: Option<Alarm>,
}

impl From<Verdict> for Judged {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, alarm: None }
    }
}

impl Door {
    /// Judges one datagram, or one message cut from a stream. `random` is fresh randomness.
    pub fn admit(&self, now: Now, random: u64, directory: &Directory, flow: Flow, bytes: Bytes) -> Admission {
        let moment = Moment { now, random, directory, flow };
        let mut answered = flow;
        let Judged { verdict, alarm } = match gate::judge(bytes, &self.answers.policy()) {
            gate::Verdict::Ignore(_) => Verdict::Drop.into(),
            gate::Verdict::Refuse(message, fault) => {
                answered = answers_of(flow, &message);
                let answer = self.answers.fault(&stamped(message.clone(), flow, true), &fault);
                self.rationed(moment, &message, answer.into())
            }
            gate::Verdict::Pass(message) if message.is_request() => {
                answered = answers_of(flow, &message);
                let judged = self.request(moment, message.clone());
                self.rationed(moment, &message, judged)
            }
            gate::Verdict::Pass(message) => self.response(message).into(),
        };
        Admission { verdict, flow: answered, alarm }
    }

    /// Returns the judgement, or a drop where it is an answer and its destination's ration is used
    /// up. Known phones and trunks have no ration, nor do connections, whose source can't be
    /// forged.
    fn rationed(&self, moment: Moment<'_>, request: &Message, judged: Judged) -> Judged {
        let has_ration = || !moment.flow.transport.is_reliable() && !self.is_known(moment, request);
        if !matches!(judged.verdict, Verdict::Answer(_)) || !has_ration() {
            return judged;
        }
        let help = calls_for_help(request);
        let may_leave = locked(&self.rations).take(moment.now.mono, moment.source().ip(), help);
        Judged { verdict: if may_leave { judged.verdict } else { Verdict::Drop }, ..judged }
    }

    /// Returns whether a request comes from a trunk's peer, or from the very place where the phone
    /// that it names has proven its password. From beside that place our silence must not show
    /// which phones are there.
    fn is_known(&self, moment: Moment<'_>, request: &Message) -> bool {
        let (directory, source) = (moment.directory, moment.source());
        let device = || {
            let from = request.from_addr().ok()?.uri().as_sip()?.user_unescaped()?;
            let (_, device) = directory.device_of_sip_user(&from)?;
            locked(&self.proven).is_here(moment.now.mono, source, device.id).then_some(())
        };
        directory.trunk_of_peer(source).is_some() || device().is_some()
    }

    /// Judges a stream that can't be cut into messages: what to answer, if anything, before the
    /// connection is closed.
    pub fn framing_failed(&self, flow: Flow, error: FramingError) -> Verdict {
        match gate::judge_uncut(error) {
            gate::Verdict::Refuse(message, fault) => self.answers.fault(&stamped(message, flow, true), &fault),
            gate::Verdict::Ignore(_) | gate::Verdict::Pass(_) => Verdict::Drop,
        }
    }

    /// Notes what an engine sends: after the final answer to an INVITE its CANCEL is expected only
    /// for as long as it may be on its way.
    pub fn sent(&self, now: Instant, flow: &Flow, bytes: &Bytes) {
        let is_final =
            bytes.starts_with(b"SIP/2.0 ") && bytes.get(8).is_some_and(|digit| (b'2'..=b'6').contains(digit));
        if !is_final || memchr::memmem::find(bytes, b" INVITE\r\n").is_none() {
            return;
        }
        if let Some(key) = pending::InviteKey::of_answer(bytes, flow) {
            self.pending.answered(now, &key);
        }
    }

    fn request(&self, moment: Moment<'_>, message: Message) -> Judged {
        let trunk = trunk_of(moment, &message);
        let message = stamped(message, moment.flow, trunk.is_some());
        let Some(method) = message.method().cloned() else { return Verdict::Drop.into() };
        let tag = message.to_addr().ok().and_then(|to| to.tag().map(str::to_owned));
        match (sip_methods::outside(&method), tag, trunk) {
            (OutsideDialog::Registration, _, _) | (_, None, _) if lacks_tls(moment.flow, &message) => {
                self.answers.status(&message, StatusCode::UNSUPPORTED_URI_SCHEME).into()
            }
            (OutsideDialog::Registration, _, _) if names_no_account(&message) => {
                let fault = Malformed("what is registered is a sip or sips address");
                let fault = Fault::Header(HeaderError::Malformed(HeaderName::To, fault));
                self.answers.fault(&message, &fault).into()
            }
            (OutsideDialog::Registration, _, None) => self.identified(moment, message),
            (OutsideDialog::Registration, _, Some(_)) => {
                self.answers.by_method(&message, StatusCode::METHOD_NOT_ALLOWED).into()
            }
            (_, Some(tag), _) => self.within_dialog(&method, &tag, message).into(),
            (OutsideDialog::WithInvite, None, _) => self.follows_invite(moment, &method, message).into(),
            (OutsideDialog::Call, None, Some(trunk)) => self.trunk_calls(moment, trunk, message),
            (OutsideDialog::Call, None, None) => self.identified(moment, message),
            (OutsideDialog::Answer(status), None, _) => self.answers.by_method(&message, status).into(),
        }
    }

    /// Judges a request with a To-tag: it goes to the slot in our tag, or gets a 481 (RFC 3261
    /// §12.2.2).
    fn within_dialog(&self, method: &Method, tag: &str, message: Message) -> Verdict {
        match self.tokens.read_tag(tag) {
            Some(ours) => Verdict::Deliver { slot: ours.slot, message, who: Who::Known },
            None if *method == Method::Ack => Verdict::Drop,
            None => self.answers.status(&message, StatusCode::CALL_DOES_NOT_EXIST),
        }
    }

    /// Judges a CANCEL, or an ACK without a tag of ours: it goes where its INVITE went (RFC 3261
    /// §9.2, §17.2.3).
    fn follows_invite(&self, moment: Moment<'_>, method: &Method, message: Message) -> Verdict {
        let slot =
            pending::InviteKey::of(&message, moment.flow).and_then(|key| self.pending.slot_of(moment.now.mono, &key));
        match slot {
            Some(slot) => Verdict::Deliver { slot, message, who: Who::Known },
            None if *method == Method::Ack => Verdict::Drop,
            None => self.answers.status(&message, StatusCode::CALL_DOES_NOT_EXIST),
        }
    }

    /// Judges an INVITE from a trunk: trunk and number decide the tenant.
    fn trunk_calls(&self, moment: Moment<'_>, trunk: &Trunk, message: Message) -> Judged {
        let found = number_called(moment.directory, trunk, &message);
        let Some((tenant, number)) = found else { return self.number_unknown(moment, &message) };
        let who = Who::Trunk { tenant: tenant.id, trunk: trunk.id, number: number.id };
        self.deliver(moment, tenant.id.slot(), message, who).into()
    }

    /// Answers 404. Its audit line has the number of the Request-URI, which the answer does not
    /// repeat.
    fn number_unknown(&self, moment: Moment<'_>, message: &Message) -> Judged {
        let verdict = self.answers.status(message, StatusCode::NOT_FOUND);
        let Verdict::Answer(answer) = &verdict else { return verdict.into() };
        let line = self.refused(moment.now, moment.source(), answer, None);
        let asked = message.uri().map(Uri::addressee).unwrap_or_default();
        Judged { alarm: line.map(|line| line.about(asked)), verdict }
    }

    /// Judges a REGISTER or an INVITE from an unknown source by its credentials.
    fn identified(&self, moment: Moment<'_>, message: Message) -> Judged {
        let identity = self.identity(moment, &message);
        match identity {
            Identity::Device { tenant, device, nonce, nonce_count } => {
                let who = Who::Device { tenant, device, nonce, nonce_count, revision: moment.directory.revision };
                self.deliver(moment, tenant.slot(), message, who).into()
            }
            Identity::ForAnother => {
                let fault = Fault::Header(HeaderError::Malformed(HeaderName::Authorization, FOR_ANOTHER));
                self.answers.fault(&message, &fault).into()
            }
            Identity::NotTheirs => self.answers.status(&message, StatusCode::FORBIDDEN).into(),
            Identity::Unproven { stale, alarm } => {
                let client = network(moment.source().ip());
                let nonce = self.nonces.issue(client, moment.now.mono.seconds(), moment.random);
                let verdict = self.answers.challenge(&message, &self.nonces.challenges(&nonce, stale));
                Judged { verdict, alarm }
            }
            Identity::Unheard { alarm } => Judged { verdict: Verdict::Drop, alarm },
            Identity::CallsForHelp { alarm } => Judged { verdict: self.answers.later(&message), alarm },
        }
    }

    /// Judges a response: it goes to the slot in our branch, or is dropped (RFC 3261 §18.1.2).
    fn response(&self, message: Message) -> Verdict {
        let ours = message.via().ok().and_then(|via| self.tokens.read_branch(via.branch()?));
        ours.map_or(Verdict::Drop, |ours| Verdict::Deliver { slot: ours.slot, message, who: Who::Known })
    }

    fn deliver(&self, moment: Moment<'_>, slot: Slot, message: Message, who: Who) -> Verdict {
        if message.is(&Method::Invite)
            && let Some(key) = pending::InviteKey::of(&message, moment.flow)
        {
            self.pending.note(moment.now.mono, key, slot);
        }
        Verdict::Deliver { slot, message, who }
    }
}

/// Returns whether the address that a REGISTER wants to bind is none of SIP (RFC 3261 §10.3 step 5,
/// RFC 4475 §3.3.4).
fn names_no_account(register: &Message) -> bool {
    register.to_addr().is_ok_and(|to| to.uri().as_sip().is_none())
}

/// Returns whether a request asks for TLS on every hop and came without: then it is refused
/// (RFC 3261 §26.2.2, RFC 5630 §3.1).
fn lacks_tls(flow: Flow, request: &Message) -> bool {
    !flow.transport.is_secure() && matches!(request.uri(), Ok(Uri::Sip(uri)) if uri.is_secure())
}

/// Returns the flow that a request is answered on, however often it is repeated: see
/// [`pbx_sip::Via::response_port`].
fn answers_of(flow: Flow, request: &Message) -> Flow {
    let port = request.via().ok().filter(|_| !flow.transport.is_reliable()).map(|via| via.response_port(flow.remote));
    let mut answered = flow;
    if let Some(port) = port {
        // The rest of the address stays: a link-local one needs its scope.
        answered.remote.set_port(port);
    }
    answered
}

/// Adds `received` and `rport` to the topmost Via (RFC 3261 §18.2.1, RFC 3581 §4), and removes an
/// identity that only a trusted peer may assert (RFC 3325 §5). A message that can't be edited stays
/// as it came.
fn stamped(message: Message, flow: Flow, trusted: bool) -> Message {
    let asserts = !trusted && message.header(HeaderName::PAssertedIdentity).is_some();
    // An edit of its own: a Via that can't be edited must not keep a forged identity.
    let without = asserts.then(|| Editor::new(&message).remove(HeaderName::PAssertedIdentity).finish().ok()).flatten();
    let message = without.unwrap_or(message);
    let Some(via) = message.via().ok().and_then(|via| via.received_from(source_of(flow))) else { return message };
    let spliced = message.with_top_via(&via);
    let edited = || Editor::new(&message).first_value(HeaderName::Via, Some(via.text())).finish().ok();
    spliced.or_else(edited).unwrap_or(message)
}
