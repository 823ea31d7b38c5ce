//! baresip: a real phone program without a sound card. It sends a tone and writes down what it hears.

use super::baresip_control::Control;
use super::folder::Folder;
use super::ports;
use super::program::Program;
use super::tone::{self, Sound};
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long a phone may take for whatever it does.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is typed into the phone.
#[derive(Clone)]
pub(crate) struct Line {
    /// The SIP user name.
    pub(crate) user: String,
    /// Its password; none: the phone does not register.
    pub(crate) password: Option<String>,
    /// `udp` or `tcp`.
    pub(crate) transport: &'static str,
    /// Whether it picks up by itself.
    pub(crate) auto_answer: bool,
    /// How long it asks to be registered, in seconds.
    pub(crate) expires: u32,
}

impl Line {
    pub(crate) fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: Some(password.to_owned()),
            transport: "udp",
            auto_answer: true,
            expires: 3600,
        }
    }

    /// A caller of the outside world, who never registers.
    pub(crate) fn outside(number: &str) -> Self {
        Self { password: None, ..Self::new(number, "") }
    }

    pub(crate) fn transport(mut self, transport: &'static str) -> Self {
        self.transport = transport;
        self
    }

    pub(crate) fn picks_up_by_hand(mut self) -> Self {
        self.auto_answer = false;
        self
    }
}

/// A phone that is switched on.
pub(crate) struct Baresip {
    name: String,
    server: SocketAddr,
    control: Control,
    program: Program,
    folder: Folder,
}

impl Baresip {
    /// Switches it on and, when it has a password, waits until it is registered.
    pub(crate) fn start(line: &Line, server: SocketAddr, hz: u32) -> Self {
        let phone = Self::start_at(line, server, hz, *ports::block(30).start());
        if line.password.is_some() {
            phone.program.line(PATIENCE, "that it is registered", |l| l.contains("200 OK").then_some(()));
        }
        phone
    }

    /// Switches it on at a port of its own and the 29 that follow; waits for nothing.
    pub(crate) fn start_at(line: &Line, server: SocketAddr, hz: u32, port: u16) -> Self {
        let folder = Folder::new("baresip");
        folder.write("tone.wav", tone::wav(hz, 60));
        folder.write("contacts", "");
        let (family, loopback) = if server.is_ipv6() { ("-6", "::1") } else { ("-4", "127.0.0.1") };
        folder.write("config", config(folder.path(), SocketAddr::new(loopback.parse().unwrap(), port)));
        folder.write("accounts", account(line, server));
        std::fs::create_dir(folder.path().join("rec")).unwrap();
        // Its words would reach a pipe only every 4 KiB.
        let mut command = Command::new("stdbuf");
        command.args(["-oL", "baresip", family, "-n", loopback, "-f"]).arg(folder.path());
        let program = Program::start(&format!("baresip {}", line.user), &mut command);
        program.line(PATIENCE, "that it is ready", |l| l.contains("baresip is ready").then_some(()));
        let control = Control::connect(&line.user, SocketAddr::from(([127, 0, 0, 1], port + 2)));
        Self { name: line.user.clone(), server, control, program, folder }
    }

    /// Waits for something that it says on its console.
    pub(crate) fn says(&self, what: &str) {
        self.program.line(PATIENCE, what, |line| line.contains(what).then_some(()));
    }

    pub(crate) fn dial(&mut self, whom: &str) {
        self.control.order("dial", &format!("sip:{whom}@{}", self.server));
    }

    pub(crate) fn order(&mut self, command: &str) {
        self.control.order(command, "");
    }

    /// Has the other side of its talk talk with somebody else.
    pub(crate) fn transfers_to(&mut self, whom: &str) {
        self.control.order("transfer", &format!("sip:{whom}@{}", self.server));
    }

