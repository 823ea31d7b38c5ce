//! `Digest name=value, name="value", …`: what challenges and credentials have in common (RFC 3261 §25.1).

use std::fmt;
use thiserror::Error;

/// Why a challenge or credentials can't be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Malformed {
    /// Another scheme than Digest.
    #[error("the scheme is not Digest")]
    Scheme,
    /// The list of parameters can't be read.
    #[error("the parameters can't be read")]
    Grammar,
    /// A parameter that must be there is not, or is empty.
    #[error("the parameter `{0}` is missing")]
    Missing(&'static str),
    /// A parameter is there twice.
    #[error("the parameter `{0}` is there twice")]
    Twice(&'static str),
    /// A hash that we don't know.
    #[error("the algorithm is none of MD5, MD5-sess, SHA-256, SHA-256-sess")]
    Algorithm,
    /// A quality of protection that we don't do. Answers without one can't be told from replays and are refused too.
    #[error("the qop is not `auth`")]
    Qop,
    /// A nonce count that is not eight hex digits or is zero.
    #[error("the nonce count is not eight hex digits above zero")]
    Count,
}

/// The parameters of a Digest header, names in their order.
pub(super) struct Params(Vec<(String, String)>);

/// More parameters than this are not digest.
const MOST: usize = 32;

impl Params {
    /// Reads a header's value.
    pub(super) fn parse(value: &str) -> Result<Self, Malformed> {
        let value = value.trim();
        let (scheme, mut rest) = value.split_once(|c: char| c.is_ascii_whitespace()).ok_or(Malformed::Scheme)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return Err(Malformed::Scheme);
        }
        let mut params = Vec::with_capacity(12);
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
            if rest.is_empty() {
                return Ok(Self(params));
            }
            if params.len() == MOST {
                return Err(Malformed::Grammar);
            }
            let (name, after) = rest.split_once('=').ok_or(Malformed::Grammar)?;
            let name = name.trim_end();
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.!%*+`'~".contains(&b)) {
                return Err(Malformed::Grammar);
            }
            let (value, after) = value_of(after.trim_start())?;
            params.push((name.to_ascii_lowercase(), value));
            rest = after.trim_start();
            if !(rest.is_empty() || rest.starts_with(',')) {
                return Err(Malformed::Grammar);
            }
        }
    }

    /// Takes a parameter out; none if it is not there.
    pub(super) fn take(&mut self, name: &'static str) -> Result<Option<String>, Malformed> {
        let Some(at) = self.0.iter().position(|(n, _)| n == name) else { return Ok(None) };
        let (_, value) = self.0.swap_remove(at);
        if self.0.iter().any(|(n, _)| n == name) { Err(Malformed::Twice(name)) } else { Ok(Some(value)) }
    }

    /// Takes a parameter out that must be there and not be empty.
    pub(super) fn need(&mut self, name: &'static str) -> Result<String, Malformed> {
        self.take(name)?.filter(|value| !value.is_empty()).ok_or(Malformed::Missing(name))
    }
}

/// One value, unquoted, and what follows it.
fn value_of(text: &str) -> Result<(String, &str), Malformed> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t', '\r', '\n']).unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::with_capacity(quoted.len().min(80));
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, &quoted[at + 1..])),
            '\\' => value.push(chars.next().ok_or(Malformed::Grammar)?.1),
            c => value.push(c),
        }
    }
    Err(Malformed::Grammar)
}

/// A value as a quoted string. Control characters, which would end the header, are left out.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars().filter(|c| !c.is_control()) {
            if matches!(c, '"' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        f.write_str("\"")
    }
}
