//! The import file, from its text to the snapshot.

use crate::support::{at, binding, configuration, on_both, rng};
use pbx_core::base::ids::TenantId;
use pbx_core::change::import::ImportOptions;
use pbx_core::change::{Applied, Configuration, Fault, Refusal};
use pbx_core::directory::MediaRule;
use pbx_core::journal::{Entry, Position};
use pbx_core::secret::{Plain, ha1, password_matches};
use pbx_core::store::Projector;

/// The sample of the manual.
pub(crate) const SAMPLE: &str = r#"operators: [{email: root@ringdown.test, password: "..."}]
trunks: [{id: carrier, kind: ip, peers: ["127.0.0.1:5071"]}]
tenants:
  - id: acme
    domains: [acme.test]
    timezone: Europe/Berlin
    country: DE
    language: de
    admins: [{email: admin@acme.test, password: "..."}]
    users:
      - {id: anna, name: Anna Berg, extension: "101", email: anna@acme.test, devices: [{id: desk, sip_user: acme-anna-desk, password: "..."}]}
      - {id: ben, name: Ben Oez, extension: "102", devices: [{id: desk}, {id: lobby, contact: "sip:127.0.0.1:7080"}]}
      - {id: cleo, name: Cleo Tan, extension: "103"}
    data_sources: [{id: customers, kind: http-json, url: "http://127.0.0.1:9099/customers/{number}", timeout_ms: 800, allow_private: true, default: {name: Somebody, tiers: [gold, 1, 0.5, true]}}]
    numbers:
      - {number: "+4930555100", trunk: carrier, template: vip-by-lookup, params: {source: customers, main: ["102", "103"]}}
"#;

pub(crate) async fn import(configuration: &Configuration, text: &str, prune: bool) -> Result<Applied, Vec<Fault>> {
    import_with(configuration, text, ImportOptions { prune, ..ImportOptions::default() }).await
}

pub(crate) async fn import_with(
    configuration: &Configuration,
    text: &str,
    options: ImportOptions,
) -> Result<Applied, Vec<Fault>> {
    // One second a revision: the audit tells what came later.
    let now = at(configuration.snapshot().revision as i64);
    match configuration.import("import", now, &mut rng(), text, options).await {
        Ok(applied) => Ok(applied),
        Err(Refusal::Faults(faults)) => Err(faults),
        Err(Refusal::Store(why)) => unreachable!("{why}"),
    }
}

pub(crate) fn acme() -> TenantId {
    TenantId::of_key("acme")
}

#[test]
fn sample_is_in_effect_at_once_and_after_a_restart() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        let applied = import(&configuration, SAMPLE, false).await.unwrap();
        assert_eq!(applied.revision, 1, "{}", fresh.name);
        assert_eq!(applied.minted.len(), 1, "Ben's desk phone got a password, shown once");
        let again = crate::support::configuration(&fresh.store).await;
        for directory in [configuration.snapshot(), again.snapshot()] {
            let (tenant, device) = directory.device_of_sip_user("acme-anna-desk").unwrap();
            assert_eq!(tenant.person_at("101").unwrap().name, "Anna Berg");
            assert_eq!(device.ha1, Some(ha1("acme-anna-desk", "ringdown", &Plain::new("..."))));
            let trunk = directory.trunk_of_peer("127.0.0.1:5071".parse().unwrap()).unwrap();
            assert!(directory.number_of_did(trunk.id, "+4930555100").is_some());
            assert_eq!(tenant.assignments.len(), 2, "the tenant's default and the number's");
            let lobby = tenant.devices.values().find(|device| device.slug == "lobby").unwrap();
            assert_eq!((lobby.contact.as_deref(), &lobby.ha1), (Some("sip:127.0.0.1:7080"), &None));
        }
        let account = fresh.store.account_by_email("ROOT@ringdown.test").await.unwrap().unwrap();
        assert!(password_matches(&Plain::new("..."), account.password_hash.as_deref()));
    });
}

#[test]
fn same_file_and_own_export_change_nothing() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let again = import(&configuration, SAMPLE, true).await.unwrap();
        assert_eq!((again.diff.to_string(), again.revision), (String::new(), 1));
        let export = configuration.export(acme()).await.unwrap();
        assert!(!export.contains("password") && !export.contains("\"...\""), "{export}");
        let round = import(&configuration, &export, true).await.unwrap();
        assert_eq!(round.diff.to_string(), "", "{export}");
        assert_eq!(configuration.export(TenantId::of_key("nobody")).await, None);
    });
}

