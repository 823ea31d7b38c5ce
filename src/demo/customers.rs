//! A small customer service, such as a company has: who is calling, by the number.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use std::net::SocketAddr;
use tokio::net::TcpListener;

#[derive(Clone, Copy, Serialize)]
struct Customer {
    name: &'static str,
    tier: &'static str,
    account_manager: &'static str,
}

/// Who calls in the demo: numbers that are reserved for fiction, so that nobody's phone rings.
pub(super) const CALLERS: &[&str] = &["+493023125001", "+493023125002", "+493023125003"];

fn customer(number: &str) -> Option<Customer> {
    match number {
        "+493023125001" => Some(Customer { name: "Nordwind Logistik", tier: "gold", account_manager: "101" }),
        "+493023125002" => Some(Customer { name: "Bakery on the corner", tier: "standard", account_manager: "103" }),
        _ => None,
    }
}

async fn look_up(Path(number): Path<String>) -> Result<Json<Customer>, StatusCode> {
    customer(&number).map(Json).ok_or(StatusCode::NOT_FOUND)
}

/// Serves on any port of loopback; ends with the task.
///
/// # Errors
/// When no port can be had.
pub async fn serve() -> std::io::Result<(SocketAddr, tokio::task::JoinHandle<()>)> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/customers/{number}", get(look_up));
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "the demo's customer service ended");
        }
    });
    Ok((address, task))
}
