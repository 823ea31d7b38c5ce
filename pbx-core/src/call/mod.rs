//! A call: its legs, what happens before and during the talk, and one verb a file.
//!
//! # A leg
//! | state   | the caller's (we answer)      | one that we ring (we ask)        | leaves by                        |
//! | ------- | ----------------------------- | -------------------------------- | -------------------------------- |
//! | Trying  | its INVITE came               | our INVITE is out                | 18x, final answer, CANCEL        |
//! | Ringing | we said 18x                   | it said 18x                      | final answer, CANCEL             |
//! | Talking | we said 200                   | it said 2xx and has its ACK      | BYE, no ACK, no sign of life     |
//! | Leaving | we hung up before its ACK     | the same, inside a re-INVITE     | ACK or its time-out: BYE is sent |
//! | Gone    | over: what is on the wire is the transaction layer's business | |                                 |
//!
//! # A call
//! | phase    | there is                         | ends with                                              |
//! | -------- | -------------------------------- | ------------------------------------------------------ |
//! | routing  | the decider is not over          | `conclude`: connect, or refuse the caller              |
//! | talking  | a `Bridge`                       | BYE of either side, loss, a command: `end`             |
//! | wrap-up  | a `WrapUp`                       | the media threads' reports, or a second: the record    |
//! | done     | the record is written, legs Gone | forgotten                                              |
//!
//! # What is promised first
//! `CallStarted` before any answer to the INVITE but 100, `CallDecided` before a phone rings or the
//! caller hears ringing, `CallAnswered` before the 200, `CallEnded` before the 200 to a BYE or the
//! refusal, a binding before the 200 to its REGISTER. Within one batch of outputs all journal
//! entries are written before anything is sent.

pub(crate) mod core;
pub(crate) mod fact;
pub(crate) mod hang_up;
pub(crate) mod in_dialog;
pub(crate) mod leg;
pub(crate) mod legs;
pub(crate) mod setup;
pub(crate) mod talk;
pub mod verb;
pub(crate) mod wrap_up;

use crate::base::flow::Flow;
use crate::base::ids::LegId;
use crate::base::time::Now;
use crate::cause::{self, Cause};
use crate::cdr::Ending;
use crate::context::ctx::{Ctx, is_lost};
use crate::context::io::Answer;
use crate::context::owner::Purpose;
use crate::context::timers::Timer;
use crate::decision::Final;
use crate::event::Disposition;
use crate::script::ScriptStep;
use crate::sip_methods::InsideDialog;
use core::Core;
use fact::Fact;
use leg::LegState;
use pbx_media::PortReport;
use pbx_sip::transaction::{Failure, TransactionId};
use pbx_sip::{Message, StatusCode};
use serde::{Deserialize, Serialize};
use setup::dial::{self, LegEvent};
use setup::{Decided, Setup};
use std::time::Duration;
use talk::Talk;
use talk::connect::connect;
use talk::presence::{self, Over};
use talk::reinvite::{Taken, refuse_without_talk};
use wrap_up::WrapUp;

/// A call: what happens to it goes to the phase that it concerns, and what comes of that to the
/// next.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Call {
    setup: Setup,
    /// The talk, once the call is answered.
    talk: Option<Talk>,
    /// What is left to do once the call is over.
    wrap_up: WrapUp,
}

impl Call {
    /// Begins to route the call.
    pub(crate) fn begin(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        let decided = self.setup.begin(core, ctx);
        self.decided(core, ctx, decided);
    }

    /// Returns whether nothing is left to do: the record is written and every leg is over.
    pub(crate) fn is_done(&self, core: &Core<'_>) -> bool {
        self.wrap_up.is_written() && core.all().all(|leg| leg.state == LegState::Gone)
    }

    /// Takes from the script host what the script did with its turn.
    pub(crate) fn script_replied(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, step: ScriptStep) {
        let decided = self.setup.script_replied(core, ctx, step);
        self.decided(core, ctx, decided);
    }

    /// Takes a source's answer.
    pub(crate) fn source_answered(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, answer: Answer) {
        let decided = self.setup.source_answered(core, ctx, answer);
        self.decided(core, ctx, decided);
    }

