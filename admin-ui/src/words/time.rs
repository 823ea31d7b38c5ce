//! Lengths and moments as people say them.

use crate::language::Language;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pbx_core::base::time::Wall;

/// A length in microseconds: `12 s`, `4 min 10 s`, `1 h 5 min`. Under a second it is `0 s`.
pub fn length(micros: i64, language: Language) -> String {
    let seconds = micros.max(0) / 1_000_000;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let key = match (hours, minutes) {
        (0, 0) => "length-seconds",
        (0, _) if rest == 0 => "length-whole-minutes",
        (0, _) => "length-minutes",
        _ => "length-hours",
    };
    language.say(key, &[("h", hours.into()), ("m", minutes.into()), ("s", rest.into())])
}

/// The zone of this IANA name; UTC where the machine does not know it.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// A moment as seen from `now`: only the time today, with the day this year, else with the year.
pub fn moment(at: Wall, now: Wall, zone: &TimeZone, language: Language) -> String {
    let (Some(at), Some(now)) = (stamp(at, zone), stamp(now, zone)) else {
        return String::new();
    };
    let format = match (at.date() == now.date(), at.year() == now.year(), language) {
        (true, _, _) => "%H:%M:%S",
        (false, true, Language::English) => "%-d %b, %H:%M",
        (false, true, Language::German) => "%-d.%-m., %H:%M",
        (false, false, Language::English) => "%-d %b %Y, %H:%M",
        (false, false, Language::German) => "%-d.%-m.%Y, %H:%M",
    };
    at.strftime(format).to_string()
}

/// A moment with its day and its year, to the second.
pub fn date_and_time(at: Wall, zone: &TimeZone, language: Language) -> String {
    let format = match language {
        Language::English => "%-d %b %Y, %H:%M:%S",
        Language::German => "%-d.%-m.%Y, %H:%M:%S",
    };
    stamp(at, zone).map(|at| at.strftime(format).to_string()).unwrap_or_default()
}

/// A number with one decimal, given in tenths: `12.1`, in German `12,1`.
pub fn tenths(tenths: u64, language: Language) -> String {
    let point = match language {
        Language::English => '.',
        Language::German => ',',
    };
    format!("{}{point}{}", tenths / 10, tenths % 10)
}

fn stamp(at: Wall, zone: &TimeZone) -> Option<jiff::Zoned> {
    Some(Timestamp::from_microsecond(at.micros()).ok()?.to_zoned(zone.clone()))
}
