mod changes;

use super::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const PHONE: &str = "v=0\r\no=- 17 3 IN IP4 10.0.0.7\r\ns=call\r\nc=IN IP4 10.0.0.7\r\nt=0 0\r\na=sendrecv\r\n\
    m=audio 4000 RTP/AVP 96 8 0 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-16\r\na=ptime:20\r\na=rtcp:4005\r\nm=video 4002 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n";

fn parse(text: &str) -> Session {
    Session::parse(text.as_bytes()).unwrap()
}

fn numbers(stream: &Stream) -> Vec<u8> {
    stream.codecs.iter().map(|codec| codec.payload).collect()
}

fn ours() -> std::net::SocketAddr {
    "192.0.2.9:20000".parse().unwrap()
}

fn sound(codecs: &str) -> Session {
    parse(&format!(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.7\r\ns=-\r\nc=IN IP4 10.0.0.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP {codecs}"
    ))
}

#[test]
fn a_phones_offer_reads_as_it_means() {
    let session = parse(PHONE);
    let stream = session.stream(0).unwrap();
    assert_eq!(stream.rtp, "10.0.0.7:4000".parse().ok());
    assert_eq!(stream.rtcp, "10.0.0.7:4005".parse().ok());
    assert_eq!(numbers(&stream), [96, 8, 0, 101]);
    let opus = &stream.codecs[0];
    assert_eq!((&*opus.name, opus.clock, opus.channels), ("opus", 48_000, 2));
    assert_eq!(opus.fmtp.as_deref(), Some("useinbandfec=1"));
    assert_eq!(stream.codecs[1], Codec::new(8, "PCMA", 8_000));
    assert_eq!((stream.ptime, stream.direction), (Some(20), Direction::SendRecv));
    assert_eq!(session.stream(1), None, "video is no sound");
}

#[test]
fn sloppy_descriptions_are_read() {
    let session = parse("v=0\no=me x y IN IP4 pc\nz=?\nc=IN IP6 2001:db8::1\nm=audio 4000/2 rtp/avp 0 0 what\n");
    let stream = session.stream(0).unwrap();
    assert_eq!(stream.rtp, "[2001:db8::1]:4000".parse().ok());
    assert_eq!(numbers(&stream), [0]);
    assert_eq!(session.origin.address, Address::Name("pc".to_owned()));
}

#[test]
fn what_is_no_description_is_refused_with_its_line() {
    assert_eq!(Session::parse(b""), Err(SdpError::Version));
    assert_eq!(Session::parse(b"v=1\r\n"), Err(SdpError::Version));
    assert_eq!(Session::parse(b"v=0\r\nhello"), Err(SdpError::Line(2)));
    assert_eq!(Session::parse(b"v=0\r\nc=IN"), Err(SdpError::Connection(2)));
    assert_eq!(Session::parse(b"v=0\r\nm=audio 99999 RTP/AVP 0"), Err(SdpError::Media(2)));
    assert_eq!(Session::parse(b"v=0\r\na=x\x01"), Err(SdpError::Line(2)));
    assert_eq!(Session::parse(&[0xff]), Err(SdpError::NotText));
    assert_eq!(Session::parse(&[b'v'; 70_000]), Err(SdpError::TooLarge));
}

#[test]
fn a_connection_of_zeros_is_hold() {
    let held = PHONE.replace("c=IN IP4 10.0.0.7", "c=IN IP4 0.0.0.0");
    let stream = parse(&held).stream(0).unwrap();
    assert_eq!((stream.rtp, stream.direction), (None, Direction::SendOnly));
    let answer = policy::pass_answer(&stream, &sound("8").stream(0).unwrap(), ours()).unwrap();
    assert_eq!(answer.direction, Direction::RecvOnly);
}

#[test]
fn lines_that_are_not_ours_are_refused_and_kept_in_count() {
    let mut leg = OfferAnswer::new(1);
    leg.remote_offer(parse(PHONE)).unwrap();
    let offered = leg.offered().unwrap();
    let answer =
        policy::pass_answer(offered, &sound("8 101\r\na=rtpmap:101 telephone-event/8000").stream(0).unwrap(), ours());
    let answer = leg.local_answer(answer.unwrap(), Phase::Final).unwrap();
    let ports: Vec<_> = answer.media.iter().map(|media| media.port).collect();
    assert_eq!(ports, [20_000, 0]);
    let offer = leg.local_offer(policy::own_offer(ours())).unwrap();
    assert_eq!(offer.media.len(), 2, "an offer never has fewer lines than the one before");
    assert_eq!(parse(&offer.to_string()).stream(0), Some(policy::own_offer(ours())), "what is said is what was meant");
}

