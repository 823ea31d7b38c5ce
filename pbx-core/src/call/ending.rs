//! How a call ends: promised first, then told to both sides, then written down.

use crate::base::time::Now;
use crate::call::leg::LegState;
use crate::call::state::Call;
use crate::call::wrap_up::WrapUp;
use crate::cause::{self, Cause};
use crate::cdr::Ending;
use crate::context::cx::Cx;
use crate::decision::Final;
use crate::event::EventKind;
use crate::journal::Entry;

/// The ordinary end of an answered call.
pub(crate) const HUNG_UP: Ending<'static> = Ending::of(&cause::NORMAL);

impl Call {
    /// Ends the call, unless it has ended: tells the journal first, then the legs that are still there.
    pub(crate) fn end(&mut self, cx: &mut Cx<'_>, ending: &Ending<'_>) {
        let now = cx.now();
        self.end_as_of(cx, ending, now);
    }

    /// The same for a call that was over at a moment before this one: somebody had vanished.
    pub(crate) fn end_as_of(&mut self, cx: &mut Cx<'_>, ending: &Ending<'_>, at: Now) {
        if self.record.is_over() {
            return;
        }
        let owner = self.owner;
        self.record.ended(ending, at);
        cx.journal(Entry::CallEnded {
            call: owner.call,
            tenant: owner.tenant,
            disposition: ending.disposition,
            cause: ending.cause.to_owned(),
            sip_code: ending.sip_code,
            at: at.wall,
        });
        let kind = EventKind::CallEnded { disposition: ending.disposition, cause: ending.cause.to_owned() };
        cx.publish(owner.tenant, Some(owner.call), kind);
        self.stop_watching(cx);
        self.end_reoffer(cx);
        let no_of_callees: Vec<u16> = self.legs.iter().skip(1).map(|leg| leg.no).collect();
        let reason = cause::of_code(ending.cause).map(Cause::reason);
        for no in no_of_callees {
            self.hang_up_leg(cx, no, reason.as_deref());
        }
        self.end_caller(cx, ending.sip_code, reason.as_deref());
        self.release_ports(cx);
    }

    fn end_caller(&mut self, cx: &mut Cx<'_>, code: u16, reason: Option<&str>) {
        let caller = self.caller();
        let id = caller.id;
        match caller.state {
            LegState::Trying | LegState::Ringing => {
                let code = if code < 300 { 480 } else { code };
                self.refuse_caller(cx, code);
            }
            LegState::Talking => caller.bye(cx, reason),
            LegState::Leaving | LegState::Gone => {}
        }
        self.record.leg_ended(id, code, cx.now().wall);
    }

    /// Gives every port back, and waits for the reports of the two that talked.
    fn release_ports(&mut self, cx: &mut Cx<'_>) {
        for leg in &mut self.legs {
            leg.release_port(cx);
        }
        let waits_for = self.bridge.as_ref().map(|bridge| vec![0, bridge.callee]).unwrap_or_default();
        self.wrap_up = Some(WrapUp::new(waits_for));
        self.wrap_up(cx);
    }

    /// An answered leg said BYE, or is gone: ends the call and hangs up the other side.
    pub(crate) fn leg_left(&mut self, cx: &mut Cx<'_>, no: u16, ending: &Ending<'_>) {
        let Some(leg) = self.leg(no) else { return };
        let id = leg.id;
        leg.gone(cx);
        self.record.leg_ended(id, 200, cx.now().wall);
        self.end(cx, ending);
    }

    /// Ends the call for a cause outside of SIP, such as the console or a drain.
    pub(crate) fn stop(&mut self, cx: &mut Cx<'_>, cause: &Cause) {
        if self.bridge.is_some() {
            return self.end(cx, &Ending { cut: *cause == cause::CUT, ..Ending::of(cause) });
        }
        self.decide(cx, |decider, facts| decider.stopped(facts, Final::new(480, cause.code)));
    }
}
