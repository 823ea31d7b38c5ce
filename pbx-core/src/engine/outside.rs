//! Requests outside of a dialog that begin no call.

use crate::base::flow::{Flow, network};
use crate::context::cx::Cx;
use crate::context::wire::{self, Writer};
use crate::door::Who;
use crate::door::still_proves;
use crate::engine::incoming::Incoming;
use crate::registrar::{Changes, KEEP_ALIVE};
use crate::sip_methods::{self, OutsideDialog};
use pbx_sip::Message;
use pbx_sip::digest::Count;
use pbx_sip::transaction::TransactionId;

/// Whether this digest was used before. Asked after the transaction layer, which takes out retransmissions.
pub(crate) fn is_replay(cx: &mut Cx<'_>, who: &Who) -> bool {
    let Who::Device { nonce, nonce_count, .. } = who else { return false };
    let now = cx.now().mono.seconds();
    let oldest = now.saturating_sub(u64::from(cx.world.settings.nonce_lifetime_s));
    cx.shared.nonces.expire(oldest);
    cx.shared.nonces.note(nonce, *nonce_count) != Count::New
}

/// Answers 401 with a fresh nonce and `stale=true`, so that a phone whose nonce was forgotten tries again without asking
/// for a password.
pub(crate) fn challenge_again(cx: &mut Cx<'_>, incoming: &Incoming<'_>) {
    let (id, request) = (incoming.id, incoming.invite);
    let now = cx.now().mono.seconds();
    let salt = cx.random();
    let Some(nonces) = &cx.shared.challenges else { return answer(cx, incoming, 403) };
    let nonce = nonces.issue(network(incoming.flow.remote.ip()), now, salt);
    let challenges = nonces.challenges(&nonce, true);
    let tag = cx.mint_for(incoming.who);
    let mut writer = Writer::response(request, 401, &tag);
    for challenge in challenges {
        writer.header("WWW-Authenticate", &challenge.to_string());
    }
    if let Some(response) = writer.reply(None) {
        cx.respond(id, &response);
    }
}

/// Answers with a status and nothing more.
pub(crate) fn answer(cx: &mut Cx<'_>, incoming: &Incoming<'_>, code: u16) {
    let tag = cx.mint_for(incoming.who);
    answer_as(cx, incoming.id, incoming.invite, code, &tag);
}

/// Answers with a status and this To-tag.
pub(crate) fn answer_as(cx: &mut Cx<'_>, id: TransactionId, request: &Message, code: u16, tag: &str) {
    if let Some(response) = wire::answer(request, code, tag) {
        cx.respond(id, &response);
    }
}

/// Answers what belongs to no dialog and no INVITE, and remembers nothing of it (RFC 3261 §12.2.2, §9.2).
pub(crate) fn belongs_nowhere(cx: &mut Cx<'_>, flow: Flow, request: &Message) {
    let tag = cx.mint_for(&Who::Known);
    if let Some(response) = wire::answer(request, 481, &tag) {
        cx.send_bytes(flow, response.bytes, None);
    }
}

/// Carries out a REGISTER and promises the changes before it is answered.
pub(crate) fn register(cx: &mut Cx<'_>, incoming: &Incoming<'_>) {
    let Who::Device { tenant, device, revision, .. } = incoming.who else {
        return answer(cx, incoming, 403);
    };
    let directory = cx.world.directory;
    if *revision != directory.revision && !still_proves(directory, *tenant, *device, incoming.invite) {
        return challenge_again(cx, incoming);
    }
    let (now, settings) = (cx.now(), cx.world.settings);
    let done = cx.shared.registrar.register(now, settings, (*tenant, *device), incoming.invite, incoming.flow);
    for entry in done.entries {
        cx.journal(entry);
    }
    for event in done.events {
        cx.publish(*tenant, None, event);
    }
    let tag = cx.mint_for(incoming.who);
    let mut writer = match done.reason {
        Some(reason) => Writer::response_saying(incoming.invite, done.code, reason, &tag),
        None => Writer::response(incoming.invite, done.code, &tag),
    };
    for (name, value) in &done.headers {
        writer.header(name, value);
    }
    if let Some(response) = writer.reply(None) {
        cx.respond(incoming.id, &response);
    }
}

/// Answers a request whose method has no handler outside of a dialog.
pub(crate) fn other(cx: &mut Cx<'_>, incoming: &Incoming<'_>) {
    if let Some(OutsideDialog::Answer(status)) = incoming.invite.method().map(sip_methods::outside) {
        answer(cx, incoming, status.code());
    }
}

impl Cx<'_> {
    /// Tells the journal and the bus of bindings that went without a REGISTER, and keeps others
    /// alive.
    pub(crate) fn bindings_changed(&mut self, changes: Changes) {
        for entry in changes.entries {
            self.journal(entry);
        }
        for (tenant, event) in changes.events {
            self.publish(tenant, None, event);
        }
        for flow in changes.pings {
            self.send_bytes(flow, KEEP_ALIVE, None);
        }
    }
}
