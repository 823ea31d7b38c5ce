//! Whether the two who talk are still there.
//!
//! | every `talk-check-s`      | the leg                                              | what happens                        |
//! | ------------------------- | ---------------------------------------------------- | ----------------------------------- |
//! | its media port is asked   | was heard since the last time                        | nothing                             |
//! |                           | was silent for as long (on hold, muted, gone)        | OPTIONS in its dialog (RFC 3261 §11) |
//! | the OPTIONS               | any answer but those below                           | it is there                         |
//! |                           | 481 (RFC 5057 §5.1)                                  | the call ends                       |
//! |                           | 408, none in 32 s, no way to it; it should be heard  | the call ends                       |
//! |                           | the same; on hold, or behind a NAT                   | it is asked again, [`QUESTIONS`] times in all |
//!
//! Who is behind a NAT over UDP is looked after every `keep-alive-s`, and what is sent keeps the
//! NAT from forgetting the way. There, and on hold, a phone that hears no OPTIONS may yet resume:
//! its next request opens the way again.
//!
//! Who lets a re-INVITE go unanswered, or our 200, is gone as well. A leg that is gone ends the call
//! once its media port has said when the leg was heard last, and once the other leg has answered:
//! that is asked, too, if it is silent. The talk was over at the last sign of life of the first who
//! is gone: a packet, or a message.

use crate::base::settings::Settings;
use crate::base::time::{Instant, Now, Wall};
use crate::call::leg::{Leg, LegState};
use crate::call::state::Call;
use crate::cause::{self, Cause};
use crate::cdr::Ending;
use crate::context::cx::Cx;
use crate::context::timers::Timer;
use crate::registrar::KEEP_ALIVE;
use pbx_sip::Method;
use pbx_sip::transaction::{Failure, TransactionId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is known of a leg's being there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Presence {
    /// Its last sign of life.
    seen: Now,
    /// Our OPTIONS that it has not answered.
    asked: Option<TransactionId>,
    /// When it was asked last.
    #[serde(default)]
    questioned: Instant,
    /// How many questions before that were not answered, one after the other.
    #[serde(default)]
    unanswered: u8,
    /// By which cause it is taken for gone.
    #[serde(default)]
    gone: Option<String>,
}

/// After how many questions without an answer one is gone whose silence is no fault.
const QUESTIONS: u8 = 3;
/// And how many times `talk-check-s` after its last sign of life at the earliest.
const PATIENCE: u32 = 4;
/// Checks are not quite regular: so much earlier one may be asked again.
const SLACK: Duration = Duration::from_secs(5);

/// Where one leg is gone: how long the other may have been silent without being asked.
const DOUBT: Duration = Duration::from_secs(1);

impl Presence {
    /// Whether it is neither gone nor asked whether it is there.
    fn is_open(&self) -> bool {
        self.gone.is_none() && self.asked.is_none()
    }
}

impl Leg {
    /// A message of the leg came: it is there.
    pub(crate) fn is_seen(&mut self, now: Now) {
        (self.presence.seen, self.presence.unanswered) = (now, 0);
    }

    /// How long it may be silent before it is asked whether it is there.
    fn check_period(&self, cx: &Cx<'_>) -> Duration {
        let Settings { talk_check_s, keep_alive_s, .. } = *cx.world.settings;
        let often = self.wants_keep_alive() && keep_alive_s > 0;
        Duration::from_secs(u64::from(if often { talk_check_s.min(keep_alive_s) } else { talk_check_s }))
    }

    /// Whether it may be there although it did not answer.
    fn may_come_back(&self, cx: &Cx<'_>) -> bool {
        let silent = cx.now().mono.since(self.presence.seen.mono);
        let patience = Duration::from_secs(u64::from(cx.world.settings.talk_check_s)) * PATIENCE;
        let is_excused = self.wants_keep_alive() || !self.session.may_send();
        is_excused && (self.presence.unanswered < QUESTIONS || silent < patience)
    }
}

/// So long before a moment.
fn before(now: Now, span: Duration) -> Now {
    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    let wall = i64::try_from(micros).unwrap_or(i64::MAX);
    Now {
        mono: Instant::from_micros(now.mono.micros().saturating_sub(micros)),
        wall: Wall::from_micros(now.wall.micros().saturating_sub(wall)),
    }
}

impl Call {
    /// Two talk: from now on they are looked after.
    pub(crate) fn watch_talk(&mut self, cx: &mut Cx<'_>) {
        let every = self.talking().filter_map(|no| Some(self.legs.get(usize::from(no))?.check_period(cx))).min();
        let Some(every) = every.filter(|every| !every.is_zero()) else { return };
        let Some(bridge) = &mut self.bridge else { return };
        let at = cx.now().mono + every;
        cx.shared.timers.start(Timer::TalkCheck(self.owner.call), at);
        bridge.check = Some(at);
    }

    /// Nobody talks any more.
    pub(crate) fn stop_watching(&mut self, cx: &mut Cx<'_>) {
        if let Some(at) = self.bridge.as_mut().and_then(|bridge| bridge.check.take()) {
            cx.shared.timers.stop(Timer::TalkCheck(self.owner.call), at);
        }
    }

