//! Changing people and devices: a wish becomes a batch of changes of `pbx_core::change`, and its faults become words at a field.

mod merge;
mod slug;
mod wish;

pub(crate) use merge::{Edited, Moved};
pub(crate) use wish::{PersonFields, Wish, device_revision, person_revision};

use crate::language::Language;
use crate::ports::Ports;
use crate::records::Broken;
use pbx_core::base::ids::TenantId;
use pbx_core::change::{Diff, Fault, Refusal, Step};
use rand::RngCore;
use serde::Serialize;

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
    /// Somebody else changed these fields first. Which ones is not known of a revision.
    #[error("somebody else changed it first")]
    Meanwhile(Vec<Moved>),
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
    let (ports, actor, wish) = (ports.clone(), actor.to_owned(), wish.clone());
    // A task of its own: a browser that hangs up in the middle would else leave a change in the database that is not in effect.
    let task = tokio::spawn(async move {
        let mut rng = PortRng(ports.clone());
        let records = ports.records.clone();
        let plan = move |kept: &dyn Fn(_) -> _| {
            let directory = records.directory();
            let room = directory.tenant(tenant).ok_or_else(wish::gone)?;
            Ok::<_, ChangeError>(wish::change(room, kept, wish)?.map(Step::from).into_iter().collect())
        };
        ports.records.configuration.revise(&actor, ports.now().wall, &mut rng, plan, dry_run).await
    });
    Ok(lines(&task.await.map_err(|error| Broken(error.to_string()))??.diff))
}

impl From<Refusal> for ChangeError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Faults(faults) => Self::Faults(faults.into_iter().map(field_fault).collect()),
            Refusal::Store(error) => Self::Broken(error.into()),
        }
    }
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
