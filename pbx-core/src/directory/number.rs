//! A public telephone number.

use crate::base::ids::{NumberId, TrunkId};
use serde::{Deserialize, Serialize};

/// A number of the tenant; the template that it runs is its assignment (`Scope::Number`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Number {
    /// The number's id.
    pub id: NumberId,
    /// E.164 with the plus: `+4930555100`.
    pub e164: String,
    /// The trunk that delivers it.
    pub trunk: Option<TrunkId>,
}
