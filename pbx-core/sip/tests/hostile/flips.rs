//! Every prefix and every bit flip of the corpus.

use crate::corpus::corpus;
use crate::targets::TARGETS;

#[test]
fn every_prefix_is_survived() {
    for bytes in corpus() {
        for end in 0..bytes.len() {
            TARGETS.iter().for_each(|(_, target)| target(&bytes[..end]));
        }
    }
}

#[test]
fn every_bit_flip_is_survived() {
    for mut bytes in corpus() {
        for at in 0..bytes.len() {
            for bit in 0..8 {
                bytes[at] ^= 1 << bit;
                TARGETS.iter().filter(|(name, _)| matches!(*name, "message" | "gate")).for_each(|(_, t)| t(&bytes));
                bytes[at] ^= 1 << bit;
            }
        }
    }
}
