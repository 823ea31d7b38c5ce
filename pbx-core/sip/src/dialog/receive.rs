//! Requests that come inside a dialog (RFC 3261 §12.2.2).

use super::{Dialog, DialogState, Open};
use crate::{Message, Method, StatusCode};
use serde::{Deserialize, Serialize};

/// A request that may go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Incoming {
    /// Anything but ACK. A BYE does not end the dialog by itself: answer it, then [`Dialog::end`].
    Request,
    /// The ACK of our 2xx: it is no longer repeated. Its body may be the answer to our offer.
    Ack,
    /// An ACK that was there before, or belongs to nothing.
    AckAgain,
}

/// The reason why a request may not go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Refused {
    /// The CSeq is not above the last one (§12.2.2), or can't be read.
    Order,
    /// Our own INVITE is open: glare (§14.2). Or it has overtaken the ACK of our 2xx, whose answer
    /// or offer is open for us still (RFC 5407 §3.1.4, §3.1.5): some far ends take the 500 of
    /// [`Refused::Busy`] for a last word.
    Glare,
    /// Their last INVITE is open (§14.2): let them wait a random time up to 10 s.
    Busy,
    /// The dialog has ended.
    Ended,
}

impl Refused {
    /// Returns the status to answer with. With [`Refused::Busy`] goes a Retry-After of 0 to 10
    /// seconds at random.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Order | Self::Busy => StatusCode::SERVER_INTERNAL_ERROR,
            Self::Glare => StatusCode::REQUEST_PENDING,
            Self::Ended => StatusCode::CALL_DOES_NOT_EXIST,
        }
    }
}

impl Dialog {
    /// Checks a request that came inside the dialog, after the transaction layer has taken out the
    /// retransmissions.
    ///
    /// # Errors
    /// How it is to be refused; an ACK is never answered.
    pub fn incoming(&mut self, request: &Message) -> Result<Incoming, Refused> {
        let Ok(cseq) = request.cseq() else { return Err(Refused::Order) };
        if cseq.method == Method::Ack {
            return Ok(if self.acknowledged(cseq.number) { Incoming::Ack } else { Incoming::AckAgain });
        }
        if self.state == DialogState::Ended {
            return Err(Refused::Ended);
        }
        if self.remote_cseq.is_some_and(|last| cseq.number <= last) {
            return Err(Refused::Order);
        }
        self.remote_cseq = Some(cseq.number);
        if cseq.method == Method::Invite {
            match self.open {
                Some(Open::Ours(_)) => return Err(Refused::Glare),
                Some(Open::Theirs(_)) => return Err(Refused::Busy),
                None if self.answered.is_some() => return Err(Refused::Glare),
                None => self.open = Some(Open::Theirs(cseq.number)),
            }
        }
        if matches!(cseq.method, Method::Invite | Method::Update | Method::Subscribe | Method::Notify | Method::Refer) {
            // A Contact that can't be read leaves the target as it is; the gate has looked at it.
            let _ = self.refresh(request);
        }
        Ok(Incoming::Request)
    }

    /// We have refused their INVITE inside the dialog; the next one may come. (A 2xx goes through
    /// [`Dialog::answered`].)
    pub fn refused(&mut self) {
        if matches!(self.open, Some(Open::Theirs(_))) {
            self.open = None;
        }
    }
}
