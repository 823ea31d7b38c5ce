//! A SIP account, as one types it into a phone.

use std::fmt;
use std::str::FromStr;

/// A SIP account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The SIP user name.
    pub user: String,
    /// The SIP password.
    pub password: String,
    /// What others dial to reach it.
    pub extension: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({} at {})", self.user, self.extension)
    }
}

impl FromStr for Account {
    type Err = String;

    /// `USER:PASSWORD@EXTENSION`; the password may hold colons and at-signs.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "an account is USER:PASSWORD@EXTENSION".to_owned();
        let (user, rest) = text.split_once(':').ok_or_else(wrong)?;
        let (password, extension) = rest.rsplit_once('@').ok_or_else(wrong)?;
        if user.is_empty() || extension.is_empty() {
            return Err(wrong());
        }
        Ok(Self { user: user.to_owned(), password: password.to_owned(), extension: extension.to_owned() })
    }
}
