//! A fuzzer that runs on stable: mutations of the corpus from a seed. `FUZZ_ITERATIONS` says how many (a few thousand by
//! default), `FUZZ_SEED` where to begin; a failure prints the seed and the bytes.

use crate::corpus::corpus;
use crate::targets::TARGETS;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// SplitMix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.roll() % end.max(1) as u64) as usize
    }
}

/// Pieces that matter to SIP's grammar.
const TOKENS: &[&[u8]] = &[
    b"\r\n",
    b"\r\n ",
    b"\n",
    b"\r",
    b"\0",
    b"\"",
    b"\\",
    b"<",
    b">",
    b";",
    b",",
    b"=",
    b":",
    b"@",
    b"%",
    b"%00",
    b"?",
    b"[",
    b"]",
    b"*",
    b"SIP/2.0",
    b"Via: ",
    b"l: 99999999999999999999",
    b"Content-Length: -1",
    b"sip:",
    b"\xff\xfe",
    b"\xe5\xa4\xa7",
    b"4294967296",
    b"z9hG4bK",
    b";tag=",
    b"()",
    b"\t",
    b"::",
];

fn mutate(bytes: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(24)).min(bytes.len());
        match dice.below(7) {
            0 if at < bytes.len() => bytes[at] = dice.roll() as u8,
            1 => drop(bytes.drain(at..end)),
            2 => {
                let token = TOKENS[dice.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            3 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy.repeat(1 + dice.below(40)));
            }
            4 => {
                let other = &others[dice.below(others.len())];
                let from = dice.below(other.len());
                let to = (from + dice.below(200)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            5 => bytes.truncate(at),
            _ if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            _ => {}
        }
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn mutated_messages_are_survived() {
    let (first, count) = (setting("FUZZ_SEED", 1), setting("FUZZ_ITERATIONS", 4_000));
    let corpus = corpus();
    for seed in first..first.saturating_add(count) {
        let mut dice = Dice(seed);
        let mut bytes = corpus[dice.below(corpus.len())].clone();
        mutate(&mut bytes, &corpus, &mut dice);
        for (name, target) in TARGETS {
            if catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err() {
                panic!("{name} failed: FUZZ_SEED={seed} FUZZ_ITERATIONS=1\n{}", bytes.escape_ascii());
            }
        }
    }
}
