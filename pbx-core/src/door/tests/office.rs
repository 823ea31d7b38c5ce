//! An office behind one address, in which somebody guesses passwords: he pays, and nobody else.

use super::*;
use crate::location::Binding;

/// Behind the address of [`PHONE`].
const GUESSER: &str = "192.0.2.10:4444";
const COLLEAGUE: &str = "192.0.2.10:2222";

impl Scene {
    /// Guesses at so many accounts from there, until the address has no allowance left.
    fn scanned(&mut self, accounts: u32) {
        for n in 0..accounts {
            let guess = self.signed_at(0, GUESSER, &Request::new("REGISTER"), &format!("user{n}"), "guess");
            self.admit(0, GUESSER, &guess.text());
        }
    }

    /// Guesses at one account, until the address has no allowance left for it.
    fn guessed_at(&mut self, account: &str) {
        for n in 0..20 {
            let guess = self.signed_at(0, GUESSER, &Request::new("REGISTER"), account, &format!("guess{n}"));
            self.admit(0, GUESSER, &guess.text());
        }
    }

    /// Whether a request with the right password is heard.
    fn hears(&mut self, seconds: u64, from: &str, request: &Request, user: &str) -> bool {
        let signed = self.signed_at(seconds, from, request, user, "correct horse");
        matches!(self.admit(seconds, from, &signed.text()).verdict, Verdict::Deliver { .. })
    }
}

fn register() -> Request {
    Request::new("REGISTER")
}

fn register_colleague() -> Request {
    let mut request = Request::new("REGISTER").to("<sip:globex-desk@192.0.2.1>");
    request.from_user = "globex-desk".to_owned();
    request
}

#[test]
fn answers_to_nonces_that_were_never_given_take_nothing_from_anybody() {
    let mut scene = Scene::new();
    let made_up = Challenge::new("ringdown", "deadbeef", Algorithm::Md5, false);
    for n in 0..1000 {
        let user = if n % 2 == 0 { "desk".to_owned() } else { format!("nobody{n}") };
        let credentials = made_up.answer(&user, "x", "REGISTER", "sip:192.0.2.1", "c", 1);
        let forged = register().line(&format!("Authorization: {credentials}")).text();
        let admission = scene.admit(n / 500, PHONE, &forged);
        assert!(matches!(admission.verdict, Verdict::Answer(_)) && admission.alarm.is_none());
    }
    assert!(scene.hears(2, PHONE, &register(), "desk"));
}

#[test]
fn who_has_proven_a_password_is_heard_while_somebody_scans_behind_the_same_address() {
    let mut scene = Scene::new();
    assert!(scene.hears(0, PHONE, &register(), "desk"));
    scene.scanned(60);
    assert!(scene.hears(0, PHONE, &register(), "desk"));
    assert!(scene.hears(0, PHONE, &Request::new("INVITE"), "desk"));
    assert!(scene.hears(0, "192.0.2.10:61000", &register(), "desk"), "a NAT has chosen another port");
    assert!(!scene.hears(0, COLLEAGUE, &register_colleague(), "globex-desk"), "nothing tells it from the guesser");
    assert!(!scene.hears(0, GUESSER, &register_colleague(), "globex-desk"));
    assert!(scene.hears(30, COLLEAGUE, &register_colleague(), "globex-desk"), "time heals");
}

#[test]
fn phone_whose_own_password_is_guessed_at_behind_its_address_is_heard() {
    let mut scene = Scene::new();
    assert!(scene.hears(0, PHONE, &register(), "desk"));
    scene.guessed_at("desk");
    assert!(scene.hears(0, PHONE, &register(), "desk"));
    assert!(!scene.hears(0, GUESSER, &register(), "desk"), "a right guess is not heard");
    for n in 0..10 {
        let wrong = scene.signed(0, &register(), "desk", &format!("wrong{n}"));
        scene.admit(0, PHONE, &wrong.text());
    }
    assert!(!scene.hears(0, PHONE, &register(), "desk"), "who guesses from a place that was proven loses it");
}

