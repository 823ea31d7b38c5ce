//! What a source said, bounded before it becomes a value.

use super::{Failure, Refusal};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::Response;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_ENCODING, HeaderValue};
use pbx_core::base::value::Value;

/// Longest answer, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// Most values in an answer: each becomes a value in the script's VM.
const MAX_VALUES: usize = 10_000;
/// Deepest nesting.
const MAX_DEPTH: usize = 16;

/// Reads a response to its end, or to the limit.
pub(super) async fn read(response: Response<Incoming>) -> Result<Value, Failure> {
    let packed = |coding: &HeaderValue| !coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if response.headers().get_all(CONTENT_ENCODING).iter().any(packed) {
        return Err(Refusal::Compressed.into());
    }
    let body = response.into_body();
    if body.size_hint().lower() > MAX_BYTES as u64 {
        return Err(Refusal::TooLarge.into());
    }
    let body = Limited::new(body, MAX_BYTES).collect().await.map_err(|error| match error.is::<LengthLimitError>() {
        true => Refusal::TooLarge,
        false => Refusal::Broken,
    })?;
    Ok(parse(&body.to_bytes())?)
}

/// Reads JSON. A mark of the byte order before it is skipped, as RFC 8259 §8.1 lets a reader do.
fn parse(body: &[u8]) -> Result<Value, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::NotUtf8)?;
    let text = text.trim_start_matches('\u{feff}').trim_ascii();
    let json = serde_json::from_str(text).map_err(|_| match text.bytes().next() {
        None => Refusal::Empty,
        Some(b'<') => Refusal::Markup,
        Some(_) => Refusal::NotJson,
    })?;
    let mut left = MAX_VALUES;
    value(json, 0, &mut left).ok_or(Refusal::TooComplex)
}

fn value(json: serde_json::Value, depth: usize, left: &mut usize) -> Option<Value> {
    *left = left.checked_sub(1)?;
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(truth),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(int), _) => Value::Int(int),
            (None, Some(float)) if float.is_finite() => Value::Float(float),
            _ => return None,
        },
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => {
            Value::List(items.into_iter().map(|item| value(item, depth + 1, left)).collect::<Option<_>>()?)
        }
        serde_json::Value::Object(map) => {
            let fields = map.into_iter().map(|(key, item)| Some((key, value(item, depth + 1, left)?)));
            Value::Map(fields.collect::<Option<_>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_json_and_nothing_else() {
        assert_eq!(parse(b"{\"a\": [1, 2.5, null]}").map(|value| value.get("a").cloned()), {
            Ok(Some(Value::List(vec![Value::Int(1), Value::Float(2.5), Value::Null])))
        });
        for (body, refusal) in [
            (&b" <html>"[..], Refusal::Markup),
            (b"", Refusal::Empty),
            (b" \r\n", Refusal::Empty),
            (b"\xef\xbb\xbf", Refusal::Empty),
            (b"\xff", Refusal::NotUtf8),
            (b"{\"name\": \"M\xfcller\"}", Refusal::NotUtf8),
            (b"{} trailing", Refusal::NotJson),
            (b"1e999", Refusal::NotJson),
        ] {
            assert_eq!(parse(body), Err(refusal), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn a_mark_of_the_byte_order_is_skipped() {
        assert_eq!(parse(b"\xef\xbb\xbf[1]"), Ok(Value::List(vec![Value::Int(1)])));
    }

    #[test]
    fn depth_and_number_of_values_are_bounded() {
        let deep = format!("{}{}", "[".repeat(20), "]".repeat(20));
        assert_eq!(parse(deep.as_bytes()), Err(Refusal::TooComplex));
        assert_eq!(parse(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()), Err(Refusal::NotJson));
        let wide = format!("[{}1]", "1,".repeat(20_000));
        assert_eq!(parse(wide.as_bytes()), Err(Refusal::TooComplex));
    }
}
