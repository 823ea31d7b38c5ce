//! From the journal to the records: whatever the instant of the kill, each call has exactly one.

use crate::support::{Folder, at, binding, on_both, party, record, started};
use pbx_core::base::ids::{CallId, DeviceId, LegId, TenantId};
use pbx_core::decision::{Decision, Step, StepKind};
use pbx_core::event::Disposition;
use pbx_core::journal::{CallAnswer, Entry, Journal, JournalLimits, Portion, Position, Recovery, Watermarks};
use pbx_core::location::{Binding, Refresh};
use pbx_core::store::{CallQuery, Place, Projector, Store};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

pub(crate) fn acme() -> TenantId {
    TenantId::of_key("acme")
}

fn answered(call: &str, seconds: i64) -> Entry {
    let answer = CallAnswer {
        by: party("102", "Ben"),
        at: at(seconds),
        callee: LegId::of_key(&format!("{call}/b")),
        sip_call_id: format!("{call}-b"),
    };
    Entry::CallAnswered { call: CallId::of_key(call), tenant: acme(), answer }
}

/// The steps from `after` on of a decision that has these.
fn decided(call: &str, after: usize, steps: &[StepKind]) -> Entry {
    let news = decision(steps).said_from(after).unwrap();
    Entry::CallDecided { call: CallId::of_key(call), tenant: acme(), after, decision: Box::new(news) }
}

fn decision(steps: &[StepKind]) -> Decision {
    let steps = steps.iter().map(|kind| Step { at: at(1), kind: kind.clone() });
    Decision { revision: 7, steps: steps.collect(), ..Decision::default() }
}

fn ended(call: &str, seconds: i64) -> Entry {
    Entry::CallEnded {
        call: CallId::of_key(call),
        tenant: acme(),
        disposition: Disposition::Answered,
        cause: "normal".to_owned(),
        sip_code: 200,
        at: at(seconds),
    }
}

/// Two calls that overlap, and a phone that registers, refreshes and leaves.
fn story() -> Vec<Entry> {
    let device = DeviceId::of_key("desk");
    let added = |key: &str, expires| Entry::BindingAdded {
        tenant: acme(),
        binding: Box::new(binding(device, key, at(expires))),
    };
    vec![
        added("a", 100),
        started(acme(), "one", at(1)),
        decided("one", 0, &[StepKind::LocalRinging]),
        answered("one", 2),
        started(acme(), "two", at(3)),
        added("b", 200),
        ended("one", 5),
        Entry::recorded(record(acme(), "one", at(5))).unwrap(),
        Entry::BindingRefreshed { tenant: acme(), refresh: refresh("a", 300) },
        ended("two", 6),
        Entry::BindingRemoved { tenant: acme(), device, key: "b".into(), at: at(7) },
        Entry::recorded(record(acme(), "two", at(8))).unwrap(),
    ]
}

fn refresh(key: &str, expires: i64) -> Refresh {
    let device = DeviceId::of_key("desk");
    Refresh { device, key: key.into(), call_id: "again".into(), cseq: 9, expires: at(expires) }
}

/// What an undisturbed reader of these entries expects: for each call whether it is cut, and the contacts.
fn expected(entries: &[Entry]) -> (BTreeMap<CallId, bool>, Vec<Binding>) {
    let (mut calls, mut bindings) = (BTreeMap::new(), BTreeMap::<String, Binding>::new());
    for entry in entries {
        match entry {
            Entry::CallStarted { call, .. } => drop(calls.insert(*call, true)),
            Entry::CallEnded { call, .. } => drop(calls.insert(*call, false)),
            Entry::BindingAdded { binding, .. } => drop(bindings.insert(binding.key.to_string(), (**binding).clone())),
            Entry::BindingRefreshed { refresh, .. } => {
                bindings
                    .entry(refresh.key.to_string())
                    .and_modify(|binding| *binding = binding.clone().refreshed(refresh));
            }
            Entry::BindingRemoved { key, .. } => drop(bindings.remove(&**key)),
            _ => {}
        }
    }
    (calls, bindings.into_values().collect())
}

