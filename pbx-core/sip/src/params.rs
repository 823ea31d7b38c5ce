//! Parameters: `;name=value;name` of headers and URIs (RFC 3261 §25.1 `generic-param`,
//! `uri-parameter`).

use crate::error::Malformed;
use crate::grammar::{TOKEN, class, cut, quoted_end, run, split_outside, trim, trim_start};
use std::borrow::Cow;

/// A list of parameters, read where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Params<'a>(&'a str);

/// One parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Param<'a> {
    /// Its name as written; names compare without case.
    pub name: &'a str,
    /// Its value as written (with quotes, with escapes); `None` where there is no `=`.
    pub value: Option<&'a str>,
}

impl<'a> Params<'a> {
    /// Reads the parameters of a text that is empty or begins with `;`.
    pub(crate) const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Returns the parameters as written, with the leading `;`.
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Returns the parameters in their order.
    pub fn iter(self) -> impl Iterator<Item = Param<'a>> {
        split_outside(self.0, b';').skip(1).filter(|piece| !piece.is_empty()).map(Param::read)
    }

    /// Returns the first parameter of that name.
    pub fn get(self, name: &str) -> Option<Param<'a>> {
        if self.0.is_empty() {
            return None;
        }
        self.iter().find(|param| param.name.eq_ignore_ascii_case(name))
    }

    /// Returns whether there is a parameter of that name, with a value or without.
    pub fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Returns the value of the first parameter of that name, as written.
    pub fn value(self, name: &str) -> Option<&'a str> {
        self.get(name)?.value
    }

    /// Returns the value of the first parameter of that name, without quotes.
    pub fn unquoted(self, name: &str) -> Option<Cow<'a, str>> {
        self.value(name).map(unquote)
    }

    /// Checks header parameters: token names, values that are tokens, hosts or quoted strings, no
    /// name twice.
    pub(crate) fn check(text: &str) -> Result<(), Malformed> {
        Self::each(text, drop)
    }

    /// Checks as [`Self::check`] does, and calls `seen` with each parameter.
    pub(crate) fn each<'t>(text: &'t str, mut seen: impl FnMut(Param<'t>)) -> Result<(), Malformed> {
        let text = trim(text);
        if !text.is_empty() && !text.starts_with(';') {
            return Err(Malformed("text after the address that is not a parameter"));
        }
        let (mut rest, mut names) = (text, ParamNames::default());
        while !rest.is_empty() {
            let (param, next) = Param::take(rest)?;
            names.add(param.name)?;
            seen(param);
            rest = next;
        }
        Ok(())
    }
}

/// Writes again what can be read of a broken list of parameters: each stands for itself, and of a
/// name that comes twice the first counts. A quotation mark or bracket without its partner hides
/// nothing that comes after it.
pub(crate) fn readable(text: &str) -> String {
    let (mut kept, mut names) = (String::new(), ParamNames::default());
    let mut keep = |piece| {
        let Ok((Param { name, value }, "")) = Param::first(piece) else { return };
        if value.is_some_and(|value| value.contains(char::is_control)) || names.add(name).is_err() {
            return;
        }
        kept.extend([";", name]);
        kept.extend(value.into_iter().flat_map(|value| ["=", value]));
    };
    for piece in split_outside(text, b';').skip(1) {
        if piece.contains('<') || piece.matches('"').count() % 2 == 1 {
            piece.split(';').for_each(&mut keep);
        } else {
            keep(piece);
        }
    }
    kept
}

/// The parameter names of a list seen so far. Each new one is compared with all before it, so their
/// number is bounded.
#[derive(Default)]
pub(crate) struct ParamNames<'a> {
    names: [&'a str; MOST],
    count: usize,
}

/// The most parameters of one list. Real ones have up to ten.
const MOST: usize = 32;

impl<'a> ParamNames<'a> {
    /// Adds a name.
    ///
    /// # Errors
    /// When the name is there already, or is one too many.
    pub(crate) fn add(&mut self, name: &'a str) -> Result<(), Malformed> {
        if self.names.iter().take(self.count).any(|before| before.eq_ignore_ascii_case(name)) {
            return Err(Malformed("parameter is there twice"));
        }
        *self.names.get_mut(self.count).ok_or(Malformed("more than 32 parameters"))? = name;
        self.count += 1;
        Ok(())
    }
}

