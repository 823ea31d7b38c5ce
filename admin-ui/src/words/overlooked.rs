//! What of a call's messages could not be read, and so counted as absent.

use crate::ladder;
use crate::language::Language;
use pbx_core::sip_log::{Ladder, LoggedMessage};

/// The headers of a message that were ignored, in words; `None` if all could be read.
pub fn overlooked(message: &LoggedMessage, language: Language) -> Option<String> {
    headers(message, language).map(|headers| language.say("message-overlooked", &[("headers", headers.into())]))
}

/// A line for each message of a call of which something was ignored: which one, from where, and what.
pub fn overlooked_in(ladder: &Ladder, language: Language) -> Vec<String> {
    let line = |message: &LoggedMessage| {
        let headers = headers(message, language)?;
        let (title, from) = (ladder::title(&String::from_utf8_lossy(&message.bytes)), message.remote.to_string());
        let args = [("message", title.into()), ("from", from.into()), ("headers", headers.into())];
        Some(language.say("call-overlooked", &args))
    };
    ladder.messages.iter().filter_map(line).collect()
}

fn headers(message: &LoggedMessage, language: Language) -> Option<String> {
    let names = message.overlooked().into_iter().map(|name| match name {
        "*" => language.say("message-overlooked-line", &[]),
        name => name.to_owned(),
    });
    let names = names.collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then_some(names)
}
