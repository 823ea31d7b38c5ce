//! The question before what cannot be undone: a page of its own, which the console's script shows as a dialog instead.

use crate::app::Room;
use crate::pages::page;
use axum::response::Response;
use serde_json::json;

/// What is asked, and what becomes of the answer.
pub(crate) struct Question {
    /// The question in words, with what follows from a yes.
    pub(crate) text: String,
    /// The key of the word for yes: what is then done.
    pub(crate) done: &'static str,
    /// Where yes is sent.
    pub(crate) action: String,
    /// Where no leads.
    pub(crate) back: String,
    /// The page's key in the navigation.
    pub(crate) place: &'static str,
}

/// The page.
pub(crate) fn ask(room: &Room, question: Question) -> Response {
    let title = room.say(question.done);
    let context = json!({
        "question": question.text, "done": title, "action": question.action, "back": question.back,
    });
    page(&room.desk, "question.html", question.place, &title, context)
}
