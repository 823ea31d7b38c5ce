//! What can be written, and how it is named.

use super::Origin;
use crate::base::ids::{AccountId, DeviceId, NumberId, PersonId, SourceId, TenantId, TrunkId};
use crate::directory::{Scope, Source, Trunk};
use crate::secret::Plain;
use crate::store::{Account, BindingConfig, DeviceConfig, NumberConfig, PersonConfig, TenantConfig};

/// Names one object. What a tenant owns can't be named without it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ObjectId {
    /// A trunk.
    Trunk(TrunkId),
    /// A tenant.
    Tenant(TenantId),
    /// A person.
    Person(TenantId, PersonId),
    /// A device.
    Device(TenantId, DeviceId),
    /// A data source.
    Source(TenantId, SourceId),
    /// A public number.
    Number(TenantId, NumberId),
    /// A binding.
    Binding(TenantId, Scope),
    /// A log-in.
    Account(AccountId),
}

/// One object of the configuration.
#[derive(Clone, PartialEq, Debug)]
pub enum Object {
    /// A trunk.
    Trunk(Trunk),
    /// A tenant, without what it owns.
    Tenant(TenantConfig),
    /// A person, without its devices.
    Person(TenantId, PersonConfig),
    /// A device. In a change, `secret` does not count: [`NewSecret`] does.
    Device(TenantId, DeviceConfig),
    /// A data source. In a change, `secret` does not count: [`NewSecret`] does.
    Source(TenantId, Source),
    /// A public number.
    Number(TenantId, NumberConfig),
    /// A binding.
    Binding(TenantId, BindingConfig),
    /// A log-in. In a change, `password_hash` does not count: [`NewSecret`] does.
    Account(Account),
}

/// What becomes of the secret of a device, a data source or a log-in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum NewSecret {
    /// The secret stays. A new device without a fixed contact gets a minted one.
    #[default]
    Keep,
    /// The secret becomes this one.
    Set(Plain),
    /// A new secret is minted, and shown once in the result. A data source has none: its own side makes it.
    Mint,
    /// There is no secret any more; for a data source alone.
    Remove,
}

/// One change.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Adds or replaces an object as a whole.
    Put(Box<Object>, NewSecret),
    /// Removes an object and what can't exist without it: a person's devices, binding and log-in; all that a tenant owns.
    Remove(ObjectId),
}

/// A change and where it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The change.
    pub change: Change,
    /// Where it was written.
    pub origin: Origin,
}

impl Change {
    /// Adds or replaces an object, its secret kept.
    pub fn put(object: Object) -> Self {
        Self::Put(Box::new(object), NewSecret::Keep)
    }

    /// Adds or replaces a device, a data source or a log-in with a new secret.
    pub fn put_with_secret(object: Object, secret: NewSecret) -> Self {
        Self::Put(Box::new(object), secret)
    }

    /// The object that the change is about.
    pub fn id(&self) -> ObjectId {
        match self {
            Self::Put(object, _) => object.id(),
            Self::Remove(id) => *id,
        }
    }
}

impl From<Change> for Step {
    fn from(change: Change) -> Self {
        Self { change, origin: Origin::default() }
    }
}

impl Object {
    /// The object's id.
    pub fn id(&self) -> ObjectId {
        match self {
            Self::Trunk(trunk) => ObjectId::Trunk(trunk.id),
            Self::Tenant(tenant) => ObjectId::Tenant(tenant.id),
            Self::Person(tenant, person) => ObjectId::Person(*tenant, person.id),
            Self::Device(tenant, device) => ObjectId::Device(*tenant, device.id),
            Self::Source(tenant, source) => ObjectId::Source(*tenant, source.id),
            Self::Number(tenant, number) => ObjectId::Number(*tenant, number.id),
            Self::Binding(tenant, binding) => ObjectId::Binding(*tenant, binding.scope),
            Self::Account(account) => ObjectId::Account(account.id),
        }
    }

    /// The tenant that owns the object; of a tenant itself. `None` if the server owns it.
    pub fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Account(account) => account.tenant,
            other => other.id().tenant(),
        }
    }

    /// The word for the object's kind, such as `person`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Trunk(_) => "trunk",
            Self::Tenant(_) => "tenant",
            Self::Person(..) => "person",
            Self::Device(..) => "device",
            Self::Source(..) => "source",
            Self::Number(..) => "number",
            Self::Binding(..) => "binding",
            Self::Account(_) => "account",
        }
    }
}

impl ObjectId {
    /// The tenant that owns the object, where the id tells.
    pub fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Trunk(_) | Self::Account(_) => None,
            Self::Tenant(tenant)
            | Self::Person(tenant, _)
            | Self::Device(tenant, _)
            | Self::Source(tenant, _)
            | Self::Number(tenant, _)
            | Self::Binding(tenant, _) => Some(*tenant),
        }
    }
}
