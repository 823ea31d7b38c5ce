//! When two URIs mean the same (RFC 3261 §19.1.4, RFC 3966 §4).

use super::escape::unescaped_bytes;
use super::{SipUri, TelUri, Uri};

impl Uri {
    /// Returns whether both mean the same: by RFC 3261 §19.1.4 for SIP and SIPS, RFC 3966 §4 for
    /// tel, letter by letter for others.
    pub fn is_equivalent(&self, other: &Self) -> bool {
        equivalent(self, other)
    }
}

fn equivalent(a: &Uri, b: &Uri) -> bool {
    if a == b {
        return true;
    }
    match (a, b) {
        (Uri::Sip(a), Uri::Sip(b)) => sip(a, b),
        (Uri::Tel(a), Uri::Tel(b)) => tel(a, b),
        (Uri::Other(a), Uri::Other(b)) => a == b,
        _ => false,
    }
}

fn sip(a: &SipUri, b: &SipUri) -> bool {
    a.is_secure() == b.is_secure()
        && same_bytes(a.user(), b.user())
        && same_bytes(a.password(), b.password())
        && a.host() == b.host()
        && a.port() == b.port()
        && params_agree(a, b)
        && params_agree(b, a)
        && headers(a) == headers(b)
}

/// User and password compare with case, escapes undone.
fn same_bytes(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || unescaped_bytes(a) == unescaped_bytes(b),
        (None, None) => true,
        _ => false,
    }
}

/// Undoes the escapes and gives the bytes in lower case.
fn folded(text: &str) -> Vec<u8> {
    unescaped_bytes(text).to_ascii_lowercase()
}

/// Returns whether the parameters agree: those that both URIs have must be equal; `user`, `ttl`,
/// `method`, `maddr` and `transport` must not be on one side only.
fn params_agree(a: &SipUri, b: &SipUri) -> bool {
    const MUST_MATCH: [&[u8]; 5] = [b"user", b"ttl", b"method", b"maddr", b"transport"];
    a.params().iter().all(|mine| {
        let name = folded(mine.name);
        match b.params().iter().find(|theirs| folded(theirs.name) == name) {
            Some(theirs) => mine.value.map(folded) == theirs.value.map(folded),
            None => !MUST_MATCH.contains(&name.as_slice()),
        }
    })
}

/// Sorts the URI's headers: they must be equal, their order does not matter.
fn headers(uri: &SipUri) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pair = |header: &str| {
        let (name, value) = header.split_once('=').unwrap_or((header, ""));
        (folded(name), unescaped_bytes(value))
    };
    let mut headers: Vec<_> = uri.headers().into_iter().flat_map(|all| all.split('&')).map(pair).collect();
    headers.sort_unstable();
    headers
}

fn tel(a: &TelUri, b: &TelUri) -> bool {
    let params = |uri: &TelUri| {
        let mut params: Vec<_> =
            uri.params().iter().map(|param| (folded(param.name), param.value.map(folded))).collect();
        params.sort_unstable();
        params
    };
    a.digits().eq_ignore_ascii_case(&b.digits()) && params(a) == params(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        equivalent(&Uri::parse(a).unwrap(), &Uri::parse(b).unwrap())
    }

    #[test]
    fn the_equal_pairs_of_rfc_3261_are_equal() {
        for (a, b) in [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
            ("sip:[2001:db8::1]", "sip:[2001:DB8:0::1]"),
            ("tel:+1-201-555-0123", "TEL:+1(201)5550123"),
        ] {
            assert!(same(a, b) && same(b, a), "{a} {b}");
        }
    }

    #[test]
    fn the_unequal_pairs_of_rfc_3261_are_unequal() {
        for (a, b) in [
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
            ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
            ("tel:+12015550123", "tel:12015550123"),
        ] {
            assert!(!same(a, b) && !same(b, a), "{a} {b}");
        }
    }
}
