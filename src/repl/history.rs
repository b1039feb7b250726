//! The lines of earlier: of this session, and of those before it.

mod keys;
mod matching;
mod records;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{Local, SecondsFormat, Utc};
use rustyline::Result as Edited;
use rustyline::history::{SearchDirection, SearchResult};

use crate::error::Complaint;
use crate::output;
use crate::secret;
use matching::Term;
use records::{MOST, Record, Records};

/// How many lines are listed where nothing is looked for.
const LISTED: usize = 50;

/// What stands for a line that was taken out: the numbers of the others stay what they are.
const GONE: &str = "";

/// The longest line that is kept, in bytes.
const LONGEST: usize = 2 << 20;

/// The lines of earlier. A clone is the same history.
#[derive(Clone)]
pub struct History(Arc<Mutex<Kept>>);

struct Kept {
    lines: VecDeque<Record>,
    /// How many came before the first that is here: the numbers of a session stay what they are.
    before: usize,
    file: Option<Records>,
    /// Whether it was said that the file is of no use.
    is_said: bool,
    /// Whether the line entered last is not among them.
    is_hidden: bool,
    /// What a step through the history comes to, and its index there, where that is known already.
    step: Option<(usize, String)>,
    /// How many secrets were known when it was looked for them last.
    secrets: usize,
    /// Whether the file may have lines still that were to be taken out of it.
    is_behind: bool,
    /// What is to be told of the file.
    trouble: Option<String>,
}

impl History {
    /// The lines that this file keeps; without one those of the session alone. What is wrong with it
    /// is told as a sentence.
    pub fn open(file: Option<PathBuf>) -> (Self, Option<String>) {
        let mut kept = Kept {
            lines: VecDeque::new(),
            before: 0,
            file: file.map(Records::new),
            is_said: false,
            is_hidden: false,
            step: None,
            secrets: 0,
            is_behind: false,
            trouble: None,
        };
        let mut trouble = None;
        if let Some(file) = &mut kept.file {
            match file.read() {
                Ok(records) => records.into_iter().for_each(|it| kept.takes(it)),
                Err(error) => {
                    let path = file.path().display();
                    trouble = Some(format!(
                        "the lines of earlier sessions are missing: cannot read {path}: {error}"
                    ));
                    kept.is_said = true;
                }
            }
        }
        // Numbers begin with what is there.
        kept.before = 0;
        (Self(Arc::new(Mutex::new(kept))), trouble)
    }

