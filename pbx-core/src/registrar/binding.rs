//! A binding as the registrar keeps it without its connection and lists it for phones.

use super::reach::address_of;
use crate::location::Binding;
use pbx_sip::Uri;

impl Binding {
    /// Returns the binding without its connection, after a restart or when that was closed. The
    /// phone is then reached by a new connection to its contact (RFC 3261 §18.1.1), if it
    /// registered from the contact's address; behind a NAT the contact may be another machine here,
    /// so it is not reached until it comes back.
    pub(super) fn disconnected(mut self) -> Self {
        if self.flow.transport.is_reliable() {
            let contact = address_of(&self.contact).map(|(_, address)| address.ip());
            self.behind_nat = contact != Some(self.flow.remote.ip().to_canonical());
            self.flow.connection = 0;
        }
        self
    }

    /// Returns the `reg-id` if the phone registered this flow as one of several (RFC 5626 §4.2).
    pub(super) fn reg_id(&self) -> Option<&str> {
        self.key.strip_prefix(self.instance.as_deref()?)?.strip_prefix(";reg-id=")
    }

    /// Returns whether the phone wants to be reached by the flow that it registered on and by no
    /// other way (RFC 5626 §4.2, §4.3).
    pub(super) fn is_outbound(&self) -> bool {
        let uri = Uri::parse(&*self.contact).ok();
        self.reg_id().is_some() || uri.as_ref().and_then(Uri::as_sip).is_some_and(|uri| uri.params().has("ob"))
    }

    /// Returns the binding as a value of a Contact header (RFC 3261 §20.10) with this many seconds
    /// left.
    pub(super) fn as_contact(&self, seconds_left: u64) -> String {
        let mut text = format!("<{}>;expires={seconds_left}", self.contact);
        if self.q < 1000 {
            text.push_str(&format!(";q=0.{:03}", self.q));
        }
        if let Some(instance) = &self.instance {
            text.push_str(&format!(";+sip.instance={}", pbx_sip::params::quote(instance)));
        }
        if let Some(id) = self.reg_id() {
            text.push_str(&format!(";reg-id={id}"));
        }
        text
    }
}
