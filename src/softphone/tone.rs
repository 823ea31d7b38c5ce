//! Sine tones in G.711, made and recognised.

use std::f32::consts::TAU;

/// Samples a second of G.711.
const RATE: f32 = 8000.0;
/// Samples of one packet of 20 ms.
pub(super) const FRAME: usize = 160;

/// A sine tone of a whole number of hertz.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Tone(pub u16);

impl Tone {
    /// The packet that begins at this sample, in the given law.
    pub(super) fn frame(self, first_sample: u32, law: Law) -> [u8; FRAME] {
        let step = TAU * f32::from(self.0) / RATE;
        std::array::from_fn(|n| {
            // The phase is kept small so that a long call does not lose precision.
            let sample = (first_sample.wrapping_add(n as u32)) % 8000;
            law.encode(((step * sample as f32).sin() * 8000.0) as i16)
        })
    }

    /// How much of the sound's energy lies in this tone, from 0 to 1 (Goertzel's algorithm).
    pub(super) fn share_of(self, samples: &[i16]) -> f32 {
        if samples.is_empty() {
            return 0.0;
        }
        let coefficient = 2.0 * (TAU * f32::from(self.0) / RATE).cos();
        let (mut before, mut last, mut energy) = (0.0_f32, 0.0_f32, 0.0_f32);
        for sample in samples {
            let value = f32::from(*sample);
            energy += value * value;
            (before, last) = (last, value + coefficient * last - before);
        }
        if energy < samples.len() as f32 * 100.0 {
            return 0.0;
        }
        let power = last * last + before * before - coefficient * last * before;
        2.0 * power / (energy * samples.len() as f32)
    }
}

/// The two laws of G.711, named by their RTP payload number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Law {
    /// µ-law, payload 0.
    Mu,
    /// A-law, payload 8.
    A,
}

impl Law {
    pub(super) fn of_payload(payload: u8) -> Option<Self> {
        match payload {
            0 => Some(Self::Mu),
            8 => Some(Self::A),
            _ => None,
        }
    }

    pub(super) fn payload(self) -> u8 {
        match self {
            Self::Mu => 0,
            Self::A => 8,
        }
    }

    fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => encode_mu(sample),
            Self::A => encode_a(sample),
        }
    }

    pub(super) fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => decode_mu(byte),
            Self::A => decode_a(byte),
        }
    }
}

fn encode_mu(sample: i16) -> u8 {
    const BIAS: i32 = 0x84;
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs().min(32_635)) + BIAS;
    let exponent = (31 - magnitude.leading_zeros() as i32 - 7).max(0);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | ((exponent as u8) << 4) | mantissa as u8)
}

fn decode_mu(byte: u8) -> i16 {
    let byte = !byte;
    let exponent = (byte >> 4) & 7;
    let magnitude = (((i32::from(byte & 0x0f) << 3) + 0x84) << exponent) - 0x84;
    (if byte & 0x80 == 0 { magnitude } else { -magnitude }) as i16
}

fn encode_a(sample: i16) -> u8 {
    let sign = if sample >= 0 { 0x80 } else { 0 };
    let magnitude = if sample >= 0 { i32::from(sample) } else { -i32::from(sample) - 1 } >> 3;
    let byte = if magnitude < 32 {
        magnitude >> 1
    } else {
        let exponent = 31 - magnitude.leading_zeros() as i32 - 4;
        (exponent << 4) | ((magnitude >> exponent) & 0x0f)
    };
    (sign | byte.min(0x7f) as u8) ^ 0x55
}

fn decode_a(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let exponent = i32::from((byte >> 4) & 7);
    let mantissa = i32::from(byte & 0x0f);
    let magnitude = if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    (if byte & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_survives_both_laws_and_no_other_is_heard_in_it() {
        for law in [Law::Mu, Law::A] {
            let samples: Vec<i16> =
                (0..20).flat_map(|n| Tone(440).frame(n * FRAME as u32, law)).map(|b| law.decode(b)).collect();
            assert!(Tone(440).share_of(&samples) > 0.9, "{law:?}: {}", Tone(440).share_of(&samples));
            assert!(Tone(880).share_of(&samples) < 0.05, "{law:?}");
        }
    }

    #[test]
    fn silence_holds_no_tone() {
        assert!(Tone(440).share_of(&[0; 1600]) < 0.01);
        assert!(Tone(440).share_of(&[]) < 0.01);
    }

    #[test]
    fn decoding_what_was_encoded_comes_close() {
        for law in [Law::Mu, Law::A] {
            for sample in (-32_000..32_000).step_by(97) {
                let back = i32::from(law.decode(law.encode(sample)));
                let off = (back - i32::from(sample)).abs();
                assert!(off <= 20 + i32::from(sample).abs() / 16, "{law:?} {sample} came back as {back}");
            }
        }
    }
}
