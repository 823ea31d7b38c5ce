//! The limit of open files: raised at the start, and what is too low is said in words.

use crate::rig::server::Server;
use crate::rig::tcp_line::TcpLine;
use std::time::Duration;

/// Connections that a server with 256 files could not hold.
const CONNECTIONS: u16 = 300;

fn limit_of(server: &Server) -> (u64, u64) {
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.process().id())).unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let mut numbers = line.split_whitespace().map(|word| word.parse().unwrap_or(0));
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn server_holds_more_files_than_its_soft_limit_was() {
    let server = Server::with_files(256, 4096, 200);
    assert_eq!(limit_of(&server), (4096, 4096));
    let mut phones: Vec<TcpLine> = (0..CONNECTIONS).map(|_| TcpLine::open(server.sip())).collect();
    for (n, phone) in phones.iter_mut().enumerate() {
        let (server, local) = (server.sip(), phone.address());
        phone.send(&format!(
            "OPTIONS sip:{server} SIP/2.0\r\nVia: SIP/2.0/TCP {local};branch=z9hG4bKfiles{n}\r\nMax-Forwards: 70\r\n\
             From: <sip:a@{server}>;tag=1\r\nTo: <sip:{server}>\r\nCall-ID: files-{n}\r\nCSeq: 1 OPTIONS\r\n\
             Content-Length: 0\r\n\r\n"
        ));
    }
    for (n, phone) in phones.iter_mut().enumerate() {
        let answer = phone.message_within(Duration::from_secs(10));
        let code = answer.and_then(|answer| answer.status()).map(|status| status.code());
        assert_eq!(code, Some(200), "connection {n} of {CONNECTIONS}");
    }
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.process().id())).unwrap().count();
    assert!(open > usize::from(CONNECTIONS), "{open} files are open");
    assert!(!server.process().said().contains("files may be open"), "{}", server.process().said());
}

#[test]
fn hard_limit_that_is_too_low_for_the_media_ports_is_told_at_the_start() {
    let server = Server::with_files(256, 700, 1000);
    let said = server.process().said();
    let warning = said.lines().find(|line| line.contains("700 files may be open")).expect(&said);
    for word in ["WARN", "1000 media ports", "about 111 calls", "ulimit -Hn", "rtp-ports"] {
        assert!(warning.contains(word), "{word} is missing in: {warning}");
    }
}
