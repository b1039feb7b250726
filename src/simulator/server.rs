//! The simulator over HTTP.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use bytes::{Bytes, BytesMut};
use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request, Response};
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
    let response = match read(body, &parts.headers).await {
        Ok(bytes) => simulator.respond(Request::from_parts(parts, bytes)),
        Err(refusal) => refusal.into_response(),
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

/// Reads a body to its end, or to where it is too large.
async fn read(body: Body, headers: &HeaderMap) -> Result<Bytes, Answer> {
    let most = usize::try_from(BODY_BYTES.most()).unwrap_or(usize::MAX);
    let announced = headers.get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Answer::too_large());
    }
    let mut read = BytesMut::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let message = "The request body breaks off or is not framed as HTTP says.";
        let piece = piece.map_err(|_| Answer::listed(400, "invalid_body", message))?;
        if read.len().saturating_add(piece.len()) > most {
            return Err(Answer::too_large());
        }
        read.extend_from_slice(&piece);
    }
    Ok(read.freeze())
}
