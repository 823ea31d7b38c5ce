//! Every message of RFC 4475 and RFC 5118 leads to what the RFC states.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod rfc4475_invalid;
mod rfc4475_valid;
mod rfc5118;

use pbx_sip::gate::{Policy, Silence, Verdict, judge, refuse};
use pbx_sip::{HeaderName, Message};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a message must lead to.
pub(crate) enum Expect {
    /// The gate lets it in, and its fields are these.
    Valid(fn(&Message)),
    /// The gate answers with that status.
    Answer(u16),
    /// Nothing is answered.
    Silence,
}

/// One message.
pub(crate) struct Case {
    /// `rfc4475/wsinv`: its file below `tests/torture`, without `.sip`.
    pub(crate) file: &'static str,
    /// Where the RFC has it and, where it leaves a choice, why ours is this one.
    pub(crate) why: &'static str,
    /// What must happen.
    pub(crate) expect: Expect,
}

fn cases() -> impl Iterator<Item = &'static Case> {
    rfc4475_valid::CASES.iter().chain(rfc4475_invalid::CASES).chain(rfc5118::CASES)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/torture")
}

fn bytes(case: &Case) -> Vec<u8> {
    std::fs::read(folder().join(format!("{}.sip", case.file))).unwrap()
}

/// The methods include the two odd ones of the valid messages: the gate answers 501 to them otherwise, as an endpoint
/// should, and their fields could not be looked at.
fn judged(case: &Case) -> Verdict {
    let mut methods = pbx_sip::method::KNOWN.to_vec();
    methods.extend(
        ["!interesting-Method0123456789_*+`.%indeed'~", "RE%47IST%45R"].map(|m| pbx_sip::Method::parse(m).unwrap()),
    );
    judge(bytes(case).into(), &Policy { methods: &methods, ..Policy::default() })
}

#[test]
fn every_file_has_one_expectation_and_every_expectation_a_file() {
    let mut files = BTreeSet::new();
    for rfc in ["rfc4475", "rfc5118"] {
        for entry in std::fs::read_dir(folder().join(rfc)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            files.insert(format!("{rfc}/{}", name.strip_suffix(".sip").unwrap()));
        }
    }
    let expected: Vec<_> = cases().map(|case| case.file.to_owned()).collect();
    assert_eq!(expected.iter().cloned().collect::<BTreeSet<_>>(), files);
    assert_eq!(expected.len(), files.len(), "a message has two expectations");
    assert_eq!((files.iter().filter(|f| f.starts_with("rfc4475/")).count(), files.len()), (49, 61));
}

#[test]
fn every_message_leads_to_what_its_rfc_states() {
    for case in cases() {
        match (&case.expect, judged(case)) {
            (Expect::Valid(fields), Verdict::Pass(message)) => fields(&message),
            (Expect::Answer(status), Verdict::Refuse(message, fault)) => {
                assert_eq!(fault.status().code(), *status, "{}: {} ({})", case.file, fault, case.why);
                let answer = refuse(&message, &fault, "ours", &Policy::default()).finish().unwrap();
                assert_eq!(answer.status().unwrap().code(), *status);
                assert_eq!(answer.headers_of(HeaderName::Via).count(), message.headers_of(HeaderName::Via).count());
            }
            (Expect::Silence, Verdict::Ignore(Silence::Response(_) | Silence::NotSip(_) | Silence::NoVia(_))) => {}
            (_, verdict) => panic!("{} ({}): {verdict:?}", case.file, case.why),
        }
    }
}

#[test]
fn unknown_methods_are_answered_with_501_and_the_known_ones() {
    for case in cases().filter(|case| ["rfc4475/intmeth", "rfc4475/esc02"].contains(&case.file)) {
        let Verdict::Refuse(message, fault) = judge(bytes(case).into(), &Policy::default()) else {
            panic!("{} was not refused", case.file)
        };
        let answer = refuse(&message, &fault, "ours", &Policy::default()).finish().unwrap();
        assert_eq!(answer.status().unwrap().code(), 501);
        assert!(answer.has_token(HeaderName::Allow, "INVITE"));
    }
}

#[test]
fn unsupported_extensions_are_named_in_the_420() {
    let case = cases().find(|case| case.file == "rfc4475/bext01").unwrap();
    let Verdict::Refuse(message, fault) = judged(case) else { panic!("not refused") };
    let answer = refuse(&message, &fault, "ours", &Policy::default()).finish().unwrap();
    let tags = answer.tokens(HeaderName::Unsupported).unwrap();
    assert_eq!(tags, ["nothingSupportsThis", "nothingSupportsThisEither"]);
}
