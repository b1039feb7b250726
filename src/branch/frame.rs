//! Where in a script's work a call starts: paths that are the same whenever the script runs again.
//!
//! A path counts calls within their branch, and branches within the call that opened them:
//! `4/2/1` is the first call of the third item of a `parallel` that was the fourth call. Paths are
//! allocated when a call starts, so that branches at work beside each other cannot take each
//! other's.

use std::cell::RefCell;

thread_local! {
    /// The frames of this thread, innermost last.
    static FRAMES: RefCell<Vec<Inner>> = const { RefCell::new(Vec::new()) };
    /// The place in the script that the thread is at.
    static PLACE: RefCell<Option<Spot>> = const { RefCell::new(None) };
}

/// A place in a script: the file's name and the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file, or what stands for one.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

#[derive(Debug)]
struct Inner {
    prefix: String,
    next: u32,
    nature: Nature,
}

/// What the calls of a frame, and of all within it, are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nature {
    /// Those of a cleanup, which are made although the run was cancelled.
    pub cleanup: bool,
    /// Those of a branch whose end is on record: what is not on record was never made.
    pub over: bool,
    /// Parts of the one call around them, which are nobody's business.
    pub parts: bool,
}

/// A frame, for as long as it lives.
#[derive(Debug)]
pub struct Frame(());

impl Frame {
    /// Enters the frame of the calls whose paths begin with `prefix`.
    #[must_use]
    pub fn enter(prefix: String, nature: Nature) -> Self {
        let inner = Inner {
            prefix,
            next: 1,
            nature,
        };
        FRAMES.with_borrow_mut(|frames| {
            if frames.is_empty() {
                // What this thread did before is another script's.
                PLACE.set(None);
            }
            frames.push(inner);
        });
        Self(())
    }

    /// Enters the frame of a call's parts.
    #[must_use]
    pub fn of_parts() -> Self {
        let nature = Nature {
            parts: true,
            ..Self::nature()
        };
        Self::enter(String::new(), nature)
    }

    /// The path of a call that starts now; none outside all frames.
    #[must_use]
    pub fn path() -> Option<String> {
        FRAMES.with_borrow_mut(|frames| {
            let frame = frames.last_mut()?;
            let number = frame.next;
            frame.next = number.saturating_add(1);
            Some(format!("{}{number}", frame.prefix))
        })
    }

    /// What the calls of this thread are now.
    #[must_use]
    pub fn nature() -> Nature {
        FRAMES.with_borrow(|frames| frames.last().map_or_else(Nature::default, |it| it.nature))
    }

    /// The paths that the next call of each frame of this thread would have.
    #[must_use]
    pub fn ahead() -> Vec<String> {
        FRAMES.with_borrow(|frames| {
            frames
                .iter()
                .filter(|frame| !frame.nature.parts)
                .map(|frame| format!("{}{}", frame.prefix, frame.next))
                .collect()
        })
    }

    /// Notes the place in the script that this thread is at.
    pub fn come_to(file: Option<&str>, line: Option<usize>) {
        let Some(line) = line else { return };
        PLACE.with_borrow_mut(|place| match place {
            Some(spot) if file.is_none_or(|file| spot.file == file) => spot.line = line,
            _ => {
                let file = file.unwrap_or_default().to_owned();
                *place = Some(Spot { file, line });
            }
        });
    }

    /// The place in the script that this thread was last known to be at.
    #[must_use]
    pub fn spot() -> Option<Spot> {
        PLACE.with_borrow(Clone::clone)
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        FRAMES.with_borrow_mut(|frames| {
            frames.pop();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_within_their_frame_and_go_on_after_an_inner_one() {
        assert_eq!(Frame::path(), None);
        let _root = Frame::enter(String::new(), Nature::default());
        assert_eq!(Frame::path().as_deref(), Some("1"));
        {
            let _inner = Frame::enter("1/0/".to_owned(), Nature::default());
            assert_eq!(Frame::path().as_deref(), Some("1/0/1"));
            assert_eq!(Frame::ahead(), ["2", "1/0/2"]);
            let _parts = Frame::of_parts();
            assert!(Frame::nature().parts);
            assert_eq!(Frame::ahead(), ["2", "1/0/2"]);
        }
        assert!(!Frame::nature().parts);
        assert_eq!(Frame::path().as_deref(), Some("2"));
    }
}
