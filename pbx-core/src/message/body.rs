//! What a message brings as its session description: the body, or the part of it that is one (RFC
//! 5621).

use bytes::Bytes;
use pbx_sip::{HeaderName, MediaType, Message};

/// The type of a session description.
pub(crate) const SDP: &str = "application/sdp";

/// How deeply multipart bodies may be nested in each other.
const MOST_NESTED: u8 = 4;

/// A session description that cannot be read, or does not fit the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unfit {
    /// The SIP status code to answer such an offer with.
    pub(crate) code: u16,
}

/// Reads the session description of a message, if it brings one.
///
/// # Errors
/// 415 of a body in words that nobody here knows, unless its sender says that it may be left out
/// (RFC 3261 §20.11).
pub(crate) fn description(message: &Message) -> Result<Option<Bytes>, Unfit> {
    let body = message.body();
    if body.is_empty() {
        return Ok(None);
    }
    let Some(kind) = message.header(HeaderName::ContentType) else { return Ok(Some(body)) };
    // An answer may have a type that can't be read; the gate has refused an offer that has.
    let Ok(kind) = MediaType::parse(&*kind.value()).or_else(|_| MediaType::repaired(&kind.value())) else {
        return Ok(Some(body));
    };
    match within(&kind, &body, MOST_NESTED) {
        Some(description) => Ok(Some(body.slice_ref(description))),
        None if may_be_left_out(message) => Ok(None),
        None => Err(Unfit { code: 415 }),
    }
}

fn may_be_left_out(message: &Message) -> bool {
    let disposition = message.header(HeaderName::ContentDisposition);
    disposition.is_some_and(|header| {
        let value = header.value().to_ascii_lowercase();
        value.split(';').skip(1).any(|param| param.split_whitespace().collect::<String>() == "handling=optional")
    })
}

/// Finds the session description that a body of this kind is or has in it.
fn within<'a>(kind: &MediaType, body: &'a [u8], deeper: u8) -> Option<&'a [u8]> {
    if kind.is("application", "sdp") {
        return Some(body);
    }
    let deeper = deeper.checked_sub(1).filter(|_| kind.kind().eq_ignore_ascii_case("multipart"))?;
    let boundary = kind.params().unquoted("boundary").filter(|boundary| !boundary.is_empty())?;
    parts(body, &boundary).into_iter().find_map(|part| {
        let (kind, content) = opened(part)?;
        within(&kind, content, deeper)
    })
}

/// Splits a multipart body into its parts (RFC 2046 §5.1.1). They may be of any bytes, as ISUP is;
/// and the lines around them may end with LF alone, as some gateways write them.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let delimiter = ["--", boundary].concat();
    let is_line = |at: &usize| {
        let ends = body.get(at + delimiter.len()).is_none_or(|next| next.is_ascii_whitespace() || *next == b'-');
        ends && at.checked_sub(1).is_none_or(|before| body.get(before) == Some(&b'\n'))
    };
    let mut starts: Vec<usize> = memchr::memmem::find_iter(body, delimiter.as_bytes()).filter(is_line).collect();
    starts.push(body.len());
    let part = |pair: &[usize]| body.get(pair.first()? + delimiter.len()..*pair.get(1)?);
    starts.windows(2).filter_map(part).collect()
}

/// Reads the type of a part and its content, without the line end that belongs to the delimiter
/// behind it.
fn opened(part: &[u8]) -> Option<(MediaType, &[u8])> {
    let (_, part) = part.split_at_checked(memchr::memchr(b'\n', part)? + 1)?;
    let blank_line = |end: &'static [u8]| Some((memchr::memmem::find(part, end)?, end.len()));
    let (end, width) = [blank_line(b"\r\n\r\n"), blank_line(b"\n\n")].into_iter().flatten().min()?;
    let head = std::str::from_utf8(part.get(..end)?).ok()?;
    let kind = MediaType::parse(field(head, &["content-type", "c"])?).ok()?;
    // What is encoded further can't be read; SIP has bodies of any bytes (RFC 3261 §7.4.1) and
    // nobody encodes them.
    let encoding = field(head, &["content-transfer-encoding"]).unwrap_or_default().to_ascii_lowercase();
    let content = part.get(end + width..)?;
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    let content = content.strip_suffix(b"\r").unwrap_or(content);
    ["", "7bit", "8bit", "binary"].contains(&&*encoding).then_some((kind, content))
}

/// Returns the value of the first header of a part that has one of these names; its folds become
/// blanks.
fn field(head: &str, names: &[&str]) -> Option<String> {
    let head = head.replace('\r', "").replace("\n ", " ").replace("\n\t", " ");
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let is_one = |name: &str| names.iter().any(|known| name.trim().eq_ignore_ascii_case(known));
    fields.find(|(name, _)| is_one(name)).map(|(_, value)| value.trim().to_owned())
}
