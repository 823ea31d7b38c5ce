//! Whether a caller asked not to be shown, in every spelling that carriers and phones use for it.
//!
//! A number that is shown against its owner's wish cannot be taken back, so in doubt it is not
//! shown.

use pbx_sip::{Message, NameAddr};

/// The host of an identity that is withheld (RFC 3323 §4.1.1.3).
pub(crate) const NOWHERE: &str = "anonymous.invalid";

/// The values of Privacy that have the caller hidden (RFC 3323 §4.2, RFC 3325 §9.3).
const WISHES: [&str; 5] = ["id", "user", "header", "session", "critical"];

/// The value of Remote-Party-ID's `privacy` where nothing is to be hidden
/// (draft-ietf-sip-privacy-04).
const OPEN: &str = "off";

/// The words in the place of a number that is withheld or was not delivered.
const NOBODY: [&str; 8] =
    ["anonymous", "restricted", "private", "withheld", "unavailable", "unknown", "nonumber", "no-number"];

/// Returns whether the caller of an INVITE asked not to be shown.
pub(crate) fn withheld(invite: &Message) -> bool {
    asks_for_privacy(invite) || remote_party_is_private(invite) || invite.from_addr().is_ok_and(is_nobody)
}

/// Reads Privacy; its values are separated by semicolons, and by some senders with commas or in
/// quotes.
fn asks_for_privacy(invite: &Message) -> bool {
    let wishes = invite.privacy();
    let mut words = wishes.iter().flat_map(|wish| wish.split([',', ';'])).map(|word| word.trim().trim_matches('"'));
    words.any(|word| WISHES.iter().any(|wish| wish.eq_ignore_ascii_case(word.trim())))
}

/// Reads Remote-Party-ID, whose name was never registered and which older systems send instead of
/// Privacy.
fn remote_party_is_private(invite: &Message) -> bool {
    let Some(header) = invite.header_named("Remote-Party-ID") else { return false };
    let value = header.value().to_ascii_lowercase();
    value.split(';').filter_map(|param| param.trim().strip_prefix("privacy")).any(|param| {
        let wish = param.trim_start().strip_prefix('=').map(|wish| wish.trim().trim_matches('"'));
        wish.is_some_and(|wish| !wish.split('-').all(|part| part == OPEN))
    })
}

/// Returns whether an address names nobody: by its host, by a word in place of a number, or by a
/// number without a digit but zeros.
pub(crate) fn is_nobody(address: &NameAddr) -> bool {
    let is_word = |text: &str| NOBODY.iter().any(|word| word.eq_ignore_ascii_case(text.trim()));
    if address.display_name().is_some_and(|name| name.eq_ignore_ascii_case("anonymous")) {
        return true;
    }
    let nowhere = address.uri().as_sip().is_some_and(|uri| uri.host().to_string().eq_ignore_ascii_case(NOWHERE));
    let user = address.uri().addressee();
    nowhere || is_word(&user) || user.chars().all(|c| matches!(c, '+' | '0' | ' ' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn invite(from: &str, more: &str) -> Message {
        let text = format!(
            "INVITE sip:+4930555200@pbx.test SIP/2.0\r\nVia: SIP/2.0/UDP c.test;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n\
             From: {from};tag=1\r\nTo: <sip:+4930555200@pbx.test>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n{more}\
             Content-Length: 0\r\n\r\n"
        );
        Message::parse(Bytes::from(text)).unwrap()
    }

    #[test]
    fn every_spelling_of_withheld_withholds() {
        let number = "<sip:+4930555777@c.test>";
        for more in [
            "Privacy: id\r\n",
            "Privacy: header,id\r\n",
            "Privacy: header;id\r\n",
            "Privacy: \"id\"\r\n",
            "Privacy: none\r\nPrivacy: ID\r\n",
            "Privacy: user ; critical\r\n",
            "Remote-Party-ID: <sip:+4930555777@c.test>;privacy=full\r\n",
            "Remote-Party-ID: \"A\" <sip:+4930555777@c.test>;party=calling;screen=yes;privacy=\"name\"\r\n",
        ] {
            assert!(withheld(&invite(number, more)), "{more}");
        }
        for from in [
            "\"Anonymous\" <sip:+4930555777@c.test>",
            "<sip:anonymous@c.test>",
            "<sip:x@anonymous.invalid>",
            "<sip:Restricted@c.test>",
            "<sip:unavailable@c.test>",
            "<sip:unknown@c.test>",
            "<sip:PRIVATE@c.test>",
            "<sip:+@c.test>",
            "<sip:0@c.test>",
            "<sip:c.test>",
        ] {
            assert!(withheld(&invite(from, "")), "{from}");
        }
    }

    #[test]
    fn caller_who_asks_for_nothing_is_shown() {
        let number = "\"Anna Berg\" <sip:+4930555777@c.test>";
        for more in [
            "",
            "Privacy: none\r\n",
            "Privacy: history\r\n",
            "Remote-Party-ID: <sip:+4930555777@c.test>;privacy=off\r\n",
            "Remote-Party-ID: <sip:+4930555777@c.test>;screen=yes\r\n",
        ] {
            assert!(!withheld(&invite(number, more)), "{more}");
        }
        for from in ["<sip:100@c.test>", "<sip:reception@c.test>", "<tel:+4930555777>"] {
            assert!(!withheld(&invite(from, "")), "{from}");
        }
    }
}
