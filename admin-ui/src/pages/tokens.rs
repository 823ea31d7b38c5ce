//! API tokens: what programs log in with. A secret is shown once, then only its hash is known.

use crate::access::Scope;
use crate::app::Room;
use crate::assets::hex;
use crate::audit::{self, Deed};
use crate::extract::{Form, Path};
use crate::pages::question::{self, Question};
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::session::News;
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use pbx_core::base::ids::TokenId;
use pbx_core::store::Token;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Tokens that a tenant may have.
const MOST_TOKENS: usize = 100;

/// The tokens of this tenant.
pub(crate) async fn show(room: Room) -> Result<Response, Refusal> {
    render(&room, None).await
}

/// Makes a token; its secret is shown on the next page, once. Form fields: `label`, and `scope` as often as wanted.
pub(crate) async fn create(room: Room, Form(fields): Form<Vec<(String, String)>>) -> Result<Response, Refusal> {
    let label =
        fields.iter().find(|(name, _)| name == "label").map(|(_, value)| value.trim().to_owned()).unwrap_or_default();
    let chosen = |scope: &Scope| fields.iter().any(|(name, value)| name == "scope" && value == scope.code());
    let scopes: Vec<String> =
        Scope::ALL.iter().filter(|scope| chosen(scope)).map(|scope| scope.code().to_owned()).collect();
    let crowded = room.app.ports.records.tokens(room.tenant.id).await?.len() >= MOST_TOKENS;
    if label.is_empty() || scopes.is_empty() || crowded {
        let fault = match (label.is_empty(), crowded) {
            (_, true) => "many",
            (true, _) => "label",
            _ => "scope",
        };
        let mut response = render(&room, Some(json!({ "fault": fault, "label": label, "scopes": scopes }))).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let now = room.app.ports.now().wall;
    let secret = format!("rd_{}", hex(&room.app.ports.bytes::<24>()));
    let id = TokenId::mint(now, room.app.ports.bytes());
    let token = Token { id, label: label.clone(), scopes, created: now, expires: None, last_used: None };
    room.app.ports.records.add_token(room.tenant.id, &token, Sha256::digest(&secret).into()).await?;
    note(&room, "token.created", &label).await?;
    let news = News::of_page(json!({ "secret": secret, "made": label }));
    Ok(room.go(&format!("{}/tokens", base(&room.desk)), news))
}

/// Whether a token should really be revoked.
pub(crate) async fn ask_revoke(room: Room, Path((_, token)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: TokenId = token.parse().map_err(|_| Refusal::NotThere)?;
    let tokens = room.app.ports.records.tokens(room.tenant.id).await?;
    let token = tokens.into_iter().find(|token| token.id == id).ok_or(Refusal::NotThere)?;
    let text = room.language.say("tokens-revoke-confirm", &[("name", token.label.into())]);
    let back = format!("{}/tokens", base(&room.desk));
    let action = format!("{back}/{id}/revoke");
    Ok(question::ask(&room, Question { text, done: "tokens-revoke", action, back, place: "tokens" }))
}

/// Takes a token away: whoever uses it is refused from now on.
pub(crate) async fn revoke(room: Room, Path((_, token)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: TokenId = token.parse().map_err(|_| Refusal::NotThere)?;
    if !room.app.ports.records.revoke_token(room.tenant.id, id).await? {
        return Err(Refusal::NotThere);
    }
    note(&room, "token.revoked", &id.to_string()).await?;
    Ok(room.go(&format!("{}/tokens", base(&room.desk)), News::done("done-token-revoked", "")))
}

/// The page; `fault`: what is wrong with the form that was sent.
async fn render(room: &Room, fault: Option<Value>) -> Result<Response, Refusal> {
    let now = room.app.ports.now().wall;
    let zone = words::zone(&room.tenant.timezone);
    let tokens: Vec<Value> = room
        .app
        .ports
        .records
        .tokens(room.tenant.id)
        .await?
        .iter()
        .map(|token| {
            json!({
                "id": token.id.to_string(), "label": token.label, "scopes": token.scopes,
                "created": words::moment(token.created, now, &zone, room.language),
                "last_used": token.last_used.map(|at| words::moment(at, now, &zone, room.language)),
            })
        })
        .collect();
    let scopes: Vec<Value> = Scope::ALL
        .iter()
        .map(|scope| json!({ "code": scope.code(), "key": format!("scope-{}", scope.code().replace(':', "-")) }))
        .collect();
    let mut context = json!({ "tokens": tokens, "scopes": scopes });
    if let Some(fault) = fault {
        context["news"] = fault;
    }
    Ok(page(&room.desk, "tokens.html", "tokens", &room.say("tokens-title"), context))
}

async fn note(room: &Room, action: &str, object: &str) -> Result<(), Refusal> {
    let deed = Deed { tenant: Some(room.tenant.id), actor: &room.actor(), action, object };
    Ok(audit::note(&room.app.ports, deed).await?)
}
