//! What the tests of the whole system are written with.

pub(crate) mod baresip;
mod baresip_control;
pub(crate) mod company;
pub(crate) mod console;
pub(crate) mod customers;
pub(crate) mod folder;
pub(crate) mod load;
pub(crate) mod outside_call;
pub(crate) mod ports;
pub(crate) mod program;
pub(crate) mod rtp_pair;
pub(crate) mod rtp_phone;
pub(crate) mod server;
pub(crate) mod sip_line;
pub(crate) mod sipp;
pub(crate) mod tcp_line;
pub(crate) mod tone;
pub(crate) mod watch;
