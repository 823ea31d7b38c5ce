//! A registration that was on its way while its device changed.

use crate::support::company::{Company, REALM, password};
use crate::support::exchange::{SERVER, Wish};
use crate::support::net::Net;
use pbx_core::base::flow::{Flow, Transport};
use pbx_core::base::ids::{DeviceId, TenantId};
use pbx_core::directory::{Directory, Tenant};
use pbx_core::door::Who;
use pbx_core::engine::io::{Command, Input};
use pbx_core::journal::Entry;
use pbx_core::secret::Ha1;
use pbx_sip::digest::{Algorithm, Challenge};
use pbx_sip::{HeaderName, Message};
use std::sync::Arc;

const USER: &str = "acme-101";

/// A REGISTER that Acme's 101 has signed with its first password and the door has let in; the engine hasn't seen it yet.
fn on_its_way(net: &mut Net) -> Input {
    let from = "10.1.0.10:5060".parse().unwrap();
    let request = |cseq: u32, more: &str| {
        format!(
            "REGISTER sip:{SERVER} SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.10;branch=z9hG4bK{cseq}\r\nMax-Forwards: 70\r\n\
             From: <sip:{USER}@{SERVER}>;tag=1\r\nTo: <sip:{USER}@{SERVER}>\r\nCall-ID: race\r\nCSeq: {cseq} REGISTER\r\n\
             Contact: <sip:{USER}@10.1.0.10>\r\n{more}Content-Length: 0\r\n\r\n"
        )
    };
    let wishes = net.exchange.receive(net.moment(), from, request(1, "").into());
    let [Wish::Send { bytes, .. }] = &wishes[..] else { panic!("no challenge") };
    let challenged = Message::parse(bytes.clone()).unwrap();
    let challenge = Challenge::parse(&challenged.header(HeaderName::WwwAuthenticate).unwrap().value()).unwrap();
    let credentials = challenge.answer(USER, &password(USER), "REGISTER", &format!("sip:{SERVER}"), "c0ffee", 1);
    let signed = request(2, &format!("Authorization: {credentials}\r\n"));
    let who = Who::Device {
        tenant: TenantId::of_key("acme"),
        device: DeviceId::of_key(USER),
        nonce: credentials.nonce,
        nonce_count: 1,
        revision: net.exchange.directory.revision,
    };
    let flow = Flow { transport: Transport::Udp, local: SERVER, remote: from, own: None, connection: 0 };
    Input::Message { flow, message: Message::parse(signed.into_bytes()).unwrap(), who }
}

/// The configuration changes as the driver has it: what lapsed is forgotten, then the engine goes on with the new one.
fn changes(net: &mut Net, change: impl Fn(&mut Tenant)) {
    let before = Arc::clone(&net.exchange.directory);
    let mut acme = Tenant::clone(before.tenant(TenantId::of_key("acme")).unwrap());
    change(&mut acme);
    net.exchange.directory = Arc::new(Directory::new(2, REALM.to_owned(), vec![acme], vec![]));
    for (tenant, device) in net.exchange.directory.lapsed_since(&before) {
        net.exchange.command(net.moment(), &Command::Forget { tenant, device });
    }
}

/// What the REGISTER is answered with, and whether it is bound, when this change overtakes it.
fn overtaken(change: impl Fn(&mut Tenant)) -> (u16, bool) {
    let mut net = Net::new(1, 1, vec![Company::new("acme", 1).with_extensions(&["101"])]);
    let register = on_its_way(&mut net);
    changes(&mut net, change);
    let wishes = net.exchange.tell(net.moment(), 0, register);
    let answers = wishes.iter().filter_map(|wish| match wish {
        Wish::Send { bytes, .. } => Message::parse(bytes.clone()).ok()?.status(),
        _ => None,
    });
    let codes: Vec<u16> = answers.map(|status| status.code()).collect();
    assert_eq!(codes.len(), 1, "{codes:?}");
    (codes[0], net.exchange.journal.iter().any(|entry| matches!(entry, Entry::BindingAdded { .. })))
}

#[test]
fn register_that_the_door_let_in_is_bound() {
    assert_eq!(overtaken(|acme| acme.name = "Acme & Sons".to_owned()), (200, true));
}

#[test]
fn register_with_a_password_of_before_is_challenged_again_and_not_bound() {
    let other = pbx_sip::digest::Ha1::of(USER, REALM, "another one");
    let (md5, sha256) = (other.hex(Algorithm::Md5).to_owned(), other.hex(Algorithm::Sha256).to_owned());
    let answer = overtaken(|acme| {
        let device = acme.devices.get_mut(&DeviceId::of_key(USER)).unwrap();
        device.ha1 = Some(Ha1 { md5: md5.clone(), sha256: sha256.clone() });
    });
    assert_eq!(answer, (401, false));
}

#[test]
fn register_of_a_device_that_is_gone_or_has_another_name_is_not_bound() {
    let device = DeviceId::of_key(USER);
    assert_eq!(overtaken(|acme| drop(acme.devices.remove(&device))), (401, false));
    let renamed = |acme: &mut Tenant| acme.devices.get_mut(&device).unwrap().sip_user = "acme-renamed".to_owned();
    assert_eq!(overtaken(renamed), (401, false));
}
