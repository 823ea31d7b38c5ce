//! What a verb takes and what comes back, declared once: the check of a script's arguments and
//! docs/TEMPLATE-API.md both read these tables.

use crate::base::value::Value;
use std::collections::BTreeMap;
use thiserror::Error;

/// A verb as scripts see it.
#[derive(Debug)]
pub struct VerbSpec {
    /// The verb's name in scripts.
    pub name: &'static str,
    /// What it does, in a sentence or two of Markdown.
    pub doc: &'static str,
    /// Its named arguments, in the order of the documentation.
    pub args: &'static [ArgSpec],
    /// Each `status` that its outcome may have.
    pub outcomes: &'static [OutcomeSpec],
    /// Whether the call is over for the script once the verb was asked for: the script is not
    /// resumed.
    pub terminal: bool,
    /// A line of Lua that uses it.
    pub example: &'static str,
}

/// One named argument of a verb.
#[derive(Debug)]
pub struct ArgSpec {
    /// The argument's name.
    pub name: &'static str,
    /// What the argument means, in Markdown.
    pub doc: &'static str,
    /// The values that it may have.
    pub kind: ArgKind,
    /// Whether the verb is refused without it.
    pub required: bool,
}

/// The values that an argument may have.
#[derive(Clone, Copy, Debug)]
pub enum ArgKind {
    /// An extension, or a list of extensions; becomes a list without duplicates.
    Extensions {
        /// The greatest number of extensions.
        max: usize,
    },
    /// A whole number between bounds.
    Integer {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// The name of something that the tenant configured: letters, digits, `.`, `_` and `-`.
    Name,
    /// Text that may reach a SIP header: no control characters.
    Phrase {
        /// The greatest length in bytes.
        max: usize,
    },
    /// Text for people: control characters become spaces, and what is too long is cut.
    Note {
        /// The greatest length in bytes.
        max: usize,
    },
    /// A table of short texts and numbers; becomes texts.
    Fields {
        /// The greatest number of entries.
        entries: usize,
        /// The greatest length of a text in bytes.
        max: usize,
    },
}

/// One `status` of a verb's outcome.
#[derive(Debug)]
pub struct OutcomeSpec {
    /// The text in `outcome.status`.
    pub status: &'static str,
    /// When it comes, and the fields beside it.
    pub doc: &'static str,
}

/// The reason why a verb's arguments were refused, for the script's author.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ArgFault {
    /// There is no such verb.
    #[error("there is no verb {0}")]
    NoVerb(String),
    /// An argument that the verb does not take.
    #[error("{verb}: there is no argument {arg}")]
    Unknown {
        /// The verb.
        verb: &'static str,
        /// The argument, cut to a readable length.
        arg: String,
    },
    /// A required argument is not there.
    #[error("{verb}: the argument {arg} is missing")]
    Missing {
        /// The verb.
        verb: &'static str,
        /// The argument.
        arg: &'static str,
    },
    /// An argument is not what it must be.
    #[error("{verb}: {arg} {must}")]
    Bad {
        /// The verb.
        verb: &'static str,
        /// The argument.
        arg: &'static str,
        /// What the argument must be, in words.
        must: String,
    },
}

impl VerbSpec {
    /// Checks named arguments and brings them into the form that the engine reads. Absent optional
    /// ones stay absent.
    pub(crate) fn check(&self, mut given: BTreeMap<String, Value>) -> Result<BTreeMap<String, Value>, ArgFault> {
        let mut checked = BTreeMap::new();
        for arg in self.args {
            match given.remove(arg.name) {
                None | Some(Value::Null) if arg.required => {
                    return Err(ArgFault::Missing { verb: self.name, arg: arg.name });
                }
                None | Some(Value::Null) => {}
                Some(value) => {
                    let value =
                        arg.kind.check(value).map_err(|must| ArgFault::Bad { verb: self.name, arg: arg.name, must })?;
                    checked.insert(arg.name.to_owned(), value);
                }
            }
        }
        match given.into_keys().next() {
            Some(arg) => Err(ArgFault::Unknown { verb: self.name, arg: cut(&arg, 40) }),
            None => Ok(checked),
        }
    }
}

impl ArgKind {
    /// Brings a value into its canonical form, or says what it must be.
    fn check(self, value: Value) -> Result<Value, String> {
        match self {
            Self::Extensions { max } => extensions(value, max),
            Self::Integer { min, max } => match whole(&value) {
                Some(int) if (min..=max).contains(&int) => Ok(Value::Int(int)),
                _ => Err(format!("must be a whole number from {min} to {max}")),
            },
            Self::Name => match value {
                Value::Text(text) if is_name(&text) => Ok(Value::Text(text)),
                _ => Err("must be a name: 1 to 64 letters, digits, '.', '_' or '-'".to_owned()),
            },
            Self::Phrase { max } => phrase(value, max),
            Self::Note { max } => match value {
                Value::Text(text) => {
                    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
                    Ok(Value::Text(cut(&line, max)))
                }
                _ => Err("must be text".to_owned()),
            },
            Self::Fields { entries, max } => fields(value, entries, max),
        }
    }

