//! Sums of numbers and of durations.

use rhai::{Dynamic, EvalAltResult, FLOAT, INT};

use super::diagnose::kind;
use super::handle::described;
use super::moment::{Span, lengthened};
use super::trouble::Trouble;
use super::value;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A sum that values are added to. Whole numbers add up to a whole number; anything with a fraction makes
/// it a float. Durations add up to a duration. Nothing adds nothing.
#[derive(Debug, Default)]
pub(super) struct Sum {
    whole: INT,
    fraction: Option<FLOAT>,
    span: Option<Span>,
    has_numbers: bool,
}

impl Sum {
    /// Adds a value.
    pub(super) fn add(&mut self, value: &Dynamic) -> Result<()> {
        if let Ok(more) = value.as_int() {
            self.has_numbers = true;
            self.whole = self.whole.checked_add(more).ok_or_else(|| {
                Trouble::new("arithmetic", "the sum is beyond what an int can hold").raise()
            })?;
        } else if let Ok(more) = value.as_float() {
            self.has_numbers = true;
            *self.fraction.get_or_insert(0.0) += more;
        } else if let Some(more) = value.read_lock::<Span>() {
            self.span = Some(match self.span {
                Some(span) => lengthened(span, more.0)?,
                None => *more,
            });
        } else if !value.is_unit() {
            let message = format!("sum_by adds numbers, and got {}", value::debug(value));
            return Err(Trouble::argument(message)
                .hint(format!(
                    "add up something else than {}",
                    kind(&described(value))
                ))
                .raise());
        }
        if self.has_numbers && self.span.is_some() {
            let message = "sum_by adds numbers or durations, and got both";
            return Err(Trouble::argument(message)
                .hint("make numbers of the durations: |x| x.seconds()")
                .raise());
        }
        Ok(())
    }

    /// What it comes to.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a sum with fractions is a float to scripts"
    )]
    pub(super) fn value(self) -> Dynamic {
        if let Some(span) = self.span {
            return Dynamic::from(span);
        }
        self.fraction.map_or_else(
            || Dynamic::from(self.whole),
            |rest| Dynamic::from(rest + self.whole as FLOAT),
        )
    }
}
