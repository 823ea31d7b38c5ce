//! A SIP message at a glance: what ladder and witness need of it, read by neither the exchange's parser nor the phones'.

use std::net::{IpAddr, SocketAddr};

/// What the first line and some headers say.
#[derive(Clone, Debug)]
pub(crate) struct Glance {
    /// The status of a response.
    pub(crate) code: Option<u16>,
    /// The method of a request, or of what a response answers.
    pub(crate) method: String,
    /// CSeq.
    pub(crate) cseq: String,
    /// Call-ID.
    pub(crate) call_id: String,
    /// The branch of the topmost Via.
    pub(crate) branch: String,
    /// To has a tag: it is within a dialog, or a response.
    pub(crate) tagged: bool,
    /// It carries a session description.
    pub(crate) sdp: bool,
    /// The status that a NOTIFY reports of a transfer.
    pub(crate) reports: Option<u16>,
    /// Where its sender listens for RTP, by that description.
    pub(crate) media: Option<SocketAddr>,
}

impl Glance {
    /// Of a message as it goes on the wire. Whatever cannot be read is empty.
    pub(crate) fn at(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let [mut via, mut to, mut call_id, mut cseq] = [None; 4];
        for line in lines {
            let (name, value) = line.split_once(':').unwrap_or_default();
            match name {
                "Via" => via = via.or(Some(value)),
                "To" => to = to.or(Some(value)),
                "Call-ID" => call_id = call_id.or(Some(value)),
                "CSeq" => cseq = cseq.or(Some(value)),
                _ => {}
            }
        }
        let text = |value: Option<&str>| value.unwrap_or_default().trim().to_owned();
        let cseq = text(cseq);
        let code = status(first);
        let method = match code {
            Some(_) => cseq.split(' ').nth(1),
            None => first.split(' ').next(),
        };
        let branch = via.and_then(|via| via.split("branch=").nth(1)?.split([';', ',']).next());
        Self {
            code,
            method: method.unwrap_or_default().to_owned(),
            call_id: text(call_id),
            branch: text(branch),
            tagged: to.is_some_and(|to| to.contains(";tag=")),
            sdp: body.starts_with("v=0"),
            reports: status(body),
            media: media(body),
            cseq,
        }
    }

    /// An INVITE that begins a call.
    pub(crate) fn begins_call(&self) -> bool {
        self.code.is_none() && self.method == "INVITE" && !self.tagged
    }

    /// A final answer to an INVITE.
    pub(crate) fn final_code(&self) -> Option<u16> {
        self.code.filter(|code| *code >= 200 && self.method == "INVITE")
    }

    /// The number of CSeq.
    pub(crate) fn number(&self) -> u32 {
        self.cseq.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }

    /// BYE itself.
    pub(crate) fn is_bye(&self) -> bool {
        self.code.is_none() && self.method == "BYE"
    }
}

fn status(line: &str) -> Option<u16> {
    line.strip_prefix("SIP/2.0 ").and_then(|rest| rest.split(' ').next()?.parse().ok())
}

fn media(description: &str) -> Option<SocketAddr> {
    let after = |start: &str| description.lines().find_map(|line| line.strip_prefix(start));
    let ip: IpAddr = after("c=")?.rsplit(' ').next()?.parse().ok()?;
    let port = after("m=audio ")?.split(' ').next()?.parse().ok()?;
    Some(SocketAddr::new(ip, port))
}
