//! Why an offer is not acceptable, for the Warning of its 488 (RFC 3261 §20.43, §21.4.26).

use crate::message::body::description;
use pbx_sip::Message;
use pbx_sip::sdp::{Media, Session};

/// Makes the header's value, by what the refused request offers; returns `None` where no
/// description was looked at.
pub(crate) fn warning(request: &Message) -> Option<String> {
    let offer = Session::parse(&description(request).ok()??).ok()?;
    let (code, text) = reason(&offer);
    Some(format!("{code} ringdown \"{text}\""))
}

fn reason(offer: &Session) -> (u16, &'static str) {
    let open = |media: &&Media| media.kind.eq_ignore_ascii_case("audio") && media.port != 0;
    let audio: Vec<&Media> = offer.media.iter().filter(open).collect();
    match (audio.is_empty(), audio.iter().any(|media| media.is_plain_audio())) {
        (true, _) => (304, "Media type not available: audio is needed"),
        (false, false) => (302, "Incompatible transport protocol: audio is taken over RTP/AVP and RTP/AVPF"),
        (false, true) => (305, "Incompatible media format: no codec in common"),
    }
}
