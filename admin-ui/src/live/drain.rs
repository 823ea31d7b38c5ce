//! That the server is ending, in words: new calls are refused, running ones may end.

use super::board::Board;
use super::may_see;
use crate::app::Desk;

/// The words, as long as it is so; with how many calls of this reader's are left where a tenant's pages are read.
pub(crate) fn draining(desk: &Desk, board: &Board) -> Option<String> {
    if !*desk.app.ports.draining.borrow() {
        return None;
    }
    let Some(tenant) = &desk.room else { return Some(desk.say("drain")) };
    let left = board.calls(tenant.id).filter(|call| may_see(desk, call)).count();
    Some(desk.language.say("drain-left", &[("left", left.into())]))
}
