//! Live: the first page, which answers "is everything all right?".

use crate::app::Room;
use crate::live::board_context;
use crate::pages::page;
use axum::response::Response;

/// The board as it is; the page's script keeps it so.
pub(crate) async fn show(room: Room) -> Response {
    let context = board_context(&room, &room.app.live.board());
    page(&room.desk, "live.html", "live", &room.say("live-title"), context)
}
