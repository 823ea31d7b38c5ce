//! A browser at the console of a running server: HTTP as it is on the wire, cookies and forms; follows nothing.

use super::watch::Deadline;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take: passwords are checked slowly on purpose.
const PATIENCE: Duration = Duration::from_secs(20);

/// One browser.
pub(crate) struct Console {
    server: SocketAddr,
    cookies: BTreeMap<String, String>,
    /// What a proxy would add to each request.
    more: String,
    csrf: String,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Status line and headers, as they came.
    pub(crate) head: String,
    pub(crate) text: String,
}

impl Page {
    /// The row of a table that holds this word as a whole cell or mark.
    #[track_caller]
    pub(crate) fn row(&self, word: &str) -> &str {
        let found = self.text.split("<tr>").skip(1).find(|row| row.contains(&format!(">{word}<")));
        found.unwrap_or_else(|| panic!("no row says {word}:\n{}", self.text))
    }
}

impl Console {
    pub(crate) fn open(server: SocketAddr) -> Self {
        Self { server, cookies: BTreeMap::new(), more: String::new(), csrf: String::new() }
    }

    /// The same behind a proxy, which adds these lines to every request.
    pub(crate) fn behind(server: SocketAddr, lines: &str) -> Self {
        Self { more: lines.to_owned(), ..Self::open(server) }
    }

    /// Logged in; it must work.
    #[track_caller]
    pub(crate) fn logged_in(server: SocketAddr, email: &str, password: &str) -> Self {
        let mut console = Self::open(server);
        let answer = console.log_in(email, password);
        assert_eq!(answer.status, 303, "{email} cannot log in:\n{}", answer.text);
        console
    }

    /// Fills the log-in form in.
    pub(crate) fn log_in(&mut self, email: &str, password: &str) -> Page {
        self.get("/login");
        let form = format!("email={email}&password={password}&csrf={}", self.csrf);
        let length = form.len();
        self.ask(
            "POST",
            "/login",
            &format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"),
        )
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, "\r\n")
    }

    fn ask(&mut self, method: &str, path: &str, rest: &str) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (server, more, cookies) = (self.server, &self.more, cookies.join("; "));
        let mut stream = TcpStream::connect(server).unwrap();
        // HTTP/1.0: the answer ends where the connection does, and comes in one piece.
        write!(stream, "{method} {path} HTTP/1.0\r\nHost: {server}\r\nCookie: {cookies}\r\n{more}{rest}").unwrap();
        let page = read(stream);
        for line in page.head.lines() {
            let Some(cookie) = line.strip_prefix("set-cookie: ") else { continue };
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if let Some((_, rest)) = page.text.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap().to_owned();
        }
        page
    }
}

fn read(mut stream: TcpStream) -> Page {
    let (deadline, mut bytes, mut buffer) = (Deadline::after(PATIENCE), Vec::new(), [0; 4096]);
    loop {
        stream.set_read_timeout(Some(deadline.left().expect("the console did not answer in time"))).unwrap();
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
    let answer = String::from_utf8(bytes).unwrap();
    let (head, text) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    Page { status, head: head.to_owned(), text: text.to_owned() }
}
