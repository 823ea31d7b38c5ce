//! `ringdown explain`.

use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code};
use pbx_core::base::flow::Transport;
use pbx_core::base::time::Wall;
use pbx_core::sip_log::{LoggedMessage, SipLog, SipLogLimits, Way};
use std::net::SocketAddr;

#[test]
fn a_call_is_explained_by_the_template_that_decided_it_though_another_is_bound_now() {
    let carrier = ports::one();
    let company = Company::new().trunk(carrier).yaml();
    let server = Server::with(&company);
    let line = SipLine::open(carrier, server.sip());
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    assert_eq!(code(&OutsideCall::dial(&line, server.sip(), NUMBER, "before", nowhere).answered()), 480);
    let call = server.only_call();
    let before = server.explain(&call);
    let (deciding, rest) = company.split_once("template: vip-by-lookup, params: {").unwrap();
    let (_, rest) = rest.split_once("}}").unwrap();
    server.import(&format!("{deciding}template: office-hours, params: {{open: \"102\"}}}}{rest}"));
    assert!(!server.said(&["export", "--tenant", "acme"]).contains("vip-by-lookup"), "it is bound nowhere any more");
    let steps = server.record(&call)["decision"]["steps"].clone();
    let bound = steps.as_array().unwrap().iter().find(|step| step["step"] == "bound").unwrap();
    let version = &bound["template"].as_str().unwrap()[..8];
    let started = format!("“VIP by lookup” (version {version}) started with ");
    assert!(before.contains(&started), "{before}");
    assert_eq!(server.explain(&call), before);
    let german = server.said(&["explain", call["id"].as_str().unwrap(), "--language", "de"]);
    assert!(german.contains(&format!("„VIP nach Kundendaten“ (Version {version}) wurde gestartet mit ")), "{german}");
}

#[test]
fn what_could_not_be_read_of_a_message_is_named() {
    let carrier = ports::one();
    let mut server = Server::with(&Company::new().trunk(carrier).yaml());
    let line = SipLine::open(carrier, server.sip());
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    assert_eq!(code(&OutsideCall::dial(&line, server.sip(), NUMBER, "odd", nowhere).answered()), 480);
    let call = server.only_call();
    let (before, record) = (server.explain(&call), server.record(&call));
    server.kill();
    let message = LoggedMessage {
        at: Wall::from_micros(1),
        call: serde_json::from_value(record["id"].clone()).unwrap(),
        way: Way::In,
        transport: Transport::Udp,
        local: nowhere,
        remote: nowhere,
        bytes: "BYE sip:a@b SIP/2.0\r\nReason: preemption now\r\nAllow: INVITE ACK\r\nCSeq: 2 BYE\r\n\r\n".into(),
    };
    let log = SipLog::open(&server.data().join("sip"), SipLogLimits::default());
    log.append(&[(serde_json::from_value(record["tenant"].clone()).unwrap(), message)]).unwrap();
    let after = server.explain(&call);
    assert_eq!(after, format!("{before}BYE from 127.0.0.1:9: not readable, so ignored: Reason, Allow\n"));
}
