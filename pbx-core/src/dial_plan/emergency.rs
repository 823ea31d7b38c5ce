//! Numbers that must always get through.

/// The numbers that lead to an emergency service in each country, where they win over extensions.
/// Sources: the countries' numbering plans; 112 in the EU by Directive (EU) 2018/1972, article 109.
const BY_COUNTRY: &[(&[&str], &[&str])] = &[
    (&["DE"], &["110", "112"]),
    (&["AT"], &["112", "122", "133", "140", "141", "144"]),
    (&["CH", "LI"], &["112", "117", "118", "144", "1414", "145"]),
    (&["FR", "MC", "RE", "GP", "MQ", "GF", "YT"], &["15", "17", "18", "112", "114", "115", "119", "191", "196", "197"]),
    (&["GB", "IM", "JE", "GG", "IE"], &["112", "999"]),
    (&["US", "CA", "PR", "GU", "VI"], &["911"]),
    (&["MX"], &["911"]),
    (&["AU"], &["000", "112", "106"]),
    (&["NZ"], &["111", "112"]),
    (&["IT", "SM", "VA"], &["112", "113", "114", "115", "118", "1522", "1530"]),
    (&["ES"], &["112", "061", "062", "080", "085", "091", "092"]),
    (&["PT"], &["112", "117"]),
    (&["NL", "SE", "FI", "LU", "MT", "CY", "RO", "BG", "HR", "EE", "IS"], &["112"]),
    (&["BE"], &["100", "101", "112"]),
    (&["DK"], &["112"]),
    (&["NO"], &["110", "112", "113"]),
    (&["PL"], &["112", "997", "998", "999", "986"]),
    (&["CZ"], &["112", "150", "155", "156", "158"]),
    (&["SK"], &["112", "150", "155", "158"]),
    (&["HU"], &["104", "105", "107", "112"]),
    (&["SI"], &["112", "113"]),
    (&["GR"], &["100", "108", "112", "166", "199"]),
    (&["LV", "LT"], &["01", "02", "03", "112"]),
    (&["JP"], &["110", "118", "119"]),
    (&["KR"], &["112", "119"]),
    (&["CN"], &["110", "119", "120", "122"]),
    (&["IN"], &["100", "101", "102", "108", "112"]),
    (&["SG"], &["995", "999"]),
    (&["HK"], &["112", "999"]),
    (&["BR"], &["190", "192", "193"]),
    (&["AR"], &["100", "101", "107", "911"]),
    (&["ZA"], &["10111", "10177", "112"]),
    (&["TR"], &["112"]),
    (&["IL"], &["100", "101", "102", "112"]),
    (&["AE"], &["997", "998", "999", "112"]),
];

/// The numbers that people dial in need wherever they come from (3GPP TS 22.101 §10.1.1). They
/// yield to an extension where the country does not use them.
const ANYWHERE: &[&str] = &["112", "911"];

/// Returns whether a dialled string is an emergency number in some country, or the URN of the
/// emergency services; for use where the country is not known.
pub fn may_be_emergency(dialled: &str) -> bool {
    service(dialled).is_some() || of_some_country(&super::without_separators(dialled))
}

/// Returns whether this is an emergency number of that country. A country that is not in the table
/// uses 112, 911 and 999.
pub(super) fn of_country(plain: &str, country: &str) -> bool {
    let listed = BY_COUNTRY.iter().find(|(countries, _)| countries.iter().any(|c| c.eq_ignore_ascii_case(country)));
    match listed {
        Some((_, numbers)) => numbers.contains(&plain),
        None => matches!(plain, "112" | "911" | "999"),
    }
}

/// Returns whether this is an emergency number of any country.
fn of_some_country(plain: &str) -> bool {
    anywhere(plain) || BY_COUNTRY.iter().any(|(_, numbers)| numbers.contains(&plain))
}

/// Returns the URN of an emergency service (RFC 5031 §4.2), `urn:service:sos.fire`, in lower case;
/// it may come without its `urn:`. Phones that recognise a call for help dial it.
pub(super) fn service(dialled: &str) -> Option<String> {
    let lower = dialled.to_ascii_lowercase();
    let service = lower.strip_prefix("urn:").unwrap_or(&lower);
    let rest = service.strip_prefix("service:sos")?;
    let fits = service.len() <= super::LONGEST && (rest.is_empty() || rest.starts_with('.'));
    fits.then(|| format!("urn:{service}"))
}

/// Returns whether this is an emergency number that is known everywhere.
pub(super) fn anywhere(plain: &str) -> bool {
    ANYWHERE.contains(&plain)
}
