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
//! A phone behind a NAT over UDP is checked every `keep-alive-s`, and what is sent keeps the NAT
//! from forgetting the way. There, and on hold, a phone that hears no OPTIONS may yet resume: its
//! next request opens the way again.
//!
//! A leg that leaves a re-INVITE or our 200 unanswered is gone as well. A leg that is gone ends the
//! call once its media port has said when the leg was heard last, and once the other leg has
//! answered: that is asked, too, if it is silent. The talk was over at the last sign of life of the
//! first who is gone: a packet, or a message.

use crate::base::ids::LegId;
use crate::base::settings::Settings;
use crate::base::time::{Instant, Now, Wall};
use crate::call::core::Core;
use crate::call::leg::{Leg, LegState};
use crate::cause::{self, Cause};
use crate::cdr::Ending;
use crate::context::ctx::Ctx;
use crate::context::owner::Purpose;
use crate::context::timers::Timer;
use crate::message::writer::USER_AGENT;
use crate::registrar::KEEP_ALIVE;
use pbx_sip::Method;
use pbx_sip::transaction::{Failure, TransactionId};
use std::time::Duration;

/// After how many unanswered questions a leg is gone whose silence is no fault.
const QUESTIONS: u8 = 3;
/// And how many times `talk-check-s` after its last sign of life at the earliest.
const PATIENCE: u32 = 4;

/// Where one leg is gone: how long the other may have been silent without being asked.
const DOUBT: Duration = Duration::from_secs(1);

/// Checks are not quite regular: so much earlier one may be asked again.
const SLACK: Duration = Duration::from_secs(5);

/// The end of a talk: why, and as of when.
pub(crate) struct Over {
    pub(crate) ending: Ending<'static>,
    pub(crate) at: Now,
}

impl Over {
    /// Returns an end at this moment.
    pub(crate) fn now(ctx: &Ctx<'_>, cause: &'static Cause) -> Self {
        Self { ending: Ending::of(cause), at: ctx.now() }
    }
}

/// Returns how long a leg may be silent before it is asked whether it is there.
fn check_period(leg: &Leg, ctx: &Ctx<'_>) -> Duration {
    let Settings { talk_check_s, keep_alive_s, .. } = *ctx.world.settings;
    let often = leg.wants_keep_alive() && keep_alive_s > 0;
    Duration::from_secs(u64::from(if often { talk_check_s.min(keep_alive_s) } else { talk_check_s }))
}

/// Returns whether a leg may be there although it did not answer.
fn may_come_back(leg: &Leg, ctx: &Ctx<'_>) -> bool {
    let silent = ctx.now().mono.since(leg.presence.seen.mono);
    let patience = Duration::from_secs(u64::from(ctx.world.settings.talk_check_s)) * PATIENCE;
    let is_excused = leg.wants_keep_alive() || !leg.session.may_send();
    is_excused && (leg.presence.unanswered < QUESTIONS || silent < patience)
}

/// Returns the moment that lies so long before another.
fn before(now: Now, span: Duration) -> Now {
    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    let wall = i64::try_from(micros).unwrap_or(i64::MAX);
    Now {
        mono: Instant::from_micros(now.mono.micros().saturating_sub(micros)),
        wall: Wall::from_micros(now.wall.micros().saturating_sub(wall)),
    }
}

/// Sets the timer by which these legs are looked after again.
pub(crate) fn watch(core: &Core<'_>, ctx: &mut Ctx<'_>, talking: &[LegId]) {
    let periods = talking.iter().filter_map(|leg| Some(check_period(core.legs.get(*leg)?, ctx)));
    if let Some(every) = periods.min().filter(|every| !every.is_zero()) {
        let at = ctx.now().mono + every;
        ctx.shared.timers.start(Timer::TalkCheck(core.call.id.call), at);
    }
}

/// Asks the media threads whether these legs are heard.
pub(crate) fn check(core: &mut Core<'_>, ctx: &mut Ctx<'_>, talking: &[LegId]) {
    for id in talking {
        let Some(leg) = core.leg(*id) else { continue };
        if leg.wants_keep_alive() {
            ctx.send_bytes(leg.hop(ctx), KEEP_ALIVE, None);
        }
        if let Some(port) = leg.port {
            ctx.shared.stock.ask(port, *id, ctx.out);
        }
    }
    watch(core, ctx, talking);
}

/// Takes from a media thread how long a leg has been silent; `None` if it was never heard.
pub(crate) fn on_silence(core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId, since: Option<Duration>) -> Option<Over> {
    let now = ctx.now();
    let is_alone = is_side_gone(core);
    let leg = core.leg(id).filter(|leg| leg.state == LegState::Talking)?;
    let longest = if is_alone { DOUBT } else { check_period(leg, ctx) };
    if let Some(since) = since {
        let heard = before(now, since);
        if heard.mono > leg.presence.seen.mono {
            leg.presence.mark_seen(heard);
        }
    }
    if leg.presence.gone.is_some() {
        return without_the_gone(core);
    }
    let is_due = now.mono.since(leg.presence.questioned) + SLACK >= longest || leg.presence.unanswered > 0;
    if since.is_none_or(|since| since >= longest) && is_due && leg.presence.asked.is_none() {
        let headers = [("Accept", "application/sdp"), USER_AGENT];
        leg.presence.asked = leg.request(ctx, Purpose::Probe(id), &Method::Options, &headers, None);
        leg.presence.questioned = now.mono;
    }
    None
}

