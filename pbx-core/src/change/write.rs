//! Writes the difference of two states as rows. Removals come before additions, so that a name can pass from one object to
//! another.

use super::diff::{Act, Diff, ObjectDiff};
use super::state::State;
use super::{Object, ObjectId};
use crate::base::ids::{AuditId, TenantId};
use crate::base::time::Wall;
use crate::journal::AuditLine;
use crate::store::{StoreError, Work};
use rand::RngCore;
use serde_json::json;

/// The fields of a device that a phone proves its identity with: if one changes, its registrations are forgotten.
const CREDENTIALS: [&str; 2] = ["sip_user", "password"];

pub(super) async fn write(work: &mut Work, after: &State, diff: &Diff, now: Wall) -> Result<(), StoreError> {
    let goes = |object: &ObjectDiff| object.act == Act::Removed && matches!(object.id, ObjectId::Tenant(_));
    if diff.objects.iter().any(goes) {
        work.hold_journal().await?;
    }
    for object in diff.objects.iter().filter(|object| object.act != Act::Added) {
        remove(work, object, now).await?;
    }
    for object in diff.objects.iter().filter_map(|object| after.get(object.id)) {
        put(work, object).await?;
    }
    Ok(())
}

async fn remove(work: &mut Work, object: &ObjectDiff, now: Wall) -> Result<(), StoreError> {
    let act = object.act;
    match object.id {
        // A tenant that stays keeps its tokens; its row is replaced in place.
        ObjectId::Tenant(tenant) if act == Act::Removed => work.remove_tenant(tenant, now).await.map(drop),
        ObjectId::Tenant(tenant) => work.release_names(tenant).await,
        ObjectId::Trunk(trunk) => work.remove_trunk(trunk).await.map(drop),
        ObjectId::Person(tenant, person) => work.remove_person(tenant, person).await.map(drop),
        ObjectId::Device(tenant, device) => {
            // A server that runs forgets it in memory and journal, too; this is for one that does not.
            if act == Act::Removed || object.fields.iter().any(|change| CREDENTIALS.contains(&change.field)) {
                work.remove_bindings_of(tenant, device).await?;
            }
            work.remove_device(tenant, device).await.map(drop)
        }
        ObjectId::Source(tenant, source) => work.remove_source(tenant, source).await.map(drop),
        ObjectId::Number(tenant, number) => work.remove_number(tenant, number).await.map(drop),
        ObjectId::Binding(tenant, scope) => work.remove_binding(tenant, scope).await.map(drop),
        ObjectId::Account(account) => work.remove_account(account).await.map(drop),
    }
}

async fn put(work: &mut Work, object: &Object) -> Result<(), StoreError> {
    match object {
        Object::Trunk(trunk) => work.put_trunk(trunk).await,
        Object::Tenant(tenant) => work.put_tenant(tenant).await,
        Object::Person(tenant, person) => work.put_person(*tenant, person).await,
        Object::Device(tenant, device) => work.put_device(*tenant, device).await,
        Object::Source(tenant, source) => work.put_source(*tenant, source).await,
        Object::Number(tenant, number) => work.put_number(*tenant, number).await,
        Object::Binding(tenant, binding) => work.put_binding(*tenant, binding).await,
        Object::Account(account) => work.put_account(account).await,
    }
}

/// The audit: a line for each object that differs. What went with its tenant concerns the server: nobody else is left to
/// read it.
pub(super) fn audit(diff: &Diff, actor: &str, now: Wall, rng: &mut (dyn RngCore + Send)) -> Vec<AuditLine> {
    let is_gone = |tenant: &TenantId| {
        diff.objects.iter().any(|object| object.act == Act::Removed && object.id == ObjectId::Tenant(*tenant))
    };
    let mut lines: Vec<AuditLine> = diff.objects.iter().map(|object| line(object, actor, now, rng)).collect();
    lines.iter_mut().for_each(|line| line.tenant = line.tenant.filter(|tenant| !is_gone(tenant)));
    lines
}

fn line(object: &ObjectDiff, actor: &str, now: Wall, rng: &mut (dyn RngCore + Send)) -> AuditLine {
    let mut random = [0; 10];
    rng.fill_bytes(&mut random);
    let act = match object.act {
        Act::Added => "added",
        Act::Changed => "changed",
        Act::Removed => "removed",
    };
    AuditLine {
        id: AuditId::mint(now, random),
        tenant: object.tenant_id,
        at: now,
        actor: actor.to_owned(),
        action: format!("{}.{act}", object.kind),
        object: format!("{}/{}", object.kind, object.name),
        detail: json!({ "fields": object.fields }),
    }
}
