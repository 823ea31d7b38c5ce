//! Scripts as jobs.

use pbx_core::base::ids::{CallId, TenantId};
use pbx_core::base::value::Value;
use pbx_core::script::{FaultKind, RunId, ScriptInput, ScriptJob, ScriptStep};
use pbx_core::template::TemplateVersion;
use std::collections::BTreeMap;
use std::sync::Arc;
use templates::inline::Inline;

const MANIFEST: &str = "title: Test\nsummary: For a test.\nfallback: {reject: 480}\n";

pub(crate) fn tenant(name: &str) -> TenantId {
    TenantId::of_key(name)
}

pub(crate) fn run(call: &str) -> RunId {
    RunId { call: CallId::of_key(call), seq: 0 }
}

pub(crate) fn program(lua: &str) -> Arc<TemplateVersion> {
    Arc::new(templates::manifest::read("test", MANIFEST, lua).unwrap())
}

pub(crate) fn map(pairs: &[(&str, Value)]) -> Value {
    Value::Map(pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

pub(crate) fn status(status: &str) -> Value {
    map(&[("status", status.into())])
}

pub(crate) fn input(program: &TemplateVersion, seed: u64) -> Arc<ScriptInput> {
    Arc::new(ScriptInput {
        template: program.id,
        call: map(&[
            ("id", "c1".into()),
            ("caller", map(&[("number", "+4930123".into()), ("anonymous", false.into())])),
        ]),
        params: BTreeMap::from([("main".to_owned(), "101".into())]),
        now: map(&[("time", "09:00".into()), ("minutes", Value::Int(540))]),
        seed,
    })
}

pub(crate) fn start(tenant_name: &str, call: &str, lua: &str) -> ScriptJob {
    replay(tenant_name, call, lua, 7, Vec::new())
}

pub(crate) fn replay(tenant_name: &str, call: &str, lua: &str, seed: u64, replayed: Vec<Value>) -> ScriptJob {
    let program = program(lua);
    let input = input(&program, seed);
    ScriptJob::Start { tenant: tenant(tenant_name), run: run(call), program, input, replayed }
}

pub(crate) fn resume(tenant_name: &str, call: &str, outcome: Value) -> ScriptJob {
    ScriptJob::Resume { tenant: tenant(tenant_name), run: run(call), outcome }
}

/// The first step of a script.
pub(crate) fn first(lua: &str) -> ScriptStep {
    Inline::default().run(start("acme", "one", lua)).unwrap().step
}

/// The note that a script leaves first.
pub(crate) fn noted(lua: &str) -> String {
    match first(lua) {
        ScriptStep::Verb { name, args, .. } if name == "note" => args["text"].as_text().unwrap().to_owned(),
        other => panic!("no note but {other:?}"),
    }
}

/// Kind and message of the fault that a script ends in.
pub(crate) fn fault(lua: &str) -> (FaultKind, String) {
    match first(lua) {
        ScriptStep::Fault { kind, message, .. } => (kind, message),
        other => panic!("no fault but {other:?}"),
    }
}
