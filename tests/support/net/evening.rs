//! How a run comes to its end: the phones are waited for, and calls in which nobody is left are ended as an admin would.

use super::{Event, Net};
use crate::support::phone::{Alarm, Phone};
use crate::support::secs;
use pbx_core::call::io::Command;
use pbx_core::ids::{CallId, TenantId};
use std::time::Duration;

/// How long transactions, and whoever waits for an ACK, may take to be forgotten.
const FORGOTTEN: Duration = secs(70);

impl Net {
    /// Lets time pass until no phone is in a call or has one to make, and what they left behind is forgotten.
    pub(crate) fn run(&mut self) {
        self.rests();
        self.run_for(FORGOTTEN);
        let forsaken = self.forsaken();
        if forsaken.is_empty() {
            return;
        }
        for (tenant, call) in forsaken {
            self.commands_after(Duration::ZERO, Command::HangUp { tenant, call });
        }
        self.rests();
        self.run_for(FORGOTTEN);
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

    /// Calls that still run. As long as there are no session timers (RFC 4028) two who talk and both vanish leave a call
    /// that nobody ends but an admin; any other call would be a fault.
    fn forsaken(&self) -> Vec<(TenantId, CallId)> {
        let vanished = |call: &str, made: bool| {
            let mut views = self.phones.iter().flat_map(Phone::views);
            views.any(|view| view.call_id == call && view.made == made && view.vanished.is_some() && view.talked())
        };
        let running = self.exchange.running();
        for (_, id, from, to) in &running {
            let both = vanished(from, true) && to.as_ref().is_some_and(|to| vanished(to, false));
            if !both {
                let calls: Vec<&str> = [Some(from), to.as_ref()].into_iter().flatten().map(String::as_str).collect();
                self.fail_in(&calls, &format!("call {id} still runs, and not because both have vanished"));
            }
        }
        running.into_iter().map(|(tenant, call, ..)| (tenant, call)).collect()
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
