//! A past call is explained by the version that decided it, whatever runs today.

use crate::browser::Browser;
use crate::house::{Hand, House};
use crate::records::{Story, party};
use pbx_core::base::ids::TemplateVersionId;
use pbx_core::base::time::Wall;
use pbx_core::decision::StepKind;
use pbx_core::event::Disposition;
use pbx_core::journal::Entry;
use pbx_core::template::TemplateVersion;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

/// A call that was decided by this version, bound by this slug; its page in both languages.
async fn pages(house: &House, version: TemplateVersionId, slug: &str) -> [String; 2] {
    let acme = house.tenant("acme");
    let (from, rung) = (party(&acme, "anna"), vec![(party(&acme, "ben"), 900)]);
    let (disposition, cause, started) = (Disposition::NoAnswer, "no-answer", Wall::from_micros(NOW));
    let story =
        Story { tenant: &acme, key: slug, from, dialled: "102", rung, talked: None, disposition, cause, started };
    let mut record = story.record();
    for step in &mut record.decision.steps {
        match &mut step.kind {
            StepKind::Bound { template, slug: bound, .. } => (*template, *bound) = (version, slug.to_owned()),
            StepKind::ScriptStarted { input } => Arc::make_mut(input).template = version,
            _ => {}
        }
    }
    house.keep(&[Entry::recorded(record).unwrap()]).await;
    let mut browser = Browser::logged_in(house, "admin@acme.test", "acme-secret").await;
    let path = format!("/t/acme/calls/{}", story.id());
    browser.post("/display", "language=en&back=/t/acme").await;
    let english = browser.get(&path).await.text;
    browser.post("/display", "language=de&back=/t/acme").await;
    [english, browser.get(&path).await.text]
}

#[tokio::test]
async fn a_version_of_an_older_release_has_its_own_title() {
    let house = House::build("versions-old", Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let today = house.tenant("acme").templates.values().next().unwrap().clone();
    let old = TemplateVersion {
        id: TemplateVersionId::of_key("an older text"),
        title: "Ring in turn".to_owned(),
        ..(*today).clone()
    };
    let mut work = house.ports.records.store.begin().await.unwrap();
    work.keep_template_version(&old).await.unwrap();
    work.commit().await.unwrap();
    let version = &old.id.to_string()[..8];
    let [english, german] = pages(&house, old.id, &old.slug).await;
    assert!(
        english.contains("“Ring in turn” started.") && english.contains(&format!("version {version}<")),
        "{english}"
    );
    assert!(english.contains("“Ring in turn” decides"), "{english}");
    assert!(german.contains("„Ring in turn“ wurde gestartet."), "{german}");
}

#[tokio::test]
async fn a_version_that_is_not_kept_has_the_name_that_the_record_holds() {
    let house = House::build("versions-lost", Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let lost = TemplateVersionId::of_key("lost");
    let version = &lost.to_string()[..8];
    let [english, german] = pages(&house, lost, "lost-template").await;
    assert!(
        english.contains("“lost-template” started.") && english.contains(&format!("version {version}<")),
        "{english}"
    );
    assert!(german.contains("„lost-template“ wurde gestartet."), "{german}");
}
