use super::*;
use pbx_core::base::ids::{CallId, LegId, NumberId, PersonId, TemplateVersionId, TenantId};
use pbx_core::base::time::Wall;
use pbx_core::base::value::Value;
use pbx_core::cdr::{LegRecord, MediaVerdict, ReceivedMedia, Segment};
use pbx_core::decision::{Decision, Step, StepKind};
use pbx_core::dial_plan::Dialled;
use pbx_core::directory::Scope;
use pbx_core::event::{Direction, Disposition, Party};
use pbx_core::script::{FaultKind, ScriptInput};
use pbx_core::template::Fallback;
use std::collections::BTreeMap;
use std::sync::Arc;

fn named(name: &str, number: &str) -> Party {
    Party { name: name.into(), number: number.into(), ..Party::default() }
}

fn at(seconds: i64) -> Wall {
    Wall::from_micros(seconds * 1_000_000)
}

fn leg(key: &str, name: &str, rang: Option<i64>, answered: Option<i64>, ended: i64) -> LegRecord {
    LegRecord {
        id: LegId::of_key(key),
        party: named(name, ""),
        sip_call_id: key.into(),
        started: at(0),
        ringing: rang.map(at),
        answered: answered.map(at),
        ended: at(ended),
        sip_code: 200,
    }
}

fn record(disposition: Disposition, cause: &str) -> CallRecord {
    CallRecord {
        version: pbx_core::cdr::VERSION,
        id: CallId::of_key("c"),
        tenant: TenantId::of_key("acme"),
        sip_call_id: "x".into(),
        direction: Direction::Internal,
        from: named("Clara", "103"),
        dialled: "101".into(),
        to: named("Ben", "102"),
        started: at(0),
        answered: None,
        ended: at(270),
        disposition,
        cause: cause.into(),
        sip_code: 200,
        talk_us: 0,
        cut: false,
        hung_up: None,
        legs: vec![leg("a", "Clara", None, None, 270)],
        segments: vec![],
        decision: Decision::default(),
    }
}

#[test]
fn an_answered_call_says_who_rang_and_who_talked() {
    let mut call = record(Disposition::Answered, "normal");
    call.answered = Some(at(20));
    call.talk_us = 250_000_000;
    call.legs.push(leg("b", "Anna", Some(1), None, 13));
    call.legs.push(leg("c", "Ben", Some(14), Some(20), 270));
    assert_eq!(
        sentence(&call, &Nameless, Language::English),
        "Clara called 101. Anna’s phone rang 12 s. Ben answered after 20 s; they talked for 4 min 10 s."
    );
    assert_eq!(
        sentence(&call, &Nameless, Language::German),
        "Clara hat 101 angerufen. Bei Anna hat es 12 s geklingelt. Ben hat nach 20 s abgenommen; Gesprächsdauer 4 min 10 s."
    );
}

#[test]
fn every_end_has_a_sentence() {
    for language in Language::ALL {
        for end in [
            Disposition::Answered,
            Disposition::NoAnswer,
            Disposition::Busy,
            Disposition::Cancelled,
            Disposition::Rejected,
            Disposition::Failed,
        ] {
            complete(&sentence(&record(end, "busy"), &Nameless, language));
            complete(&disposition(end, language));
        }
    }
}

