//! Splitting a message into its lines (RFC 3261 §7).

use super::values::{Field, HeaderLines};
use super::{MAX_HEADERS, Message, Start, latin1};
use crate::error::ParseError;
use crate::grammar::{is_space, is_token_char, number};
use crate::header_name::HeaderName;
use crate::method::Method;
use crate::status::StatusCode;
use crate::text::{Span, Text};
use bytes::Bytes;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// The lines that could be split, and the first flaw: enough of a broken request is kept to answer
/// it.
pub(crate) struct Scanned {
    pub(crate) message: Message,
    pub(crate) flaw: Option<ParseError>,
}

impl Message {
    /// Splits a whole message.
    ///
    /// Empty lines before it are skipped (RFC 3261 §7.5); the body ends where Content-Length says,
    /// or with the bytes (§18.3). Values are not looked at yet.
    ///
    /// # Errors
    /// When the bytes are not a SIP message.
    pub fn parse(bytes: impl Into<Bytes>) -> Result<Self, ParseError> {
        let scanned = scan(bytes.into())?;
        match scanned.flaw {
            None => Ok(scanned.message),
            Some(flaw) => Err(flaw),
        }
    }
}

/// In stored state a message is its bytes.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_bytes().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What was refused at the gate may still be in flight as the subject of an answer, so flaws
        // are no fault here.
        scan(Bytes::deserialize(deserializer)?).map(|scanned| scanned.message).map_err(D::Error::custom)
    }
}

/// How many header lines are collected on the stack before a list is needed.
const ON_STACK: usize = 48;

/// Splits bytes into lines. An error means that not even a start line could be made out.
pub(crate) fn scan(bytes: Bytes) -> Result<Scanned, ParseError> {
    let blank = bytes.iter().position(|b| !matches!(b, b'\r' | b'\n')).ok_or(ParseError::Empty)?;
    if bytes.len() > u32::MAX as usize {
        return Err(ParseError::TooLarge);
    }
    let bytes = if blank > 0 { bytes.slice(blank..) } else { bytes };
    let mut lines = RawLines { bytes: &bytes, at: 0, number: 0, flaw: None };
    let first = lines.next().ok_or(ParseError::Empty)?;
    let Ok(start_line) = std::str::from_utf8(first.bytes) else {
        let head_end = memchr::memmem::find(&bytes, b"\r\n\r\n").map_or(bytes.len(), |end| end + 4);
        return scan(latin1::to_utf8(&bytes, head_end));
    };
    let start = start_line_of(start_line, &mut lines.flaw)?;

    let mut stack = [BLANK; ON_STACK];
    let mut heap: Vec<Field> = Vec::new();
    let mut count = 0;
    let mut ended = false;
    while let Some(line) = lines.next() {
        if line.bytes.is_empty() {
            ended = true;
            break;
        }
        if count == MAX_HEADERS {
            lines.fault(ParseError::TooLarge);
            continue;
        }
        let line_start = line.bytes.as_ptr() as usize - bytes.as_ptr() as usize;
        let Some(field) = field_of(&line, line_start) else {
            lines.fault(ParseError::HeaderLine(lines.number.saturating_sub(1)));
            continue;
        };
        match stack.get_mut(count) {
            Some(slot) => *slot = field,
            None => {
                if heap.is_empty() {
                    heap.extend_from_slice(&stack);
                }
                heap.push(field);
            }
        }
        count += 1;
    }
    if !ended {
        lines.fault(ParseError::Unterminated);
    }
    let (head_end, flaw) = (lines.at, lines.flaw);
    let fields = if heap.is_empty() { stack.get(..count).unwrap_or_default() } else { heap.as_slice() };
    finish(bytes, start, fields, head_end, flaw)
}

fn finish(
    bytes: Bytes,
    start: Start,
    fields: &[Field],
    head_end: usize,
    flaw: Option<ParseError>,
) -> Result<Scanned, ParseError> {
    let Some(head) = Text::from_utf8(bytes.slice(..head_end)) else { return scan(latin1::to_utf8(&bytes, head_end)) };
    let end = match declared_length(&bytes, fields) {
        Some(length) => bytes.len().min(head_end.saturating_add(length)),
        None => bytes.len(),
    };
    let raw = if end < bytes.len() { bytes.slice(..end) } else { bytes };
    let message = Message { raw, head, start, lines: Arc::new(HeaderLines::new(fields)) };
    Ok(Scanned { message, flaw })
}

/// Content-Length, if it is one number; what is wrong with it is for the gate to say.
fn declared_length(bytes: &[u8], fields: &[Field]) -> Option<usize> {
    let field = fields.iter().find(|field| field.kind == HeaderName::ContentLength)?;
    number(std::str::from_utf8(bytes.get(field.value.range())?).ok()?)
}

const BLANK: Field =
    Field { kind: HeaderName::Other, folded: false, name: Span { start: 0, end: 0 }, value: Span { start: 0, end: 0 } };

