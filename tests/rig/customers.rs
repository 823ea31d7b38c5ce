//! A customer service such as a company has: HTTP, one question a connection.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// How it behaves.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    /// It knows one gold customer, [`GOLD`], whose account manager is on 101.
    Knowing,
    /// It accepts connections and never says a word.
    Mute,
}

/// The number of the gold customer.
pub(crate) const GOLD: &str = "+493023125001";

/// The running service.
pub(crate) struct Customers {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Customers {
    /// Serves until the test's process ends.
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            while let Ok((stream, _)) = listener.accept() {
                match manner {
                    Manner::Knowing => answer(stream, &heard),
                    Manner::Mute => kept.push(stream),
                }
            }
        });
        Self { address, asked }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A client that breaks off is no matter of ours.
fn answer(mut stream: TcpStream, heard: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let path = lines.next().and_then(|line| line.split(' ').nth(1).map(str::to_owned)).unwrap_or_default();
    lines.for_each(drop);
    let known = path.ends_with(&GOLD.replace('+', "%2B"));
    heard.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    let (status, body) = if known {
        ("200 OK", r#"{"name":"Nordwind Logistik","tier":"gold","account_manager":"101"}"#)
    } else {
        ("404 Not Found", "{}")
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    drop(write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()));
}
