//! Request methods (RFC 3261 §7.1 and the extensions we know).

use crate::error::Malformed;
use crate::grammar::is_token;
use crate::text::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The enum, the list of its names and both ways between them from one table: a method that stands
/// here is walked by every test that goes through [`KNOWN`].
macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// A request method. Methods are case-sensitive.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Method {
            $($(#[$doc])* $name,)+
            /// Any other token, as it was written.
            Other(Text),
        }

        /// The methods that have a name here.
        pub const KNOWN: [Method; [$($text),+].len()] = [$(Method::$name),+];

        impl Method {
            /// Returns the method of that name, if it is one of [`KNOWN`].
            pub fn known(text: &str) -> Option<Self> {
                Some(match text {
                    $($text => Self::$name,)+
                    _ => return None,
                })
            }

            /// Returns the method as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Other(name) => name,
                }
            }
        }
    };
}

methods! {
    /// RFC 3261 §13.
    Invite = "INVITE",
    /// RFC 3261 §13.2.2.4 and §17.1.1.3.
    Ack = "ACK",
    /// RFC 3261 §15.
    Bye = "BYE",
    /// RFC 3261 §9.
    Cancel = "CANCEL",
    /// RFC 3261 §11.
    Options = "OPTIONS",
    /// RFC 3261 §10.
    Register = "REGISTER",
    /// RFC 3262.
    Prack = "PRACK",
    /// RFC 3311.
    Update = "UPDATE",
    /// RFC 6086.
    Info = "INFO",
    /// RFC 3428.
    Message = "MESSAGE",
    /// RFC 6665.
    Subscribe = "SUBSCRIBE",
    /// RFC 6665.
    Notify = "NOTIFY",
    /// RFC 3903.
    Publish = "PUBLISH",
    /// RFC 3515.
    Refer = "REFER",
}

impl Method {
    /// Reads a method.
    ///
    /// # Errors
    /// When it is not a token.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match Self::known(text) {
            Some(method) => Ok(method),
            None if is_token(text) => Ok(Self::Other(Text::from(text))),
            None => Err(Malformed("method is not a token")),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_method_reads_back() {
        for method in KNOWN {
            assert_eq!(Method::parse(method.as_str()), Ok(method));
        }
    }

    #[test]
    fn methods_are_case_sensitive_tokens() {
        assert_eq!(Method::parse("invite"), Ok(Method::Other(Text::from("invite"))));
        assert!(Method::parse("IN VITE").is_err());
        assert!(Method::parse("").is_err());
    }
}
