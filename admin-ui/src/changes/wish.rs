//! What the console wants changed of people and phones, and the changes that it comes to over what is kept.

use super::merge::{Edited, Moved, revision};
use super::{ChangeError, FieldFault, slug};
use pbx_core::base::ids::{DeviceId, PersonId, TenantId};
use pbx_core::change::{Change, NewSecret, Object, ObjectId};
use pbx_core::directory::{MediaRule, Tenant};
use pbx_core::secret::Plain;
use pbx_core::store::{DeviceConfig, PersonConfig};

/// A wish to change people or devices.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Adds a person; one that is there already stays as it is.
    AddPerson {
        /// The id that it gets.
        id: PersonId,
        /// Everything of it.
        fields: PersonFields,
    },
    /// Changes a person that is there.
    EditPerson {
        /// Which.
        id: PersonId,
        /// What it should be.
        fields: PersonFields,
        /// The revision that must be in effect.
        revision: Option<String>,
    },
    /// Takes a person and its devices away.
    RemovePerson(PersonId),
    /// Gives a device a new password.
    DevicePassword {
        /// Which.
        device: DeviceId,
        /// The new one.
        password: String,
    },
    /// Takes a device away.
    RemoveDevice(DeviceId),
    /// Calls a device by another name.
    RenameDevice {
        /// Which.
        device: DeviceId,
        /// What people call it from now on.
        label: Edited,
        /// The revision that must be in effect.
        revision: Option<String>,
    },
    /// Adds a device to a person.
    AddDevice {
        /// Which id it gets.
        id: DeviceId,
        /// The person who gets the device.
        person: PersonId,
        /// What people call it.
        label: String,
        /// Its password.
        password: String,
    },
}

/// Everything of a person that can be typed. An e-mail address that is empty is none.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct PersonFields {
    /// The name that phones show.
    pub(crate) name: Edited,
    /// What colleagues dial.
    pub(crate) extension: Edited,
    /// Where mail goes.
    pub(crate) email: Edited,
}

impl PersonFields {
    fn over(&self, kept: PersonConfig) -> PersonConfig {
        let email = self.email.over(kept.email.as_deref().unwrap_or_default());
        PersonConfig {
            name: self.name.over(&kept.name),
            extension: self.extension.over(&kept.extension),
            email: (!email.is_empty()).then_some(email),
            ..kept
        }
    }

    fn moved(&self, kept: &PersonConfig) -> Vec<Moved> {
        let fields = [
            self.name.moved("name", &kept.name),
            self.extension.moved("extension", &kept.extension),
            self.email.moved("email", kept.email.as_deref().unwrap_or_default()),
        ];
        fields.into_iter().flatten().collect()
    }
}

/// What a person comes to.
pub(crate) fn person_revision(name: &str, extension: &str, email: Option<&str>) -> String {
    revision(&[name, extension, email.unwrap_or_default()])
}

/// What a phone comes to.
pub(crate) fn device_revision(label: &str) -> String {
    revision(&[label])
}

/// Looks an object up as it is kept.
type Kept<'a> = &'a dyn Fn(ObjectId) -> Option<Object>;

/// The change that a wish comes to; none where there is nothing to do.
pub(super) fn change(tenant: &Tenant, kept: Kept<'_>, wish: Wish) -> Result<Option<Change>, ChangeError> {
    let id = tenant.id;
    Ok(Some(match wish {
        Wish::AddPerson { id: person, .. } if tenant.people.contains_key(&person) => return Ok(None),
        Wish::AddPerson { id: person, fields } => {
            let slug = slug::of_person(tenant, &fields.name.now);
            let (name, extension) = (String::new(), String::new());
            let blank = PersonConfig { id: person, slug, name, extension, email: None };
            Change::put(Object::Person(id, fields.over(blank)))
        }
        Wish::EditPerson { id: person, fields, revision } => {
            let Some(Object::Person(_, kept)) = kept(ObjectId::Person(id, person)) else { return Err(gone()) };
            let now = person_revision(&kept.name, &kept.extension, kept.email.as_deref());
            unmoved(fields.moved(&kept), revision, &now)?;
            Change::put(Object::Person(id, fields.over(kept)))
        }
        Wish::RemovePerson(person) => Change::Remove(ObjectId::Person(id, person)),
        Wish::DevicePassword { device, password } => {
            let object = Object::Device(id, device_of(id, kept, device)?);
            Change::put_with_secret(object, NewSecret::Set(Plain::new(password)))
        }
        Wish::RemoveDevice(device) => Change::Remove(ObjectId::Device(id, device)),
        Wish::RenameDevice { device, label, revision } => {
            let kept = device_of(id, kept, device)?;
            let moved = label.moved("label", &kept.label).into_iter().collect();
            unmoved(moved, revision, &device_revision(&kept.label))?;
            let label = named(&label.over(&kept.label))?;
            Change::put(Object::Device(id, DeviceConfig { label, ..kept }))
        }
        Wish::AddDevice { id, person, label, password } => {
            let object = Object::Device(tenant.id, new_device(tenant, id, person, &label)?);
            Change::put_with_secret(object, NewSecret::Set(Plain::new(password)))
        }
    }))
}

/// Refuses to write over what somebody else changed meanwhile.
fn unmoved(moved: Vec<Moved>, expected: Option<String>, now: &str) -> Result<(), ChangeError> {
    let other = expected.is_some_and(|expected| expected != now);
    if moved.is_empty() && !other { Ok(()) } else { Err(ChangeError::Meanwhile(moved)) }
}

fn device_of(tenant: TenantId, kept: Kept<'_>, device: DeviceId) -> Result<DeviceConfig, ChangeError> {
    match kept(ObjectId::Device(tenant, device)) {
        Some(Object::Device(_, device)) => Ok(device),
        _ => Err(gone()),
    }
}

fn new_device(tenant: &Tenant, id: DeviceId, person: PersonId, label: &str) -> Result<DeviceConfig, ChangeError> {
    let owner = tenant.people.get(&person).ok_or_else(gone)?;
    let taken = |slug: &str| tenant.devices_of(owner).any(|device| device.slug == slug);
    Ok(DeviceConfig {
        id,
        person,
        position: u32::try_from(owner.devices.len()).unwrap_or(u32::MAX),
        slug: slug::of_phone(label, taken),
        label: named(label)?,
        sip_user: String::new(),
        secret: None,
        contact: None,
        media: MediaRule::default(),
    })
}

/// What people call a device; in a file it may go without a name, but not where somebody is asked for one.
fn named(label: &str) -> Result<String, ChangeError> {
    let label = label.trim();
    if label.is_empty() {
        let (field, code) = ("label".to_owned(), "required".to_owned());
        return Err(ChangeError::Faults(vec![FieldFault { field, code, text: "must not be empty".to_owned() }]));
    }
    Ok(label.to_owned())
}

pub(super) fn gone() -> ChangeError {
    let text = "it is not there any more".to_owned();
    ChangeError::Faults(vec![FieldFault { field: String::new(), code: "not-there".to_owned(), text }])
}
