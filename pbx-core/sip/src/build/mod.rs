//! Building messages of one's own, each value checked against the grammar of its header.

mod request;
mod response;

pub use request::RequestBuilder;
pub use response::{Reply, ResponseBuilder};
