//! Asking real HTTP servers on loopback.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use pbx_core::base::ids::{CallId, SourceId, TenantId};
use pbx_core::base::value::Value;
use pbx_core::directory::{SECRET_HEADER, Source, SourceKind};
use pbx_core::engine::io::{AnswerResult, Query};
use pbx_core::secret::{Keys, Plain};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use templates::source::Fetcher;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A server that answers every request with these bytes (or never), and tells each request.
async fn server(answer: Option<Vec<u8>>) -> (String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => request.push(byte),
                    Err(_) => break,
                }
            }
            let text = String::from_utf8(request).unwrap();
            let _nobody_may_listen = sender.send(text);
            match &answer {
                Some(answer) => {
                    // The client may hang up in the middle of what is too long.
                    let _gone = stream.write_all(answer).await;
                }
                None => silent.push(stream),
            }
        }
    });
    (address, receiver)
}

fn http(status: &str, body: &str) -> Option<Vec<u8>> {
    let length = body.len();
    Some(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes())
}

fn source(url: String, timeout_ms: u32, allow_private: bool) -> Source {
    Source {
        id: SourceId::of_key(&url),
        slug: "customers".to_owned(),
        kind: SourceKind::HttpJson,
        url,
        timeout_ms,
        allowed_hosts: vec![],
        allow_private,
        default: None,
        header: SECRET_HEADER.to_owned(),
        secret: None,
    }
}

fn query() -> Query {
    Query {
        tenant: TenantId::of_key("acme"),
        call: CallId::of_key("call"),
        seq: 3,
        source: "customers".to_owned(),
        args: BTreeMap::from([("number".to_owned(), "+4930123".to_owned())]),
    }
}

fn keys() -> Keys {
    Keys::from_master([7; 32])
}

fn fetcher() -> Fetcher {
    Fetcher::new(Arc::new(|| 0), keys(), 64).unwrap()
}

/// What a source that answers so leads to.
async fn answered(answer: Option<Vec<u8>>, timeout_ms: u32) -> AnswerResult {
    let (address, _requests) = server(answer).await;
    let source = source(format!("http://{address}/customers/{{number}}"), timeout_ms, true);
    fetcher().fetch(&source, &query()).await.result
}

fn failed(code: &str) -> AnswerResult {
    AnswerResult::Failed(code.to_owned())
}

#[tokio::test]
async fn an_answer_is_found() {
    let body = "{\"name\": \"Nadia\", \"tier\": \"gold\", \"account_manager\": \"101\"}";
    let (address, mut requests) = server(http("200 OK", body)).await;
    let source = source(format!("http://{address}/customers/{{number}}"), 5000, true);
    let answer = fetcher().fetch(&source, &query()).await;
    assert_eq!((answer.tenant, answer.call, answer.seq), (query().tenant, query().call, 3));
    let AnswerResult::Found(value) = answer.result else { panic!("{answer:?}") };
    assert_eq!(value.get("account_manager"), Some(&Value::from("101")));
    let request = requests.recv().await.unwrap();
    assert_eq!(request.lines().next(), Some("GET /customers/%2B4930123 HTTP/1.1"));
    assert!(!request.to_ascii_lowercase().contains("authorization"), "{request}");
}

#[tokio::test]
async fn a_source_is_told_its_secret() {
    let (address, mut requests) = server(http("200 OK", "{}")).await;
    let mut source = source(format!("http://{address}/"), 5000, true);
    source.header = "X-Api-Key".to_owned();
    let owner = source.sealed_for(query().tenant);
    source.secret = Some(keys().seal(&owner, &Plain::new("APIKEY123"), [1; 12]).unwrap());
    assert!(matches!(fetcher().fetch(&source, &query()).await.result, AnswerResult::Found(_)));
    let request = requests.recv().await.unwrap();
    assert!(request.lines().any(|line| line.eq_ignore_ascii_case("x-api-key: APIKEY123")), "{request}");
}

#[tokio::test]
async fn a_secret_of_another_host_or_company_is_told_nobody() {
    let (address, mut requests) = server(http("200 OK", "{}")).await;
    let mut source = source(format!("http://{address}/"), 5000, true);
    let owner = source.sealed_for(query().tenant);
    source.secret = Some(keys().seal(&owner, &Plain::new("APIKEY123"), [1; 12]).unwrap());
    let other = Query { tenant: TenantId::of_key("globex"), ..query() };
    assert_eq!(fetcher().fetch(&source, &other).await.result, failed("secret"));
    source.url = source.url.replace("127.0.0.1", "localhost");
    assert_eq!(fetcher().fetch(&source, &query()).await.result, failed("secret"));
    assert!(requests.try_recv().is_err());
}

