//! How a run comes to its end: the phones are waited for, and whatever they left behind must end by itself.

use super::{Event, Net};
use crate::support::phone::{Alarm, Phone};
use crate::support::secs;
use std::time::Duration;

/// How long a call in which nobody is left may go on (longest on hold, where three questions have
/// to be unanswered), and what it left may take to be forgotten.
const FORGOTTEN: Duration = secs(400);
/// In seconds: for as long a REGISTER is remembered, and a while longer.
const REGISTRATION: u32 = 40;

impl Net {
    /// Lets time pass until no phone is in a call or has one to make, and what they left behind is forgotten.
    pub(crate) fn run(&mut self) {
        self.rests();
        self.run_for(FORGOTTEN);
        self.registers_no_more();
        if let Some((_, id, from, to)) = self.exchange.running().into_iter().next() {
            let calls: Vec<&str> = [Some(&from), to.as_ref()].into_iter().flatten().map(String::as_str).collect();
            self.fail_in(&calls, &format!("call {id} still runs"));
        }
    }

    /// Phones that register every minute are always remembered for one REGISTER: waits for a moment
    /// between two.
    fn registers_no_more(&mut self) {
        for _ in 0..REGISTRATION {
            if self.exchange.census().transactions == 0 {
                return;
            }
            self.run_for(secs(1));
        }
    }

    fn rests(&mut self) {
        for _ in 0..20_000 {
            self.run_for(secs(1));
            if !self.what.values().any(is_awaited) && self.phones.iter().all(Phone::is_idle) {
                return;
            }
        }
        self.fail("the phones did not come to rest");
    }
}

/// Whether a day is not over before this has happened.
fn is_awaited(event: &Event) -> bool {
    match event {
        Event::Remind(_, alarm) => matches!(alarm, Alarm::Errand(_) | Alarm::PowerOn),
        Event::Restart
        | Event::Command(_)
        | Event::Breaks(_)
        | Event::Cut(..)
        | Event::Notices(..)
        | Event::Lost(_) => true,
        _ => false,
    }
}
