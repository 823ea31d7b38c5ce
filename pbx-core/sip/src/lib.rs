//! SIP itself, sans-IO: messages, transactions, dialogs, digest and SDP. Knows no PBX, no socket
//! and no clock.
//!
//! A [`Message`] is one shared buffer; its values are read when they are asked for, and a broken
//! one is a typed error:
//!
//! ```
//! use pbx_sip::gate::{Policy, Verdict, judge};
//! use pbx_sip::{HeaderName, Method, ResponseBuilder, StatusCode};
//!
//! let datagram = b"OPTIONS sip:pbx.test SIP/2.0\r\n\
//!     Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776a;rport\r\n\
//!     From: <sip:anna@pbx.test>;tag=1928\r\nTo: <sip:pbx.test>\r\n\
//!     Call-ID: a84b4c76\r\nCSeq: 63 OPTIONS\r\nContent-Length: 0\r\n\r\n";
//! let verdict = judge(datagram[..].into(), &Policy::default());
//! let Verdict::Pass(request) = verdict else { panic!("refused") };
//! assert!(request.is(&Method::Options));
//! assert_eq!(request.from_addr()?.tag(), Some("1928"));
//! assert_eq!(request.via()?.response_target().1, 5060);
//!
//! let answer = ResponseBuilder::new(&request, StatusCode::OK, None, Some("ours"))
//!     .header(HeaderName::Allow, "INVITE, ACK, BYE, CANCEL, OPTIONS")
//!     .finish()?;
//! assert!(answer.as_bytes().starts_with(b"SIP/2.0 200 OK\r\n"));
//! assert_eq!(answer.to_addr()?.tag(), Some("ours"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything is asked and answers at once. Time, randomness and where bytes came from are
//! arguments; what is to be sent comes back as values. All state is plain data that can be stored
//! between any two calls.
//!
//! Each module in a sentence:
//! - `message`: a received message, split into lines, its values typed when asked for.
//! - `gate`: what comes from the network is let in, refused with the right answer, or passed over
//!   in silence.
//! - `write`: what we send, header by header, with one rule against line breaks in values.
//! - `build`, `edit`: new requests and responses; changes to a received message that leave the rest
//!   byte for byte.
//! - `transaction`: the four machines of RFC 3261 §17, their timers, and the layer that owns them.
//! - `dialog`: what two sides agree on for as long as a call lasts (RFC 3261 §12).
//! - `digest`: challenges, nonces and credentials (RFC 7616), for both sides.
//! - `sdp`: session descriptions, and offer and answer (RFC 3264).
//! - `framing`: a byte stream cut into messages by Content-Length.
//! - `uri`, `via`, `name_addr`, `params`, `header`, `header_name`, `method`, `status`, `transport`:
//!   one kind of value each.
//! - `header_class`: which headers a message is lost without, and which only inform.
//! - `grammar`: the characters and small rules of RFC 3261 §25.1; `text`: text that shares the
//!   message's buffer.
//! - `spell`: numbers and addresses written into text; `pairs`: maps stored as lists of pairs.
//! - `error`: what can be wrong with a message; `time`: steady time as a number.
//!
//! # One call
//!
//! An engine owns one [`Layer`](transaction::Layer) of transactions and, for each call, a
//! [`Dialog`](dialog::Dialog). Here both ends of a call are driven by hand, over a network that
//! loses nothing.
//!
//! ```
//! use pbx_sip::dialog::{Dialog, Incoming, RequestParts};
//! use pbx_sip::time::Instant;
//! use pbx_sip::transaction::{Action, Layer, Peer, Timers};
//! use pbx_sip::{Message, Method, Reply, Via};
//! use std::time::Duration;
//!
//! /// What a caller's actions put on the wire.
//! fn sent<U>(actions: &[Action<U>]) -> Vec<Message> {
//!     let bytes = actions.iter().filter_map(|action| match action {
//!         Action::Send { bytes, .. } => Some(bytes.clone()),
//!         _ => None,
//!     });
//!     bytes.map(|bytes| Message::parse(bytes).unwrap()).collect()
//! }
//!
//! let now = Instant::from_micros(0);
//! let (mut anna, mut ben) = (Layer::new(Timers::default()), Layer::new(Timers::default()));
//! let udp = |address: &str| Peer { address: address.parse().unwrap(), reliable: false };
//! let (to_ben, to_anna) = (udp("192.0.2.2:5060"), udp("192.0.2.1:5060"));
//! let headers = "From: <sip:anna@acme.test>;tag=a1\r\n\
//!     Call-ID: one@192.0.2.1\r\nCSeq: 1 INVITE\r\n";
//! let via = "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKanna1\r\n";
//!
//! // Anna's INVITE goes through her layer. "7" is what she calls the call: every action about it
//! // says so.
//! let invite = Message::parse(format!(
//!     "INVITE sip:ben@192.0.2.2 SIP/2.0\r\n{via}{headers}To: <sip:ben@acme.test>\r\n\
//!      Contact: <sip:anna@192.0.2.1>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
//! ))?;
//! let (_, actions) = anna.send(now, &invite, to_ben, 7).unwrap();
//! let wire = sent(&actions);
//!
//! // Ben's layer makes a transaction of it and tells him. He answers, and repeats his 200 until it
//! // is acknowledged.
//! let actions = ben.receive(now, &wire[0], to_anna, true, 8);
//! let [Action::Request { id, merged: None }] = actions[..] else { panic!("a new request") };
//! let mut at_ben = Dialog::uas(&wire[0], "b1")?;
//! let answer = Message::parse(format!(
//!     "SIP/2.0 200 OK\r\n{via}{headers}To: <sip:ben@acme.test>;tag=b1\r\n\
//!      Contact: <sip:ben@192.0.2.2:5070>\r\nContent-Length: 0\r\n\r\n"
//! ))?;
//! let wire = sent(&ben.respond(now, id, &Reply::of(&answer).unwrap()));
//! at_ben.answered(now, answer.as_bytes(), &Timers::default());
//! assert_eq!(at_ben.next_deadline(), Some(now + Duration::from_millis(500)));
//!
//! // Anna hears it. Each 2xx is hers to acknowledge, to Ben's Contact; one that came again gets
//! // the same ACK again.
//! let actions = anna.receive(now, &wire[0], to_ben, true, 7);
//! assert!(matches!(actions[..], [Action::Response { user: 7, .. }]));
//! let mut at_anna = Dialog::uac(&invite, &wire[0])?;
//! let via = Via::parse("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKanna2")?;
//! let ack = Message::parse(at_anna.ack(&wire[0], RequestParts::new(&via))?)?;
//! assert_eq!(ack.uri_text(), Some("sip:ben@192.0.2.2:5070"));
//! assert_eq!(at_anna.ack_again(&wire[0]), Some(ack.as_bytes().clone()));
//!
//! // The ACK belongs to the dialog, not to a transaction.
//! assert_eq!(ben.receive(now, &ack, to_anna, true, 8), [Action::Ack]);
//! assert_eq!(at_ben.incoming(&ack), Ok(Incoming::Ack));
//! assert_eq!(at_ben.next_deadline(), None);
//!
//! // Anna hangs up.
//! let via = Via::parse("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKanna3")?;
//! let bye = at_anna.request(&Method::Bye, RequestParts::new(&via))?;
//! let (_, actions) = anna.send(now, &bye, to_ben, 7).unwrap();
//! let actions = ben.receive(now, &sent(&actions)[0], to_anna, true, 8);
//! assert!(matches!(actions[..], [Action::Request { merged: None, .. }]));
//! assert_eq!(at_ben.incoming(&bye), Ok(Incoming::Request));
//! at_ben.end();
//!
//! // The engine wakes its layer when it asks for it, until nothing waits.
//! while let Some(then) = ben.next_deadline() {
//!     ben.fire(then);
//! }
//! assert_eq!(ben.timers_set(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod build;
pub mod dialog;
pub mod digest;
pub mod edit;
pub mod error;
pub mod framing;
pub mod gate;
pub mod grammar;
pub mod header;
mod header_class;
pub mod header_name;
pub mod message;
pub mod method;
pub mod name_addr;
mod pairs;
pub mod params;
pub mod sdp;
pub mod spell;
pub mod status;
pub mod text;
pub mod time;
pub mod transaction;
pub mod transport;
pub mod uri;
pub mod via;
pub mod write;

pub use build::{Reply, RequestBuilder, ResponseBuilder};
pub use edit::Editor;
pub use error::{HeaderError, Malformed, ParseError};
pub use header::{Auth, CSeq, MediaType, Reason};
pub use header_name::HeaderName;
pub use message::{Contacts, Header, Message, StartLine};
pub use method::Method;
pub use name_addr::NameAddr;
pub use params::{Param, Params};
pub use status::{StatusClass, StatusCode};
pub use text::Text;
pub use transport::Transport;
pub use uri::{Host, SipUri, SipUriBuilder, TelUri, Uri};
pub use via::Via;
pub use write::{Head, WriteError};
