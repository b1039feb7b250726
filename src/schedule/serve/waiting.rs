//! What the loop waits for, each for ever where there is none of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::{Decided, Matter};
use crate::clock::Clock;

pub(super) async fn decided(
    slot: &mut Option<(Arc<Vec<Matter>>, BoxFuture<'static, Decided>)>,
) -> Decided {
    match slot {
        Some((_, decided)) => decided.await,
        None => std::future::pending().await,
    }
}

/// Whoever asks gets an answer from the loop itself.
pub type Pulse = mpsc::Receiver<oneshot::Sender<()>>;

pub(super) async fn answered(pulse: &mut Option<Pulse>) {
    if let Some(receiver) = pulse
        && let Some(asker) = receiver.recv().await
    {
        // Who asked may have given up.
        let _ = asker.send(());
        return;
    }
    std::future::pending::<()>().await;
}

pub(super) async fn told(others: &mut Option<mpsc::Receiver<()>>) {
    if let Some(receiver) = others
        && receiver.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}

pub(super) async fn sleep_until(clock: &Clock, until: Option<DateTime<Utc>>) {
    match until {
        Some(until) => clock.sleep_until(until).await,
        None => std::future::pending().await,
    }
}
