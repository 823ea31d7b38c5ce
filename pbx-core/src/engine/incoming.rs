//! From an INVITE to a call.

use crate::base::flow::Flow;
use crate::base::ids::{AuditId, CallId, LegId, TenantId};
use crate::call::leg::hop::Reachability;
use crate::call::leg::identity;
use crate::call::leg::session::Session;
use crate::call::leg::{Leg, LegState, Owner};
use crate::call::setup::routing::Run;
use crate::call::state::Call;
use crate::call::talk::presence::Presence;
use crate::cause;
use crate::cdr::Assembly;
use crate::context::cx::Cx;
use crate::context::shared::{User, Whose};
use crate::context::wire;
use crate::decision::{Decider, Final};
use crate::dial_plan::Dialled;
use crate::directory::{Directory, Tenant};
use crate::door::Who;
use crate::engine::calls::Calls;
use crate::event::{Direction, EventKind, Party};
use crate::journal::{AuditLine, Entry};
use pbx_sip::Message;
use pbx_sip::dialog::Dialog;
use pbx_sip::transaction::TransactionId;

/// An INVITE outside of a dialog, from somebody that the door knows.
pub(crate) struct Incoming<'a> {
    pub(crate) id: TransactionId,
    /// The transaction of the same request that came by another way.
    pub(crate) merged: Option<TransactionId>,
    pub(crate) flow: Flow,
    pub(crate) invite: &'a Message,
    pub(crate) who: &'a Who,
}

impl Incoming<'_> {
    /// Whether this is an INVITE of the same tenant that came before by another way (RFC 3261 §8.2.2.2). Another tenant's
    /// INVITE with the same ids does not count, so that nobody learns of another's calls.
    pub(crate) fn is_merged(&self, cx: &Cx<'_>) -> bool {
        let (Who::Device { tenant, .. } | Who::Trunk { tenant, .. }) = self.who else { return false };
        let first = self.merged.and_then(|first| cx.shared.layer.user(first));
        first.is_some_and(|first| first.whose.about().is_some_and(|(theirs, _)| theirs == *tenant))
    }
}

