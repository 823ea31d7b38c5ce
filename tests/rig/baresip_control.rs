//! baresip's remote control: JSON in netstrings over TCP.

use super::watch::Deadline;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A connection to a phone's remote control.
pub(crate) struct Control {
    name: String,
    stream: TcpStream,
    incoming: Receiver<Value>,
    unread: Vec<Value>,
    everything: Vec<String>,
}

impl Control {
    pub(crate) fn connect(name: &str, address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap_or_else(|e| panic!("{name} has no remote control: {e}"));
        let reader = BufReader::new(stream.try_clone().unwrap());
        let (sender, incoming) = channel();
        std::thread::spawn(move || {
            let mut reader = reader;
            while let Some(message) = read(&mut reader) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { name: name.to_owned(), stream, incoming, unread: Vec::new(), everything: Vec::new() }
    }

    /// Gives a command. The phone's answers are events like others.
    pub(crate) fn order(&mut self, command: &str, params: &str) {
        let text = json!({"command": command, "params": params, "token": command}).to_string();
        self.everything.push(format!("→ {text}"));
        self.stream.write_all(format!("{}:{text},", text.len()).as_bytes()).unwrap();
    }

    /// The next event of this type that nobody waited for yet.
    #[track_caller]
    pub(crate) fn event(&mut self, kind: &str, limit: Duration) -> Value {
        self.event_within(kind, limit).unwrap_or_else(|| {
            panic!("{}: no {kind} within {limit:?}; seen:\n{}", self.name, self.everything.join("\n"))
        })
    }

    /// The same, or none.
    pub(crate) fn event_within(&mut self, kind: &str, limit: Duration) -> Option<Value> {
        self.first(limit, |event| event["type"] == kind)
    }

    /// The next session description of the far end, an `offer` or an `answer`.
    #[track_caller]
    pub(crate) fn session(&mut self, role: &str, limit: Duration) {
        let found = self.first(limit, |event| event["type"] == "CALL_REMOTE_SDP" && event["param"] == role);
        assert!(found.is_some(), "{}: no {role} within {limit:?}; seen:\n{}", self.name, self.everything.join("\n"));
    }

    fn first(&mut self, limit: Duration, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let deadline = Deadline::after(limit);
        loop {
            if let Some(at) = self.unread.iter().position(&fits) {
                return Some(self.unread.remove(at));
            }
            let message = self.incoming.recv_timeout(deadline.left()?).ok()?;
            self.everything.push(message.to_string());
            if message["event"] == true {
                self.unread.push(message);
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- events of {}:\n{}\n---", self.name, self.everything.join("\n"));
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = Vec::new();
    reader.read_until(b':', &mut length).ok()?;
    let length: usize = std::str::from_utf8(&length).ok()?.trim_end_matches(':').parse().ok()?;
    let mut text = vec![0; length + 1];
    reader.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text[..length]).ok()
}
