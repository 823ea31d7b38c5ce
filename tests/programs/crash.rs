//! kill -9 at any instant, under load.

use crate::rig::company::Company;
use crate::rig::load::{Load, always_answers};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

const KILLS: usize = 20;
const SEED: u64 = 0x5249_4e47;

#[test]
fn no_record_and_no_registration_is_lost_when_the_server_is_killed() {
    let (carrier, second) = (ports::one(), ports::one());
    let desk = always_answers(ports::one());
    let mut company = Company::empty().person_at("ben", "102", desk).trunk(carrier).trunk(second).main("[\"102\"]");
    for n in 0..KILLS {
        company = company.person(&format!("phone{n}"), &format!("2{n:02}"));
        company = company.number(&number_of(n), &format!("[\"2{n:02}\"]"));
    }
    let mut server = Server::tuned(&company.yaml(), 1000, &["--rtp-rest-s", "1"]);
    let mut load = Load::from_port(carrier, server.sip(), 300).without_repeats();
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let line = SipLine::open(second, server.sip());
    let mut phones = Vec::new();
    for n in 0..KILLS {
        let mut phone = SipLine::open(ports::one(), server.sip());
        load.at_rate(100, Duration::from_millis(rng.random_range(100..700)));
        assert_eq!(phone.register(&format!("acme-phone{n}"), &format!("secret-phone{n}"), 3600), 200);
        phones.push(phone);
        load.at_rate(100, Duration::from_millis(rng.random_range(1..60)));
        server.kill();
        load.forget_open();
        server.start();
        is_reachable(&line, &server, &phones[n], n);
    }
    let calls = server.calls();
    judge(&calls, &load);
    let cut = calls.iter().find(|call| call["cut"] == true && call["disposition"] == "answered");
    let why = server.explain(cut.expect("a call was cut in its talk"));
    assert!(
        why.contains("VIP by lookup") && why.contains("Ben could be reached on desk"),
        "it says why it went there:\n{why}"
    );
}

fn number_of(phone: usize) -> String {
    format!("+493055520{phone:02}")
}

/// A call to this phone's number rings it, though it has not registered again.
fn is_reachable(line: &SipLine, server: &Server, phone: &SipLine, n: usize) {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let mut call = OutsideCall::dial(line, server.sip(), &number_of(n), &format!("reach{n}"), nowhere);
    let invite = phone.request("INVITE");
    phone.answer(&invite, "486 Busy Here", None);
    assert_eq!(code(&call.answered()), 486);
}

/// Every call whose caller saw our 200 to BYE has exactly one record, which ended; every answered one has one, ended or cut.
fn judge(calls: &[Value], load: &Load) {
    let mut records: HashMap<&str, Vec<&Value>> = HashMap::new();
    for call in calls {
        records.entry(call["sip_call_id"].as_str().unwrap()).or_default().push(call);
    }
    let (mut answered, mut ended, mut wrong) = (0, 0, Vec::new());
    for (id, seen) in load.seen() {
        let found = records.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let right = match found {
            [] => !seen.answered,
            [record] if seen.ended => record["cut"] == false && record["disposition"] == "answered",
            [record] if seen.answered => record["disposition"] == "answered",
            [_] => true,
            _ => false,
        };
        answered += usize::from(seen.answered);
        ended += usize::from(seen.ended);
        if !right {
            wrong.push(format!("{id}: {seen:?}, but its records are {found:#?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} calls, seed {SEED}:\n{}",
        wrong.len(),
        load.seen().len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    assert!(ended >= KILLS * 10 && answered > ended, "too little was tried: {answered} answered, {ended} ended");
}
