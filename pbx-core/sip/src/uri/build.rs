//! Making SIP URIs whose parts cannot break out of their places.

use super::escape::{escape_param, escape_user};
use super::{Host, SipUri, Uri};
use crate::error::Malformed;
use crate::text::Text;
use std::fmt::Write as _;

/// Puts a SIP or SIPS URI together; what may not stand in its place is escaped.
#[derive(Clone, Debug)]
pub struct SipUriBuilder {
    text: String,
}

impl SipUriBuilder {
    /// Begins with `sip:user@host:port`.
    pub fn new(user: Option<&str>, host: Host<'_>, port: Option<u16>) -> Self {
        Self { text: String::from("sip:") }.address(user, host, port)
    }

    /// Begins with `sips:user@host:port`.
    pub fn secure(user: Option<&str>, host: Host<'_>, port: Option<u16>) -> Self {
        Self { text: String::from("sips:") }.address(user, host, port)
    }

    fn address(mut self, user: Option<&str>, host: Host<'_>, port: Option<u16>) -> Self {
        if let Some(user) = user {
            self.text.push_str(&escape_user(user));
            self.text.push('@');
        }
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{host}");
        if let Some(port) = port {
            let _ = write!(self.text, ":{port}");
        }
        self
    }

    /// Adds `;name=value`, or `;name`.
    #[must_use]
    pub fn param(mut self, name: &str, value: Option<&str>) -> Self {
        self.text.push(';');
        self.text.push_str(&escape_param(name));
        if let Some(value) = value {
            self.text.push('=');
            self.text.push_str(&escape_param(value));
        }
        self
    }

    /// Ends the URI and parses it.
    ///
    /// # Errors
    /// When the host is not one, or user or a parameter's name is empty.
    pub fn build(self) -> Result<SipUri, Malformed> {
        match Uri::parse(Text::from(self.text))? {
            Uri::Sip(uri) => Ok(uri),
            _ => Err(Malformed("not a SIP URI")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_its_place() {
        let uri = SipUriBuilder::new(Some("a@b;c>\r\nX: y"), Host::Name("example.com"), Some(5062))
            .param("transport", Some("tcp;lr"))
            .build()
            .unwrap();
        assert_eq!(uri.text().as_str(), "sip:a%40b%3Bc%3E%0D%0AX%3A%20y@example.com:5062;transport=tcp%3Blr");
        assert_eq!(uri.user_unescaped().unwrap(), "a@b;c>\r\nX: y");
        assert!(SipUriBuilder::new(None, Host::Name("a>b"), None).build().is_err());
    }
}
