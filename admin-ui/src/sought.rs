//! What is looked for in the calls when somebody types a number: people write one in many ways, records in one.

use pbx_core::dial_plan::Dialled;

/// The fewest digits that are taken for a public number: shorter ones are extensions or parts of anything.
const SHORTEST: usize = 5;

/// The text to look for. What looks like a public number to somebody in `country` (ISO 3166) becomes those of its digits that
/// every way to write it has: without signs and spaces, and without what is dialled before it at home or from abroad.
pub(crate) fn sought(text: &str, country: &str) -> String {
    let typed = text.trim();
    let sign = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}');
    let plain: String = typed.chars().filter(|c| !sign(*c)).collect();
    let digits = plain.strip_prefix('+').unwrap_or(&plain);
    let significant = digits.trim_start_matches('0');
    if significant.len() < SHORTEST || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return typed.to_owned();
    }
    match Dialled::read(&plain, country, |_| false) {
        // Another prefix than zeros: the 8 of Russia.
        Dialled::Number(number) if !number.ends_with(significant) => number.trim_start_matches('+').to_owned(),
        _ => significant.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let records = ["+493023125001", "03023125001"];
        for typed in ["030 23125001", "030/2312-5001", "(030) 23 12 50 01", "030 2312"] {
            let found = sought(typed, "DE");
            assert!(records.iter().all(|record| record.contains(&found)), "{typed} → {found}");
        }
        for typed in ["+49 30 23125001", "0049 30 23125001", "493023125001", "+49 30 23"] {
            let found = sought(typed, "DE");
            assert!(records[0].contains(&found), "{typed} → {found}");
        }
        assert!("+74951234567".contains(&sought("8 (495) 123-45-67", "RU")));
        assert!("+12125550100".contains(&sought("(212) 555-0100", "US")));
    }

    #[test]
    fn what_is_no_public_number_is_looked_for_as_it_is() {
        for typed in ["101", "Anna Berg", "1-2345@192.0.2.1", "0170", "*57204", "00000"] {
            assert_eq!(sought(&format!(" {typed} "), "DE"), typed);
        }
    }
}
