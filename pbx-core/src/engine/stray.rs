//! A 2xx that no call wants: it came after our CANCEL, from a second phone behind a proxy, or after
//! the caller hung up. The phone believes that it talks, so it gets its ACK and a BYE (RFC 3261
//! §13.2.2.4, §15).
//!
//! They go back the way that the 2xx came or its INVITE went, and their Route headers lead them on
//! from there: to an address that the 2xx names, anybody who writes one would send us.

use crate::base::flow::Flow;
use crate::context::ctx::Ctx;
use crate::context::owner::TransactionUser;
use crate::message::writer::via;
use pbx_sip::build::RequestBuilder;
use pbx_sip::dialog::{Dialog, RequestParts};
use pbx_sip::transaction::TransactionId;
use pbx_sip::{HeaderName, Message, Method};

/// Acknowledges a 2xx of an INVITE that is still known, and hangs up.
pub(crate) fn hang_up(ctx: &mut Ctx<'_>, invite: TransactionId, user: &TransactionUser, response: &Message) {
    if ctx.shared.may_fork(invite) {
        acknowledge_and_leave(ctx, Some(invite), user, response);
    }
}

/// Acknowledges a 2xx of an INVITE that is known no more, and hangs up. Its branch and its tag are
/// of our making, or it goes without an answer.
pub(crate) fn hang_up_unknown(ctx: &mut Ctx<'_>, flow: Flow, response: &Message) {
    let branch = response.via().ok().and_then(|via| ctx.shared.tokens.read_branch(via.branch()?));
    let now = ctx.now().mono;
    if branch.is_some_and(|branch| ctx.shared.strays.take(now, branch.random)) {
        acknowledge_and_leave(ctx, None, &TransactionUser::nobody(flow), response);
    }
}

fn acknowledge_and_leave(ctx: &mut Ctx<'_>, invite: Option<TransactionId>, user: &TransactionUser, response: &Message) {
    let from = response.from_addr().ok();
    let ours = from.and_then(|from| ctx.shared.tokens.read_tag(from.tag()?));
    let Some((slot, mut dialog)) = ours.and_then(|ours| Some((ours.slot, dialog_of(response)?))) else { return };
    let branch = ctx.branch(slot);
    let Some(ack_via) = via(&user.flow, &branch) else { return };
    if let Ok(ack) = dialog.ack(response, RequestParts::new(&ack_via)) {
        if let Some(invite) = invite {
            ctx.shared.keep_ack(invite, response, user.flow, &ack);
        }
        ctx.send_bytes(user.flow, ack, user.about);
    }
    let branch = ctx.branch(slot);
    let Some(bye_via) = via(&user.flow, &branch) else { return };
    if let Ok(bye) = dialog.request(&Method::Bye, RequestParts::new(&bye_via)) {
        ctx.request_as(user.clone(), &bye);
    }
}

/// Rebuilds the dialog that the phone believes in. The INVITE is gone, but the response repeats all
/// of it that a dialog needs.
fn dialog_of(response: &Message) -> Option<Dialog> {
    let contact = response.contact().ok().flatten()?;
    let mut invite = RequestBuilder::new(&Method::Invite, contact.uri());
    for name in [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::Cseq] {
        invite = invite.copy(response, name);
    }
    Dialog::uac(&invite.finish().ok()?, response).ok()
}
