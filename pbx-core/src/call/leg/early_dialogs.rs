//! The early dialogs of a leg that we ring: one for each phone that has answered its INVITE with a
//! tag of its own (RFC 3261 §12.1, §13.2.2.4). A proxy may fork it to several.

use super::session::Session;
use pbx_sip::Message;
use serde::{Deserialize, Serialize};

/// How many phones may answer one INVITE before others are passed over: as many as a proxy forks
/// to, and some.
const FORKS: usize = 8;

/// The tags of those phones and what each of them has agreed to. The session of the one that is
/// heard, or was first, is the leg's own.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct EarlyDialogs {
    in_force: Option<String>,
    others: Vec<(String, Session)>,
}

impl EarlyDialogs {
    /// Returns the session with the phone that sent a response; `None` of one phone too many.
    /// `own` is the leg's.
    pub(crate) fn session<'a>(&'a mut self, own: &'a mut Session, response: &Message) -> Option<&'a mut Session> {
        let tag = tag_of(response);
        if *self.in_force.get_or_insert_with(|| tag.clone()) == tag {
            return Some(own);
        }
        if !self.others.iter().any(|(known, _)| *known == tag) {
            if self.others.len() + 1 >= FORKS {
                return None;
            }
            self.others.push((tag.clone(), own.as_offered()));
        }
        self.others.iter_mut().find(|(known, _)| *known == tag).map(|(_, session)| session)
    }

    /// Has the session with the phone that sent a response be the leg's own.
    pub(crate) fn enforce(&mut self, own: &mut Session, response: &Message) {
        let tag = tag_of(response);
        if self.in_force.as_ref().is_none_or(|in_force| *in_force == tag) {
            return;
        }
        let known = self.others.iter().position(|(known, _)| *known == tag);
        let (tag, session) = known.map_or_else(|| (tag, own.as_offered()), |place| self.others.swap_remove(place));
        let before = std::mem::replace(own, session);
        if let Some(in_force) = self.in_force.replace(tag) {
            self.others.push((in_force, before));
        }
    }

    /// Forgets all of them: the leg has one dialog, or none.
    pub(crate) fn end(&mut self) {
        *self = Self::default();
    }
}

/// Returns the tag of the phone that sent a response.
fn tag_of(response: &Message) -> String {
    response.to_addr().ok().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default()
}
