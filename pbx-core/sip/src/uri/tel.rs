//! A telephone number as a URI (RFC 3966).

use crate::params::Params;
use crate::text::{Span, Text};

/// `tel:+1-201-555-0123;phone-context=…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TelUri {
    pub(super) text: Text,
    pub(super) number: Span,
    pub(super) params: Span,
}

impl TelUri {
    /// Returns the URI as it was written.
    pub const fn text(&self) -> &Text {
        &self.text
    }

    /// Returns the number as written, with its visual separators.
    pub fn number(&self) -> &str {
        self.number.get(&self.text)
    }

    /// Returns the number without visual separators (RFC 3966 §5.1.1).
    pub fn digits(&self) -> String {
        self.number().chars().filter(|c| !matches!(c, '-' | '.' | '(' | ')')).collect()
    }

    /// Returns whether it begins with `+`.
    pub fn is_global(&self) -> bool {
        self.number().starts_with('+')
    }

    /// Returns the parameters.
    pub fn params(&self) -> Params<'_> {
        Params::new(self.params.get(&self.text))
    }

    /// Makes a copy that no longer shares the message's buffer.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { text: self.text.detached(), ..*self }
    }
}
