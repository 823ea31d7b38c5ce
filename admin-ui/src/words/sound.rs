//! How a call sounded, in each direction: what came from whom, and what was wrong with it.

use super::{Names, party, tenths};
use crate::language::Language;
use pbx_core::base::ids::LegId;
use pbx_core::cdr::{CallRecord, ReceivedMedia, Segment};

/// How good what came from one side was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Quality {
    /// Nothing to complain about.
    Good,
    /// One could hear that something is wrong: over 1 % lost, or over 30 ms of jitter.
    Fair,
    /// Words were missing: over 5 % lost, or over 60 ms of jitter.
    Poor,
    /// Nothing came, and nothing was meant to: the side was on hold.
    Held,
    /// Nothing came although it should have: one-way audio.
    Silent,
}

impl Quality {
    /// A stable word for style sheets and for the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::Held => "held",
            Self::Silent => "silent",
        }
    }
}

/// What came from one side of a segment, in words.
#[derive(Clone, PartialEq, Debug)]
pub struct SideHeard {
    /// From whom.
    pub who: String,
    /// How good.
    pub quality: Quality,
    /// Lost packets in tenths of a percent of those sent.
    pub lost_permille: u64,
    /// Interarrival jitter in milliseconds.
    pub jitter_ms: u32,
    /// Packets received.
    pub packets: u64,
    /// All of it in words, with wrong addresses and strangers named.
    pub text: String,
}

/// Every direction of every measured segment, in order.
pub fn heard(record: &CallRecord, names: &dyn Names, language: Language) -> Vec<SideHeard> {
    let mut sides = Vec::new();
    for segment in &record.segments {
        let Some(media) = &segment.media else { continue };
        sides.push(side(&media.from_a, record, segment, segment.a, names, language));
        sides.push(side(&media.from_b, record, segment, segment.b, names, language));
    }
    sides
}

fn side(
    heard: &ReceivedMedia,
    record: &CallRecord,
    segment: &Segment,
    leg: LegId,
    names: &dyn Names,
    language: Language,
) -> SideHeard {
    let found = record.legs.iter().find(|candidate| candidate.id == leg).map(|leg| &leg.party);
    let fallback = if leg == segment.a { &record.from } else { &record.to };
    let who = found.unwrap_or(fallback);
    let who = who.person.and_then(|id| names.person(id)).unwrap_or_else(|| party(who, language));
    let quality = judge(heard);
    let sent = heard.packets + heard.lost;
    let lost_permille = (heard.lost * 1000).checked_div(sent).unwrap_or(0);
    let jitter_ms = heard.jitter_us / 1000;
    let text = [
        Some(verdict(heard, quality, &who, language)),
        wrong_address(heard, &who, language),
        strangers(heard, language),
        would_roam(heard, &who, language),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" ");
    SideHeard { who, quality, lost_permille, jitter_ms, packets: heard.packets, text }
}

fn judge(heard: &ReceivedMedia) -> Quality {
    if heard.packets == 0 {
        return if heard.silence_expected { Quality::Held } else { Quality::Silent };
    }
    let permille = (heard.lost * 1000).checked_div(heard.packets + heard.lost).unwrap_or(0);
    match (permille, heard.jitter_us) {
        (0..=10, 0..=30_000) => Quality::Good,
        (0..=50, 0..=60_000) => Quality::Fair,
        _ => Quality::Poor,
    }
}

fn verdict(heard: &ReceivedMedia, quality: Quality, who: &str, language: Language) -> String {
    let permille = (heard.lost * 1000).checked_div(heard.packets + heard.lost).unwrap_or(0);
    let lost = tenths(permille, language);
    let announced = heard.announced.clone().unwrap_or_default();
    let key = match quality {
        Quality::Good => "sound-good",
        Quality::Fair => "sound-fair",
        Quality::Poor => "sound-poor",
        Quality::Held => "sound-held",
        Quality::Silent if heard.announced.is_some() => "sound-silent-announced",
        Quality::Silent => "sound-silent",
    };
    language.say(
        key,
        &[
            ("who", who.to_owned().into()),
            ("lost", lost.into()),
            ("jitter", (heard.jitter_us / 1000).into()),
            ("announced", announced.into()),
        ],
    )
}

/// Said one address, sent from another: a NAT or a wrong setting. The relay followed the packets.
fn wrong_address(heard: &ReceivedMedia, who: &str, language: Language) -> Option<String> {
    let (announced, latched) = (heard.announced.as_ref()?, heard.latched.as_ref()?);
    (announced != latched).then(|| {
        language.say(
            "sound-wrong-address",
            &[
                ("who", who.to_owned().into()),
                ("announced", announced.clone().into()),
                ("latched", latched.clone().into()),
            ],
        )
    })
}

fn strangers(heard: &ReceivedMedia, language: Language) -> Option<String> {
    let others: Vec<&str> =
        heard.strangers.iter().filter(|who| heard.would_roam.as_ref() != Some(who)).map(String::as_str).collect();
    (!others.is_empty())
        .then(|| language.say("sound-strangers", &[("count", others.len().into()), ("who", others.join(", ").into())]))
}

/// A stream was refused that may have been the phone's own, from another network: names the setting that lets it in.
fn would_roam(heard: &ReceivedMedia, who: &str, language: Language) -> Option<String> {
    let from = heard.would_roam.clone()?;
    Some(language.say("sound-would-roam", &[("who", who.to_owned().into()), ("from", from.into())]))
}
