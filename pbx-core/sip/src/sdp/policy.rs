//! What one leg, A, is offered or answered because of the other, B. Payload numbers pass as they
//! are, so that the relay need not change packets (see [`sdp`](super)); addresses are always ours.

use super::{Codec, Direction, Stream};
use std::net::SocketAddr;
use thiserror::Error;

/// No codec with sound of one side's answer is one that the other side offered: answer 488.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("no codec in common")]
pub struct NoCommonCodec;

/// What codecs of chosen numbers may take up in an offer of ours, in bytes: with our headers and
/// short addresses an INVITE then stays below the 1,300 bytes that may go over UDP (RFC 3261
/// §18.1.1).
const ROOM: usize = 400;

/// Makes the offer to B for an offer of A: A's codecs, unknown ones too, with A's numbers and
/// parameters. Where they take up more than there is room for, those go without whom the offer
/// fits: never its first, never keys or a codec of a fixed number, which every phone has.
pub fn pass_offer(offered: &Stream, ours: SocketAddr) -> Stream {
    let (rtp, rtcp) = (Some(ours), None);
    let codecs = that_fit(&offered.codecs);
    // What feedback RTCP may carry is not passed, so nothing but the plain profile is promised.
    Stream { rtp, rtcp, codecs, protocol: "RTP/AVP".to_owned(), ..offered.clone() }
}

fn that_fit(codecs: &[Codec]) -> Vec<Codec> {
    let mut room = ROOM;
    let mut fits = |(index, codec): &(usize, &Codec)| {
        let left = room.checked_sub(codec.length());
        let stays = *index == 0 || codec.payload < 96 || !codec.is_sound() || left.is_some();
        room = if stays { left.unwrap_or(0) } else { room };
        stays
    };
    codecs.iter().enumerate().filter(|codec| fits(codec)).map(|(_, codec)| codec.clone()).collect()
}

/// Makes the answer to A: of A's offer what B has answered, with B's parameters and order.
///
/// # Errors
/// When nothing with sound remains.
pub fn pass_answer(offered: &Stream, answered: &Stream, ours: SocketAddr) -> Result<Stream, NoCommonCodec> {
    let codecs: Vec<Codec> = answered.codecs.iter().filter(|codec| is_answer_to(offered, codec)).cloned().collect();
    if !codecs.iter().any(Codec::is_sound) {
        return Err(NoCommonCodec);
    }
    Ok(Stream {
        rtp: Some(ours),
        rtcp: None,
        codecs,
        direction: answered.direction.and(offered.direction.reversed()),
        ptime: answered.ptime,
        maxptime: answered.maxptime,
        protocol: offered.protocol.clone(),
    })
}

/// Returns whether a codec of an answer was offered, and its number does not stand for another
/// offered one.
fn is_answer_to(offered: &Stream, codec: &Codec) -> bool {
    match offered.codecs.iter().find(|o| o.payload == codec.payload) {
        Some(same_number) => same_number.is_same(codec),
        None => offered.codecs.iter().any(|o| o.is_same(codec)),
    }
}

/// Makes what B is offered when A has offered nothing (an INVITE without SDP): the codecs that need
/// no licence and that phones have.
pub fn own_offer(ours: SocketAddr) -> Stream {
    let opus = Codec { channels: 2, fmtp: Some("useinbandfec=1".to_owned()), ..Codec::new(111, "opus", 48_000) };
    let keys = Codec { fmtp: Some("0-16".to_owned()), ..Codec::new(101, "telephone-event", 8_000) };
    let mut codecs = vec![opus];
    codecs.extend([9, 8, 0].map(Codec::fixed));
    codecs.push(keys);
    Stream {
        rtp: Some(ours),
        rtcp: None,
        codecs,
        direction: Direction::SendRecv,
        ptime: Some(20),
        maxptime: None,
        protocol: "RTP/AVP".to_owned(),
    }
}

/// Makes what A is then offered, after B has answered [`own_offer`]: B's first codec alone and the
/// keys, so that A can choose nothing that B did not expect.
///
/// # Errors
/// When B has answered nothing with sound.
pub fn offer_answered(answered: &Stream, ours: SocketAddr) -> Result<Stream, NoCommonCodec> {
    let first = answered.codecs.iter().find(|codec| codec.is_sound()).ok_or(NoCommonCodec)?;
    let keys = answered.codecs.iter().filter(|codec| codec.name.eq_ignore_ascii_case("telephone-event"));
    let codecs = std::iter::once(first).chain(keys.filter(|keys| keys.clock == first.clock || first.name == "opus"));
    Ok(Stream { codecs: codecs.cloned().collect(), ..pass_offer(answered, ours) })
}

/// Returns whether `side` takes all the codecs of sound that the other may send by what it was
/// `told` and what it `said` itself.
pub fn takes_what_is_sent(side: &Stream, told: &Stream, said: &Stream) -> bool {
    let may_send = |codec: &&Codec| codec.is_sound() && said.codecs.iter().any(|s| s.payload == codec.payload);
    let codecs = told.codecs.iter().filter(may_send).cloned().collect();
    agree(&Stream { codecs, ..told.clone() }, side)
}

/// Returns whether every number that one side heard stands for the same codec in what the other
/// side said: so what one sends, the other understands.
pub fn agree(told: &Stream, said: &Stream) -> bool {
    told.codecs.iter().all(|codec| said.codecs.iter().any(|s| s.payload == codec.payload && s.is_same(codec)))
}
