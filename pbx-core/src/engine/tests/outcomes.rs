//! How calls that nobody answers end, and what the record says.

use super::phone::Phone;
use super::room::{Room, ring};
use crate::base::ids::{NumberId, TrunkId};
use crate::base::value::Value;
use crate::decision::StepKind;
use crate::door::Who;
use crate::engine::io::{Answer, AnswerResult, Command, Input};
use crate::event::{Disposition, EventKind};
use crate::script::{FaultKind, ScriptStep};
use pbx_sip::HeaderName;
use std::collections::BTreeMap;

/// A call to 103 that gets this final answer; the caller's code and the disposition.
fn refused_with(code: u16) -> (u16, Disposition) {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, code, "");
    room.expect(&ben.address(), "ACK");
    let record = room.record();
    let (told, disposition) = (record.sip_code, record.disposition);
    room.expect(&anna.address(), &told.to_string());
    anna.ack(&mut room, "");
    room.is_quiet_in_the_end();
    (told, disposition)
}

#[test]
fn refusals_are_mapped() {
    assert_eq!(refused_with(486), (486, Disposition::Busy));
    assert_eq!(refused_with(600), (486, Disposition::Busy));
    assert_eq!(refused_with(603), (603, Disposition::Rejected));
    assert_eq!(refused_with(480), (480, Disposition::NoAnswer));
    assert_eq!(refused_with(404), (480, Disposition::NoAnswer));
    assert_eq!(refused_with(500), (480, Disposition::NoAnswer));
}

#[test]
fn nobody_answers_in_time() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 180, "");
    room.pass(31_000);
    let cancel = room.expect(&ben.address(), "CANCEL");
    assert!(cancel.header(HeaderName::Reason).is_none(), "it was a missed call");
    ben.answer(&mut room, &invite, 487, "");
    room.expect(&anna.address(), "480");
    anna.ack(&mut room, "");
    assert_eq!((room.record().disposition, room.record().cause.as_str()), (Disposition::NoAnswer, "no-answer"));
    room.is_quiet_in_the_end();
}

#[test]
fn an_unknown_extension_and_an_outside_number_are_not_found() {
    for dialled in ["999", "+49301234567", "*57204", "nonsense"] {
        let mut room = Room::new();
        let mut anna = Phone::new("101");
        anna.call(&mut room, dialled);
        room.expect(&anna.address(), "404");
        assert_eq!((room.record().cause.as_str(), room.record().disposition), ("not-found", Disposition::Rejected));
    }
}

#[test]
fn a_person_without_a_phone_is_unreachable() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    anna.call(&mut room, "104");
    room.expect(&anna.address(), "480");
    assert_eq!(room.record().cause, "nobody-reachable");
}

#[test]
fn an_emergency_asks_no_template_and_raises_an_alarm() {
    for dialled in ["112", "urn:service:sos", "urn:service:sos.fire"] {
        let mut room = Room::new();
        room.input(Input::Command(Command::Drain));
        let mut anna = Phone::new("101");
        anna.call(&mut room, dialled);
        room.expect(&anna.address(), "503");
        assert!(room.jobs.is_empty());
        let is_alarm =
            |kind: &EventKind| matches!(kind, EventKind::Alarm { code, .. } if code == "emergency-without-route");
        assert!(room.events.iter().any(is_alarm), "{dialled}");
        assert!(room.journal.iter().any(|entry| matches!(entry, crate::journal::Entry::Audit(_))));
    }
}

#[test]
fn a_draining_server_takes_no_new_call() {
    let mut room = Room::new();
    room.input(Input::Command(Command::Drain));
    let mut anna = Phone::new("101");
    anna.call(&mut room, "103");
    let refusal = room.expect(&anna.address(), "503");
    assert!(refusal.retry_after().unwrap().is_some());
    assert!(room.journal.is_empty());
}

#[test]
fn a_script_that_fails_falls_back_to_ringing() {
    let mut room = Room::new();
    room.turns.push_back(ScriptStep::Fault { kind: FaultKind::Budget, message: "over".into(), line: Some(3) });
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    ben.pick_up(&mut room);
    anna.take_answer(&mut room);
    anna.say(&mut room, "BYE", "", "");
    assert!(room.record().decision.steps.iter().any(|step| matches!(step.kind, StepKind::Fallback { .. })));
}

#[test]
fn a_slow_source_is_a_timeout_and_the_call_goes_on() {
    let mut room = Room::new();
    let args = BTreeMap::from([("source".to_owned(), Value::from("customers"))]);
    room.turns.push_back(ScriptStep::Verb { name: "lookup".into(), args, line: 1 });
    room.turns.push_back(ring(&["103"]));
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    assert_eq!(room.queries.len(), 1);
    room.pass(1_100);
    room.expect(&anna.address(), "180");
    let query = room.queries[0].clone();
    let late =
        Answer { tenant: query.tenant, call: query.call, seq: query.seq, result: AnswerResult::Unknown, took_ms: 9 };
    room.input(Input::QueryResult(late));
    ben.pick_up(&mut room);
    anna.take_answer(&mut room);
    anna.say(&mut room, "BYE", "", "");
    let timed_out = room.record().decision.steps.iter().any(
        |step| matches!(&step.kind, StepKind::Outcome { outcome } if outcome.get("status") == Some(&"timeout".into())),
    );
    assert!(timed_out);
}

