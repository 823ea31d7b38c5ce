//! Who may do what: every route declares its permission, the gate holds it.

use crate::records::runs_tenant;
use pbx_core::directory::{Directory, Tenant};
use pbx_core::store::{Account, Role};
use std::sync::Arc;

/// What a route asks of whoever opens it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Permission {
    /// Nothing.
    Public,
    /// To be logged in.
    SignedIn,
    /// To belong to the tenant of the URL, or to run the server.
    Member,
    /// To run the tenant of the URL, or the server.
    Admin,
    /// To run the server.
    Operator,
    /// A bearer token with this scope; the token decides the tenant.
    Token(Scope),
}

/// What an API token may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    /// List and read calls.
    CallsRead,
    /// Hang up.
    CallsWrite,
    /// List and read people.
    PeopleRead,
    /// Add, change and remove people.
    PeopleWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::CallsRead, Self::CallsWrite, Self::PeopleRead, Self::PeopleWrite];

    /// As written in a token.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CallsRead => "calls:read",
            Self::CallsWrite => "calls:write",
            Self::PeopleRead => "people:read",
            Self::PeopleWrite => "people:write",
        }
    }
}

/// What the gate says of a request.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// Come in; the tenant of the URL, if it has one.
    Enter(Option<Arc<Tenant>>),
    /// Log in first.
    LogIn,
    /// There is none, or it is another tenant's.
    NotThere,
    /// It is there, but not for this role.
    NotAllowed,
}

/// Whether this account may open a route of this permission, for the tenant with this slug.
pub(crate) fn judge(
    needs: Permission,
    account: Option<&Account>,
    slug: Option<&str>,
    directory: &Directory,
) -> Verdict {
    let account = match (needs, account) {
        (Permission::Public, _) => return Verdict::Enter(None),
        (_, None) => return Verdict::LogIn,
        (_, Some(account)) => account,
    };
    match needs {
        Permission::SignedIn => Verdict::Enter(None),
        Permission::Operator if account.role == Role::Operator => Verdict::Enter(None),
        Permission::Member | Permission::Admin => {
            let tenant = slug.and_then(|slug| directory.tenants().find(|tenant| tenant.slug == slug));
            let Some(tenant) = tenant.filter(|tenant| belongs(account, tenant)) else {
                return Verdict::NotThere;
            };
            if needs == Permission::Admin && !runs_tenant(account.role) {
                return Verdict::NotAllowed;
            }
            Verdict::Enter(Some(tenant.clone()))
        }
        _ => Verdict::NotThere,
    }
}

fn belongs(account: &Account, tenant: &Tenant) -> bool {
    account.role == Role::Operator || account.tenant == Some(tenant.id)
}
