//! How calls are looked for: filters, and a cursor that stays true while new calls come in.

use crate::base::ids::{CallId, PersonId, TenantId};
use crate::base::time::Wall;
use crate::event::{Direction, Disposition};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// What to look for; what is `None` does not filter. Newest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CallQuery {
    /// Part of a name or number of either party, or of what was dialled.
    pub text: Option<String>,
    /// The call started at or after this.
    pub from: Option<Wall>,
    /// The call started before this.
    pub to: Option<Wall>,
    /// How it ended.
    pub disposition: Option<Disposition>,
    /// The slug of the template that decided.
    pub template: Option<String>,
    /// This person called or was called.
    pub person: Option<PersonId>,
    /// Go on after this place.
    pub after: Option<Cursor>,
    /// How many rows at most; 1–500.
    pub limit: u16,
}

/// A place in a list of calls; opaque to whoever turns the pages, and it does not move when calls are added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// When the row's call started.
    pub started: Wall,
    /// The id of the row's call.
    pub id: CallId,
}

/// A string that is no cursor of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a cursor")]
pub struct BadCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{}", self.started.micros(), self.id.0.simple())
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (started, id) = text.split_at_checked(16).ok_or(BadCursor)?;
        if id.len() != 32 {
            return Err(BadCursor);
        }
        let started = u64::from_str_radix(started, 16).map_err(|_| BadCursor)?;
        Ok(Self { started: Wall::from_micros(started as i64), id: id.parse().map_err(|_| BadCursor)? })
    }
}

/// One line of the list of calls.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CallRow {
    /// The exchange's own id of the call.
    pub id: CallId,
    /// The tenant.
    pub tenant: TenantId,
    /// SIP's Call-ID of the caller's leg.
    pub sip_call_id: String,
    /// Whether the call was internal or came from a trunk.
    pub direction: Direction,
    /// The caller's number; empty when anonymous.
    pub from_number: String,
    /// The caller's name, if known.
    pub from_name: String,
    /// The caller, if one of the tenant's people.
    pub from_person: Option<PersonId>,
    /// The number of who was meant or answered.
    pub to_number: String,
    /// That party's name, if known.
    pub to_name: String,
    /// That party, if one of the tenant's people.
    pub to_person: Option<PersonId>,
    /// The dialled string as it came.
    pub dialled: String,
    /// When the INVITE came.
    pub started: Wall,
    /// When it was answered.
    pub answered: Option<Wall>,
    /// When it ended.
    pub ended: Wall,
    /// How it ended.
    pub disposition: Disposition,
    /// A code of the table in `cause`.
    pub cause: String,
    /// The final SIP code to the caller.
    pub sip_code: u16,
    /// Microseconds from answer to end.
    pub talk_us: i64,
    /// Whether the server cut the call.
    pub cut: bool,
    /// The slug of the template that decided, if one did.
    pub template: Option<String>,
}

/// One page of calls.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CallsPage {
    /// Newest first.
    pub rows: Vec<CallRow>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<Cursor>,
}
