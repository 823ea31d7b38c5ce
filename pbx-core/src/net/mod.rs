//! The only shell: sockets, clocks, threads. Everything it does is to carry bytes and facts to and from the engines.

mod audit_book;
mod clock;
mod driver;
mod entropy;
mod errands;
mod exchange;
mod feeder;
mod front;
mod inbox;
mod ladder;
mod mailbox;
mod nat;
mod ports;
mod promises;
mod pulse;
mod routes;
mod sender;
mod tcp;
mod udp;
mod wiring;

pub use clock::{Clock, SystemClock, pause};
pub use entropy::{rng, seed};
pub use errands::Errands;
pub use exchange::{Exchange, Parts};
pub use inbox::{Inbox, engine_of};
pub use ladder::LadderWriter;
pub use mailbox::Mailbox;
pub use nat::Nat;
pub use pbx_media::datagram::source_towards;
pub use ports::{DataSources, ScriptHost};
pub use promises::Promises;
pub use pulse::{last_pulse, start_pulse};
pub use routes::RouteTable;
pub use sender::Sender;
