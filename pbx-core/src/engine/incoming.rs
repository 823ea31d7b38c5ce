//! From an INVITE to a call.

use super::calls::Calls;
use crate::base::flow::Flow;
use crate::base::ids::{AuditId, CallId};
use crate::call::core::{CallCore, Requested};
use crate::call::leg::reachability::Reachability;
use crate::call::leg::{Leg, identity};
use crate::cause;
use crate::cdr::Assembly;
use crate::context::ctx::Ctx;
use crate::context::owner::{CallRef, Purpose, TransactionUser};
use crate::decision::Final;
use crate::dial_plan::Dialled;
use crate::directory::{Directory, Tenant};
use crate::door::Who;
use crate::event::{Direction, EventKind, Party};
use crate::journal::{AuditLine, Entry};
use crate::message::writer::{self, RETRY_AFTER_S};
use pbx_sip::Message;
use pbx_sip::dialog::Dialog;
use pbx_sip::transaction::TransactionId;

/// An INVITE outside of a dialog, from a sender that the door knows.
pub(crate) struct Incoming<'a> {
    pub(crate) id: TransactionId,
    /// The transaction of the same request that came by another way.
    pub(crate) merged: Option<TransactionId>,
    pub(crate) flow: Flow,
    pub(crate) invite: &'a Message,
    pub(crate) who: &'a Who,
}

impl Incoming<'_> {
    /// Returns whether this is an INVITE of the same tenant that came before by another way (RFC
    /// 3261 §8.2.2.2). Another tenant's INVITE with the same ids does not count, so that nobody
    /// learns of another's calls.
    pub(crate) fn is_merged(&self, ctx: &Ctx<'_>) -> bool {
        let (Who::Device { tenant, .. } | Who::Trunk { tenant, .. }) = self.who else { return false };
        let first = self.merged.and_then(|first| ctx.shared.layer.user(first));
        first.is_some_and(|first| first.about.is_some_and(|(theirs, _)| theirs == *tenant))
    }
}