    /// Waits until a call comes in; who calls, as the phone shows it.
    pub(crate) fn rings(&mut self) -> String {
        self.control.event("CALL_INCOMING", PATIENCE)["peeruri"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the phone hears that it rings at the other end.
    pub(crate) fn hears_ringing(&mut self, limit: Duration) {
        self.control.event("CALL_RINGING", limit);
    }

    /// Waits until the call is answered.
    pub(crate) fn is_connected(&mut self) {
        self.control.event("CALL_ESTABLISHED", PATIENCE);
    }

    /// Waits until the first sound comes.
    pub(crate) fn hears_something(&mut self) {
        self.control.event("CALL_RTPESTAB", PATIENCE);
    }

    /// Waits until the far end offers it another session.
    pub(crate) fn is_offered(&mut self) {
        self.control.session("offer", PATIENCE);
    }

    /// Waits until the far end answers a session that it offered.
    pub(crate) fn is_given_an_answer(&mut self) {
        self.control.session("answer", PATIENCE);
    }

    /// Talks for a while; fails when the call ends meanwhile.
    pub(crate) fn talks_for(&mut self, time: Duration) {
        if let Some(closed) = self.control.event_within("CALL_CLOSED", time) {
            panic!("{}: the call ended while they talked: {closed}", self.name);
        }
    }

    /// Waits until the call is over; what the phone shows then.
    pub(crate) fn is_hung_up(&mut self) -> String {
        self.control.event("CALL_CLOSED", PATIENCE)["param"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether nothing rings here, judged once other facts are known.
    pub(crate) fn was_never_rung(&mut self) -> bool {
        self.control.event_within("CALL_INCOMING", Duration::from_millis(1)).is_none()
    }

    /// Switches it off; what it heard.
    pub(crate) fn switch_off(mut self) -> Sound {
        self.control.order("quit", "");
        self.program.ended(PATIENCE);
        self.heard()
    }

    fn heard(&self) -> Sound {
        let mut files: Vec<_> = std::fs::read_dir(self.folder.path().join("rec"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        files.sort();
        Sound(files.iter().flat_map(|file| Sound::of_wav(&std::fs::read(file).unwrap()).0).collect())
    }
}

/// SIP over TLS listens on the next port; then come the control port and those for sound.
fn config(folder: &Path, listens: SocketAddr) -> String {
    let (folder, port) = (folder.display(), listens.port());
    let mut text = format!(
        "poll_method epoll\nsip_listen {listens}\ncall_local_timeout 120\ncall_max_calls 4\n\
         audio_player aubridge,nul-a\naudio_source aufile,{folder}/tone.wav\naudio_alert aubridge,nul-a\n\
         ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n\
         rtp_ports {}-{}\nrtcp_mux no\njitter_buffer_delay 5-10\nmodule_path {}\n\
         ctrl_tcp_listen 127.0.0.1:{}\nsnd_path {folder}/rec\nmodule_tmp account.so\n",
        port + 4,
        port + 29,
        modules().display(),
        port + 2,
    );
    for module in ["g711", "aufile", "aubridge", "sndfile", "uuid"] {
        writeln!(text, "module {module}.so").unwrap();
    }
    for module in ["contact", "debug_cmd", "menu", "ctrl_tcp"] {
        writeln!(text, "module_app {module}.so").unwrap();
    }
    text
}

/// Where the system keeps baresip's modules.
fn modules() -> &'static Path {
    let places = [
        "/usr/lib/baresip/modules",
        "/usr/lib/x86_64-linux-gnu/baresip/modules",
        "/usr/lib/aarch64-linux-gnu/baresip/modules",
        "/usr/local/lib/baresip/modules",
    ];
    let found = places.into_iter().map(Path::new).find(|place| place.join("ctrl_tcp.so").exists());
    found.expect("baresip's modules are not installed")
}

fn account(line: &Line, server: SocketAddr) -> String {
    let mut text = format!("<sip:{}@{server};transport={}>", line.user, line.transport);
    match &line.password {
        Some(password) => write!(text, ";auth_pass={password};regint={}", line.expires),
        None => write!(text, ";regint=0"),
    }
    .unwrap();
    let answer = if line.auto_answer { "auto" } else { "manual" };
    format!("{text};answermode={answer};audio_codecs=PCMU/8000/1,PCMA/8000/1\n")
}