/// Or who has used up every allowance would guess on by calling for help.
#[test]
fn call_for_help_beyond_the_allowance_is_answered_the_same_right_or_wrong() {
    for dialled in ["sip:112@192.0.2.1", "tel:112", "sip:911@192.0.2.1", "urn:service:sos", "urn:service:sos.fire"] {
        let mut scene = Scene::new();
        scene.scanned(60);
        scene.guessed_at("desk");
        assert!(!scene.hears(0, COLLEAGUE, &Request::new("INVITE").uri("sip:205@192.0.2.1"), "desk"));
        assert!(!scene.hears(0, COLLEAGUE, &register(), "desk"));
        let mut lines = Vec::new();
        let mut answer = |user: &str, password: &str| {
            let call = Request::new("INVITE").uri(dialled);
            let signed = scene.signed_at(0, COLLEAGUE, &call, user, password);
            let answer = scene.answer(0, COLLEAGUE, &signed.text());
            assert_eq!(answer.retry_after(), Ok(Some(10)));
            lines.extend(scene.door.refused(at(0), COLLEAGUE.parse().unwrap(), answer.as_bytes(), None));
            let tag = answer.to_addr().unwrap().tag().unwrap().to_owned();
            answer.to_string().replace(&tag, "TAG")
        };
        let right = answer("desk", "correct horse");
        assert!(right.starts_with("SIP/2.0 480 "), "{dialled}: {right}");
        for (user, password) in [("desk", "wrong"), ("globex-desk", "correct horse"), ("nobody", "x")] {
            assert_eq!(answer(user, password), right, "{dialled} {user}");
        }
        assert_eq!(lines.len(), 1, "the audit says that somebody called for help, once in a while");
    }
}

#[test]
fn two_thousand_guesses_by_calls_for_help_find_nothing() {
    let mut scene = Scene::new();
    scene.guessed_at("desk");
    let challenge = scene.answer(0, GUESSER, &register().text());
    let call = Request::new("INVITE").uri("sip:112@192.0.2.1");
    for n in 0..2_000 {
        let password = if n % 200 == 199 { "correct horse".to_owned() } else { format!("guess{n}") };
        let guess = call.with_answer_to(&challenge, "desk", &password);
        assert!(!matches!(scene.admit(0, GUESSER, &guess.text()).verdict, Verdict::Deliver { .. }), "{password}");
    }
}

#[test]
fn phone_that_has_proven_its_password_calls_for_help_beside_a_guesser() {
    let mut scene = Scene::new();
    assert!(scene.hears(0, PHONE, &register(), "desk"));
    scene.scanned(60);
    scene.guessed_at("desk");
    assert!(scene.hears(0, PHONE, &Request::new("INVITE").uri("sip:112@192.0.2.1"), "desk"));
}

/// Or the answers would tell which accounts there are, and which of them are used behind the same
/// address.
#[test]
fn wrong_answer_beyond_the_allowance_gets_none_whatever_the_account() {
    let mut scene = Scene::new();
    assert!(scene.hears(0, PHONE, &register(), "desk"));
    scene.scanned(60);
    for user in ["desk", "globex-desk", "nobody"] {
        let wrong = scene.signed_at(0, GUESSER, &register(), user, "wrong");
        assert!(matches!(scene.admit(0, GUESSER, &wrong.text()).verdict, Verdict::Drop), "{user}");
        let help = Request::new("INVITE").uri("sip:112@192.0.2.1");
        let wrong = scene.signed_at(0, GUESSER, &help, user, "wrong");
        assert_eq!(scene.answer(0, GUESSER, &wrong.text()).status().unwrap().code(), 480, "{user}");
    }
}

#[test]
fn phones_that_were_registered_before_a_restart_are_heard_from_where_they_were() {
    let mut scene = Scene::new();
    let flow = Flow {
        transport: Transport::Udp,
        local: "192.0.2.1:5060".parse().unwrap(),
        remote: PHONE.parse().unwrap(),
        connection: 0,
        own: None,
    };
    let binding = Binding {
        device: desk(),
        key: "k".into(),
        contact: "sip:desk@192.0.2.10".into(),
        instance: None,
        q: 1000,
        call_id: "c".into(),
        cseq: 1,
        flow,
        behind_nat: false,
        user_agent: "".into(),
        expires: at(3600).wall,
    };
    scene.door.restore(at(0), &scene.directory, &[(tenant_id(), binding)]);
    scene.scanned(60);
    assert!(scene.hears(0, PHONE, &register(), "desk"));
    assert!(!scene.hears(0, COLLEAGUE, &register_colleague(), "globex-desk"));
}