    /// Takes that ports have come from a media thread, or none can; `tried` has its bit then.
    pub(crate) fn ports_came(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, tried: u64) {
        if let Some(talk) = &mut self.talk {
            let over = talk.ports_came(core, ctx, tried);
            return self.talk_over(core, ctx, over);
        }
        let decided = self.setup.ports_came(core, ctx, tried);
        self.decided(core, ctx, decided);
    }

    /// Takes from a media thread how long a leg has been silent; `None` if it was never heard.
    pub(crate) fn leg_is_silent(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        leg: LegId,
        since: Option<Duration>,
    ) {
        let over = presence::on_silence(core, ctx, leg, since);
        self.talk_over(core, ctx, over);
    }

    /// Takes the report of a leg's port.
    pub(crate) fn port_reported(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, leg: LegId, report: PortReport) {
        self.wrap_up.reported(leg, report);
        self.write_if_complete(core, ctx);
    }

    /// Carries a timer out.
    pub(crate) fn due(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, timer: Timer) {
        match timer {
            Timer::RingOver(_) if self.talk.is_some() => {
                let over = self.talk.as_mut().and_then(|talk| talk.ring_over(core, ctx));
                self.talk_over(core, ctx, over);
            }
            Timer::LocalRinging(_) | Timer::ScriptSilent(_) | Timer::RingOver(_) | Timer::LookupOver(_) => {
                let decided = self.setup.due(core, ctx, timer);
                self.decided(core, ctx, decided);
            }
            Timer::Glare(_) => self.talk.iter_mut().for_each(|talk| talk.glare_over(core, ctx)),
            Timer::ReofferOver(_) => self.talk.iter().for_each(|talk| talk.reoffer_over(ctx)),
            Timer::TalkCheck(_) => presence::check(core, ctx, self.talking()),
            Timer::ReportsDue(_) => self.write_record(core, ctx),
            Timer::Unacked(leg) => {
                if in_dialog::on_unacked(core, ctx, leg) {
                    let over = presence::has_vanished(core, ctx, self.talking(), leg, &cause::NO_ACK);
                    self.talk_over(core, ctx, over);
                }
            }
        }
    }

    /// Takes a request in a leg's dialog.
    pub(crate) fn leg_asks(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        leg: LegId,
        (id, flow): (TransactionId, Flow),
        request: &Message,
    ) {
        match in_dialog::on_request(core, ctx, leg, (id, flow), request) {
            Some(InsideDialog::HangUp) => {
                self.leg_hangs_up(core, ctx, leg);
                in_dialog::answer(ctx, id, request, 200, &[]);
            }
            Some(InsideDialog::Reinvite) => match &mut self.talk {
                Some(talk) => talk.reinvited(core, ctx, (leg, id), request),
                None => refuse_without_talk(core, ctx, (leg, id), request),
            },
            Some(InsideDialog::Transfer) => match self.talk.as_mut().filter(|_| !core.call.record.is_over()) {
                Some(talk) => {
                    let over = talk.referred(core, ctx, (leg, id), request);
                    self.talk_over(core, ctx, over);
                }
                None => in_dialog::answer(ctx, id, request, StatusCode::FORBIDDEN.code(), &[]),
            },
            Some(InsideDialog::WithInvite | InsideDialog::Answer(_)) | None => {}
        }
    }

    /// Takes a leg's BYE.
    fn leg_hangs_up(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId) {
        let is_originator = core.call.originator == Some(id);
        let Some(leg) = core.leg(id) else { return };
        match leg.state {
            // A caller may leave an early dialog with BYE, too (RFC 3261 §15).
            LegState::Trying | LegState::Ringing if is_originator => self.caller_gave_up(core, ctx),
            LegState::Leaving => leg.gone(ctx),
            _ => {
                core.happened(ctx, Fact::HangsUp { leg: id });
                self.leg_left(core, ctx, id);
            }
        }
    }

