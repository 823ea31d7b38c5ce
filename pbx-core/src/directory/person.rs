//! Somebody with an extension.

use crate::ids::{DeviceId, PersonId};
use serde::{Deserialize, Serialize};

/// A person: what others dial, whatever phones it has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// The natural key in the tenant: `anna`.
    pub slug: String,
    /// The name that phones show.
    pub name: String,
    /// What colleagues dial.
    pub extension: String,
    /// Where mail goes; also a log-in.
    pub email: Option<String>,
    /// Its devices, in order.
    pub devices: Vec<DeviceId>,
}
