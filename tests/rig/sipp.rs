//! SIPp: the load generator that everybody measures SIP servers with, and its built-in scenarios unchanged.

use super::folder::Folder;
use super::ports;
use super::program::Program;
use super::watch::look_until;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

/// A running sipp.
pub(crate) struct Sipp {
    program: Program,
    address: SocketAddr,
    folder: Folder,
}

impl Sipp {
    /// `sipp -sn uas`: answers calls at an address of its own, for ever.
    pub(crate) fn uas() -> Self {
        let sipp = Self::start(ports::one(), &["-sn", "uas"]);
        // It says nothing when it listens: the system's table of sockets does.
        let socket = format!(":{:04X} ", sipp.address.port());
        look_until(Duration::from_secs(15), "sipp listens", || {
            let table = std::fs::read_to_string("/proc/net/udp").unwrap();
            if table.contains(&socket) { Ok(()) } else { Err(sipp.program.said()) }
        });
        sipp
    }

    /// `sipp -sn uac -s NUMBER SERVER`: so many calls from this port, so many a second.
    pub(crate) fn uac(port: u16, server: SocketAddr, number: &str, calls: u32, rate: u32) -> Self {
        let (server, calls, rate) = (server.to_string(), calls.to_string(), rate.to_string());
        Self::start(port, &["-sn", "uac", "-s", number, &server, "-m", &calls, "-r", &rate, "-timeout", "50s"])
    }

    fn start(port: u16, arguments: &[&str]) -> Self {
        let folder = Folder::new("sipp");
        let (sip, media) = (port.to_string(), ports::block(8).start().to_string());
        let mut command = Command::new("sipp");
        command.args(["-i", "127.0.0.1", "-p", &sip, "-mi", "127.0.0.1", "-mp", &media]);
        command.args(["-nostdin", "-trace_err", "-error_file"]).arg(folder.path().join("errors.log")).args(arguments);
        command.env("TERM", "dumb").current_dir(folder.path());
        let program = Program::start("sipp", &mut command);
        Self { program, address: SocketAddr::from(([127, 0, 0, 1], port)), folder }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for its end; fails unless every call went as its scenario says.
    #[track_caller]
    pub(crate) fn succeeds(mut self, limit: Duration) {
        let status = self.program.ended(limit);
        let errors = std::fs::read_to_string(self.folder.path().join("errors.log")).unwrap_or_default();
        let first: String = errors.lines().take(40).collect::<Vec<_>>().join("\n");
        assert!(status.success(), "sipp ended with {status}; its errors:\n{first}\nits screen:\n{}", self.screen());
    }

    /// The last screen that it drew.
    fn screen(&self) -> String {
        let said = self.program.said();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(45)..].join("\n")
    }
}
