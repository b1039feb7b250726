//! What is written of a call.

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::super::asked::shown;
use super::super::halt::Halt;
use super::leniency::Leniency;
use super::{Recorder, changes_nothing};
use crate::branch::unless;
use crate::journal::{Call, CallState, ErrorKind, JournalError, LARGEST};

impl Recorder {
    /// The call as it can be kept. The run ends where what it came to cannot be; of a session the call
    /// alone is.
    fn fitting(&self, mut call: Call) -> Result<Call, Halt> {
        let length = call.body.as_ref().map_or(0, Bytes::len);
        if length <= LARGEST {
            return Ok(call);
        }
        let message = format!(
            "what {} came to is {} MB long, more than the journal keeps of one call ({} MB)",
            shown(&call.operation, &call.target, ""),
            length / 1_000_000,
            LARGEST / 1_000_000
        );
        if self.0.leniency.is_some() {
            call.body = None;
            call.note = Some(message);
            return Ok(call);
        }
        Err(self.stop(Halt::Journal(JournalError {
            message,
            hint: "ask for less at a time".to_owned(),
            kind: ErrorKind::Full,
        })))
    }

    /// Writes what is known of a call, without waiting for it.
    pub fn note(&self, call: &Call) {
        self.hand_over(call.clone());
    }

    /// The same, of a call that is over.
    pub fn end(&self, mut call: Call, state: CallState, body: Option<Bytes>) {
        call.state = state;
        call.finished = Some(self.now());
        call.body = body;
        self.hand_over(call);
    }

    /// Hands over what is known of a call, without waiting for it to be written.
    pub(in crate::session) fn hand_over(&self, call: Call) {
        let (Ok(call), Some(book)) = (self.fitting(call), self.0.book.get()) else {
            return;
        };
        if let Some(leniency) = &self.0.leniency
            && !changes_nothing(&call.effect)
        {
            // Nobody waits for it: it is owed until something that comes after it is on disk.
            leniency.owes(call.clone());
        }
        book.journal.note(&book.lease, call);
    }

    /// Hands over a call that began and ended unseen by the journal so far: it is kept with others
    /// like it, which costs less, and is never written again.
    pub(in crate::session) fn hand_over_whole(&self, call: Call) {
        if let Ok(call) = self.fitting(call)
            && let Some(book) = self.0.book.get()
        {
            book.journal.note_whole(&book.lease, &call);
        }
    }

    /// Writes what is known of a call before it goes on; it is on disk when this returns. Of a session
    /// that cannot be recorded the call may not go on, unless it changes nothing.
    pub async fn commit(&self, call: Call) -> Result<(), Halt> {
        let changes_nothing = changes_nothing(&call.effect);
        match self.put(call).await {
            Err(Halt::Unrecorded(_)) if changes_nothing => Ok(()),
            outcome => outcome,
        }
    }

    /// Writes what a call came to; it is on disk when this returns. A session that cannot be recorded
    /// just then, or that is told to stop, goes on with it, and writes it as soon as it can.
    pub async fn conclude(&self, call: Call, cancel: &CancellationToken) -> Result<(), Halt> {
        let Some(leniency) = &self.0.leniency else {
            return self.put(call).await;
        };
        match unless(cancel, self.put(call.clone())).await {
            None | Some(Err(Halt::Unrecorded(_))) => {
                leniency.owes(call);
                Ok(())
            }
            Some(outcome) => outcome,
        }
    }

    async fn put(&self, call: Call) -> Result<(), Halt> {
        let call = self.fitting(call)?;
        let book = self.open().await?;
        let leniency = self.0.leniency.as_ref();
        let (owed, path) = (leniency.map(Leniency::owed), call.path.clone());
        let committed = book.journal.commit(&book.lease, call).await;
        committed.map_err(|error| self.fails(error))?;
        if let (Some(leniency), Some(owed)) = (leniency, owed) {
            leniency.settles(&owed, Some(&path));
        }
        Ok(())
    }

    /// Says whether a call whose intent is on disk may be sent now: the run is ours and goes on.
    pub async fn may_send(&self) -> Result<(), Halt> {
        if let Some(halt) = self.0.halt.get() {
            return Err(halt.clone());
        }
        let book = self.open().await?;
        book.journal
            .make_sure(&book.lease)
            .await
            .map_err(|error| self.fails(error))
    }
}
