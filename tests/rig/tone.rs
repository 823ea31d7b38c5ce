//! Tones: made as samples, as µ-law and as WAV files, and recognised again.

use std::f64::consts::TAU;

/// Samples a second, everywhere here.
pub(crate) const RATE: u32 = 8000;
/// Samples of one packet of 20 ms.
pub(crate) const FRAME: usize = 160;

/// The samples of a sine tone.
pub(crate) fn samples(hz: u32, from: u32, count: usize) -> Vec<i16> {
    let step = TAU * f64::from(hz) / f64::from(RATE);
    (0..count).map(|n| ((step * f64::from((from + n as u32) % RATE)).sin() * 8000.0) as i16).collect()
}

/// Which part of the sound's energy lies in this tone, from 0 to 1 (Goertzel's algorithm).
fn share(sound: &[i16], hz: u32) -> f64 {
    let coefficient = 2.0 * (TAU * f64::from(hz) / f64::from(RATE)).cos();
    let (mut before, mut last, mut energy) = (0.0, 0.0, 0.0);
    for sample in sound {
        let value = f64::from(*sample);
        energy += value * value;
        (before, last) = (last, value + coefficient * last - before);
    }
    let power: f64 = last * last + before * before - coefficient * last * before;
    if energy < sound.len() as f64 * 100.0 { 0.0 } else { 2.0 * power / (energy * sound.len() as f64) }
}

/// What somebody heard.
#[derive(Clone, Default)]
pub(crate) struct Sound(pub(crate) Vec<i16>);

impl Sound {
    /// Reads a WAV file of 16-bit samples, one channel.
    pub(crate) fn of_wav(bytes: &[u8]) -> Self {
        let data = bytes.windows(4).position(|w| w == b"data").map_or(bytes.len(), |at| at + 8);
        Self(bytes[data.min(bytes.len())..].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect())
    }

    /// How many milliseconds this tone was heard, in steps of 100.
    pub(crate) fn millis_of(&self, hz: u32) -> usize {
        self.0.chunks_exact(RATE as usize / 10).filter(|part| share(part, hz) > 0.7).count() * 100
    }

    /// What is in it, for a failure's message.
    pub(crate) fn describe(&self) -> String {
        let tones: Vec<String> = TONES
            .iter()
            .map(|hz| (hz, self.millis_of(*hz)))
            .filter(|(_, millis)| *millis > 0)
            .map(|(hz, millis)| format!("{hz} Hz for {millis} ms"))
            .collect();
        format!(
            "{} ms of sound: {}",
            self.0.len() / 8,
            if tones.is_empty() { "no tone".to_owned() } else { tones.join(", ") }
        )
    }

    /// Fails unless this tone was heard for at least half a second, and no other of ours at all.
    #[track_caller]
    pub(crate) fn assert_only(&self, hz: u32) {
        assert!(self.millis_of(hz) >= 500, "{hz} Hz was not heard; {}", self.describe());
        let others: usize = TONES.iter().filter(|other| **other != hz).map(|other| self.millis_of(*other)).sum();
        assert_eq!(others, 0, "not only {hz} Hz was heard; {}", self.describe());
    }
}

/// The tones that tests use: far enough from each other, none a multiple of another's half.
pub(crate) const TONES: &[u32] = &[440, 620, 880, 1230];

/// A WAV file with a tone of so many seconds.
pub(crate) fn wav(hz: u32, seconds: u32) -> Vec<u8> {
    let sound = samples(hz, 0, (RATE * seconds) as usize);
    let length = sound.len() as u32 * 2;
    let mut file = Vec::with_capacity(44 + length as usize);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&length.to_le_bytes());
    sound.iter().for_each(|sample| file.extend_from_slice(&sample.to_le_bytes()));
    file
}

/// G.711 µ-law of one sample.
pub(crate) fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(32_635) + 0x84;
    let exponent = 31 - magnitude.leading_zeros() as i32 - 7;
    !(sign | ((exponent as u8) << 4) | ((magnitude >> (exponent + 3)) & 0x0f) as u8)
}

/// The sample of one G.711 µ-law byte.
pub(crate) fn decode(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = (((i32::from(byte & 0x0f) << 3) + 0x84) << ((byte >> 4) & 7)) - 0x84;
    (if byte & 0x80 == 0 { magnitude } else { -magnitude }) as i16
}
