//! `now` of a script: the moment in the tenant's zone, and its holiday if it is one.

use crate::base::time::Wall;
use crate::base::value::Value;
use crate::directory::Tenant;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// Makes the moment as templates see it. An unknown zone reads as UTC: the import refuses such
/// zones.
pub(crate) fn table(tenant: &Tenant, wall: Wall) -> Value {
    self::of(wall, &tenant.timezone, |date| {
        tenant.holidays.iter().find(|holiday| holiday.date == date).map(|holiday| holiday.name.clone())
    })
}

fn of(wall: Wall, name: &str, holiday: impl Fn(&str) -> Option<String>) -> Value {
    let zone = TimeZone::get(name).unwrap_or(TimeZone::UTC);
    let moment = Timestamp::from_microsecond(wall.micros()).unwrap_or_default().to_zoned(zone);
    let date = moment.date().to_string();
    let holiday = holiday(&date).map_or(Value::Null, Value::from);
    Value::table([
        ("date", date.into()),
        ("time", format!("{:02}:{:02}", moment.hour(), moment.minute()).into()),
        ("year", i64::from(moment.year()).into()),
        ("month", i64::from(moment.month()).into()),
        ("day", i64::from(moment.day()).into()),
        ("hour", i64::from(moment.hour()).into()),
        ("minute", i64::from(moment.minute()).into()),
        ("minutes", (i64::from(moment.hour()) * 60 + i64::from(moment.minute())).into()),
        ("zone", name.into()),
        ("weekday", weekday(moment.weekday()).into()),
        ("unix", wall.seconds().into()),
        ("holiday", holiday),
    ])
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_is_the_tenants() {
        // 2026-10-25T00:30:00Z: the night in which Berlin's clocks go back.
        let wall = Wall::from_micros(1_792_888_200_000_000);
        let now = of(wall, "Europe/Berlin", |date| (date == "2026-10-25").then(|| "Clock day".to_owned()));
        assert_eq!(now.get("time"), Some(&"02:30".into()));
        assert_eq!(now.get("weekday"), Some(&"sun".into()));
        assert_eq!(now.get("holiday"), Some(&"Clock day".into()));
        assert_eq!(of(wall, "Nowhere/Land", |_| None).get("time"), Some(&"00:30".into()));
    }
}