#[test]
fn the_version_rises_by_one_exactly_when_what_we_say_changes() {
    let mut leg = OfferAnswer::new(1);
    let (first, second) =
        (policy::own_offer(ours()), Stream { direction: Direction::SendOnly, ..policy::own_offer(ours()) });
    let say = |leg: &mut OfferAnswer, stream: &Stream, works: bool| {
        let version = leg.local_offer(stream.clone()).unwrap().origin.version;
        if works {
            leg.remote_answer(sound("8"), Phase::Final).unwrap()
        } else {
            leg.roll_back()
        }
        version
    };
    assert_eq!(say(&mut leg, &first, true), 1);
    assert_eq!(say(&mut leg, &first, true), 1);
    assert_eq!(say(&mut leg, &second, true), 2);
    assert_eq!(say(&mut leg, &first, false), 3, "refused, but sent");
    assert_eq!(say(&mut leg, &second, true), 4, "the same as agreed, but not as sent last");
    assert_eq!(say(&mut leg, &second, true), 4);
}

#[test]
fn a_refused_change_leaves_what_was_agreed() {
    let mut leg = OfferAnswer::new(1);
    leg.local_offer(policy::own_offer(ours())).unwrap();
    leg.remote_answer(sound("8"), Phase::Final).unwrap();
    let before = (leg.local().cloned(), leg.remote().cloned());
    leg.local_offer(Stream { direction: Direction::Inactive, ..policy::own_offer(ours()) }).unwrap();
    leg.roll_back();
    assert_eq!((leg.local().cloned(), leg.remote().cloned()), before);
    leg.remote_offer(sound("0")).unwrap();
    leg.roll_back();
    assert_eq!((leg.local().cloned(), leg.remote().cloned()), before);
}

#[test]
fn offers_that_cross_are_glare() {
    let mut leg = OfferAnswer::new(1);
    leg.local_offer(policy::own_offer(ours())).unwrap();
    assert_eq!(leg.remote_offer(sound("8")), Err(OfferAnswerError::Glare));
    let mut leg = OfferAnswer::new(1);
    leg.remote_offer(sound("8")).unwrap();
    assert_eq!(leg.remote_offer(sound("8")), Err(OfferAnswerError::Open));
    assert_eq!(leg.local_offer(policy::own_offer(ours())), Err(OfferAnswerError::Open));
}

#[test]
fn an_early_answer_settles_a_2xx_without_one() {
    let mut leg = OfferAnswer::new(1);
    leg.local_offer(policy::own_offer(ours())).unwrap();
    assert_eq!(leg.settle(), Err(OfferAnswerError::NoOffer));
    leg.remote_answer(sound("8"), Phase::Early).unwrap();
    assert_eq!(numbers(leg.remote().unwrap()), [8]);
    let fork = leg.clone();
    leg.settle().unwrap();
    assert!(!leg.is_open() && fork.is_open());
    assert_eq!(numbers(leg.remote().unwrap()), [8]);
}

#[test]
fn an_offer_without_sound_is_refused() {
    let mut leg = OfferAnswer::new(1);
    assert_eq!(
        leg.remote_offer(parse("v=0\r\nc=IN IP4 10.0.0.7\r\nm=audio 4000 RTP/SAVP 0")),
        Err(OfferAnswerError::NoSound)
    );
    assert_eq!(leg.remote_offer(parse("v=0\r\n")), Err(OfferAnswerError::NoSound));
    assert!(!leg.is_open());
}

#[test]
fn unknown_codecs_pass_with_their_numbers_and_parameters() {
    let offered = sound("120 77\r\na=rtpmap:120 x-new/16000\r\na=fmtp:120 mode=7").stream(0).unwrap();
    let text = OfferAnswer::new(1).local_offer(policy::pass_offer(&offered, ours())).unwrap().to_string();
    assert!(text.contains("m=audio 20000 RTP/AVP 120 77\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:120 x-new/16000\r\na=fmtp:120 mode=7\r\n"), "{text}");
    assert!(text.contains("c=IN IP4 192.0.2.9\r\n"), "{text}");
}

#[test]
fn a_codec_renumbered_onto_another_one_is_left_out() {
    let offered = sound("96 97 8\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 speex/8000").stream(0).unwrap();
    let answered = sound("97 8\r\na=rtpmap:97 opus/48000/2").stream(0).unwrap();
    assert_eq!(numbers(&policy::pass_answer(&offered, &answered, ours()).unwrap()), [8]);
    let answered = sound("98 8\r\na=rtpmap:98 opus/48000/2").stream(0).unwrap();
    assert_eq!(numbers(&policy::pass_answer(&offered, &answered, ours()).unwrap()), [98, 8]);
    let answered = sound("18").stream(0).unwrap();
    assert_eq!(policy::pass_answer(&offered, &answered, ours()), Err(policy::NoCommonCodec));
}

#[test]
fn a_delayed_offer_lets_the_caller_choose_nothing_else() {
    let answered = sound("9 8 101\r\na=rtpmap:101 telephone-event/8000").stream(0).unwrap();
    assert_eq!(numbers(&policy::offer_answered(&answered, ours()).unwrap()), [9, 101]);
}