/// Takes a response to our OPTIONS.
pub(crate) fn on_probe_response(
    core: &mut Core<'_>,
    ctx: &mut Ctx<'_>,
    talking: &[LegId],
    (id, transaction): (LegId, TransactionId),
    code: u16,
) -> Option<Over> {
    let now = ctx.now();
    let leg = core.leg(id).filter(|leg| leg.presence.asked == Some(transaction))?;
    match code {
        481 => has_vanished(core, ctx, talking, id, &cause::FAR_END_VANISHED),
        408 => on_miss(core, ctx, talking, id, &cause::FAR_END_VANISHED),
        code => {
            leg.presence.mark_seen(now);
            leg.answers(ctx);
            if code < 200 {
                return None;
            }
            leg.presence.asked = None;
            without_the_gone(core)
        }
    }
}

/// Takes that our OPTIONS got no answer, or did not get out.
pub(crate) fn on_probe_failure(
    core: &mut Core<'_>,
    ctx: &mut Ctx<'_>,
    talking: &[LegId],
    (id, transaction): (LegId, TransactionId),
    failure: Failure,
) -> Option<Over> {
    core.leg(id).filter(|leg| leg.presence.asked == Some(transaction))?;
    let cause = if failure == Failure::Transport { &cause::FLOW_LOST } else { &cause::FAR_END_VANISHED };
    on_miss(core, ctx, talking, id, cause)
}

/// Takes that a leg did not answer: it is gone, unless it may be there all the same.
fn on_miss(
    core: &mut Core<'_>,
    ctx: &mut Ctx<'_>,
    talking: &[LegId],
    id: LegId,
    cause: &'static Cause,
) -> Option<Over> {
    let is_alone = is_side_gone(core);
    let leg = core.leg(id)?;
    leg.presence.unanswered = leg.presence.unanswered.saturating_add(1);
    // Where the other is gone, there is nothing to come back to.
    if !is_alone && may_come_back(leg, ctx) {
        leg.presence.asked = None;
        return None;
    }
    has_vanished(core, ctx, talking, id, cause)
}

/// Takes that a leg is gone: the media thread is asked when it was heard last, and before that when
/// the other was.
pub(crate) fn has_vanished(
    core: &mut Core<'_>,
    ctx: &mut Ctx<'_>,
    talking: &[LegId],
    id: LegId,
    cause: &'static Cause,
) -> Option<Over> {
    let leg = core.leg(id).filter(|leg| leg.state != LegState::Gone)?;
    (leg.presence.asked, leg.presence.gone) = (None, Some(cause.code.to_owned()));
    let is_open = |leg: &&Leg| talking.contains(&leg.id) && leg.id != id && leg.presence.is_open();
    let other = in_the_talk(core).find(is_open).map(|leg| leg.id);
    let mut over = None;
    for leg in other.into_iter().chain([id]) {
        match core.leg(leg).and_then(|leg| leg.port) {
            Some(port) => ctx.shared.stock.ask(port, leg, ctx.out),
            None => over = over.or_else(|| without_the_gone(core)),
        }
    }
    over
}

/// Returns the legs that nobody has hung up: of one that has left the others to each other nothing
/// is awaited.
fn in_the_talk<'a>(core: &'a Core<'_>) -> impl Iterator<Item = &'a Leg> {
    core.all().filter(|leg| leg.state == LegState::Talking)
}

fn is_side_gone(core: &Core<'_>) -> bool {
    in_the_talk(core).any(|leg| leg.presence.gone.is_some())
}

/// Returns the end of the talk if a leg is gone and no other may still turn out to be.
fn without_the_gone(core: &Core<'_>) -> Option<Over> {
    if in_the_talk(core).any(|leg| leg.presence.asked.is_some()) {
        return None;
    }
    let gone = in_the_talk(core).filter_map(|leg| Some((leg.presence.seen, leg.presence.gone.as_deref()?)));
    let (_, code) = gone.min_by_key(|(seen, _)| seen.mono)?;
    // A leg that would have been asked once more is missing now, too.
    let missing = in_the_talk(core).filter(|leg| leg.presence.gone.is_some() || leg.presence.unanswered > 0);
    let at = missing.map(|leg| leg.presence.seen).min_by_key(|seen| seen.mono)?;
    let cause = cause::of_code(code).unwrap_or(&cause::FAR_END_VANISHED);
    Some(Over { ending: Ending::of(cause), at })
}
