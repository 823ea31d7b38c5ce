//! The SIP ladder of a call: who sent what to whom, as lanes and arrows, with a text form.

use crate::language::Language;
use crate::words;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pbx_core::base::time::Wall;
use pbx_core::sip_log::{Ladder, LoggedMessage, Way};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The distance between two lanes, in the drawing's units.
const LANE: usize = 170;
/// From the edge to the first lane.
const EDGE: usize = 85;

/// What the addresses of a ladder are called: what `of` says of the first message of each that it knows.
pub(crate) fn names(ladder: &Ladder, of: impl Fn(&LoggedMessage) -> Option<String>) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for message in &ladder.messages {
        let address = message.remote.to_string();
        if !names.contains_key(&address)
            && let Some(name) = of(message)
        {
            names.insert(address, name);
        }
    }
    names
}

/// The SIP Call-ID of a message; `i` is its short form (RFC 3261 §20.8).
pub(crate) fn call_id(message: &LoggedMessage) -> Option<String> {
    let text = String::from_utf8_lossy(&message.bytes);
    let named = |name: &str| name.trim().eq_ignore_ascii_case("call-id") || name.trim().eq_ignore_ascii_case("i");
    let mut lines = text.lines().take_while(|line| !line.is_empty());
    lines.find_map(|line| line.split_once(':').filter(|(name, _)| named(name)).map(|(_, id)| id.trim().to_owned()))
}

/// The ladder as the view wants it. `names` tells what an address is called.
pub(crate) fn draw(
    ladder: &Ladder,
    names: &HashMap<String, String>,
    us: &str,
    zone: &TimeZone,
    language: Language,
) -> Value {
    let messages = in_order(ladder, language);
    let lanes = lanes(&messages);
    let place = |address: &str| lanes.iter().position(|lane| lane == address).unwrap_or(0);
    let x = |lane: usize| EDGE + lane * LANE;
    let name = |address: &str| {
        if address.is_empty() { us.to_owned() } else { names.get(address).cloned().unwrap_or_default() }
    };
    let called =
        |address: &str| Some(name(address)).filter(|name| !name.is_empty()).unwrap_or_else(|| address.to_owned());
    let heads: Vec<Value> = lanes
        .iter()
        .enumerate()
        .map(|(lane, address)| json!({ "x": x(lane), "name": name(address), "address": address }))
        .collect();
    let rungs: Vec<Value> = messages
        .iter()
        .map(|message| {
            let (theirs, ours) = (place(&message.remote), place(""));
            let (from, to) = if message.sent { (ours, theirs) } else { (theirs, ours) };
            let (left, right) = (x(from.min(to)), x(from.max(to)));
            let them = called(&message.remote);
            let (sender, receiver) = if message.sent { (us, them.as_str()) } else { (them.as_str(), us) };
            json!({
                "at": clock(message, zone),
                "title": title(&message.text),
                "x1": x(from), "x2": if to > from { x(to) - 7 } else { x(to) + 7 },
                "tip": x(to), "tip_side": if to > from { x(to) - 9 } else { x(to) + 9 },
                "middle": usize::midpoint(left, right),
                "kind": kind(&message.text),
                "from": sender, "to": receiver,
                "transport": message.transport,
                "note": message.note,
                "text": message.text,
            })
        })
        .collect();
    json!({ "heads": heads, "rungs": rungs, "complete": ladder.complete, "width": EDGE * 2 + lanes.len().saturating_sub(1) * LANE })
}

/// The messages by time. An engine takes in what came in one go, then sends: of the same moment, what came is before what
/// was sent, for it may be the reason.
fn in_order(ladder: &Ladder, language: Language) -> Vec<Rung> {
    let mut messages: Vec<Rung> = ladder.messages.iter().map(|entry| Rung::of(entry, language)).collect();
    messages.sort_by_key(|message| (message.at, message.sent));
    messages
}

/// One message as it is drawn.
struct Rung {
    at: Wall,
    sent: bool,
    remote: String,
    transport: &'static str,
    text: String,
    /// What of it was ignored.
    note: Option<String>,
}

impl Rung {
    fn of(entry: &LoggedMessage, language: Language) -> Self {
        Self {
            at: entry.at,
            sent: entry.way == Way::Out,
            remote: entry.remote.to_string(),
            transport: entry.transport.via(),
            text: String::from_utf8_lossy(&entry.bytes).into_owned(),
            note: words::overlooked(entry, language),
        }
    }
}

/// The lanes from left to right: the first to speak, us (the empty address), then the others as they come.
fn lanes(messages: &[Rung]) -> Vec<String> {
    let mut lanes = Vec::new();
    for message in messages {
        if !lanes.contains(&message.remote) {
            lanes.push(message.remote.clone());
        }
        if lanes.len() == 1 {
            lanes.push(String::new());
        }
    }
    lanes
}

fn clock(message: &Rung, zone: &TimeZone) -> String {
    Timestamp::from_microsecond(message.at.micros())
        .map(|at| at.to_zoned(zone.clone()).strftime("%H:%M:%S%.3f").to_string())
        .unwrap_or_default()
}

/// `INVITE`, `180 Ringing`, `200 OK (BYE)`.
pub(crate) fn title(text: &str) -> String {
    let first = text.lines().next().unwrap_or("");
    let Some(status) = first.strip_prefix("SIP/2.0 ") else {
        return first.split(' ').next().unwrap_or("").to_owned();
    };
    let method = text
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.trim().eq_ignore_ascii_case("cseq")))
        .and_then(|(_, value)| value.split_whitespace().nth(1))
        .unwrap_or("");
    if method.is_empty() || method == "INVITE" { status.to_owned() } else { format!("{status} ({method})") }
}

