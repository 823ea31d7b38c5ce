//! The record of a call while it runs.

use super::{CallRecord, LegRecord, MediaVerdict, ReceivedMedia, Segment, VERSION};
use crate::base::ids::{CallId, LegId, TenantId};
use crate::base::time::{Instant, Now, Wall};
use crate::cause::Cause;
use crate::decision::Decision;
use crate::event::{Direction, Disposition, Party};
use serde::{Deserialize, Serialize};

/// A record in the making.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assembly {
    record: CallRecord,
    /// Steady time of the first answer: talk time must not jump with the wall clock.
    answered: Option<Instant>,
    /// The segment that has begun and not ended.
    open: Option<Segment>,
    over: bool,
}

/// The end of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending<'a> {
    /// How the call is counted.
    pub disposition: Disposition,
    /// The cause's code in the table of `cause`.
    pub cause: &'a str,
    /// The final SIP code to the caller.
    pub sip_code: u16,
    /// Whether the server ended the call and not the parties.
    pub cut: bool,
}

impl Ending<'static> {
    /// Returns the end that the table of causes has for this cause.
    pub const fn of(cause: &Cause) -> Self {
        Self { disposition: cause.disposition, cause: cause.code, sip_code: cause.sip, cut: false }
    }
}

impl Assembly {
    /// Begins the record of a call.
    pub fn new(
        id: CallId,
        tenant: TenantId,
        sip_call_id: String,
        direction: Direction,
        from: Party,
        dialled: String,
        started: Wall,
    ) -> Self {
        let record = CallRecord {
            version: VERSION,
            id,
            tenant,
            sip_call_id,
            direction,
            from,
            to: Party { number: dialled.clone(), ..Party::default() },
            dialled,
            started,
            answered: None,
            ended: started,
            disposition: Disposition::Failed,
            cause: String::new(),
            sip_code: 0,
            talk_us: 0,
            cut: false,
            hung_up: None,
            legs: Vec::with_capacity(2),
            segments: Vec::new(),
            decision: Decision::default(),
        };
        Self { record, answered: None, open: None, over: false }
    }

    /// Returns who called.
    pub fn from(&self) -> &Party {
        &self.record.from
    }

    /// Returns the dialled string as it came.
    pub fn dialled(&self) -> &str {
        &self.record.dialled
    }

    /// Returns whether the call is internal or comes from a trunk.
    pub fn direction(&self) -> Direction {
        self.record.direction
    }

    /// Notes the party that is called, as far as known before an answer.
    pub fn meant(&mut self, party: Party) {
        self.record.to = party;
    }

    /// Adds a leg that has begun; the caller's is the first.
    pub fn leg_started(&mut self, id: LegId, party: Party, sip_call_id: String, at: Wall) {
        self.record.legs.push(LegRecord {
            id,
            party,
            sip_call_id,
            started: at,
            ringing: None,
            answered: None,
            ended: at,
            sip_code: 0,
        });
    }

    /// Notes that a leg rings.
    pub fn leg_ringing(&mut self, id: LegId, at: Wall) {
        if let Some(leg) = self.leg(id) {
            leg.ringing.get_or_insert(at);
        }
    }

    /// Notes that a leg was answered.
    pub fn leg_answered(&mut self, id: LegId, at: Wall) {
        if let Some(leg) = self.leg(id) {
            leg.answered.get_or_insert(at);
            leg.sip_code = 200;
        }
    }

    /// Notes that a leg is over; `sip_code` is its INVITE's final answer, if that was not 200.
    pub fn leg_ended(&mut self, id: LegId, sip_code: u16, at: Wall) {
        if let Some(leg) = self.leg(id) {
            leg.ended = at;
            if leg.sip_code == 0 {
                leg.sip_code = sip_code;
            }
        }
    }

    fn leg(&mut self, id: LegId) -> Option<&mut LegRecord> {
        self.record.legs.iter_mut().find(|leg| leg.id == id)
    }

    /// Begins a segment in which two legs are connected; one that is open ends.
    pub fn connected(&mut self, a: LegId, b: LegId, by: Party, now: Now) {
        self.record.answered.get_or_insert(now.wall);
        self.answered.get_or_insert(now.mono);
        self.record.to = by;
        self.close_segment(now.wall);
        self.open = Some(Segment { a, b, from: now.wall, to: now.wall, media: None });
    }

    /// Notes that the call is over. Later endings change nothing.
    pub fn ended(&mut self, ending: &Ending<'_>, now: Now) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        self.record.ended = now.wall;
        self.record.disposition = ending.disposition;
        ending.cause.clone_into(&mut self.record.cause);
        self.record.sip_code = ending.sip_code;
        self.record.cut = ending.cut;
        if let Some(answered) = self.answered {
            let talked = now.mono.since(answered).as_micros();
            self.record.talk_us = i64::try_from(talked).unwrap_or(i64::MAX);
        }
        self.close_segment(now.wall);
    }