/// A start after a kill: what the journal tells is projected, what is open gets a record.
async fn restart(store: &Store, folder: &Path) {
    let mut projector = Projector::open(store.clone()).await.unwrap();
    let mut recovery = Recovery::begin(folder, projector.progress()).unwrap();
    while let Some(portion) = recovery.portion().unwrap() {
        projector.recover(portion).await.unwrap();
    }
    projector.refresh().await.unwrap();
    projector.close_open_calls(recovery.last_seen().unwrap_or_else(|| at(0))).await.unwrap();
}

/// What the journal has from there on, and where it ends.
pub(crate) fn news(folder: &Path, progress: Watermarks) -> (Vec<Entry>, Position) {
    let mut recovery = Recovery::begin(folder, progress).unwrap();
    let (mut entries, mut end) = (Vec::new(), progress.projected);
    while let Some(portion) = recovery.portion().unwrap() {
        if let Portion::Unprojected(some, until) = portion {
            entries.extend(some);
            end = until;
        }
    }
    (entries, end)
}

#[test]
fn what_the_journal_could_not_take_comes_into_sql_all_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = Folder::new();
        let store = Store::open(&Place::Sqlite(folder.path().join("db.sqlite"))).await.unwrap();
        let mut projector = Projector::open(store.clone()).await.unwrap();
        let before = projector.progress();
        projector.project_unwritten(&story()).await.unwrap();
        assert_eq!(projector.progress(), before);
        assert_eq!(store.bindings_alive(at(250)).await.unwrap().len(), 1, "refreshes too");
        for call in ["one", "two"] {
            assert!(store.call(acme(), CallId::of_key(call)).await.unwrap().is_some(), "{call}");
        }
    });
}

#[test]
fn every_call_has_one_record_wherever_the_journal_is_cut() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = Folder::new();
        let journal = Journal::open(folder.path(), JournalLimits::default(), Position::default()).unwrap();
        let entries = story();
        let mut ends = Vec::new();
        for entry in &entries {
            ends.push(journal.append(std::slice::from_ref(entry)).unwrap().offset);
        }
        drop(journal);
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        let store = Store::open(&Place::Sqlite(folder.path().join("db.sqlite"))).await.unwrap();
        let mut last = usize::MAX;
        for cut in 0..=bytes.len() {
            std::fs::write(&file, &bytes[..cut]).unwrap();
            let whole = ends.iter().filter(|end| **end <= cut as u64).count();
            let (found, _) = news(folder.path(), Watermarks::default());
            assert_eq!(found, entries[..whole], "cut at {cut}");
            // SQL is asked once for each number of whole entries: between them nothing differs.
            if whole != std::mem::replace(&mut last, whole) {
                check_restart(&found, cut).await;
            }
        }
        drop(store);
    });
}

/// Projects in every split of two batches, twice each, and looks at what is there.
async fn check_restart(entries: &[Entry], cut: usize) {
    let folder = Folder::new();
    let store = Store::open(&Place::Sqlite(folder.path().join("db.sqlite"))).await.unwrap();
    let journal_folder = folder.path().join("journal");
    let journal = Journal::open(&journal_folder, JournalLimits::default(), Position::default()).unwrap();
    let (first, second) = entries.split_at(entries.len() / 2);
    let mut projector = Projector::open(store.clone()).await.unwrap();
    let middle = journal.append(first).unwrap();
    for _ in 0..2 {
        projector.project(first, middle).await.unwrap();
    }
    journal.append(second).unwrap();
    for _ in 0..2 {
        restart(&store, &journal_folder).await;
    }
    let (calls, bindings) = expected(entries);
    let rows = store.calls(acme(), &CallQuery { limit: 500, ..CallQuery::default() }).await.unwrap().rows;
    let found: BTreeMap<CallId, bool> = rows.iter().map(|row| (row.id, row.cut)).collect();
    assert_eq!((rows.len(), &found), (calls.len(), &calls), "cut at {cut}");
    let alive = store.bindings_alive(at(10)).await.unwrap();
    let mut alive: Vec<Binding> = alive.into_iter().map(|(_, binding)| binding).collect();
    alive.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(alive, bindings, "cut at {cut}");
}

