//! Proxies before the console. A list that covers every address, or of which none can reach the console, is a mistake.

use super::Config;
use pbx_core::base::network::{BadNetwork, Network};
use std::net::{IpAddr, Ipv6Addr};

/// Reads the list.
pub(super) fn networks(values: &[&str]) -> Result<Vec<Network>, String> {
    let network = |text: &&str| {
        let network: Network = text.parse().map_err(|wrong: BadNetwork| wrong.to_string())?;
        if network.is_everybody() {
            return Err(format!("{text} is everybody: whoever asks could claim to be somebody else"));
        }
        Ok(network)
    };
    super::table::all(values.iter().map(network))
}

impl Config {
    /// Why no proxy would ever be believed, if so: none of them can reach the console's address.
    pub(super) fn unreachable_proxies(&self) -> Option<String> {
        let any = self.http_proxies.is_empty() || self.http_proxies.iter().any(|proxy| self.is_reached_by(proxy));
        (!any).then(|| format!("http {} cannot be reached from any address of http-proxies", self.http))
    }

    fn is_reached_by(&self, proxy: &Network) -> bool {
        match self.http.ip().to_canonical() {
            IpAddr::V4(here) if here.is_loopback() => proxy.overlaps(&Network::LOOPBACK),
            IpAddr::V4(_) => proxy.is_ipv4(),
            // This one receives IPv4 too.
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => true,
            IpAddr::V6(Ipv6Addr::LOCALHOST) => proxy.contains(Ipv6Addr::LOCALHOST.into()),
            IpAddr::V6(_) => !proxy.is_ipv4(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(http: &str, proxies: &[&str]) -> Config {
        let http_proxies = networks(proxies).unwrap();
        Config { http: http.parse().unwrap(), http_proxies, ..Config::default() }
    }

    #[test]
    fn proxies_that_cannot_reach_the_console_are_a_mistake() {
        for (http, proxies) in [
            ("127.0.0.1:8080", &[][..]),
            ("127.0.0.1:8080", &["127.0.0.1"]),
            ("127.0.0.1:8080", &["::1", "127.0.0.0/8"]),
            ("[::1]:8080", &["::1"]),
            ("0.0.0.0:8080", &["10.0.0.0/8"]),
            ("192.0.2.7:8080", &["192.0.2.8"]),
            ("[::]:8080", &["10.0.0.1"]),
            ("[2001:db8::7]:8080", &["2001:db8::8"]),
        ] {
            assert_eq!(with(http, proxies).unreachable_proxies(), None, "{http} {proxies:?}");
        }
        for (http, proxies) in [
            ("127.0.0.1:8080", &["10.0.0.1"][..]),
            ("127.0.0.1:8080", &["::1"]),
            ("[::1]:8080", &["127.0.0.1"]),
            ("0.0.0.0:8080", &["2001:db8::8"]),
            ("[2001:db8::7]:8080", &["192.0.2.8"]),
        ] {
            assert!(with(http, proxies).unreachable_proxies().is_some(), "{http} {proxies:?}");
        }
    }

    #[test]
    fn everybody_is_no_proxy() {
        for text in ["0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy.example.com"] {
            assert!(networks(&["127.0.0.1", text]).is_err(), "{text}");
        }
    }
}
