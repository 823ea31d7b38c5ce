//! Via: where a request has been and where its responses go (RFC 3261 §20.42, §18.2; RFC 3581).

use crate::error::Malformed;
use crate::grammar::{cut, is_space, is_token, number, part, trim};
use crate::params::{Params, readable};
use crate::spell;
use crate::text::{Span, Text};
use crate::transport::Transport;
use crate::uri::Host;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// What every branch begins with that RFC 3261 made (§8.1.1.7).
pub const MAGIC_COOKIE: &str = "z9hG4bK";

/// One Via value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Via {
    text: Text,
    transport: Span,
    host: Span,
    port: Option<u16>,
    params: Span,
    branch: Option<Span>,
    /// Whether the parameter is there; the same for `rport`.
    received: bool,
    rport: bool,
}

impl Via {
    /// Reads one value, with white space wherever RFC 3261 allows it.
    ///
    /// # Errors
    /// When it breaks the grammar or is of another protocol than SIP. Another version is read, so
    /// that it can be answered with 505.
    pub fn parse(text: impl Into<Text>) -> Result<Self, Malformed> {
        let text = text.into();
        let all = text.as_str();
        let (head, params) = part(all, b';');
        let form = Malformed("Via is not SIP/2.0/transport host");
        let (name, rest) = cut(head, b'/').ok_or(form)?;
        let (version, rest) = cut(rest, b'/').ok_or(form)?;
        if !trim(name).eq_ignore_ascii_case("SIP") || !is_token(trim(version)) {
            return Err(Malformed("Via is not of SIP"));
        }
        let rest = trim(rest);
        let (transport, sent_by) = rest.split_at(rest.bytes().position(is_space).ok_or(form)?);
        if !is_token(transport) {
            return Err(Malformed("transport of Via is not a token"));
        }
        let (host, port) = Host::split_port(trim(sent_by))?;
        Host::parse(host)?;
        let (mut branch, mut received, mut rport) = (None, false, false);
        Params::each(params, |param| match param.name.len() {
            5 => rport |= param.name.eq_ignore_ascii_case("rport"),
            6 if param.name.eq_ignore_ascii_case("branch") => branch = param.value.map(|value| Span::of(all, value)),
            8 => received |= param.name.eq_ignore_ascii_case("received"),
            _ => {}
        })?;
        let (transport, host, params) = (Span::of(all, transport), Span::of(all, host), Span::of(all, params));
        Ok(Self { transport, host, port, params, branch, received, rport, text })
    }

    /// Reads what can be read of a broken value: the parameters each by itself.
    ///
    /// # Errors
    /// When what stands before them breaks the grammar.
    pub(crate) fn repaired(text: &str) -> Result<Self, Malformed> {
        let (head, params) = part(text, b';');
        Self::parse([head, &readable(params)].concat())
    }

    /// Makes a Via with an empty `rport`, as a client sends it (RFC 3581 §3).
    ///
    /// # Errors
    /// When host or branch may not stand there.
    pub fn new(transport: Transport, host: Host<'_>, port: u16, branch: &str) -> Result<Self, Malformed> {
        if !is_token(branch) {
            return Err(Malformed("branch is not a token"));
        }
        let mut text = String::with_capacity(96);
        text.extend(["SIP/2.0/", transport.via(), " "]);
        match host {
            Host::Ip(ip @ IpAddr::V4(_)) => spell::ip(&mut text, ip),
            host => text.push_str(&host.to_string()),
        }
        text.push(':');
        spell::number(&mut text, port);
        text.extend([";branch=", branch, ";rport"]);
        Self::parse(text)
    }

    /// Returns the value as it was written.
    pub const fn text(&self) -> &Text {
        &self.text
    }

    /// Returns the transport, if it is one we know.
    pub fn transport(&self) -> Option<Transport> {
        Transport::parse(self.transport_text())
    }

    /// Returns the transport as written.
    pub fn transport_text(&self) -> &str {
        self.transport.get(&self.text)
    }

