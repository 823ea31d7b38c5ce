//! The contents of a REGISTER, read and checked before anything changes (RFC 3261 §10.3 steps 6 and
//! 7).

use crate::base::settings::Settings;
use pbx_sip::{Contacts, HeaderName, Message, NameAddr, SipUri};
use std::sync::Arc;

/// The longest contact URI, Call-ID and instance that are kept, in bytes.
const LONGEST: usize = 512;

/// The most Contacts that one request may carry.
const MOST_CONTACTS: usize = 32;

/// The longest User-Agent that is kept, in characters.
const LONGEST_AGENT: usize = 128;

/// The contents of a REGISTER.
pub(super) struct Request {
    pub(super) action: RegisterAction,
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
    pub(super) user_agent: String,
    supports_outbound: bool,
}

/// The change that a REGISTER asks for.
pub(super) enum RegisterAction {
    /// List the bindings (no Contact).
    Fetch,
    /// Remove all (`Contact: *`).
    RemoveAll,
    /// Add, refresh and remove these.
    Change(Vec<AskedContact>),
}

/// One Contact of the request.
pub(super) struct AskedContact {
    pub(super) uri: SipUri,
    pub(super) instance: Option<Box<str>>,
    /// The `reg-id`: one of several flows of the same instance (RFC 5626 §4.2). It means nothing
    /// without an instance (§6).
    pub(super) reg_id: Option<u32>,
    pub(super) q: u16,
    /// The lifetime in seconds; zero removes.
    pub(super) expires: u32,
}

/// The reason why a REGISTER is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RegisterFault {
    /// 400, with the reason in words for a trace.
    Bad(&'static str),
    /// 423: the lifetime is shorter than the shortest that is granted.
    TooBrief,
}

impl Request {
    pub(super) fn read(message: &Message, settings: &Settings) -> Result<Self, RegisterFault> {
        let bad = |text| move |_| RegisterFault::Bad(text);
        let call_id = message.call_id().map_err(bad("Call-ID can't be read"))?;
        let cseq = message.cseq().map_err(bad("CSeq can't be read"))?.number;
        // RFC 3261 §10.2.1.1: a value that is no number counts as an hour.
        let expires = message.expires().unwrap_or(Some(3600));
        if call_id.len() > LONGEST {
            return Err(RegisterFault::Bad("Call-ID is too long"));
        }
        let action = match message.contacts().map_err(bad("Contact can't be read"))? {
            Contacts::Any if expires == Some(0) => RegisterAction::RemoveAll,
            Contacts::Any => return Err(RegisterFault::Bad("Contact * needs Expires 0")),
            Contacts::List(list) if list.is_empty() => RegisterAction::Fetch,
            Contacts::List(list) if list.len() > MOST_CONTACTS => return Err(RegisterFault::Bad("too many Contacts")),
            Contacts::List(list) => {
                let asked = list.iter().map(|contact| AskedContact::read(contact, expires, settings));
                RegisterAction::Change(asked.collect::<Result<_, _>>()?)
            }
        };
        let agent = message.header(HeaderName::UserAgent).map(|header| header.value().into_owned());
        let user_agent = agent.unwrap_or_default().chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect();
        let supports_outbound = message.has_token(HeaderName::Supported, "outbound");
        Ok(Self { action, call_id: call_id.as_str().into(), cseq, user_agent, supports_outbound })
    }

    /// Returns whether it registers flows of a phone that supports them (RFC 5626 §6).
    pub(super) fn is_outbound(&self) -> bool {
        let RegisterAction::Change(asked) = &self.action else { return false };
        self.supports_outbound && asked.iter().any(|contact| contact.reg_id.is_some() && contact.expires > 0)
    }
}

impl AskedContact {
    fn read(contact: &NameAddr, header: Option<u32>, settings: &Settings) -> Result<Self, RegisterFault> {
        let uri = contact.uri().as_sip().ok_or(RegisterFault::Bad("Contact is not a SIP URI"))?.detached();
        let instance = contact.instance().map(|id| id.into_owned().into_boxed_str());
        if uri.text().len() > LONGEST || instance.as_ref().is_some_and(|id| id.len() > LONGEST) {
            return Err(RegisterFault::Bad("Contact is too long"));
        }
        let wanted = contact.expires().or(header).unwrap_or(settings.register_default_s);
        if wanted != 0 && wanted < settings.register_min_s {
            return Err(RegisterFault::TooBrief);
        }
        let reg_id = contact.params().value("reg-id").and_then(|id| id.parse().ok());
        let reg_id = reg_id.filter(|_| instance.is_some());
        Ok(Self { uri, instance, reg_id, q: contact.q(), expires: wanted.min(settings.register_max_s) })
    }

    /// Returns the key that a refresh finds the binding by; `None` if the phone sent no instance,
    /// so that its contact URI is the key.
    pub(super) fn instance_key(&self) -> Option<Arc<str>> {
        let instance = self.instance.as_deref()?;
        Some(self.reg_id.map_or_else(|| instance.into(), |id| format!("{instance};reg-id={id}").into()))
    }
}
