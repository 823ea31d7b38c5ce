//! The only shell: sockets, clocks, threads. Everything it does is to carry bytes and facts to and
//! from the engines.

mod audit_writer;
mod ballast;
mod clock;
mod driver;
mod engine_queue;
mod entropy;
mod exchange;
mod exchange_config;
mod feeder;
mod front;
mod heartbeat;
mod inbox;
mod ladder;
mod lookup_runtime;
mod nat;
mod ports;
mod promises;
mod routes;
mod sender;
mod storage;
mod stream;
mod udp;
mod wiring;

pub use clock::{Clock, SystemClock, pause};
pub use engine_queue::EngineQueue;
pub use entropy::{rng, seed};
pub use exchange::Exchange;
pub use exchange_config::ExchangeConfig;
pub use heartbeat::{last_heartbeat, start_heartbeat};
pub use inbox::{Inbox, engine_of};
pub use ladder::LadderWriter;
pub use lookup_runtime::LookupRuntime;
pub use nat::Nat;
pub use pbx_media::datagram::source_towards;
pub use ports::{DataSources, ScriptHost};
pub use promises::Promises;
pub use routes::RouteTable;
pub use sender::Sender;
pub use storage::{Room, Storage, StorageBook, room_of, watch_storage};
