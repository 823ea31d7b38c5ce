//! axum's readers of paths, queries and bodies, with a [`Problem`] where something cannot be read.

use super::Problem;
use crate::changes::FieldFault;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What the path names. One that cannot be read names nothing.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(named)| Self(named)).map_err(|_| Problem::not_there())
    }
}

/// What the address asks for. `T` refuses what it does not know.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(asked)| Self(asked))
            .map_err(|rejection| Problem::unreadable(&rejection.body_text()))
    }
}

/// That the address asks for nothing.
pub(crate) struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        if query.is_empty() {
            return Ok(Self);
        }
        let names: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or(pair)).collect();
        Err(Problem::unreadable(&format!("This takes no parameters, but there is `{}`.", names.join("`, `"))))
    }
}

/// A JSON object.
pub(crate) struct Body<T>(pub(crate) T);

/// What is read from the fields of a JSON object.
pub(crate) trait FromFields: Sized {
    /// Takes what it is made of; whatever is left is a fault.
    fn read(fields: &mut Fields) -> Self;
}

impl<S: Send + Sync, T: FromFields> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::not_json());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let too_large = rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
            if too_large { Problem::too_large() } else { Problem::unreadable("The body broke off.") }
        })?;
        let object: Map<String, Value> = serde_json::from_slice(&bytes)
            .map_err(|error| Problem::unreadable(&format!("The body is no JSON object: {error}.")))?;
        let mut fields = Fields { left: object, faults: Vec::new() };
        let read = T::read(&mut fields);
        let faults = fields.close();
        if faults.is_empty() { Ok(Self(read)) } else { Err(Problem::invalid(faults)) }
    }
}

/// `application/json`, or what is written in it (RFC 6839 §3.1).
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// A JSON object's fields. Everything that is wrong is found, not the first.
pub(crate) struct Fields {
    left: Map<String, Value>,
    faults: Vec<FieldFault>,
}

impl Fields {
    /// A text that must be there.
    pub(crate) fn text(&mut self, field: &str) -> String {
        let found = self.optional(field);
        if found.is_none() && !self.faults.iter().any(|fault| fault.field == field) {
            self.fault(field, "required", "must be there");
        }
        found.unwrap_or_default()
    }

    /// A text that may be absent or null.
    pub(crate) fn optional(&mut self, field: &str) -> Option<String> {
        match self.left.remove(field) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.fault(field, "grammar", "must be a string");
                None
            }
        }
    }

    fn fault(&mut self, field: &str, code: &str, text: &str) {
        self.faults.push(FieldFault { field: field.to_owned(), code: code.to_owned(), text: text.to_owned() });
    }

    fn close(mut self) -> Vec<FieldFault> {
        for field in std::mem::take(&mut self.left).keys() {
            self.fault(field, "unknown", "there is no such field");
        }
        self.faults
    }
}
