//! A SIP message at a glance: what ladder and witness need of it, read by neither the exchange's parser nor the phones'.

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
}

impl Glance {
    /// Of a message as it goes on the wire. Whatever cannot be read is empty.
    pub(crate) fn at(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let value = |name: &str| {
            let mut lines = head.lines();
            lines.find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
        };
        let first = head.lines().next().unwrap_or_default();
        let cseq = value("CSeq:");
        let status = first.strip_prefix("SIP/2.0 ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let method = match status {
            Some(_) => cseq.split(' ').nth(1),
            None => first.split(' ').next(),
        };
        let branch =
            value("Via:").split("branch=").nth(1).and_then(|rest| rest.split([';', ',']).next()).map(str::to_owned);
        Self {
            code: status,
            method: method.unwrap_or_default().to_owned(),
            call_id: value("Call-ID:"),
            branch: branch.unwrap_or_default(),
            tagged: value("To:").contains(";tag="),
            sdp: body.starts_with("v=0"),
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

    /// BYE itself.
    pub(crate) fn is_bye(&self) -> bool {
        self.code.is_none() && self.method == "BYE"
    }
}
