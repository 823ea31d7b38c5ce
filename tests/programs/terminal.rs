//! What callers send never reaches the operator's terminal as it came.

use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::{Server, words};
use crate::rig::sip_line::SipLine;

#[test]
fn callers_draw_nothing_on_the_terminal() {
    let carrier = ports::one();
    let server = Server::with(&Company::new().trunk(carrier).yaml());
    let line = SipLine::open(carrier, server.sip());
    let from = "\"A\u{1b}[31m\u{202e}B\" <sip:+49170%0d%0aX@x>";
    assert_eq!(OutsideCall::refused(&line, server.sip(), NUMBER, from), 480);
    let listed = server.said(&["calls"]);
    let mut lines = listed.lines();
    assert!(lines.next().unwrap().starts_with("STARTED (UTC)"), "{listed}");
    let call = lines.next().unwrap();
    assert!(call.contains("  acme  ") && call.contains("+49170\\r\\nX"), "{listed}");
    assert_eq!(lines.next(), None, "{listed}");
    let call = server.only_call();
    assert_eq!(call["tenant_slug"], "acme");
    for said in [listed, server.explain(&call), server.said(&["calls", "--json"])] {
        let obeyed = said.chars().find(|sign| (sign.is_control() && *sign != '\n') || *sign == '\u{202e}');
        assert_eq!(obeyed, None, "{said:?}");
    }
    let record = server.record(&call);
    assert!(record.to_string().contains("+49170\\r\\nX"), "data stays data: {record}");
}

#[test]
fn names_in_a_file_break_no_line_of_its_faults() {
    let server = Server::without_people();
    let said = server.refused_import("tenants: [{id: \"a\\r\\nb\\e[31m\", country: DE}]\n");
    assert!(said.contains("tenants[a\\r\\nb\\u001b[31m].id"), "{said}");
    let all = words(&server.command(&["export", "--tenant", "a\r\u{1b}b"]));
    assert!(all.contains("there is no tenant a\\r\\u001bb"), "{all}");
}
