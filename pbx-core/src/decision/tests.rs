//! The pure routing, with a small world and scripts that are lists of turns.

use super::*;
use crate::dial_plan::Dialled;
use crate::directory::Scope;
use crate::script::{ScriptJob, ScriptStep};
use crate::template::{Fallback, TemplateVersion};
use uuid::Uuid;

const TEMPLATE: TemplateVersionId = TemplateVersionId(Uuid::from_u128(7));
const ANNA: PersonId = PersonId(Uuid::from_u128(8));

struct Small {
    dialled: Dialled,
    fallback: Fallback,
}

fn program(fallback: Fallback) -> Arc<TemplateVersion> {
    Arc::new(TemplateVersion {
        id: TEMPLATE,
        slug: "ring-person".into(),
        sha256: String::new(),
        title: String::new(),
        summary: String::new(),
        lua: String::new(),
        manifest: String::new(),
        params: Vec::new(),
        fallback,
    })
}

impl Facts for Small {
    fn at(&mut self, step: usize) -> Wall {
        Wall::from_micros(1_000_000 * step as i64)
    }
    fn opening(&mut self) -> Opening {
        let dialled = self.dialled.clone();
        let limits = Limits { actions: 4, lookups: 1, ring_timeout_s: 30 };
        Opening { revision: 3, limits, original: "1-0-1".into(), dialled, did: None, fault: None }
    }
    fn person_at(&mut self, extension: &str) -> Option<PersonId> {
        (extension == "101").then_some(ANNA)
    }
    fn binding(&mut self, scope: Scope) -> Option<Bound> {
        (scope == Scope::Tenant).then(|| Bound { template: TEMPLATE, slug: "ring-person".into() })
    }
    fn program(&mut self, _template: TemplateVersionId) -> Option<Arc<TemplateVersion>> {
        Some(program(self.fallback.clone()))
    }
    fn input(&mut self, _scope: Scope, program: &TemplateVersion) -> Arc<ScriptInput> {
        let call = Value::Null;
        Arc::new(ScriptInput { template: program.id, call, params: BTreeMap::new(), now: Value::Null, seed: 9 })
    }
    fn resolve(&mut self, _target: &str) -> Resolution {
        Resolution { person: Some(ANNA), devices: vec![("desk".into(), None)] }
    }
}

impl Programs for Small {
    fn program(&self, _template: TemplateVersionId) -> Option<Arc<TemplateVersion>> {
        Some(program(self.fallback.clone()))
    }
}

/// A script that does these turns, whatever it is told.
struct Turns(std::collections::VecDeque<ScriptStep>);

impl Host for Turns {
    fn turn(&mut self, job: ScriptJob) -> Option<ScriptStep> {
        if matches!(job, ScriptJob::Cancel { .. }) { None } else { self.0.pop_front() }
    }
}

fn small() -> Small {
    let fallback = Fallback::Ring { param: "called".into(), timeout: 20 };
    Small { dialled: Dialled::Extension("101".into()), fallback }
}

fn verb(name: &str, args: &[(&str, Value)]) -> ScriptStep {
    let args = args.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    ScriptStep::Verb { name: name.into(), args, line: 1 }
}

fn ring() -> ScriptStep {
    verb("ring", &[("targets", "101".into())])
}

/// Routes a call with these turns of the script and these outcomes of its verbs, checks that the record alone decides it
/// again, and says how it ended.
fn route(world: &mut Small, turns: &[ScriptStep], outcomes: &[Value]) -> (Final, Decision) {
    let mut turns_left = turns.iter().cloned();
    let mut outcomes = outcomes.iter().cloned();
    let mut decider = Decider::default();
    let mut ask = decider.begin(world);
    let ended = loop {
        ask = match ask {
            Ask::Start { .. } | Ask::Resume { .. } => decider.script(world, turns_left.next().unwrap()),
            Ask::Do(_) => match outcomes.next() {
                Some(outcome) => decider.outcome(world, outcome),
                None => decider.cancelled(world),
            },
            Ask::Wait => unreachable!("every ask is answered"),
            Ask::End(ended) => break ended,
        };
    };
    let record = decider.take_decision();
    let again = replay(&record, world, &mut Turns(turns.iter().cloned().collect()));
    assert_eq!(again, record, "the record explains the call");
    (ended, record)
}

#[test]
fn an_answered_ring_ends_the_decision() {
    let (ended, record) = route(&mut small(), &[ring()], &[outcome("answered", Some(200))]);
    assert_eq!(ended, Final::new(200, "answered"));
    assert!(matches!(record.steps[1].kind, StepKind::Bound { ref chain, .. } if chain.len() == 2));
}

