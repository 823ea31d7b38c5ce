//! The meaning of a dialled string.
//!
//! A string is normalised once, by the tenant's country; the caller keeps the original. The order
//! is fixed: the country's emergency numbers, then the tenant's extensions, then everything else.

mod dialled;
mod emergency;
mod number;

pub use dialled::Dialled;
pub use emergency::may_be_emergency;
pub use number::{e164, international};

/// The longest dialled string that is read, in characters: E.164's 15 digits with an access code,
/// separators and room to spare.
const LONGEST: usize = 40;

/// Returns the text without blanks, the visual separators of RFC 3966 §5.1.1, and parameters of the
/// user part (`;phone-context=…`).
fn without_separators(dialled: &str) -> String {
    let user = dialled.split(';').next().unwrap_or_default();
    user.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}')).take(LONGEST + 1).collect()
}

#[cfg(test)]
mod tests;
