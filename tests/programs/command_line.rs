//! What the commands say when they are asked wrongly, or about nothing.

use crate::rig::company::Company;
use crate::rig::server::{PROGRAM, Server, words};
use std::process::{Command, Stdio};

#[test]
fn who_only_looks_makes_no_system() {
    let server = Server::without_start(8, &[]);
    let folder = server.data();
    let file = folder.with_file_name("import.yaml");
    std::fs::write(&file, Company::new().yaml()).unwrap();
    let file = file.to_string_lossy();
    for command in [&["calls"][..], &["explain", "x"], &["export", "--all"], &["import", &file, "--dry-run"]] {
        let output = server.command(command);
        let said = words(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert_eq!(said.trim_end(), format!("ringdown: there is no Ringdown data in {}", folder.display()));
        assert!(!folder.exists(), "{command:?} made it");
    }
    assert!(server.command(&["import", &file]).status.success(), "an import makes one");
    assert_eq!(server.said(&["calls"]), "no calls\n");
}

#[test]
fn languages_that_are_not_spoken_are_refused_with_those_that_are() {
    let server = Server::without_start(8, &[]);
    let output = server.command(&["explain", "x", "--language", "xx"]);
    let said = words(&output);
    assert!(!output.status.success() && said.contains("en (English), de (Deutsch)"), "{said}");
}

#[test]
fn export_wants_to_know_what() {
    let server = Server::without_start(8, &[]);
    let said = words(&server.command(&["export"]));
    assert!(said.contains("--tenant") && said.contains("--all"), "{said}");
}

#[test]
fn what_the_machine_refuses_is_told_once() {
    let server = Server::without_start(8, &[]);
    std::fs::write(server.data(), "a file, no folder").unwrap();
    let file = server.data().with_file_name("import.yaml");
    std::fs::write(&file, Company::new().yaml()).unwrap();
    let said = words(&server.command(&["import", &file.to_string_lossy()]));
    assert_eq!(said.matches("os error").count(), 1, "{said}");
}

#[test]
fn licences_of_others_are_printed_by_the_program_itself() {
    let output = Command::new(PROGRAM).arg("licences").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "it needs no data folder: {}", words(&output));
    let said = words(&output);
    assert!(said.contains("\ntokio ") && said.contains("Permission is hereby granted"), "NOTICE is printed");
    assert!(said.contains("Apache License"), "and the licence that most of them share");
}
