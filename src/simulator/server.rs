//! The simulator over HTTP.

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use bytes::Bytes;
use http::{Request, Response};
use tokio::net::TcpListener;

use super::Simulator;
use super::answer::{Answer, Cut};
use super::assumptions::BODY_BYTES;

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
    if response.extensions().get::<Cut>().is_some() {
        // A body that breaks off makes the server close the connection instead of answering.
        let broken = io::Error::new(io::ErrorKind::ConnectionReset, "a fault of the simulator");
        let stream = futures_util::stream::once(std::future::ready(Err::<Bytes, _>(broken)));
        return response.map(|_| Body::from_stream(stream));
    }
    response.map(Body::from)
}

fn too_large() -> Response<Bytes> {
    Answer::errors(413, "payload_too_large", "The request body is too large.").into_response()
}
