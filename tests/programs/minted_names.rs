//! SIP user names that nobody chose.

use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::SipLine;

/// A company where somebody has a phone of which the file says nothing.
fn company(slug: &str) -> String {
    format!(
        "tenants:\n  - id: {slug}\n    country: DE\n    users:\n      \
         - {{id: anna, name: Anna, extension: \"101\", devices: [{{id: desk}}]}}\n"
    )
}

/// Name and password as an import tells them, once.
fn made(said: &str) -> (String, String) {
    let line = said.lines().find_map(|line| line.strip_prefix("made for ")).unwrap_or_else(|| panic!("{said}"));
    let (name, rest) = line.split_once(": password ").unwrap();
    (name.to_owned(), rest.split_once(' ').unwrap().0.to_owned())
}

/// The name of the only phone as an export shows it.
fn exported(server: &Server, tenant: &str) -> String {
    let text = server.said(&["export", "--tenant", tenant]);
    let name = text.split("sip_user:").nth(1).unwrap_or_else(|| panic!("no sip_user in:\n{text}"));
    name.trim_start().split([',', '}', '\n']).next().unwrap().trim_matches(['"', '\'', ' ']).to_owned()
}

#[test]
fn phone_without_a_name_gets_one_that_stays_and_registers() {
    let server = Server::with(&company("globex"));
    let (name, password) = made(&server.import(&company("acme")));
    assert_eq!(name.len(), 16);
    assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "{name}");
    for told in ["acme", "anna", "desk", "101"] {
        assert!(!name.contains(told), "{name} tells {told}");
    }
    assert_eq!(exported(&server, "acme"), name, "the admin does not see it");
    assert_ne!(exported(&server, "globex"), name, "the same phone of another company has the same name");
    let mut phone = SipLine::open(ports::one(), server.sip());
    assert_eq!(phone.register(&name, &password, 300), 200);

    let again = server.import(&company("acme"));
    assert!(!again.contains("made for") && !again.lines().any(|l| l.starts_with(['+', '~', '-'])), "{again}");
    let said = server.import(&company("acme").replace("id: desk", "id: desk, label: Desk"));
    assert!(!said.contains("made for"), "{said}");
    assert_eq!(exported(&server, "acme"), name);
    assert_eq!(phone.register(&name, &password, 300), 200, "it is still who it was");
}

#[test]
fn name_of_another_company_is_a_fault_on_its_line_that_does_not_say_whose() {
    let server = Server::with(&company("globex"));
    let theirs = exported(&server, "globex");
    let said = server.refused_import(&company("acme").replace("id: desk", &format!("id: desk, sip_user: {theirs}")));
    assert!(said.contains("line 5: ") && said.contains("taken on this server"), "{said}");
    assert!(!said.to_lowercase().contains("globex"), "{said}");

    // Two that are new at once: the later line is the one that is wrong.
    let one = company("initech").replace("id: desk", "id: desk, sip_user: wanted");
    let other = company("hooli").replace("id: desk", "id: desk, sip_user: wanted");
    let both = format!("{one}{}", other.strip_prefix("tenants:\n").unwrap());
    let said = server.refused_import(&both);
    assert!(said.contains("line 9: ") && !said.contains("line 5: "), "{said}");
    assert!(said.contains("taken on this server") && !said.contains("initech"), "{said}");
}
