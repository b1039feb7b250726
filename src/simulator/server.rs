//! The simulator over HTTP.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::stream;
use http::{Request, Response};
use tokio::net::TcpListener;

use super::Simulator;
use super::answer::{Answer, Cut};
use super::assumptions::BODY_BYTES;
use super::faults::Pace;

/// Serves a simulator on a listener until `shutdown` is done.
pub async fn serve(
    listener: TcpListener,
    simulator: Arc<Simulator>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = Router::new().fallback(answer).with_state(simulator);
    axum::serve(listener, service)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn answer(State(simulator): State<Arc<Simulator>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let most = usize::try_from(BODY_BYTES.most()).unwrap_or(usize::MAX);
    let response = match to_bytes(body, most).await {
        Ok(bytes) => simulator.respond(Request::from_parts(parts, bytes)),
        Err(_) => too_large(),
    };
    let pace = response
        .extensions()
        .get::<Pace>()
        .copied()
        .unwrap_or_default();
    // What travels slowly does so for whoever waits at the other end, whatever the speed of the
    // simulated time.
    pause(pace.delay).await;
    if response.extensions().get::<Cut>().is_some() {
        // A body that breaks off makes the server close the connection instead of answering.
        let broken = io::Error::new(io::ErrorKind::ConnectionReset, "a fault of the simulator");
        let stream = stream::once(std::future::ready(Err::<Bytes, _>(broken)));
        return response.map(|_| Body::from_stream(stream));
    }
    if pace.drip > TimeDelta::zero() {
        return response.map(|body| dripping(body, pace));
    }
    response.map(Body::from)
}

async fn pause(span: TimeDelta) {
    if let Ok(span) = span.to_std()
        && !span.is_zero()
    {
        tokio::time::sleep(span).await;
    }
}

/// A body that comes in pieces, with a pause between them.
fn dripping(body: Bytes, pace: Pace) -> Body {
    let size = body.len().div_ceil(Pace::PIECES).max(1);
    let pieces = stream::unfold((body, true), move |(mut rest, is_first)| async move {
        if rest.is_empty() {
            return None;
        }
        if !is_first {
            pause(pace.drip).await;
        }
        let piece = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, Infallible>(piece), (rest, false)))
    });
    Body::from_stream(pieces)
}

fn too_large() -> Response<Bytes> {
    Answer::errors(413, "payload_too_large", "The request body is too large.").into_response()
}
