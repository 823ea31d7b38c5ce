//! The templates that ship with the exchange, embedded in the binary.

use crate::manifest::{self, ManifestFault};
use pbx_core::template::TemplateVersion;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The files of one template that ships.
#[derive(Debug)]
pub struct Shipped {
    /// The template's name in bindings.
    pub slug: &'static str,
    /// `manifest.yaml`.
    pub manifest: &'static str,
    /// `main.lua`.
    pub lua: &'static str,
    /// `README.md`, for the console.
    pub readme: &'static str,
    /// File name and text of each of its cases.
    pub cases: &'static [(&'static str, &'static str)],
}

macro_rules! shipped {
    ($($slug:literal: [$($case:literal),* $(,)?]),* $(,)?) => {
        &[$(Shipped {
            slug: $slug,
            manifest: include_str!(concat!("../catalog/", $slug, "/manifest.yaml")),
            lua: include_str!(concat!("../catalog/", $slug, "/main.lua")),
            readme: include_str!(concat!("../catalog/", $slug, "/README.md")),
            cases: &[$(($case, include_str!(concat!("../catalog/", $slug, "/cases/", $case)))),*],
        }),*]
    };
}

/// Every template that ships.
pub const SHIPPED: &[Shipped] = shipped! {
    "ring-person": ["answers.yaml", "refusals.yaml"],
    "office-hours": ["clock.yaml", "closed.yaml"],
    "vip-by-lookup": ["customers.yaml", "source-trouble.yaml", "callers.yaml"],
};

/// The catalogue, read once.
#[derive(Clone, Debug)]
pub struct Catalogue {
    by_slug: BTreeMap<String, Arc<TemplateVersion>>,
}

impl Catalogue {
    /// Reads the embedded manifests.
    ///
    /// # Errors
    /// Only when a manifest that ships is broken, which a test refuses.
    pub fn embedded() -> Result<Self, ManifestFault> {
        let read = |shipped: &Shipped| {
            let version = manifest::read(shipped.slug, shipped.manifest, shipped.lua)?;
            Ok((shipped.slug.to_owned(), Arc::new(version)))
        };
        Ok(Self { by_slug: SHIPPED.iter().map(read).collect::<Result<_, ManifestFault>>()? })
    }

    /// All templates, by name.
    pub fn all(&self) -> impl Iterator<Item = &Arc<TemplateVersion>> {
        self.by_slug.values()
    }
}

impl pbx_core::change::Catalogue for Catalogue {
    fn template(&self, slug: &str) -> Option<Arc<TemplateVersion>> {
        self.by_slug.get(slug).cloned()
    }

    fn slugs(&self) -> Vec<String> {
        self.by_slug.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::change::Catalogue as _;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_folder_of_the_catalogue_ships_with_all_its_cases() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog");
        let names = |folder: &Path| -> BTreeSet<String> {
            folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        };
        assert_eq!(names(&root), SHIPPED.iter().map(|shipped| shipped.slug.to_owned()).collect());
        for shipped in SHIPPED {
            let cases = shipped.cases.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(names(&root.join(shipped.slug).join("cases")), cases, "{}", shipped.slug);
        }
    }

    #[test]
    fn every_manifest_reads() {
        let catalogue = Catalogue::embedded().unwrap();
        assert_eq!(catalogue.all().count(), SHIPPED.len());
        assert_eq!(catalogue.template("ring-person").unwrap().title, "Ring the person");
        assert!(catalogue.template("nothing").is_none());
    }
}
