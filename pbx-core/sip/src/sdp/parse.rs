//! Reading session descriptions, leniently: lines may end with LF alone, come in a strange order or
//! be unknown; `s=`, `t=` and `o=` may be missing; white space at the ends does not matter.

use super::print::is_ascii_print;
use super::{Address, Attribute, Media, Origin, Session};
use crate::grammar::cut;
use std::net::{IpAddr, Ipv4Addr};
use thiserror::Error;

/// The reason why a body is no session description.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum SdpError {
    /// The body is not UTF-8.
    #[error("the body is not text")]
    NotText,
    /// The body does not begin with `v=0`.
    #[error("the first line is not v=0")]
    Version,
    /// A line that is not `x=value`, or has a control character.
    #[error("line {0} is not a letter, an equals sign and plain text")]
    Line(usize),
    /// A `c=` line that can't be read.
    #[error("line {0}: the connection can't be read")]
    Connection(usize),
    /// An `m=` line that can't be read.
    #[error("line {0}: the media can't be read")]
    Media(usize),
    /// More bytes, lines or media than anybody needs.
    #[error("the body is too large")]
    TooLarge,
}

/// Longest body that is read, in bytes.
const MOST_BYTES: usize = 65_536;
/// Most lines that are read.
const MOST_LINES: usize = 2_000;
/// Most `m=` lines that are read.
const MOST_MEDIA: usize = 32;

impl Session {
    /// Reads a body of type `application/sdp`.
    ///
    /// # Errors
    /// What is wrong with it, and in which line, counted from 1.
    pub fn parse(body: &[u8]) -> Result<Self, SdpError> {
        if body.len() > MOST_BYTES {
            return Err(SdpError::TooLarge);
        }
        let text = std::str::from_utf8(body).map_err(|_| SdpError::NotText)?;
        let nobody = Address::Ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let origin = Origin { user: "-".to_owned(), id: 0, version: 0, address: nobody };
        let mut session = Self { origin, connection: None, attributes: Vec::new(), media: Vec::new() };
        let lines = SdpLines(text).map(str::trim_ascii).filter(|line| !line.is_empty());
        let mut begun = false;
        for (number, line) in lines.enumerate().map(|(index, line)| (index + 1, line)) {
            if number > MOST_LINES || session.media.len() > MOST_MEDIA {
                return Err(SdpError::TooLarge);
            }
            if !is_ascii_print(line) && line.contains(|c: char| c.is_control() && c != '\t') {
                return Err(SdpError::Line(number));
            }
            let (letter, value) = cut(line, b'=').ok_or(SdpError::Line(number))?;
            let (letter, value) = (letter.trim_ascii(), value.trim_ascii());
            if !begun && (letter != "v" || value != "0") {
                return Err(SdpError::Version);
            }
            begun = true;
            session.line(letter, value, number)?;
        }
        if begun { Ok(session) } else { Err(SdpError::Version) }
    }

    fn line(&mut self, letter: &str, value: &str, number: usize) -> Result<(), SdpError> {
        match letter {
            "o" => self.origin = origin_of(value).unwrap_or_else(|| self.origin.clone()),
            "m" => self.media.push(media_of(value).ok_or(SdpError::Media(number))?),
            "c" => {
                let address = Some(Address::parse(value).ok_or(SdpError::Connection(number))?);
                match self.media.last_mut() {
                    // Of several addresses for one stream (layered multicast) the first is meant
                    // for us.
                    Some(media) => media.connection = media.connection.take().or(address),
                    None => self.connection = address,
                }
            }
            "a" => {
                let attribute = match cut(value, b':') {
                    Some((name, value)) => Attribute::new(name.trim_ascii(), value.trim_ascii()),
                    None => Attribute::flag(value),
                };
                self.media.last_mut().map_or(&mut self.attributes, |media| &mut media.attributes).push(attribute);
            }
            _ => {}
        }
        Ok(())
    }
}

/// The lines of a text, however they end.
struct SdpLines<'a>(&'a str);

impl<'a> Iterator for SdpLines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let (line, rest) = match memchr::memchr2(b'\r', b'\n', self.0.as_bytes()) {
            Some(end) => (self.0.get(..end)?, self.0.get(end + 1..)?),
            None => (self.0, ""),
        };
        self.0 = rest;
        Some(line)
    }
}

fn origin_of(value: &str) -> Option<Origin> {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    let [user, id, version, address @ ..] = &*words else { return None };
    let number = |word: &str| word.parse().unwrap_or(0);
    let address = Address::parse(&address.join(" "))?;
    Some(Origin { user: (*user).to_owned(), id: number(id), version: number(version), address })
}

fn media_of(value: &str) -> Option<Media> {
    let mut words = value.split_ascii_whitespace();
    let (kind, port, protocol) = (words.next()?, words.next()?, words.next()?);
    // `49170/2` asks for two pairs of ports; we use the first.
    let port = port.split('/').next()?.parse().ok()?;
    let formats = words.map(str::to_owned).collect();
    Some(Media {
        kind: kind.to_owned(),
        port,
        protocol: protocol.to_owned(),
        formats,
        connection: None,
        attributes: Vec::new(),
    })
}
