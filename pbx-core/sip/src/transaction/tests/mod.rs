mod client_layer;
mod keys;
mod lossy;
mod server_layer;
mod tables;

use super::{Action, Layer, Peer, Timers};
use crate::time::Instant;
use crate::{Message, Method, Reply, ResponseBuilder, StatusCode};
use std::time::Duration;

const START: Instant = Instant::from_micros(1_000_000);

fn at(millis: u64) -> Instant {
    START + Duration::from_millis(millis)
}

fn layer() -> Layer<u64> {
    Layer::new(Timers::default())
}

fn request_with(method: &Method, branch: &str, from_tag: &str) -> Message {
    let (headers, cseq) =
        ("To: <sip:ben@b.test>\r\nCall-ID: c1\r\nRoute: <sip:p.test;lr>\r\n", format!("CSeq: 7 {method}\r\n"));
    Message::parse(format!(
        "{method} sip:ben@b.test SIP/2.0\r\nVia: SIP/2.0/UDP a.test;branch={branch};received=192.0.2.1;rport=5062\r\n\
         From: <sip:anna@a.test>;tag={from_tag}\r\n{headers}{cseq}Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ))
    .unwrap()
}

fn request(method: &Method) -> Message {
    request_with(method, "z9hG4bK1", "f1")
}

fn response(request: &Message, code: u16) -> Message {
    ResponseBuilder::new(request, StatusCode::new(code).unwrap(), None, Some("t1")).finish().unwrap()
}

fn reply(request: &Message, code: u16) -> Reply {
    Reply::of(&response(request, code)).unwrap()
}

/// The start lines that were sent, short: `INVITE`, `ACK`, `200`.
fn sent<U>(actions: &[Action<U>]) -> Vec<String> {
    wire(actions).iter().map(|message| message.to_string()).map(|text| start_of(&text)).collect()
}

fn start_of(text: &str) -> String {
    let mut words = text.split(' ');
    let first = words.next().unwrap_or_default();
    if first == "SIP/2.0" { words.next().unwrap_or_default().to_owned() } else { first.to_owned() }
}

fn wire<U>(actions: &[Action<U>]) -> Vec<Message> {
    let bytes = actions.iter().filter_map(|action| match action {
        Action::Send { bytes, .. } => Some(bytes.clone()),
        _ => None,
    });
    bytes.map(|bytes| Message::parse(bytes).unwrap()).collect()
}

/// Fires all timers up to a moment; what was sent, with the milliseconds since the start.
fn run_until(layer: &mut Layer<u64>, end: Instant) -> Vec<(u64, Action<u64>)> {
    let mut all = Vec::new();
    while let Some(due) = layer.next_deadline().filter(|due| *due <= end) {
        let millis = due.since(START).as_millis() as u64;
        all.extend(layer.fire(due).into_iter().map(|action| (millis, action)));
    }
    all
}

/// The moments at which something was sent.
fn send_times(log: &[(u64, Action<u64>)]) -> Vec<u64> {
    log.iter().filter(|(_, action)| matches!(action, Action::Send { .. })).map(|(millis, _)| *millis).collect()
}
