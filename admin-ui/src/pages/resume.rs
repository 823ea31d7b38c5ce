//! A form that came too late: the log-in had ended, or another had begun since the form was made. What was typed is kept,
//! and sent once its reader says so.

use crate::address::{self, own_path};
use crate::app::Desk;
use crate::pages::page;
use crate::session::CSRF_FIELD;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

/// The most that is kept, in bytes: a form of this console is far shorter, and a stranger is not read a long one back.
const LONGEST: usize = 8 * 1024;

/// Where nothing is typed that would be missed.
const NOT_KEPT: [&str; 2] = ["/logout", "/display"];

/// A form that came too late.
pub(crate) struct Late {
    /// Where it was sent.
    pub(crate) to: String,
    /// What was typed, URL-encoded as it came.
    pub(crate) form: String,
}

impl Late {
    /// Of a request that a page of ours made. What another site sent is not kept: its reader would send it unawares.
    pub(crate) fn of(parts: &Parts, body: &[u8]) -> Option<Self> {
        let form = std::str::from_utf8(body).ok().filter(|form| form.len() <= LONGEST)?;
        let ours = from_here(&parts.headers);
        if ours { Self::kept(parts.uri.path(), form) } else { None }
    }

    /// What a log-in form carried along.
    pub(crate) fn kept(to: &str, form: &str) -> Option<Self> {
        let to = own_path(to).filter(|to| !NOT_KEPT.contains(to))?;
        Some(Self { to: to.to_owned(), form: form.to_owned() })
    }

    /// What was typed, without the token that is worth nothing any more.
    fn fields(&self) -> Vec<(String, String)> {
        let mut fields = address::fields(self.form.as_bytes()).unwrap_or_default();
        fields.retain(|(name, _)| name != CSRF_FIELD && name != "password");
        fields
    }
}

/// That the browser says itself that the form was on a page of this console: by Fetch Metadata, or by the origin (RFC 6454 §7)
/// where there is no HTTPS and so no Fetch Metadata.
fn from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin",
        None => {
            let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
            let host = text(header::HOST);
            origin.is_some_and(|origin| origin.parse::<Authority>().is_ok() && Some(origin) == host)
        }
    }
}

/// Shows what was typed, and asks whether to send it. Nothing of it was done.
pub(crate) fn ask(desk: &Desk, late: &Late, status: StatusCode) -> Response {
    let fields = late.fields();
    let typed: Vec<Value> = fields.iter().filter_map(|(name, value)| typed(desk, name, value)).collect();
    let context = json!({ "to": late.to, "fields": fields, "typed": typed });
    let mut response = page(desk, "resume.html", "", &desk.say("resume-title"), context);
    *response.status_mut() = status;
    response
}

/// A field under the name that its form had for it; none for what nobody typed.
fn typed(desk: &Desk, name: &str, value: &str) -> Option<Value> {
    let key = format!("field-{name}");
    (desk.language.knows(&key) && !value.is_empty()).then(|| json!({ "label": desk.say(&key), "value": value }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue, Request};

    fn of(path: &str, headers: &[(&'static str, &'static str)], body: &str) -> bool {
        let mut request = Request::post(path).body(()).unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        Late::of(&request.into_parts().0, body.as_bytes()).is_some()
    }

    #[test]
    fn only_what_a_page_of_ours_sent_is_kept() {
        let (here, there) = (("origin", "http://pbx.test:8080"), ("origin", "http://evil.test"));
        let host = ("host", "pbx.test:8080");
        assert!(of("/t/acme/people/new", &[("sec-fetch-site", "same-origin")], "name=A"));
        assert!(of("/t/acme/people/new", &[host, here], "name=A"));
        let others = [vec![], vec![host], vec![host, there], vec![host, ("origin", "null")]];
        for headers in others {
            assert!(!of("/t/acme/people/new", &headers, "name=A"), "{headers:?}");
        }
        for site in ["cross-site", "same-site", "none"] {
            assert!(!of("/t/acme/people/new", &[("sec-fetch-site", site), host, here], "name=A"), "{site}");
        }
    }

    #[test]
    fn nothing_long_is_read_back_and_nothing_sent_elsewhere() {
        let ours = [("sec-fetch-site", "same-origin")];
        assert!(!of("/t/acme", &ours, &"x".repeat(LONGEST + 1)));
        assert!(!of("//evil.test/x", &ours, "name=A"));
    }
}
