//! What every handler has at hand.

use crate::api::LastUse;
use crate::client::Client;
use crate::language::Language;
use crate::live::{Live, Streams};
use crate::ports::Ports;
use crate::records::runs_tenant;
use crate::session::{Checks, KeptSessions, News, Once, Throttle};
use crate::view::Views;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum_login::tower_sessions::session::Id;
use pbx_core::directory::Tenant;
use pbx_core::store::{Account, Role};
use std::sync::Arc;

/// The console's one shared state.
pub(crate) struct App {
    pub(crate) ports: Ports,
    pub(crate) live: Arc<Live>,
    pub(crate) views: Views,
    pub(crate) throttle: Throttle,
    pub(crate) checks: Checks,
    pub(crate) last_use: LastUse,
    pub(crate) streams: Arc<Streams>,
    pub(crate) sessions: KeptSessions,
    pub(crate) once: Once,
}

/// A reference to it, as handlers get it.
pub(crate) type Shared = Arc<App>;

/// Who asks, for which tenant, and how the answer should look: made by the gate for every route.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) app: Shared,
    /// From where, and how it came.
    pub(crate) client: Client,
    /// Who is logged in; none on public pages.
    pub(crate) account: Option<Account>,
    /// The tenant of the URL, if the route has one: the gate has let this account in.
    pub(crate) room: Option<Arc<Tenant>>,
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    /// What unsafe requests of this session must carry.
    pub(crate) csrf: String,
    /// The session of who is logged in.
    pub(crate) session: Option<Id>,
    /// What this page shows once.
    pub(crate) news: Arc<News>,
}

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Theme {
    /// As the machine is set.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) fn of(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Desk {
    /// The role of who is logged in; the least of all where nobody is.
    pub(crate) fn role(&self) -> Role {
        self.account.as_ref().map_or(Role::User, |account| account.role)
    }

    /// Whether who is logged in may change things of this tenant.
    pub(crate) fn runs_tenant(&self) -> bool {
        runs_tenant(self.role())
    }

    /// Words in the reader's language.
    pub(crate) fn say(&self, key: &str) -> String {
        self.language.say(key, &[])
    }

    /// The answer to a form: to a page, which shows this once.
    pub(crate) fn go(&self, path: &str, news: News) -> Response {
        if let Some(session) = self.session {
            self.app.once.put(self.app.ports.now().mono, session, path, news);
        }
        Redirect::to(path).into_response()
    }

    /// Who acts, for the audit.
    pub(crate) fn actor(&self) -> String {
        self.account.as_ref().map(|account| account.email.clone()).unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for Desk {
    type Rejection = crate::refusal::Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or(crate::refusal::Refusal::Broken)
    }
}

/// A [`Desk`] that stands in a tenant's room: what pages of a tenant ask for.
#[derive(Clone)]
pub(crate) struct Room {
    pub(crate) desk: Desk,
    pub(crate) tenant: Arc<Tenant>,
}

impl std::ops::Deref for Room {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl<S: Sync> FromRequestParts<S> for Room {
    type Rejection = crate::refusal::Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let desk = Desk::from_request_parts(parts, state).await?;
        let tenant = desk.room.clone().ok_or(crate::refusal::Refusal::NotThere)?;
        Ok(Self { desk, tenant })
    }
}
