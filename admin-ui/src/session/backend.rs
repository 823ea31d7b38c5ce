//! Accounts as axum-login wants them.

use crate::ports::Ports;
use crate::records::Broken;
use axum_login::{AuthUser, AuthnBackend};
use pbx_core::base::ids::AccountId;
use pbx_core::store::Account;

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct User(pub(crate) Account);

impl AuthUser for User {
    type Id = AccountId;

    fn id(&self) -> AccountId {
        self.0.id
    }

    /// A new password ends every session that the old one began.
    fn session_auth_hash(&self) -> &[u8] {
        self.0.password_hash.as_deref().unwrap_or("").as_bytes()
    }
}

/// What somebody types to log in.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// Finds accounts and checks passwords.
#[derive(Clone, Debug)]
pub(crate) struct Accounts {
    ports: Ports,
}

impl Accounts {
    pub(crate) const fn new(ports: Ports) -> Self {
        Self { ports }
    }
}

impl AuthnBackend for Accounts {
    type User = User;
    type Credentials = Credentials;
    type Error = Broken;

    /// The same cost and the same answer for an unknown e-mail and for a wrong password.
    async fn authenticate(&self, credentials: Credentials) -> Result<Option<User>, Broken> {
        let email = credentials.email.trim().to_lowercase();
        let account = self.ports.records.account_by_email(&email).await?;
        let phc = account.as_ref().and_then(|account| account.password_hash.clone());
        let right = self.ports.records.password_is(phc, credentials.password).await;
        Ok(account.filter(|_| right).map(User))
    }

    async fn get_user(&self, id: &AccountId) -> Result<Option<User>, Broken> {
        Ok(self.ports.records.account(*id).await?.map(User))
    }
}
