//! SIP as the phones speak and read it: through `rsip`, which is nobody's relative of the exchange's own stack.

use rsip::sip::headers::{Headers, make_header};
use rsip::sip::prelude::*;
use rsip::sip::{Method, Request, Response, SipMessage, StatusCode, Uri, Version};

/// Reads what the exchange sent. What `rsip` cannot read fails the test.
pub(crate) fn read(bytes: &[u8]) -> SipMessage {
    match SipMessage::try_from(bytes) {
        Ok(message) => message,
        Err(error) => panic!("rsip cannot read this ({error}):\n{}", String::from_utf8_lossy(bytes)),
    }
}

/// A request with these headers, in order.
pub(crate) fn request(method: Method, uri: &str, lines: &[(&str, String)], body: &str) -> Vec<u8> {
    let uri = Uri::try_from(uri).unwrap_or_else(|error| panic!("{uri} is no URI for rsip: {error}"));
    let request =
        Request { method, uri, version: Version::V2, headers: headers(lines, body), body: body.as_bytes().to_vec() };
    request.to_bytes()
}

/// An answer to a request, with the To-tag if it has none.
pub(crate) fn response(to: &Request, code: u16, tag: Option<&str>, lines: &[(&str, String)], body: &str) -> Vec<u8> {
    let mut all: Vec<(&str, String)> = vec![];
    for header in to.headers().iter() {
        let name = header.name();
        match name {
            "Via" | "From" | "Call-ID" | "CSeq" => all.push((name, header.value().to_owned())),
            "To" => {
                let value = header.value().to_owned();
                let tagged = tag.filter(|_| !value.contains(";tag="));
                all.push((name, tagged.map_or_else(|| value.clone(), |tag| format!("{value};tag={tag}"))));
            }
            _ => {}
        }
    }
    all.extend(lines.iter().cloned());
    let response = Response {
        status_code: StatusCode::from(code),
        wire_reason: None,
        version: Version::V2,
        headers: headers(&all, body),
        body: body.as_bytes().to_vec(),
    };
    response.to_bytes()
}

fn headers(lines: &[(&str, String)], body: &str) -> Headers {
    let mut headers: Vec<_> = lines.iter().map(|(name, value)| make_header(name, value.clone())).collect();
    if !body.is_empty() {
        headers.push(make_header("Content-Type", "application/sdp".to_owned()));
    }
    headers.push(make_header("Content-Length", body.len().to_string()));
    Headers(headers)
}

/// What phones ask of any message.
pub(crate) trait Reading: HeadersExt {
    /// The branch of the topmost Via.
    fn branch(&self) -> String {
        let via = self.top_via_header().and_then(|via| via.typed()).expect("a Via that rsip reads");
        via.branch().map(ToString::to_string).unwrap_or_default().trim_start_matches("branch=").to_owned()
    }

    /// Call-ID.
    fn call(&self) -> String {
        self.call_id_header().expect("a Call-ID").value().to_owned()
    }

    /// CSeq's number and method.
    fn seq(&self) -> (u32, Method) {
        let cseq = self.cseq_header().and_then(|cseq| cseq.typed()).expect("a CSeq that rsip reads");
        (cseq.seq, cseq.method)
    }

    /// The tag of From.
    fn from_tag(&self) -> Option<String> {
        tag(self.from_header().expect("a From").value())
    }

    /// The tag of To.
    fn to_tag(&self) -> Option<String> {
        tag(self.to_header().expect("a To").value())
    }

    /// The URI of the first Contact.
    fn contact_uri(&self) -> Option<String> {
        let value = self.contact_header().ok()?.value().to_owned();
        let contacts = rsip::sip::typed::Contact::parse_header_list(&value).expect("a Contact that rsip reads");
        contacts.first().map(|contact| contact.uri.to_string())
    }

    /// A header by its name.
    fn named(&self, name: &str) -> Option<String> {
        let found = self.headers().iter().find(|header| header.name().eq_ignore_ascii_case(name));
        found.map(|header| header.value().to_owned())
    }
}

impl Reading for Request {}
impl Reading for Response {}

fn tag(value: &str) -> Option<String> {
    let rest = value.split(";tag=").nth(1)?;
    Some(rest.split(';').next().unwrap_or(rest).trim().to_owned())
}