#[test]
fn a_script_that_ends_after_a_ring_answers_with_its_outcome() {
    for (status, code, cause) in [("busy", 486, "busy"), ("declined", 603, "declined"), ("no-answer", 480, "no-answer")]
    {
        let (ended, _) = route(&mut small(), &[ring(), ScriptStep::Finished], &[outcome(status, None)]);
        assert_eq!(ended, Final::new(code, cause));
    }
}

#[test]
fn a_script_without_an_action_falls_back() {
    let (ended, record) = route(&mut small(), &[ScriptStep::Finished], &[outcome("no-answer", Some(480))]);
    assert_eq!(ended.code, 480);
    assert!(record.steps.iter().any(|step| matches!(step.kind, StepKind::Fallback { .. })));
}

#[test]
fn a_script_that_asks_for_too_much_falls_back() {
    let notes = vec![verb("note", &[("text", "again".into())]); 5];
    let (ended, record) = route(&mut small(), &notes, &[outcome("answered", Some(200))]);
    assert_eq!(ended.code, 200);
    let actions = |step: &Step| matches!(step.kind, StepKind::ScriptFault { kind: FaultKind::Actions, .. });
    assert!(record.steps.iter().any(actions));
}

#[test]
fn an_unknown_extension_is_not_found_without_a_template() {
    let mut world = small();
    world.dialled = Dialled::Extension("999".into());
    let (ended, record) = route(&mut world, &[], &[]);
    assert_eq!(ended, Final::new(404, "not-found"));
    assert_eq!(record.steps.len(), 2);
}

#[test]
fn an_emergency_asks_no_template() {
    let mut world = small();
    world.dialled = Dialled::Emergency("112".into());
    assert_eq!(route(&mut world, &[], &[]).0, Final::new(503, "no-route"));
}

#[test]
fn a_fallback_that_cannot_ring_answers_480() {
    let mut world = small();
    world.fallback = Fallback::Ring { param: "main".into(), timeout: 20 };
    let (ended, _) = route(&mut world, &[ScriptStep::Finished], &[]);
    assert_eq!(ended, Final::new(480, "script-failed"));
}

#[test]
fn a_caller_that_gives_up_is_decided_again_too() {
    assert_eq!(route(&mut small(), &[ring()], &[]).0, Final::new(487, "caller-cancelled"));
}

#[test]
fn a_call_that_was_cut_is_decided_again_as_far_as_its_record_goes_and_no_further() {
    let turns = [ring(), ScriptStep::Finished];
    let (_, whole) = route(&mut small(), &turns, &[outcome("busy", Some(486))]);
    for known in 0..whole.steps.len() {
        let cut = Decision { steps: whole.steps[..known].to_vec(), ..whole.clone() };
        let again = replay(&cut, &small(), &mut Turns(turns.iter().cloned().collect()));
        assert_eq!(again, cut, "{known} of {} steps are known", whole.steps.len());
    }
    let nothing = Decision::default();
    assert_eq!(replay(&nothing, &small(), &mut Turns(turns.into_iter().collect())), nothing);
}

#[test]
fn a_refusal_has_the_code_that_the_template_names() {
    let turns = [verb("reject", &[("code", Value::Int(603))])];
    assert_eq!(route(&mut small(), &turns, &[]).0, Final::new(603, "template-rejected"));
    let misused = [verb("reject", &[("code", Value::Int(200))])];
    assert_eq!(route(&mut small(), &misused, &[outcome("answered", None)]).0.code, 200, "the fallback rang");
}

#[test]
fn a_template_that_passes_on_a_busy_ring_ends_busy() {
    let turns = [ring(), verb("reject", &[("code", Value::Int(486))])];
    assert_eq!(route(&mut small(), &turns, &[outcome("busy", Some(486))]).0, Final::new(486, "busy"));
    assert_eq!(route(&mut small(), &turns, &[outcome("no-answer", None)]).0, Final::new(486, "template-rejected"));
}

#[test]
fn a_record_survives_its_way_through_json() {
    let (_, record) = route(&mut small(), &[ring()], &[outcome("answered", Some(200))]);
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), record);
}

#[test]
fn every_cause_of_routing_is_in_the_table() {
    for (name, code) in [
        ("answered", 200),
        ("not-found", 404),
        ("no-route", 503),
        ("script-failed", 480),
        ("caller-cancelled", 487),
        ("busy", 486),
        ("declined", 603),
        ("no-answer", 480),
        ("nobody-reachable", 480),
        ("template-rejected", 603),
    ] {
        assert_eq!(crate::cause::of_code(name).map(|cause| cause.sip), Some(code), "{name}");
    }
}
