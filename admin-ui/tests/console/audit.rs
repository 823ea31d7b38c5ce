//! Who reads what of the audit.

use crate::browser::Browser;
use crate::house::{Hand, House};
use axum::http::StatusCode;
use pbx_core::base::ids::AuditId;
use pbx_core::base::time::Wall;
use pbx_core::journal::{AuditLine, Entry};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

async fn house(name: &str) -> House {
    House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

#[tokio::test]
async fn operators_read_what_belongs_to_no_company_and_nobody_else_does() {
    let house = house("audit-server").await;
    let scan = AuditLine {
        id: AuditId::of_key("scan"),
        tenant: None,
        at: Wall::from_micros(NOW),
        actor: "198.51.100.66:5060".to_owned(),
        action: "sip.guessing".to_owned(),
        object: "nobody-at-all".to_owned(),
        detail: Value::Null,
    };
    house.keep(&[Entry::Audit(scan)]).await;
    Browser::at(&house).log_in("stranger@nowhere.test", "no").await;

    let mut root = Browser::logged_in(&house, "root@ringdown.test", "operator-secret").await;
    let page = root.get("/audit").await.text;
    for line in ["198.51.100.66:5060", "nobody-at-all", "stranger@nowhere.test", "root@ringdown.test", "Logged in"] {
        assert!(page.contains(line), "{line} is missing in {page}");
    }
    assert!(root.get("/tenants").await.text.contains("<span>Server audit</span>"));

    for (email, password) in [("admin@acme.test", "acme-secret"), ("anna@acme.test", "anna-secret")] {
        let mut browser = Browser::logged_in(&house, email, password).await;
        let (server, nothing) = (browser.get("/audit").await, browser.get("/nothing").await);
        assert_eq!((server.status, server.text), (StatusCode::NOT_FOUND, nothing.text), "{email}");
        assert!(!browser.get("/t/acme").await.text.contains("Server audit"), "{email}");
    }
}

#[tokio::test]
async fn a_failed_log_in_is_told_to_those_whose_account_it_is() {
    let house = house("audit-failed").await;
    for email in ["Anna@acme.test", "admin@globex.test", "root@ringdown.test", "stranger@nowhere.test"] {
        Browser::at(&house).log_in(email, "no").await;
    }
    let mut root = Browser::logged_in(&house, "root@ringdown.test", "operator-secret").await;
    let failed = |page: String| -> Vec<&'static str> {
        let tried = ["Anna@acme.test", "admin@globex.test", "root@ringdown.test", "stranger@nowhere.test"];
        let rows: Vec<&str> = page.split("<tr>").filter(|row| row.contains("login.failed")).collect();
        tried.into_iter().filter(|email| rows.iter().any(|row| row.contains(email))).collect()
    };
    assert_eq!(failed(root.get("/t/acme/audit").await.text), ["Anna@acme.test"]);
    assert_eq!(failed(root.get("/t/globex/audit").await.text), ["admin@globex.test"]);
    assert_eq!(failed(root.get("/audit").await.text), ["root@ringdown.test", "stranger@nowhere.test"]);
}

#[tokio::test]
async fn older_lines_are_found_page_by_page_though_many_are_of_one_moment() {
    let house = house("audit-pages").await;
    let acme = house.tenant("acme").id;
    let line = |number: usize| AuditLine {
        id: AuditId::of_key(&number.to_string()),
        tenant: Some(acme),
        at: Wall::from_micros(NOW - 1_000_000),
        actor: "import".to_owned(),
        action: "person.changed".to_owned(),
        object: format!("one-of-many-{number}"),
        detail: Value::Null,
    };
    let lines: Vec<Entry> = (0..250).map(|number| Entry::Audit(line(number))).collect();
    house.keep(&lines).await;
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let (mut path, mut seen) = ("/t/acme/audit".to_owned(), Vec::new());
    loop {
        let page = admin.get(&path).await.text.replace("&#x2F;", "/");
        let objects = page.split("one-of-many-").skip(1).filter_map(|rest| rest.split('<').next());
        seen.extend(objects.map(|number| number.parse::<usize>().unwrap()));
        let Some((_, rest)) = page.split_once("href=\"/t/acme/audit?after=") else { break };
        path = format!("/t/acme/audit?after={}", rest.split('"').next().unwrap());
    }
    seen.sort_unstable();
    assert!(seen.iter().copied().eq(0..250), "{} lines", seen.len());
}
