//! Small cookies of our own: theme, language, the log-in form's token. The session's cookie is tower-sessions' business.

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of a cookie of the request.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

/// A Set-Cookie header (RFC 6265) for the whole site. The value must be made of token characters; others give none.
pub(crate) fn set_cookie(name: &str, value: &str, seconds: u32, https: bool) -> Option<HeaderValue> {
    let clean = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if clean { HeaderValue::from_str(&text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; theme=dark"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=2"));
        assert_eq!(cookie(&headers, "theme"), Some("dark"));
        assert_eq!(cookie(&headers, "b"), Some("2"));
        assert_eq!(cookie(&headers, "heme"), None);
    }

    #[test]
    fn a_value_cannot_smuggle_attributes() {
        assert!(set_cookie("theme", "dark; Domain=evil", 60, false).is_none());
        assert!(set_cookie("theme", "dark", 60, true).is_some());
    }
}