impl<'a> Param<'a> {
    /// Takes the first parameter off a text that begins with `;`; gives it and what follows.
    fn take(text: &'a str) -> Result<(Self, &'a str), Malformed> {
        Self::first(text.get(1..).unwrap_or_default())
    }

    /// Takes as [`Self::take`] does, of a text without the `;`.
    fn first(text: &'a str) -> Result<(Self, &'a str), Malformed> {
        let fault = Malformed("parameter value is neither token, host nor quoted string");
        let ends = |rest: &str| rest.is_empty() || rest.starts_with(';');
        let (name, rest) = run(trim_start(text), &TOKEN);
        let rest = trim_start(rest);
        if name.is_empty() || !(ends(rest) || rest.starts_with('=')) {
            return Err(Malformed("parameter name is not a token"));
        }
        let Some(value) = rest.strip_prefix('=').map(trim_start) else { return Ok((Self { name, value: None }, rest)) };
        let (value, rest) = match value.starts_with('"') {
            true => value.split_at(quoted_end(value).ok_or(fault)?),
            false => run(value, &VALUE),
        };
        let rest = trim_start(rest);
        if value.is_empty() || !ends(rest) {
            return Err(fault);
        }
        Ok((Self { name, value: Some(value) }, rest))
    }

    fn read(piece: &'a str) -> Self {
        match cut(piece, b'=') {
            Some((name, value)) => Self { name: trim(name), value: Some(trim(value)) },
            None => Self { name: trim(piece), value: None },
        }
    }
}

/// What `gen-value` is made of. Hosts may be IPv6 with or without brackets (RFC 5118 §4.5), and
/// some phones put `@` or `/` there.
const VALUE: [bool; 256] =
    class!(|b| b > b' ' && b != 0x7f && !matches!(b, b'"' | b',' | b';' | b'<' | b'>' | b'=' | b'?'));

/// Takes off the quotes and backslashes of a value, if it has them.
pub fn unquote(value: &str) -> Cow<'_, str> {
    let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) else {
        return Cow::Borrowed(value);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut plain = String::with_capacity(inner.len());
    let mut escaped = false;
    for c in inner.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            plain.push(c);
            escaped = false;
        }
    }
    Cow::Owned(plain)
}

/// Writes the text as a quoted string: quotes and backslashes escaped, control characters left out.
pub fn quote(plain: &str) -> String {
    let mut quoted = String::with_capacity(plain.len() + 2);
    quoted.push('"');
    for c in plain.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_without_case_and_with_space_around() {
        let params = Params::new(r#"; Tag = x;lr;+sip.instance="<urn:uuid:0-1>";note="a;b""#);
        assert_eq!(params.value("tag"), Some("x"));
        assert!(params.has("LR"));
        assert_eq!(params.value("lr"), None);
        assert_eq!(params.unquoted("+sip.instance").as_deref(), Some("<urn:uuid:0-1>"));
        assert_eq!(params.unquoted("note").as_deref(), Some("a;b"));
        assert_eq!(params.iter().count(), 4);
    }

    #[test]
    fn empty_and_unfinished_parameters_are_refused() {
        assert!(Params::check(";;,;,,").is_err());
        assert!(Params::check(";a=\"x").is_err());
        assert!(Params::check(";a=").is_err());
        assert!(Params::check("a").is_err());
        assert!(Params::check(";tag=1;Tag=2").is_err());
        let many = |count| (0..count).map(|n| format!(";p{n}")).collect::<String>();
        assert!(Params::check(&many(32)).is_ok());
        assert!(Params::check(&many(33)).is_err());
        assert!(Params::check(";received=2001:db8::1;rport;x=[::1]").is_ok());
    }

    #[test]
    fn each_parameter_of_a_broken_list_stands_for_itself() {
        for (broken, read) in [
            (";expires=;tag=1;;x", ";tag=1;x"),
            (" junk ;tag=1;a b;tag=2", ";tag=1"),
            (";note=\"a;tag=1", ";tag=1"),
            (";note=\"a;tag=2\";b=<>;tag=1", ";note=\"a;tag=2\";tag=1"),
            (";note=\"a\rb\";tag=1", ";tag=1"),
        ] {
            assert_eq!(readable(broken), read, "{broken}");
        }
    }

    #[test]
    fn quoting_is_undone_by_unquoting() {
        let name = "say \"hi\" \\ there";
        assert_eq!(unquote(&quote(name)), name);
        assert_eq!(quote("a\r\nb"), "\"ab\"");
    }
}
