//! Writing session descriptions, strictly in the order of RFC 8866 §5.

use super::{Address, Attribute, Media, Session};
use crate::grammar::class;
use crate::spell;
use std::fmt;
use std::net::IpAddr;

/// Returns whether every character is printable ASCII. Text that is not may have control characters
/// beyond ASCII, and is looked at more closely.
pub(super) fn is_ascii_print(text: &str) -> bool {
    text.bytes().all(|b| PRINTS[usize::from(b)])
}

const PRINTS: [bool; 256] = class!(|b| b >= b' ' && b < 0x7f);

/// Appends a value without the characters that would end its line.
fn clean(text: &mut String, value: &str) {
    if is_ascii_print(value) {
        text.push_str(value);
    } else {
        text.extend(value.chars().filter(|c| !c.is_control()));
    }
}

impl Attribute {
    fn write(&self, text: &mut String) {
        text.push_str("a=");
        clean(text, &self.name);
        if let Some(value) = &self.value {
            text.push(':');
            clean(text, value);
        }
        text.push_str("\r\n");
    }
}

impl Media {
    fn write(&self, text: &mut String) {
        text.push_str("m=");
        clean(text, &self.kind);
        text.push(' ');
        spell::number(text, self.port);
        text.push(' ');
        clean(text, &self.protocol);
        if self.formats.is_empty() {
            // At least one must stand there (RFC 8866 §5.14).
            text.push_str(" 0");
        }
        for format in &self.formats {
            text.push(' ');
            clean(text, format);
        }
        text.push_str("\r\n");
        connection(text, self.connection.as_ref());
        self.attributes.iter().for_each(|attribute| attribute.write(text));
    }
}

impl Address {
    fn write(&self, text: &mut String) {
        text.push_str(if matches!(self, Self::Ip(IpAddr::V6(_))) { "IN IP6 " } else { "IN IP4 " });
        match self {
            Self::Ip(ip) => spell::ip(text, *ip),
            Self::Name(name) => clean(text, name),
        }
    }
}

fn connection(text: &mut String, address: Option<&Address>) {
    if let Some(address) = address {
        text.push_str("c=");
        address.write(text);
        text.push_str("\r\n");
    }
}

impl Session {
    /// Writes the description as it is sent.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(512);
        let origin = &self.origin;
        text.push_str("v=0\r\no=");
        clean(&mut text, &origin.user);
        for number in [origin.id, origin.version] {
            text.push(' ');
            spell::number(&mut text, number);
        }
        text.push(' ');
        origin.address.write(&mut text);
        text.push_str("\r\ns=-\r\n");
        connection(&mut text, self.connection.as_ref());
        text.push_str("t=0 0\r\n");
        self.attributes.iter().for_each(|attribute| attribute.write(&mut text));
        self.media.iter().for_each(|media| media.write(&mut text));
        text
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}
