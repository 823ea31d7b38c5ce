//! Yielding verbs and going on with outcomes.

use crate::support::{fault, first, map, noted, resume, start, status};
use pbx_core::base::value::Value;
use pbx_core::script::{FaultKind, ScriptStep};
use templates::inline::Inline;

fn step(inline: &mut Inline, job: pbx_core::script::ScriptJob) -> ScriptStep {
    inline.run(job).unwrap().step
}

#[test]
fn a_script_yields_verbs_and_goes_on_with_outcomes() {
    let lua =
        "local o = ring{targets = param.main, timeout = 20}\nif o.status == 'busy' then\n  reject{code = o.code}\nend";
    let mut inline = Inline::default();
    let ScriptStep::Verb { name, args, line } = step(&mut inline, start("acme", "one", lua)) else { panic!("no verb") };
    assert_eq!((name.as_str(), line), ("ring", 1));
    assert_eq!(args["targets"], Value::List(vec!["101".into()]));
    assert_eq!(args["timeout"], Value::Int(20));
    let busy = map(&[("status", "busy".into()), ("code", Value::Int(486))]);
    let ScriptStep::Verb { name, args, line } = step(&mut inline, resume("acme", "one", busy)) else {
        panic!("no verb")
    };
    assert_eq!((name.as_str(), line, &args["code"]), ("reject", 3, &Value::Int(486)));
}

#[test]
fn a_script_that_ends_is_finished() {
    let mut inline = Inline::default();
    assert_eq!(first("local x = 1"), ScriptStep::Finished);
    step(&mut inline, start("acme", "one", "ring{targets = '101'}"));
    assert_eq!(step(&mut inline, resume("acme", "one", status("answered"))), ScriptStep::Finished);
}

#[test]
fn verbs_work_inside_pcall() {
    let mut inline = Inline::default();
    let lua = "local ok, o = pcall(function() return ring{targets = '101'} end)\nnote{text = tostring(ok) .. o.status}";
    step(&mut inline, start("acme", "one", lua));
    let ScriptStep::Verb { args, .. } = step(&mut inline, resume("acme", "one", status("busy"))) else {
        panic!("no verb")
    };
    assert_eq!(args["text"], "truebusy".into());
}

#[test]
fn the_line_of_a_misused_verb_is_named() {
    assert_eq!(
        fault("\n\nring{target = '101'}"),
        (FaultKind::Error, "main.lua:3: ring: the argument targets is missing".to_owned())
    );
    assert_eq!(
        noted("local ok, why = pcall(ring, 5)\nnote{text = why}"),
        "ring: arguments are a table: verb{name = value}"
    );
}

#[test]
fn a_text_that_does_not_compile_is_a_syntax_fault() {
    let ScriptStep::Fault { kind, line, message } = first("local x = 1\nif then") else { panic!("no fault") };
    assert_eq!((kind, line), (FaultKind::Syntax, Some(2)), "{message}");
}

#[test]
fn a_run_goes_on_after_its_vm_was_dropped() {
    let mut inline = Inline::default();
    let lua = "local a = math.random(1000000)\nring{targets = '101'}\nnote{text = a}\n";
    let lua = lua.replace("text = a", "text = tostring(a)");
    step(&mut inline, start("acme", "one", &lua));
    step(&mut inline, start("acme", "two", &lua));
    let kept = step(&mut inline, resume("acme", "one", status("busy")));
    inline.retire_vms();
    assert_eq!(step(&mut inline, resume("acme", "two", status("busy"))), kept);
}

#[test]
fn a_cancelled_run_is_forgotten() {
    let mut inline = Inline::default();
    step(&mut inline, start("acme", "one", "ring{targets = '101'}"));
    let cancel =
        pbx_core::script::ScriptJob::Cancel { tenant: crate::support::tenant("acme"), run: crate::support::run("one") };
    assert_eq!(inline.run(cancel), None);
    let late = step(&mut inline, resume("acme", "one", status("busy")));
    assert!(matches!(late, ScriptStep::Fault { kind: FaultKind::Error, .. }));
}
