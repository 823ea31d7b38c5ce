//! Public numbers in E.164 (ITU-T), from what people dial and from what carriers send.

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};
use std::borrow::Cow;

/// Reads a number as a carrier sends it: `+49…`, `0049…`, `49…` or national (`030…`) in `country`;
/// returns `None` if it is none of these.
pub fn e164(dialled: &str, country: &str) -> Option<String> {
    let plain = global(dialled);
    if let Some(number) = from_plus_or_access_code(&plain, country) {
        return Some(number);
    }
    let national = national(&plain, country);
    let bare = || parse(&format!("+{plain}"), None);
    let found = match national {
        Some(number) if number.is_valid() => Some(number),
        possible => bare().filter(PhoneNumber::is_valid).or(possible).or_else(bare),
    };
    found.as_ref().map(format_e164)
}

/// Reads a number that has its country in it: `+49…`, `0049…` or `49…`; returns `None` for national
/// forms.
pub fn international(dialled: &str) -> Option<String> {
    let plain = global(dialled);
    let digits = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")).unwrap_or(&plain);
    parse(&format!("+{digits}"), None).as_ref().map(format_e164)
}

/// Returns the digits of a number without separators, with a plus where the text has one in some
/// form: `00+49…`, `+49 (0)30…`, or a local number whose context names the digits before it (RFC
/// 3966 §5.1.5).
pub(super) fn global(dialled: &str) -> String {
    let (number, params) = dialled.split_once(';').unwrap_or((dialled, ""));
    let is_international = number.trim_start().starts_with('+') || number.trim_start().starts_with("00");
    // The brackets of E.123 hold a zero that is dialled within the country alone.
    let number = if is_international { number.replacen("(0)", "", 1) } else { number.to_owned() };
    let plain = super::without_separators(&number);
    let from_plus = plain.trim_start_matches('0');
    if from_plus.starts_with('+') {
        return from_plus.to_owned();
    }
    let context = params.split(';').find_map(|param| {
        let (name, value) = param.split_once('=')?;
        name.eq_ignore_ascii_case("phone-context").then_some(value)
    });
    match context.filter(|context| context.starts_with('+')) {
        Some(context) => super::without_separators(context) + &plain,
        None => plain,
    }
}

/// Reads a number as it is dialled in `country`: with a plus, with the access code, or national. A
/// local number without its area code is none, because its area is not known.
pub(super) fn dialled(plain: &str, country: &str) -> Option<String> {
    from_plus_or_access_code(plain, country).or_else(|| national(plain, country).as_ref().map(format_e164))
}

/// Reads `+49…` or, with the country's international access code, `0049…`.
fn from_plus_or_access_code(plain: &str, country: &str) -> Option<String> {
    if plain.starts_with('+') {
        return parse(plain, None).as_ref().map(format_e164);
    }
    let code = access_code(country);
    let rest = plain.strip_prefix(code)?;
    parse(&format!("+{rest}"), None).as_ref().map(format_e164)
}

/// Returns the prefix of a foreign country's code: 00 by ITU-T E.123, but for a few countries.
fn access_code(country: &str) -> &'static str {
    match country {
        "US" | "CA" | "PR" | "GU" | "VI" => "011",
        "AU" => "0011",
        "JP" => "010",
        _ => "00",
    }
}

/// Reads a number of the country itself, dialled as its plan wants: with the trunk prefix where
/// there is one, and the area code.
fn national(plain: &str, country: &str) -> Option<PhoneNumber> {
    let region = Region::from_code(country).ok()?;
    if plain.starts_with('+') {
        return None;
    }
    let number = parse(plain, Some(region))?;
    let printed = number.format_as(PhoneNumberFormat::National);
    let printed: String = printed.chars().filter(char::is_ascii_digit).collect();
    let north_american = number.country_code == 1 && plain.strip_prefix('1') == Some(printed.as_str());
    // The library prints a number of no format as it is: then a trunk prefix, or being in use, has
    // to tell it from an incomplete number.
    let dialled_in_full = printed == plain && (plain.starts_with('0') || number.is_valid());
    (dialled_in_full || north_american).then_some(number)
}

/// Parses digits with the library, and only if a number of this length can exist. (The library
/// would also take letters, extensions and URIs.)
fn parse(plain: &str, region: Option<Region>) -> Option<PhoneNumber> {
    let plain = &*without_old_mobile_digit(plain);
    let digits = plain.strip_prefix('+').unwrap_or(plain);
    if !(4..=20).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = PHONE_NUMBER_UTIL.parse(plain, region).ok()?;
    matches!(number.is_possible_with_reason(), Ok(NumberLengthType::IsPossible)).then_some(number)
}

/// Removes the 1 that Mexico's mobile numbers had behind the country code until 2019; carriers
/// still send it.
fn without_old_mobile_digit(plain: &str) -> Cow<'_, str> {
    match plain.strip_prefix("+521") {
        Some(rest) if rest.len() == 10 => Cow::Owned(format!("+52{rest}")),
        _ => Cow::Borrowed(plain),
    }
}

fn format_e164(number: &PhoneNumber) -> String {
    number.format_as(PhoneNumberFormat::E164).into_owned()
}
