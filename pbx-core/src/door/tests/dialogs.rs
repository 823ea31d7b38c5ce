use super::*;

#[test]
fn response_goes_to_the_slot_in_our_branch() {
    let mut scene = Scene::new();
    let response = |branch: &str| {
        format!(
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 192.0.2.1;branch={branch}\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        )
    };
    let branch = scene.door.tokens().branch(Slot(77), 5);
    let (slot, _, who) = scene.delivered(0, PHONE, &response(&branch));
    assert_eq!((slot, who), (Slot(77), Who::Known));
    assert!(scene.dropped(PHONE, &response("z9hG4bKsomebodyelses")));
    assert!(scene.dropped(PHONE, &response("z9hG4bKrd0000000000000000001")), "as releases before wrote them");
    let tag = scene.door.tokens().tag(Slot(77), 5);
    assert!(scene.dropped(PHONE, &response(&format!("z9hG4bK{tag}"))), "a tag that a phone was shown is no branch");
    let forged = branch.replace("0000000000000005", "0000000000000006");
    assert!(forged != branch && scene.dropped(PHONE, &response(&forged)));
}

#[test]
fn request_within_a_dialog_goes_to_the_slot_in_our_tag() {
    let mut scene = Scene::new();
    let tag = scene.door.tokens().tag(Slot(1000), 9);
    for method in ["INVITE", "ACK", "BYE", "INFO", "REFER", "OPTIONS"] {
        let request = Request::new(method).to(&format!("<sip:102@x>;tag={tag}"));
        let (slot, message, who) = scene.delivered(0, PHONE, &request.text());
        assert_eq!((slot, who), (Slot(1000), Who::Known), "{method}");
        assert!(message.via().unwrap().rport().is_some());
    }
    let spelled = Request::new("BYE").to(&format!("<sip:102@x>;tag={}", tag.to_uppercase()));
    assert_eq!(scene.delivered(0, PHONE, &spelled.text()).0, Slot(1000), "some peers change its case");
}

#[test]
fn request_with_a_made_up_tag_ends_here() {
    let mut scene = Scene::new();
    let forged = scene.door.tokens().tag(Slot(1000), 9).replace("0000000000000009", "000000000000000a");
    for tag in ["somebodyelses", "rd0000000000000000001", &forged] {
        let with = |method| Request::new(method).to(&format!("<sip:102@x>;tag={tag}")).text();
        assert_eq!(scene.status(PHONE, &with("BYE")), 481, "{tag}");
        assert_eq!(scene.status(PHONE, &with("INVITE")), 481, "{tag}");
        assert!(scene.dropped(PHONE, &with("ACK")), "{tag}");
    }
}

#[test]
fn tags_are_known_again_after_a_restart() {
    let mut scene = Scene::new();
    let tag = scene.door.tokens().tag(Slot(1000), 9);
    scene.door = Door::new([7; 32], [99; 32], &Settings::default());
    let bye = Request::new("BYE").to(&format!("<sip:102@x>;tag={tag}"));
    assert_eq!(scene.delivered(0, PHONE, &bye.text()).0, Slot(1000));
    scene.door = Door::new([70; 32], [99; 32], &Settings::default());
    assert_eq!(scene.status(PHONE, &bye.text()), 481, "of another server");
}

#[test]
fn register_is_asked_for_its_password_whatever_tag_it_has() {
    let mut scene = Scene::new();
    let to = format!("<sip:desk@192.0.2.1>;tag={}", scene.door.tokens().tag(Slot(1), 9));
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
fn cancel_from_elsewhere_finds_nothing_and_from_another_port_its_invite() {
    let mut scene = Scene::new();
    let signed = scene.signed(0, &Request::new("INVITE"), "desk", "correct horse");
    scene.delivered(0, PHONE, &signed.text());
    let mut cancel = Request { method: "CANCEL", ..signed };
    cancel.lines.clear();
    assert_eq!(scene.answer(1, "198.51.100.66:5060", &cancel.text()).status().unwrap().code(), 481);
    scene.delivered(1, "192.0.2.10:61000", &cancel.text());
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
    let phone = Scene::flow(Transport::Udp, PHONE);
    scene.door.sent(at(100).mono, &phone, &answer(180));
    scene.door.sent(at(200).mono, &phone, &answer(486));
    let mut cancel = Request { method: "CANCEL", ..signed };
    cancel.lines.clear();
    scene.delivered(231, PHONE, &cancel.text());
    assert_eq!(scene.answer(232, PHONE, &cancel.text()).status().unwrap().code(), 481);
}
