//! A call in one line, for a terminal.

use jiff::Timestamp;
use pbx_core::store::CallRow;

/// When, who, to whom, how, how long, and the id to ask further with.
pub(super) fn line_of(row: &CallRow) -> String {
    let started = Timestamp::from_microsecond(row.started.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
    format!(
        "{}  {:>16} → {:<16}  {:<10} {:>5} s  {}",
        started.strftime("%Y-%m-%d %H:%M:%S"),
        row.from_number,
        row.dialled,
        serde_json::to_value(row.disposition).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default(),
        row.talk_us / 1_000_000,
        row.id
    )
}
