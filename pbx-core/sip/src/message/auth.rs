//! The Authorization and WWW-Authenticate family of a message.

use super::Message;
use crate::error::HeaderError;
use crate::header::Auth;
use crate::header_name::HeaderName;

impl Message {
    /// The values of Authorization, Proxy-Authorization, WWW-Authenticate or Proxy-Authenticate: one a header line
    /// (RFC 3261 §7.3.1 forbids to join them).
    ///
    /// # Errors
    /// When one of them breaks the grammar.
    pub fn auths(&self, name: HeaderName) -> Result<Vec<Auth>, HeaderError> {
        let read = |text| Auth::parse(text).map_err(HeaderError::in_header(name));
        self.headers_of(name).map(|header| read(header.text())).collect()
    }
}
