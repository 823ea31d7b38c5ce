//! The ids that we put on the wire. Branches and tags carry the slot, so that any reader finds the engine.
//!
//! One form for both: the cookie `rd`, three hex digits of slot, sixteen hex digits of randomness. A branch has RFC 3261's
//! magic cookie before it. Nothing in it tells a thread, a node or a tenant.

use crate::ids::{SLOTS, Slot};
use crate::time::Wall;
use pbx_sip::spell;

/// The magic cookie that every branch begins with (RFC 3261 §8.1.1.7).
pub const MAGIC: &str = "z9hG4bK";

/// The mark that an id of ours begins with.
const COOKIE: &str = "rd";

/// Digits of the slot.
const SLOT_DIGITS: usize = 3;

/// Digits of the randomness.
const RANDOM_DIGITS: usize = 16;

/// Digits of the second in a Call-ID.
const SECOND_DIGITS: usize = 8;

/// A tag of ours: 21 characters of RFC 3261's `token`. The randomness must not be guessable.
pub fn mint(slot: Slot, random: u64) -> String {
    written("", slot, random)
}

/// A Via branch of ours: [`mint`] behind the magic cookie.
pub fn branch(slot: Slot, random: u64) -> String {
    written(MAGIC, slot, random)
}

/// A Call-ID of ours (RFC 3261 §8.1.1.4): the second and randomness. It begins with the time so that what is kept by it lies
/// together with what came shortly before; nobody is found by it on the wire.
pub fn call_id(now: Wall, random: u64) -> String {
    let mut text = String::with_capacity(COOKIE.len() + SECOND_DIGITS + RANDOM_DIGITS);
    text.push_str(COOKIE);
    // Its low 32 bits: they last until 2106, and what comes then begins anew.
    let second = u64::try_from(now.seconds()).unwrap_or(0) & u64::from(u32::MAX);
    spell::hex(&mut text, second, SECOND_DIGITS);
    spell::hex(&mut text, random, RANDOM_DIGITS);
    text
}

fn written(before: &str, slot: Slot, random: u64) -> String {
    let mut text = String::with_capacity(before.len() + COOKIE.len() + SLOT_DIGITS + RANDOM_DIGITS);
    text.extend([before, COOKIE]);
    spell::hex(&mut text, u64::from(slot.0), SLOT_DIGITS);
    spell::hex(&mut text, random, RANDOM_DIGITS);
    text
}

/// The slot in a branch or tag of ours; nothing if it is not ours. Letters' case does not matter, because
/// some peers hand tags back in another one.
pub fn slot_of(text: &str) -> Option<Slot> {
    let bytes = text.as_bytes();
    let bytes = match bytes.get(..MAGIC.len()) {
        Some(start) if start.eq_ignore_ascii_case(MAGIC.as_bytes()) => &bytes[MAGIC.len()..],
        _ => bytes,
    };
    if bytes.len() != COOKIE.len() + SLOT_DIGITS + RANDOM_DIGITS {
        return None;
    }
    let (cookie, digits) = bytes.split_at(COOKIE.len());
    if !cookie.eq_ignore_ascii_case(COOKIE.as_bytes()) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let slot = digits[..SLOT_DIGITS].iter().fold(0_u16, |sum, digit| sum * 16 + hex_value(*digit));
    (slot < SLOTS).then_some(Slot(slot))
}

/// The value of one hex digit.
fn hex_value(digit: u8) -> u16 {
    (digit as char).to_digit(16).unwrap_or(0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tag_and_branch_carry_their_slot() {
        assert_eq!(mint(Slot(0x2f), 0xdead_beef), "rd02f00000000deadbeef");
        assert_eq!(branch(Slot(1023), 1), "z9hG4bKrd3ff0000000000000001");
        assert_eq!(slot_of("z9hG4bKrd3ff0000000000000001"), Some(Slot(1023)));
        assert_eq!(slot_of("RD02F00000000DEADBEEF"), Some(Slot(0x2f)));
    }

    #[test]
    fn what_is_not_ours_has_no_slot() {
        for text in
            ["", "rd", "z9hG4bK", "z9hG4bK-524287-1---", "rd4000000000000000000", "rd02f00000000deadbee", "as6f0c1d3a"]
        {
            assert_eq!(slot_of(text), None, "{text}");
        }
    }

    #[test]
    fn call_ids_stand_in_the_order_of_time() {
        let at = |seconds: i64| Wall::from_micros(seconds * 1_000_000);
        assert_eq!(call_id(at(0x6000_0000), 0xdead_beef), "rd6000000000000000deadbeef");
        assert!(call_id(at(1_795_305_600), u64::MAX) < call_id(at(1_795_305_601), 0));
        assert_eq!(slot_of(&call_id(at(1_795_305_600), 7)), None);
    }

    proptest! {
        #[test]
        fn every_minted_id_is_found_again(slot in 0..SLOTS, random: u64) {
            prop_assert_eq!(slot_of(&mint(Slot(slot), random)), Some(Slot(slot)));
            prop_assert_eq!(slot_of(&branch(Slot(slot), random)), Some(Slot(slot)));
        }

        #[test]
        fn any_text_is_answered_without_panic(text: String) {
            let _ = slot_of(&text);
        }
    }
}
