//! How a dialog comes to be (RFC 3261 §12.1), and is confirmed.

use super::{Dialog, DialogId, DialogState, Open, Role};
use crate::error::Malformed;
use crate::grammar::is_token;
use crate::text::Text;
use crate::write::one_line;
use crate::{HeaderError, HeaderName, Message, NameAddr, Uri};
use thiserror::Error;

/// The reason why there is no dialog.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum DialogError {
    /// A header is missing or can't be read.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// An INVITE without Contact: there is nowhere to send requests to. Answer 400.
    #[error("the INVITE has no Contact")]
    NoContact,
    /// The response makes no dialog: a 100, or a provisional one without a tag, or a refusal.
    #[error("the response makes no dialog")]
    NotDialog,
    /// The response belongs to another dialog.
    #[error("the response belongs to another dialog")]
    Other,
}

impl Dialog {
    /// Makes the dialog of an INVITE that we sent and of the response to it: a 1xx with a To-tag,
    /// or a 2xx.
    ///
    /// A response without a Contact leaves the INVITE's Request-URI as the target.
    ///
    /// # Errors
    /// When the response makes no dialog, or either message can't be read.
    pub fn uac(invite: &Message, response: &Message) -> Result<Self, DialogError> {
        let id = DialogId::of_received(response)?;
        let state = match response.status() {
            Some(status) if status.is_success() => DialogState::Confirmed,
            Some(status) if status.is_provisional() && status.code() > 100 && !id.remote_tag.is_empty() => {
                DialogState::Early
            }
            _ => return Err(DialogError::NotDialog),
        };
        let cseq = invite.cseq()?.number;
        let mut dialog = Self {
            role: Role::Uac,
            state,
            id,
            local: kept(&invite.required(HeaderName::From)?.text()),
            remote: kept(response.to_addr()?.text()),
            target: invite.uri()?.detached(),
            routes: Vec::new(),
            local_cseq: cseq,
            remote_cseq: None,
            open: (state == DialogState::Early).then_some(Open::Ours(cseq)),
            ack: None,
            answered: None,
        };
        dialog.learn(response)?;
        Ok(dialog)
    }

    /// Makes the dialog of an INVITE that we received, with the tag that our responses carry in To.
    /// It is early until [`Dialog::answered`].
    ///
    /// An INVITE of RFC 2543, whose branch has no magic cookie, may lack a Contact: then From says
    /// where requests go (RFC 2543 §6.13, RFC 4475 §3.4.1).
    ///
    /// # Errors
    /// When the INVITE has no Contact or can't be read.
    pub fn uas(invite: &Message, local_tag: &str) -> Result<Self, DialogError> {
        let mut id = DialogId::of_received(invite)?;
        id.local_tag = local_tag.into();
        let cseq = invite.cseq()?.number;
        let to = invite.to_addr()?;
        let local = if to.tag().is_some() { kept(to.text()) } else { tagged(to, local_tag)? };
        Ok(Self {
            role: Role::Uas,
            state: DialogState::Early,
            id,
            local,
            remote: kept(invite.from_addr()?.text()),
            target: match contact_of(invite)? {
                Some(target) => target,
                None if invite.via()?.unique_branch().is_none() => invite.from_addr()?.uri().detached(),
                None => return Err(DialogError::NoContact),
            },
            routes: on_one_line(&invite.record_routes()?),
            local_cseq: 0,
            remote_cseq: Some(cseq),
            open: Some(Open::Theirs(cseq)),
            ack: None,
            answered: None,
        })
    }

    /// Takes in a further response to the INVITE that made the dialog, or to one inside of it: a
    /// 2xx confirms, and with its Contact refreshes the target (RFC 3261 §12.1.2, §13.2.2.4,
    /// §12.2.1.2). A refusal of the INVITE inside a dialog leaves it as it was; a refusal of the
    /// first one ends it, and so does 481. 408 is for its user to end by a BYE, which may still
    /// find the other side.
    ///
    /// # Errors
    /// When the response belongs to another dialog or can't be read.
    pub fn heard(&mut self, response: &Message) -> Result<(), DialogError> {
        if DialogId::of_received(response)? != self.id {
            return Err(DialogError::Other);
        }
        let (Some(status), cseq) = (response.status(), response.cseq()?) else { return Err(DialogError::NotDialog) };
        let is_invite = cseq.method == crate::Method::Invite;
        if is_invite && status.is_final() && self.open == Some(Open::Ours(cseq.number)) {
            self.open = None;
        }
        match (self.state, status.code()) {
            (DialogState::Ended, _) => {}
            (DialogState::Early, 101..=199) if is_invite => self.learn(response)?,
            (DialogState::Early, 200..=299) if is_invite => {
                self.state = DialogState::Confirmed;
                self.learn(response)?;
            }
            (DialogState::Early, 300..) if is_invite && self.role == Role::Uac => self.end(),
            (DialogState::Confirmed, 200..=299) if is_invite => self.refresh(response)?,
            (_, 481) => self.end(),
            _ => {}
        }
        Ok(())
    }

    /// Route set and target from a response to our first INVITE.
    fn learn(&mut self, response: &Message) -> Result<(), DialogError> {
        let mut routes = on_one_line(&response.record_routes()?);
        routes.reverse();
        self.routes = routes;
        self.refresh(response)
    }

    /// Takes the target from a message that refreshes it, if it has a Contact.
    pub(super) fn refresh(&mut self, message: &Message) -> Result<(), DialogError> {
        if let Some(target) = contact_of(message)? {
            self.target = target;
        }
        Ok(())
    }
}

fn contact_of(message: &Message) -> Result<Option<Uri>, HeaderError> {
    Ok(message.contact()?.map(|contact| contact.uri().detached()))
}

/// Copies an address to be sent in our requests: on one line, and without the message's buffer.
fn kept(address: &str) -> Text {
    Text::from(&*one_line(address))
}

/// Copies the routes as [`kept`] does.
fn on_one_line(routes: &[NameAddr]) -> Vec<NameAddr> {
    routes.iter().map(NameAddr::on_one_line).collect()
}

fn tagged(to: &NameAddr, tag: &str) -> Result<Text, HeaderError> {
    let fault = || HeaderError::Malformed(HeaderName::To, Malformed("tag is not a token"));
    if is_token(tag) { Ok([&*one_line(&to.bracketed()), ";tag=", tag].concat().into()) } else { Err(fault()) }
}
