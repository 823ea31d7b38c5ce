//! The server as its operator has it: the program `ringdown`, its data folder, its command line.

use super::folder::Folder;
use super::ports;
use super::program::Program;
use serde_json::Value;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// How long a start or an end may take on a busy machine. Running calls alone have 30 s at an end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A data folder and the ports of its server, running or not.
pub(crate) struct Server {
    folder: Folder,
    sip: SocketAddr,
    rtp: (u16, u16),
    settings: Vec<String>,
    /// The command that starts it: `serve` or `demo`.
    starts_with: &'static str,
    /// Soft and hard limit of open files that it is started with.
    files: Option<(u32, u32)>,
    /// Where it listens for SIP; empty: where phones reach it, and nowhere else.
    listens: Vec<SocketAddr>,
    program: Option<Program>,
    http: Option<SocketAddr>,
}

impl Server {
    /// A server that runs and knows what this import file says.
    pub(crate) fn with(yaml: &str) -> Self {
        Self::tuned(yaml, 200, &[])
    }

    /// The same, with so many ports for sound and with more settings.
    pub(crate) fn tuned(yaml: &str, rtp_ports: u16, settings: &[&str]) -> Self {
        let mut server = Self::without_start(rtp_ports, settings);
        server.start();
        server.import(yaml);
        server
    }

    /// A server that runs and knows nobody.
    pub(crate) fn without_people() -> Self {
        let mut server = Self::without_start(200, &[]);
        server.start();
        server
    }

    /// An empty data folder with nobody on it.
    pub(crate) fn without_start(rtp_ports: u16, settings: &[&str]) -> Self {
        let rtp = ports::block(rtp_ports);
        Self {
            folder: Folder::new("data"),
            sip: SocketAddr::from(([127, 0, 0, 1], ports::one())),
            rtp: (*rtp.start(), *rtp.end()),
            settings: settings.iter().map(|s| (*s).to_owned()).collect(),
            starts_with: "serve",
            files: None,
            listens: Vec::new(),
            program: None,
            http: None,
        }
    }

    /// A server that is started with these limits of open files, soft and hard; it knows nobody.
    pub(crate) fn with_files(soft: u32, hard: u32, rtp_ports: u16) -> Self {
        let mut server = Self { files: Some((soft, hard)), ..Self::without_start(rtp_ports, &[]) };
        server.start();
        server
    }

    /// A server for IPv4 and IPv6 that knows what this import file says.
    pub(crate) fn on_both_families(yaml: &str) -> Self {
        let mut server = Self::without_start(200, &[]);
        server.listens = vec![server.sip, server.sip_on_ipv6()];
        server.start();
        server.import(yaml);
        server
    }

    /// A server that listens at several addresses, with phones that know the first of them.
    pub(crate) fn at(listens: &[SocketAddr], yaml: &str) -> Self {
        let (sip, listens) = (listens[0], listens.to_vec());
        let mut server = Self { sip, listens, ..Self::without_start(200, &[]) };
        server.start();
        server.import(yaml);
        server
    }

