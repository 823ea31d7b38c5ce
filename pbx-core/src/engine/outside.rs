//! Requests outside of a dialog that begin no call.

use crate::base::flow::Flow;
use crate::context::ctx::Ctx;
use crate::door::Who;
use crate::door::still_proves;
use crate::engine::incoming::Incoming;
use crate::message::writer::{self, Writer};
use crate::registrar::{Changes, KEEP_ALIVE};
use pbx_sip::Message;
use pbx_sip::transaction::TransactionId;

/// Answers 401 with a fresh nonce, to a digest that was used before.
pub(crate) fn challenge_again(ctx: &mut Ctx<'_>, incoming: &Incoming<'_>) {
    let salt = ctx.random();
    let source = incoming.flow.remote.ip();
    let Some(challenges) = ctx.shared.replays.challenge(source, ctx.world.now.mono, salt) else {
        return answer(ctx, incoming, 403);
    };
    let tag = ctx.mint_for(incoming.who);
    let mut writer = Writer::response(incoming.invite, 401, &tag);
    for challenge in challenges {
        writer.header("WWW-Authenticate", &challenge);
    }
    if let Some(response) = writer.reply(None) {
        ctx.respond(incoming.id, &response);
    }
}

/// Answers with a status and nothing more.
pub(crate) fn answer(ctx: &mut Ctx<'_>, incoming: &Incoming<'_>, code: u16) {
    let tag = ctx.mint_for(incoming.who);
    answer_as(ctx, incoming.id, incoming.invite, code, &tag);
}

/// Answers with a status and this To-tag.
pub(crate) fn answer_as(ctx: &mut Ctx<'_>, id: TransactionId, request: &Message, code: u16, tag: &str) {
    if let Some(response) = writer::answer(request, code, tag) {
        ctx.respond(id, &response);
    }
}

/// Answers what belongs to no dialog and no INVITE, and remembers nothing of it (RFC 3261 §12.2.2,
/// §9.2).
pub(crate) fn belongs_nowhere(ctx: &mut Ctx<'_>, flow: Flow, request: &Message) {
    let tag = ctx.mint_for(&Who::Known);
    if let Some(response) = writer::answer(request, 481, &tag) {
        ctx.send_bytes(flow, response.bytes, None);
    }
}

/// Carries out a REGISTER and promises the changes before it is answered.
pub(crate) fn register(ctx: &mut Ctx<'_>, incoming: &Incoming<'_>) {
    let Who::Device { tenant, device, revision, .. } = incoming.who else {
        return answer(ctx, incoming, 403);
    };
    let directory = ctx.world.directory;
    if *revision != directory.revision && !still_proves(directory, *tenant, *device, incoming.invite) {
        return challenge_again(ctx, incoming);
    }
    let (now, settings) = (ctx.now(), ctx.world.settings);
    let mut done = ctx.shared.registrar.register(now, settings, (*tenant, *device), incoming.invite, incoming.flow);
    for entry in std::mem::take(&mut done.entries) {
        ctx.journal(entry);
    }
    for event in std::mem::take(&mut done.events) {
        ctx.publish(*tenant, None, event);
    }
    let tag = ctx.mint_for(incoming.who);
    if let Some(response) = done.reply(incoming.invite, &tag) {
        ctx.respond(incoming.id, &response);
    }
}

impl Ctx<'_> {
    /// Reports to the journal and the bus the bindings that went without a REGISTER, and keeps
    /// others alive.
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
