//! Who asks, and whether by HTTPS: as the connection says it, or as a proxy says it whom the operator trusts.
//!
//! TLS ends at a proxy before the console, so what the connection says is true of the proxy alone. A proxy of the
//! operator's list is believed in `X-Forwarded-For` and `X-Forwarded-Proto`, which every common proxy writes; from anybody
//! else these headers are what they are, a claim, and are not read at all. That there is HTTPS is learnt from each request
//! and set nowhere: so whoever comes past the proxy (through a tunnel, say) can still log in by plain HTTP, and no setting
//! can contradict what the proxy does.

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use pbx_core::base::network::Network;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Client {
    /// The address that it has for us, or for the outermost proxy that is trusted.
    pub(crate) address: IpAddr,
    /// It came by HTTPS: cookies are marked secure, and the browser is told to stay with it.
    pub(crate) https: bool,
}

impl Client {
    /// Of a request. One that came over no connection (a test's) has the address of nobody.
    pub(crate) fn of(request: &Request, proxies: &[Network]) -> Self {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip().to_canonical());
        Self::behind(peer, request.headers(), proxies)
    }

    /// The client is the last address that was not written by one of ours: each proxy adds, at the end, the address that it
    /// was reached from, so what stands before the first stranger is that stranger's word.
    fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let is_ours = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
        let (mut address, mut proxies_passed) = (peer, 0);
        if !is_ours(peer) {
            return Self { address, https: false };
        }
        for hop in backwards(headers, FORWARDED_FOR) {
            // Who wrote what is no address cannot be told, so nothing before it counts.
            let Some(before) = parsed(hop) else { break };
            address = before;
            if !is_ours(before) {
                break;
            }
            proxies_passed += 1;
        }
        // One value for each proxy, or one that was handed on: the client's own way is what the outermost of ours saw.
        let seen = backwards(headers, FORWARDED_PROTO).take(proxies_passed + 1).last();
        Self { address, https: seen.is_some_and(|proto| proto.eq_ignore_ascii_case("https")) }
    }
}

/// Warns of a proxy that nobody has listed: all who come through it look like one source, so that the
/// wrong passwords of one would lock out the others.
#[derive(Clone, Default)]
pub(crate) struct UnlistedProxy(Arc<OnceLock<()>>);

impl UnlistedProxy {
    /// Looks at a request; says it once, since anybody can write the header.
    pub(crate) fn look_for(&self, request: &Request, client: Client) {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
        let claims = request.headers().contains_key(FORWARDED_FOR) && peer == Some(client.address);
        if claims {
            self.0.get_or_init(|| {
                tracing::warn!(
                    peer = %client.address,
                    "a request says by X-Forwarded-For that it came through a proxy, and its sender is none of \
                     http-proxies: if it is the TLS proxy before the console, list it there; until then all who come \
                     through it are one source, and wrong passwords of one lock out the others"
                );
            });
        }
    }
}

/// The values of a list that may stand in several headers (RFC 9110 §5.3), the last one first. Bytes that are no text are
/// an empty value.
fn backwards<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("?")).collect();
    lines.into_iter().rev().flat_map(|line| line.rsplit(',')).map(str::trim).filter(|value| !value.is_empty())
}

/// An address as proxies write it: bare, in brackets, or with a port.
fn parsed(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse::<IpAddr>().or_else(|_| hop.parse::<SocketAddr>().map(|with_port| with_port.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    /// The client as seen with the proxies 127.0.0.1 and 10.0.0.0/8.
    fn seen(peer: &str, forwarded_for: &[&str], proto: &[&str]) -> (String, bool) {
        let mut headers = HeaderMap::new();
        for (name, lines) in [(FORWARDED_FOR, forwarded_for), (FORWARDED_PROTO, proto)] {
            for line in lines {
                headers.append(name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
            }
        }
        let proxies = ["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let client = Client::behind(peer.parse::<IpAddr>().unwrap().to_canonical(), &headers, &proxies);
        (client.address.to_string(), client.https)
    }

    fn address(peer: &str, forwarded_for: &[&str]) -> String {
        seen(peer, forwarded_for, &[]).0
    }

    #[test]
    fn strangers_are_not_believed() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"], &["https"]), ("203.0.113.9".to_owned(), false));
    }

    #[test]
    fn the_last_address_that_is_none_of_our_proxies_is_the_client() {
        let lines: [(&[&str], &str); 9] = [
            (&[], "127.0.0.1"),
            (&["203.0.113.9"], "203.0.113.9"),
            (&["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            (&["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
            (&["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            (&["203.0.113.9", "10.0.0.2", "10.0.0.3"], "203.0.113.9"),
            (&["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["::ffff:203.0.113.9"], "203.0.113.9"),
        ];
        for (given, client) in lines {
            assert_eq!(address("127.0.0.1", given), client, "{given:?}");
        }
        assert_eq!(address("::ffff:127.0.0.1", &["203.0.113.9"]), "203.0.113.9", "a proxy that came over IPv6");
    }

    #[test]
    fn ports_and_brackets_are_understood_and_garbage_ends_the_search() {
        let lines: [(&str, &str); 9] = [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("203.0.113.9,, ,", "203.0.113.9"),
            ("198.51.100.1, unknown", "127.0.0.1"),
            ("198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"),
            ("198.51.100.1, unknown, 203.0.113.9", "203.0.113.9"),
            ("999.1.1.1", "127.0.0.1"),
            ("198.51.100.1, \u{fc}", "127.0.0.1"),
        ];
        for (given, client) in lines {
            assert_eq!(address("127.0.0.1", &[given]), client, "{given:?}");
        }
    }

    #[test]
    fn https_is_what_the_outermost_of_our_proxies_saw() {
        let proto = |hops: &[&str], proto: &[&str]| seen("127.0.0.1", hops, proto).1;
        assert!(proto(&["203.0.113.9"], &["https"]));
        assert!(proto(&["203.0.113.9"], &["HTTPS"]));
        assert!(!proto(&["203.0.113.9"], &["http"]));
        assert!(!proto(&["203.0.113.9"], &[]));
        assert!(!proto(&["203.0.113.9"], &["httpss"]));
        assert!(proto(&["203.0.113.9, 10.0.0.2"], &["https"]), "the inner proxy handed it on");
        assert!(proto(&["203.0.113.9, 10.0.0.2"], &["https, http"]), "between the two proxies it was HTTP");
        assert!(!proto(&["203.0.113.9"], &["https", "http"]), "the client wrote the first one itself");
    }
}
