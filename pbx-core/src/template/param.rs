//! The check of an assignment's parameters against the manifest.

use super::{ParamKind, ParamSpec, TemplateVersion};
use crate::base::value::Value;
use std::collections::BTreeMap;
use thiserror::Error;

/// The most extensions that one parameter or one `ring` names.
pub const MAX_DESTINATIONS: usize = 16;

/// The reason why an assignment's parameters are refused. Texts are for the admin who wrote them.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ParamFault {
    /// The manifest knows no such parameter.
    #[error("{template} has no parameter {param}")]
    Unknown {
        /// The template's slug.
        template: String,
        /// The parameter.
        param: String,
    },
    /// A parameter without a default is not given.
    #[error("{template} needs the parameter {param}")]
    Missing {
        /// The template's slug.
        template: String,
        /// The parameter.
        param: String,
    },
    /// A parameter is not of its type.
    #[error("{template}: {param} must be {must}")]
    Bad {
        /// The template's slug.
        template: String,
        /// The parameter.
        param: String,
        /// The condition that the parameter must meet, in words.
        must: String,
    },
}

impl TemplateVersion {
    /// Returns an assignment's parameters in canonical form with the manifest's defaults filled in.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn checked_params(&self, given: &BTreeMap<String, Value>) -> Result<BTreeMap<String, Value>, Vec<ParamFault>> {
        let mut faults = Vec::new();
        let mut filled = BTreeMap::new();
        for spec in &self.params {
            match self.checked(spec, given.get(&spec.name)) {
                Ok(value) => {
                    filled.insert(spec.name.clone(), value);
                }
                Err(fault) => faults.push(fault),
            }
        }
        for param in given.keys().filter(|key| !self.params.iter().any(|spec| spec.name == **key)) {
            faults.push(ParamFault::Unknown { template: self.slug.clone(), param: param.clone() });
        }
        if faults.is_empty() { Ok(filled) } else { Err(faults) }
    }

    fn checked(&self, spec: &ParamSpec, given: Option<&Value>) -> Result<Value, ParamFault> {
        match (given, &spec.default) {
            (None | Some(Value::Null), Some(default)) => Ok(default.clone()),
            (Some(value), Some(default)) if value == default => Ok(default.clone()),
            (None | Some(Value::Null), None) => {
                Err(ParamFault::Missing { template: self.slug.clone(), param: spec.name.clone() })
            }
            (Some(value), _) => spec.kind.check(value).map_err(|must| ParamFault::Bad {
                template: self.slug.clone(),
                param: spec.name.clone(),
                must,
            }),
        }
    }
}

/// The days of a week, as parameters and `now.weekday` name them.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl ParamKind {
    /// Returns the value in its canonical form.
    ///
    /// # Errors
    /// What it must be instead, to be read after "must be".
    pub fn check(&self, value: &Value) -> Result<Value, String> {
        match (self, value) {
            (Self::Text, Value::Text(text)) if text.chars().count() <= 1000 => Ok(value.clone()),
            (Self::Text, _) => Err("text of at most 1,000 characters".to_owned()),
            (Self::Integer { min, max } | Self::Seconds { min, max }, Value::Int(int))
                if (min..=max).contains(&int) =>
            {
                Ok(value.clone())
            }
            (Self::Integer { min, max }, _) => Err(format!("a whole number from {min} to {max}")),
            (Self::Seconds { min, max }, _) => Err(format!("{min} to {max} seconds")),
            (Self::Bool, Value::Bool(_)) => Ok(value.clone()),
            (Self::Bool, _) => Err("true or false".to_owned()),
            (Self::Destination, _) => destination(value)
                .ok_or_else(|| format!("an extension, or a list of up to {MAX_DESTINATIONS} extensions")),
            (Self::Source, Value::Text(text)) if !text.is_empty() && text.len() <= 64 => Ok(value.clone()),
            (Self::Source, _) => Err("the name of a data source".to_owned()),
            (Self::WeeklyHours, _) => weekly_hours(value).ok_or_else(|| {
                "a table of mon … sun to lists of \"HH:MM-HH:MM\", each start before its end".to_owned()
            }),
            (Self::Choice(choices), Value::Text(text)) if choices.contains(text) => Ok(value.clone()),
            (Self::Choice(choices), _) => Err(format!("one of {}", choices.join(", "))),
        }
    }
}

fn destination(value: &Value) -> Option<Value> {
    match value {
        Value::List(items) if (1..=MAX_DESTINATIONS).contains(&items.len()) => {
            Some(Value::List(items.iter().map(extension).collect::<Option<_>>()?))
        }
        one => extension(one),
    }
}

/// Returns an extension as text. A whole number is taken as written, because a file's author easily
/// forgets the quotes.
fn extension(value: &Value) -> Option<Value> {
    let text = match value {
        Value::Text(text) => text.clone(),
        Value::Int(int) => int.to_string(),
        _ => return None,
    };
    let valid = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'#'));
    valid.then_some(Value::Text(text))
}

fn weekly_hours(value: &Value) -> Option<Value> {
    let Value::Map(days) = value else { return None };
    for (day, spans) in days {
        let Value::List(spans) = spans else { return None };
        let valid = |span: &Value| span.as_text().is_some_and(is_span);
        if !WEEKDAYS.contains(&day.as_str()) || spans.len() > 8 || !spans.iter().all(valid) {
            return None;
        }
    }
    Some(value.clone())
}

/// Returns whether it is `HH:MM-HH:MM`, with the start before the end; `24:00` is the end of a day.
fn is_span(text: &str) -> bool {
    let Some((from, to)) = text.split_once('-') else { return false };
    matches!((minutes(from), minutes(to)), (Some(from), Some(to)) if from < to)
}

fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| match part.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0')),
        _ => None,
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_an_extension_or_a_list() {
        assert_eq!(ParamKind::Destination.check(&Value::Int(101)), Ok("101".into()));
        let list = Value::List(vec!["102".into(), Value::Int(103)]);
        assert_eq!(ParamKind::Destination.check(&list), Ok(Value::List(vec!["102".into(), "103".into()])));
        assert!(ParamKind::Destination.check(&"sip:x@evil".into()).is_err());
        assert!(ParamKind::Destination.check(&Value::List(vec![])).is_err());
    }

    #[test]
    fn hours_must_be_real() {
        let hours = |day: &str, span: &str| {
            ParamKind::WeeklyHours
                .check(&Value::Map(BTreeMap::from([(day.to_owned(), Value::List(vec![span.into()]))])))
                .is_ok()
        };
        assert!(hours("mon", "09:00-17:30") && hours("sun", "00:00-24:00"));
        assert!(!hours("monday", "09:00-17:30") && !hours("mon", "17:00-09:00") && !hours("mon", "9-17"));
        assert!(!hours("mon", "09:60-17:00") && !hours("mon", "09:00-25:00") && !hours("mon", "+9:00-17:00"));
    }
}
