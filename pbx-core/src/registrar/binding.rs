//! A binding as the registrar keeps it over a restart and tells it to phones.

use super::reach::address_of;
use crate::location::Binding;

impl Binding {
    /// The binding after a restart, which no connection survives. What is left is a new connection to the contact (RFC 3261
    /// §18.1.1), if the phone registered from the contact's address. Behind a NAT the contact is an address of another
    /// network, and may be somebody else's here: then there is no way to the phone until it comes back (RFC 5626 §5.3).
    pub(super) fn disconnected(mut self) -> Self {
        if self.flow.transport.is_reliable() {
            let contact = address_of(&self.contact).map(|(_, address)| address.ip());
            self.behind_nat = contact != Some(self.flow.remote.ip().to_canonical());
            self.flow.connection = 0;
        }
        self
    }

    /// The binding as a value of a Contact header (RFC 3261 §20.10) with this many seconds left.
    pub(super) fn as_contact(&self, seconds_left: u64) -> String {
        let mut text = format!("<{}>;expires={seconds_left}", self.contact);
        if self.q < 1000 {
            text.push_str(&format!(";q=0.{:03}", self.q));
        }
        if let Some(instance) = &self.instance {
            text.push_str(&format!(";+sip.instance={}", pbx_sip::params::quote(instance)));
        }
        text
    }
}
