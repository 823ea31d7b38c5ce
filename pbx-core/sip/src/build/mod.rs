//! Building messages of one's own, each value checked against the grammar of its header.

mod reply;
mod request;
mod response;

pub use reply::Reply;
pub use request::RequestBuilder;
pub use response::ResponseBuilder;
