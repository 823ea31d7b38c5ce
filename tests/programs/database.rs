//! The database and the key that belong to a server.

use crate::rig::company::Company;
use crate::rig::folder::Folder;
use crate::rig::ports;
use crate::rig::program::Program;
use crate::rig::server::{PROGRAM, Server, words};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The PostgreSQL that the tests of the store have.
#[expect(dead_code, reason = "they ask more of it")]
#[path = "../../pbx-core/tests/store/support/postgres.rs"]
mod postgres;

const SOON: Duration = Duration::from_secs(30);

#[test]
fn server_whose_key_is_gone_says_so_and_makes_no_other() {
    let mut server = Server::with(&Company::new().yaml());
    server.terminate();
    assert!(server.has_stopped());
    let key = server.data().join("key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let refused = Command::new(PROGRAM).args(["serve", "--http", "127.0.0.1:0", "--data"]).arg(server.data()).output();
    let said = words(&refused.unwrap());
    assert!(said.contains("the key that its secrets are sealed with is not here"), "{said}");
    assert!(!key.exists());
    std::fs::write(&key, kept).unwrap();
    Command::new("chmod").arg("600").arg(&key).status().unwrap();
    server.start();
}

#[test]
fn import_without_the_folder_of_the_database_is_refused_and_makes_none() {
    let folder = Folder::new("elsewhere");
    let file = folder.write("import.yaml", Company::new().yaml());
    let refused = Command::new(PROGRAM)
        .arg("import")
        .arg(&file)
        .current_dir(folder.path())
        .env("RINGDOWN_DATABASE", "postgres://ringdown@127.0.0.1:9/ringdown")
        .output();
    let said = words(&refused.unwrap());
    assert!(said.contains("there is no Ringdown data in data") && said.contains("--data"), "{said}");
    assert!(!folder.path().join("data").exists(), "{said}");
}

#[test]
fn start_waits_for_its_database_with_a_word_about_it_until_it_is_ended() {
    let folder = Folder::new("waiting");
    let database = format!("postgres://ringdown@127.0.0.1:{}/ringdown", ports::one());
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--http", "127.0.0.1:0", "--database", &database, "--data"]).arg(folder.path().join("data"));
    let mut server = Program::start("ringdown serve", &mut command);
    for _ in 0..2 {
        server.line(SOON, "that it waits", |line| line.contains("the server waits for its database").then_some(()));
    }
    server.terminate();
    server.ended(SOON);
}

#[test]
fn server_starts_once_its_database_is_there_and_a_second_one_is_refused_by_words() {
    let url = postgres::fresh_database();
    let (host, name) = url.trim_start_matches("postgres://ringdown@").split_once(':').unwrap();
    let port = name.split('/').next().unwrap();
    let folder = Folder::new("postgres");
    let encoded: String = folder.path().display().to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let database = format!("postgres://ringdown@{encoded}:{name}");
    let start = |data: &str| {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--http", "127.0.0.1:0", "--database", &database, "--data"]);
        command.arg(folder.path().join(data)).args(["--sip", &format!("127.0.0.1:{}", ports::one())]);
        Program::start("ringdown serve", &mut command)
    };
    let waits = |line: &str| line.contains("the server waits for its database").then_some(());
    let server = start("data");
    server.line(SOON, "that it waits", waits);
    // Now it is there: its socket has a place in this folder.
    let bytes = host.split('%').skip(1).map(|hex| u8::from_str_radix(hex, 16).unwrap()).collect();
    let socket = format!(".s.PGSQL.{port}");
    let real = Path::new(&String::from_utf8(bytes).unwrap()).join(&socket);
    std::os::unix::fs::symlink(real, folder.path().join(socket)).unwrap();
    server.line(SOON, "that it is ready", |line| line.starts_with("ready ").then_some(()));
    let second = start("other");
    second.line(SOON, "whose it is", |line| line.contains("another server works on this database").then_some(()));
}
