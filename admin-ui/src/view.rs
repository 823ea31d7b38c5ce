//! Tera views, embedded, one set for each language.

use crate::assets;
use crate::embedded::VIEWS;
use crate::language::Language;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use fluent_bundle::FluentValue;
use serde::Serialize;
use std::collections::HashMap;
use tera::{Context, Function, Tera, Value};

/// Every view, in every language.
pub(crate) struct Views {
    english: Tera,
    german: Tera,
}

impl Views {
    /// Reads the embedded views.
    ///
    /// # Errors
    /// A view that does not parse: a fault of the build, found by the tests.
    pub(crate) fn load() -> Result<Self, tera::Error> {
        Ok(Self { english: engine(Language::English)?, german: engine(Language::German)? })
    }

    /// A view as text.
    ///
    /// # Errors
    /// The view misses something in the context.
    pub(crate) fn text(&self, language: Language, view: &str, context: &impl Serialize) -> Result<String, tera::Error> {
        let tera = match language {
            Language::English => &self.english,
            Language::German => &self.german,
        };
        tera.render(view, &Context::from_serialize(context)?)
    }

    /// A view as an answer.
    pub(crate) fn respond(&self, language: Language, view: &str, context: &impl Serialize) -> Response {
        match self.text(language, view, context) {
            Ok(html) => Html(html).into_response(),
            Err(error) => {
                tracing::error!(view, ?error, "a view could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

fn engine(language: Language) -> Result<Tera, tera::Error> {
    let mut tera = Tera::default();
    tera.add_raw_templates(VIEWS.iter().copied())?;
    tera.register_function("t", Say(language));
    tera.register_function("icon", Icon);
    tera.register_function("asset", Asset);
    Ok(tera)
}

/// `t(key="…", name=value)`: words, escaped like everything else.
struct Say(Language);

impl Function for Say {
    fn call(&self, args: &HashMap<String, Value>) -> tera::Result<Value> {
        let key = args.get("key").and_then(Value::as_str).ok_or("t() needs a key")?;
        let values: Vec<(&str, FluentValue<'_>)> = args
            .iter()
            .filter(|(name, _)| *name != "key")
            .map(|(name, value)| (name.as_str(), fluent(value)))
            .collect();
        Ok(Value::String(self.0.say(key, &values)))
    }
}

fn fluent(value: &Value) -> FluentValue<'static> {
    match value {
        Value::Number(number) => FluentValue::from(number.as_f64().unwrap_or(0.0)),
        Value::String(text) => FluentValue::from(text.clone()),
        other => FluentValue::from(other.to_string()),
    }
}

/// `icon(name="…")`: a picture of the icon set, hidden from screen readers.
struct Icon;

impl Function for Icon {
    fn call(&self, args: &HashMap<String, Value>) -> tera::Result<Value> {
        let name = args.get("name").and_then(Value::as_str).ok_or("icon() needs a name")?;
        let sprite = assets::address("icons.svg");
        Ok(Value::String(format!(
            r##"<svg class="icon" aria-hidden="true" focusable="false"><use href="{sprite}#{name}"/></svg>"##
        )))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

/// `asset(name="…")`: where an asset of this build is; empty if the build has none.
struct Asset;

impl Function for Asset {
    fn call(&self, args: &HashMap<String, Value>) -> tera::Result<Value> {
        let name = args.get("name").and_then(Value::as_str).ok_or("asset() needs a name")?;
        Ok(Value::String(assets::address(name)))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_parses_and_is_short() {
        Views::load().unwrap();
        for (name, text) in VIEWS {
            assert!(text.lines().count() <= 200, "{name} is too long");
        }
    }

    #[test]
    fn every_key_that_a_view_uses_has_words() {
        for (name, text) in VIEWS {
            for part in text.split("t(key=\"").skip(1) {
                let key = part.split('"').next().unwrap();
                let rest = part[key.len()..].trim_start_matches('"').trim_start();
                if rest.starts_with('~') {
                    continue;
                }
                for language in Language::ALL {
                    assert!(language.knows(key), "{key} of {name} has no words in {language:?}");
                }
            }
        }
    }

    #[test]
    fn what_people_wrote_is_escaped() {
        let mut tera = Tera::default();
        tera.register_function("t", Say(Language::English));
        tera.add_raw_template("a.html", r#"{{ t(key="sentence-rang", who=who, long="1 s") }}"#).unwrap();
        let mut context = Context::new();
        context.insert("who", "<script>");
        assert!(tera.render("a.html", &context).unwrap().contains("&lt;script&gt;"));
    }
}
