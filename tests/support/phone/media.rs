//! A phone's audio: packets with its mark, and counts of the marks that it hears.

use super::call::State;
use super::{Alarm, Do, Phone, SILENCE};
use pbx_core::base::time::Instant;
use std::net::SocketAddr;

impl Phone {
    /// Begins to play, if it does not yet.
    pub(super) fn start_playing(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        let Some(talk) = self.calls.get_mut(call) else { return };
        if !std::mem::replace(&mut talk.playing, true) {
            talk.heard = now;
            self.play(now, call, out);
        }
    }

    pub(super) fn play(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        let (mark, beat, mute, patient) = (self.mark(), self.beat, self.manner.mute, self.manner.bears_silence);
        let ip = self.manner.speaks_from.unwrap_or_else(|| self.addr.ip());
        let Some(talk) = self.calls.get_mut(call) else { return };
        if matches!(talk.state, State::Leaving | State::Over) {
            return;
        }
        if !patient && talk.state == State::Talking && now.since(talk.heard) >= SILENCE {
            return self.hang_up(now, call, out);
        }
        if let Some(to) = talk.audio_to().filter(|_| !mute) {
            talk.packets = talk.packets.wrapping_add(1);
            let payload = talk.ours.payloads.first().copied().unwrap_or(8);
            let bytes = packet(payload, talk.packets, mark);
            let from = SocketAddr::new(ip, talk.ours.rtp.port());
            out.push(Do::Rtp { from, to, bytes });
            if let Some(view) = self.view(call) {
                view.sent += 1;
            }
        }
        out.push(Do::Later(beat, Alarm::Play(call.to_owned())));
    }

    /// Audio has come to this port.
    pub(crate) fn hear(&mut self, now: Instant, port: u16, bytes: &[u8]) {
        let Some(mark) = bytes.get(8..12).filter(|_| bytes[0] >> 6 == 2) else { return };
        let mark = u32::from_be_bytes([mark[0], mark[1], mark[2], mark[3]]);
        let call = self.calls.iter_mut().find(|(_, talk)| talk.ours.rtp.port() == port && !talk.is_over());
        let Some((call, talk)) = call else { return };
        talk.heard = now;
        let call = call.clone();
        if let Some(view) = self.view(&call) {
            *view.heard.entry(mark).or_insert(0) += 1;
        }
    }
}

/// An RTP packet (RFC 3550 §5.1) of twenty milliseconds.
fn packet(payload: u8, number: u16, mark: u32) -> Vec<u8> {
    let mut bytes = vec![0x80, payload];
    bytes.extend(number.to_be_bytes());
    bytes.extend((u32::from(number) * 160).to_be_bytes());
    bytes.extend(mark.to_be_bytes());
    bytes.extend([0xd5; 160]);
    bytes
}
