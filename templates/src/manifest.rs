//! Reads `manifest.yaml`: what a template is called, its typed parameters and its fallback.

use pbx_core::base::ids::TemplateVersionId;
use pbx_core::base::value::Value;
use pbx_core::template::{EditableBy, Fallback, ParamKind, ParamSpec, TemplateVersion};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Longest manifest, in bytes.
const MAX_MANIFEST: usize = 64 * 1024;
/// Longest script, in bytes. The VM does not ask the meter within a straight line of operators.
const MAX_SCRIPT: usize = 64 * 1024;

/// Why a manifest was refused. For the template's author.
#[derive(Debug, Error)]
pub enum ManifestFault {
    /// The text is too long.
    #[error("{what} is longer than {max} bytes")]
    TooLong {
        /// The file: `manifest.yaml` or `main.lua`.
        what: &'static str,
        /// The longest that it may be, in bytes.
        max: usize,
    },
    /// The YAML is broken, or says something that no manifest says.
    #[error("manifest.yaml: {0}")]
    Yaml(#[from] serde_yaml::Error),
    /// A field contradicts itself or another.
    #[error("manifest.yaml: {0}")]
    Invalid(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    summary: String,
    #[serde(default)]
    params: Vec<Param>,
    fallback: FallbackFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Param {
    name: String,
    label: String,
    #[serde(default)]
    help: String,
    #[serde(rename = "type")]
    kind: Kind,
    min: Option<i64>,
    max: Option<i64>,
    #[serde(default)]
    choices: Vec<String>,
    default: Option<Value>,
    #[serde(default)]
    editable_by: EditableBy,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Text,
    Integer,
    Seconds,
    Bool,
    Destination,
    Source,
    WeeklyHours,
    Choice,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FallbackFile {
    ring: Option<RingFile>,
    reject: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFile {
    param: String,
    timeout: u32,
}

/// One version of a template from its two files. The same slug and texts give the same id, on every machine.
///
/// # Errors
/// When the manifest breaks a rule; the script's text is not looked at (the VM compiles it).
pub fn read(slug: &str, manifest: &str, lua: &str) -> Result<TemplateVersion, ManifestFault> {
    if manifest.len() > MAX_MANIFEST {
        return Err(ManifestFault::TooLong { what: "manifest.yaml", max: MAX_MANIFEST });
    }
    if lua.len() > MAX_SCRIPT {
        return Err(ManifestFault::TooLong { what: "main.lua", max: MAX_SCRIPT });
    }
    let file: File = serde_yaml::from_str(manifest)?;
    let params = file.params.into_iter().map(param).collect::<Result<Vec<_>, _>>()?;
    for (index, spec) in params.iter().enumerate() {
        if params[..index].iter().any(|earlier| earlier.name == spec.name) {
            return Err(ManifestFault::Invalid(format!("the parameter {} is there twice", spec.name)));
        }
    }
    let fallback = fallback(file.fallback, &params)?;
    let sha256 = digest(manifest, lua);
    Ok(TemplateVersion {
        id: TemplateVersionId::of_key(&format!("{slug} {sha256}")),
        slug: slug.to_owned(),
        sha256,
        title: file.title,
        summary: file.summary,
        lua: lua.to_owned(),
        manifest: manifest.to_owned(),
        params,
        fallback,
    })
}

/// Hashes both texts and where one ends, so that moving text from one to the other changes the hash.
fn digest(manifest: &str, lua: &str) -> String {
    let border = u64::try_from(manifest.len()).unwrap_or(u64::MAX).to_be_bytes();
    let digest = Sha256::new().chain_update(border).chain_update(manifest).chain_update(lua).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn param(file: Param) -> Result<ParamSpec, ManifestFault> {
    let invalid = |text: String| Err(ManifestFault::Invalid(format!("parameter {}: {text}", file.name)));
    let named = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if file.name.is_empty() || file.name.len() > 40 || !file.name.bytes().all(named) {
        return invalid("a name is 1 to 40 lower-case letters, digits or '_'".to_owned());
    }
    let bounded = matches!(file.kind, Kind::Integer | Kind::Seconds);
    if (file.min.is_some() || file.max.is_some()) && !bounded {
        return invalid("only integer and seconds have min and max".to_owned());
    }
    if file.choices.is_empty() == (file.kind == Kind::Choice) {
        return invalid("choices belong to the type choice, and it needs them".to_owned());
    }
    let (min, max) =
        (file.min.unwrap_or(0), file.max.unwrap_or(if file.kind == Kind::Seconds { 3600 } else { i64::MAX }));
    if bounded && min > max {
        return invalid("min is greater than max".to_owned());
    }
    let kind = match file.kind {
        Kind::Text => ParamKind::Text,
        Kind::Integer => ParamKind::Integer { min, max },
        Kind::Seconds => ParamKind::Seconds { min, max },
        Kind::Bool => ParamKind::Bool,
        Kind::Destination => ParamKind::Destination,
        Kind::Source => ParamKind::Source,
        Kind::WeeklyHours => ParamKind::WeeklyHours,
        Kind::Choice => ParamKind::Choice(file.choices),
    };
    let default = match file.default {
        // "No destination" is a default of its own: the parameter is then optional.
        Some(Value::List(list)) if list.is_empty() && kind == ParamKind::Destination => Some(Value::List(list)),
        Some(value) => match kind.check(&value) {
            Ok(value) => Some(value),
            Err(must) => return invalid(format!("the default must be {must}")),
        },
        None => None,
    };
    Ok(ParamSpec { name: file.name, label: file.label, help: file.help, kind, default, editable_by: file.editable_by })
}

fn fallback(file: FallbackFile, params: &[ParamSpec]) -> Result<Fallback, ManifestFault> {
    match (file.ring, file.reject) {
        (None, Some(code @ 400..=699)) => Ok(Fallback::Reject(code)),
        (Some(RingFile { param, timeout: timeout @ 1..=600 }), None)
            if param == "called"
                || params.iter().any(|spec| spec.name == param && spec.kind == ParamKind::Destination) =>
        {
            Ok(Fallback::Ring { param, timeout })
        }
        _ => Err(ManifestFault::Invalid(
            "fallback is either `reject: CODE` (400 to 699) or `ring: {param, timeout}` with a destination parameter \
             or `called`, and 1 to 600 seconds"
                .to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "title: T\nsummary: S\nparams:\n  - {name: main, label: Main, type: destination}\n\
        \n  - {name: wait, label: Wait, type: seconds, min: 5, max: 60, default: 20}\n\
        fallback: {ring: {param: main, timeout: 20}}\n";

    #[test]
    fn the_same_text_is_the_same_version() {
        let one = read("t", GOOD, "ring{targets = param.main}").unwrap();
        let again = read("t", GOOD, "ring{targets = param.main}").unwrap();
        let other = read("t", GOOD, "ring{targets = param.main} ").unwrap();
        assert_eq!(one, again);
        assert_ne!(one.id, other.id);
        assert_eq!(one.fallback, Fallback::Ring { param: "main".to_owned(), timeout: 20 });
        assert_eq!(one.params[1].kind, ParamKind::Seconds { min: 5, max: 60 });
    }

    #[test]
    fn what_no_manifest_says_is_refused() {
        for (bad, word) in [
            (GOOD.replace("title: T", "titel: T"), "titel"),
            (GOOD.replace("default: 20", "default: 2"), "default"),
            (GOOD.replace("param: main", "param: wait"), "fallback"),
            (GOOD.replace("name: wait", "name: main"), "twice"),
            (GOOD.replace("type: seconds", "type: sekunden"), "sekunden"),
            (GOOD.replace("ring: {param: main, timeout: 20}", "reject: 200"), "fallback"),
        ] {
            let fault = read("t", &bad, "").unwrap_err().to_string();
            assert!(fault.contains(word), "{fault}");
        }
    }
}
