//! Which HTTP header may carry a data source's secret, and what it may say.

/// What belongs to the connection or the client, not to the source (RFC 9110 §7.6.1, §10.1, §12.5).
const TAKEN: [&str; 17] = [
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "range",
    "accept",
    "accept-encoding",
    "user-agent",
];

/// RFC 9110 §5.6.2 `token`, and none of those that the client writes itself.
pub(super) fn check_name(name: &str) -> Result<(), &'static str> {
    let token = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    if !(1..=64).contains(&name.len()) || !name.bytes().all(token) {
        return Err("is no name of a header: write it like X-Api-Key");
    }
    if TAKEN.iter().any(|taken| name.eq_ignore_ascii_case(taken)) {
        return Err("is a header that the client writes itself: choose another");
    }
    Ok(())
}

/// RFC 9110 §5.5 `field-value` of ASCII: no line breaks, no blank at either end.
pub(in crate::change) fn is_header_value(text: &str) -> bool {
    (1..=4096).contains(&text.len()) && text.bytes().all(|c| (b' '..=b'~').contains(&c)) && text.trim() == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_cannot_become_a_second_header() {
        for good in ["Authorization", "X-Api-Key", "apikey"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", "X Key", "X:", "Key\r\nX", "hôst", "Host", "content-LENGTH", "Transfer-Encoding", "Connection"]
        {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        assert!(is_header_value("Bearer 123"));
        for bad in ["", " ", "a ", "a\r\nX: b", "a\nb", "a\0", "a\tb", "ä", &"x".repeat(4097)] {
            assert!(!is_header_value(bad), "{bad:?}");
        }
    }
}
