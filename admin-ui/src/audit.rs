//! Lines of the audit that the console writes itself; those of changes come with the change.

use crate::ports::Ports;
use crate::records::Broken;
use pbx_core::base::ids::{AuditId, TenantId};
use pbx_core::journal::AuditLine;
use serde_json::Value;

/// Who did what to what.
pub(crate) struct Deed<'a> {
    /// Whose; none for what concerns the whole server.
    pub(crate) tenant: Option<TenantId>,
    /// An account's e-mail, `api:<token name>`, or a source address.
    pub(crate) actor: &'a str,
    /// A stable code.
    pub(crate) action: &'a str,
    /// What it was done to.
    pub(crate) object: &'a str,
}

/// Writes a line, as of now.
pub(crate) async fn note(ports: &Ports, deed: Deed<'_>) -> Result<(), Broken> {
    let at = ports.now().wall;
    let line = AuditLine {
        id: AuditId::mint(at, ports.bytes()),
        tenant: deed.tenant,
        at,
        actor: deed.actor.to_owned(),
        action: deed.action.to_owned(),
        object: deed.object.to_owned(),
        detail: Value::Null,
    };
    ports.records.note(line).await
}
