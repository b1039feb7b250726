//! Hearing that others have written to the journal.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::journal::{Journal, Reader};

/// How often it is looked whether others have written to the journal, in seconds.
const GLANCE: Duration = Duration::from_secs(1);

/// How many glances lie between two looks for what services left behind that are no more. One that was
/// killed a moment ago may not be known to be gone before its lease is over.
const LOOK: u32 = 20;

/// Tells the scheduler when others may have asked for something, or left something behind.
pub async fn listen(journal: Journal, tell: mpsc::Sender<()>) {
    let mut reader: Option<Reader> = None;
    let mut last = None;
    for glance in 1_u32.. {
        tokio::time::sleep(GLANCE).await;
        let store = journal.store().clone();
        let held = reader.take();
        let glanced = tokio::task::spawn_blocking(move || {
            let reader = match held {
                Some(reader) => reader,
                None => store.read().ok()??,
            };
            let version = reader.version().ok()?;
            Some((reader, version))
        });
        // A journal that cannot be read now is read again with the next glance.
        let version = match glanced.await {
            Ok(Some((kept, version))) => {
                reader = Some(kept);
                Some(version)
            }
            _ => None,
        };
        let is_changed = version.is_some() && version != last;
        last = version.or(last);
        if (is_changed || glance.is_multiple_of(LOOK)) && tell.send(()).await.is_err() {
            return;
        }
    }
}
