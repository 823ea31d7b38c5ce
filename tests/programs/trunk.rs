//! Calls from outside, to a number that asks the company's customer service who is calling.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::{Company, NUMBER};
use crate::rig::customers::{Customers, GOLD, Manner};
use crate::rig::ports;
use crate::rig::server::Server;
use std::time::Duration;

/// The server, Anna on 101 (880 Hz) and Ben on 102 (620 Hz), and the port that is the carrier's.
fn office(manner: Manner, timeout_ms: u32) -> (Server, Customers, Baresip, Baresip, u16) {
    let carrier = *ports::block(30).start();
    let customers = Customers::start(manner);
    let company = Company::new().trunk(carrier);
    let server = Server::with(&company.customers(customers.address(), timeout_ms).main("[\"102\"]").yaml());
    let anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), server.sip(), 880);
    let ben = Baresip::start(&Line::new("acme-ben", "secret-ben"), server.sip(), 620);
    (server, customers, anna, ben, carrier)
}

#[test]
fn a_gold_customer_reaches_the_account_manager() {
    let (server, customers, mut anna, mut ben, carrier) = office(Manner::Knowing, 800);
    let mut caller = Baresip::start_at(&Line::outside(GOLD), server.sip(), 440, carrier);

    caller.dial(NUMBER);
    caller.is_connected();
    anna.is_connected();
    caller.talks_for(Duration::from_millis(1500));
    caller.order("hangup");
    anna.is_hung_up();
    assert!(ben.was_never_rung(), "Ben's phone rang too");

    caller.switch_off().assert_only(880);
    anna.switch_off().assert_only(440);
    drop(ben);
    assert_eq!(customers.asked(), [format!("/customers/{}", GOLD.replace('+', "%2B"))]);

    let call = server.only_call();
    assert_eq!((&call["direction"], &call["disposition"]), (&"inbound".into(), &"answered".into()), "{call:#}");
    assert_eq!((&call["from_number"], &call["to_number"]), (&GOLD.into(), &"101".into()), "{call:#}");
    assert_eq!(call["template"], "vip-by-lookup");
    let why = server.explain(&call);
    for word in ["VIP by lookup", "Nordwind Logistik", "Anna", &format!("{GOLD} hung up.")] {
        assert!(why.contains(word), "{word} is missing in:\n{why}");
    }
}

#[test]
fn an_unknown_caller_reaches_the_main_destination() {
    let (server, customers, mut anna, mut ben, carrier) = office(Manner::Knowing, 800);
    let mut caller = Baresip::start_at(&Line::outside("+493023125009"), server.sip(), 440, carrier);

    caller.dial(NUMBER);
    caller.is_connected();
    ben.is_connected();
    caller.talks_for(Duration::from_millis(1200));
    ben.order("hangup");
    caller.is_hung_up();
    assert!(anna.was_never_rung(), "Anna's phone rang too");

    caller.switch_off().assert_only(620);
    ben.switch_off().assert_only(440);
    drop(anna);
    assert_eq!(customers.asked().len(), 1);
    let call = server.only_call();
    assert_eq!(call["to_number"], "102", "{call:#}");
    let why = server.explain(&call);
    for word in ["VIP by lookup", "+493023125009", "Ben hung up."] {
        assert!(why.contains(word), "{word} is missing in:\n{why}");
    }
}

#[test]
fn a_mute_customer_service_costs_the_caller_no_silence() {
    // It may take longer than the two seconds in which the caller must hear something.
    let (server, _customers, anna, mut ben, carrier) = office(Manner::Mute, 2500);
    let mut caller = Baresip::start_at(&Line::outside(GOLD), server.sip(), 440, carrier);

    caller.dial(NUMBER);
    caller.hears_ringing(Duration::from_secs(2));
    caller.is_connected();
    ben.is_connected();
    caller.talks_for(Duration::from_millis(1200));
    caller.order("hangup");
    ben.is_hung_up();
    caller.switch_off().assert_only(620);
    ben.switch_off().assert_only(440);
    drop(anna);

    let call = server.only_call();
    assert_eq!((&call["disposition"], &call["to_number"]), (&"answered".into(), &"102".into()), "{call:#}");
    let why = server.explain(&call);
    assert!(why.contains("VIP by lookup") && why.contains("in time"), "the reason is missing in:\n{why}");
}

#[test]
fn a_number_of_nobody_is_not_found_and_leaves_no_phone_ringing() {
    let (server, customers, mut anna, mut ben, carrier) = office(Manner::Knowing, 800);
    let mut caller = Baresip::start_at(&Line::outside(GOLD), server.sip(), 440, carrier);
    caller.dial("+4930555999");
    let shown = caller.is_hung_up();
    assert!(shown.starts_with("404"), "the caller's phone shows {shown}");
    assert!(customers.asked().is_empty());
    assert!(anna.was_never_rung() && ben.was_never_rung());
}