    /// Whoever looks at it sees no line with what has become known as a secret since.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.forgets_secrets();
        kept
    }

    /// Keeps a line that was entered, unless it may not be. That it cannot be written is told once.
    pub fn keeps(&self, line: &str) -> Option<String> {
        let mut kept = self.lock();
        kept.is_hidden = !is_kept(line);
        let trouble = kept.trouble.take();
        if kept.is_behind && kept.clears_file().is_ok() {
            kept.is_behind = false;
        }
        let line = line.trim_end();
        if kept.is_hidden || kept.lines.back().is_some_and(|it| it.line == line) {
            return trouble;
        }
        let record = Record {
            at: Utc::now(),
            line: line.to_owned(),
        };
        let outcome = kept.file.as_mut().map(|file| file.add(&record));
        kept.takes(record);
        let Some(Err(error)) = outcome.filter(|_| !kept.is_said) else {
            return trouble;
        };
        kept.is_said = true;
        let path = kept.file.as_ref().map_or(Path::new(""), Records::path);
        let unkept = format!(
            "this session's lines are not kept for later ones: cannot write {}: {error}",
            path.display()
        );
        let told: Vec<String> = trouble.into_iter().chain([unkept]).collect();
        Some(told.join("\n"))
    }

    /// The line entered last.
    pub fn last(&self) -> Result<String, Complaint> {
        let kept = self.lock();
        let last = kept.lines.back().map(|it| it.line.clone());
        if kept.is_hidden || last.as_deref() == Some(GONE) {
            let message =
                "the last line is not in the history: it is too long, or has a secret in it";
            return Err(Complaint::usage(message).hint("type it again"));
        }
        last.ok_or_else(|| Complaint::usage("there is no line before this one"))
    }

    /// The line of this number.
    pub fn line(&self, number: usize) -> Result<String, Complaint> {
        let kept = self.lock();
        let index = number.checked_sub(kept.before + 1);
        let found = index.and_then(|index| kept.lines.get(index));
        if found.is_some_and(|it| it.line == GONE) {
            let message =
                format!("line {number} is no longer in the history: it has a secret in it");
            return Err(Complaint::usage(message).hint("type it again"));
        }
        found.map(|it| it.line.clone()).ok_or_else(|| {
            if kept.lines.is_empty() {
                return Complaint::usage("there is no line before this one");
            }
            let message = format!("the history has no line {number}");
            let (first, last) = (kept.before + 1, kept.before + kept.lines.len());
            Complaint::usage(message).hint(format!(
                "its lines are {first} to {last}, and :history lists them"
            ))
        })
    }

    /// The last lines, or those that have these words, for people: the newest last.
    pub fn listed(&self, words: &str) -> String {
        let kept = self.lock();
        let term = Term::of(words);
        let all = || {
            kept.lines
                .iter()
                .enumerate()
                .filter(|(_, it)| it.line != GONE)
        };
        let mut found: Vec<(usize, &Record)> = if term.is_empty() {
            all().skip(all().count().saturating_sub(LISTED)).collect()
        } else {
            all()
                .filter(|(_, it)| term.stands_in(&it.line).is_some())
                .collect()
        };
        if found.is_empty() {
            found = all()
                .filter(|(_, it)| term.is_scattered_in(&it.line).is_some())
                .collect();
        }
        let last = (kept.before + kept.lines.len()).to_string().len();
        let lines: Vec<String> = found
            .into_iter()
            .map(|(index, it)| {
                let number = kept.before + index + 1;
                let at = it.at.with_timezone(&Local);
                let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
                let indent = last + at.len() + 4;
                let lines: Vec<String> = it.line.split('\n').map(output::line).collect();
                let line = lines.join(&format!("\n{:indent$}", ""));
                format!("{number:>last$}  {at}  {line}\n")
            })
            .collect();
        let listed = lines.concat();
        if !listed.is_empty() {
            listed
        } else if term.is_empty() {
            "nothing was entered yet\n".to_owned()
        } else {
            format!("no line has {words:?} in it\n")
        }
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.lock().lines.len()
    }

    /// The nearest line from this index on, older or newer, that begins so and is not this one.
    pub fn beginning(
        &self,
        prefix: &str,
        indices: impl Iterator<Item = usize>,
        other_than: &str,
    ) -> Option<(usize, String)> {
        let kept = self.lock();
        let mut lines = indices.filter_map(|index| Some((index, &kept.lines.get(index)?.line)));
        let found = lines
            .find(|(_, line)| line.starts_with(prefix) && *line != other_than && *line != GONE);
        found.map(|(index, line)| (index, line.clone()))
    }

    /// Lets the next step of the editor through the history come to this line, at this index.
    pub fn steps_to(&self, step: Option<(usize, String)>) {
        self.lock().step = step;
    }

    fn nearest(
        &self,
        start: usize,
        direction: SearchDirection,
        place: impl Fn(&str) -> Option<usize>,
    ) -> Option<SearchResult<'_>> {
        let kept = self.lock();
        let count = kept.lines.len();
        if start >= count {
            return None;
        }
        let found = |index: usize| {
            let line = &kept.lines.get(index)?.line;
            Some(SearchResult {
                pos: place(line)?,
                entry: Cow::Owned(line.clone()),
                idx: index,
            })
        };
        match direction {
            SearchDirection::Reverse => (0..=start).rev().find_map(found),
            SearchDirection::Forward => (start..count).find_map(found),
        }
    }
}

