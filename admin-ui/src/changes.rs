//! Changing people and devices: a wish becomes a batch of changes of `pbx_core::change`, and its faults become words at a field.

use crate::language::Language;
use crate::ports::Ports;
use crate::records::Broken;
use pbx_core::change::{Change, Diff, Fault, NewSecret, Object, ObjectId, Refusal, Step};
use pbx_core::directory::Tenant;
use pbx_core::ids::{DeviceId, PersonId, TenantId};
use pbx_core::secret::Plain;
use pbx_core::store::{DeviceConfig, PersonConfig};
use rand::RngCore;
use serde::Serialize;

/// A wish to change people or devices.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Writes a person: adds it where the id is new.
    Person {
        /// Which.
        id: PersonId,
        /// The name that phones show.
        name: String,
        /// What colleagues dial.
        extension: String,
        /// Where mail goes.
        email: Option<String>,
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
        label: String,
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

/// One line of a diff: a field, what it was, what it will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DiffLine {
    /// The field's stable name: `name`, `extension`, `email`.
    pub(crate) field: String,
    /// What it was.
    pub(crate) before: Option<String>,
    /// What it will be.
    pub(crate) after: Option<String>,
}

/// What is wrong with a wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldFault {
    /// The field's stable name; empty for the whole.
    pub(crate) field: String,
    /// A stable code: `required`, `taken`, `grammar`, …
    pub(crate) code: String,
    /// English words, for codes that the console does not know.
    pub(crate) text: String,
}

