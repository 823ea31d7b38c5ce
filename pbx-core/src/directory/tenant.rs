//! A company: its people, devices, numbers and rules.

use super::{Assignment, Device, Number, Person, Source};
use crate::base::ids::{DeviceId, NumberId, PersonId, SourceId, TemplateVersionId, TenantId};
use crate::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A day on which the tenant is closed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holiday {
    /// The civil date in the tenant's zone, `YYYY-MM-DD`.
    pub date: String,
    /// The day's name for people.
    pub name: String,
}

/// A tenant's whole configuration in a snapshot.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The tenant's id.
    pub id: TenantId,
    /// The natural key of the import file, unique on the server: `acme`.
    pub slug: String,
    /// The tenant's name for people.
    pub name: String,
    /// SIP domains that phones of this tenant may name. The credential decides the tenant, never
    /// the domain.
    pub domains: Vec<String>,
    /// IANA time zone.
    pub timezone: String,
    /// ISO 3166 country, for normalising dialled numbers.
    pub country: String,
    /// BCP 47 language of announcements and of the console's default.
    pub language: String,
    /// Days on which it is closed.
    pub holidays: Vec<Holiday>,
    /// People by id.
    pub people: HashMap<PersonId, Person>,
    /// Devices by id.
    pub devices: HashMap<DeviceId, Device>,
    /// Numbers by id.
    pub numbers: HashMap<NumberId, Number>,
    /// Data sources by id.
    pub sources: HashMap<SourceId, Source>,
    /// The person who has each extension.
    pub extensions: BTreeMap<String, PersonId>,
    /// The templates that run for numbers, extensions and the whole tenant.
    pub assignments: Vec<Assignment>,
    /// The versions that the assignments name, and the catalogue's.
    pub templates: HashMap<TemplateVersionId, Arc<TemplateVersion>>,
}

impl Tenant {
    /// Returns the person who has this extension.
    pub fn person_at(&self, extension: &str) -> Option<&Person> {
        self.people.get(self.extensions.get(extension)?)
    }

    /// Returns a data source by the name that templates use.
    pub fn source_named(&self, slug: &str) -> Option<&Source> {
        self.sources.values().find(|source| source.slug == slug)
    }

    /// Returns the devices of a person, in the order in which they were listed.
    pub fn devices_of(&self, person: &Person) -> impl Iterator<Item = &Device> {
        person.devices.iter().filter_map(|id| self.devices.get(id))
    }
}
