//! A call in one line, for a terminal or for a program.

use jiff::Timestamp;
use pbx_core::directory::Directory;
use pbx_core::store::CallRow;
use serde::Serialize;

/// A call with its tenant's name on this server.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    #[serde(flatten)]
    row: &'a CallRow,
    /// The tenant's slug; none where the tenant was removed.
    tenant_slug: Option<String>,
}

impl<'a> Line<'a> {
    pub(super) fn of(row: &'a CallRow, directory: &Directory) -> Self {
        Self { row, tenant_slug: directory.tenant(row.tenant).map(|tenant| tenant.slug.clone()) }
    }

    /// When, whose, who, to whom, how, how long, and the id to ask further with.
    pub(super) fn words(&self) -> String {
        let row = self.row;
        let started = Timestamp::from_microsecond(row.started.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
        format!(
            "{}  {:<12}  {:>16} → {:<16}  {:<10} {:>5} s  {}",
            started.strftime("%Y-%m-%d %H:%M:%S"),
            self.tenant_slug.as_deref().unwrap_or("(removed)"),
            row.from_number,
            row.dialled,
            serde_json::to_value(row.disposition).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default(),
            row.talk_us / 1_000_000,
            row.id
        )
    }
}

/// What stands above the lines.
pub(super) fn head() -> String {
    format!(
        "{:<19}  {:<12}  {:>16}   {:<16}  {:<10} {:>7}  CALL",
        "STARTED (UTC)", "TENANT", "FROM", "TO", "HOW", "TALK"
    )
}
