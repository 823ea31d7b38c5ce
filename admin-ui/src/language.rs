//! The languages that the console speaks, and how a key becomes words.

use crate::embedded::CATALOGUES;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;
use unic_langid::subtags::Language as Subtag;

/// A language of the console.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

/// What goes into a sentence: `("who", "Anna".into())`.
pub type Args<'a> = [(&'a str, FluentValue<'a>)];

static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::English));
static GERMAN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::German));

impl Language {
    /// Every language, the default first.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// BCP 47.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What its speakers call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// Of a BCP 47 tag (`de-AT` is German); none for what we do not speak.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The best of an Accept-Language header (RFC 9110 §12.5.4); none if it names nothing that we speak.
    pub fn of_accept(header: &str) -> Option<Self> {
        let mut wished: Vec<(f32, Self)> = header
            .split(',')
            .filter_map(|part| {
                let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
                let q = rest.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(1.0);
                Some((q, Self::of_tag(tag)?))
            })
            .filter(|(q, _)| *q > 0.0)
            .collect();
        wished.sort_by(|a, b| b.0.total_cmp(&a.0));
        wished.first().map(|(_, language)| *language)
    }

    /// The words of a key. A key without words gives itself, so that a reader sees which one is missing; a test refuses that.
    pub fn say(self, key: &str, args: &Args<'_>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    /// Whether a key has words.
    pub fn knows(self, key: &str) -> bool {
        self.bundle().has_message(key)
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }

    fn identifier(self) -> LanguageIdentifier {
        let language = self.code().parse::<Subtag>().unwrap_or_default();
        LanguageIdentifier::from_parts(language, None, None, &[])
    }
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    bundle.set_use_isolating(false);
    for (name, text) in CATALOGUES {
        if name.split('/').next() != Some(language.code()) {
            continue;
        }
        // Faults of a catalogue are faults of the build: a test reads each file strictly.
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
        let _ = bundle.add_resource(resource);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(language: Language) -> BTreeSet<(String, String)> {
        let mut keys = BTreeSet::new();
        for (name, text) in CATALOGUES {
            let Some(file) = name.strip_prefix(&format!("{}/", language.code())) else { continue };
            assert!(FluentResource::try_new((*text).to_owned()).is_ok(), "{name} does not parse");
            for line in text.lines() {
                if let Some((key, _)) = line.split_once(" =")
                    && key.starts_with(|c: char| c.is_ascii_lowercase())
                {
                    assert!(keys.insert((file.to_owned(), key.to_owned())), "{key} twice in {name}");
                }
            }
        }
        keys
    }

    #[test]
    fn every_language_holds_the_same_keys_in_the_same_files() {
        assert_eq!(keys(Language::English), keys(Language::German));
    }

    #[test]
    fn no_key_is_in_two_files() {
        let keys = keys(Language::English);
        let names: BTreeSet<&String> = keys.iter().map(|(_, key)| key).collect();
        assert_eq!(names.len(), keys.len());
    }

    #[test]
    fn placeholders_are_the_same_in_every_language() {
        for (name, text) in CATALOGUES.iter().filter(|(name, _)| name.starts_with("en/")) {
            let german = name.replacen("en/", "de/", 1);
            let other = CATALOGUES.iter().find(|(name, _)| *name == german).unwrap().1;
            let (mine, theirs) = (placeholders(text), placeholders(other));
            for (key, names) in &mine {
                assert_eq!(Some(names), theirs.get(key), "{key} in {german}");
            }
        }
    }

    fn placeholders(text: &str) -> std::collections::BTreeMap<String, BTreeSet<String>> {
        let mut found = std::collections::BTreeMap::<String, BTreeSet<String>>::new();
        let mut key = String::new();
        for line in text.lines() {
            if let Some((name, _)) = line.split_once(" =")
                && name.starts_with(|c: char| c.is_ascii_lowercase())
            {
                key = name.to_owned();
            }
            for part in line.split('$').skip(1) {
                let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                found.entry(key.clone()).or_default().insert(name);
            }
        }
        found
    }

    #[test]
    fn the_browsers_order_of_preference_is_followed() {
        assert_eq!(Language::of_accept("fr, de-AT;q=0.8, en;q=0.5"), Some(Language::German));
        assert_eq!(Language::of_accept("en-GB,de;q=0.9"), Some(Language::English));
        assert_eq!(Language::of_accept("ja, de;q=0"), None);
    }
}