#[test]
fn projection_is_the_same_on_both_databases() {
    on_both(|fresh| async move {
        let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
        for (offset, entry) in (1..).zip(story()) {
            projector.project(&[entry], Position { segment: 1, offset }).await.unwrap();
        }
        assert_eq!(projector.bindings(at(50)).await.unwrap()[0].1.expires, at(100), "a refresh comes later");
        projector.refresh().await.unwrap();
        assert_eq!(projector.close_open_calls(at(9)).await.unwrap(), 0, "{}", fresh.name);
        assert_eq!(projector.bindings(at(250)).await.unwrap().len(), 1);
        assert_eq!(projector.bindings(at(350)).await.unwrap().len(), 0);
        projector.forget_expired(at(350)).await.unwrap();
        assert_eq!(projector.bindings(at(0)).await.unwrap().len(), 0);
    });
}

#[test]
fn cut_call_is_recorded_by_what_is_known() {
    on_both(|fresh| async move {
        let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
        let steps = [StepKind::LocalRinging, StepKind::ScriptFinished, StepKind::Cancelled];
        let entries = [
            started(acme(), "one", at(1)),
            decided("one", 0, &steps[..2]),
            decided("one", 2, &steps),
            answered("one", 2),
            started(acme(), "two", at(3)),
        ];
        projector.project(&entries, Position { segment: 1, offset: 1 }).await.unwrap();
        // The same once more, as after a start that did not come to its end.
        projector.project(&entries[1..3], Position { segment: 1, offset: 2 }).await.unwrap();
        let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
        assert_eq!(projector.close_open_calls(at(4)).await.unwrap(), 2);
        let one = fresh.store.call(acme(), CallId::of_key("one")).await.unwrap().unwrap();
        assert_eq!((one.cut, one.disposition, one.talk_us, one.ended), (true, Disposition::Answered, 2_000_000, at(4)));
        assert_eq!(one.decision, decision(&steps), "{}", fresh.name);
        let two = fresh.store.call(acme(), CallId::of_key("two")).await.unwrap().unwrap();
        assert_eq!((two.cut, two.disposition, two.talk_us), (true, Disposition::Failed, 0));
    });
}

#[test]
fn segments_rotate_and_go_when_they_are_projected() {
    let folder = Folder::new();
    let limits = JournalLimits { sync_interval: Duration::from_millis(100), segment_bytes: 500 };
    let journal = Journal::open(folder.path(), limits, Position::default()).unwrap();
    assert!(!journal.is_unsynced());
    for number in 0..20 {
        journal.append(&[started(acme(), &number.to_string(), at(number))]).unwrap();
    }
    assert!(journal.is_unsynced());
    journal.sync().unwrap();
    assert!(!journal.is_unsynced());
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    let before = files();
    assert!(before > 3);
    assert_eq!(news(folder.path(), Watermarks::default()).0.len(), 20);
    assert_eq!(journal.remove_projected(journal.end()).unwrap(), before - 1);
    let end = Watermarks { projected: journal.end(), refreshed: journal.end() };
    assert_eq!(news(folder.path(), end), (Vec::new(), journal.end()));
}

