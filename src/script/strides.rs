//! `progress`: how far a script says it has come.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rhai::{EvalAltResult, INT};

use super::console::Level;
use super::gauge::Watched;
use super::given::Given;
use super::host::Host;
use super::trouble::Trouble;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// How far the script has come with each of the things it tells of.
#[derive(Default)]
pub struct Strides(Mutex<HashMap<String, Stride>>);

/// How far it has come with one of them.
enum Stride {
    /// A gauge shows it.
    Watched(Watched),
    /// It was told in lines, up to this tenth.
    Told(u64),
}

impl Strides {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Stride>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets them all: the script is over.
    pub fn clear(&self) {
        self.lock().clear();
    }
}

/// Registers `progress`.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn("progress", move |done: INT, total: INT| {
        progress(&own, done, total, "progress")
    });
    let own = host.clone();
    engine.register_fn("progress", move |done: INT, total: INT, what: &str| {
        progress(&own, done, total, what)
    });
}

/// Shows how far the script has come: on a gauge where somebody watches, in a line for each tenth
/// elsewhere.
fn progress(host: &Host, done: INT, total: INT, what: &str) -> Result<()> {
    let (Ok(done), Ok(total)) = (u64::try_from(done), u64::try_from(total)) else {
        return Err(Trouble::argument(format!(
            "progress counts parts: {done} of {total} cannot be"
        ))
        .raise());
    };
    if total == 0 {
        return Ok(());
    }
    let is_over = done >= total;
    let mut strides = host.strides().lock();
    let told = match strides.get(what) {
        Some(Stride::Watched(gauge)) => {
            gauge.reach(done, total);
            if is_over {
                strides.remove(what);
            }
            return Ok(());
        }
        Some(Stride::Told(tenth)) => Some(*tenth),
        None => {
            let gauge = host.gauge(|| what.to_owned(), |gauge| gauge.of(total));
            if let Some(gauge) = gauge {
                gauge.reach(done, total);
                if !is_over {
                    strides.insert(what.to_owned(), Stride::Watched(gauge));
                }
                return Ok(());
            }
            None
        }
    };
    let tenth = done.saturating_mul(10) / total;
    if is_over {
        strides.remove(what);
    } else {
        strides.insert(what.to_owned(), Stride::Told(tenth));
    }
    drop(strides);
    if told != Some(tenth) {
        host.note(Level::Info, &format!("{what}: {done} of {total}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::trial::Trial;

    #[test]
    fn where_nobody_watches_each_tenth_is_told_once() {
        let trial = Arc::new(Trial::default());
        trial
            .run(
                r#"for done in 0..=1000 { progress(done, 1000, "copied"); }
for done in 0..=2 { progress(done, 2); }
progress(0, 0, "nothing");"#,
            )
            .unwrap();
        let noted = trial.noted.lock().unwrap();
        assert_eq!(noted.len(), 11 + 3, "{noted:?}");
        assert_eq!(noted[0], "copied: 0 of 1000");
        assert_eq!(noted[1], "copied: 100 of 1000");
        assert_eq!(
            noted[10..],
            [
                "copied: 1000 of 1000",
                "progress: 0 of 2",
                "progress: 1 of 2",
                "progress: 2 of 2",
            ]
        );
        assert!(trial.run("progress(-1, 2)").is_err());
    }
}
