//! What a refusal means to whoever set the server up: the code alone is a riddle.

/// In words, for the codes that this server sends (RFC 3261 §21); none: the code must do.
pub(super) fn meaning(code: u16) -> Option<&'static str> {
    Some(match code {
        401 | 407 => "user name or password is wrong",
        403 => "it does not allow this: a wrong user name or password, or a call that this account may not make",
        404 => "nobody has that extension or number",
        408 => "no answer came in time",
        423 => "it grants longer registrations only: see `register-min-s`",
        429 => "too many wrong passwords: wait a little",
        480 => "the called phone is not registered, or nobody picked up",
        482 => "the call came back to itself",
        483 => "the call went through too many servers: see `max-hops`",
        486 | 600 => "busy",
        488 => "no common way to send sound",
        500 => "a fault inside the server: its log says more",
        503 => "it takes no calls now: it is stopping, or has too much to do",
        603 => "the called phone declined",
        _ => return None,
    })
}

/// `486 (busy)`.
pub(super) fn shown(code: u16) -> String {
    meaning(code).map_or_else(|| code.to_string(), |meaning| format!("{code} ({meaning})"))
}