    /// Asks the media threads whether the two are heard.
    pub(crate) fn talk_check(&mut self, cx: &mut Cx<'_>) {
        for no in self.talking().collect::<Vec<_>>() {
            let Some(leg) = self.leg(no) else { continue };
            if leg.wants_keep_alive() {
                cx.send_bytes(leg.hop(cx), KEEP_ALIVE, None);
            }
            if let Some(port) = leg.port {
                cx.shared.stock.ask(port, self.owner.call, no, cx.out);
            }
        }
        self.watch_talk(cx);
    }

    /// The numbers of the two who talk.
    fn talking(&self) -> impl Iterator<Item = u16> + use<> {
        self.bridge.as_ref().map(|bridge| [0, bridge.callee]).into_iter().flatten()
    }

    /// A media thread says how long a leg has been silent; none: it was never heard.
    pub(crate) fn is_quiet_for(&mut self, cx: &mut Cx<'_>, no: u16, since: Option<Duration>) {
        let now = cx.now();
        let is_alone = self.is_somebody_gone();
        let Some(leg) = self.leg(no).filter(|leg| leg.state == LegState::Talking) else { return };
        let longest = if is_alone { DOUBT } else { leg.check_period(cx) };
        if let Some(since) = since {
            let heard = before(now, since);
            if heard.mono > leg.presence.seen.mono {
                leg.is_seen(heard);
            }
        }
        if leg.presence.gone.is_some() {
            return self.ends_without_the_gone(cx);
        }
        let is_due = now.mono.since(leg.presence.questioned) + SLACK >= longest || leg.presence.unanswered > 0;
        if since.is_none_or(|since| since >= longest) && is_due && leg.presence.asked.is_none() {
            let headers = [("Accept", "application/sdp"), crate::context::wire::USER_AGENT];
            leg.presence.asked = leg.request(cx, &Method::Options, &headers, None);
            leg.presence.questioned = now.mono;
        }
    }

    /// An answer to our OPTIONS. False: it is none.
    pub(crate) fn presence_answered(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, code: u16) -> bool {
        let now = cx.now();
        let Some(leg) = self.leg(no).filter(|leg| leg.presence.asked == Some(id)) else { return false };
        match code {
            481 => self.has_vanished(cx, no, &cause::FAR_END_VANISHED),
            408 => self.is_missed(cx, no, &cause::FAR_END_VANISHED),
            code => {
                leg.is_seen(now);
                leg.answers(cx);
                if code >= 200 {
                    leg.presence.asked = None;
                    self.ends_without_the_gone(cx);
                }
            }
        }
        true
    }

    /// Our OPTIONS got no answer, or did not get out. False: it was none.
    pub(crate) fn presence_failed(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, failure: Failure) -> bool {
        if self.leg(no).is_none_or(|leg| leg.presence.asked != Some(id)) {
            return false;
        }
        let cause = if failure == Failure::Transport { &cause::FLOW_LOST } else { &cause::FAR_END_VANISHED };
        self.is_missed(cx, no, cause);
        true
    }

    /// It did not answer: the leg is gone, unless it may be there all the same.
    fn is_missed(&mut self, cx: &mut Cx<'_>, no: u16, cause: &Cause) {
        let is_alone = self.is_somebody_gone();
        let Some(leg) = self.leg(no) else { return };
        leg.presence.unanswered = leg.presence.unanswered.saturating_add(1);
        // Where the other is gone, there is nothing to come back to.
        if !is_alone && leg.may_come_back(cx) {
            leg.presence.asked = None;
            return;
        }
        self.has_vanished(cx, no, cause);
    }

    /// A leg is gone: the media thread is asked when it was heard last, and before that when the
    /// other was.
    pub(crate) fn has_vanished(&mut self, cx: &mut Cx<'_>, no: u16, cause: &Cause) {
        let Some(leg) = self.leg(no) else { return };
        (leg.presence.asked, leg.presence.gone) = (None, Some(cause.code.to_owned()));
        let is_open = |no: &u16| self.legs.get(usize::from(*no)).is_some_and(|leg| leg.presence.is_open());
        let other = self.talking().filter(|other| *other != no).find(is_open);
        for no in other.into_iter().chain([no]) {
            match self.leg(no).and_then(|leg| leg.port) {
                Some(port) => cx.shared.stock.ask(port, self.owner.call, no, cx.out),
                None => self.ends_without_the_gone(cx),
            }
        }
    }

    fn is_somebody_gone(&self) -> bool {
        self.legs.iter().any(|leg| leg.presence.gone.is_some())
    }

    /// Ends the call if a leg is gone and no other may still turn out to be.
    fn ends_without_the_gone(&mut self, cx: &mut Cx<'_>) {
        if self.legs.iter().any(|leg| leg.presence.asked.is_some()) {
            return;
        }
        let gone = self.legs.iter().filter_map(|leg| Some((leg.presence.seen, leg.presence.gone.as_deref()?)));
        let Some((_, code)) = gone.min_by_key(|(seen, _)| seen.mono) else { return };
        // Who would have been asked once more is missing now, too.
        let missing = self.legs.iter().filter(|leg| leg.presence.gone.is_some() || leg.presence.unanswered > 0);
        let Some(at) = missing.map(|leg| leg.presence.seen).min_by_key(|seen| seen.mono) else { return };
        let cause = cause::of_code(code).unwrap_or(&cause::FAR_END_VANISHED);
        self.end_as_of(cx, &Ending::of(cause), at);
    }
}
