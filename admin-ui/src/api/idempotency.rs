//! `Idempotency-Key` on POST: the same request twice is carried out once and answered twice.

use crate::api::Problem;
use crate::api::entry::Caller;
use crate::records::Broken;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pbx_core::store::{Claim, StoredResponse};
use sha2::{Digest, Sha256};

/// The most that a request or an answer may hold.
const LIMIT: usize = 256 * 1024;
/// The longest key.
const KEY_LIMIT: usize = 200;

/// Carries a request out, unless its key says that it was.
pub(crate) async fn once(caller: &Caller, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let Some(key) = request.headers().get("idempotency-key") else { return next.run(request).await };
    let Some(key) = key.to_str().ok().filter(|key| (1..=KEY_LIMIT).contains(&key.len())).map(str::to_owned) else {
        return Problem::unreadable("An Idempotency-Key has 1 to 200 characters, all of them visible ASCII.")
            .into_response();
    };
    keyed(caller, key, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn keyed(caller: &Caller, key: String, request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LIMIT).await.map_err(|_| Problem::too_large())?;
    let line = format!("{} {}\n", parts.method, parts.uri);
    let hash: [u8; 32] = Sha256::new().chain_update(line).chain_update(&body).finalize().into();
    let request = Request::from_parts(parts, Body::from(body));
    // A task of its own: whoever hangs up in the middle would else leave the key claimed and its answer unknown.
    let task = tokio::spawn(claimed(caller.clone(), key, hash, request, next));
    task.await.map_err(|error| Broken(error.to_string()))?
}

async fn claimed(
    caller: Caller,
    key: String,
    hash: [u8; 32],
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (ports, tenant) = (&caller.app.ports, caller.tenant.id);
    match ports.records.claim(tenant, &key, hash, ports.now().wall).await? {
        Claim::Done(answer) => return Ok(again(&answer)),
        Claim::OtherRequest => return Err(Problem::key_for_another()),
        Claim::Running => return Err(Problem::key_running()),
        Claim::Fresh => {}
    }
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let body: Bytes = to_bytes(body, LIMIT).await.unwrap_or_default();
    let answer = StoredResponse { status: parts.status.as_u16(), body: String::from_utf8_lossy(&body).into_owned() };
    let keep = !parts.status.is_server_error() && parts.status != StatusCode::TOO_MANY_REQUESTS;
    ports.records.settle(tenant, &key, keep.then_some(&answer), ports.now().wall).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// The first answer once more.
fn again(answer: &StoredResponse) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true")),
    ];
    (status, headers, answer.body.clone()).into_response()
}
