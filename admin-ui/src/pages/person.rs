//! One person: the phones, and what to type into them.

use crate::app::Room;
use crate::extract::Path;
use crate::pages::page;
use crate::pages::people::devices;
use crate::ports::Options;
use crate::refusal::Refusal;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use pbx_core::base::ids::PersonId;
use pbx_core::directory::Person;
use serde_json::json;
use std::net::SocketAddr;

/// The person's page.
pub(crate) async fn show(
    room: Room,
    uri: Uri,
    headers: HeaderMap,
    Path((_, person)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let person = find(&room, &person)?;
    let devices = devices(&room, person, &room.app.live.board());
    let context = json!({
        "person": {
            "id": person.id.to_string(), "name": person.name, "extension": person.extension, "email": person.email,
        },
        "devices": devices,
        "servers": servers(&room.app.ports.options, host(&uri, &headers)),
        "domain": room.tenant.domains.first(),
    });
    Ok(page(&room.desk, "person.html", "people", &person.name, context))
}

/// The person that the URL names; another tenant's is not there.
pub(crate) fn find<'a>(room: &'a Room, id: &str) -> Result<&'a Person, Refusal> {
    let id: PersonId = id.parse().map_err(|_| Refusal::NotThere)?;
    room.tenant.people.get(&id).ok_or(Refusal::NotThere)
}

/// The name or address by which this browser reached us, without the port.
fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).or_else(|| uri.host()).unwrap_or("");
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// What phones have to be told as their server, with the port: the external address where there is one. A server that
/// listens on every address of its machine is reached by the one that the reader's browser found.
fn servers(options: &Options, host: &str) -> Vec<String> {
    let mut servers: Vec<String> = Vec::new();
    for door in &options.sip {
        let server = match options.external {
            Some(external) if external.is_ipv4() == door.is_ipv4() => {
                SocketAddr::new(external, door.port()).to_string()
            }
            _ if door.ip().is_unspecified() && !host.is_empty() => format!("{host}:{}", door.port()),
            _ => door.to_string(),
        };
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    servers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(doors: &[&str], external: Option<&str>, host: &str) -> Vec<String> {
        let sip = doors.iter().map(|door| door.parse().unwrap()).collect();
        let external = external.map(|address| address.parse().unwrap());
        servers(&Options { sip, external, ..Options::default() }, host)
    }

    #[test]
    fn phones_are_told_what_reaches_us_from_where_they_are() {
        assert_eq!(told(&["192.0.2.1:5060"], None, "pbx.test"), ["192.0.2.1:5060"]);
        assert_eq!(told(&["0.0.0.0:5060", "[::]:5060"], None, "pbx.test"), ["pbx.test:5060"]);
        assert_eq!(told(&["0.0.0.0:5062"], Some("203.0.113.7"), "10.0.0.1"), ["203.0.113.7:5062"]);
        let both = told(&["10.0.0.1:5060", "[2001:db8::1]:5060"], Some("203.0.113.7"), "");
        assert_eq!(both, ["203.0.113.7:5060", "[2001:db8::1]:5060"]);
    }

    #[test]
    fn the_browsers_way_to_us_loses_its_port() {
        let of = |host: &'static str| {
            let headers = HeaderMap::from_iter([(header::HOST, axum::http::HeaderValue::from_static(host))]);
            super::host(&Uri::from_static("/"), &headers).to_owned()
        };
        assert_eq!(of("pbx.test:8080"), "pbx.test");
        assert_eq!(of("pbx.test"), "pbx.test");
        assert_eq!(of("[::1]:8080"), "[::1]");
        assert_eq!(of("[::1]"), "[::1]");
    }
}
