//! Reading the records of every release, showing them in words and deciding them again.

use super::repertoire::played;
use super::{earlier, keep, written};
use crate::support::checks::Replayed;
use admin_ui::Language;
use admin_ui::words::{self, Nameless};
use pbx_core::base::ids::TemplateVersionId;
use pbx_core::base::value::Value;
use pbx_core::cdr::{CallRecord, VERSION, WrittenRecord};
use pbx_core::decision::{Programs, StepKind, replay};
use pbx_core::event::Disposition;
use pbx_core::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// One line of `records.jsonl`.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// What kind of call it was.
    call: String,
    /// The record, letter for letter as it was kept.
    record: Box<RawValue>,
}

/// The template versions that a release's records name, by their ids: the same text is the same
/// version for ever.
struct Texts(HashMap<TemplateVersionId, Arc<TemplateVersion>>);

impl Programs for Texts {
    fn program(&self, template: TemplateVersionId) -> Option<Arc<TemplateVersion>> {
        self.0.get(&template).cloned()
    }
}

impl Texts {
    fn of(release: &Path) -> Self {
        let folders = std::fs::read_dir(release.join("templates")).unwrap().map(|entry| entry.unwrap().path());
        let versions = folders.map(|folder| {
            let text = |name| std::fs::read_to_string(folder.join(name)).unwrap();
            let slug = folder.file_name().unwrap().to_string_lossy();
            templates::manifest::read(&slug, &text("manifest.yaml"), &text("main.lua")).unwrap()
        });
        Self(versions.map(|version| (version.id, Arc::new(version))).collect())
    }
}

/// Reads the records of a release with the kinds of their calls.
fn records(release: &Path) -> Vec<(String, CallRecord)> {
    let text = std::fs::read_to_string(release.join("records.jsonl")).unwrap();
    let read = |line: &str| {
        let kept: Kept = serde_json::from_str(line).unwrap();
        let record = CallRecord::read(kept.record.get());
        (kept.call.clone(), record.unwrap_or_else(|why| panic!("{}, {}: {why}", release.display(), kept.call)))
    };
    text.lines().map(read).collect()
}

/// Writes the records of this release and the templates that they name.
fn write(release: &Path) {
    let (mut lines, mut named) = (String::new(), BTreeMap::new());
    for played in played() {
        let record: CallRecord = serde_json::from_str(&played.json).unwrap();
        for step in &record.decision.steps {
            let StepKind::Bound { template, .. } = &step.kind else { continue };
            named.extend(played.templates.iter().find(|version| version.id == *template).map(|v| (v.id, v.clone())));
        }
        let kept = Kept { call: played.name.to_owned(), record: RawValue::from_string(played.json).unwrap() };
        lines += &serde_json::to_string(&kept).unwrap();
        lines.push('\n');
    }
    std::fs::write(release.join("records.jsonl"), lines).unwrap();
    for version in named.values() {
        let folder = release.join("templates").join(&version.slug);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("manifest.yaml"), &version.manifest).unwrap();
        std::fs::write(folder.join("main.lua"), &version.lua).unwrap();
    }
}

#[test]
fn records_of_every_release_are_shown_in_every_language_and_decided_again() {
    let present = written(write);
    for release in earlier().iter().map(|folder| &**folder).chain([present.path()]) {
        let (texts, mut host) = (Texts::of(release), Replayed::default());
        for (call, record) in records(release) {
            let which = format!("{}, {call}", release.display());
            let shown = Language::ALL.map(|language| words::explain(&record, &Nameless, language));
            for lines in &shown {
                assert!(lines.len() > record.decision.steps.len(), "{which}: {lines:?}");
                assert!(lines.iter().all(|line| line.contains(' ')), "{which}: {lines:?}");
            }
            assert_ne!(shown[0], shown[1], "{which}");
            assert_eq!(replay(&record.decision, &texts, &mut host), record.decision, "{which}");
        }
    }
}

#[test]
fn record_from_before_there_were_versions_is_of_version_0_and_kept_letter_for_letter() {
    let text = std::fs::read_to_string(earlier()[0].join("records.jsonl")).unwrap();
    for line in text.lines() {
        let kept: Kept = serde_json::from_str(line).unwrap();
        let written: WrittenRecord = serde_json::from_str(kept.record.get()).unwrap();
        assert_eq!((written.brief().version, written.json()), (0, kept.record.get()), "{}", kept.call);
        assert_eq!(written.read(&[]).unwrap().version, 0, "{}", kept.call);
    }
}

