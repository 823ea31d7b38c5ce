//! What the gate lets in: so much of a message, and the methods and extensions of the server behind
//! it.

use crate::method::{KNOWN, Method};

/// The most bytes of a message. A UDP datagram cannot be longer.
pub const MAX_BYTES: usize = 65_535;
/// The most bytes of the start line and headers together.
pub const MAX_HEAD_BYTES: usize = 32_768;
/// The most bytes of a Request-URI; beyond it the answer is 414. RFC 4475's longest has about 40.
pub const MAX_URI_BYTES: usize = 1_024;
/// The most Vias: each is a hop, and Max-Forwards begins at 70.
pub const MAX_VIAS: usize = 70;

/// The methods and extensions of the server behind the gate.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// The option tags that may stand in Require; any other is answered with 420.
    pub supported: &'a [&'a str],
    /// The methods that the server knows; any other is answered with 501.
    pub methods: &'a [Method],
    /// The methods it carries out: what a 501 names in Allow (RFC 3261 §8.2.1 wants the same of a
    /// 405).
    pub allowed: &'a [Method],
}

impl Default for Policy<'_> {
    /// Returns a server that knows all named methods and no extension.
    fn default() -> Self {
        Self { supported: &[], methods: &KNOWN, allowed: &KNOWN }
    }
}