/// The refusal of an INVITE that does not become a call: a status code, and perhaps a header for
/// the answer.
struct EarlyRefusal(u16, Option<(&'static str, String)>);

impl Calls {
    /// Makes a call of an INVITE, or answers why not.
    pub(crate) fn invited(&mut self, ctx: &mut Ctx<'_>, incoming: &Incoming<'_>) {
        if let Err(EarlyRefusal(code, header)) = self.make_call(ctx, incoming) {
            let tag = ctx.mint_for(incoming.who);
            let header = header.as_ref().map(|(name, value)| (*name, value.as_str()));
            let headers = header.as_slice();
            if let Some(response) = writer::answer_with(incoming.invite, code, &tag, headers) {
                ctx.respond(incoming.id, &response);
            }
        }
    }

    fn make_call(&mut self, ctx: &mut Ctx<'_>, incoming: &Incoming<'_>) -> Result<(), EarlyRefusal> {
        let (Who::Device { tenant: id, .. } | Who::Trunk { tenant: id, .. }) = incoming.who else {
            return Err(EarlyRefusal(403, None));
        };
        let Some(tenant) = ctx.world.directory.tenant(*id) else { return Err(EarlyRefusal(404, None)) };
        let dialled = dialled(ctx.world.directory, tenant, incoming);
        let emergency = matches!(dialled, Dialled::Emergency(_));
        if ctx.shared.draining && !emergency {
            return Err(EarlyRefusal(503, Some(("Retry-After", RETRY_AFTER_S.to_string()))));
        }
        let (hops, most) = (identity::hops(incoming.invite), ctx.world.settings.max_hops);
        if identity::max_forwards(incoming.invite) == 0 || hops >= most {
            return Err(EarlyRefusal(483, None));
        }
        let (mut core, mut leg) = new_call(ctx, tenant, dialled, incoming)?;
        let request = &mut core.request;
        if emergency {
            emergency_without_route(ctx, core.id, &request.dialled, core.record.from());
        } else if let Some(full) = self.running().refusal(ctx.world.settings, tenant.id, request.device) {
            request.fault = Some(Final::of(full));
        }
        if let Err(unfit) = leg.session.take_invite(incoming.invite, incoming.flow.remote.ip()) {
            let cause = if unfit.code == 400 { cause::BAD_OFFER } else { cause::NOT_ACCEPTABLE };
            request.fault = Some(Final::new(unfit.code, cause.code));
        }
        self.add_leg(leg);
        self.begin(ctx, core);
        Ok(())
    }
}

fn dialled(directory: &Directory, tenant: &Tenant, incoming: &Incoming<'_>) -> Dialled {
    let original = identity::dialled(incoming.invite);
    match incoming.who {
        Who::Trunk { number, .. } => {
            Dialled::Number(tenant.numbers.get(number).map_or(original, |number| number.e164.clone()))
        }
        _ => {
            let is_extension = |extension: &str| tenant.extensions.contains_key(extension);
            match Dialled::read(&original, &tenant.country, is_extension) {
                Dialled::Unknown(user) => colleague(directory, tenant, &user).unwrap_or(Dialled::Unknown(user)),
                dialled => dialled,
            }
        }
    }
}

/// Finds the extension of the colleague whose device has this SIP user: softphones keep addresses,
/// not numbers, and call them back.
fn colleague(directory: &Directory, tenant: &Tenant, user: &str) -> Option<Dialled> {
    let (theirs, device) = directory.device_of_sip_user(user).filter(|(theirs, _)| theirs.id == tenant.id)?;
    let person = theirs.people.get(&device.person)?;
    Some(Dialled::Extension(person.extension.clone()))
}

/// Makes a call and the leg that asks for it.
fn new_call(
    ctx: &mut Ctx<'_>,
    tenant: &Tenant,
    dialled: Dialled,
    incoming: &Incoming<'_>,
) -> Result<(CallCore, Leg), EarlyRefusal> {
    let (now, invite) = (ctx.now(), incoming.invite);
    let id = CallRef { tenant: tenant.id, call: CallId::mint(now.wall, ctx.random_id()) };
    let tag = ctx.mint(id.slot());
    let dialog = Dialog::uas(invite, &tag).map_err(|_| EarlyRefusal(400, None))?;
    let from = identity::caller(tenant, incoming.who, invite);
    let (direction, device, did) = match incoming.who {
        Who::Device { device, .. } => (Direction::Internal, Some(*device), None),
        Who::Trunk { number, .. } => (Direction::Inbound, None, Some(*number)),
        Who::Known => return Err(EarlyRefusal(403, None)),
    };
    let reachability = Reachability::of_caller(ctx, (tenant.id, from.device), &incoming.flow, invite);
    let mut leg = Leg::new(ctx, id, from.clone(), (incoming.flow, tag), reachability);
    (leg.invite, leg.transaction, leg.dialog) = (Some(invite.clone()), Some(incoming.id), Some(dialog));
    let sip_call_id = invite.call_id().map(|id| id.to_string()).unwrap_or_default();
    let original = identity::dialled(invite);
    let mut record = Assembly::new(id.call, tenant.id, sip_call_id.clone(), direction, from, original, now.wall);
    record.meant(meant(tenant, &dialled));
    let request = Requested {
        dialled,
        did,
        device,
        seed: ctx.random(),
        fault: None,
        hops: identity::hops(invite),
        max_forwards: identity::max_forwards(invite).saturating_sub(1).min(70),
    };
    let mut core = CallCore { id, legs: vec![leg.id], originator: Some(leg.id), thread: 0, record, request };
    core.started(ctx, &leg, sip_call_id);
    ctx.shared.lead(&leg.tag, leg.id);
    if let Some(user) = ctx.shared.layer.user_mut(incoming.id) {
        *user = TransactionUser { flow: leg.flow, about: id.about(), purpose: Purpose::Answer(leg.id) };
    }
    ctx.received(id.tenant, id.call, leg.flow, invite);
    Ok((core, leg))
}

/// Determines the party that was dialled: a person by the extension, else the number in the one
/// form that all its spellings have.
fn meant(tenant: &Tenant, dialled: &Dialled) -> Party {
    let person = match dialled {
        Dialled::Extension(extension) => tenant.person_at(extension),
        _ => None,
    };
    let number = || Party { number: dialled.as_str().to_owned(), ..Party::default() };
    person.map_or_else(number, |person| identity::of_person(person, None))
}

/// Raises an alarm, and writes a line to the audit, for an emergency call that has no route.
fn emergency_without_route(ctx: &mut Ctx<'_>, CallRef { tenant, call }: CallRef, dialled: &Dialled, from: &Party) {
    let detail = dialled.as_str().to_owned();
    let id = AuditId::mint(ctx.now().wall, ctx.random_id());
    ctx.journal(Entry::Audit(AuditLine {
        id,
        tenant: Some(tenant),
        at: ctx.now().wall,
        actor: from.number.clone(),
        action: "emergency.without-route".to_owned(),
        object: call.to_string(),
        detail: serde_json::json!({ "dialled": detail }),
    }));
    ctx.publish(tenant, Some(call), EventKind::Alarm { code: "emergency-without-route".to_owned(), detail });
}
