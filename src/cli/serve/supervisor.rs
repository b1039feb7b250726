//! What the service tells the supervisor that started it: systemd, or whoever speaks its protocol.
//!
//! Where there is none, nothing is told. What cannot be told changes nothing for the jobs, and there
//! is nobody else to tell it to.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::{mpsc, oneshot};

/// The supervisor of this process, if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Supervisor {
    is_there: bool,
    watchdog: Option<Duration>,
}

impl Supervisor {
    /// The supervisor that the environment of this process names.
    pub fn of_process() -> Self {
        Self {
            is_there: std::env::var_os("NOTIFY_SOCKET").is_some(),
            watchdog: sd_notify::watchdog_enabled().filter(|interval| !interval.is_zero()),
        }
    }

    fn tell(self, states: &[NotifyState<'_>]) {
        if !self.is_there {
            return;
        }
        if let Err(error) = sd_notify::notify(states) {
            tracing::debug!(%error, "the supervisor cannot be told");
        }
    }

    /// The service works.
    pub fn ready(self) {
        self.tell(&[NotifyState::Ready]);
    }

    /// The service reads its jobs again; it says that it is ready when it is done.
    pub fn reloading(self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => self.tell(&[NotifyState::Reloading, now]),
            Err(_) => self.tell(&[NotifyState::Reloading]),
        }
    }

    /// The service stops.
    pub fn stopping(self) {
        self.tell(&[NotifyState::Stopping]);
    }

    /// A line for `systemctl status`.
    pub fn status(self, text: &str) {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = crate::secret::redact(&line).into_owned();
        self.tell(&[NotifyState::Status(&line)]);
    }

    /// How often the supervisor wants to hear that the service is alive, at the least.
    pub const fn watchdog_interval(self) -> Option<Duration> {
        self.watchdog
    }

    /// The service is alive.
    pub fn alive(self) {
        self.tell(&[NotifyState::Watchdog]);
    }

    /// Says that the service is alive whenever its loop answers, which is asked twice as often as is
    /// wanted.
    pub async fn watched(self, loop_of_service: mpsc::Sender<oneshot::Sender<()>>) {
        let Some(interval) = self.watchdog_interval() else {
            return std::future::pending().await;
        };
        let mut ticks = tokio::time::interval(interval / 2);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let (asker, answer) = oneshot::channel();
            let asked = loop_of_service.send(asker).await.is_ok();
            if asked && answer.await.is_ok() {
                self.alive();
            }
        }
    }
}
