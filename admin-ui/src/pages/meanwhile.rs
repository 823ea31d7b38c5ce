//! What somebody else changed while a form was open: who, what, and how long ago, as the audit has it.

use crate::app::Room;
use crate::changes::Moved;
use crate::refusal::Refusal;
use crate::words;
use pbx_core::journal::AuditLine;
use serde_json::Value;

/// A sentence for each field that has moved. `object` as the audit calls it: `person/anna`.
pub(crate) async fn said(room: &Room, object: &str, moved: &[Moved]) -> Result<Vec<String>, Refusal> {
    let lines = room.app.ports.records.audit_of(room.tenant.id, object).await?;
    Ok(moved.iter().map(|moved| sentence(room, &lines, moved)).collect())
}

fn sentence(room: &Room, lines: &[AuditLine], moved: &Moved) -> String {
    let ago = |at: i64| words::length(room.app.ports.now().wall.micros() - at, room.language);
    let line = lines.iter().find(|line| is_of(line, moved.field));
    let (who, long) = line.map_or_else(Default::default, |line| (line.actor.clone(), ago(line.at.micros())));
    // The audit may reach less far back than the form does.
    let key = match (line.is_some(), moved.kept.is_empty()) {
        (false, _) => "meanwhile-changed",
        (true, true) => "meanwhile-emptied-by",
        (true, false) => "meanwhile-changed-by",
    };
    let field = room.say(&format!("field-{}", moved.field));
    room.language.say(
        key,
        &[("field", field.into()), ("now", moved.kept.clone().into()), ("who", who.into()), ("ago", long.into())],
    )
}

fn is_of(line: &AuditLine, field: &str) -> bool {
    let fields = line.detail.get("fields").and_then(Value::as_array);
    fields.is_some_and(|fields| fields.iter().any(|change| change.get("field").and_then(Value::as_str) == Some(field)))
}
