//! Configuration as it is kept: what `Change` writes and the directory is made from.

use crate::base::ids::{DeviceId, NumberId, PersonId, TenantId, TrunkId};
use crate::base::value::Value;
use crate::directory::{Holiday, MediaRule, Scope};
use crate::secret::Sealed;
use std::collections::BTreeMap;

/// A tenant without what it owns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TenantConfig {
    /// The tenant's id.
    pub id: TenantId,
    /// The natural key on the server: `acme`.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// SIP domains, in order; each belongs to one tenant.
    pub domains: Vec<String>,
    /// IANA time zone.
    pub timezone: String,
    /// ISO 3166 country, two capitals.
    pub country: String,
    /// BCP 47 language.
    pub language: String,
    /// Days on which it is closed, in order.
    pub holidays: Vec<Holiday>,
}

/// A person without its devices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonConfig {
    /// The person's id.
    pub id: PersonId,
    /// The natural key in the tenant: `anna`.
    pub slug: String,
    /// The name that phones show.
    pub name: String,
    /// What colleagues dial.
    pub extension: String,
    /// The e-mail address.
    pub email: Option<String>,
}

/// A device, its secret sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceConfig {
    /// The device's id.
    pub id: DeviceId,
    /// The person who uses it.
    pub person: PersonId,
    /// The order among the person's devices.
    pub position: u32,
    /// The natural key within its person: `desk`.
    pub slug: String,
    /// What people call it.
    pub label: String,
    /// The SIP user name: opaque, unique over all tenants. Empty in a change: keep the old one, or mint one.
    pub sip_user: String,
    /// Its SIP password, sealed.
    pub secret: Option<Sealed>,
    /// Where it always is (a SIP URI), instead of registering.
    pub contact: Option<String>,
    /// Where its media may come from.
    pub media: MediaRule,
}

/// A public number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberConfig {
    /// The number's id.
    pub id: NumberId,
    /// The natural key in the tenant; the number itself where the import names none.
    pub slug: String,
    /// E.164 with the plus.
    pub e164: String,
    /// What people call it; may be empty.
    pub label: String,
    /// The trunk that delivers it.
    pub trunk: Option<TrunkId>,
}

/// What a scope runs. The newest version of the template counts; a call pins the one it saw.
#[derive(Clone, PartialEq, Debug)]
pub struct BindingConfig {
    /// The calls that the binding is for.
    pub scope: Scope,
    /// The template's slug.
    pub template: String,
    /// Parameters as given: the manifest's defaults are filled in when the directory is made.
    pub params: BTreeMap<String, Value>,
}
