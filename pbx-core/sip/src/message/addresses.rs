//! The headers of a message that are addresses, read when asked for. In a follow-up
//! ([`Message::is_follow_up`]) what can be read of a broken one counts.

use super::{Contacts, Message};
use crate::error::{HeaderError, Malformed};
use crate::grammar::split_outside;
use crate::header_name::HeaderName;
use crate::name_addr::NameAddr;
use crate::text::Text;

impl Message {
    /// Reads From.
    ///
    /// # Errors
    /// When it is missing, repeated or breaks the grammar.
    pub fn from_addr(&self) -> Result<&NameAddr, HeaderError> {
        self.lines.from.get_or_init(|| self.address(HeaderName::From)).as_ref().map_err(Clone::clone)
    }

    /// Reads To.
    ///
    /// # Errors
    /// When it is missing, repeated or breaks the grammar.
    pub fn to_addr(&self) -> Result<&NameAddr, HeaderError> {
        self.lines.to.get_or_init(|| self.address(HeaderName::To)).as_ref().map_err(Clone::clone)
    }

    fn address(&self, name: HeaderName) -> Result<NameAddr, HeaderError> {
        let text = self.required(name)?.text();
        let read = NameAddr::parse(text.clone());
        let read = if self.is_follow_up() && !is_fine(&read) { NameAddr::repaired_tag(&text) } else { read };
        read.map_err(HeaderError::in_header(name))
    }

    /// Reads all Contacts. A parameter that can't be read counts as absent.
    ///
    /// # Errors
    /// When one breaks the grammar, or `*` is not alone.
    pub fn contacts(&self) -> Result<Contacts, HeaderError> {
        let values: Vec<Text> = self.headers_of(HeaderName::Contact).flat_map(|header| header.values()).collect();
        if let [only] = values.as_slice()
            && only == "*"
        {
            return Ok(Contacts::Any);
        }
        let read = |text| NameAddr::contact(text).map_err(HeaderError::in_header(HeaderName::Contact));
        values.into_iter().map(read).collect::<Result<_, _>>().map(Contacts::List)
    }

    /// Reads the first Contact, as a dialog's remote target is (RFC 3261 §12.1). One of a follow-up
    /// that can't be read counts as absent.
    ///
    /// # Errors
    /// When it breaks the grammar or is `*`.
    pub fn contact(&self) -> Result<Option<NameAddr>, HeaderError> {
        let Some(header) = self.header(HeaderName::Contact) else { return Ok(None) };
        let text = header.text();
        let first = split_outside(&text, b',').next().map_or(0, str::len);
        match NameAddr::contact(text.slice(0..first)) {
            Err(_) if self.is_follow_up() => Ok(NameAddr::repaired(&text).ok()),
            read => read.map(Some).map_err(HeaderError::in_header(HeaderName::Contact)),
        }
    }

    /// Reads the addresses of a header that lists them: Route, Path and their like.
    ///
    /// # Errors
    /// When one breaks the grammar.
    pub fn addresses(&self, name: HeaderName) -> Result<Vec<NameAddr>, HeaderError> {
        self.list(name, NameAddr::parse)
    }

    /// Reads Route, topmost first.
    ///
    /// # Errors
    /// When one breaks the grammar.
    pub fn routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.addresses(HeaderName::Route)
    }

    /// Reads Record-Route, topmost first. One of a follow-up that can't be read is left out.
    ///
    /// # Errors
    /// When one breaks the grammar.
    pub fn record_routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        if !self.is_follow_up() {
            return self.addresses(HeaderName::RecordRoute);
        }
        let read = |text: Text| {
            let read = NameAddr::parse(text.clone());
            Ok(if is_fine(&read) { read.ok() } else { NameAddr::repaired(&text).ok() })
        };
        self.list(HeaderName::RecordRoute, read).map(|routes| routes.into_iter().flatten().collect())
    }

    /// Reads the identities of P-Asserted-Identity that can be read (RFC 3325 §9.1), in their
    /// order.
    pub fn asserted_identities(&self) -> Vec<NameAddr> {
        let read = self.list(HeaderName::PAssertedIdentity, |text| Ok(NameAddr::parse(text).ok()));
        read.unwrap_or_default().into_iter().flatten().collect()
    }
}

/// Returns whether a value was read and may be written again: a follow-up may have stray line ends
/// in it.
fn is_fine(read: &Result<NameAddr, Malformed>) -> bool {
    read.as_ref().is_ok_and(|read| !read.text().contains(['\r', '\n']))
}