    /// Returns the host of sent-by.
    pub fn host(&self) -> Host<'_> {
        let host = self.host_text();
        Host::parse(host).unwrap_or(Host::Name(host))
    }

    /// Returns the host of sent-by as written.
    pub fn host_text(&self) -> &str {
        self.host.get(&self.text)
    }

    /// Returns the port of sent-by, if it is written.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Host and port as written, for comparing transactions (RFC 3261 §17.2.3).
    pub fn sent_by(&self) -> (Host<'_>, u16) {
        (self.host(), self.port_or_default())
    }

    /// Returns the port of sent-by, or its transport's.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or_else(|| self.transport().map_or(5060, Transport::default_port))
    }

    /// Returns the parameters.
    pub fn params(&self) -> Params<'_> {
        Params::new(self.params.get(&self.text))
    }

    /// Returns the branch as written.
    pub fn branch(&self) -> Option<&str> {
        self.branch.map(|branch| branch.get(&self.text))
    }

    /// Returns the branch, if an RFC 3261 element made it: it has the magic cookie and more (RFC
    /// 4475 §3.2.1).
    pub fn unique_branch(&self) -> Option<&str> {
        self.branch().filter(|branch| {
            branch.len() > MAGIC_COOKIE.len()
                && branch.get(..MAGIC_COOKIE.len()).is_some_and(|start| start.eq_ignore_ascii_case(MAGIC_COOKIE))
        })
    }

    /// Returns the address of `received`; IPv6 with or without brackets (RFC 5118 §4.5).
    pub fn received(&self) -> Option<IpAddr> {
        let value = self.params().value("received").filter(|_| self.received)?;
        value.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// Returns the port of `rport`, if it has a value.
    pub fn rport(&self) -> Option<u16> {
        self.params().value("rport").and_then(number)
    }

    /// Returns whether `rport` is there, with a value or without.
    pub const fn wants_rport(&self) -> bool {
        self.rport
    }

    /// Makes what the server writes into its top Via (RFC 3261 §18.2.1, RFC 3581 §4): `received`
    /// where the source differs from sent-by or `rport` was asked for, `rport` with the source's
    /// port where it was asked for.
    ///
    /// Values that the client wrote itself are dropped. `None` where nothing needs to change.
    pub fn received_from(&self, source: SocketAddr) -> Option<Self> {
        let ip = source.ip().to_canonical();
        if !self.rport && !self.received && self.host().ip() == Some(ip) {
            return None;
        }
        let mut text = String::with_capacity(self.text.len() + 48);
        text.push_str(self.text.get(..self.params.start as usize).unwrap_or_default().trim_end());
        let (start, mut branch) = (text.len(), None);
        // They were read before, so they are without a fault.
        let _ = Params::each(self.params.get(&self.text), |param| {
            if ["received", "rport"].iter().any(|ours| param.name.eq_ignore_ascii_case(ours)) {
                return;
            }
            text.extend([";", param.name]);
            let Some(value) = param.value else { return };
            text.extend(["=", value]);
            if param.name.eq_ignore_ascii_case("branch") {
                branch = Some(Span::new(text.len() - value.len(), text.len()));
            }
        });
        text.push_str(";received=");
        spell::ip(&mut text, ip);
        if self.rport {
            text.push_str(";rport=");
            spell::number(&mut text, source.port());
        }
        // What stands before the parameters stands where it stood.
        let params = Span::new(start, text.len());
        Some(Self { text: text.into(), params, branch, received: true, ..*self })
    }

    /// Returns the port of `source` that a response over UDP goes to.
    ///
    /// With `rport` it is the port that the request came from (RFC 3581 §4). Without, it is
    /// sent-by's port (RFC 3261 §18.2.2), but only where sent-by names the address itself: behind a
    /// NAT that port is one of another network, and the way back is the port that the NAT has
    /// opened.
    pub fn response_port(&self, source: SocketAddr) -> u16 {
        let direct = self.host().ip() == Some(source.ip().to_canonical());
        if self.rport || !direct { source.port() } else { self.port_or_default() }
    }

    /// Returns where a response goes over an unreliable transport (RFC 3261 §18.2.2, RFC 3581 §4):
    /// `maddr`, else `received` with `rport`, else sent-by.
    ///
    /// A name in `maddr` or sent-by is left to the caller to look up. Over a reliable transport the
    /// connection of the request comes first and this is only the fallback.
    pub fn response_target(&self) -> (Host<'_>, u16) {
        let (host, port) = self.sent_by();
        if let Some(maddr) = self.params().value("maddr").and_then(|maddr| Host::parse(maddr).ok()) {
            return (maddr, port);
        }
        match self.received() {
            Some(ip) => (Host::Ip(ip), self.rport().unwrap_or(port)),
            None => (host, port),
        }
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn via(text: &str) -> Via {
        Via::parse(text).unwrap()
    }

    #[test]
    fn white_space_and_folding_are_read_through() {
        let via = via("SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8");
        assert_eq!(via.transport(), Some(Transport::Tcp));
        assert_eq!(via.sent_by(), (Host::Name("spindle.example.com"), 5060));
        assert_eq!(via.unique_branch(), Some("z9hG4bK9ikj8"));
    }

    #[test]
    fn a_branch_of_the_cookie_alone_is_not_unique() {
        assert_eq!(via("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK").unique_branch(), None);
        assert_eq!(via("SIP/2.0/UDP 192.0.2.1;branch=390skdjuw").unique_branch(), None);
    }

    #[test]
    fn the_server_writes_down_where_it_came_from() {
        let source: SocketAddr = "198.51.100.7:61234".parse().unwrap();
        let stamped = |text| {
            let stamped = via(text).received_from(source).unwrap();
            assert_eq!(stamped, via(stamped.text()), "it is as if it had been read");
            stamped
        };
        assert_eq!(
            stamped("SIP/2.0/UDP 10.0.0.9:5060;rport;branch=z9hG4bK1").text(),
            "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK1;received=198.51.100.7;rport=61234"
        );
        assert_eq!(
            stamped("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1").text(),
            "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1;received=198.51.100.7"
        );
        assert_eq!(
            stamped("SIP / 2.0 / UDP  10.0.0.9 : 5080 ; a = b ; Branch = z9hG4bK1 ;rport=7;c").text(),
            "SIP / 2.0 / UDP  10.0.0.9 : 5080;a=b;Branch=z9hG4bK1;c;received=198.51.100.7;rport=61234"
        );
        assert_eq!(via("SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1").received_from(source), None);
    }

    #[test]
    fn a_client_cannot_send_responses_elsewhere_with_a_received_of_its_own() {
        let source: SocketAddr = "198.51.100.7:5060".parse().unwrap();
        let stamped =
            via("SIP/2.0/UDP 198.51.100.7;received=203.0.113.1;branch=z9hG4bK1").received_from(source).unwrap();
        assert_eq!(stamped.response_target(), (Host::Ip(source.ip()), 5060));
    }

    #[test]
    fn without_rport_the_answer_goes_to_the_port_of_sent_by_unless_a_nat_is_between() {
        let source: SocketAddr = "198.51.100.7:61234".parse().unwrap();
        let port = |text| via(text).response_port(source);
        assert_eq!(port("SIP/2.0/UDP 198.51.100.7:5090;branch=z9hG4bK1"), 5090);
        assert_eq!(port("SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1"), 5060);
        assert_eq!(port("SIP/2.0/UDP 198.51.100.7:5090;rport;branch=z9hG4bK1"), 61234);
        assert_eq!(port("SIP/2.0/UDP 10.0.0.9:5090;branch=z9hG4bK1"), 61234);
        assert_eq!(port("SIP/2.0/UDP phone.example.com;branch=z9hG4bK1"), 61234);
    }

    #[test]
    fn responses_go_to_received_and_rport() {
        let stamped = via("SIP/2.0/UDP 10.0.0.9:5080;branch=z9hG4bK1;received=198.51.100.7;rport=61234");
        assert_eq!(stamped.response_target(), (Host::Ip("198.51.100.7".parse().unwrap()), 61234));
        let plain = via("SIP/2.0/UDP 10.0.0.9:5080;branch=z9hG4bK1;received=198.51.100.7");
        assert_eq!(plain.response_target(), (Host::Ip("198.51.100.7".parse().unwrap()), 5080));
        let v6 = via("SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111");
        assert_eq!(v6.response_target(), (Host::Ip("2001:db8::9:255".parse().unwrap()), 5060));
    }
}