impl FieldFault {
    /// What is wrong, in the reader's language: of this field if the catalogue has words for it, else of any field.
    pub(crate) fn said(&self, language: Language) -> String {
        let keys = [format!("fault-{}-{}", self.code, self.field), format!("fault-{}", self.code)];
        let known = keys.iter().find(|key| language.knows(key));
        known.map_or_else(|| self.text.clone(), |key| language.say(key, &[]))
    }
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    /// These fields are wrong.
    #[error("the change is not valid")]
    Faults(Vec<FieldFault>),
    /// Something below failed.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// What a wish would change, without making it.
pub(crate) async fn preview(ports: &Ports, tenant: TenantId, wish: &Wish) -> Result<Vec<DiffLine>, ChangeError> {
    carry_out(ports, tenant, "", wish, true).await
}

/// Makes a wish come true; in effect when this returns.
pub(crate) async fn apply(
    ports: &Ports,
    tenant: TenantId,
    actor: &str,
    wish: &Wish,
) -> Result<Vec<DiffLine>, ChangeError> {
    carry_out(ports, tenant, actor, wish, false).await
}

async fn carry_out(
    ports: &Ports,
    tenant: TenantId,
    actor: &str,
    wish: &Wish,
    dry_run: bool,
) -> Result<Vec<DiffLine>, ChangeError> {
    let steps = vec![Step::from(change(ports, tenant, wish).await?)];
    let (ports, actor) = (ports.clone(), actor.to_owned());
    // A task of its own: whoever hangs up in the middle would else leave a change in the database that is not in effect.
    let task = tokio::spawn(async move {
        let mut rng = PortRng(ports.clone());
        ports.records.configuration.apply(&actor, ports.now().wall, &mut rng, steps, dry_run).await
    });
    match task.await.map_err(|error| Broken(error.to_string()))? {
        Ok(applied) => Ok(lines(&applied.diff)),
        Err(Refusal::Faults(faults)) => Err(ChangeError::Faults(faults.into_iter().map(field_fault).collect())),
        Err(Refusal::Store(error)) => Err(ChangeError::Broken(error.into())),
    }
}

async fn change(ports: &Ports, tenant: TenantId, wish: &Wish) -> Result<Change, ChangeError> {
    let snapshot = ports.records.directory();
    let room = snapshot.tenant(tenant).ok_or_else(gone)?;
    Ok(match wish {
        Wish::Person { id, name, extension, email } => {
            let slug = room.people.get(id).map_or_else(|| free_slug(room, name), |person| person.slug.clone());
            let (name, extension, email) = (name.clone(), extension.clone(), email.clone());
            Change::put(Object::Person(tenant, PersonConfig { id: *id, slug, name, extension, email }))
        }
        Wish::RemovePerson(id) => Change::Remove(ObjectId::Person(tenant, *id)),
        Wish::DevicePassword { device, password } => {
            let object = Object::Device(tenant, kept(ports, tenant, *device).await?);
            Change::put_with_secret(object, NewSecret::Set(Plain::new(password.clone())))
        }
        Wish::RemoveDevice(device) => Change::Remove(ObjectId::Device(tenant, *device)),
        Wish::RenameDevice { device, label } => {
            let label = named(label)?;
            Change::put(Object::Device(tenant, DeviceConfig { label, ..kept(ports, tenant, *device).await? }))
        }
        Wish::AddDevice { id, person, label, password } => {
            let owner = room.people.get(person).ok_or_else(gone)?;
            let taken = |slug: &str| room.devices_of(owner).any(|device| device.slug == slug);
            let device = DeviceConfig {
                id: *id,
                person: *person,
                position: u32::try_from(owner.devices.len()).unwrap_or(u32::MAX),
                slug: free(&slug_of(label, "phone"), taken),
                label: named(label)?,
                sip_user: String::new(),
                secret: None,
                contact: None,
            };
            Change::put_with_secret(Object::Device(tenant, device), NewSecret::Set(Plain::new(password.clone())))
        }
    })
}

/// A device as it is kept.
async fn kept(ports: &Ports, tenant: TenantId, device: DeviceId) -> Result<DeviceConfig, ChangeError> {
    match ports.records.configuration.object(ObjectId::Device(tenant, device)).await {
        Some(Object::Device(_, device)) => Ok(device),
        _ => Err(gone()),
    }
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

fn gone() -> ChangeError {
    let text = "it is not there any more".to_owned();
    ChangeError::Faults(vec![FieldFault { field: String::new(), code: "not-there".to_owned(), text }])
}

fn free_slug(tenant: &Tenant, name: &str) -> String {
    free(&slug_of(name, "person"), |slug| tenant.people.values().any(|person| person.slug == slug))
}

/// The first of `slug`, `slug-2`, `slug-3` … that nobody has.
fn free(slug: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(slug) {
        return slug.to_owned();
    }
    (2..u32::MAX).map(|n| format!("{slug}-{n}")).find(|candidate| !taken(candidate)).unwrap_or_default()
}

/// `Anna Berg` → `anna-berg`; what has no letter that a slug may hold gets the other word.
fn slug_of(name: &str, otherwise: &str) -> String {
    let lower = name.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss");
    let words: Vec<String> = lower
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let slug: String = words.join("-").chars().take(32).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { otherwise.to_owned() } else { slug.to_owned() }
}

fn lines(diff: &Diff) -> Vec<DiffLine> {
    let fields = diff.objects.iter().flat_map(|object| object.fields.iter());
    fields
        .map(|change| DiffLine {
            field: change.field.to_owned(),
            before: change.before.as_ref().map(text),
            after: change.after.as_ref().map(text),
        })
        .collect()
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn field_fault(fault: Fault) -> FieldFault {
    FieldFault { field: fault.field.unwrap_or_default(), code: fault.code.to_owned(), text: fault.message }
}

/// The ports' randomness as `rand` wants it.
struct PortRng(Ports);

impl RngCore for PortRng {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    fn fill_bytes(&mut self, to: &mut [u8]) {
        (self.0.random)(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs_that_are_free() {
        assert_eq!(slug_of("Jörg Weiß", "person"), "joerg-weiss");
        assert_eq!(slug_of("李", "person"), "person");
        assert_eq!(free("anna", |slug| slug == "anna" || slug == "anna-2"), "anna-3");
    }
}
