//! What was drawn from randomness, numbered by appearance: `[tag 7]` is the seventh tag of the day
//! wherever it stands. What depends on the length of such a thing goes as well.

use std::collections::BTreeMap;

/// Parameters of headers that are drawn, and their kinds.
const PARAMETERS: [(&str, &str); 3] = [(";tag=", "tag"), (";branch=", "branch"), ("nonce=\"", "nonce")];

/// What a release changes in every message.
const PRODUCT: &str = concat!("Ringdown/", env!("CARGO_PKG_VERSION"));

/// Everything drawn that has appeared, by kind.
#[derive(Default)]
pub(super) struct Drawn {
    numbers: BTreeMap<&'static str, BTreeMap<String, usize>>,
}

impl Drawn {
    /// Numbers something of this kind.
    pub(super) fn number(&mut self, kind: &'static str, text: &str) -> usize {
        let known = self.numbers.entry(kind).or_default();
        let next = known.len() + 1;
        *known.entry(text.to_owned()).or_insert(next)
    }

    /// Numbers something of this kind, as it stands in a transcript.
    pub(super) fn named(&mut self, kind: &'static str, text: &str) -> String {
        format!("[{kind} {}]", self.number(kind, text))
    }

    /// Rewrites a SIP message.
    pub(super) fn message(&mut self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes).replace(PRODUCT, "Ringdown");
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return format!("{text:?}") };
        let call = head.lines().find_map(|line| line.strip_prefix("Call-ID: ")).unwrap_or_default();
        let busy = head.starts_with("SIP/2.0 500 ");
        let length = body.len().to_string();
        let mut lines = vec![];
        for line in head.split("\r\n") {
            lines.push(match line.split_once(": ") {
                Some(("Call-ID", value)) => format!("Call-ID: {}", self.named("call-id", value)),
                Some(("Content-Length", value)) if value == length => "Content-Length: [right]".to_owned(),
                Some(("Retry-After", _)) if busy => "Retry-After: [drawn]".to_owned(),
                _ => PARAMETERS.iter().fold(line.to_owned(), |line, (mark, kind)| self.parameter(&line, mark, kind)),
            });
        }
        lines.push(String::new());
        lines.extend(body.split("\r\n").map(|line| self.description(call, line)));
        lines.join("\n")
    }

    /// Rewrites what follows a mark, wherever that is in a line.
    fn parameter(&mut self, line: &str, mark: &str, kind: &'static str) -> String {
        let (mut done, mut rest) = (String::new(), line);
        while let Some((before, after)) = rest.split_once(mark) {
            let end = after.find([';', ',', '"', '>', ' ']).unwrap_or(after.len());
            done.extend([before, mark, &self.named(kind, &after[..end])]);
            rest = &after[end..];
        }
        done + rest
    }

    /// Rewrites a line of a session description: the id of `o=`, and the port of a call.
    fn description(&mut self, call: &str, line: &str) -> String {
        let (mark, kind) = match line {
            _ if line.starts_with("o=- ") => ("o=- ", "session"),
            _ if line.starts_with("m=audio 0 ") => return line.to_owned(),
            _ if line.starts_with("m=audio ") => ("m=audio ", "port"),
            _ if line.starts_with("a=rtcp:") => ("a=rtcp:", "port"),
            _ => return line.to_owned(),
        };
        let after = &line[mark.len()..];
        let (id, rest) = after.split_at(after.find(' ').unwrap_or(after.len()));
        format!("{mark}{}{rest}", self.named(kind, &format!("{id} of {call}")))
    }

    /// Rewrites a line of a record's JSON.
    pub(super) fn json(&mut self, line: &str) -> String {
        let (key, value) = line.split_once(": ").unwrap_or(("", line));
        let text = value.trim_matches([' ', '"', ',']);
        let named = match key.trim_matches([' ', '"']) {
            "seed" => self.named("seed", text),
            "sip_call_id" => self.named("call-id", text),
            _ if uuid::Uuid::try_parse(text).is_ok() => self.named("id", text),
            _ => return line.to_owned(),
        };
        line.replacen(text, &named, 1)
    }
}
