//! Replaces the topmost Via by one that says where the request really came from (RFC 3261 §18.2.1).
//! Every request gets one, so the bytes are spliced and not parsed again.

use super::Message;
use super::values::{Field, HeaderLines};
use crate::grammar::split_outside;
use crate::header_name::HeaderName;
use crate::text::{Span, Text};
use crate::via::Via;
use bytes::Bytes;
use std::sync::Arc;

impl Message {
    /// Returns the message with this value in place of its topmost Via; everything else keeps its
    /// bytes. `None` where there is no Via, where it is folded, or where the value would break its
    /// line.
    #[must_use]
    pub fn with_top_via(&self, via: &Via) -> Option<Self> {
        let value = via.text().as_str();
        let fields = self.fields();
        let at = fields.iter().position(|field| field.kind == HeaderName::Via)?;
        let field = fields.get(at).filter(|field| !field.folded && !value.contains(['\r', '\n']))?;
        let text = self.head_str(field.value);
        let old = split_outside(text, b',').next().map(|first| Span::of(text, first))?;
        let start = field.value.start as usize + old.start as usize;
        let end = field.value.start as usize + old.end as usize;
        let raw = self.as_bytes();
        let raw = Bytes::from([raw.get(..start)?, value.as_bytes(), raw.get(end..)?].concat());
        let move_by = |place: u32| (place as usize + value.len() - (end - start)) as u32;
        let head = Text::from_utf8(raw.slice(..move_by(self.head_end()) as usize))?;
        let moved = |(index, field): (usize, &Field)| moved(*field, index.cmp(&at), &move_by);
        let fields = fields.iter().enumerate().map(moved).collect();
        Some(Self { raw, head, start: self.start.clone(), lines: Arc::new(self.lines.but_via(fields, via.clone())) })
    }
}

/// Moves a header to where it stands after the Via has changed its length.
fn moved(field: Field, from_via: std::cmp::Ordering, move_by: &impl Fn(u32) -> u32) -> Field {
    let behind = |span: Span| Span { start: move_by(span.start), end: move_by(span.end) };
    match from_via {
        std::cmp::Ordering::Less => field,
        std::cmp::Ordering::Equal => Field { value: Span { end: move_by(field.value.end), ..field.value }, ..field },
        std::cmp::Ordering::Greater => Field { name: behind(field.name), value: behind(field.value), ..field },
    }
}

impl HeaderLines {
    /// Returns the header lines at their new places, with the typed values that were parsed
    /// already, except for the Via.
    fn but_via(&self, fields: Box<[Field]>, via: Via) -> Self {
        let Self { uri, from, to, cseq, .. } = self;
        let via = Ok(via).into();
        Self { fields, uri: uri.clone(), via, from: from.clone(), to: to.clone(), cseq: cseq.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Editor;

    const TEXT: &str = "OPTIONS sip:a SIP/2.0\r\nFrom: <sip:b>;tag=1\r\nv: SIP/2.0/UDP h;branch=z9hG4bKx , SIP/2.0/UDP i\r\n\
        To: <sip:a>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 2\r\n\r\nhi";

    #[test]
    fn splice_is_what_the_editor_writes() {
        for value in ["SIP/2.0/UDP h;branch=z9hG4bKx;received=192.0.2.1", "SIP/2.0/UDP i"] {
            let message = Message::parse(TEXT).unwrap();
            message.from_addr().unwrap();
            let spliced = message.with_top_via(&Via::parse(value).unwrap()).unwrap();
            let read = Message::parse(spliced.as_bytes().clone()).unwrap();
            assert_eq!(spliced.via().unwrap().text(), value);
            for (one, other) in spliced.headers().zip(read.headers()) {
                assert_eq!((one.name(), one.value()), (other.name(), other.value()));
            }
            assert_eq!(spliced.body(), "hi");
            let edited = Editor::new(&message).first_value(HeaderName::Via, Some(value)).finish().unwrap();
            assert_eq!(spliced.vias().unwrap(), edited.vias().unwrap());
            assert_eq!(spliced.from_addr(), edited.from_addr());
        }
    }

    #[test]
    fn value_that_breaks_its_line_is_refused() {
        let folded = Via::parse("SIP/2.0/UDP h\r\n ;branch=y").unwrap();
        assert!(Message::parse(TEXT).unwrap().with_top_via(&folded).is_none());
    }
}