fn every_step() -> Vec<StepKind> {
    let args = |pairs: &[(&str, Value)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    let text = || "x".to_owned();
    let template = TemplateVersionId::of_key("t");
    let mut steps = vec![
        StepKind::Bound { chain: vec![], template, slug: text() },
        StepKind::ScriptFinished,
        StepKind::LocalRinging,
        StepKind::Cancelled,
        StepKind::Did { number: NumberId::of_key("n") },
        StepKind::Final { code: 486, cause: "busy".into() },
        StepKind::Fallback { plan: Fallback::Reject(480) },
        StepKind::Resolved { target: text(), person: None, devices: vec![] },
        StepKind::Resolved { target: text(), person: None, devices: vec![("a".into(), None)] },
        StepKind::Resolved { target: text(), person: None, devices: vec![("a".into(), Some("b".into()))] },
        StepKind::Resolved {
            target: text(),
            person: None,
            devices: vec![("a".into(), Some("b".into())), ("c".into(), None)],
        },
        StepKind::Verb { name: "page".into(), args: args(&[("x", Value::Bool(true))]), line: 3 },
        StepKind::Verb { name: "ring".into(), args: args(&[("targets", "101".into())]), line: 3 },
        StepKind::Verb {
            name: "ring".into(),
            args: args(&[("targets", Value::List(vec!["101".into(), "102".into()])), ("timeout", 20.into())]),
            line: 3,
        },
        StepKind::Verb { name: "lookup".into(), args: args(&[("source", "customers".into())]), line: 4 },
        StepKind::Verb { name: "reject".into(), args: args(&[("code", 486.into())]), line: 5 },
        StepKind::Verb { name: "note".into(), args: args(&[("text", "hello".into())]), line: 6 },
    ];
    for params in [BTreeMap::new(), args(&[("main", "102".into())])] {
        let input = ScriptInput { template, call: Value::Null, params, now: Value::Null, seed: 1 };
        steps.push(StepKind::ScriptStarted { input: Arc::new(input) });
    }
    for scope in [Scope::Tenant, Scope::Extension(PersonId::of_key("p")), Scope::Number(NumberId::of_key("n"))] {
        steps.push(StepKind::Bound { chain: vec![(scope, true)], template, slug: text() });
    }
    for dialled in [
        Dialled::Extension(text()),
        Dialled::Number(text()),
        Dialled::Service(text()),
        Dialled::Emergency(text()),
        Dialled::Unknown(text()),
    ] {
        steps.push(StepKind::Dialled { original: text(), dialled });
    }
    for status in
        ["answered", "no-answer", "busy", "cancelled", "failed", "found", "unknown", "timeout", "default", "new"]
    {
        steps.push(StepKind::Outcome { outcome: Value::Map(args(&[("status", status.into())])) });
        steps.push(StepKind::Outcome {
            outcome: Value::Map(args(&[("status", status.into()), ("tier", "gold".into())])),
        });
    }
    for kind in [
        FaultKind::Syntax,
        FaultKind::Error,
        FaultKind::Budget,
        FaultKind::Memory,
        FaultKind::Deadline,
        FaultKind::Actions,
    ] {
        steps.push(StepKind::ScriptFault { kind, message: text(), line: None });
        steps.push(StepKind::ScriptFault { kind, message: text(), line: Some(4) });
    }
    for param in ["called", "main"] {
        steps.push(StepKind::Fallback { plan: Fallback::Ring { param: param.into(), timeout: 20 } });
    }
    steps
}

#[test]
fn every_step_has_words_in_every_language() {
    for kind in every_step() {
        let said: Vec<String> = Language::ALL.iter().map(|language| step(&kind, &Nameless, *language)).collect();
        said.iter().for_each(|text| complete(text));
        assert_ne!(said[0], said[1], "{kind:?} is not translated");
    }
}

#[test]
fn every_cause_has_words_in_every_language() {
    for known in pbx_core::cause::CAUSES {
        for language in Language::ALL {
            assert!(language.knows(&format!("cause-{}", known.code)), "{} in {language:?}", known.code);
        }
    }
    assert_eq!(cause("from-the-future", Language::German), "Grund from-the-future");
}

#[test]
fn silence_wrong_addresses_and_strangers_are_named() {
    let mut call = record(Disposition::Answered, "normal");
    call.legs.push(leg("b", "Ben", Some(1), Some(5), 270));
    let silent = ReceivedMedia { announced: Some("10.0.0.7:4000".into()), ..ReceivedMedia::default() };
    let astray = ReceivedMedia {
        packets: 900,
        lost: 100,
        jitter_us: 12_000,
        announced: Some("10.0.0.7:4000".into()),
        latched: Some("192.0.2.7:4000".into()),
        strangers: vec!["198.51.100.9:5".into(), "198.51.100.10:5".into()],
        would_roam: Some("198.51.100.10:5".into()),
        silence_expected: false,
    };
    let media = Some(MediaVerdict { from_a: astray, from_b: silent });
    let (a, b) = (LegId::of_key("a"), LegId::of_key("b"));
    call.segments.push(Segment { a, b, from: at(5), to: at(270), media });
    let sides = heard(&call, &Nameless, Language::English);
    assert_eq!((sides[0].quality, sides[1].quality), (Quality::Poor, Quality::Silent));
    assert_eq!(sides[1].text, "No packets ever came from Ben; its SDP said 10.0.0.7:4000.");
    assert!(sides[0].text.contains("10.0 % lost"), "{}", sides[0].text);
    assert!(sides[0].text.contains("sent from 192.0.2.7:4000"));
    assert!(sides[0].text.contains("A stranger (198.51.100.9:5)"));
    for (language, name) in [(Language::English, "set “media: roams”"), (Language::German, "„media: roams“ ein")]
    {
        let text = &heard(&call, &Nameless, language)[0].text;
        assert!(text.contains("198.51.100.10:5") && text.contains(name), "{text}");
        assert!(!heard(&call, &Nameless, language)[1].text.contains("roams"));
    }
}

#[test]
fn every_quality_has_words_in_every_language() {
    let some = |packets, lost, jitter_us| ReceivedMedia { packets, lost, jitter_us, ..ReceivedMedia::default() };
    let held = ReceivedMedia { silence_expected: true, ..ReceivedMedia::default() };
    let announced = ReceivedMedia { announced: Some("a".into()), ..ReceivedMedia::default() };
    let (a, b) = (LegId::of_key("a"), LegId::of_key("b"));
    for heard_once in [some(100, 0, 1), some(97, 3, 1), some(10, 5, 1), some(0, 0, 0), held, announced] {
        for language in Language::ALL {
            let mut call = record(Disposition::Answered, "normal");
            let media = Some(MediaVerdict { from_a: heard_once.clone(), from_b: heard_once.clone() });
            call.segments.push(Segment { a, b, from: at(5), to: at(6), media });
            heard(&call, &Nameless, language).iter().for_each(|side| complete(&side.text));
        }
    }
}

#[test]
fn an_explanation_is_the_sentence_then_the_steps_then_the_sound() {
    let mut call = record(Disposition::Busy, "busy");
    call.decision.steps = vec![Step { at: at(1), kind: StepKind::LocalRinging }];
    let lines = explain(&call, &Nameless, Language::English);
    assert_eq!(lines.len(), 2);
    assert!(lines[1].contains("ringing"));
}

#[test]
fn a_parameter_that_is_empty_is_left_out_and_a_time_has_its_unit() {
    let params = BTreeMap::from([
        ("main".to_owned(), "102".into()),
        ("timeout".to_owned(), 90.into()),
        ("vip".to_owned(), Value::List(vec![])),
    ]);
    let template = TemplateVersionId::of_key("t");
    let input = ScriptInput { template, call: Value::Null, params, now: Value::Null, seed: 1 };
    let started = StepKind::ScriptStarted { input: Arc::new(input) };
    let said = step(&started, &Nameless, Language::English);
    assert!(said.ends_with("started with main: 102, timeout: 1 min 30 s."), "{said}");
    let (text, term) = step_in_short(&started, &Nameless, Language::English).unwrap();
    assert!(
        text.ends_with("” started.") && term.starts_with("main: 102, timeout: 1 min 30 s, version "),
        "{text} {term}"
    );
}

/// Knows who has the extensions 102 and 103.
struct Desks;

impl Names for Desks {
    fn person(&self, _: PersonId) -> Option<String> {
        None
    }

    fn extension(&self, extension: &str) -> Option<String> {
        [("102", "Reception"), ("103", "Sales")].iter().find(|(known, _)| *known == extension).map(|(_, n)| (*n).into())
    }

    fn device(&self, _: pbx_core::base::ids::DeviceId) -> Option<String> {
        None
    }

    fn number(&self, _: NumberId) -> Option<String> {
        None
    }

    fn template(&self, _: TemplateVersionId) -> Option<String> {
        None
    }
}

#[test]
fn a_verb_names_who_is_rung_what_is_asked_for_and_what_an_answer_means() {
    let verb = |name: &str, args: &[(&str, Value)], line| {
        let args = args.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        StepKind::Verb { name: name.into(), args, line }
    };
    let said = |kind: &StepKind| {
        let (english, german) = (Language::English, Language::German);
        (step_in_short(kind, &Desks, english).unwrap(), step(kind, &Desks, german))
    };
    let targets = Value::List(vec!["102".into(), "103".into(), "+4930555100".into()]);
    let ring = verb("ring", &[("targets", targets), ("timeout", 25.into())], 7);
    let (english, german) = said(&ring);
    assert_eq!(english, ("It rang Reception, Sales and +4930555100 for up to 25 s.".into(), "line 7".into()));
    assert_eq!(german, "Lässt Reception, Sales und +4930555100 bis zu 25 s lang klingeln (Zeile 7).");
    let number = Value::Map(BTreeMap::from([("number".to_owned(), "+493012345678".into())]));
    let (english, german) = said(&verb("lookup", &[("source", "customers".into()), ("args", number)], 0));
    assert_eq!(english, ("It asked “customers” for +493012345678.".into(), String::new()));
    assert_eq!(german, "Fragt „customers“ nach +493012345678.");
    let (english, german) = said(&verb("reject", &[("code", 480.into())], 0));
    assert_eq!(english.0, "It ended the attempt: not available (480).");
    assert_eq!(german, "Beendet den Versuch: nicht erreichbar (480).");
}

#[test]
fn a_step_that_says_nothing_new_is_left_out_and_an_answer_is_not_called_200() {
    let outcome = |pairs: &[(&str, Value)]| {
        let map = pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        step_in_short(&StepKind::Outcome { outcome: Value::Map(map) }, &Nameless, Language::English)
    };
    let said = |text: &str, term: &str| Some((text.to_owned(), term.to_owned()));
    assert_eq!(outcome(&[("status", "done".into())]), None);
    let answered = outcome(&[("status", "answered".into()), ("code", 200.into())]);
    assert_eq!(answered, said("Outcome: answered.", ""));
    assert_eq!(outcome(&[("status", "busy".into()), ("code", 486.into())]), said("Outcome: busy.", "code: 486"));
}

#[test]
fn an_answered_call_says_what_ended_it() {
    let mut call = record(Disposition::Answered, "normal");
    call.legs.push(leg("b", "Ben", Some(1), Some(20), 270));
    assert_eq!(ended(&call, Language::English), None, "of a release that did not write down who");
    call.hung_up = Some(call.legs[1].id);
    assert_eq!(ended(&call, Language::English).as_deref(), Some("Ben hung up."));
    call.hung_up = Some(call.legs[0].id);
    assert!(sentence(&call, &Nameless, Language::German).ends_with("Clara hat aufgelegt."));
    call.hung_up = None;
    call.cause = "operator-hung-up".into();
    assert!(sentence(&call, &Nameless, Language::English).ends_with("It was ended from the console."));
}

#[test]
fn a_phone_that_rang_was_not_busy_but_declined() {
    let mut call = record(Disposition::Busy, "busy");
    assert!(sentence(&call, &Nameless, Language::English).contains("was busy"));
    call.legs.push(LegRecord { sip_code: 486, ..leg("b", "Ben", Some(1), None, 10) });
    let said = sentence(&call, &Nameless, Language::English);
    assert_eq!(
        said,
        "Clara called 101. Ben’s phone rang 9 s. The call was declined while it rang; the phone said “busy”."
    );
}

#[test]
fn that_nobody_answered_is_said_once() {
    let said = sentence(&record(Disposition::NoAnswer, "no-answer"), &Nameless, Language::English);
    assert_eq!(said, "Clara called 101. Nobody answered within 4 min 30 s.");
}

#[test]
fn templates_that_ship_have_a_german_name() {
    for version in ["Ring the person", "Office hours", "VIP by lookup"] {
        assert_ne!(title(version, Language::German), version);
        assert_eq!(title(version, Language::English), version);
    }
    assert_eq!(title("Ring in turn", Language::German), "Ring in turn");
}

#[test]
fn germans_write_a_comma() {
    assert_eq!((tenths(121, Language::English), tenths(4, Language::German)), ("12.1".to_owned(), "0,4".to_owned()));
}

#[test]
fn lengths_and_moments_read_as_people_say_them() {
    assert_eq!(length(12_900_000, Language::English), "12 s");
    assert_eq!(length(120_000_000, Language::English), "2 min");
    assert_eq!(length(3_900_000_000, Language::German), "1 h 5 min");
    let now = Wall::from_micros(1_795_225_000_000_000);
    let berlin = zone("Europe/Berlin");
    let earlier = Wall::from_micros(now.micros() - 86_400_000_000 * 3);
    assert!(moment(now, now, &berlin, Language::English).contains(':'));
    assert!(moment(earlier, now, &berlin, Language::German).contains('.'));
    assert_eq!(zone("Nowhere/Land"), jiff::tz::TimeZone::UTC);
}

/// A sentence without holes: no key that is not there, no placeholder that was not filled.
fn complete(text: &str) {
    assert!(!text.is_empty());
    assert!(!text.contains('{') && !text.contains("step-") && !text.contains("sentence-"), "{text}");
    assert!(!["“”", "„“", " ."].iter().any(|hole| text.contains(hole)), "{text}");
    let first = text.chars().next().unwrap();
    assert!(!first.is_whitespace());
}
