//! A 2xx that no call wants: it came after our CANCEL, from a second phone behind a proxy, or after the caller hung up. The
//! phone believes that it talks, so it gets its ACK and a BYE (RFC 3261 §13.2.2.4, §15).

use super::cx::Cx;
use super::hop::hop_of;
use super::leg::via;
use super::shared::User;
use crate::token;
use pbx_sip::build::RequestBuilder;
use pbx_sip::dialog::{Dialog, Parts};
use pbx_sip::transaction::TransactionId;
use pbx_sip::{HeaderName, Message, Method};

/// Acknowledges a 2xx and hangs up. `invite` is its transaction, if that is still known.
pub(super) fn hang_up(cx: &mut Cx<'_>, invite: Option<TransactionId>, user: &User, response: &Message) {
    let from = response.from_addr().ok();
    let Some(slot) = from.as_ref().and_then(|from| from.tag()).and_then(token::slot_of) else { return };
    let Some(mut dialog) = dialog_of(response) else { return };
    let flow = hop_of(cx, user.flow, dialog.next_hop(), dialog.routes().is_empty());
    let branch = cx.branch(slot);
    let Some(ack_via) = via(&flow, &branch) else { return };
    if let Ok(ack) = dialog.ack(response, Parts::new(&ack_via)) {
        if let Some(invite) = invite {
            cx.shared.keep_ack(invite, response, flow, &ack);
        }
        cx.send_bytes(flow, ack, user.whose.about());
    }
    let branch = cx.branch(slot);
    let Some(bye_via) = via(&flow, &branch) else { return };
    if let Ok(bye) = dialog.request(&Method::Bye, Parts::new(&bye_via)) {
        cx.request(flow, user.whose, &bye);
    }
}

/// The dialog that the phone believes in. The INVITE is gone; what a dialog takes of it stands in the response, too.
fn dialog_of(response: &Message) -> Option<Dialog> {
    let contact = response.contact().ok().flatten()?;
    let mut invite = RequestBuilder::new(&Method::Invite, contact.uri());
    for name in [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::Cseq] {
        invite = invite.copy(response, name);
    }
    Dialog::uac(&invite.finish().ok()?, response).ok()
}
