//! The header lines of a message, and the values that everybody asks for, the Request-URI among
//! them: read once, when they are first asked for.

use crate::error::HeaderError;
use crate::header::CSeq;
use crate::header_name::HeaderName;
use crate::name_addr::NameAddr;
use crate::text::Span;
use crate::uri::Uri;
use crate::via::Via;
use std::sync::OnceLock;

/// One header line: where its name and its value stand.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) kind: HeaderName,
    pub(crate) folded: bool,
    pub(crate) name: Span,
    pub(crate) value: Span,
}

/// A value that was read, or the reason why it could not be.
pub(super) type Once<T> = OnceLock<Result<T, HeaderError>>;

/// The part of a message that all its copies share.
#[derive(Default)]
pub(super) struct HeaderLines {
    pub(super) fields: Box<[Field]>,
    /// The Request-URI.
    pub(super) uri: Once<Uri>,
    /// The topmost Via.
    pub(super) via: Once<Via>,
    pub(super) from: Once<NameAddr>,
    pub(super) to: Once<NameAddr>,
    pub(super) cseq: Once<CSeq>,
}

impl HeaderLines {
    pub(super) fn new(fields: &[Field]) -> Self {
        Self { fields: Box::from(fields), ..Self::default() }
    }
}
