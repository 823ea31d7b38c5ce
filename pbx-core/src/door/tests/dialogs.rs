use super::*;
use crate::token;

#[test]
fn response_goes_to_the_slot_in_our_branch() {
    let mut scene = Scene::new();
    let response = |branch: &str| {
        format!(
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 192.0.2.1;branch={branch}\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        )
    };
    let (slot, _, who) = scene.delivered(0, PHONE, &response(&token::branch(Slot(77), 5)));
    assert_eq!((slot, who), (Slot(77), Who::Known));
    assert!(scene.dropped(PHONE, &response("z9hG4bKsomebodyelses")));
    assert!(scene.dropped(PHONE, &response("z9hG4bKrdfff0000000000000000")));
}

#[test]
fn request_within_a_dialog_goes_to_the_slot_in_our_tag() {
    let mut scene = Scene::new();
    let tag = token::mint(Slot(1000), 9);
    for method in ["INVITE", "ACK", "BYE", "INFO", "REFER", "OPTIONS"] {
        let request = Request::new(method).to(&format!("<sip:102@x>;tag={tag}"));
        let (slot, message, who) = scene.delivered(0, PHONE, &request.text());
        assert_eq!((slot, who), (Slot(1000), Who::Known), "{method}");
        assert!(message.via().unwrap().rport().is_some());
    }
    let foreign = "<sip:102@x>;tag=somebodyelses";
    assert_eq!(scene.status(PHONE, &Request::new("BYE").to(foreign).text()), 481);
    assert_eq!(scene.status(PHONE, &Request::new("INVITE").to(foreign).text()), 481);
    assert!(scene.dropped(PHONE, &Request::new("ACK").to(foreign).text()));
}

#[test]
fn register_is_asked_for_its_password_whatever_tag_it_has() {
    let mut scene = Scene::new();
    let to = format!("<sip:desk@192.0.2.1>;tag={}", token::mint(Slot(1), 9));
    assert_eq!(scene.status(PHONE, &Request::new("REGISTER").to(&to).text()), 401);
}

#[test]
fn ack_of_a_challenge_ends_here() {
    let mut scene = Scene::new();
    let challenge = scene.answer(0, PHONE, &Request::new("INVITE").text());
    let to = challenge.to_addr().unwrap().text().as_str().to_owned();
    assert!(scene.dropped(PHONE, &Request::new("ACK").to(&to).text()));
}

#[test]
fn cancel_and_tagless_ack_follow_their_invite() {
    let mut scene = Scene::new();
    let signed = scene.signed(0, &Request::new("INVITE"), "desk", "correct horse");
    scene.delivered(0, PHONE, &signed.text());
    assert_eq!(scene.door.pending_invites(), 1);
    for method in ["CANCEL", "ACK"] {
        let mut follower = Request { method, ..signed.clone() };
        follower.lines.clear();
        let (slot, _, who) = scene.delivered(1, PHONE, &follower.text());
        assert_eq!((slot, who), (tenant_id().slot(), Who::Known), "{method}");
        follower.branch.push('x');
        match method {
            "CANCEL" => assert_eq!(scene.status(PHONE, &follower.text()), 481),
            _ => assert!(scene.dropped(PHONE, &follower.text())),
        }
    }
}

#[test]
fn cancel_is_expected_32_seconds_after_the_final_answer() {
    let mut scene = Scene::new();
    let signed = scene.signed(0, &Request::new("INVITE"), "desk", "correct horse");
    let (_, invite, _) = scene.delivered(0, PHONE, &signed.text());
    let answer = |status: u16| {
        let status = pbx_sip::StatusCode::new(status).unwrap();
        let built = pbx_sip::build::ResponseBuilder::new(&invite, status, None, Some("rd0000000000000000001"));
        built.finish().unwrap().as_bytes().clone()
    };
    scene.door.sent(at(100).mono, &answer(180));
    scene.door.sent(at(200).mono, &answer(486));
    let mut cancel = Request { method: "CANCEL", ..signed };
    cancel.lines.clear();
    scene.delivered(231, PHONE, &cancel.text());
    assert_eq!(scene.answer(232, PHONE, &cancel.text()).status().unwrap().code(), 481);
}
