use super::*;
use crate::base::ids::AuditId;
use pbx_sip::HeaderName;

const ATTACKER: &str = "198.51.100.66:4444";

/// An answer without what is random in it.
fn shape(message: &Message) -> String {
    let mut text = message.to_string();
    for header in message.headers_of(HeaderName::WwwAuthenticate) {
        let challenge = Challenge::parse(&header.value()).unwrap();
        text = text.replace(&challenge.nonce, "NONCE");
    }
    let tag = message.to_addr().unwrap().tag().unwrap().to_owned();
    text.replace(&tag, "TAG")
}

#[test]
fn unknown_user_and_wrong_password_get_the_same_answer() {
    let guess = |user: &str| {
        let mut scene = Scene::new();
        let signed = scene.signed(0, &Request::new("REGISTER"), user, "wrong");
        shape(&scene.answer(0, PHONE, &signed.text()))
    };
    assert_eq!(guess("desk"), guess("nobody"));
    assert!(guess("desk").starts_with("SIP/2.0 401 "));
}

#[test]
fn own_and_foreign_and_no_tenants_user_get_the_same_403() {
    let try_to_be = |user: &str| {
        let mut scene = Scene::new();
        let other = Request::new("REGISTER").to(&format!("<sip:{user}@192.0.2.1>"));
        let signed = scene.signed(0, &other, "desk", "correct horse");
        shape(&scene.answer(0, PHONE, &signed.text())).replace(user, "USER")
    };
    assert_eq!(try_to_be("globex-desk"), try_to_be("somebody"));
}

#[test]
fn guesser_is_not_answered_any_more_and_one_line_tells_of_it() {
    let mut scene = Scene::new();
    let challenge = scene.answer(0, ATTACKER, &Request::new("REGISTER").text());
    let mut lines = vec![];
    let mut dropped = 0;
    for n in 0..50 {
        let guess = Request::new("REGISTER").with_answer_to(&challenge, "desk", &format!("guess{n}"));
        let admission = scene.admit(1, ATTACKER, &guess.text());
        lines.extend(admission.alarm);
        dropped += u32::from(matches!(admission.verdict, Verdict::Drop));
    }
    assert_eq!((lines.len(), dropped), (1, 45));
    let line = lines[0].audit(AuditId::of_key("line"));
    assert_eq!((line.actor.as_str(), line.action.as_str(), line.object.as_str()), (ATTACKER, "sip.guessing", "desk"));
    assert_eq!(line.tenant, Some(tenant_id()));
    let right = Request::new("REGISTER").with_answer_to(&challenge, "desk", "correct horse");
    assert!(
        matches!(scene.admit(1, ATTACKER, &right.text()).verdict, Verdict::Drop),
        "a right guess is not heard either"
    );
    let right = scene.signed(1, &Request::new("REGISTER"), "desk", "correct horse");
    scene.delivered(1, PHONE, &right.text());
}

#[test]
fn guesser_with_a_thousand_addresses_gets_a_minutes_lines_and_one_that_counts_the_rest() {
    let mut scene = Scene::new();
    let mut lines = vec![];
    for address in 0..400_u32 {
        let from = format!("10.{}.{}.1:5060", address >> 8, address & 255);
        for n in 0..5 {
            let user = format!("user{address}");
            let guess = scene.signed_at(1, &from, &Request::new("REGISTER"), &user, &format!("guess{n}"));
            lines.extend(scene.admit(1, &from, &guess.text()).alarm);
        }
    }
    assert_eq!(lines.len(), 60);
    assert_eq!(scene.door.left_out(at(60)), None);
    let rest = scene.door.left_out(at(61)).unwrap().audit(AuditId::of_key("line"));
    assert_eq!(
        (rest.action.as_str(), rest.detail),
        ("sip.left-out", serde_json::json!({"of": "sip.guessing", "lines": 340}))
    );
    assert_eq!(scene.door.left_out(at(200)), None);
}

#[test]
fn scan_for_users_without_credentials_tells_nothing() {
    let mut scene = Scene::new();
    let mut answer_to = |user: &str| {
        let mut request = Request::new("REGISTER").to(&format!("<sip:{user}@192.0.2.1>"));
        request.from_user = user.to_owned();
        shape(&scene.answer(0, ATTACKER, &request.text())).replace(user, "USER")
    };
    let nobody = answer_to("zzz");
    for user in ["desk", "globex-desk", "101", "admin"] {
        assert_eq!(answer_to(user), nobody);
    }
}

#[test]
fn nonce_of_somebody_else_is_asked_again() {
    let mut scene = Scene::new();
    let forged = Challenge::new("ringdown", "0".repeat(64), Algorithm::Sha256, false);
    let credentials = forged.answer("desk", "correct horse", "REGISTER", "sip:192.0.2.1", "c", 1);
    let request = Request::new("REGISTER").line(&format!("Authorization: {credentials}"));
    assert_eq!(scene.status(PHONE, &request.text()), 401);
    let given = scene.signed(0, &Request::new("REGISTER"), "desk", "correct horse");
    let elsewhere = scene.answer(0, ATTACKER, &given.text());
    assert!(elsewhere.header(HeaderName::WwwAuthenticate).unwrap().value().contains("stale=true"));
    scene.delivered(0, "192.0.2.10:61000", &given.text());
}

#[test]
fn digest_for_one_method_does_not_open_another() {
    let mut scene = Scene::new();
    let mut signed = scene.signed(0, &Request::new("REGISTER"), "desk", "correct horse");
    signed.method = "INVITE";
    assert_eq!(scene.status(PHONE, &signed.text()), 401);
}
