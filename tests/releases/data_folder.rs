//! Opening the data folder of every release, as a kill left it: nothing that was promised is
//! missing.

use super::story::{self, ACME, NOWHERE, Promised};
use super::{copy, earlier, keep, written};
use crate::rig::console::Console;
use crate::rig::folder::Folder;
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code, sdp};
use pbx_core::base::ids::TenantId;
use pbx_core::base::time::{Instant, Now, Wall};
use pbx_core::location::Binding;
use pbx_core::net::Clock;
use ringdown::config::Config;
use ringdown::data::Data;
use std::collections::BTreeSet;
use std::path::Path;

/// Holds what every release has left, this one among them, against what it had promised.
fn of_every_release(present: &Folder, check: impl Fn(&Path, &Promised)) {
    for release in earlier().iter().map(|folder| &**folder).chain([present.path()]) {
        let promised = std::fs::read_to_string(release.join("promised.json")).unwrap();
        check(&release.join("data"), &serde_json::from_str(&promised).unwrap());
    }
}

/// A clock that stands where a server last said that it lives.
#[derive(Debug)]
struct StandsAt(Wall);

impl Clock for StandsAt {
    fn now(&self) -> Now {
        Now { mono: Instant::from_micros(1), wall: self.0 }
    }
}

#[test]
fn data_folder_of_every_release_has_every_call_and_lets_everybody_in() {
    let present = written(story::write);
    keep(&present);
    of_every_release(&present, |data, promised| {
        let mut server = Server::without_start(200, &[]);
        copy(data, &server.data());
        server.start();
        calls_are_listed(&server, promised);
        for phone in &promised.phones {
            let mut line = SipLine::open(ports::one(), server.sip());
            assert_eq!(line.register(&phone.name, &phone.password, 300), 200, "{}", phone.name);
        }
        for account in &promised.accounts {
            Console::logged_in(server.http(), &account.name, &account.password);
        }
        a_call_goes_its_way(&server);
    });
}

/// Looks for each call, those that the journal alone knew among them: its end, and why it went
/// where it went.
fn calls_are_listed(server: &Server, promised: &Promised) {
    let calls = server.calls();
    assert_eq!(calls.len(), promised.calls.len(), "{calls:#?}");
    for expected in &promised.calls {
        let name = &*expected.sip_call_id;
        let call =
            calls.iter().find(|call| call["sip_call_id"] == name).unwrap_or_else(|| panic!("{name} is not there"));
        let seen = (&call["dialled"], &call["disposition"], call["cut"].as_bool());
        assert_eq!(
            seen,
            (&(&*expected.dialled).into(), &(&*expected.disposition).into(), Some(expected.cut)),
            "{name}"
        );
        let why = server.explain(call);
        let german = server.said(&["explain", name, "--language", "de"]);
        assert!(why.lines().count() > 5 && why.lines().count() == german.lines().count(), "{name}:\n{why}\n{german}");
        let is_same = |(one, other): (&str, &str)| one == other;
        assert!(!why.lines().zip(german.lines()).any(is_same), "{name}:\n{why}\n{german}");
    }
}

/// Calls from where the carrier is now; who rings is decided by what the folder says.
fn a_call_goes_its_way(server: &Server) {
    let carrier = ports::one();
    server.import(&format!("trunks: [{{id: carrier, kind: ip, peers: [\"127.0.0.1:{carrier}\"]}}]\n"));
    let line = SipLine::open(carrier, server.sip());
    let mut reception = SipLine::open(ports::one(), server.sip());
    assert_eq!(reception.register("acme-reception-desk", "secret-reception", 300), 200);
    let mut call = OutsideCall::dial(&line, server.sip(), ACME, "now", NOWHERE);
    reception.answer(&reception.request("INVITE"), "200 OK", Some(&sdp(NOWHERE)));
    assert_eq!(code(&call.answered()), 200);
    assert_eq!(call.hang_up(), 200);
}

#[test]
fn data_folder_of_every_release_has_every_registration_that_was_alive_when_it_was_killed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    of_every_release(&written(story::write), |data, promised| {
        let folder = Folder::new("registered");
        copy(data, folder.path());
        let pulse = std::fs::read_to_string(data.join("pulse")).unwrap();
        let clock = StandsAt(Wall::from_micros(pulse.trim().parse().unwrap()));
        let config = Config { data: folder.path().to_owned(), ..Config::default() };
        let opened = runtime.block_on(Data::open_now(&config, &clock)).unwrap();
        let directory = opened.configuration.snapshot();
        let user = |(tenant, binding): &(TenantId, Binding)| {
            directory.tenant(*tenant).unwrap().devices[&binding.device].sip_user.clone()
        };
        let registered: BTreeSet<String> = opened.bindings.iter().map(user).collect();
        assert_eq!(registered, promised.phones.iter().map(|phone| phone.name.clone()).collect());
    });
}
