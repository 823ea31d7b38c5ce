//! The ids that we put on the wire. Branches and tags carry the slot, so that any reader finds the
//! engine, and a mark, so that only we can make one.
//!
//! Both have one form: the cookie `rd`, three hex digits of slot, sixteen of randomness, eleven of
//! a keyed hash over kind, slot and randomness. A branch has RFC 3261's magic cookie before it.
//! Nothing in it gives away a thread, a node or a tenant.

use crate::base::ids::{SLOTS, Slot};
use crate::base::time::Wall;
use pbx_sip::digest::Keyed;
use pbx_sip::spell;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The magic cookie that every branch begins with (RFC 3261 §8.1.1.7).
pub const MAGIC: &str = "z9hG4bK";

/// The beginning of each id of ours.
const COOKIE: &str = "rd";

/// Digits of the slot.
const SLOT_DIGITS: usize = 3;

/// Digits of the randomness.
const RANDOM_DIGITS: usize = 16;

/// Digits of the mark: 44 bits, so that one forged id in 2⁴⁴ is taken for ours, and a tag has 32
/// characters.
const MARK_DIGITS: usize = 11;

/// Digits of the second in a Call-ID.
const SECOND_DIGITS: usize = 8;

/// The length of a tag.
const LENGTH: usize = COOKIE.len() + SLOT_DIGITS + RANDOM_DIGITS + MARK_DIGITS;

/// The use of an id: a tag is no branch.
#[derive(Clone, Copy)]
enum TokenKind {
    Tag,
    Branch,
}

/// The slot and the randomness of an id of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenParts {
    /// The slot that the id leads to.
    pub slot: Slot,
    /// The randomness that makes it unique.
    pub random: u64,
}

/// The maker and reader of tags and branches. All that have the same key agree, before and after a
/// restart.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tokens(Keyed);

impl Tokens {
    /// Takes this secret key. It must survive restarts, because dialogs do in the memory of phones.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Keyed::new(key))
    }

    /// Makes a tag: 32 characters of RFC 3261's `token`. The randomness must not be guessable.
    pub fn tag(&self, slot: Slot, random: u64) -> String {
        self.written(TokenKind::Tag, TokenParts { slot, random })
    }

    /// Makes a Via branch.
    pub fn branch(&self, slot: Slot, random: u64) -> String {
        self.written(TokenKind::Branch, TokenParts { slot, random })
    }

    /// Reads a tag; returns `None` if it is not of our making. The case of letters does not matter,
    /// because some peers change it.
    pub fn read_tag(&self, text: &str) -> Option<TokenParts> {
        self.read(TokenKind::Tag, text)
    }

    /// Reads a Via branch; returns `None` if it is not of our making.
    pub fn read_branch(&self, text: &str) -> Option<TokenParts> {
        let (magic, rest) = text.split_at_checked(MAGIC.len())?;
        if magic.eq_ignore_ascii_case(MAGIC) { self.read(TokenKind::Branch, rest) } else { None }
    }

    fn written(&self, kind: TokenKind, parts: TokenParts) -> String {
        let magic = if matches!(kind, TokenKind::Branch) { MAGIC } else { "" };
        let mut text = String::with_capacity(magic.len() + LENGTH);
        text.extend([magic, COOKIE]);
        spell::hex(&mut text, u64::from(parts.slot.0), SLOT_DIGITS);
        spell::hex(&mut text, parts.random, RANDOM_DIGITS);
        spell::hex(&mut text, self.mark(kind, parts), MARK_DIGITS);
        text
    }

    fn read(&self, kind: TokenKind, text: &str) -> Option<TokenParts> {
        let (parts, mark) = parse(text)?;
        (self.mark(kind, parts) == mark).then_some(parts)
    }

    /// Returns the keyed hash. The door's own tags have the same key, but the text that they hash
    /// begins with a letter.
    fn mark(&self, kind: TokenKind, parts: TokenParts) -> u64 {
        let hash = self.0.hash([&[kind as u8][..], &parts.slot.0.to_be_bytes(), &parts.random.to_be_bytes()]);
        hash.iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte)) >> (64 - 4 * MARK_DIGITS)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

/// Reads the randomness, which dialogs are found by, of a tag that is known to be ours.
pub fn random_of(tag: &str) -> Option<u64> {
    parse(tag).map(|(parts, _)| parts.random)
}

