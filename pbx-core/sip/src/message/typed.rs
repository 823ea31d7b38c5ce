//! Typed values of a message's headers, read when asked for.

use super::{Header, Message};
use crate::error::{HeaderError, Malformed};
use crate::grammar::{is_token, number, split_outside};
use crate::header::{Auth, CSeq, MediaType, Reason, retry_after, seconds};
use crate::header_name::HeaderName;
use crate::text::Text;
use crate::via::Via;

impl Message {
    /// Returns the header of that name where at most one may be.
    ///
    /// # Errors
    /// When there are several.
    pub fn single(&self, name: HeaderName) -> Result<Option<Header<'_>>, HeaderError> {
        let mut headers = self.headers_of(name);
        let first = headers.next();
        if headers.next().is_some() {
            return Err(HeaderError::Repeated(name));
        }
        Ok(first)
    }

    /// Returns the header of that name where exactly one must be.
    ///
    /// # Errors
    /// When there is none or several.
    pub fn required(&self, name: HeaderName) -> Result<Header<'_>, HeaderError> {
        self.single(name)?.ok_or(HeaderError::Missing(name))
    }

    /// Reads the topmost Via.
    ///
    /// # Errors
    /// When there is none or it breaks the grammar.
    pub fn via(&self) -> Result<&Via, HeaderError> {
        self.lines.via.get_or_init(|| self.read_via()).as_ref().map_err(Clone::clone)
    }

    fn read_via(&self) -> Result<Via, HeaderError> {
        let header = self.header(HeaderName::Via).ok_or(HeaderError::Missing(HeaderName::Via))?;
        let text = header.text();
        let top = split_outside(&text, b',').next().map_or(0, str::len);
        let top = if top == text.len() { text } else { text.slice(0..top) };
        let read = match Via::parse(top.clone()) {
            Err(_) if self.is_follow_up() => Via::repaired(&top),
            read => read,
        };
        read.map_err(HeaderError::in_header(HeaderName::Via))
    }

    /// Reads all Vias, topmost first.
    ///
    /// # Errors
    /// When one breaks the grammar.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        self.list(HeaderName::Via, Via::parse)
    }

    /// Reads Call-ID.
    ///
    /// # Errors
    /// When it is missing, repeated, or not `word[@word]`.
    pub fn call_id(&self) -> Result<Text, HeaderError> {
        let text = self.required(HeaderName::CallId)?.text();
        super::check::call_id(&text).map_err(HeaderError::in_header(HeaderName::CallId))?;
        Ok(text)
    }

    /// Reads CSeq.
    ///
    /// # Errors
    /// When it is missing, repeated or breaks the grammar.
    pub fn cseq(&self) -> Result<&CSeq, HeaderError> {
        self.lines.cseq.get_or_init(|| self.read_cseq()).as_ref().map_err(Clone::clone)
    }

    fn read_cseq(&self) -> Result<CSeq, HeaderError> {
        let header = self.required(HeaderName::Cseq)?;
        CSeq::parse(&header.value()).map_err(HeaderError::in_header(HeaderName::Cseq))
    }

    /// Reads Max-Forwards, 0–255 (RFC 3261 §20.22).
    ///
    /// # Errors
    /// When it is repeated or not such a number.
    pub fn max_forwards(&self) -> Result<Option<u8>, HeaderError> {
        self.number(HeaderName::MaxForwards, |text| number(text).ok_or(Malformed("Max-Forwards is not in 0-255")))
    }

    /// Reads Expires in seconds; beyond 32 bits it reads as 2³²−1 (RFC 3261 §20.19).
    ///
    /// # Errors
    /// When it is repeated or not a number.
    pub fn expires(&self) -> Result<Option<u32>, HeaderError> {
        self.number(HeaderName::Expires, |text| seconds(text).ok_or(Malformed("not a number of seconds")))
    }

    /// Reads Min-Expires in seconds (RFC 3261 §20.23).
    ///
    /// # Errors
    /// When it is repeated or not a number.
    pub fn min_expires(&self) -> Result<Option<u32>, HeaderError> {
        self.number(HeaderName::MinExpires, |text| seconds(text).ok_or(Malformed("not a number of seconds")))
    }

    /// Reads Retry-After in seconds (RFC 3261 §20.33).
    ///
    /// # Errors
    /// When it is repeated or not a number.
    pub fn retry_after(&self) -> Result<Option<u32>, HeaderError> {
        self.number(HeaderName::RetryAfter, retry_after)
    }

    /// Reads Content-Length in bytes.
    ///
    /// # Errors
    /// When it is repeated or not a number below 2³².
    pub fn content_length(&self) -> Result<Option<u32>, HeaderError> {
        self.number(HeaderName::ContentLength, |text| number(text).ok_or(Malformed("not a length in bytes")))
    }

    fn number<T>(
        &self,
        name: HeaderName,
        read: impl Fn(&str) -> Result<T, Malformed>,
    ) -> Result<Option<T>, HeaderError> {
        let Some(header) = self.single(name)? else { return Ok(None) };
        read(&header.value()).map(Some).map_err(HeaderError::in_header(name))
    }

    /// Reads Content-Type.
    ///
    /// # Errors
    /// When it is repeated or breaks the grammar.
    pub fn content_type(&self) -> Result<Option<MediaType>, HeaderError> {
        let Some(header) = self.single(HeaderName::ContentType)? else { return Ok(None) };
        MediaType::parse(header.text()).map(Some).map_err(HeaderError::in_header(HeaderName::ContentType))
    }

    /// Reads Accept: the media ranges, none where the header is absent or empty.
    ///
    /// # Errors
    /// When one breaks the grammar.
    pub fn accept(&self) -> Result<Vec<MediaType>, HeaderError> {
        self.list(HeaderName::Accept, MediaType::parse)
    }

    /// Returns whether an answer may carry a session description (RFC 3261 §20.1): without a
    /// readable Accept it may, with an empty one not. The most specific range decides, and `q=0`
    /// says no.
    pub fn accepts_sdp(&self) -> bool {
        if self.header(HeaderName::Accept).is_none() {
            return true;
        }
        let Ok(ranges) = self.accept() else { return true };
        let most_specific = [("application", "sdp"), ("application", "*"), ("*", "*")]
            .iter()
            .find_map(|(kind, subtype)| ranges.iter().find(|range| range.is(kind, subtype)));
        most_specific.is_some_and(|range| range.q() > 0)
    }

    /// Reads the tokens of a header that lists them: Require, Supported, Allow, Unsupported,
    /// Proxy-Require, Allow-Events.
    ///
    /// # Errors
    /// When one is not a token.
    pub fn tokens(&self, name: HeaderName) -> Result<Vec<Text>, HeaderError> {
        let token = |text: Text| if is_token(&text) { Ok(text) } else { Err(Malformed("not a list of tokens")) };
        self.list(name, token)
    }

    /// Returns whether such a header lists the token, without case.
    pub fn has_token(&self, name: HeaderName, token: &str) -> bool {
        self.headers_of(name).any(|header| split_outside(&header.value(), b',').any(|t| t.eq_ignore_ascii_case(token)))
    }

    /// Reads Privacy (RFC 3323 §4.2): the wishes, such as `id`.
    pub fn privacy(&self) -> Vec<Text> {
        let texts = self.headers_of(HeaderName::Privacy).map(|header| header.text());
        texts
            .flat_map(|text| split_outside(&text, b';').map(Text::from).collect::<Vec<_>>())
            .filter(|wish| !wish.is_empty())
            .collect()
    }

    /// Reads Reason (RFC 3326).
    ///
    /// # Errors
    /// When one breaks the grammar.
    pub fn reasons(&self) -> Result<Vec<Reason>, HeaderError> {
        self.list(HeaderName::Reason, Reason::parse)
    }

    /// Reads the values of Authorization, Proxy-Authorization, WWW-Authenticate or
    /// Proxy-Authenticate: one a header line (RFC 3261 §7.3.1 forbids to join them).
    ///
    /// # Errors
    /// When one of them breaks the grammar.
    pub fn auths(&self, name: HeaderName) -> Result<Vec<Auth>, HeaderError> {
        let read = |text| Auth::parse(text).map_err(HeaderError::in_header(name));
        self.headers_of(name).map(|header| read(header.text())).collect()
    }

    /// Reads User-Agent, or of a response Server.
    pub fn user_agent(&self) -> Option<Text> {
        let name = if self.is_request() { HeaderName::UserAgent } else { HeaderName::Server };
        self.header(name).or_else(|| self.header(HeaderName::UserAgent)).map(|header| header.text())
    }

    /// Reads the values of all headers of that name, empty ones left out.
    pub(super) fn list<T>(
        &self,
        name: HeaderName,
        read: impl Fn(Text) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, HeaderError> {
        let mut values = Vec::new();
        for header in self.headers_of(name) {
            let text = header.text();
            for part in split_outside(&text, b',').filter(|part| !part.is_empty()) {
                let part = text.slice(crate::text::Span::of(&text, part).range());
                values.push(read(part).map_err(HeaderError::in_header(name))?);
            }
        }
        Ok(values)
    }
}
