//! The URL of a question: placeholders replaced, and the host held to what the source allows.

use super::Refusal;
use pbx_core::directory::Source;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use url::Url;

/// Frames that are remembered. They are forgotten all at once: a server with more sources only reads some again.
const MOST: usize = 10_000;

/// What of a source's URL stays the same whatever the arguments are.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Frame {
    scheme: String,
    /// The URL's own host; none where an argument is part of it.
    host: Option<String>,
    port: Option<u16>,
    /// Segments of the path.
    depth: Option<usize>,
}

impl Frame {
    fn of(template: &str) -> Result<Self, Refusal> {
        let (one, other) = (sample(template, "x")?, sample(template, "y")?);
        let host = one.host_str().filter(|host| other.host_str() == Some(host));
        Ok(Self {
            scheme: one.scheme().to_owned(),
            host: host.map(str::to_owned),
            port: one.port(),
            depth: depth(&one),
        })
    }

    /// Whether the URL leads to the source's own host, if it may lead there at all.
    fn check(&self, url: &Url, allowed_hosts: &[String]) -> Result<bool, Refusal> {
        let host = url.host_str().ok_or(Refusal::BadUrl)?;
        let own = self.host.as_deref() == Some(host);
        if !own && !allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) {
            return Err(Refusal::HostRefused);
        }
        // `.` and `..` are taken out of a path even when they are encoded (RFC 3986 §5.2.4): that would be another place.
        if self.depth != depth(url) || self.scheme != url.scheme() || self.port != url.port() {
            return Err(Refusal::BadArgument);
        }
        Ok(own)
    }
}

/// Where a question goes.
pub(super) struct Target {
    /// The URL to ask.
    pub(super) url: Url,
    /// Whether it is at the source's own host, which alone is told the source's secret.
    pub(super) own: bool,
}

/// The frames of the URLs that were asked so far.
#[derive(Default)]
pub(super) struct Frames(Mutex<HashMap<String, Frame>>);

impl Frames {
    /// Where to ask.
    pub(super) fn target(&self, source: &Source, args: &BTreeMap<String, String>) -> Result<Target, Refusal> {
        let filled = fill(&source.url, |name| match args.get(name) {
            Some(value) if !value.is_empty() => Ok(encoded(value)),
            _ => Err(Refusal::MissingArgument),
        })?;
        let url = parse(&filled)?;
        let mut frames = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !frames.contains_key(&source.url) {
            if frames.len() >= MOST {
                frames.clear();
            }
            frames.insert(source.url.clone(), Frame::of(&source.url)?);
        }
        let own = frames[&source.url].check(&url, &source.allowed_hosts)?;
        Ok(Target { url, own })
    }
}

fn depth(url: &Url) -> Option<usize> {
    url.path_segments().map(Iterator::count)
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
    use pbx_core::base::ids::SourceId;
    use pbx_core::directory::{SECRET_HEADER, SourceKind};

    fn source(template: &str, allowed: &[&str]) -> Source {
        Source {
            id: SourceId::of_key("s"),
            slug: "s".to_owned(),
            kind: SourceKind::HttpJson,
            url: template.to_owned(),
            timeout_ms: 800,
            allowed_hosts: allowed.iter().map(|host| (*host).to_owned()).collect(),
            allow_private: false,
            default: None,
            header: SECRET_HEADER.to_owned(),
            secret: None,
        }
    }

    fn asked(template: &str, allowed: &[&str], number: &str) -> Result<String, Refusal> {
        let source = source(template, allowed);
        let args = BTreeMap::from([("number".to_owned(), number.to_owned())]);
        Frames::default().target(&source, &args).map(|target| String::from(target.url))
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
    fn only_the_sources_own_host_is_its_own() {
        for (template, allowed, own) in
            [("http://crm.example/{number}", "a.example", true), ("http://{number}/", "good.example", false)]
        {
            let source = source(template, &[allowed]);
            let args = BTreeMap::from([("number".to_owned(), "good.example".to_owned())]);
            assert_eq!(Frames::default().target(&source, &args).map(|target| target.own), Ok(own), "{template}");
        }
    }

    #[test]
    fn what_is_no_question_is_refused() {
        assert_eq!(asked("http://crm.example/{number}", &[], ""), Err(Refusal::MissingArgument));
        assert_eq!(asked("http://crm.example/{other}", &[], "1"), Err(Refusal::MissingArgument));
        assert_eq!(asked("file:///etc/{number}", &[], "1"), Err(Refusal::BadUrl));
        assert_eq!(asked("http://crm.example/{number", &[], "1"), Err(Refusal::BadUrl));
    }
}
