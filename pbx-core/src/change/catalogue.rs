//! Where templates come from: a port that the templates room fills.

use crate::template::TemplateVersion;
use std::sync::Arc;

/// The templates that can be bound.
pub trait Catalogue: Send + Sync {
    /// The newest version of a template.
    fn template(&self, slug: &str) -> Option<Arc<TemplateVersion>>;
    /// The slugs of all templates, in order.
    fn slugs(&self) -> Vec<String>;
}