/// For the arrow's colour and dash: a request, a good answer, one on the way, a refusal.
fn kind(text: &str) -> &'static str {
    match text.strip_prefix("SIP/2.0 ").and_then(|status| status.bytes().next()) {
        None => "request",
        Some(b'1') => "early",
        Some(b'2') => "good",
        Some(_) => "refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::base::flow::Transport;
    use pbx_core::base::ids::CallId;

    fn logged(at: i64, way: Way, remote: &str, text: &'static str) -> LoggedMessage {
        LoggedMessage {
            at: Wall::from_micros(at),
            call: CallId::of_key("c"),
            way,
            transport: Transport::Udp,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: remote.parse().unwrap(),
            bytes: text.into(),
        }
    }

    #[test]
    fn what_came_stands_before_what_it_made_us_send() {
        let called = "192.0.2.8:5060";
        let messages = vec![
            logged(2, Way::Out, called, "ACK sip:102@b SIP/2.0\r\n\r\n"),
            logged(2, Way::In, called, "SIP/2.0 487 Request Terminated\r\nCSeq: 1 INVITE\r\n\r\n"),
            logged(1, Way::Out, called, "CANCEL sip:102@b SIP/2.0\r\n\r\n"),
        ];
        let drawn =
            draw(&Ladder { messages, complete: true }, &HashMap::new(), "Ringdown", &TimeZone::UTC, Language::English);
        let titles: Vec<&str> = drawn["rungs"].as_array().unwrap().iter().filter_map(|r| r["title"].as_str()).collect();
        assert_eq!(titles, ["CANCEL", "487 Request Terminated", "ACK"]);
    }

    #[test]
    fn what_was_ignored_is_noted_at_its_message() {
        let bye = "BYE sip:102@b SIP/2.0\r\nReason: preemption now\r\nAllow: INVITE ACK\r\n\r\n";
        let messages = vec![
            logged(1, Way::In, "192.0.2.8:5060", bye),
            logged(2, Way::Out, "192.0.2.8:5060", bye),
            logged(3, Way::In, "192.0.2.8:5060", "SIP/2.0 200 OK\r\nno header\r\n\r\n"),
        ];
        let ladder = Ladder { messages, complete: true };
        let notes = |language| {
            let drawn = draw(&ladder, &HashMap::new(), "Ringdown", &TimeZone::UTC, language);
            drawn["rungs"].as_array().unwrap().iter().map(|rung| rung["note"].clone()).collect::<Vec<_>>()
        };
        let english = [
            json!("Not readable, so ignored: Reason, Allow"),
            Value::Null,
            json!("Not readable, so ignored: a line that is no header"),
        ];
        assert_eq!(notes(Language::English), english);
        assert_eq!(notes(Language::German)[0], "Nicht lesbar, daher nicht beachtet: Reason, Allow");
        let lines = words::overlooked_in(&ladder, Language::English);
        assert_eq!(lines[0], "BYE from 192.0.2.8:5060: not readable, so ignored: Reason, Allow");
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn call_id_has_a_short_form_and_is_none_of_the_body() {
        let short = "BYE sip:102@b SIP/2.0\r\ni: early\r\n\r\nCall-ID: no";
        assert_eq!(call_id(&logged(2, Way::In, "192.0.2.8:5060", short)).as_deref(), Some("early"));
    }

    #[test]
    fn both_ends_of_a_message_are_named() {
        let messages = vec![logged(1, Way::In, "192.0.2.7:5060", "BYE sip:102@x SIP/2.0\r\n\r\n")];
        let ladder = Ladder { messages, complete: true };
        let names = names(&ladder, |_| Some("Anna".to_owned()));
        let drawn = draw(&ladder, &names, "Ringdown", &TimeZone::UTC, Language::English);
        assert_eq!((&drawn["rungs"][0]["from"], &drawn["rungs"][0]["to"]), (&json!("Anna"), &json!("Ringdown")));
    }

    #[test]
    fn the_caller_stands_left_of_us_and_the_called_right() {
        let (caller, called) = ("192.0.2.7:5060", "192.0.2.8:5060");
        let messages = vec![
            logged(1_500_000, Way::In, caller, "INVITE sip:102@x SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n"),
            logged(1_500_000, Way::Out, called, "INVITE sip:102@b SIP/2.0\r\n\r\n"),
            logged(1_500_001, Way::In, called, "SIP/2.0 200 OK\r\nCSeq: 2 BYE\r\n\r\n"),
        ];
        let drawn =
            draw(&Ladder { messages, complete: true }, &HashMap::new(), "Ringdown", &TimeZone::UTC, Language::English);
        let heads = drawn["heads"].as_array().unwrap();
        let heads: Vec<&str> = heads.iter().filter_map(|head| head["address"].as_str()).collect();
        assert_eq!(heads, [caller, "", called]);
        assert_eq!(drawn["rungs"][0]["title"], "INVITE");
        assert_eq!(drawn["rungs"][2]["title"], "200 OK (BYE)");
        assert_eq!(drawn["rungs"][2]["kind"], "good");
        assert_eq!(drawn["rungs"][0]["at"], "00:00:01.500");
        assert!(drawn["rungs"][2]["x1"].as_u64() > drawn["rungs"][2]["x2"].as_u64());
    }
}
