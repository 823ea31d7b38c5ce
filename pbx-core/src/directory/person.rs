//! A person with an extension.

use crate::base::ids::{DeviceId, PersonId};
use serde::{Deserialize, Serialize};

/// A person, who has an extension that others dial, and any number of phones.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// The person's id.
    pub id: PersonId,
    /// The natural key in the tenant: `anna`.
    pub slug: String,
    /// The name that phones show.
    pub name: String,
    /// The extension that colleagues dial.
    pub extension: String,
    /// The e-mail address; also the name to log in with.
    pub email: Option<String>,
    /// The person's devices, in order.
    pub devices: Vec<DeviceId>,
}
