//! The foot of the terminal, where what is under way is drawn.
//!
//! There is one terminal, so this is one place for the whole process. Everybody who writes to it
//! while a script runs does so through here: what is drawn is wiped away, the text written, and the
//! rest drawn again below it. The figures are read by a thread of their own, several times a second,
//! so that nobody who works waits for the terminal.

mod frame;

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use super::Global;
use crate::output::{Colour, Paint, Stream};
use crate::script::gauge::Gauge;
use crate::secret;

/// How long something must have been under way to be drawn: shorter would only flicker.
const PATIENCE: Duration = Duration::from_millis(200);
/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(100);
/// The most lines that are drawn.
const MOST: usize = 8;
/// The width of a terminal that does not say it.
const WIDTH: usize = 80;

static FOOT: Mutex<Foot> = Mutex::new(Foot {
    gauges: Vec::new(),
    drawn: Vec::new(),
    step: 0,
    held: 0,
    is_drawing: false,
    paint: Paint::NONE,
});

/// Whether standard output is a terminal, asked once.
static IS_TERMINAL: OnceLock<bool> = OnceLock::new();

/// The foot of the terminal.
struct Foot {
    /// What is under way, in the order it began.
    gauges: Vec<Arc<Gauge>>,
    /// The lines that stand there now.
    drawn: Vec<String>,
    step: usize,
    /// How many ask something there, so that nothing may be drawn.
    held: usize,
    /// Whether there is a thread that draws.
    is_drawing: bool,
    paint: Paint,
}

/// Whether what is under way is drawn at all.
pub fn is_wanted(global: &Global) -> bool {
    let can = io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb");
    can && !global.quiet && !global.verbose && env::var_os("MW_LOG").is_none()
}

/// Draws something from now on.
pub fn begin(gauge: &Arc<Gauge>, colour: Colour) {
    let mut foot = foot();
    foot.gauges.push(gauge.clone());
    if !foot.is_drawing {
        foot.paint = colour.on(Stream::Error);
        // Without a thread nothing is drawn, and everything else goes on.
        foot.is_drawing = thread::Builder::new()
            .name("progress".to_owned())
            .spawn(draw)
            .is_ok();
    }
}

/// Draws it no longer.
pub fn end(gauge: &Arc<Gauge>) {
    let mut foot = foot();
    foot.gauges.retain(|known| !Arc::ptr_eq(known, gauge));
    if foot.gauges.is_empty() {
        foot.wipe();
    }
}

/// Writes lines to standard output, above what is drawn.
pub fn print(text: &str) -> io::Result<()> {
    let text = secret::redact(text);
    let write = || {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    };
    if *IS_TERMINAL.get_or_init(|| io::stdout().is_terminal()) {
        foot().above(write)
    } else {
        // It goes elsewhere, and may have to wait there.
        write()
    }
}

/// Writes lines to standard error, above what is drawn.
pub fn tell(text: &str) -> io::Result<()> {
    let text = secret::redact(text);
    foot().above(|| io::stderr().lock().write_all(text.as_bytes()))
}

/// Keeps the terminal free for a question until it is dropped.
#[must_use = "the terminal is free as long as this is kept"]
pub struct Held(());

/// Keeps the terminal free for a question.
pub fn hold() -> Held {
    let mut foot = foot();
    foot.wipe();
    foot.held += 1;
    Held(())
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut foot = foot();
        foot.held = foot.held.saturating_sub(1);
    }
}

fn foot() -> MutexGuard<'static, Foot> {
    FOOT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Draws until nothing is under way.
fn draw() {
    loop {
        thread::sleep(EVERY);
        let mut foot = foot();
        if foot.gauges.is_empty() {
            foot.wipe();
            foot.is_drawing = false;
            return;
        }
        foot.draw();
    }
}

impl Foot {
    fn draw(&mut self) {
        if self.held > 0 {
            return;
        }
        let standings: Vec<_> = self
            .gauges
            .iter()
            .filter(|gauge| gauge.age() >= PATIENCE && !gauge.is_stopped())
            .map(|gauge| gauge.standing())
            .collect();
        self.step = self.step.wrapping_add(1);
        let lines = frame::lines(&standings, self.step, room(), self.paint);
        let mut text = self.back();
        text.push_str(&lines.join("\u{1b}[K\n"));
        // What is left of the line, and of the lines below.
        text.push_str("\u{1b}[J");
        if !(lines.is_empty() && self.drawn.is_empty()) {
            put(&text);
        }
        self.drawn = lines;
    }

    /// Back to where the drawing begins.
    fn back(&self) -> String {
        let mut text = String::new();
        if !self.drawn.is_empty() {
            text.push('\r');
        }
        if self.drawn.len() > 1 {
            // Writing to a text cannot fail.
            let _ = write!(text, "\u{1b}[{}A", self.drawn.len() - 1);
        }
        text
    }

    fn wipe(&mut self) {
        if !self.drawn.is_empty() {
            put(&format!("{}\u{1b}[J", self.back()));
            self.drawn.clear();
        }
    }

    /// Writes something where the drawing stands, and the drawing below it.
    fn above(&mut self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let drawn = self.drawn.clone();
        self.wipe();
        let written = write();
        if !drawn.is_empty() {
            put(&drawn.join("\n"));
            self.drawn = drawn;
        }
        written
    }
}

fn put(text: &str) {
    let mut err = io::stderr().lock();
    // Nobody is left to see when standard error is closed.
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// The room for what is drawn, in columns and lines.
fn room() -> (usize, usize) {
    let size = terminal_size::terminal_size_of(io::stderr());
    let (width, height) = size.map_or((WIDTH, MOST), |(width, height)| {
        (usize::from(width.0), usize::from(height.0))
    });
    // The last column is left free: some terminals wrap when it is written to.
    (width.saturating_sub(1), MOST.min(height.saturating_sub(2)))
}
