//! A line that is written in an editor of the user's own.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::process::Command;

use super::guest::Guest;
use super::turn::Turn;
use crate::error::{Complaint, exit};

/// A folder that only its owner may enter, gone when dropped with what an editor left in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let name = format!("mw-{}-{:016x}", std::process::id(), fastrand::u64(..));
        let path = std::env::temp_dir().join(name);
        // One that is there already is somebody else's.
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is still its owner's alone.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What this editor, a command with or without arguments, makes of a text.
pub fn edited(editor: &str, text: &str, turn: &Turn) -> Result<String, Complaint> {
    let failed =
        |what: &str, error: &io::Error| Complaint::new(exit::FAILED, format!("{what}: {error}"));
    let folder = Folder::new()
        .map_err(|error| failed("cannot make a folder for the editor's file", &error))?;
    let file = folder.0.join("line.rhai");
    let mut options = OpenOptions::new();
    let written = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)
        .and_then(|mut file| writeln!(file, "{text}"));
    written.map_err(|error| failed("cannot write the editor's file", &error))?;
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(&file);
    let status = Guest::comes(&mut command, turn)
        .and_then(Guest::goes)
        .map_err(|error| failed("cannot start the editor", &error))?;
    if !status.success() {
        let message = format!("the editor `{editor}` failed ({status}): the line is as it was");
        return Err(Complaint::new(exit::FAILED, message).hint(
            "VISUAL or EDITOR names the editor, with its arguments: EDITOR=\"code --wait\"",
        ));
    }
    let text = fs::read_to_string(&file)
        .map_err(|error| failed("cannot read what the editor left", &error))?;
    Ok(text.replace("\r\n", "\n").trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::stop::Stop;

    fn edited(editor: &str, text: &str) -> Result<String, Complaint> {
        super::edited(editor, text, &Turn::new(&Stop::default()))
    }

    #[test]
    fn an_editor_has_the_text_in_a_file_of_its_own() {
        let editor = "f() { ls -l \"$2\" | cut -c1-10; ls -ld \"${2%/*}\" | cut -c1-10; \
                      basename \"$2\"; cat \"$2\"; } ; g() { f \"$@\" > \"$2.new\"; mv \"$2.new\" \"$2\"; }; g -n";
        assert_eq!(
            edited(editor, "1 +\n  2").unwrap(),
            "-rw-------\ndrwx------\nline.rhai\n1 +\n  2"
        );
        assert_eq!(edited(": >", "1").unwrap(), "");
        let complaint = edited("false", "1").unwrap_err();
        assert_eq!(
            complaint.message,
            "the editor `false` failed (exit status: 1): the line is as it was"
        );
        assert!(edited("rm", "1").is_err());
    }
}
