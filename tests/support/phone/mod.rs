//! A simulated phone, or a carrier's gateway: a small user agent of RFC 3261 with a manner of its own. It knows nothing of
//! the exchange's code, speaks through `rsip`, and remembers what it saw.

mod answer;
mod auth;
mod call;
mod dial;
mod incoming;
mod manner;
mod media;
pub(crate) mod message;
mod outgoing;
mod power;
mod register;
pub(crate) mod sdp;
mod transactions;
mod transfer;
mod view;

pub(crate) use manner::{Errand, HoldsBy, Manner, Moods, PATIENCE, SILENCE, Says, VanishesAfter, Whim};
pub(crate) use view::View;

use super::exchange::SERVER;
use super::fate;
use call::Talk;
use pbx_core::base::flow::Transport;
use pbx_core::base::time::Instant;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use transactions::{Answered, Sent};

/// What a phone wants of the world.
#[derive(Debug)]
pub(crate) enum Do {
    /// Send SIP from the phone's address to the exchange.
    Send(Vec<u8>),
    /// Send media.
    Rtp { from: SocketAddr, to: SocketAddr, bytes: Vec<u8> },
    /// Come back to this.
    Later(Duration, Alarm),
    /// Be without power: whatever connections it had are nobody's.
    Vanish,
}

/// What a phone wants to be reminded of.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Alarm {
    /// Register, or refresh the registration.
    Register,
    /// Go on an errand.
    Errand(usize),
    /// A request was not answered yet.
    Again(String),
    /// A final answer was not acknowledged yet.
    AnswerAgain(String, String),
    /// Say 18x.
    Ring(String),
    /// Say the final word.
    Say(String),
    /// Do this in a call.
    Do(String, Whim),
    /// Send the next packets.
    Play(String),
    /// Have power again.
    PowerOn,
}

/// One phone.
pub(crate) struct Phone {
    /// `acme/101`, or `carrier`.
    pub(crate) name: String,
    /// Its SIP user; a carrier has none.
    pub(crate) user: Option<String>,
    /// Where it is.
    pub(crate) addr: SocketAddr,
    /// How it sends SIP.
    pub(crate) over: Transport,
    /// How it answers.
    pub(crate) manner: Manner,
    /// It has another manner at every call that comes.
    pub(crate) moods: Option<Moods>,
    /// Its calls to make.
    pub(crate) errands: Vec<Errand>,
    /// The code that its REGISTER got last.
    pub(crate) registered: Option<u16>,
    /// How often it plays a packet while it talks.
    pub(crate) beat: Duration,
    /// What it saw, in the order in which the calls began.
    views: Vec<View>,
    /// What the exchange did against the RFC, and in which call.
    pub(crate) complaints: Vec<(String, String)>,
    /// The power is off.
    pub(crate) gone: bool,
    /// And will be on again, after a while.
    pub(crate) comes_back: bool,
    seed: u64,
    minted: u64,
    calls: BTreeMap<String, Talk>,
    sent: BTreeMap<String, Sent>,
    answered: BTreeMap<(String, String), Answered>,
    register: register::Registration,
}

impl Phone {
    /// A phone that has just been plugged in.
    pub(crate) fn new(name: String, user: Option<String>, addr: SocketAddr, seed: u64) -> Self {
        Self {
            name,
            user,
            addr,
            over: Transport::Udp,
            manner: Manner::default(),
            moods: None,
            errands: vec![],
            registered: None,
            beat: Duration::from_millis(500),
            views: vec![],
            complaints: vec![],
            gone: false,
            comes_back: false,
            seed,
            minted: 0,
            calls: BTreeMap::new(),
            sent: BTreeMap::new(),
            answered: BTreeMap::new(),
            register: register::Registration::default(),
        }
    }

    /// What marks its audio.
    pub(crate) fn mark(&self) -> u32 {
        fate(7, &[u64::from(self.addr.port()), ip_number(self.addr)]) as u32
    }

    /// What it saw, in the order in which the calls began.
    pub(crate) fn views(&self) -> &[View] {
        &self.views
    }

    /// Whether it has nothing more to do or to wait for.
    pub(crate) fn is_idle(&self) -> bool {
        self.gone || self.calls.values().all(Talk::is_over)
    }

    /// An alarm that it asked for.
    pub(crate) fn remind(&mut self, now: Instant, alarm: Alarm) -> Vec<Do> {
        let mut out = vec![];
        if self.gone && alarm != Alarm::PowerOn {
            return out;
        }
        match alarm {
            Alarm::Register => self.send_register(now, &mut out),
            Alarm::Errand(n) => self.dial(now, n, &mut out),
            Alarm::Again(branch) => self.again(now, &branch, &mut out),
            Alarm::AnswerAgain(branch, method) => self.answer_again(now, branch, method, &mut out),
            Alarm::Ring(call) => self.ring(now, &call, &mut out),
            Alarm::Say(call) => self.say(now, &call, &mut out),
            Alarm::Do(call, whim) => self.whim(now, &call, &whim, &mut out),
            Alarm::Play(call) => self.play(now, &call, &mut out),
            Alarm::PowerOn => self.power_on(now, &mut out),
        }
        out
    }

    /// SIP has come.
    pub(crate) fn receive(&mut self, now: Instant, bytes: &[u8]) -> Vec<Do> {
        let mut out = vec![];
        // Line ends keep a NAT's way open and say nothing.
        if self.gone || bytes.iter().all(|byte| b"\r\n".contains(byte)) {
            return out;
        }
        match message::read(bytes) {
            rsip::sip::SipMessage::Request(request) => self.request(now, &request, &mut out),
            rsip::sip::SipMessage::Response(response) => self.response(now, &response, &mut out),
        }
        out
    }

    /// How it takes the call that comes now.
    fn mood(&self) -> Manner {
        let calls = self.views.iter().filter(|view| !view.made).count() as u64;
        self.moods.map_or_else(|| self.manner.clone(), |moods| Manner::of_mood(moods, ip_number(self.addr), calls))
    }

    fn view(&mut self, call: &str) -> Option<&mut View> {
        self.views.iter_mut().rev().find(|view| view.call_id == call)
    }

    /// A word that no other phone and no other call has.
    fn mint(&mut self, what: &str) -> String {
        self.minted += 1;
        format!("{what}{:016x}", fate(self.seed, &[ip_number(self.addr), self.minted]))
    }

    fn contact(&self) -> String {
        let by = self.over.uri_param().map(|name| format!(";transport={name}")).unwrap_or_default();
        format!("sip:{}@{}{by}", self.user.as_deref().unwrap_or("gw"), self.addr)
    }

    fn via(&self, branch: &str) -> (&'static str, String) {
        ("Via", format!("SIP/2.0/{} {};rport;branch={branch}", self.over.via(), self.addr))
    }

    fn complain(&mut self, call: &str, what: &str) {
        self.complaints.push((call.to_owned(), format!("{} in {call}: {what}", self.name)));
    }
}

fn ip_number(addr: SocketAddr) -> u64 {
    match addr.ip() {
        std::net::IpAddr::V4(ip) => u64::from(u32::from(ip)),
        std::net::IpAddr::V6(ip) => u128::from(ip) as u64,
    }
}

/// Where everything goes.
pub(crate) fn server_uri(user: &str) -> String {
    format!("sip:{user}@{SERVER}")
}