#[test]
fn what_we_print_reads_back() {
    let mut leg = OfferAnswer::new(u64::MAX);
    leg.remote_offer(parse(PHONE)).unwrap();
    let answer = leg.local_answer(policy::own_offer("[2001:db8::9]:20000".parse().unwrap()), Phase::Final).unwrap();
    assert_eq!(parse(&answer.to_string()), *answer);
    assert_eq!(serde_json::from_str::<OfferAnswer>(&serde_json::to_string(&leg).unwrap()).unwrap(), leg);
}

fn codec() -> impl Strategy<Value = Codec> {
    (96_u8..128, "[a-z]{1,8}", 1_u32..100_000, 1_u8..3, proptest::option::of("[a-z]{1,9}=[0-9;]{1,9}[a-z]"))
        .prop_map(|(payload, name, clock, channels, fmtp)| Codec { payload, name, clock, channels, fmtp })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(3264), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_legs_mean_the_same_by_a_number(
        codecs in proptest::collection::vec(codec(), 1..6),
        moves in proptest::collection::vec((any::<prop::sample::Index>(), proptest::option::of(96_u8..128)), 1..6),
    ) {
        let offer_of_a = Stream { codecs, ..policy::own_offer(ours()) };
        let offer_to_b = policy::pass_offer(&offer_of_a, ours());
        prop_assert!(policy::agree(&offer_to_b, &offer_of_a));
        let mut answer_of_b = offer_to_b.clone();
        answer_of_b.codecs = moves.iter().map(|(index, number)| {
            let codec = index.get(&offer_to_b.codecs).clone();
            Codec { payload: number.unwrap_or(codec.payload), ..codec }
        }).collect();
        if let Ok(answer_to_a) = policy::pass_answer(&offer_of_a, &answer_of_b, ours()) {
            prop_assert!(policy::agree(&answer_to_a, &answer_of_b));
        }
    }

    #[test]
    fn whatever_comes_never_panics(cut in 0_usize..600, flips in proptest::collection::vec((0_usize..600, 0_u8..8), 0..4)) {
        let mut bytes = PHONE.as_bytes().to_vec();
        for (at, bit) in flips {
            if let Some(byte) = bytes.get_mut(at) { *byte ^= 1 << bit; }
        }
        bytes.truncate(cut);
        if let Ok(session) = Session::parse(&bytes) {
            prop_assert!(Session::parse(session.to_string().as_bytes()).is_ok());
            let mut leg = OfferAnswer::new(9);
            if leg.remote_offer(session).is_ok() && let Some(offered) = leg.offered().cloned() {
                let answer = leg.local_answer(policy::pass_offer(&offered, ours()), Phase::Final).unwrap();
                prop_assert!(Session::parse(answer.to_string().as_bytes()).is_ok());
            }
        }
    }
}

#[test]
fn an_offer_without_a_codec_is_refused_and_takes_nothing() {
    for codecs in ["", "101\r\na=rtpmap:101 telephone-event/8000", "13"] {
        let mut leg = OfferAnswer::new(1);
        assert_eq!(leg.remote_offer(sound(codecs)), Err(OfferAnswerError::NoSound), "{codecs}");
        assert!(!leg.is_open());
    }
    let second = parse("v=0\r\nc=IN IP4 10.0.0.7\r\nm=audio 4000 RTP/AVP\r\nm=audio 4002 RTP/AVP 8\r\n");
    let mut leg = OfferAnswer::new(1);
    leg.remote_offer(second).unwrap();
    assert_eq!(leg.offered().and_then(|stream| stream.rtp), "10.0.0.7:4002".parse().ok());
}

#[test]
fn lines_beyond_those_of_the_offer_answer_nothing() {
    let mut leg = OfferAnswer::new(1);
    leg.local_offer(policy::own_offer(ours())).unwrap();
    leg.remote_answer(parse(PHONE), Phase::Final).unwrap();
    assert_eq!(leg.remote().map(numbers), Some(vec![96, 8, 0, 101]));
    let mut short = OfferAnswer::new(1);
    short.local_offer(policy::own_offer(ours())).unwrap();
    let none = parse("v=0\r\nc=IN IP4 10.0.0.7\r\n");
    assert_eq!(short.remote_answer(none, Phase::Final), Err(OfferAnswerError::NoSound));
}

#[test]
fn a_line_without_formats_is_never_written() {
    let mut session = sound("8");
    session.media[0].formats.clear();
    assert!(session.to_text().contains("m=audio 4000 RTP/AVP 0\r\n"));
}

#[test]
fn names_give_way_to_the_address_of_the_signalling() {
    let named = parse("v=0\r\no=- 1 1 IN IP4 pc\r\nc=IN IP4 pc.local\r\nm=audio 4000 RTP/AVP 8\r\n");
    assert_eq!(named.stream(0).unwrap().rtp, None);
    let at = named.with_names_at("192.0.2.7".parse().unwrap());
    assert_eq!(at.stream(0).unwrap().rtp, "192.0.2.7:4000".parse().ok());
    let known = sound("8").with_names_at("192.0.2.7".parse().unwrap());
    assert_eq!(known.stream(0).unwrap().rtp, "10.0.0.7:4000".parse().ok());
}
