//! Two people at one object: what is kept, what a form was filled from, and what was typed into it, field by field.

use crate::assets::hex;
use sha2::{Digest, Sha256};

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Edited {
    /// The value that the form was filled with; none: whatever it is, it becomes the new one.
    pub(crate) was: Option<String>,
    /// The value that it should have.
    pub(crate) now: String,
}

/// A field that somebody else changed after the form was filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The field's stable name.
    pub(crate) field: &'static str,
    /// The value that is kept by now.
    pub(crate) kept: String,
}

impl Edited {
    /// What is written: a field that was left as it was keeps what is there.
    pub(crate) fn over(&self, kept: &str) -> String {
        let left_alone = self.was.as_ref() == Some(&self.now);
        if left_alone { kept.to_owned() } else { self.now.clone() }
    }

    /// That somebody else changed the field meanwhile.
    pub(crate) fn moved(&self, field: &'static str, kept: &str) -> Option<Moved> {
        let moved = self.was.as_deref().is_some_and(|was| was != kept);
        moved.then(|| Moved { field, kept: kept.to_owned() })
    }
}

/// What an object's fields come to, in short: programs send it back, and a change of something else is refused.
pub(crate) fn revision(fields: &[&str]) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update((field.len() as u64).to_le_bytes());
        hash.update(field);
    }
    hex(&hash.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(was: &str, now: &str) -> Edited {
        Edited { was: Some(was.to_owned()), now: now.to_owned() }
    }

    #[test]
    fn only_what_was_typed_is_written() {
        assert_eq!(edited("120", "0120").over("120"), "0120");
        assert_eq!(edited("Anna", "Anna").over("Tab Zwei"), "Tab Zwei", "left alone, and changed by somebody else");
        assert_eq!(
            edited("Anna", "Anne").over("Tab Zwei"),
            "Anne",
            "changed by both: the form's reader has the last word"
        );
        assert_eq!(Edited { was: None, now: "Anne".into() }.over("Anna"), "Anne");
    }

    #[test]
    fn a_field_has_moved_if_it_is_not_what_the_form_showed() {
        assert_eq!(edited("Anna", "Anne").moved("name", "Anna"), None);
        let moved = Moved { field: "name", kept: "Tab Zwei".to_owned() };
        assert_eq!(edited("Anna", "Anna").moved("name", "Tab Zwei"), Some(moved));
        assert_eq!(Edited::default().moved("name", "Tab Zwei"), None, "a form that was filled from nothing");
    }

    #[test]
    fn a_revision_tells_every_field_from_its_neighbour() {
        assert_ne!(revision(&["ab", "c"]), revision(&["a", "bc"]));
        assert_eq!(revision(&["ab", "c"]), revision(&["ab", "c"]));
    }
}