/// A journal of small segments, each entry told to SQL at once, without its refreshes.
async fn told(folder: &Folder, entries: &[Entry]) -> (Journal, Projector) {
    let store = Store::open(&Place::Sqlite(folder.path().join("db.sqlite"))).await.unwrap();
    let limits = JournalLimits { segment_bytes: 300, ..JournalLimits::default() };
    let journal = Journal::open(&folder.path().join("journal"), limits, Position::default()).unwrap();
    let mut projector = Projector::open(store).await.unwrap();
    for entry in entries {
        let position = journal.append(std::slice::from_ref(entry)).unwrap();
        projector.project(std::slice::from_ref(entry), position).await.unwrap();
    }
    (journal, projector)
}

#[test]
fn refresh_that_sql_has_not_heard_of_survives_a_kill() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = Folder::new();
        let (journal, projector) = told(&folder, &story()).await;
        let Watermarks { projected, refreshed } = projector.progress();
        assert_eq!(projected, journal.end());
        assert!(refreshed.segment < projected.segment, "{refreshed:?} {projected:?}");
        journal.remove_projected(refreshed).unwrap();
        drop((journal, projector));
        let store = Store::open(&Place::Sqlite(folder.path().join("db.sqlite"))).await.unwrap();
        for _ in 0..2 {
            restart(&store, &folder.path().join("journal")).await;
            let alive = store.bindings_alive(at(250)).await.unwrap();
            assert_eq!(alive.iter().map(|(_, binding)| binding.expires).collect::<Vec<_>>(), [at(300)]);
            assert_eq!((&*alive[0].1.call_id, alive[0].1.cseq), ("again", 9));
        }
    });
}

#[test]
fn refresh_of_a_contact_that_is_gone_or_new_since_then_counts_no_more() {
    let device = DeviceId::of_key("desk");
    let refreshed = Entry::BindingRefreshed { tenant: acme(), refresh: refresh("a", 300) };
    let removed = Entry::BindingRemoved { tenant: acme(), device, key: "a".into(), at: at(7) };
    let added = |expires| Entry::BindingAdded { tenant: acme(), binding: Box::new(binding(device, "a", at(expires))) };
    let stories = [
        (vec![added(100), refreshed.clone(), removed.clone()], vec![]),
        (vec![added(100), refreshed.clone(), removed, added(200)], vec![at(200)]),
        (vec![added(100), refreshed.clone(), added(200), refreshed], vec![at(300)]),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (entries, ends) in stories {
        runtime.block_on(async {
            let folder = Folder::new();
            let (journal, mut projector) = told(&folder, &entries).await;
            projector.refresh().await.unwrap();
            let at_once: Vec<_> = projector.bindings(at(10)).await.unwrap().iter().map(|(_, b)| b.expires).collect();
            assert_eq!(at_once, ends);
            drop((journal, projector));
            let store = Store::open(&Place::Sqlite(folder.path().join("db.sqlite"))).await.unwrap();
            restart(&store, &folder.path().join("journal")).await;
            let later: Vec<_> = store.bindings_alive(at(10)).await.unwrap().iter().map(|(_, b)| b.expires).collect();
            assert_eq!(later, ends, "after a start");
        });
    }
}

#[test]
fn call_whose_caller_writes_a_nul_into_its_name_is_kept_like_any_other() {
    on_both(|fresh| async move {
        let mut nameless = record(acme(), "nul", at(5));
        nameless.from = party("1%000\0", "A\0na");
        nameless.dialled = "1\0".to_owned();
        let entries = [Entry::recorded(nameless).unwrap(), Entry::recorded(record(acme(), "plain", at(6))).unwrap()];
        let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
        projector.project(&entries, Position { segment: 1, offset: 1 }).await.unwrap();
        let rows = fresh.store.calls(acme(), &CallQuery { limit: 9, ..CallQuery::default() }).await.unwrap().rows;
        let names: Vec<_> = rows.iter().map(|row| (row.from_name.as_str(), row.dialled.as_str())).collect();
        assert_eq!(names, [("Anna Berg", "102"), ("A\u{FFFD}na", "1\u{FFFD}")], "{}", fresh.name);
    });
}
