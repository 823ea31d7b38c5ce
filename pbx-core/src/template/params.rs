//! The check of an assignment's parameters against what the tenant has: besides their types, the
//! things that they name must be there.

use super::{ParamKind, ParamSpec};
use crate::base::value::Value;
use std::collections::BTreeMap;

/// The names of a tenant's things that parameters may refer to.
pub trait TenantNames {
    /// Returns whether a person of the tenant has this extension.
    fn has_extension(&self, extension: &str) -> bool;
    /// Returns whether the tenant has a data source of this name.
    fn has_source(&self, slug: &str) -> bool;
}

/// A fault of an assignment's parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BindingFault {
    /// The parameter.
    pub param: String,
    /// The fault in words, to be read after the parameter's name.
    pub message: String,
}

/// Returns all faults of these parameters.
pub fn check_params(
    specs: &[ParamSpec],
    params: &BTreeMap<String, Value>,
    known: &dyn TenantNames,
) -> Vec<BindingFault> {
    let mut faults = Vec::new();
    let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
    for param in params.keys().filter(|param| !names.contains(&param.as_str())) {
        let hint = match crate::base::spelling::nearest(param, &names) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("it has {}", names.join(", ")),
        };
        faults.push(BindingFault {
            param: param.clone(),
            message: format!("the template has no such parameter; {hint}"),
        });
    }
    for spec in specs {
        let message = match (params.get(&spec.name), &spec.default) {
            (None | Some(Value::Null), None) => Some("is required by the template".to_owned()),
            (None | Some(Value::Null), Some(_)) => None,
            (Some(value), Some(default)) if value == default => None,
            (Some(value), _) => check(&spec.kind, value, known).err(),
        };
        faults.extend(message.map(|message| BindingFault { param: spec.name.clone(), message }));
    }
    faults
}

fn check(kind: &ParamKind, value: &Value, known: &dyn TenantNames) -> Result<(), String> {
    let value = kind.check(value).map_err(|must| format!("must be {must}"))?;
    let extension = |value: &Value| match value.as_text() {
        Some(text) if !known.has_extension(text) => Err(format!("nobody has the extension {text:?}")),
        _ => Ok(()),
    };
    match (kind, &value) {
        (ParamKind::Destination, Value::List(list)) => list.iter().try_for_each(extension),
        (ParamKind::Destination, one) => extension(one),
        (ParamKind::Source, Value::Text(slug)) if !known.has_source(slug) => {
            Err(format!("there is no data source {slug:?}"))
        }
        _ => Ok(()),
    }
}
