//! The little SDP that a phone for G.711 needs.

use super::tone::Law;
use std::net::{IpAddr, SocketAddr};

/// Our description: the given law or both, sending and receiving.
pub(super) fn offer(address: SocketAddr, law: Option<Law>) -> String {
    let (ip, port) = (address.ip(), address.port());
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    let payloads = law.map_or_else(|| "8 0".to_owned(), |law| law.payload().to_string());
    format!(
        "v=0\r\no=phone {port} 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP {payloads}\r\na=ptime:20\r\na=sendrecv\r\n"
    )
}

/// Where the far end listens, and in which law it wants to be spoken to; none if it has no audio for us.
pub(super) fn read(sdp: &[u8]) -> Option<(SocketAddr, Law)> {
    let text = std::str::from_utf8(sdp).ok()?;
    let mut ip: Option<IpAddr> = None;
    let mut audio = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("c=IN ") {
            ip = rest.split_whitespace().nth(1).and_then(|ip| ip.parse().ok());
        } else if let Some(rest) = line.strip_prefix("m=audio ") {
            let mut words = rest.split_whitespace();
            let port: u16 = words.next()?.parse().ok()?;
            let law = words.skip(1).filter_map(|w| w.parse().ok()).find_map(Law::of_payload)?;
            audio = Some((port, law));
        }
    }
    let (port, law) = audio?;
    (port != 0).then_some((SocketAddr::new(ip?, port), law))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_offer_reads_back() {
        let address = "127.0.0.1:4000".parse().unwrap();
        assert_eq!(read(offer(address, None).as_bytes()), Some((address, Law::A)));
        assert_eq!(read(offer(address, Some(Law::Mu)).as_bytes()), Some((address, Law::Mu)));
    }

    #[test]
    fn a_rejected_line_is_no_audio() {
        assert_eq!(read(b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 0\r\n"), None);
    }
}
