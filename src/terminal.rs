//! What the program prints for people: names and numbers come from callers and from other companies' systems, so whatever a
//! terminal would obey is shown as an escape instead. The escapes are those of JSON and of YAML's double quotes: data stays data.

/// A text of several lines.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if sign != '\n' && is_obeyed(sign) { escape(sign, &mut out) } else { out.push(sign) }
    }
    out
}

/// A value that stands on one line, or a line with values in it: a line's end in it is none.
pub fn on_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if is_obeyed(sign) { escape(sign, &mut out) } else { out.push(sign) }
    }
    out
}

/// Controls (C0, DEL, C1), ends of line, and what turns the direction of writing (UAX #9 §2) or hides itself.
fn is_obeyed(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn escape(sign: char, out: &mut String) {
    match sign {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // All of them are in the first plane: four digits do.
        sign => out.push_str(&format!("\\u{:04x}", u32::from(sign))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let hostile = "a\u{1b}[31m\r\nb\u{202e}c\u{9b}\u{7f}\u{2028}\u{feff}";
        assert_eq!(on_one_line(hostile), "a\\u001b[31m\\r\\nb\\u202ec\\u009b\\u007f\\u2028\\ufeff");
        assert_eq!(escaped("one\ntwo\r"), "one\ntwo\\r");
    }

    #[test]
    fn words_of_every_language_stay_as_they_are() {
        for text in ["Jürgen Öz → 101", "日本語", "שלום", "👩\u{200d}💻 “x”"] {
            assert_eq!(on_one_line(text), text);
        }
    }

    #[test]
    fn escaped_json_is_the_same_json() {
        let value = serde_json::json!({ "name": "a\u{202e}b\u{9b}\u{7f}\nc" });
        let read: serde_json::Value = serde_json::from_str(&escaped(&value.to_string())).unwrap();
        assert_eq!(read, value);
    }
}