impl Kept {
    /// Takes a line in; the same one twice in a row is one.
    fn takes(&mut self, record: Record) {
        if self.lines.back().is_some_and(|it| it.line == record.line) {
            return;
        }
        self.lines.push_back(record);
        if self.lines.len() > MOST {
            self.lines.pop_front();
            self.before += 1;
        }
    }

    /// Takes what is known as a secret out of the file.
    fn clears_file(&mut self) -> io::Result<()> {
        let file = self.file.as_mut();
        file.map_or(Ok(()), |file| file.forget(secret::holds_any))
    }

    /// Takes out what has become known as a secret since it was looked for last, here and in the file.
    fn forgets_secrets(&mut self) {
        let count = secret::count();
        let before = std::mem::replace(&mut self.secrets, count);
        if before == count {
            return;
        }
        // What was there at first is here too; since then other sessions may have written more.
        let mut is_any = before > 0;
        for record in &mut self.lines {
            if secret::holds_any(&record.line) {
                GONE.clone_into(&mut record.line);
                is_any = true;
            }
        }
        if is_any && let Err(error) = self.clears_file() {
            self.is_behind = true;
            let path = self.file.as_ref().map_or(Path::new(""), Records::path);
            self.trouble = Some(format!(
                "a line with a secret in it stays in {}, which cannot be written: {error}",
                path.display()
            ));
        }
        if self
            .step
            .as_ref()
            .is_some_and(|(_, line)| secret::holds_any(line))
        {
            self.step = None;
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // The last line may have had one told, and other sessions may have written one meanwhile.
        if secret::count() > 0 {
            self.secrets = usize::MAX;
            self.forgets_secrets();
        }
    }
}

/// What the editor asks of it. It keeps and writes lines by itself, so that the editor has nothing to
/// load or to save.
impl rustyline::history::History for History {
    fn get(&self, index: usize, _: SearchDirection) -> Edited<Option<SearchResult<'_>>> {
        let step = self.lock().step.take();
        let found = step.or_else(|| {
            let kept = self.lock();
            let line = kept.lines.get(index).filter(|it| it.line != GONE);
            line.map(|it| (index, it.line.clone()))
        });
        Ok(found.map(|(idx, line)| SearchResult {
            entry: Cow::Owned(line),
            idx,
            pos: 0,
        }))
    }

    fn add(&mut self, _: &str) -> Edited<bool> {
        Ok(false)
    }

    fn add_owned(&mut self, _: String) -> Edited<bool> {
        Ok(false)
    }

    fn len(&self) -> usize {
        self.count()
    }

    fn is_empty(&self) -> bool {
        self.count() == 0
    }

    fn set_max_len(&mut self, _: usize) -> Edited<()> {
        Ok(())
    }

    fn ignore_dups(&mut self, _: bool) -> Edited<()> {
        Ok(())
    }

    fn ignore_space(&mut self, _: bool) {}

    fn save(&mut self, _: &Path) -> Edited<()> {
        Ok(())
    }

    fn append(&mut self, _: &Path) -> Edited<()> {
        Ok(())
    }

    fn load(&mut self, _: &Path) -> Edited<()> {
        Ok(())
    }

    fn clear(&mut self) -> Edited<()> {
        Ok(())
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Edited<Option<SearchResult<'_>>> {
        let term = Term::of(term);
        if term.is_empty() {
            return Ok(None);
        }
        let found = self.nearest(start, direction, |line| term.stands_in(line));
        Ok(found.or_else(|| self.nearest(start, direction, |line| term.is_scattered_in(line))))
    }

    fn starts_with(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Edited<Option<SearchResult<'_>>> {
        Ok(self.nearest(start, direction, |line| {
            let is_found = !term.is_empty() && line.starts_with(term);
            is_found.then_some(term.len())
        }))
    }
}

/// Whether a line may be kept: none that mentions secrets, or has in it what looks like one.
fn is_kept(line: &str) -> bool {
    !line.trim().is_empty()
        && line.len() <= LONGEST
        && !line.contains("secret(")
        && !line.contains("-----BEGIN")
        && !secret::holds_any(line)
        && !keys::has_one(line)
}

#[cfg(test)]
mod tests;
