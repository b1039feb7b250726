//! Waiting for an instant of the machine's clock, whatever becomes of that clock meanwhile.

use std::io;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// What is nearer is slept for as it is: that long it may take to notice that the clock was set.
const NEAR: Duration = Duration::from_secs(20);

/// Waits until the machine's clock has reached `at`. A machine that was suspended, or whose clock was
/// set, notices at once: it does not wait out the old distance.
pub(super) async fn until(at: DateTime<Utc>) {
    while let Ok(left) = (at - Utc::now()).to_std() {
        if left.is_zero() {
            return;
        }
        if left > NEAR && rings(at).await.is_ok() {
            continue;
        }
        // Without an alarm far instants are slept for in slices.
        tokio::time::sleep(left.min(NEAR)).await;
    }
}

/// Waits until the clock has reached `at`, or was set.
#[cfg(target_os = "linux")]
async fn rings(at: DateTime<Utc>) -> io::Result<()> {
    use rustix::fs::Timespec;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::unix::AsyncFd;

    let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
    #[expect(
        deprecated,
        reason = "what replaces it is unsafe, and nobody else closes a descriptor that is owned"
    )]
    let alarm = AsyncFd::new(timerfd_create(TimerfdClockId::Realtime, flags)?)?;
    let never = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let once = Itimerspec {
        it_interval: never,
        it_value: Timespec {
            tv_sec: at.timestamp(),
            tv_nsec: at.timestamp_subsec_nanos().min(999_999_999).into(),
        },
    };
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    timerfd_settime(&alarm, flags, &once)?;
    loop {
        let mut ready = alarm.readable().await?;
        let mut count = [0; 8];
        match ready.try_io(|alarm| Ok(rustix::io::read(alarm, &mut count)?)) {
            Ok(Ok(_)) => return Ok(()),
            // The clock was set: whoever waits looks at it again.
            Ok(Err(error))
                if error.raw_os_error() == Some(rustix::io::Errno::CANCELED.raw_os_error()) =>
            {
                return Ok(());
            }
            Ok(Err(error)) => return Err(error),
            Err(_) => {}
        }
    }
}

#[cfg(not(target_os = "linux"))]
async fn rings(_at: DateTime<Utc>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[tokio::test]
    async fn what_is_past_is_not_waited_for_and_what_is_near_comes() {
        until(Utc::now() - TimeDelta::hours(1)).await;
        let at = Utc::now() + TimeDelta::milliseconds(30);
        until(at).await;
        assert!(Utc::now() >= at);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_alarm_rings_at_its_instant_and_not_before() {
        let at = Utc::now() + TimeDelta::milliseconds(30);
        rings(at).await.unwrap();
        assert!(Utc::now() >= at);
        // One that lies in the past rings at once.
        rings(Utc::now() - TimeDelta::days(1)).await.unwrap();
    }
}