    /// Takes a CANCEL of one of a leg's INVITEs.
    pub(crate) fn leg_cancels(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId, invite: TransactionId) {
        let Some(leg) = core.leg(id) else { return };
        if leg.transaction == Some(invite) {
            self.caller_gave_up(core, ctx);
        } else if let Some(talk) = &mut self.talk {
            talk.cancelled(core, ctx, invite);
        }
    }

    fn caller_gave_up(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        let decided = self.setup.caller_gave_up(core, ctx);
        self.decided(core, ctx, decided);
    }

    /// Takes an ACK in a leg's dialog.
    pub(crate) fn leg_acknowledges(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        leg: LegId,
        flow: Flow,
        ack: &Message,
    ) {
        if in_dialog::on_ack(core, ctx, leg, flow, ack)
            && let Some(talk) = &mut self.talk
        {
            let over = talk.acknowledged(core, ctx, leg, ack);
            self.talk_over(core, ctx, over);
        }
    }

    /// Takes a response to a request of ours; returns `false` of a 2xx to an INVITE that nobody
    /// wants.
    pub(crate) fn leg_responds(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        (purpose, id): (Purpose, TransactionId),
        response: &Message,
    ) -> bool {
        match purpose {
            Purpose::Invite(leg) => {
                let event = dial::on_response(core, ctx, leg, id, response);
                self.leg_event(core, ctx, (leg, event), Some(response));
                event != LegEvent::Unwanted
            }
            Purpose::Reinvite(leg) => {
                let taken = self.talk.as_mut().map(|talk| talk.on_response(core, ctx, (leg, id), response));
                let Some(Taken::Here(over)) = taken else { return false };
                self.talk_over(core, ctx, over);
                true
            }
            Purpose::Probe(leg) => {
                let code = response.status().map_or(0, |status| status.code());
                let over = presence::on_probe_response(core, ctx, self.talking(), (leg, id), code);
                self.talk_over(core, ctx, over);
                true
            }
            Purpose::Bye(_) | Purpose::Notify(_) | Purpose::Answer(_) | Purpose::AnsweredAtOnce => true,
        }
    }

    /// Takes that a request of ours got no answer, or did not get out.
    pub(crate) fn leg_request_failed(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        (purpose, id): (Purpose, TransactionId),
        failure: Failure,
    ) {
        let over = match purpose {
            Purpose::Invite(leg) => {
                if core.leg(leg).is_some_and(|leg| leg.transaction == Some(id)) {
                    self.leg_failed(core, ctx, leg, if failure == Failure::Transport { 503 } else { 408 });
                }
                None
            }
            Purpose::Reinvite(leg) => {
                self.talk.as_mut().and_then(|talk| talk.on_failure(core, ctx, (leg, id), failure))
            }
            Purpose::Probe(leg) => presence::on_probe_failure(core, ctx, self.talking(), (leg, id), failure),
            Purpose::Bye(_) | Purpose::Notify(_) | Purpose::Answer(_) | Purpose::AnsweredAtOnce => None,
        };
        self.talk_over(core, ctx, over);
    }

    fn leg_failed(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, leg: LegId, code: u16) {
        let event = dial::on_failure(core, ctx, leg, code);
        self.leg_event(core, ctx, (leg, event), None);
    }

    /// Takes what a leg that we ring has come to: it rings for the originator, or for one who
    /// talks.
    fn leg_event(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        (leg, event): (LegId, LegEvent),
        response: Option<&Message>,
    ) {
        if let Some(talk) = &mut self.talk {
            let over = talk.leg_event(core, ctx, leg, event);
            return self.talk_over(core, ctx, over);
        }
        let decided = self.setup.leg_event(core, ctx, (leg, event), response);
        self.decided(core, ctx, decided);
    }

    /// Notes that a connection is gone. A talk goes on: media does not depend on the connection,
    /// and the phone comes back on another (`hop`).
    ///
    /// An INVITE that has no final answer by then is over: its answer would not arrive.
    pub(crate) fn flow_lost(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, flow: Flow) {
        let on_it: Vec<LegId> = core.all().filter(|leg| is_lost(leg.flow, flow)).map(|leg| leg.id).collect();
        for id in on_it {
            let is_originator = core.call.originator == Some(id);
            let Some(leg) = core.leg(id) else { continue };
            match leg.state {
                LegState::Trying | LegState::Ringing if is_originator => self.caller_gave_up(core, ctx),
                LegState::Trying | LegState::Ringing => self.leg_failed(core, ctx, id, 503),
                LegState::Talking | LegState::Leaving => leg.loses_flow(),
                LegState::Gone => {}
            }
        }
    }