/// A line without its end, and whether it goes over several.
struct RawLine<'a> {
    bytes: &'a [u8],
    folded: bool,
}

/// RawLines that end in CRLF, continuation lines (RFC 3261 §7.3.1) joined to the one they continue.
struct RawLines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: u16,
    flaw: Option<ParseError>,
}

impl<'a> RawLines<'a> {
    fn fault(&mut self, fault: ParseError) {
        self.flaw.get_or_insert(fault);
    }

    /// Cuts off the next line without its end; `None` at the end of the bytes.
    fn next(&mut self) -> Option<RawLine<'a>> {
        let start = self.at;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let (mut from, mut stray, mut folded) = (0, false, false);
        loop {
            let Some(found) = memchr::memchr2(b'\r', b'\n', rest.get(from..).unwrap_or_default()) else {
                self.at = self.bytes.len();
                self.fault(ParseError::Unterminated);
                return Some(RawLine { bytes: rest, folded });
            };
            let line_end = from + found;
            from = match rest.get(line_end..) {
                Some([b'\r', b'\n', ..]) => line_end + 2,
                Some([b'\r', ..]) => {
                    (from, stray) = (line_end + 1, true);
                    continue;
                }
                _ => {
                    stray = true;
                    line_end + 1
                }
            };
            if std::mem::take(&mut stray) {
                self.fault(ParseError::HeaderLine(self.number));
            }
            let folds = line_end > 0 && start > 0 && matches!(rest.get(from), Some(b' ' | b'\t'));
            folded |= folds;
            if !folds {
                self.number = self.number.saturating_add(1);
                self.at = start + from;
                return rest.get(..line_end).map(|bytes| RawLine { bytes, folded });
            }
        }
    }
}

fn field_of(line: &RawLine<'_>, line_start: usize) -> Option<Field> {
    let bytes = line.bytes;
    // A name is made of token characters, so what is none of them ends it.
    let name_end = bytes.iter().position(|b| !is_token_char(*b)).filter(|end| *end > 0)?;
    let blanks = bytes.get(name_end..)?.iter().position(|b| !matches!(b, b' ' | b'\t'))?;
    let colon = name_end + blanks;
    if bytes.get(colon) != Some(&b':') {
        return None;
    }
    let value = bytes.get(colon + 1..)?;
    let is_text = |b: &u8| !is_space(*b);
    let (from, to) = match (value.iter().position(is_text), value.iter().rposition(is_text)) {
        (Some(from), Some(to)) => (from, to + 1),
        _ => (0, 0),
    };
    let value_start = line_start + colon + 1;
    Some(Field {
        kind: HeaderName::of_bytes(bytes.get(..name_end)?),
        // A fold at the ends of the value is trimmed off with the blanks there.
        folded: line.folded && memchr::memchr(b'\n', value.get(from..to)?).is_some(),
        name: Span::new(line_start, line_start + name_end),
        value: Span::new(value_start + from, value_start + to),
    })
}

fn start_line_of(line: &str, flaw: &mut Option<ParseError>) -> Result<Start, ParseError> {
    let is_version = |text: &str| text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/"));
    if is_version(line) {
        return status_line(line, flaw);
    }
    let (method, rest) = line.split_once(' ').ok_or(ParseError::StartLine("no spaces"))?;
    let method = Method::parse(method).map_err(|_| ParseError::StartLine("method is not a token"))?;
    // Only the last space can stand before the version: what is wrong before it is then wrong with
    // the address.
    let trimmed = rest.trim_end_matches(' ');
    let (uri, version) = trimmed.rsplit_once(' ').ok_or(ParseError::StartLine("no SIP version"))?;
    if !is_version(version) {
        return Err(ParseError::StartLine("no SIP version"));
    }
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        flaw.get_or_insert(ParseError::Version);
    } else if trimmed.len() < rest.len() {
        flaw.get_or_insert(ParseError::StartLine("space after the SIP version"));
    } else if uri.is_empty() || uri.bytes().any(|b| b <= b' ') {
        flaw.get_or_insert(ParseError::StartLine("space in or around the Request-URI"));
    }
    Ok(Start::Request { method, uri: Span::of(line, uri) })
}

fn status_line(line: &str, flaw: &mut Option<ParseError>) -> Result<Start, ParseError> {
    let (version, rest) = line.split_once(' ').ok_or(ParseError::StartLine("no status code"))?;
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        flaw.get_or_insert(ParseError::Version);
    }
    let (code, reason) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
    let status = if code.len() == 3 { number(code).and_then(|code| StatusCode::new(code).ok()) } else { None };
    let status = status.ok_or(ParseError::StartLine("status code is not in 100-699"))?;
    let reason = reason.strip_prefix(' ').unwrap_or(reason);
    Ok(Start::Response { status, reason: Span::of(line, reason) })
}
