//! The ladder of a run: who sent what to whom, as text lanes.

use pbx_core::time::Instant;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;

/// How many of the last lines are shown of a whole run. Of single calls every line is.
const SHOWN: usize = 400;

/// How wide a lane is, in characters.
const LANE: usize = 22;

/// One arrow.
#[derive(Clone, Debug)]
struct Arrow {
    at: Instant,
    from: SocketAddr,
    to: SocketAddr,
    what: String,
    call_id: String,
    lost: bool,
}

/// All arrows of a run.
#[derive(Default)]
pub(crate) struct Ladder {
    arrows: Vec<Arrow>,
    names: BTreeMap<SocketAddr, String>,
}

impl Ladder {
    /// What a lane is called.
    pub(crate) fn name(&mut self, address: SocketAddr, name: &str) {
        self.names.insert(address, name.to_owned());
    }

    /// A SIP message was sent.
    pub(crate) fn sent(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8], lost: bool) {
        let text = String::from_utf8_lossy(bytes);
        let value = |name: &str| {
            let mut lines = text.lines().take_while(|line| !line.is_empty());
            lines.find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
        };
        let first = text.lines().next().unwrap_or_default();
        let mut what = match first.strip_prefix("SIP/2.0 ") {
            Some(status) => format!("{} ({})", status.split(' ').next().unwrap_or_default(), value("CSeq:")),
            None => format!("{} {}", first.split(' ').next().unwrap_or_default(), value("CSeq:")),
        };
        if text.contains("\r\n\r\nv=0") {
            what.push_str(" sdp");
        }
        self.arrows.push(Arrow { at, from, to, what, call_id: value("Call-ID:"), lost });
    }

    /// Something that is no message.
    pub(crate) fn note(&mut self, at: Instant, who: SocketAddr, what: &str) {
        let what = format!("-- {what}");
        self.arrows.push(Arrow { at, from: who, to: who, what, call_id: String::new(), lost: false });
    }

    /// The lanes as text: the last of all, or everything of these Call-IDs.
    pub(crate) fn print(&self, calls: &[&str]) -> String {
        let shown =
            |arrow: &&Arrow| calls.is_empty() || arrow.call_id.is_empty() || calls.contains(&arrow.call_id.as_str());
        let last = if calls.is_empty() { self.arrows.len().saturating_sub(SHOWN) } else { 0 };
        let arrows: Vec<&Arrow> = self.arrows[last..].iter().filter(shown).collect();
        let mut lanes: Vec<SocketAddr> = vec![];
        for arrow in &arrows {
            for end in [arrow.from, arrow.to] {
                if !lanes.contains(&end) {
                    lanes.push(end);
                }
            }
        }
        let mut text = format!("{:>12} ", "");
        for lane in &lanes {
            let name = self.names.get(lane).cloned().unwrap_or_else(|| lane.to_string());
            let _ = write!(text, "{name:^LANE$}");
        }
        for arrow in arrows {
            let place = |end| lanes.iter().position(|lane| *lane == end).unwrap_or(0);
            let _ = write!(text, "\n{:>12.6} ", arrow.at.micros() as f64 / 1e6);
            text.push_str(&row(place(arrow.from), place(arrow.to), lanes.len(), arrow));
        }
        text
    }
}

fn row(from: usize, to: usize, lanes: usize, arrow: &Arrow) -> String {
    let middle = |lane: usize| lane * LANE + LANE / 2;
    let mut line: Vec<char> = vec![' '; lanes * LANE + arrow.what.len() + 2];
    for lane in 0..lanes {
        line[middle(lane)] = '|';
    }
    let (left, right) = (middle(from.min(to)), middle(from.max(to)));
    let what: Vec<char> = arrow.what.chars().collect();
    if left == right {
        line.splice(left + 2..left + 2 + what.len(), what);
    } else {
        line[left + 1..right].fill('-');
        match (from < to, arrow.lost) {
            (true, false) => line[right - 1] = '>',
            (true, true) => line[right - 1] = 'x',
            (false, false) => line[left + 1] = '<',
            (false, true) => line[left + 1] = 'x',
        }
        let room = right - left - 3;
        let what = &what[..what.len().min(room)];
        let start = left + 1 + (right - left - what.len()) / 2;
        line[start..start + what.len()].copy_from_slice(what);
    }
    line.into_iter().collect::<String>().trim_end().to_owned()
}
