//! What templates are called: those that ship have a name in every language, others the one that they were given.

use crate::language::Language;

/// The title of a template for this reader; `title` is the one of its manifest.
pub fn title(title: &str, language: Language) -> String {
    let key = format!("template-{}", title.to_lowercase().replace(' ', "-"));
    if language.knows(&key) { language.say(&key, &[]) } else { title.to_owned() }
}
