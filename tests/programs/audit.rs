//! Who knocked in vain is written down where an administrator finds it: whose phone was guessed at, from where, and what
//! was refused.

use crate::rig::company::Company;
use crate::rig::console::{Console, Page};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code};
use std::net::SocketAddr;

/// The company, with somebody who runs it and somebody who runs the server.
fn with_admins(company: &Company) -> String {
    let admin = "    admins: [{email: admin@acme.test, password: acme-secret}]\n    users:\n";
    let operator = "operators: [{email: root@ringdown.test, password: root-secret}]\n";
    operator.to_owned() + &company.yaml().replacen("    users:\n", admin, 1)
}

fn admin(server: &Server) -> Console {
    Console::logged_in(server.http(), "admin@acme.test", "acme-secret")
}

fn operator(server: &Server) -> Console {
    Console::logged_in(server.http(), "root@ringdown.test", "root-secret")
}

/// Guesses until the audit tells of it; a guess that is not answered any more comes after that.
fn guessed_at(console: &mut Console, path: &str, mut guess: impl FnMut(u32)) -> Page {
    for number in 0..500 {
        guess(number);
        let page = console.get(path);
        if page.text.contains("sip.guessing") {
            return page;
        }
    }
    panic!("500 guesses and no line");
}

#[test]
fn wrong_passwords_for_a_phone_are_found_by_its_company() {
    let server = Server::with(&with_admins(&Company::new()));
    let mut guesser = SipLine::open(ports::one(), server.sip());
    let source = guesser.address().to_string();
    let mut console = admin(&server);
    let page = guessed_at(&mut console, "/t/acme/audit", |number| {
        assert_eq!(guesser.register("acme-anna", &format!("guess-{number}"), 300), 401);
    });
    let row = page.row("sip.guessing");
    assert!(row.contains(&format!(">{source}<")) && row.contains("acme-anna"), "{row}");
    assert!(!operator(&server).get("/audit").text.contains("acme-anna"), "it is the company's");
    let mut anna = SipLine::open(ports::one(), server.sip());
    assert_eq!(anna.register("acme-ben", "secret-ben", 300), 200, "other phones at this address go on");
}

#[test]
fn a_scan_for_phones_is_found_by_the_operator_and_tells_the_scanner_nothing() {
    let server = Server::with(&with_admins(&Company::new()));
    let mut scanner = SipLine::open(ports::one(), server.sip());
    let source = scanner.address().to_string();
    let wrong = scanner.register("acme-anna", "guessed", 300);
    let mut console = operator(&server);
    let mut last = String::new();
    let page = guessed_at(&mut console, "/audit", |number| {
        last = format!("nobody-{number}");
        assert_eq!(scanner.register(&last, "guessed", 300), wrong, "as a wrong password is answered");
    });
    let row = page.row("sip.guessing");
    assert!(row.contains(&format!(">{source}<")) && row.contains(&last), "{row}");
    assert!(!admin(&server).get("/t/acme/audit").text.contains("nobody-"), "it is nobody's phone");
}

#[test]
fn a_call_that_is_refused_at_the_door_is_found_by_the_operator() {
    let carrier = ports::one();
    let server = Server::with(&with_admins(&Company::new().trunk(carrier)));
    let line = SipLine::open(carrier, server.sip());
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let mut call = OutsideCall::dial(&line, server.sip(), "+4930555999", "nobody", nowhere);
    assert_eq!(code(&call.answered()), 404);
    let page = operator(&server).get("/audit");
    let row = page.row("sip.refused");
    for word in
        [&line.address().to_string(), "404", "+4930555999", &call.call_id, "INVITE", "A phone or a trunk was refused"]
    {
        assert!(row.contains(word), "{word} is missing in {row}");
    }
    assert!(server.calls().is_empty(), "it was no call");
}

#[test]
fn failed_log_ins_are_found_with_their_source_by_those_whose_account_it_is() {
    let server = Server::with(&with_admins(&Company::new()));
    let mut stranger = Console::open(server.http());
    let wrong = stranger.log_in("admin@acme.test", "guessed");
    let unknown = stranger.log_in("nobody@nowhere.test", "guessed");
    assert_eq!((wrong.status, unknown.status), (422, 422));
    let blank = |page: &Page| page.text.replace("admin@acme.test", "E-MAIL").replace("nobody@nowhere.test", "E-MAIL");
    assert_eq!(blank(&wrong), blank(&unknown), "which of both was wrong is told to nobody");
    for (page, email) in [
        (admin(&server).get("/t/acme/audit"), "admin@acme.test"),
        (operator(&server).get("/audit"), "nobody@nowhere.test"),
    ] {
        let row = page.row("login.failed");
        assert!(row.contains(email) && row.contains(">127.0.0.1<"), "{row}");
        assert_eq!(page.text.matches("login.failed").count(), 1, "{}", page.text);
    }
}

#[test]
fn behind_a_proxy_of_the_operators_the_source_is_the_client() {
    let mut server = Server::without_start(200, &["--http-proxies", "127.0.0.1"]);
    server.start();
    server.import(&with_admins(&Company::new()));
    let forwarded = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n";
    let mut client = Console::behind(server.http(), forwarded);
    assert_eq!(client.log_in("admin@acme.test", "guessed").status, 422);
    let entered = client.log_in("admin@acme.test", "acme-secret");
    assert_eq!(entered.status, 303);
    assert!(
        entered.head.contains("; Secure") && entered.head.contains("strict-transport-security"),
        "{}",
        entered.head
    );
    let page = client.get("/t/acme/audit");
    assert!(page.row("login.failed").contains(">203.0.113.9<"), "{}", page.text);
    assert!(page.row("login").contains("203.0.113.9"), "{}", page.text);
}
