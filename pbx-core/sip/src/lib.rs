//! SIP itself, sans-IO: messages, transactions, dialogs, digest and SDP. Knows no PBX, no socket and no clock.

pub mod build;
pub mod edit;
pub mod error;
pub mod framing;
pub mod gate;
pub mod grammar;
pub mod header;
pub mod header_name;
pub mod message;
pub mod method;
pub mod name_addr;
pub mod params;
pub mod status;
pub mod text;
pub mod time;
pub mod uri;
pub mod via;

pub use build::{BuildError, RequestBuilder, ResponseBuilder};
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
pub use uri::{Host, SipUri, SipUriBuilder, TelUri, Uri};
pub use via::{Transport, Via};
