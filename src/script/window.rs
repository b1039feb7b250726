//! The maintenance window of a run: `maintenance_window()`.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use rhai::{Dynamic, EvalAltResult, Map, NativeCallContext};
use serde_json::{Value, json};

use super::given::Given;
use super::host::Host;
use super::moment::{Instant, Span};
use super::recording::{of_instant, to_instant};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

const NAME: &str = "maintenance_window";

/// Tells when the window that is open at an instant closes; nothing when none is.
pub type Closes = Arc<dyn Fn(DateTime<Utc>) -> Option<DateTime<Utc>> + Send + Sync>;

/// When the run may be at work; by default whenever it likes.
#[derive(Clone, Default)]
pub struct Window(Arc<Mutex<Option<Closes>>>);

impl Window {
    /// A window that this tells of.
    #[must_use]
    pub fn of(closes: Closes) -> Self {
        Self(Arc::new(Mutex::new(Some(closes))))
    }

    /// Gives the run another window.
    pub(super) fn set(&self, closes: Closes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(closes);
    }

    fn get(&self) -> Option<Closes> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Registers `maintenance_window()`.
pub(super) fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn(NAME, move |context: NativeCallContext| {
        own.come_to(&context);
        look(&own)
    });
}

/// What the window is like at present, the same when the run is taken up again. It goes on record
/// without a window, too: whoever takes the run up may have one, or the reverse.
fn look(host: &Host) -> Result<Dynamic> {
    let seen = host.kept(NAME, "", &json!({}), || {
        let Some(closes) = host.window().get() else {
            return Ok(Value::Null);
        };
        let now = host.clock().now();
        Ok(json!({"at": of_instant(now), "closes": closes(now).map(of_instant)}))
    })?;
    let Some(at) = to_instant(&seen["at"]) else {
        return Ok(Dynamic::UNIT);
    };
    let closes = to_instant(&seen["closes"]);
    let left = closes.map_or(TimeDelta::zero(), |closes| closes - at);
    let mut map = Map::new();
    map.insert("open".into(), closes.is_some().into());
    map.insert(
        "closes".into(),
        closes.map_or(Dynamic::UNIT, |closes| Dynamic::from(Instant(closes))),
    );
    map.insert("left".into(), Dynamic::from(Span(left)));
    Ok(Dynamic::from_map(map))
}
