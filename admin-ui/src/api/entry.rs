//! What stands before every route of the API: the token, its scope, how often it asks.

use crate::access::Scope;
use crate::api::Problem;
use crate::api::idempotency;
use crate::app::Shared;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pbx_core::directory::Tenant;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Whoever asks by a token: the token's tenant and name.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) app: Shared,
    pub(crate) tenant: Arc<Tenant>,
    /// Who acts, for the audit.
    pub(crate) actor: String,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::no_token)
    }
}

/// Lets a request through, or says what is wrong with its token.
pub(crate) async fn entry(State((app, needs)): State<(Shared, Scope)>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match admit(app, needs, header.as_deref()).await {
        Ok(caller) => {
            let mut request = request;
            request.extensions_mut().insert(caller.clone());
            idempotency::once(&caller, request, next).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admit(app: Shared, needs: Scope, header: Option<&str>) -> Result<Caller, Problem> {
    // The scheme's case does not matter (RFC 9110 §11.1).
    let bearer =
        header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, secret) = bearer.ok_or_else(Problem::no_token)?;
    let hash: [u8; 32] = Sha256::digest(secret.trim()).into();
    let found = app.ports.records.token_by_hash(hash, app.ports.now().wall).await?;
    let (tenant, token) = found.ok_or_else(Problem::no_token)?;
    if !app.throttle.may_ask(tenant, token.id) {
        return Err(Problem::too_often());
    }
    let now = app.ports.now();
    if app.last_use.is_due(now.mono, token.id) {
        app.ports.records.touch_token(tenant, token.id, now.wall).await?;
    }
    if !token.scopes.iter().any(|scope| scope == needs.code()) {
        return Err(Problem::wrong_scope(needs.code()));
    }
    let tenant = app.ports.records.directory().tenant(tenant).cloned().ok_or_else(Problem::no_token)?;
    Ok(Caller { app, tenant, actor: format!("api:{}", token.label) })
}
