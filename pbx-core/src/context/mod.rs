//! What is at hand while one input is handled: the world, what all calls of an engine share, and
//! the outputs.

pub(crate) mod ctx;
pub mod io;
pub(crate) mod owner;
pub(crate) mod pairs;
pub(crate) mod shared;
pub(crate) mod stock;
pub(crate) mod strays;
pub(crate) mod timers;
