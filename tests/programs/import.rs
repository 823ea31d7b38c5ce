//! `ringdown import`.

use crate::rig::company::Company;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::SipLine;

#[test]
fn a_second_import_of_the_same_file_changes_nothing() {
    let server = Server::with(&Company::new().yaml());
    let exported = server.said(&["export", "--tenant", "acme"]);
    let said = server.import(&Company::new().yaml());
    assert_eq!(said, "nothing to change\n");
    assert_eq!(server.said(&["export", "--tenant", "acme"]), exported);
}

#[test]
fn an_import_is_in_effect_at_once() {
    let server = Server::with(&Company::new().yaml());
    let mut dora = SipLine::open(ports::one(), server.sip());
    assert!(dora.register("acme-dora", "secret-dora", 300) >= 400, "she is not there yet");
    let said = server.import(&Company::new().person("dora", "104").yaml());
    assert!(said.contains("104"), "the diff does not show her:\n{said}");
    assert_eq!(dora.register("acme-dora", "secret-dora", 300), 200);
}

#[test]
fn dry_run_tells_the_difference_and_changes_nothing() {
    let mut server = Server::with(&Company::new().yaml());
    let export = ["export", "--tenant", "acme"];
    let (three, four) = (Company::new().yaml(), Company::new().person("dora", "104").yaml());
    let before = server.said(&export);
    for serving in [true, false] {
        let said = server.import_with(&four, &["--dry-run"]);
        assert!(said.contains("104"), "the difference does not show her:\n{said}");
        assert_eq!(server.said(&export), before);
        if serving {
            server.terminate();
            assert!(server.has_stopped());
        }
    }
    server.import(&four);
    let with_her = server.said(&export);
    assert!(with_her.contains("acme-dora"), "an import works without a server too:\n{with_her}");
    server.import(&three);
    assert_eq!(server.said(&export), with_her, "what the file does not mention stays");
    server.import_with(&three, &["--prune", "--dry-run"]);
    assert_eq!(server.said(&export), with_her);
    server.import_with(&three, &["--prune"]);
    assert_eq!(server.said(&export), before);
}

#[test]
fn pruning_one_company_leaves_the_others_and_says_how_they_would_go() {
    let server = Server::with(&Company::new().yaml());
    server.import("tenants: [{id: globex, country: DE, timezone: UTC}]");
    let acme = Company::new().yaml();
    let said = server.import_with(&acme, &["--prune"]);
    assert!(said.contains("--prune-tenants=1 removes") && said.contains("globex (0 calls)"), "{said}");
    assert!(server.said(&["export", "--all"]).contains("globex"));
    let said = server.import_with(&acme, &["--prune", "--prune-tenants=1", "--dry-run"]);
    assert!(said.contains("- tenant globex") && said.contains("globex (0 calls)"), "{said}");
    assert!(server.said(&["export", "--all"]).contains("globex"));
    server.import_with(&acme, &["--prune", "--prune-tenants=1"]);
    assert!(!server.said(&["export", "--all"]).contains("globex"));
}

#[test]
fn number_needs_a_template_that_says_who_rings() {
    let server = Server::with(&Company::new().trunk(5071).yaml());
    let said = server.refused_import(
        "tenants: [{id: acme, numbers: [{number: \"+4930555199\", trunk: carrier, template: ring-person, params: {}}]}]",
    );
    assert!(said.contains("a number is nobody's"), "{said}");
    let by_default = "tenants: [{id: acme, numbers: [{number: \"+4930555199\", trunk: carrier}]}]";
    let said = server.refused_import(by_default);
    assert!(said.contains("tenant's default, ring-person, would decide"), "{said}");
    let rings = "default: {template: office-hours, params: {open: \"101\"}}";
    server.import(&by_default.replace("id: acme,", &format!("id: acme, {rings},")));
    let said = server.refused_import("tenants: [{id: acme, default: {template: ring-person}}]");
    assert!(said.contains("numbers[+4930555199]") || said.contains("number +4930555199"), "{said}");
}

#[test]
fn what_was_exported_here_can_be_imported_elsewhere() {
    let server = Server::with(&Company::new().trunk(ports::one()).yaml());
    let exported = server.said(&["export", "--all"]);
    assert!(exported.contains("trunks:") && !exported.contains("secret-"), "{exported}");
    let elsewhere = Server::with(&exported);
    assert_eq!(elsewhere.said(&["export", "--all"]), exported);
}

#[test]
fn secrets_are_never_exported() {
    let server = Server::with(&Company::new().yaml());
    let exported = server.said(&["export", "--tenant", "acme"]);
    assert!(exported.contains("acme-anna") && !exported.contains("secret-"), "{exported}");
}

/// Each line that ends in a comment with a cross holds one fault.
const FAULTY: &str = r#"trunks:
  - {id: carrier, kind: pigeon, peers: ["127.0.0.1:5071"]} # ✗
tenants:
  - id: acme
    timezone: Europe/Nowhere # ✗
    country: Germany # ✗
    language: en
    users:
      - {id: anna, name: Anna, extension: "1x1", devices: []} # ✗
      - {id: ben, name: Ben, extension: "102", devices: []}
      - {id: cleo, name: Cleo, extension: "102", devices: []} # ✗
      - {id: dora, name: Dora, extension: "104", phone: none} # ✗
      - {id: emil, extension: "105", email: nobody, name: Emil} # ✗
    data_sources:
      - {id: customers, kind: http-json, url: "gopher://127.0.0.1/{number}"} # ✗
    numbers:
      - {number: "12", trunk: carrier, template: office-hours, params: {open: "102"}} # ✗
      - {number: "+4930555101", trunk: carrier, template: no-such-template, params: {}} # ✗
"#;

#[test]
fn ten_faults_are_reported_as_ten_with_their_lines() {
    let server = Server::with(&Company::new().yaml());
    let before = server.said(&["export", "--tenant", "acme"]);
    let said = server.refused_import(FAULTY);
    let lines: Vec<usize> =
        FAULTY.lines().enumerate().filter(|(_, line)| line.ends_with('✗')).map(|(n, _)| n + 1).collect();
    assert_eq!(lines.len(), 10);
    for line in lines {
        assert!(said.contains(&format!("line {line}: ")), "line {line} is missing in:\n{said}");
    }
    let faults = said.lines().filter(|l| l.contains("line ")).count();
    assert_eq!(faults, 10, "{said}");
    assert_eq!(server.said(&["export", "--tenant", "acme"]), before, "something was changed");
}
