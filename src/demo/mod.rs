//! `ringdown demo`: two companies, their phones, a carrier and a customer service, all simulated around a real server.

mod bustle;
mod customers;
mod seed;

pub use bustle::Bustle;
pub use customers::serve as serve_customers;
pub use seed::Seed;
