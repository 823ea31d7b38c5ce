//! Who reaches this server without the NAT before it, and so is told its own address.

use pbx_core::base::network::{BadNetwork, Network};

/// Networks that are no part of the internet: RFC 1918, RFC 3927, RFC 4193, and IPv6's link-local addresses. Those of RFC 6598
/// (100.64.0.0/10) are not among them: they are the carriers' side of a NAT.
pub(super) const PRIVATE: &str = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10";

/// The same, read.
pub(super) fn private() -> Vec<Network> {
    PRIVATE.split(' ').filter_map(|network| network.parse().ok()).collect()
}

/// Reads the list; `none` alone is an empty one.
pub(super) fn read(values: &[&str]) -> Result<Vec<Network>, String> {
    match values {
        ["none"] => Ok(Vec::new()),
        values => values.iter().map(|text| text.parse().map_err(|wrong: BadNetwork| wrong.to_string())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_local_and_the_internet_is_not() {
        let is_local = |ip: &str| private().iter().any(|network| network.contains(ip.parse().unwrap()));
        for ip in ["10.1.2.3", "172.31.0.1", "192.168.1.9", "169.254.7.7", "fd12::1", "fe80::1"] {
            assert!(is_local(ip), "{ip}");
        }
        for ip in ["9.255.255.255", "172.32.0.1", "192.169.0.1", "203.0.113.5", "100.64.0.1", "2001:db8::1"] {
            assert!(!is_local(ip), "{ip}");
        }
        assert_eq!(private().len(), PRIVATE.split(' ').count());
    }

    #[test]
    fn list_may_be_empty_and_holds_networks_alone() {
        assert_eq!(read(&["none"]), Ok(Vec::new()));
        assert_eq!(read(&["192.168.7.0/24", "fd00::/8"]).unwrap().len(), 2);
        for wrong in [&["none", "10.0.0.0/8"][..], &["192.168.7.1/24"], &["office"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
