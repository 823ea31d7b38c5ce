//! Two templates, as the templates room would read them.

use pbx_core::base::ids::TemplateVersionId;
use pbx_core::base::value::Value;
use pbx_core::change::Catalogue;
use pbx_core::template::{EditableBy, Fallback, ParamKind, ParamSpec, TemplateVersion};
use std::sync::Arc;

pub(crate) struct Shelf(Vec<Arc<TemplateVersion>>);

impl Shelf {
    pub(crate) fn new() -> Self {
        let main = param("main", ParamKind::Destination, None);
        let source = param("source", ParamKind::Source, None);
        let timeout = param("timeout", ParamKind::Seconds { min: 5, max: 120 }, Some(Value::Int(30)));
        Self(vec![
            template("ring-person", vec![timeout.clone()]),
            template("vip-by-lookup", vec![source, main, timeout]),
        ])
    }
}

impl Catalogue for Shelf {
    fn template(&self, slug: &str) -> Option<Arc<TemplateVersion>> {
        self.0.iter().find(|version| version.slug == slug).cloned()
    }

    fn slugs(&self) -> Vec<String> {
        self.0.iter().map(|version| version.slug.clone()).collect()
    }
}

fn param(name: &str, kind: ParamKind, default: Option<Value>) -> ParamSpec {
    ParamSpec {
        name: name.to_owned(),
        label: name.to_owned(),
        help: String::new(),
        kind,
        default,
        editable_by: EditableBy::Admin,
    }
}

fn template(slug: &str, params: Vec<ParamSpec>) -> Arc<TemplateVersion> {
    Arc::new(TemplateVersion {
        id: TemplateVersionId::of_key(slug),
        slug: slug.to_owned(),
        sha256: String::new(),
        title: slug.to_owned(),
        summary: String::new(),
        lua: String::new(),
        manifest: String::new(),
        params,
        fallback: Fallback::Reject(480),
    })
}