    /// Notes that one of two who talk has left: the segment ends.
    pub fn parted(&mut self, at: Wall) {
        self.close_segment(at);
    }

    fn close_segment(&mut self, at: Wall) {
        if let Some(mut segment) = self.open.take() {
            segment.to = at;
            self.record.segments.push(segment);
        }
    }

    /// Notes the leg that hangs up, unless the call is over already.
    pub fn hangs_up(&mut self, leg: LegId) {
        if !self.over {
            self.record.hung_up = Some(leg);
        }
    }

    /// Returns whether the call is over.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Returns when the first answer came.
    pub fn answered(&self) -> Option<Wall> {
        self.record.answered
    }

    /// Sets the media that was received from both sides in the last segment.
    pub fn heard(&mut self, from_a: ReceivedMedia, from_b: ReceivedMedia) {
        if let Some(segment) = self.record.segments.last_mut() {
            segment.media = Some(MediaVerdict { from_a, from_b });
        }
    }

    /// Returns the finished record. It is to be called once: what is left has no legs and no
    /// segments.
    pub fn finish<S>(&mut self, decision: Decision<S>) -> CallRecord<S> {
        let record = &mut self.record;
        let finished = CallRecord {
            version: VERSION,
            sip_call_id: std::mem::take(&mut record.sip_call_id),
            from: std::mem::take(&mut record.from),
            dialled: std::mem::take(&mut record.dialled),
            to: std::mem::take(&mut record.to),
            cause: std::mem::take(&mut record.cause),
            legs: std::mem::take(&mut record.legs),
            segments: std::mem::take(&mut record.segments),
            decision: Decision::default(),
            ..*record
        };
        finished.with(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Step;
    use uuid::Uuid;

    fn at(seconds: u64) -> Now {
        // The wall's clock jumps an hour back with every second: talk time must not care.
        let wall = 1_700_000_000_i64 - 3600 * i64::try_from(seconds).unwrap_or(0);
        Now { mono: Instant::from_micros(seconds * 1_000_000), wall: Wall::from_micros(wall * 1_000_000) }
    }

    fn assembly() -> Assembly {
        let id = CallId(Uuid::from_u128(1));
        let tenant = TenantId(Uuid::from_u128(2));
        Assembly::new(id, tenant, "x@y".into(), Direction::Internal, Party::default(), "102".into(), at(0).wall)
    }

    const HUNG_UP: Ending<'_> =
        Ending { disposition: Disposition::Answered, cause: "normal", sip_code: 200, cut: false };

    #[test]
    fn talk_time_is_steady_time_from_answer_to_end() {
        let (a, b) = (LegId(Uuid::from_u128(3)), LegId(Uuid::from_u128(4)));
        let mut call = assembly();
        call.leg_started(a, Party::default(), "a".into(), at(0).wall);
        call.leg_started(b, Party::default(), "b".into(), at(1).wall);
        call.leg_answered(b, at(3).wall);
        call.connected(a, b, Party::default(), at(3));
        call.hangs_up(b);
        call.ended(&HUNG_UP, at(10));
        call.hangs_up(a);
        call.heard(ReceivedMedia { packets: 5, ..ReceivedMedia::default() }, ReceivedMedia::default());
        let record = call.finish::<Step>(Decision::default());
        assert_eq!(record.talk_us, 7_000_000);
        assert_eq!(record.hung_up, Some(b), "whoever was first");
        assert_eq!(record.segments.len(), 1);
        assert_eq!(record.segments[0].media.as_ref().map(|media| media.from_a.packets), Some(5));
        assert_eq!(record.legs[1].sip_code, 200);
    }

    #[test]
    fn who_waits_talks_to_nobody() {
        let [a, b, c] = [3, 4, 5].map(|id| LegId(Uuid::from_u128(id)));
        let mut call = assembly();
        call.connected(a, b, Party::default(), at(3));
        call.parted(at(5).wall);
        call.connected(b, c, Party::default(), at(8));
        call.ended(&HUNG_UP, at(10));
        let record = call.finish::<Step>(Decision::default());
        let segments: Vec<_> = record.segments.iter().map(|segment| (segment.from, segment.to)).collect();
        assert_eq!(segments, [(at(3).wall, at(5).wall), (at(8).wall, at(10).wall)]);
        assert_eq!(record.talk_us, 7_000_000, "from the first answer to the end");
    }

    #[test]
    fn the_first_ending_counts() {
        let mut call = assembly();
        call.ended(
            &Ending { disposition: Disposition::Cancelled, cause: "caller-cancelled", sip_code: 487, cut: false },
            at(1),
        );
        call.ended(&HUNG_UP, at(2));
        let record = call.finish::<Step>(Decision::default());
        assert_eq!((record.disposition, record.sip_code, record.talk_us), (Disposition::Cancelled, 487, 0));
    }
}