    /// Returns the words of the documentation for it.
    pub fn describe(self) -> String {
        match self {
            Self::Extensions { max } => format!("an extension, or a list of up to {max} extensions"),
            Self::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Self::Name => "a name".to_owned(),
            Self::Phrase { max } => format!("text of up to {max} bytes without control characters"),
            Self::Note { max } => format!("text; cut after {max} bytes"),
            Self::Fields { entries, max } => {
                format!("a table of up to {entries} texts or numbers, each up to {max} bytes")
            }
        }
    }
}

/// Returns whether a text is an extension: 1 to 16 digits, `*` and `#`, and nothing else, so that
/// no target can smuggle anything into a URI.
fn is_extension(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'#'))
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Reads the whole number that a value is. Lua has no integers of its own, so `30.0` is one.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        #[expect(clippy::cast_possible_truncation, reason = "in the bounds that were just checked it is exact")]
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 9e15 => Some(*float as i64),
        _ => None,
    }
}

fn extensions(value: Value, max: usize) -> Result<Value, String> {
    let must = || format!("must be an extension or a list of 1 to {max} extensions (digits, '*' and '#')");
    let items = match value {
        Value::List(items) => items,
        one => vec![one],
    };
    let mut list: Vec<Value> = Vec::new();
    for item in items {
        let text = match item {
            Value::Text(text) => text,
            Value::Int(int) => int.to_string(),
            _ => return Err(must()),
        };
        if !is_extension(&text) {
            return Err(must());
        }
        if !list.iter().any(|known| known.as_text() == Some(&text)) {
            list.push(Value::Text(text));
        }
    }
    if list.is_empty() || list.len() > max { Err(must()) } else { Ok(Value::List(list)) }
}

fn phrase(value: Value, max: usize) -> Result<Value, String> {
    match value {
        Value::Text(text) if text.len() <= max && !text.chars().any(char::is_control) => Ok(Value::Text(text)),
        _ => Err(format!("must be text of at most {max} bytes without control characters")),
    }
}

fn fields(value: Value, entries: usize, max: usize) -> Result<Value, String> {
    let must = || format!("must be a table of at most {entries} texts or numbers without control characters");
    let map = match value {
        Value::Map(map) if map.len() <= entries => map,
        Value::List(list) if list.is_empty() => BTreeMap::new(),
        _ => return Err(must()),
    };
    let mut checked = BTreeMap::new();
    for (key, value) in map {
        let text = match value {
            Value::Text(text) => text,
            Value::Int(int) => int.to_string(),
            _ => return Err(must()),
        };
        if !is_name(&key) || text.len() > max || text.chars().any(char::is_control) {
            return Err(must());
        }
        checked.insert(key, Value::Text(text));
    }
    Ok(Value::Map(checked))
}

/// Cuts a text at a character's border.
fn cut(text: &str, max: usize) -> String {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    fn args(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn one_extension_becomes_a_list_of_one() {
        let checked = check("ring", args(&[("targets", "101".into()), ("timeout", Value::Float(20.0))])).unwrap();
        assert_eq!(checked["targets"], Value::List(vec!["101".into()]));
        assert_eq!(checked["timeout"], Value::Int(20));
    }

    #[test]
    fn line_breaks_in_a_target_are_refused() {
        let fault = check("ring", args(&[("targets", "101\r\nVia: x".into())])).unwrap_err();
        assert!(fault.to_string().starts_with("ring: targets must be an extension"), "{fault}");
        assert!(check("lookup", args(&[("source", "a\nb".into())])).is_err());
        assert!(check("reject", args(&[("code", Value::Int(486)), ("reason", "no\r\nway".into())])).is_err());
    }

    #[test]
    fn a_missing_and_an_unknown_argument_are_named() {
        assert_eq!(check("ring", args(&[])).unwrap_err().to_string(), "ring: the argument targets is missing");
        let fault = check("ring", args(&[("targets", "1".into()), ("tiemout", Value::Int(3))])).unwrap_err();
        assert_eq!(fault.to_string(), "ring: there is no argument tiemout");
        assert_eq!(check("dance", args(&[])).unwrap_err().to_string(), "there is no verb dance");
    }

    #[test]
    fn a_note_is_made_one_line_and_cut() {
        let long = format!("gold\ncustomer {}", "ü".repeat(4000));
        let checked = check("note", args(&[("text", long.into())])).unwrap();
        let text = checked["text"].as_text().unwrap();
        assert!(text.starts_with("gold customer ü") && text.len() <= 500);
    }

    #[test]
    fn bounds_are_held() {
        assert!(check("ring", args(&[("targets", "1".into()), ("timeout", Value::Int(0))])).is_err());
        assert!(check("reject", args(&[("code", Value::Int(200))])).is_err());
        assert!(check("ring", args(&[("targets", Value::List(vec![]))])).is_err());
        assert!(check("ring", args(&[("targets", "x".repeat(10_000_000).into())])).is_err());
    }
}