/// Why an INVITE does not become a call: a status code, and perhaps a header for the answer.
struct Refusal(u16, Option<(&'static str, String)>);

impl Calls {
    /// Makes a call of an INVITE, or answers why not.
    pub(crate) fn invited(&mut self, cx: &mut Cx<'_>, incoming: &Incoming<'_>) {
        if let Err(Refusal(code, header)) = self.make_call(cx, incoming) {
            let tag = cx.mint_for(incoming.who);
            let header = header.as_ref().map(|(name, value)| (*name, value.as_str()));
            let headers = header.as_slice();
            if let Some(response) = wire::answer_with(incoming.invite, code, &tag, headers) {
                cx.respond(incoming.id, &response);
            }
        }
    }

    fn make_call(&mut self, cx: &mut Cx<'_>, incoming: &Incoming<'_>) -> Result<(), Refusal> {
        let (Who::Device { tenant: id, .. } | Who::Trunk { tenant: id, .. }) = incoming.who else {
            return Err(Refusal(403, None));
        };
        let Some(tenant) = cx.world.directory.tenant(*id) else { return Err(Refusal(404, None)) };
        let dialled = dialled(cx.world.directory, tenant, incoming);
        let emergency = matches!(dialled, Dialled::Emergency(_));
        if cx.shared.draining && !emergency {
            return Err(Refusal(503, Some(("Retry-After", crate::context::wire::RETRY_AFTER_S.to_string()))));
        }
        if identity::max_forwards(incoming.invite) == 0 || identity::hops(incoming.invite) >= cx.world.settings.max_hops
        {
            return Err(Refusal(483, None));
        }
        let mut call = new_call(cx, tenant, dialled, incoming)?;
        if emergency {
            emergency_without_route(cx, &call);
        } else if let Some(full) = self.running().refusal(cx.world.settings, tenant.id, call.device) {
            call.fault = Some(Final::of(full));
        }
        if let Err(unfit) = call.caller().session.take_invite(incoming.invite, incoming.flow.remote.ip()) {
            let cause = if unfit.code == 400 { cause::BAD_OFFER } else { cause::NOT_ACCEPTABLE };
            call.fault = Some(Final::new(unfit.code, cause.code));
        }
        call.begin(cx);
        self.keep(call);
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

/// The extension of the colleague whose device has this SIP user: softphones keep addresses, not numbers, and call them back.
fn colleague(directory: &Directory, tenant: &Tenant, user: &str) -> Option<Dialled> {
    let (theirs, device) = directory.device_of_sip_user(user).filter(|(theirs, _)| theirs.id == tenant.id)?;
    let person = theirs.people.get(&device.person)?;
    Some(Dialled::Extension(person.extension.clone()))
}

fn new_call(cx: &mut Cx<'_>, tenant: &Tenant, dialled: Dialled, incoming: &Incoming<'_>) -> Result<Call, Refusal> {
    let now = cx.now();
    let id = CallId::mint(now.wall, cx.random_id());
    let owner = Owner { tenant: tenant.id, call: id, slot: tenant.id.slot() };
    let tag = cx.mint(owner.slot);
    let dialog = Dialog::uas(incoming.invite, &tag).map_err(|_| Refusal(400, None))?;
    let from = identity::caller(tenant, incoming.who, incoming.invite);
    let (direction, device, did) = match incoming.who {
        Who::Device { device, .. } => (Direction::Internal, Some(*device), None),
        Who::Trunk { number, .. } => (Direction::Inbound, None, Some(*number)),
        Who::Known => return Err(Refusal(403, None)),
    };
    let leg = callers_leg(cx, owner, from.clone(), (tag, dialog), incoming);
    let sip_call_id = incoming.invite.call_id().map(|id| id.to_string()).unwrap_or_default();
    let original = identity::dialled(incoming.invite);
    let mut record = Assembly::new(id, tenant.id, sip_call_id.clone(), direction, from, original.clone(), now.wall);
    record.meant(meant(tenant, &dialled));
    record.leg_started(leg.id, leg.party.clone(), sip_call_id.clone(), now.wall);
    started(cx, &leg, &record, sip_call_id, original);
    Ok(Call {
        owner,
        legs: vec![leg],
        thread: 0,
        dialled,
        did,
        device,
        seed: cx.random(),
        fault: None,
        hops: identity::hops(incoming.invite),
        max_forwards: identity::max_forwards(incoming.invite).saturating_sub(1).min(70),
        record,
        decider: Decider::default(),
        told: 0,
        run: Run::default(),
        ring: None,
        lookup: None,
        questions: 0,
        asked_for: std::time::Duration::ZERO,
        early: crate::call::setup::early::Early::default(),
        bridge: None,
        wrap_up: None,
    })
}

/// The party that was dialled: a person by the extension, else the number in the one form that all its spellings have.
fn meant(tenant: &Tenant, dialled: &Dialled) -> Party {
    let person = match dialled {
        Dialled::Extension(extension) => tenant.person_at(extension),
        _ => None,
    };
    let number = || Party { number: dialled.as_str().to_owned(), ..Party::default() };
    person.map_or_else(number, |person| identity::of_person(person, None))
}

/// The caller's leg: a dialog with our tag in it, and no port yet.
fn callers_leg(
    cx: &mut Cx<'_>,
    owner: Owner,
    party: Party,
    (tag, dialog): (String, Dialog),
    incoming: &Incoming<'_>,
) -> Leg {
    let who = (owner.tenant, party.device);
    Leg {
        no: 0,
        id: LegId::mint(cx.now().wall, cx.random_id()),
        owner,
        party,
        state: LegState::Trying,
        flow: incoming.flow,
        tag,
        invite: Some(incoming.invite.clone()),
        transaction: Some(incoming.id),
        dialog: Some(dialog),
        session: Session::new(cx.random()),
        port: None,
        answer_timer: None,
        heard: false,
        lost: false,
        reachability: Reachability::of_caller(cx, who, &incoming.flow, incoming.invite),
        presence: Presence::default(),
    }
}

/// Promises and tells that a call has begun, and makes its transaction the caller's.
fn started(cx: &mut Cx<'_>, leg: &Leg, record: &Assembly, sip_call_id: String, dialled: String) {
    let Owner { tenant, call, .. } = leg.owner;
    let (from, direction) = (record.from().clone(), record.direction());
    cx.journal(Entry::CallStarted {
        call,
        tenant,
        caller: leg.id,
        sip_call_id: sip_call_id.clone(),
        direction,
        from: from.clone(),
        dialled: dialled.clone(),
        at: cx.now().wall,
    });
    cx.publish(tenant, Some(call), EventKind::CallStarted { direction, from, dialled, sip_call_id });
    cx.shared.lead(&leg.tag, call, 0);
    let user = User { flow: leg.flow, whose: Whose::Leg { tenant, call, leg: 0 } };
    if let Some(known) = leg.transaction.and_then(|id| cx.shared.layer.user_mut(id)) {
        *known = user;
    }
    if let Some(invite) = &leg.invite {
        cx.received(tenant, call, leg.flow, invite);
    }
}

/// Raises an alarm, and writes a line to the audit, for an emergency call that has no route.
fn emergency_without_route(cx: &mut Cx<'_>, call: &Call) {
    let (tenant, id): (TenantId, CallId) = (call.owner.tenant, call.owner.call);
    let detail = call.dialled.as_str().to_owned();
    let audit = AuditId::mint(cx.now().wall, cx.random_id());
    cx.journal(Entry::Audit(AuditLine {
        id: audit,
        tenant: Some(tenant),
        at: cx.now().wall,
        actor: call.record.from().number.clone(),
        action: "emergency.without-route".to_owned(),
        object: id.to_string(),
        detail: serde_json::json!({ "dialled": detail }),
    }));
    cx.publish(tenant, Some(id), EventKind::Alarm { code: "emergency-without-route".to_owned(), detail });
}
