//! The card with what one types into a softphone.

use serde::Serialize;
use std::net::SocketAddr;
use tera::{Context, Tera};

const TEMPLATE: &str = include_str!("../phones/softphone/account.txt");

/// One account, as a softphone asks for it.
#[derive(Clone, Debug, Serialize)]
pub struct AccountCard {
    /// Whose phone system it belongs to.
    pub company: String,
    /// The name that the phone shows.
    pub name: String,
    /// What others dial to reach it.
    pub extension: String,
    /// The registrar, also the outbound proxy.
    pub server: SocketAddr,
    /// The SIP user name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// The template of the card is broken: a fault of this program.
#[derive(Debug, thiserror::Error)]
#[error("the account card cannot be rendered: {0}")]
pub struct CardFault(#[from] tera::Error);

impl AccountCard {
    /// As plain text, for a terminal or a letter.
    ///
    /// # Errors
    /// Only when the template itself is broken.
    pub fn render(&self) -> Result<String, CardFault> {
        // Plain text: nothing is escaped, a password is shown as it is.
        Ok(Tera::one_off(TEMPLATE, &Context::from_serialize(self)?, false)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_holds_all_that_a_softphone_asks_for() {
        let card = AccountCard {
            company: "Acme".to_owned(),
            name: "Sales & Service".to_owned(),
            extension: "104".to_owned(),
            server: "192.0.2.1:5060".parse().unwrap(),
            user: "kx3m9p2q7r5t8w4z".to_owned(),
            password: "a<b&c".to_owned(),
        };
        let text = card.render().unwrap();
        for wanted in ["Acme", "Sales & Service", "104", "192.0.2.1:5060", "kx3m9p2q7r5t8w4z", "a<b&c"] {
            assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
        }
    }
}
