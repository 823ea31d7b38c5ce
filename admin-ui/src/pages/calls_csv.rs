//! Calls as a file for a spreadsheet: the same filters as the page, read from the store a portion at a time.

use crate::app::Room;
use crate::extract::Query;
use crate::pages::calls::{ENDS, Filters};
use crate::refusal::Refusal;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use pbx_core::store::{CallQuery, CallRow};

/// Rows a portion.
const PORTION: u16 = 500;

const HEAD: &str =
    "started,from_number,from_name,dialled,to_number,to_name,outcome,cause,talk_seconds,template,call_id\r\n";

/// Streams the file, so that 50,000 rows need the memory of one portion.
pub(crate) async fn show(room: Room, Query(filters): Query<Filters>) -> Result<Response, Refusal> {
    let query = filters.query(&room, PORTION);
    let head = stream::iter([Ok::<_, crate::records::Broken>(Bytes::from_static(HEAD.as_bytes()))]);
    let rest = stream::try_unfold(Some((room.clone(), query)), portion);
    let name = format!("attachment; filename=\"calls-{}.csv\"", room.tenant.slug);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(stream::StreamExt::chain(head, rest))).into_response())
}

type Rest = Option<(Room, CallQuery)>;

async fn portion(rest: Rest) -> Result<Option<(Bytes, Rest)>, crate::records::Broken> {
    let Some((room, query)) = rest else { return Ok(None) };
    let found = room.app.ports.records.calls(room.tenant.id, &query).await?;
    let text: String = found.rows.iter().map(line).collect();
    let rest = found.next.map(|next| (room, CallQuery { after: Some(next), ..query }));
    Ok(Some((Bytes::from(text), rest)))
}

fn line(row: &CallRow) -> String {
    let started = Timestamp::from_microsecond(row.started.micros()).map(|at| at.to_string()).unwrap_or_default();
    let end = ENDS.iter().find(|(_, end)| *end == row.disposition).map_or("", |(word, _)| word);
    let seconds = (row.talk_us / 1_000_000).to_string();
    let template = row.template.clone().unwrap_or_default();
    let id = row.id.to_string();
    let cells = [
        &started,
        &row.from_number,
        &row.from_name,
        &row.dialled,
        &row.to_number,
        &row.to_name,
        end,
        &row.cause,
        &seconds,
        &template,
        &id,
    ];
    cells.map(quoted).join(",") + "\r\n"
}

/// RFC 4180 §2; what a spreadsheet would run as a formula is made text, unless it is a telephone number.
fn quoted(cell: &str) -> String {
    let number = cell.starts_with('+') && cell[1..].bytes().all(|byte| byte.is_ascii_digit());
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number;
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_breaks_the_table() {
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("+4930555100"), "+4930555100");
        assert_eq!(quoted("+1*2"), "'+1*2");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
