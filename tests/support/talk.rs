//! The language of scenarios: `net.phone("acme/101").calls("102").hangs_up_after(secs(10))`.

use super::net::Net;
use super::phone::{Alarm, Errand, Phone, Says, VanishesAfter, View, Whim};
use pbx_core::base::flow::Transport;
use pbx_core::cdr::CallRecord;
use std::net::IpAddr;
use std::time::Duration;

/// A phone that is being told what to do.
pub(crate) struct Told<'a> {
    net: &'a mut Net,
    n: usize,
}

/// A call that is being planned.
pub(crate) struct Planned<'a> {
    net: &'a mut Net,
    n: usize,
    errand: Errand,
    after: Duration,
}

impl Net {
    /// A phone by its name: `acme/101`, or `carrier`.
    pub(crate) fn phone(&mut self, name: &str) -> Told<'_> {
        let n = self.place_of(name);
        Told { net: self, n }
    }

    /// What a phone saw of its only call.
    pub(crate) fn seen(&self, name: &str) -> &View {
        match self.phones[self.place_of(name)].views() {
            [view] => view,
            views => self.fail(&format!("{name} saw {} calls and not one", views.len())),
        }
    }

    /// What a phone saw of all its calls.
    pub(crate) fn all_seen(&self, name: &str) -> &[View] {
        self.phones[self.place_of(name)].views()
    }

    /// How much of somebody's audio a phone heard in its only call.
    pub(crate) fn heard(&self, name: &str, other: &str) -> u64 {
        self.seen(name).heard_from(self.phones[self.place_of(other)].mark())
    }

    /// The only record.
    pub(crate) fn record(&self) -> CallRecord {
        let records = self.exchange.records();
        match <[CallRecord; 1]>::try_from(records) {
            Ok([record]) => record,
            Err(records) => self.fail(&format!("there are {} records and not one", records.len())),
        }
    }
}

impl<'a> Told<'a> {
    fn manner(self, change: impl FnOnce(&mut super::phone::Manner)) -> Self {
        change(&mut self.net.phones[self.n].manner);
        self
    }

    /// It calls somebody.
    pub(crate) fn calls(self, dialled: &str) -> Planned<'a> {
        Planned { net: self.net, n: self.n, errand: Errand::to(dialled), after: Duration::ZERO }
    }

    /// It rings after that time.
    pub(crate) fn rings_after(self, after: Duration) -> Self {
        self.manner(|manner| manner.rings_after = Some(after))
    }

    /// It never says 180.
    pub(crate) fn never_rings(self) -> Self {
        self.manner(|manner| manner.rings_after = None)
    }

    /// It plays before it answers.
    pub(crate) fn plays_early(self) -> Self {
        self.manner(|manner| manner.early_media = true)
    }

    /// It answers that long after it was called.
    pub(crate) fn answers_after(self, after: Duration) -> Self {
        self.manner(|manner| manner.says = Says::Answer(after))
    }

    /// It refuses with that code.
    pub(crate) fn refuses_after(self, after: Duration, code: u16) -> Self {
        self.manner(|manner| manner.says = Says::Refuse(after, code))
    }

    /// It rings and nobody takes it.
    pub(crate) fn lets_ring(self) -> Self {
        self.manner(|manner| manner.says = Says::Nothing)
    }

    /// It is registered, but the cable is out.
    pub(crate) fn is_dead(self) -> Self {
        self.manner(|manner| manner.says = Says::Dead)
    }

    /// When it was called, it hangs up that long after its answer was acknowledged.
    pub(crate) fn then_hangs_up_after(self, after: Duration) -> Self {
        self.manner(|manner| manner.hangs_up_after = Some(after))
    }

    /// When it was called, it does something that long after its answer was acknowledged.
    pub(crate) fn then_after(self, after: Duration, whim: Whim) -> Self {
        self.manner(|manner| manner.then.push((after, whim)))
    }

    /// It registers and calls over a connection from now on.
    pub(crate) fn speaks_tcp(self) -> Self {
        self.net.phones[self.n].over = Transport::Tcp;
        self.net.remind(Duration::ZERO, self.n, Alarm::Register);
        self
    }

    /// When it has vanished it comes back after a while.
    pub(crate) fn comes_back(self) -> Self {
        self.net.phones[self.n].comes_back = true;
        self
    }

    /// When it is called, it vanishes then.
    pub(crate) fn vanishes(self, when: VanishesAfter) -> Self {
        self.manner(|manner| manner.vanishes = Some(when))
    }

    /// It sends no audio.
    pub(crate) fn is_mute(self) -> Self {
        self.manner(|manner| manner.mute = true)
    }

    /// It goes on when it hears nothing.
    pub(crate) fn bears_silence(self) -> Self {
        self.manner(|manner| manner.bears_silence = true)
    }

    /// It writes a wrong address into its descriptions.
    pub(crate) fn describes(self, address: IpAddr) -> Self {
        self.manner(|manner| manner.wrong_address = Some(address))
    }

    /// Its audio leaves from another address than its signalling, and is taken there as well.
    pub(crate) fn speaks_from(self, address: IpAddr) -> Self {
        self.net.leads_to(address, self.n);
        self.manner(|manner| manner.speaks_from = Some(address))
    }

    /// It takes these payload types, the best first.
    pub(crate) fn takes(self, payloads: &[u8]) -> Self {
        self.manner(|manner| manner.payloads = payloads.to_vec())
    }

    /// The phone itself.
    pub(crate) fn itself(self) -> &'a mut Phone {
        &mut self.net.phones[self.n]
    }
}

impl Planned<'_> {
    /// It begins later.
    pub(crate) fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }

    /// It hangs up that long after the answer.
    pub(crate) fn hangs_up_after(mut self, after: Duration) -> Self {
        self.errand.hangs_up_after = Some(after);
        self
    }

    /// It gives up that long after its INVITE.
    pub(crate) fn gives_up_after(mut self, after: Duration) -> Self {
        self.errand.gives_up_after = Some(after);
        self
    }

    /// It vanishes then.
    pub(crate) fn vanishes(mut self, when: VanishesAfter) -> Self {
        self.errand.vanishes = Some(when);
        self
    }

    /// Its INVITE has no description.
    pub(crate) fn without_offer(mut self) -> Self {
        self.errand.without_offer = true;
        self
    }

    /// It offers these payload types.
    pub(crate) fn offers(mut self, payloads: &[u8]) -> Self {
        self.errand.payloads = payloads.to_vec();
        self
    }

    /// Its INVITE has another header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.errand.lines.push((name.to_owned(), value.to_owned()));
        self
    }

    /// It does something that long after the answer.
    pub(crate) fn then_after(mut self, after: Duration, whim: Whim) -> Self {
        self.errand.then.push((after, whim));
        self
    }
}

impl Drop for Planned<'_> {
    /// A planned call is made: a scenario reads better without a word for it.
    fn drop(&mut self) {
        let phone = &mut self.net.phones[self.n];
        phone.errands.push(self.errand.clone());
        let errand = phone.errands.len() - 1;
        self.net.remind(self.after, self.n, Alarm::Errand(errand));
    }
}
