//! What is known of the way to a leg's phone beside its flow.

use crate::base::flow::Flow;
use crate::base::ids::{DeviceId, TenantId};
use crate::base::time::Instant;
use crate::context::ctx::Ctx;
use crate::registrar::{Target, is_behind_nat};
use pbx_sip::Message;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Facts about the way to a leg's phone, beside its flow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reachability {
    /// Whether a NAT is between, so that its Contact leads nowhere.
    pub(super) behind_nat: bool,
    /// The binding of the phone.
    pub(super) binding: Option<Arc<str>>,
    /// When a message came by the flow, or the flow was chosen.
    pub(super) confirmed: Instant,
}

impl Reachability {
    /// Describes the way to a phone that we ring.
    pub(crate) fn of_target(ctx: &Ctx<'_>, target: &Target) -> Self {
        Self { behind_nat: target.behind_nat, binding: target.binding.clone(), confirmed: ctx.now().mono }
    }

    /// Describes the way to a caller.
    pub(crate) fn of_caller(
        ctx: &Ctx<'_>,
        (tenant, device): (TenantId, Option<DeviceId>),
        flow: &Flow,
        invite: &Message,
    ) -> Self {
        let now = ctx.now().mono;
        let contact = invite.contact().ok().flatten();
        let behind_nat = contact.is_some_and(|contact| is_behind_nat(flow, invite.via().ok(), contact.uri()));
        let binding = device.and_then(|device| ctx.shared.registrar.binding_at(now, tenant, device, flow));
        Self { behind_nat, binding, confirmed: now }
    }
}
