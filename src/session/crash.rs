//! Ends the process where a test wants it ended, as a power failure would.

/// Ends this process by SIGKILL when `MW_TEST_KILL` names this point and the count of times it was
/// come to: `after-intent:3`. Release builds have none of it.
#[cfg(debug_assertions)]
pub fn crash(point: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);

    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("MW_TEST_KILL").ok()?;
        let (point, count) = text.split_once(':')?;
        Some((point.to_owned(), count.parse().ok()?))
    });
    if let Some((wanted, count)) = wanted
        && wanted == point
        && COUNT.fetch_add(1, Ordering::SeqCst).saturating_add(1) == *count
    {
        // SIGKILL cannot be held up: nothing after this line runs.
        let _ = signal_hook::low_level::raise(signal_hook::consts::SIGKILL);
    }
}

/// Release builds end nowhere.
#[cfg(not(debug_assertions))]
pub const fn crash(_: &str) {}
