//! A phone that loses its power, or its connection, and what it does when it has it again.

use super::{Alarm, Do, Phone, VanishesAfter, fate, ip_number};
use pbx_core::base::time::Instant;
use std::time::Duration;

/// How long a phone is without power at least: longer than anybody repeats a request to it (RFC 3261 §17, timers B and F).
const OFF: u64 = 40;
/// How many seconds longer at most.
const LONGER: u64 = 60;

impl Phone {
    /// The power goes: no word to anybody.
    pub(super) fn vanish(&mut self, now: Instant, out: &mut Vec<Do>) {
        self.gone = true;
        let lived = self.calls.iter().filter(|(_, talk)| !talk.is_over()).map(|(call, _)| call.clone());
        for call in lived.collect::<Vec<_>>() {
            if let Some(view) = self.view(&call) {
                view.vanished.get_or_insert(now);
            }
        }
        out.push(Do::Vanish);
        if self.comes_back {
            let longer = fate(self.seed, &[ip_number(self.addr), now.micros(), 0x0ff]) % LONGER;
            out.push(Do::Later(Duration::from_secs(OFF + longer), Alarm::PowerOn));
        }
    }

    /// It remembers its account and nothing else.
    pub(super) fn power_on(&mut self, now: Instant, out: &mut Vec<Do>) {
        self.gone = false;
        self.calls.clear();
        self.sent.clear();
        self.answered.clear();
        let expires = std::mem::take(&mut self.register).expires;
        self.register.expires = expires;
        self.send_register(now, out);
    }

    /// Its connection is gone: what it asked there is not answered any more (RFC 3261 §8.1.3.1), and it comes back on another.
    pub(crate) fn loses_connection(&mut self, now: Instant) -> Vec<Do> {
        let mut out = vec![];
        if self.gone {
            return out;
        }
        let lived = self.calls.iter().filter(|(_, talk)| !talk.is_over()).map(|(call, _)| call.clone());
        for call in lived.collect::<Vec<_>>() {
            if let Some(view) = self.view(&call) {
                view.cut_off.get_or_insert(now);
            }
        }
        let waits = self.sent.values_mut().filter(|sent| !sent.done);
        let lost: Vec<_> = waits
            .map(|sent| {
                sent.done = true;
                (sent.method, sent.call.clone())
            })
            .collect();
        for (method, call) in lost.into_iter().filter(|(method, _)| *method != "REGISTER") {
            self.unanswered(now, method, &call, 503, &mut out);
        }
        self.send_register(now, &mut out);
        out
    }

    /// It may vanish at this point of a call.
    pub(super) fn may_vanish(
        call: &str,
        wish: Option<VanishesAfter>,
        point: fn(Duration) -> VanishesAfter,
        out: &mut Vec<Do>,
    ) {
        if let Some(wish) = wish
            && point(wish.after()) == wish
        {
            out.push(Do::Later(wish.after(), Alarm::Do(call.to_owned(), super::Whim::Vanish)));
        }
    }
}
