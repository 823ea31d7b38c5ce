//! What of a message that was let in could not be read, for those who look at it later.

use crate::header_class::HeaderSet;
use crate::header_name::HeaderName;
use crate::message::check::{check, is_single};
use crate::message::{Scanned, scan};
use bytes::Bytes;

/// Lists the headers of a message that can't be read, or are there twice and may be there once;
/// [`HeaderName::Other`] stands for a line that is no header.
///
/// Each once, in their order. Nothing of this is looked at when a message comes in.
pub fn overlooked(message: Bytes) -> Vec<HeaderName> {
    let Ok(Scanned { message, flaw }) = scan(message) else { return Vec::new() };
    let (mut seen, mut found) = (HeaderSet::default(), Vec::new());
    for header in message.headers() {
        let name = header.name();
        let is_broken = seen.has(name) && is_single(name) || check(name, &header.text()).is_err();
        seen.add(name);
        if is_broken && !found.contains(&name) {
            found.push(name);
        }
    }
    found.extend(flaw.map(|_| HeaderName::Other));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_header_that_cannot_be_read_is_named_once() {
        let text = "BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nReason:preemption;;\r\nReason: x=1\r\n\
            Allow: INVITE ACK\r\nno header\r\nSubject: \r\nContact: <sip:a@b>;expires=\r\nExpires: 1\r\nExpires: 2\r\n\r\n";
        let names =
            [HeaderName::Reason, HeaderName::Allow, HeaderName::Contact, HeaderName::Expires, HeaderName::Other];
        assert_eq!(overlooked(text.into()), names);
        assert_eq!(overlooked("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n".into()), []);
        assert_eq!(overlooked("no SIP".into()), []);
    }
}
