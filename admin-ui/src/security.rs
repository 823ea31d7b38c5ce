//! Headers that keep browsers from being used against their owners.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::set_header::SetResponseHeaderLayer;

/// Scripts, styles and pictures from us alone, nothing inline; forms to us alone; framed by nobody.
const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                       connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The most that a request may hold.
const BODY_LIMIT: usize = 256 * 1024;

/// Puts the headers, the body limit and gzip around a router. Streams of events are not compressed: they must not wait.
pub(crate) fn around(router: Router, https: bool) -> Router {
    let mut router = router;
    let mut headers = vec![
        (header::CONTENT_SECURITY_POLICY, CONTENT),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    if https {
        headers.push((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    }
    for (name, value) in headers {
        router = router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)));
    }
    let worth_it = SizeAbove::new(512).and(NotForContentType::const_new("text/event-stream"));
    router.layer(CompressionLayer::new().compress_when(worth_it)).layer(DefaultBodyLimit::max(BODY_LIMIT))
}