    /// A server that listens at every address of the machine, with phones that know this one.
    pub(crate) fn everywhere(known: Ipv4Addr, yaml: &str) -> Self {
        let mut server = Self::without_start(200, &[]);
        server.listens = vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, server.sip.port()))];
        server.sip.set_ip(known.into());
        server.start();
        server.import(yaml);
        server
    }

    /// The demonstration, running, with everything simulated around it.
    pub(crate) fn demo() -> Self {
        let mut server = Self { starts_with: "demo", ..Self::without_start(200, &[]) };
        server.start();
        server
    }

    /// Starts it and waits until it takes calls.
    pub(crate) fn start(&mut self) {
        let mut command = match self.files {
            None => Command::new(PROGRAM),
            Some((soft, hard)) => {
                let mut limited = Command::new("prlimit");
                limited.arg(format!("--nofile={soft}:{hard}")).arg(PROGRAM);
                limited
            }
        };
        command.arg(self.starts_with).arg("--data").arg(self.data());
        command.args(["--http", "127.0.0.1:0"]);
        command.args(["--rtp-ports", &format!("{}-{}", self.rtp.0, self.rtp.1)]);
        if self.listens.is_empty() {
            command.args(["--sip", &self.sip.to_string(), "--rtp-address", "127.0.0.1"]);
        }
        for listens in &self.listens {
            command.args(["--sip", &listens.to_string()]);
        }
        command.args(&self.settings);
        let program = Program::start(&format!("ringdown {}", self.starts_with), &mut command);
        let http = program.line(PATIENCE, "that it is ready", |line| {
            line.strip_prefix("ready sip=")?.split_once(" http=").map(|(_, http)| http.parse().unwrap())
        });
        (self.program, self.http) = (Some(program), Some(http));
    }

    /// Where browsers reach its console.
    pub(crate) fn http(&self) -> SocketAddr {
        self.http.expect("the server was not started")
    }

    /// Where phones reach it.
    pub(crate) fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// Where phones reach it by IPv6, if it listens there.
    pub(crate) fn sip_on_ipv6(&self) -> SocketAddr {
        SocketAddr::from((Ipv6Addr::LOCALHOST, self.sip.port()))
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The running process.
    pub(crate) fn process(&self) -> &Program {
        self.program.as_ref().expect("the server does not run")
    }

    /// Asks it to stop, and goes on at once.
    pub(crate) fn terminate(&self) {
        self.process().terminate();
    }

    /// Asks it to stop as Ctrl-C does, and goes on at once.
    pub(crate) fn interrupt(&self) {
        self.process().interrupt();
    }

    /// Waits until it has stopped by itself; whether it ended well.
    pub(crate) fn has_stopped(&mut self) -> bool {
        self.program.take().expect("the server does not run").ended(PATIENCE).success()
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.program.take().expect("the server does not run").kill();
    }

    /// Runs one of its commands on the data folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).arg("--data").arg(self.data()).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// What the command prints; it must succeed.
    #[track_caller]
    pub(crate) fn said(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments);
        assert!(output.status.success(), "ringdown {arguments:?} failed:\n{}", words(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Brings a file into effect; what it prints.
    #[track_caller]
    pub(crate) fn import(&self, yaml: &str) -> String {
        self.import_with(yaml, &[])
    }

    /// The same with more switches.
    #[track_caller]
    pub(crate) fn import_with(&self, yaml: &str, switches: &[&str]) -> String {
        let file = self.folder.write("import.yaml", yaml);
        self.said(&[&["import", &file.to_string_lossy()], switches].concat())
    }

    /// Tries to bring a file into effect that must be refused; what it prints.
    #[track_caller]
    pub(crate) fn refused_import(&self, yaml: &str) -> String {
        let file = self.folder.write("import.yaml", yaml);
        let output = self.command(&["import", &file.to_string_lossy()]);
        assert!(!output.status.success(), "this was accepted:\n{yaml}\n{}", words(&output));
        words(&output)
    }

    /// When it last said that it lives, in microseconds since 1970.
    #[track_caller]
    pub(crate) fn pulse(&self) -> i64 {
        std::fs::read_to_string(self.data().join("pulse")).unwrap().trim().parse().unwrap()
    }

    /// The records of all calls that are over, newest first.
    #[track_caller]
    pub(crate) fn calls(&self) -> Vec<Value> {
        let text = self.said(&["calls", "--json", "--all"]);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The only call that there was.
    #[track_caller]
    pub(crate) fn only_call(&self) -> Value {
        let mut calls = self.calls();
        assert_eq!(calls.len(), 1, "not one call: {calls:#?}");
        calls.remove(0)
    }

    /// Why a call went where it went, in words.
    #[track_caller]
    pub(crate) fn explain(&self, call: &Value) -> String {
        self.said(&["explain", call["id"].as_str().unwrap()])
    }

    /// The whole record of a call.
    #[track_caller]
    pub(crate) fn record(&self, call: &Value) -> Value {
        serde_json::from_str(&self.said(&["explain", call["id"].as_str().unwrap(), "--json"])).unwrap()
    }
}

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_ringdown");

/// Everything that a command printed.
pub(crate) fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
