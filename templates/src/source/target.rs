//! The URL of a question: placeholders replaced, and the host held to what the source allows.

use super::Refusal;
use pbx_core::directory::Source;
use reqwest::Url;
use std::collections::BTreeMap;

/// The URL to ask.
pub(super) fn url(source: &Source, args: &BTreeMap<String, String>) -> Result<Url, Refusal> {
    let filled = fill(&source.url, |name| match args.get(name) {
        Some(value) if !value.is_empty() => Ok(encoded(value)),
        _ => Err(Refusal::MissingArgument),
    })?;
    let url = parse(&filled)?;
    let (one, other) = (sample(&source.url, "x")?, sample(&source.url, "y")?);
    // The URL's own host is what no argument changes.
    let own = (one.host_str() == other.host_str()).then(|| one.host_str()).flatten();
    let host = url.host_str().ok_or(Refusal::BadUrl)?;
    if own != Some(host) && !source.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) {
        return Err(Refusal::HostRefused);
    }
    // `.` and `..` are taken out of a path even when they are encoded (RFC 3986 §5.2.4): that would be another place.
    let depth = |url: &Url| url.path_segments().map(Iterator::count);
    if depth(&url) != depth(&one) || url.scheme() != one.scheme() || url.port() != one.port() {
        return Err(Refusal::BadArgument);
    }
    Ok(url)
}

fn sample(template: &str, value: &str) -> Result<Url, Refusal> {
    parse(&fill(template, |_| Ok(value.to_owned()))?)
}

fn parse(text: &str) -> Result<Url, Refusal> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(Refusal::BadUrl),
    }
}

/// Replaces each `{name}`.
fn fill(template: &str, value: impl Fn(&str) -> Result<String, Refusal>) -> Result<String, Refusal> {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(Refusal::BadUrl)?;
        filled.push_str(before);
        filled.push_str(&value(name)?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3): `+` becomes `%2B`.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::directory::SourceKind;
    use pbx_core::ids::SourceId;

    fn asked(template: &str, allowed: &[&str], number: &str) -> Result<String, Refusal> {
        let source = Source {
            id: SourceId::of_key("s"),
            slug: "s".to_owned(),
            kind: SourceKind::HttpJson,
            url: template.to_owned(),
            timeout_ms: 800,
            allowed_hosts: allowed.iter().map(|host| (*host).to_owned()).collect(),
            allow_private: false,
        };
        url(&source, &BTreeMap::from([("number".to_owned(), number.to_owned())])).map(String::from)
    }

    #[test]
    fn a_plus_is_encoded() {
        assert_eq!(asked("http://crm.example/c/{number}", &[], "+4930"), Ok("http://crm.example/c/%2B4930".to_owned()));
        let query = asked("https://crm.example:8443/c?n={number}&x=1", &[], "a b&c/ü");
        assert_eq!(query, Ok("https://crm.example:8443/c?n=a%20b%26c%2F%C3%BC&x=1".to_owned()));
    }

    #[test]
    fn an_argument_cannot_lead_elsewhere() {
        assert_eq!(asked("http://crm.example/c/{number}", &[], ".."), Err(Refusal::BadArgument));
        assert_eq!(asked("http://crm.example/c/{number}/x", &[], "."), Err(Refusal::BadArgument));
        assert_eq!(asked("http://{number}.crm.example/", &[], "evil"), Err(Refusal::HostRefused));
        assert_eq!(asked("http://{number}/", &[], "evil.example"), Err(Refusal::HostRefused));
        assert!(asked("http://{number}/", &["good.example"], "good.example").is_ok());
        assert!(asked("http://{number}/", &["good.example"], "good.example:81").is_err());
    }

    #[test]
    fn what_is_no_question_is_refused() {
        assert_eq!(asked("http://crm.example/{number}", &[], ""), Err(Refusal::MissingArgument));
        assert_eq!(asked("http://crm.example/{other}", &[], "1"), Err(Refusal::MissingArgument));
        assert_eq!(asked("file:///etc/{number}", &[], "1"), Err(Refusal::BadUrl));
        assert_eq!(asked("http://crm.example/{number", &[], "1"), Err(Refusal::BadUrl));
    }
}