/// Makes a Call-ID of ours (RFC 3261 §8.1.1.4) of the second and randomness. It begins with the
/// time so that records with it lie beside those of shortly before; on the wire it finds no dialog.
pub fn call_id(now: Wall, random: u64) -> String {
    let mut text = String::with_capacity(COOKIE.len() + SECOND_DIGITS + RANDOM_DIGITS);
    text.push_str(COOKIE);
    // The low 32 bits last until 2106, and then start from zero again.
    let second = u64::try_from(now.seconds()).unwrap_or(0) & u64::from(u32::MAX);
    spell::hex(&mut text, second, SECOND_DIGITS);
    spell::hex(&mut text, random, RANDOM_DIGITS);
    text
}

/// Reads the parts of an id of our form, and its mark.
fn parse(text: &str) -> Option<(TokenParts, u64)> {
    let (cookie, digits) = text.split_at_checked(COOKIE.len())?;
    if text.len() != LENGTH || !cookie.eq_ignore_ascii_case(COOKIE) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let (slot, digits) = digits.split_at(SLOT_DIGITS);
    let (random, mark) = digits.split_at(RANDOM_DIGITS);
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    let slot = u16::try_from(number(slot)?).ok().filter(|slot| *slot < SLOTS)?;
    Some((TokenParts { slot: Slot(slot), random: number(random)? }, number(mark)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens() -> Tokens {
        Tokens::new([7; 32])
    }

    #[test]
    fn tag_and_branch_carry_their_slot() {
        let (tag, branch) = (tokens().tag(Slot(0x2f), 0xdead_beef), tokens().branch(Slot(1023), 1));
        assert!(tag.starts_with("rd02f00000000deadbeef") && tag.len() == 32, "{tag}");
        assert!(branch.starts_with("z9hG4bKrd3ff0000000000000001"), "{branch}");
        let parts = TokenParts { slot: Slot(0x2f), random: 0xdead_beef };
        assert_eq!(tokens().read_tag(&tag), Some(parts));
        assert_eq!(tokens().read_tag(&tag.to_uppercase()), Some(parts), "some peers change the case");
        assert_eq!(tokens().read_branch(&branch.to_lowercase()), Some(TokenParts { slot: Slot(1023), random: 1 }));
        assert_eq!(random_of(&tag.to_uppercase()), Some(0xdead_beef));
    }

    #[test]
    fn what_was_not_minted_here_is_not_ours() {
        let (tag, branch) = (tokens().tag(Slot(1), 2), tokens().branch(Slot(1), 2));
        assert_eq!(Tokens::new([8; 32]).read_tag(&tag), None, "of another server");
        assert_eq!(tokens().read_branch(&format!("{MAGIC}{tag}")), None, "a tag is no branch");
        assert_eq!(tokens().read_tag(branch.trim_start_matches(MAGIC)), None, "a branch is no tag");
        assert_eq!(tokens().read_tag("rd0000000000000000001"), None, "as releases before wrote them");
        let long = format!("rd400{}", "0".repeat(27));
        for text in ["", "rd", MAGIC, "z9hG4bK-524287-1---", "as6f0c1d3a", "rdäöü", &long] {
            assert_eq!((tokens().read_tag(text), tokens().read_branch(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn ten_thousand_forged_ids_are_none_of_ours() {
        let tag = tokens().tag(Slot(1), 2);
        let stem = &tag[..LENGTH - MARK_DIGITS];
        let forged = (0..10_000_u64).map(|n| format!("{stem}{n:011x}"));
        assert_eq!(forged.filter(|text| *text != tag && tokens().read_tag(text).is_some()).count(), 0);
    }

    #[test]
    fn call_ids_stand_in_the_order_of_time() {
        let at = |seconds: i64| Wall::from_micros(seconds * 1_000_000);
        assert_eq!(call_id(at(0x6000_0000), 0xdead_beef), "rd6000000000000000deadbeef");
        assert!(call_id(at(1_795_305_600), u64::MAX) < call_id(at(1_795_305_601), 0));
        assert_eq!(tokens().read_tag(&call_id(at(1_795_305_600), 7)), None);
    }

    proptest! {
        #[test]
        fn every_minted_id_is_found_again(slot in 0..SLOTS, random: u64) {
            let parts = Some(TokenParts { slot: Slot(slot), random });
            prop_assert_eq!(tokens().read_tag(&tokens().tag(Slot(slot), random)), parts);
            prop_assert_eq!(tokens().read_branch(&tokens().branch(Slot(slot), random)), parts);
        }

        #[test]
        fn any_text_is_answered_without_panic(text: String) {
            let _ = (tokens().read_tag(&text), tokens().read_branch(&text));
        }
    }
}