#[test]
fn a_call_without_a_free_port_is_refused_with_an_alarm() {
    let mut room = Room::new();
    room.dry = true;
    room.settings.calls_per_device = 0;
    while room.engine.census().ports < 400 && !room.records().iter().any(|record| record.sip_code == 503) {
        let mut anna = Phone::new("101");
        let who = anna.who(&mut room);
        let branch = room.nonces.to_string();
        let text = anna.invite_text("103", &branch, "", "");
        room.receive(&anna.address(), who, &text);
    }
    room.expect("192.0.2.101:5060", "503");
    assert!(room.events.iter().any(|kind| matches!(kind, EventKind::Alarm { code, .. } if code == "no-media-ports")));
}

#[test]
fn a_console_and_a_drain_may_end_calls() {
    for (command, cause, q850, cut) in
        [(None, "operator-hung-up", "Q.850;cause=16;", false), (Some(Command::Cut), "cut", "Q.850;cause=41;", true)]
    {
        let mut room = Room::new();
        let (anna, ben) = super::phone::talking(&mut room);
        let call = room.jobs[0].clone();
        let crate::script::ScriptJob::Start { tenant, run, .. } = call else { panic!("a start") };
        room.input(Input::Command(Command::HangUp {
            tenant: crate::base::ids::TenantId::of_key("globex"),
            call: run.call,
        }));
        assert!(room.records().is_empty(), "another tenant's call is not there");
        room.input(Input::Command(command.unwrap_or(Command::HangUp { tenant, call: run.call })));
        for phone in [&anna, &ben] {
            let bye = super::phone::agree_to_bye(&mut room, phone);
            assert!(super::phone::value(&bye, HeaderName::Reason).starts_with(q850), "the phone is told why");
        }
        let record = room.record();
        assert_eq!((record.cause.as_str(), record.cut, record.disposition), (cause, cut, Disposition::Answered));
        room.is_quiet_in_the_end();
    }
}

#[test]
fn silent_media_threads_do_not_keep_the_record_waiting() {
    let mut room = Room::new();
    room.mute = true;
    let (mut anna, ben) = super::phone::talking(&mut room);
    anna.say(&mut room, "BYE", "", "");
    super::phone::agree_to_bye(&mut room, &ben);
    assert!(room.records().is_empty());
    room.pass(1_000);
    assert!(room.record().segments[0].media.is_none());
}

#[test]
fn a_trunks_caller_is_believed_and_normalised() {
    let mut room = Room::new();
    room.turns.push_back(ring(&["103"]));
    let mut carrier = Phone::new("200");
    let who = Who::Trunk {
        tenant: super::room::tenant_id(),
        trunk: TrunkId::of_key("carrier"),
        number: NumberId::of_key("main"),
    };
    let pai = "P-Asserted-Identity: \"Customer\" <sip:0401234567@carrier.test>\r\n";
    let text = carrier.invite_text("+4930555100", "first", pai, "");
    room.receive(&carrier.address(), who.clone(), &text);
    let invite = Phone::new("103").invited(&mut room);
    assert!(invite.header(HeaderName::From).unwrap().value().starts_with("\"Customer\" <sip:+49401234567@"));

    let mut room = Room::new();
    room.turns.push_back(ring(&["103"]));
    let text = carrier.invite_text("+4930555100", "second", &format!("{pai}Privacy: id\r\n"), "");
    room.receive(&carrier.address(), who, &text);
    let invite = Phone::new("103").invited(&mut room);
    assert!(invite.header(HeaderName::From).unwrap().value().contains("anonymous@anonymous.invalid"));
    assert!(invite.header(HeaderName::PAssertedIdentity).is_none());
}

#[test]
fn an_asserted_identity_that_says_nothing_costs_nothing() {
    let mut carrier = Phone::new("200");
    for (asserted, from) in [
        ("<tel:+4940777>, \"Praxis\" <sip:+4940777@carrier.test>", "\"Praxis\" <sip:+4940777@"),
        ("anonymous, <tel:+4940777>", "<sip:+4940777@"),
        ("anonymous", "\"Anonymous\" "),
        // Nobody outside has this extension; what else the message says is From's.
        ("\"Boss\" <sip:101@carrier.test>", "\"Anonymous\" "),
        ("\"Boss\" <sip:103@carrier.test>, <sip:+4940777@carrier.test>", "<sip:+4940777@"),
    ] {
        let mut room = Room::new();
        room.turns.push_back(ring(&["103"]));
        let who = Who::Trunk {
            tenant: super::room::tenant_id(),
            trunk: TrunkId::of_key("carrier"),
            number: NumberId::of_key("main"),
        };
        let text = carrier.invite_text("+4930555100", "first", &format!("P-Asserted-Identity: {asserted}\r\n"), "");
        let text = text.replace("From: <sip:200@acme.test>", "From: <sip:101@acme.test>");
        room.receive(&carrier.address(), who, &text);
        let invite = Phone::new("103").invited(&mut room);
        let shown = invite.header(HeaderName::From).unwrap();
        assert!(shown.value().starts_with(from), "{asserted}: {}", shown.value());
    }
}

#[test]
fn what_a_phone_asserts_is_not_believed() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call_with(&mut room, "103", "P-Asserted-Identity: <sip:110@acme.test>\r\n", "");
    let invite = ben.invited(&mut room);
    let asserted = invite.header(HeaderName::PAssertedIdentity).unwrap();
    assert!(asserted.value().contains("sip:101@"), "the number of the device's person");
}
