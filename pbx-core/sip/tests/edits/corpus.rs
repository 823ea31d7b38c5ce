//! Every edit of every message of RFC 4475 and RFC 5118 that can be split into its lines.

use crate::edit::{EDITS, NAMES};
use pbx_sip::Message;
use std::path::Path;

#[test]
fn edits_of_the_torture_messages_leave_the_rest_alone() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/torture");
    let mut held = 0;
    for rfc in ["rfc4475", "rfc5118"] {
        for file in std::fs::read_dir(folder.join(rfc)).unwrap() {
            let Ok(message) = Message::parse(std::fs::read(file.unwrap().path()).unwrap()) else { continue };
            held += 1;
            for (edit, _) in EDITS {
                NAMES.iter().for_each(|name| edit.hold(&message, *name));
            }
        }
    }
    assert!(held > 45, "only {held} messages were edited");
}
