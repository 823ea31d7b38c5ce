//! What happens between people, phones and the exchange, over the virtual network.

mod changing_minds;
mod connections;
mod days;
mod endings;
mod failing;
mod flaws;
mod forks;
mod hashes;
mod holding;
mod hostile_templates;
mod isolation;
mod media;
mod nat;
mod plans;
mod registering;
mod restarts;
mod soak;
mod strangers;
mod torture;
mod transfer;
mod trunk;
mod two_people;
mod vanishing;

use crate::support::company::Company;
use crate::support::net::Net;

/// Acme with people at 101 (three phones), 102, 103 and 104, all registered, on a fair network.
fn acme() -> Net {
    let mut company = Company::new("acme", 1).with_extensions(&["102", "103", "104"]);
    company.hire("101", 3);
    let mut net = Net::new(1, 1, vec![company, Company::new("globex", 2).with_extensions(&["101", "102", "103"])]);
    net.ready();
    net
}
