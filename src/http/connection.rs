//! One connection: HTTP/1.1 by hyper, with its place in the table of connections.

use super::places::Place;
use super::stalled::Stalling;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::Response;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower::ServiceExt;

/// How long a head may take to arrive, and an idle connection to bring its next one.
const HEAD: Duration = Duration::from_secs(10);

/// How long a reader may take nothing of an answer.
const READER: Duration = Duration::from_secs(30);

/// Serves a connection until it ends, stalls, or another one needs its place.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, place: Place, router: Router) {
    let place = Arc::new(place);
    let answering = place.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (router, work) = (router.clone(), Work::begin(answering.clone()));
        async move {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let response: Response<Body> = router.oneshot(request).await?;
            Ok::<_, std::convert::Infallible>(response.map(|body| Answer { body, _work: work }))
        }
    });
    let io = TokioIo::new(Stalling::new(stream, READER));
    let connection = Builder::new().timer(TokioTimer::new()).header_read_timeout(HEAD).serve_connection(io, service);
    tokio::select! {
        // A peer that breaks off, or is too slow, is no news.
        _ = connection => {}
        () = place.evicted() => {}
    }
}

/// A request that is being answered.
struct Work(Arc<Place>);

impl Work {
    fn begin(place: Arc<Place>) -> Self {
        place.works();
        Self(place)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.rests();
    }
}

/// The body of an answer; the connection is at work for as long as there is one.
struct Answer {
    body: Body,
    _work: Work,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
