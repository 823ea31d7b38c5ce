//! The database and the key that belong to a server.

use crate::rig::company::Company;
use crate::rig::folder::Folder;
use crate::rig::ports;
use crate::rig::program::Program;
use crate::rig::server::{PROGRAM, Server, words};
use std::process::Command;
use std::time::Duration;

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
