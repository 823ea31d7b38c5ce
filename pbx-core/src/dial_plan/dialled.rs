//! What a dialled string means to a caller, and the order in which that is asked.

use super::{LONGEST, emergency, number, without_separators};
use serde::{Deserialize, Serialize};

/// A dialled string, normalised once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", content = "value")]
pub enum Dialled {
    /// An extension of the tenant.
    Extension(String),
    /// A public number, E.164 with plus.
    Number(String),
    /// A service code of ours: `*57204`.
    Service(String),
    /// A number that must always get through.
    Emergency(String),
    /// None of these: the normalised text.
    Unknown(String),
}

impl Dialled {
    /// Reads what `dialled` (a user part, unescaped) means to a caller in `country` (ISO 3166).
    /// `is_extension` tells whether the tenant has an extension.
    pub fn read(dialled: &str, country: &str, is_extension: impl Fn(&str) -> bool) -> Self {
        if let Some(service) = emergency::service(dialled) {
            return Self::Emergency(service);
        }
        let plain = without_separators(dialled);
        if emergency::of_country(&plain, country) {
            return Self::Emergency(plain);
        }
        if is_extension(dialled) {
            return Self::Extension(dialled.to_owned());
        }
        if is_extension(&plain) {
            return Self::Extension(plain);
        }
        if emergency::anywhere(&plain) {
            return Self::Emergency(plain);
        }
        if is_service(&plain) {
            return Self::Service(plain);
        }
        match number::dialled(&number::global(dialled), country) {
            Some(number) => Self::Number(number),
            None => Self::Unknown(dialled.to_owned()),
        }
    }

    /// Returns the normalised text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Extension(text)
            | Self::Number(text)
            | Self::Service(text)
            | Self::Emergency(text)
            | Self::Unknown(text) => text,
        }
    }
}

/// Returns whether it is a star and at least one more key of a telephone.
fn is_service(plain: &str) -> bool {
    plain.len() <= LONGEST
        && plain
            .strip_prefix('*')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b'*' || b == b'#'))
}
