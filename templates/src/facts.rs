//! The names of what a script may read: `call`, `param` and `now`. The exchange fills them; docs/TEMPLATE-API.md prints them.

/// One readable field.
#[derive(Debug)]
pub struct Fact {
    /// The field as scripts write it: `call.caller.number`.
    pub path: &'static str,
    /// The field's Lua type.
    pub kind: &'static str,
    /// What the field means, in Markdown.
    pub doc: &'static str,
}

/// Everything that a script may read, in the order of the documentation.
pub const FACTS: &[Fact] = &[
    Fact { path: "call.id", kind: "string", doc: "The exchange's own id of the call." },
    Fact {
        path: "call.direction",
        kind: "string",
        doc: "`internal` from one of the company's phones, `inbound` from a trunk.",
    },
    Fact {
        path: "call.caller.number",
        kind: "string?",
        doc: "E.164 from a trunk, the extension from inside; nothing if the caller shows none.",
    },
    Fact { path: "call.caller.name", kind: "string?", doc: "The caller's name, if known." },
    Fact { path: "call.caller.anonymous", kind: "boolean", doc: "Whether the caller withholds the number." },
    Fact { path: "call.caller.extension", kind: "string?", doc: "The caller's extension, from inside." },
    Fact { path: "call.callee.dialled", kind: "string", doc: "What was dialled, as it came." },
    Fact { path: "call.callee.number", kind: "string?", doc: "The public number that was called through a trunk." },
    Fact { path: "call.callee.extension", kind: "string?", doc: "The extension that was dialled, if somebody has it." },
    Fact { path: "call.callee.name", kind: "string?", doc: "The name of the person who has it." },
    Fact { path: "param", kind: "table", doc: "The binding's parameters, with the manifest's defaults filled in." },
    Fact { path: "now.date", kind: "string", doc: "`YYYY-MM-DD` in the company's time zone." },
    Fact { path: "now.time", kind: "string", doc: "`HH:MM` in the company's time zone." },
    Fact { path: "now.weekday", kind: "string", doc: "`mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`." },
    Fact { path: "now.minutes", kind: "number", doc: "Minutes since midnight, by the clock on the wall." },
    Fact { path: "now.year", kind: "number", doc: "The year." },
    Fact { path: "now.month", kind: "number", doc: "The month, 1 to 12." },
    Fact { path: "now.day", kind: "number", doc: "The day of the month." },
    Fact { path: "now.hour", kind: "number", doc: "The hour, 0 to 23." },
    Fact { path: "now.minute", kind: "number", doc: "The minute, 0 to 59." },
    Fact { path: "now.unix", kind: "number", doc: "Seconds since 1970-01-01 UTC." },
    Fact { path: "now.zone", kind: "string", doc: "The company's IANA time zone." },
    Fact { path: "now.holiday", kind: "string?", doc: "The name of the company's holiday, on such a day." },
];