#[test]
fn release_leaves_records_of_every_kind() {
    let present = written(write);
    keep(&present);
    let records = records(present.path());
    let all = |pick: fn(&CallRecord) -> Vec<String>| -> BTreeSet<String> {
        records.iter().flat_map(|(_, record)| pick(record)).collect()
    };
    let has = |seen: &BTreeSet<String>, wanted: &[&str]| {
        let missing: Vec<_> = wanted.iter().filter(|word| !seen.contains(**word)).collect();
        assert!(missing.is_empty(), "no record has {missing:?}, these were seen: {seen:?}");
    };
    has(&all(|record| vec![disposition(record.disposition).to_owned()]), &DISPOSITIONS);
    has(&all(|record| record.decision.steps.iter().map(|step| kind(&step.kind).to_owned()).collect()), &STEPS);
    has(&all(outcomes), &OUTCOMES);
    has(&all(|record| vec![record.cause.clone()]), &CAUSES);
    has(&all(heard), &["latched", "strangers", "would-roam", "silence"]);
    assert!(records.iter().any(|(_, record)| record.legs.len() == 4), "a fork");
    assert!(records.iter().any(|(_, record)| record.cut), "a call that was cut");
    assert!(records.iter().all(|(_, record)| record.version == VERSION), "they say their version");
}

const DISPOSITIONS: [&str; 6] = ["answered", "no-answer", "busy", "cancelled", "rejected", "failed"];

/// Returns the word of one; who adds another comes by here.
const fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Answered => DISPOSITIONS[0],
        Disposition::NoAnswer => DISPOSITIONS[1],
        Disposition::Busy => DISPOSITIONS[2],
        Disposition::Cancelled => DISPOSITIONS[3],
        Disposition::Rejected => DISPOSITIONS[4],
        Disposition::Failed => DISPOSITIONS[5],
    }
}

const STEPS: [&str; 13] = [
    "dialled",
    "bound",
    "script-started",
    "verb",
    "resolved",
    "outcome",
    "script-finished",
    "script-fault",
    "fallback",
    "local-ringing",
    "cancelled",
    "did",
    "final",
];

/// Returns the word of a step; who adds another comes by here.
const fn kind(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Dialled { .. } => STEPS[0],
        StepKind::Bound { .. } => STEPS[1],
        StepKind::ScriptStarted { .. } => STEPS[2],
        StepKind::Verb { .. } => STEPS[3],
        StepKind::Resolved { .. } => STEPS[4],
        StepKind::Outcome { .. } => STEPS[5],
        StepKind::ScriptFinished => STEPS[6],
        StepKind::ScriptFault { .. } => STEPS[7],
        StepKind::Fallback { .. } => STEPS[8],
        StepKind::LocalRinging => STEPS[9],
        StepKind::Cancelled => STEPS[10],
        StepKind::Did { .. } => STEPS[11],
        StepKind::Final { .. } => STEPS[12],
    }
}

/// How each verb may come back, but for an answer: that is a final step.
const OUTCOMES: [&str; 9] =
    ["busy", "no-answer", "declined", "unreachable", "found", "unknown", "timeout", "failed", "ok"];

fn outcomes(record: &CallRecord) -> Vec<String> {
    let status = record.decision.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Outcome { outcome } => outcome.get("status").and_then(Value::as_text).map(str::to_owned),
        _ => None,
    });
    status.collect()
}

/// Why calls end that anybody can bring about.
const CAUSES: [&str; 18] = [
    "normal",
    "flow-lost",
    "far-end-vanished",
    "cut",
    "server-restart",
    "operator-hung-up",
    "caller-cancelled",
    "no-answer",
    "nobody-reachable",
    "busy",
    "declined",
    "template-rejected",
    "not-found",
    "not-acceptable",
    "device-full",
    "script-failed",
    "no-route",
    "no-ack",
];

/// Names what was special about the media of a call.
fn heard(record: &CallRecord) -> Vec<String> {
    let media = record.segments.iter().filter_map(|segment| segment.media.as_ref());
    let sides = media.flat_map(|media| [&media.from_a, &media.from_b]);
    let special = sides.flat_map(|side| {
        let elsewhere = side.latched.is_some() && side.latched != side.announced;
        [
            ("latched", elsewhere),
            ("strangers", !side.strangers.is_empty()),
            ("would-roam", side.would_roam.is_some()),
            ("silence", side.packets == 0),
        ]
    });
    special.filter(|(_, is_so)| *is_so).map(|(word, _)| word.to_owned()).collect()
}