#[test]
fn media_of_a_phone_roams_until_that_is_taken_back() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let media = |configuration: &Configuration| {
            configuration.snapshot().device_of_sip_user("acme-anna-desk").unwrap().1.media
        };
        assert_eq!(media(&configuration), MediaRule::Announced);
        let text = |media| {
            format!(
                "tenants: [{{id: acme, users: [{{id: anna, extension: \"101\", devices: [{{id: desk{media}}}]}}]}}]"
            )
        };
        let applied = import(&configuration, &text(", media: roams"), false).await.unwrap();
        assert!(applied.diff.to_string().contains("media"), "{}", applied.diff);
        import(&configuration, &text(""), false).await.unwrap();
        let again = crate::support::configuration(&fresh.store).await;
        assert_eq!((media(&configuration), media(&again)), (MediaRule::Roams, MediaRule::Roams), "{}", fresh.name);
        let export = configuration.export(acme()).await.unwrap();
        assert!(export.contains("roams"), "{export}");
        let round = import(&configuration, &export, true).await.unwrap();
        assert_eq!(round.diff.to_string(), "", "{export}");
        import(&configuration, &text(", media: ~"), false).await.unwrap();
        assert_eq!(media(&configuration), MediaRule::Announced);
    });
}

#[test]
fn media_of_a_phone_that_proves_nothing_does_not_roam() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        for (device, word) in [("lobby, media: roams", "does not register"), ("desk, media: anywhere", "write roams")] {
            let text = format!(
                "tenants: [{{id: acme, users: [{{id: ben, extension: \"102\", devices: [{{id: {device}}}]}}]}}]"
            );
            let faults = import(&configuration, &text, false).await.unwrap_err();
            let told: Vec<String> = faults.iter().map(Fault::to_string).collect();
            assert!(told.len() == 1 && told[0].contains(word), "{told:?}");
        }
    });
}

#[test]
fn default_of_a_source_is_kept_until_it_is_taken_back() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let default = |configuration: &Configuration| {
            let directory = configuration.snapshot();
            directory.tenant(acme()).unwrap().source_named("customers").unwrap().default.clone()
        };
        let declared = default(&configuration).unwrap();
        assert_eq!(serde_json::to_value(&declared).unwrap()["tiers"], serde_json::json!(["gold", 1, 0.5, true]));
        let again = crate::support::configuration(&fresh.store).await;
        assert_eq!(default(&again), Some(declared.clone()), "{}", fresh.name);
        let left_out = "tenants: [{id: acme, data_sources: [{id: customers, timeout_ms: 900}]}]";
        import(&configuration, left_out, false).await.unwrap();
        assert_eq!(default(&configuration), Some(declared));
        let taken_back = "tenants: [{id: acme, data_sources: [{id: customers, default: ~}]}]";
        import(&configuration, taken_back, false).await.unwrap();
        assert_eq!(default(&configuration), None);
    });
}

#[test]
fn secret_of_a_source_is_kept_and_never_shown() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let source = |configuration: &Configuration| {
            let directory = configuration.snapshot();
            directory.tenant(acme()).unwrap().source_named("customers").unwrap().clone()
        };
        let opened = |configuration: &Configuration| {
            let source = source(configuration);
            let plain = configuration.keys().open(&source.sealed_for(acme()), &source.secret?).unwrap();
            Some((source.header, plain.expose().to_owned()))
        };
        let given = |fields: &str| format!("tenants: [{{id: acme, data_sources: [{{id: customers, {fields}}}]}}]");
        let set = import(&configuration, &given("header: X-Api-Key, secret: APIKEY123"), false).await.unwrap();
        let told = Some(("X-Api-Key".to_owned(), "APIKEY123".to_owned()));
        assert_eq!(opened(&configuration), told);
        assert_eq!(opened(&crate::support::configuration(&fresh.store).await), told, "{}", fresh.name);
        let again = import(&configuration, &given("secret: APIKEY123, timeout_ms: 900"), false).await.unwrap();
        let changed = import(&configuration, &given("secret: APIKEY456"), false).await.unwrap();
        assert!(changed.diff.to_string().contains("secret: set → changed"), "{}", changed.diff);
        let kept = import(&configuration, &given("url: \"http://127.0.0.1:9099/v2/{number}\""), false).await.unwrap();
        assert_eq!(opened(&configuration), Some(("X-Api-Key".to_owned(), "APIKEY456".to_owned())));
        let export = configuration.export(acme()).await.unwrap();
        assert_eq!(import(&configuration, &export, true).await.unwrap().diff.to_string(), "", "{export}");
        let audit = fresh.store.audit(acme(), None, 100).await.unwrap();
        let source = source(&configuration);
        let shown = format!("{set:?} {again:?} {changed:?} {kept:?} {export} {audit:?} {source:?}");
        assert!(!shown.contains("APIKEY"), "{shown}");
        import(&configuration, &given("secret: ~"), false).await.unwrap();
        assert_eq!(opened(&configuration), None);
    });
}

