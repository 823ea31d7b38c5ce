//! A 2xx that no call wants: it came after our CANCEL, from a second phone behind a proxy, or after
//! the caller hung up. The phone believes that it talks, so it gets its ACK and a BYE (RFC 3261
//! §13.2.2.4, §15).
//!
//! They go back the way that the 2xx came or its INVITE went, and their Route headers lead them on
//! from there: to an address that the 2xx names, anybody who writes one would send us.

use super::cx::Cx;
use super::leg::via;
use super::shared::{User, Whose, timers};
use crate::base::flow::Flow;
use crate::base::time::Instant;
use pbx_sip::build::RequestBuilder;
use pbx_sip::dialog::{Dialog, Parts};
use pbx_sip::transaction::TransactionId;
use pbx_sip::{HeaderName, Message, Method};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Branches that are remembered, and so the BYEs that may be on their way at once.
const MOST: usize = 256;

/// The branches of unknown INVITEs whose 2xx was hung up lately: once each, and only so many while
/// their BYEs are repeated.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Strays(VecDeque<(Instant, u64)>);

impl Strays {
    /// Whether this branch is to be hung up now; then it is remembered.
    fn take(&mut self, now: Instant, branch: u64) -> bool {
        let lasts = timers().give_up();
        while self.0.front().is_some_and(|(since, _)| now.since(*since) >= lasts) {
            self.0.pop_front();
        }
        if self.0.len() >= MOST || self.0.iter().any(|(_, known)| *known == branch) {
            return false;
        }
        self.0.push_back((now, branch));
        true
    }
}

/// Acknowledges a 2xx of an INVITE that is still known, and hangs up.
pub(super) fn hang_up(cx: &mut Cx<'_>, invite: TransactionId, user: &User, response: &Message) {
    if cx.shared.may_fork(invite) {
        acknowledge_and_leave(cx, Some(invite), user, response);
    }
}

/// Acknowledges a 2xx of an INVITE that is known no more, and hangs up. Its branch and its tag are
/// of our making, or it goes without an answer.
pub(super) fn hang_up_unknown(cx: &mut Cx<'_>, flow: Flow, response: &Message) {
    let branch = response.via().ok().and_then(|via| cx.shared.tokens.read_branch(via.branch()?));
    let now = cx.now().mono;
    if branch.is_some_and(|branch| cx.shared.strays.take(now, branch.random)) {
        acknowledge_and_leave(cx, None, &User { flow, whose: Whose::Nobody }, response);
    }
}

fn acknowledge_and_leave(cx: &mut Cx<'_>, invite: Option<TransactionId>, user: &User, response: &Message) {
    let from = response.from_addr().ok();
    let ours = from.and_then(|from| cx.shared.tokens.read_tag(from.tag()?));
    let Some((slot, mut dialog)) = ours.and_then(|ours| Some((ours.slot, dialog_of(response)?))) else { return };
    let branch = cx.branch(slot);
    let Some(ack_via) = via(&user.flow, &branch) else { return };
    if let Ok(ack) = dialog.ack(response, Parts::new(&ack_via)) {
        if let Some(invite) = invite {
            cx.shared.keep_ack(invite, response, user.flow, &ack);
        }
        cx.send_bytes(user.flow, ack, user.whose.about());
    }
    let branch = cx.branch(slot);
    let Some(bye_via) = via(&user.flow, &branch) else { return };
    if let Ok(bye) = dialog.request(&Method::Bye, Parts::new(&bye_via)) {
        cx.request(user.flow, user.whose, &bye);
    }
}

/// The dialog that the phone believes in. The INVITE is gone; what a dialog takes of it stands in
/// the response, too.
fn dialog_of(response: &Message) -> Option<Dialog> {
    let contact = response.contact().ok().flatten()?;
    let mut invite = RequestBuilder::new(&Method::Invite, contact.uri());
    for name in [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::Cseq] {
        invite = invite.copy(response, name);
    }
    Dialog::uac(&invite.finish().ok()?, response).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn each_branch_is_hung_up_once_while_its_bye_may_be_repeated() {
        let mut strays = Strays::default();
        assert!(strays.take(at(0), 1) && strays.take(at(1), 2));
        assert!(!strays.take(at(31), 1) && !strays.take(at(31), 2));
        assert!(strays.take(at(32), 1) && !strays.take(at(32), 2));
    }

    #[test]
    fn ten_times_as_many_as_are_remembered_are_not_hung_up() {
        let mut strays = Strays::default();
        let taken = (0..10 * MOST as u64).filter(|branch| strays.take(at(0), *branch)).count();
        assert_eq!((taken, strays.0.len()), (MOST, MOST));
        assert!(strays.take(at(32), 1) && strays.0.len() == 1, "they are forgotten again");
    }
}
