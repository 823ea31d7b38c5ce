//! What the template versions of a record are called. A tenant knows those that it runs today; a past call was decided by
//! one that may be bound nowhere any more, or that a newer release has replaced. The store keeps every version that ever ran.

use super::Names;
use pbx_core::base::ids::{DeviceId, NumberId, PersonId, TemplateVersionId};
use pbx_core::cdr::CallRecord;
use pbx_core::decision::StepKind;
use pbx_core::store::{Store, StoreError};
use std::collections::BTreeMap;

/// The names of today, and the titles of the versions that one record names. A version that is not kept has the slug that
/// the record holds.
pub struct WithVersions<'a> {
    today: &'a (dyn Names + Sync),
    titles: BTreeMap<TemplateVersionId, String>,
}

impl<'a> WithVersions<'a> {
    /// Of this record.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn of(store: &Store, record: &CallRecord, today: &'a (dyn Names + Sync)) -> Result<Self, StoreError> {
        let mut titles = slugs(record);
        for (version, title) in &mut titles {
            if today.template(*version).is_some() {
                continue;
            }
            if let Some(kept) = store.template_version(*version).await? {
                *title = kept.title;
            }
        }
        Ok(Self { today, titles })
    }
}

/// The versions that decided, with the slugs that they were bound by.
fn slugs(record: &CallRecord) -> BTreeMap<TemplateVersionId, String> {
    let steps = record.decision.steps.iter();
    let bound = steps.filter_map(|step| match &step.kind {
        StepKind::Bound { template, slug, .. } => Some((*template, slug.clone())),
        _ => None,
    });
    bound.collect()
}

impl Names for WithVersions<'_> {
    fn person(&self, id: PersonId) -> Option<String> {
        self.today.person(id)
    }

    fn extension(&self, extension: &str) -> Option<String> {
        self.today.extension(extension)
    }

    fn device(&self, id: DeviceId) -> Option<String> {
        self.today.device(id)
    }

    fn number(&self, id: NumberId) -> Option<String> {
        self.today.number(id)
    }

    fn template(&self, id: TemplateVersionId) -> Option<String> {
        self.today.template(id).or_else(|| self.titles.get(&id).cloned())
    }
}