#[test]
fn secret_of_a_source_does_not_follow_its_url_to_another_host() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let given = |fields: &str| format!("tenants: [{{id: acme, data_sources: [{{id: customers, {fields}}}]}}]");
        import(&configuration, &given("secret: Bearer 123"), false).await.unwrap();
        for url in ["http://evil.test/{number}", "https://127.0.0.1:9099/", "http://127.0.0.1:9098/"] {
            let faults = import(&configuration, &given(&format!("url: \"{url}\"")), false).await.unwrap_err();
            assert_eq!(faults[0].path, "tenants[acme].data_sources[customers].secret", "{url}");
        }
        import(&configuration, &given("url: \"https://crm.test/\", secret: Bearer 456"), false).await.unwrap();
        for bad in ["header: Host", "header: \"X Key\"", "secret: \"\"", "secret: \"a\\r\\nX-Admin: yes\""] {
            assert_eq!(import(&configuration, &given(bad), false).await.unwrap_err().len(), 1, "{bad}");
        }
    });
}

#[test]
fn renumbering_keeps_the_person_and_its_password() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let before = configuration.snapshot().tenant(acme()).unwrap().person_at("101").unwrap().clone();
        let text = "tenants: [{id: acme, users: [{id: anna, extension: \"102\"}, {id: ben, extension: \"101\"}]}]";
        let applied = import(&configuration, text, false).await;
        let applied = applied.unwrap();
        let after = configuration.snapshot();
        let person = after.tenant(acme()).unwrap().person_at("102").unwrap();
        assert_eq!((person.id, &person.name, &person.devices), (before.id, &before.name, &before.devices));
        assert!(after.device_of_sip_user("acme-anna-desk").unwrap().1.ha1.is_some());
        assert!(applied.diff.to_string().contains("~ acme: person anna  extension: 101 → 102"), "{}", applied.diff);
    });
}

#[test]
fn difference_is_told_in_the_order_of_the_file() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        let users: Vec<String> = (200..240).map(|n| format!("{{id: u{n}, extension: \"{n}\"}}")).collect();
        let text = format!("tenants: [{{id: acme, country: DE, users: [{}]}}]", users.join(", "));
        let applied = import(&configuration, &text, false).await.unwrap();
        let people = applied.diff.objects.iter().filter(|object| object.kind == "person");
        let names: Vec<_> = people.map(|object| object.name.clone()).collect();
        assert_eq!(names, (200..240).map(|n| format!("u{n}")).collect::<Vec<_>>());
    });
}

#[test]
fn who_gets_a_short_password_for_the_console_or_none_is_told() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        let short = "operators: [{email: root@ringdown.test, password: \"...\"}]";
        let applied = import(&configuration, short, false).await.unwrap();
        assert_eq!((applied.short.as_slice(), applied.locked_out.len()), (&["root@ringdown.test".to_owned()][..], 0));
        let applied = import(&configuration, &short.replace("...", "12345678"), false).await.unwrap();
        assert_eq!((applied.short.len(), applied.locked_out.len()), (0, 0));
        let applied = import(&configuration, "operators: [{email: other@ringdown.test}]", false).await.unwrap();
        assert_eq!(applied.locked_out, ["other@ringdown.test"]);
    });
}

#[test]
fn export_of_everything_is_everything() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let export = configuration.export_all().await;
        assert!(!export.contains("password"), "{export}");
        let all = ImportOptions { prune: true, prune_tenants: Some(0), ..ImportOptions::default() };
        let round = import_with(&configuration, &export, all).await.unwrap();
        assert_eq!(round.diff.to_string(), "", "{export}");
        let one = ImportOptions { prune_tenants: Some(1), ..all };
        import_with(&configuration, "trunks: []\ntenants: []\n", one).await.unwrap();
        import(&configuration, &export, false).await.unwrap();
        assert_eq!(configuration.export_all().await, export);
    });
}

#[test]
fn reference_of_the_file_is_what_the_reader_knows() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/IMPORT.md");
    let reference = pbx_core::change::import::reference();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &reference).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(written, reference, "docs/IMPORT.md is old: run this test with UPDATE=1");
}

#[test]
fn changed_password_or_deleted_device_takes_its_registrations_along() {
    for file in [SAMPLE.replace("acme-anna-desk, password: \"...\"", "acme-anna-desk, password: other"), {
        let end = SAMPLE.find("    users:").unwrap();
        format!("{}    users: []\n", &SAMPLE[..end])
    }] {
        on_both(|fresh| {
            let file = file.clone();
            async move {
                let configuration = configuration(&fresh.store).await;
                import(&configuration, SAMPLE, false).await.unwrap();
                let before = configuration.snapshot();
                let desk = before.device_of_sip_user("acme-anna-desk").unwrap().1.id;
                let added = Entry::BindingAdded { tenant: acme(), binding: Box::new(binding(desk, "a", at(1000))) };
                let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
                projector.project(&[added], Position { segment: 1, offset: 1 }).await.unwrap();
                assert_eq!(fresh.store.registrations(acme(), desk, at(0)).await.unwrap().len(), 1);
                import(&configuration, &file, true).await.unwrap();
                assert_eq!(fresh.store.registrations(acme(), desk, at(0)).await.unwrap(), [], "{}", fresh.name);
                assert!(configuration.snapshot().lapsed_since(&before).contains(&(acme(), desk)));
                assert_eq!(configuration.snapshot().lapsed_since(&configuration.snapshot()), []);
            }
        });
    }
}
