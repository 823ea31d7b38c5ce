//! What the ids in a record are called.

use crate::language::Language;
use pbx_core::base::ids::{DeviceId, NumberId, PersonId, TemplateVersionId};
use pbx_core::directory::Tenant;

/// Knows what the ids in a record are called today.
pub trait Names {
    /// A person's name.
    fn person(&self, id: PersonId) -> Option<String>;
    /// The name of the person who has an extension.
    fn extension(&self, extension: &str) -> Option<String>;
    /// A device's label.
    fn device(&self, id: DeviceId) -> Option<String>;
    /// A public number, E.164.
    fn number(&self, id: NumberId) -> Option<String>;
    /// A template's title.
    fn template(&self, id: TemplateVersionId) -> Option<String>;
}

/// Knows nobody: for records of a tenant that is gone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nameless;

impl Names for Nameless {
    fn person(&self, _: PersonId) -> Option<String> {
        None
    }

    fn extension(&self, _: &str) -> Option<String> {
        None
    }

    fn device(&self, _: DeviceId) -> Option<String> {
        None
    }

    fn number(&self, _: NumberId) -> Option<String> {
        None
    }

    fn template(&self, _: TemplateVersionId) -> Option<String> {
        None
    }
}

impl Names for Tenant {
    fn person(&self, id: PersonId) -> Option<String> {
        self.people.get(&id).map(|person| person.name.clone())
    }

    fn extension(&self, extension: &str) -> Option<String> {
        self.extensions.get(extension).and_then(|id| Names::person(self, *id))
    }

    fn device(&self, id: DeviceId) -> Option<String> {
        self.devices.get(&id).map(|device| device.label.clone())
    }

    fn number(&self, id: NumberId) -> Option<String> {
        self.numbers.get(&id).map(|number| number.e164.clone())
    }

    fn template(&self, id: TemplateVersionId) -> Option<String> {
        self.templates.get(&id).map(|template| template.title.clone())
    }
}

/// The title of a template for this reader; `title` is the one of its manifest. Templates that ship have a name in every
/// language.
pub fn title(title: &str, language: Language) -> String {
    let key = format!("template-{}", title.to_lowercase().replace(' ', "-"));
    if language.knows(&key) { language.say(&key, &[]) } else { title.to_owned() }
}