#[tokio::test]
async fn not_found_means_unknown() {
    assert_eq!(answered(http("404 Not Found", "{}"), 5000).await, AnswerResult::Unknown);
}

#[tokio::test]
async fn a_source_that_never_answers_times_out() {
    assert_eq!(answered(None, 50).await, AnswerResult::Timeout);
    let half = Some(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":".to_vec());
    assert!(matches!(answered(half, 50).await, AnswerResult::Timeout | AnswerResult::Failed(_)));
}

#[tokio::test]
async fn what_is_no_answer_is_a_failure_with_a_code() {
    let packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08".to_vec();
    let none = b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
    let unchanged = b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec();
    for (answer, code) in [
        (http("200 OK", "<html>"), "markup"),
        (http("200 OK", "name=Nadia"), "not-json"),
        (Some(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\"\xfc\"".to_vec()), "not-utf8"),
        (Some(packed), "compressed"),
        (Some(none), "empty"),
        (Some(unchanged), "not-modified"),
        (http("500 Oops", "{}"), "status-500"),
    ] {
        assert_eq!(answered(answer, 5000).await, failed(code));
    }
    assert_eq!(answered(Some(b"nonsense\r\n\r\n".to_vec()), 5000).await, failed("broken"));
}

#[tokio::test]
async fn a_long_answer_is_cut_off() {
    let long = format!("\"{}\"", "x".repeat(300 * 1024));
    assert_eq!(answered(http("200 OK", &long), 5000).await, failed("too-large"));
    let endless = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{long}").into_bytes();
    assert_eq!(answered(Some(endless), 5000).await, failed("too-large"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (inner, mut inner_requests) = server(http("200 OK", "{}")).await;
    let redirect = format!("HTTP/1.1 302 Found\r\nLocation: http://{inner}/\r\nContent-Length: 0\r\n\r\n").into_bytes();
    assert_eq!(answered(Some(redirect), 5000).await, failed("redirect"));
    assert!(inner_requests.try_recv().is_err());
}

#[tokio::test]
async fn private_addresses_are_refused_unless_allowed() {
    let (address, mut requests) = server(http("200 OK", "{}")).await;
    let port = address.rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "169.254.169.254"] {
        let source = source(format!("http://{host}:{port}/"), 2000, false);
        assert_eq!(fetcher().fetch(&source, &query()).await.result, failed("private-address"), "{host}");
    }
    assert!(requests.try_recv().is_err());
}

#[tokio::test]
async fn a_company_has_only_so_many_questions_open() {
    let (address, _requests) = server(None).await;
    let source = source(format!("http://{address}/"), 50, true);
    let (acme, globex) = (query(), Query { tenant: TenantId::of_key("globex"), ..query() });
    let fetcher = Fetcher::new(Arc::new(|| 0), keys(), 2).unwrap();
    let (one, two, three, other) = tokio::join!(
        fetcher.fetch(&source, &acme),
        fetcher.fetch(&source, &acme),
        fetcher.fetch(&source, &acme),
        fetcher.fetch(&source, &globex)
    );
    assert_eq!((one.result, two.result), (AnswerResult::Timeout, AnswerResult::Timeout));
    assert_eq!((three.result, other.result), (failed("busy"), AnswerResult::Timeout));
    assert_eq!(fetcher.fetch(&source, &acme).await.result, AnswerResult::Timeout);
}

#[tokio::test]
async fn a_source_that_is_down_rests_after_five_failures() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let now = Arc::new(AtomicU64::new(0));
    let clock = now.clone();
    let fetcher = Fetcher::new(Arc::new(move || clock.load(Ordering::Relaxed)), keys(), 64).unwrap();
    let source = source(format!("http://{address}/"), 2000, true);
    for _ in 0..5 {
        assert_eq!(fetcher.fetch(&source, &query()).await.result, failed("connect"));
    }
    assert_eq!(fetcher.fetch(&source, &query()).await.result, failed("resting"));
    let other = Query { tenant: TenantId::of_key("globex"), ..query() };
    assert_eq!(fetcher.fetch(&source, &other).await.result, failed("connect"));
    now.store(31_000_000, Ordering::Relaxed);
    assert_eq!(fetcher.fetch(&source, &query()).await.result, failed("connect"));
}