    /// Acts upon the decision of the call, if it is made.
    fn decided(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, decided: Decided) {
        match decided {
            Decided::Open => {}
            Decided::Refused(answer) => self.fail(core, ctx, &answer),
            Decided::Connected(winner) => match connect(core, ctx, self.setup.early(), winner) {
                Some(pair) => self.talk = Some(Talk::new(pair)),
                None => {
                    core.hang_up(ctx, winner, None);
                    self.fail(core, ctx, &Final::of(&cause::NOT_ACCEPTABLE));
                }
            },
        }
    }

    /// Returns the legs that talk or wait.
    fn talking(&self) -> &[LegId] {
        self.talk.as_ref().map_or(&[], Talk::legs)
    }

    fn talk_over(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, over: Option<Over>) {
        if let Some(Over { ending, at }) = over {
            self.end(core, ctx, &ending, None, at);
        }
    }

    /// Ends the call for a cause outside of SIP, such as the console or a drain.
    pub(crate) fn stop(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, cause: &Cause) {
        if self.talk.is_some() {
            let ending = Ending { cut: *cause == cause::CUT, ..Ending::of(cause) };
            let now = ctx.now();
            return self.end(core, ctx, &ending, None, now);
        }
        let answer = Final::new(480, cause.code);
        let decided = self.setup.decide(core, ctx, |decider, facts| decider.stopped(facts, answer));
        self.decided(core, ctx, decided);
    }

    /// Refuses the originator and ends the call.
    fn fail(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, answer: &Final) {
        let disposition = cause::of_code(&answer.cause).map_or(Disposition::Failed, |cause| cause.disposition);
        // What ends an answered call (a console, a drain) may end an unanswered one, too.
        let disposition = if disposition == Disposition::Answered { Disposition::Failed } else { disposition };
        let cut = answer.cause == cause::CUT.code;
        let ending = Ending { disposition, cause: &answer.cause, sip_code: answer.code, cut };
        let now = ctx.now();
        self.end(core, ctx, &ending, answer.reason.as_deref(), now);
    }

    /// Takes that an answered leg is gone: the call ends when none of its legs talks or waits.
    fn leg_left(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId) {
        let Some(leg) = core.leg(id) else { return };
        leg.gone(ctx);
        core.happened(ctx, Fact::LegEnded { leg: id, code: 200 });
        let over = match &mut self.talk {
            Some(talk) => talk.left(core, ctx, id),
            None => Some(Over::now(ctx, &cause::NORMAL)),
        };
        self.talk_over(core, ctx, over);
    }

    /// Ends the call as of a moment, unless it has ended: promises that first, and then hangs up
    /// the legs that are still there. `phrase` is the reason phrase of a refusal.
    fn end(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, ending: &Ending<'_>, phrase: Option<&str>, at: Now) {
        if core.call.record.is_over() {
            return;
        }
        core.happened(ctx, Fact::Ended { ending, at });
        ctx.shared.timers.stop(Timer::TalkCheck(core.call.id.call));
        self.talk.iter_mut().for_each(|talk| talk.stop(core, ctx));
        let reason = cause::of_code(ending.cause).map(Cause::reason);
        core.hang_up_all(ctx, reason.as_deref());
        setup::caller::end(core, ctx, (ending.sip_code, phrase), reason.as_deref());
        core.release_ports(ctx);
        let talked = self.talk.as_mut().map(Talk::pair);
        self.wrap_up.begin(core, ctx, talked);
        self.write_if_complete(core, ctx);
    }

    fn write_if_complete(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        if self.wrap_up.is_complete() {
            self.write_record(core, ctx);
        }
    }

    fn write_record(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        if !self.wrap_up.is_written() {
            self.wrap_up.write(core, ctx, self.setup.finish());
        }
    }
}
