//! Writing session descriptions, strictly in the order of RFC 8866 §5.

use super::{Attribute, Media, Session};
use crate::grammar::class;
use std::fmt::{self, Write as _};

/// Whether every character is one that ASCII prints. Control characters beyond ASCII take more than one byte: what is not of
/// this kind is to be looked at more closely.
pub(super) fn is_ascii_print(text: &str) -> bool {
    text.bytes().all(|b| PRINTS[usize::from(b)])
}

const PRINTS: [bool; 256] = class!(|b| b >= b' ' && b < 0x7f);

/// A value without the characters that would end its line.
struct Clean<'a>(&'a str);

impl fmt::Display for Clean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_ascii_print(self.0) {
            return f.write_str(self.0);
        }
        self.0.chars().filter(|c| !c.is_control()).try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "a={}:{}\r\n", Clean(&self.name), Clean(value)),
            None => write!(f, "a={}\r\n", Clean(&self.name)),
        }
    }
}

impl fmt::Display for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={} {} {}", Clean(&self.kind), self.port, Clean(&self.protocol))?;
        self.formats.iter().try_for_each(|format| write!(f, " {}", Clean(format)))?;
        f.write_str("\r\n")?;
        if let Some(address) = &self.connection {
            write!(f, "c={}\r\n", Clean(&address.to_string()))?;
        }
        self.attributes.iter().try_for_each(|attribute| attribute.fmt(f))
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = &self.origin;
        let (user, address) = (Clean(&origin.user), origin.address.to_string());
        write!(f, "v=0\r\no={user} {} {} {}\r\ns=-\r\n", origin.id, origin.version, Clean(&address))?;
        if let Some(address) = &self.connection {
            write!(f, "c={}\r\n", Clean(&address.to_string()))?;
        }
        f.write_str("t=0 0\r\n")?;
        self.attributes.iter().try_for_each(|attribute| attribute.fmt(f))?;
        self.media.iter().try_for_each(|media| media.fmt(f))
    }
}
