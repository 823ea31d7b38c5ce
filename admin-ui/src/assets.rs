//! What esbuild made of `web/`, under names that change with the content, so that browsers keep it for ever.

use crate::embedded::ASSETS;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for (name, content) in ASSETS {
        digest.update(name);
        digest.update(content);
    }
    hex(&digest.finalize()[..6])
});

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the build found assets.
pub(crate) const fn are_there() -> bool {
    !ASSETS.is_empty()
}

/// Where an asset is; empty if the build has none.
pub(crate) fn address(name: &str) -> String {
    if are_there() { format!("/assets/{}/{name}", *VERSION) } else { String::new() }
}

/// Serves one asset. An old version's address gets the new content, but nobody keeps it.
pub(crate) async fn show(Path((version, name)): Path<(String, String)>) -> Response {
    let Some((_, content)) = ASSETS.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let keep = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    (headers, *content).into_response()
}
