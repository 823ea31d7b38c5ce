//! The ladder of a run: who sent what to whom, as text lanes.

use super::glance::Glance;
use pbx_core::base::flow::Transport;
use pbx_core::base::time::Instant;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

/// How many of the last lines are shown of a whole run. Of single calls every line is.
const SHOWN: usize = 400;

/// How long before and after some calls it matters what befell those who took part.
const AROUND: Duration = Duration::from_secs(10);

/// How wide a lane is, in characters.
const LANE: usize = 22;

/// One arrow.
#[derive(Clone, Debug)]
struct Arrow {
    at: Instant,
    from: SocketAddr,
    to: SocketAddr,
    /// A connection is drawn with two strokes.
    by: Transport,
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

    /// A SIP message was sent; which arrow it is.
    pub(crate) fn sent(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, by: Transport, seen: Glance) -> usize {
        let mut what = match seen.code {
            Some(code) => format!("{code} ({})", seen.cseq),
            None => format!("{} {}", seen.method, seen.cseq),
        };
        if let Some(code) = seen.reports {
            what.push_str(&format!(" says {code}"));
        }
        if seen.sdp {
            what.push_str(" sdp");
        }
        self.arrows.push(Arrow { at, from, to, by, what, call_id: seen.call_id, lost: false });
        self.arrows.len() - 1
    }

    /// It never arrived.
    pub(crate) fn lost(&mut self, arrow: usize) {
        self.arrows[arrow].lost = true;
    }

    /// Something that is no message.
    pub(crate) fn note(&mut self, at: Instant, who: SocketAddr, what: &str) {
        let what = format!("-- {what}");
        let (by, call_id) = (Transport::Udp, String::new());
        self.arrows.push(Arrow { at, from: who, to: who, by, what, call_id, lost: false });
    }

    /// The lanes as text: the last of all, or everything of these Call-IDs.
    pub(crate) fn print(&self, calls: &[&str]) -> String {
        let last = if calls.is_empty() { self.arrows.len().saturating_sub(SHOWN) } else { 0 };
        let is_asked = |arrow: &Arrow| calls.is_empty() || calls.contains(&arrow.call_id.as_str());
        let mut lanes: Vec<SocketAddr> = vec![];
        for end in self.arrows[last..].iter().filter(|arrow| is_asked(arrow)).flat_map(|arrow| [arrow.from, arrow.to]) {
            if !lanes.contains(&end) {
                lanes.push(end);
            }
        }
        // Of what is no message only what befell those who took part, at the time.
        let asked = || self.arrows[last..].iter().filter(|arrow| is_asked(arrow)).map(|arrow| arrow.at);
        let span = asked().min().zip(asked().max());
        let meanwhile = |at: Instant| span.is_some_and(|(first, end)| at + AROUND >= first && at <= end + AROUND);
        let befell = |arrow: &Arrow| arrow.call_id.is_empty() && lanes.contains(&arrow.from) && meanwhile(arrow.at);
        let arrows = self.arrows[last..].iter().filter(|arrow| is_asked(arrow) || befell(arrow));
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
        line[left + 1..right].fill(if arrow.by.is_reliable() { '=' } else { '-' });
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
