//! What words may look like.

use pbx_sip::uri::Uri;

/// Countries by ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ \
    FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP \
    MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE \
    RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV \
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

pub(super) fn is_slug(text: &str) -> bool {
    let ends = |c: char| c.is_ascii_alphanumeric() || c == '+';
    (1..=64).contains(&text.len())
        && text.starts_with(ends)
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+@".contains(c))
}

/// Zeros alone are none: people everywhere know 0 as the way out or to the reception, and 00 as the way abroad.
pub(super) fn is_extension(text: &str) -> bool {
    (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && text.bytes().any(|b| b != b'0')
}

/// Text for people holds nothing that cannot be seen and changes how its neighbours look: no control characters, no line
/// breaks, nothing that turns the direction of writing (UAX #9 §2), by which one name can look like another.
pub(super) fn is_plain_text(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !text.chars().any(|c| c.is_control() || turns(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}'))
}

/// Whether it is a number of E.164 §6: at most 15 digits, the first not zero.
pub(super) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
    })
}

pub(super) fn is_email(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    text.len() <= 254
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && local.chars().all(plain) && is_domain(domain))
}

/// Whether it is a host name by RFC 1123 §2.1; one label is enough.
pub(super) fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

pub(super) fn is_host(text: &str) -> bool {
    let address = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    address.parse::<std::net::IpAddr>().is_ok() || is_domain(text)
}

/// Whether it is a language tag of BCP 47: a language and subtags.
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether it is a `user` of RFC 3261 §25.1 without characters that need escapes or are taken for parameters.
pub(super) fn is_sip_user(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!~*&=+$".contains(c))
}

/// Whether it is a SIP URI with a host, without headers and brackets.
pub(super) fn is_contact(text: &str) -> bool {
    text.len() <= 255
        && text.chars().all(|c| c.is_ascii_graphic() && !"<>\"".contains(c))
        && matches!(Uri::parse(text), Ok(Uri::Sip(uri)) if uri.headers().is_none())
}

/// Checks `http://host/path/{placeholder}`: the host must be fixed, so that a caller's number never chooses who is asked.
pub(super) fn check_url(url: &str) -> Result<(), String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return Err("must begin with http:// or https://".to_owned()) };
    if url.len() > 2000 || !url.chars().all(|c| c.is_ascii_graphic()) {
        return Err("must be at most 2000 visible ASCII characters".to_owned());
    }
    let (authority, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err("must not hold a user name or password".to_owned());
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            if port.parse::<u16>().is_err() {
                return Err(format!("{port:?} is no port"));
            }
            host
        }
        _ => authority,
    };
    if !is_host(host) {
        return Err(format!("{host:?} is no host"));
    }
    placeholders(rest)
}

fn placeholders(mut rest: &str) -> Result<(), String> {
    while let Some(open) = rest.find(['{', '}']) {
        let inner = rest[open..].strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let Some((name, after)) = inner else { return Err("has a brace without its other half".to_owned()) };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(format!("{{{name}}} is no placeholder: letters, digits and _"));
        }
        rest = after;
    }
    Ok(())
}

pub(super) fn is_country(text: &str) -> bool {
    text.len() == 2 && COUNTRIES.split_whitespace().any(|country| country == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_strictly() {
        for good in
            ["http://127.0.0.1:9099/customers/{number}", "https://crm.acme.test/x?n={number}", "http://[::1]:80/"]
        {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in [
            "ftp://a/",
            "http://",
            "http://{host}/",
            "http://a:x/",
            "http://u:p@a/",
            "http://a/{",
            "http://a/{a b}",
            "http://a/ b",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn contacts_are_sip_addresses() {
        assert!(is_contact("sip:127.0.0.1:7080"));
        assert!(is_contact("sip:desk@[::1]:7080;transport=tcp"));
        for bad in ["127.0.0.1:7080", "tel:+49", "sip:", "<sip:a>", "sip:a b", "sip:a\r\nVia: x"] {
            assert!(!is_contact(bad), "{bad}");
        }
    }

    #[test]
    fn names_of_every_alphabet_are_plain_and_what_turns_them_is_not() {
        for name in ["Anna Berg", "شهرام‌ کریمی", "李小龙", "Zoë 🎺"] {
            assert!(is_plain_text(name), "{name}");
        }
        for sign in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{7}', '\u{9b}', '\n', '\u{2028}', '\u{feff}'] {
            assert!(!is_plain_text(&format!("Anna{sign}Berg")), "{sign:?}");
        }
    }

    #[test]
    fn words_of_other_alphabets_are_no_extensions() {
        assert!(is_extension("101"));
        assert!(is_extension("010"));
        for bad in ["", "*57", "1o1", "١٠١", "12345678901", "0", "00"] {
            assert!(!is_extension(bad), "{bad}");
        }
    }
}
