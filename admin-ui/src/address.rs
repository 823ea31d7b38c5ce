//! Parts of URLs and forms: escaping, and a field out of a body.

use std::fmt::Write as _;

/// A text as one value of a query (RFC 3986 §2.1).
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// A query of these pairs, without those that are empty.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let filled: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    filled.join("&")
}

/// Every field of a URL-encoded form; none where it cannot be read.
pub(crate) fn fields(body: &[u8]) -> Option<Vec<(String, String)>> {
    let uri = format!("/?{}", std::str::from_utf8(body).ok()?).parse().ok()?;
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok().map(|axum::extract::Query(pairs)| pairs)
}

/// One field of a URL-encoded form.
pub(crate) fn field(body: &[u8], name: &str) -> Option<String> {
    fields(body)?.into_iter().find_map(|(known, value)| (known == name).then_some(value))
}

/// Where to go after the log-in: a path of ours, never another site's.
pub(crate) fn own_path(next: &str) -> Option<&str> {
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    ours.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_query_is_escaped() {
        assert_eq!(escape("/t/acme?x=ü&y"), "/t/acme%3Fx%3D%C3%BC%26y");
        assert_eq!(query(&[("text", "a b"), ("from", "")]), "text=a%20b");
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(own_path("/t/acme"), Some("/t/acme"));
        for evil in ["//evil.test", "https://evil.test", "/\\evil.test", "/\t/evil.test", ""] {
            assert_eq!(own_path(evil), None, "{evil}");
        }
    }

    #[test]
    fn a_field_is_found_in_a_form() {
        assert_eq!(field(b"a=1&csrf=x%20y", "csrf"), Some("x y".to_owned()));
        assert_eq!(field(b"a=1", "csrf"), None);
    }
}
