//! A script's text and where it came from.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::error::Complaint;

/// A longer script is a mistake in the file's name.
const LARGEST: u64 = 16 << 20;

/// A script's text and where it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file as the user named it, or what stands for one: `<stdin>`, `<eval>`.
    pub name: String,
    /// The text, lines as in the file.
    pub text: String,
    /// The folder that imports are relative to.
    pub folder: PathBuf,
}

impl Source {
    /// A text that came from no file.
    #[must_use]
    pub fn of_text(name: &str, text: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            text: without_shebang(&text.into()),
            folder: PathBuf::from("."),
        }
    }

    /// Reads a script: a file, or standard input for `-`.
    pub fn read(path: &str) -> Result<Self, Complaint> {
        if path == "-" {
            let mut bytes = Vec::new();
            std::io::stdin()
                .take(LARGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| {
                    Complaint::usage(format!("cannot read standard input: {error}"))
                })?;
            return Ok(Self::of_text("<stdin>", decoded("standard input", bytes)?));
        }
        Self::file(
            path,
            "check the path; a dash reads the script from standard input",
        )
    }

    /// Reads a script from a file. `otherwise` is what to do where there is none, nor one of nearly
    /// the same name.
    pub fn file(path: &str, otherwise: &str) -> Result<Self, Complaint> {
        let file = Path::new(path);
        let failed = |error: std::io::Error| {
            let complaint = Complaint::usage(format!("cannot read the script {path}: {error}"));
            match error.kind() {
                std::io::ErrorKind::NotFound => {
                    complaint.hint(near(file).unwrap_or_else(|| otherwise.to_owned()))
                }
                std::io::ErrorKind::IsADirectory => complaint.hint("name a file in it"),
                _ => complaint,
            }
        };
        if file.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        let mut bytes = Vec::new();
        fs::File::open(file)
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
            .map_err(failed)?;
        Ok(Self {
            name: path.to_owned(),
            text: without_shebang(&decoded(path, bytes)?),
            folder: Self::folder_of(path),
        })
    }

    /// The folder that the imports of a file are relative to.
    #[must_use]
    pub fn folder_of(name: &str) -> PathBuf {
        let folder = Path::new(name)
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or_else(|| Path::new(".")).to_owned()
    }
}

fn decoded(name: &str, bytes: Vec<u8>) -> Result<String, Complaint> {
    if bytes.len() as u64 > LARGEST {
        return Err(Complaint::usage(format!(
            "{name} is larger than 16 MiB: is it a script?"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        Complaint::usage(format!(
            "{name} is not UTF-8 text: byte {} is not part of a character",
            error.utf8_error().valid_up_to()
        ))
        .hint("save it as UTF-8, or name another file")
    })
}

/// The line that makes a script executable becomes an empty one; the others keep their numbers. A
/// byte order mark, which some editors leave, goes too.
fn without_shebang(text: &str) -> String {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    if plain.starts_with("#!") {
        let end = plain.find(['\n', '\r']).unwrap_or(plain.len());
        return plain.get(end..).unwrap_or_default().to_owned();
    }
    plain.to_owned()
}

/// A file of nearly the same name, to suggest.
fn near(file: &Path) -> Option<String> {
    let folder = file
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let wanted = file.file_name().unwrap_or_default().to_string_lossy();
    let names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    // The name's end is often left out.
    let whole = format!("{wanted}.rhai");
    let found = names
        .iter()
        .find(|name| **name == whole)
        .map(String::as_str);
    found
        .or_else(|| crate::operation::nearest(&wanted, names.iter().map(String::as_str)))
        .map(|name| format!("did you mean {}?", folder.join(name).display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shebang_line_becomes_an_empty_one_and_lines_keep_their_numbers() {
        let text = |given: &str| Source::of_text("<eval>", given).text;
        assert_eq!(
            text("#!/usr/bin/env -S mw run\n//! Doc.\nlet x = 1;\n"),
            "\n//! Doc.\nlet x = 1;\n"
        );
        assert_eq!(text("\u{feff}#! mw run\r\n1"), "\r\n1");
        assert_eq!(text("\u{feff}1"), "1");
        assert_eq!(text("#!mw"), "");
    }

    #[test]
    fn the_header_below_a_shebang_line_is_read_and_the_script_runs_on() {
        let source = Source::of_text(
            "<eval>",
            "#!/usr/bin/env -S mw run\n//! Doc.\n//! @param n: int = 1  how many\nargs.n\n",
        );
        let header = crate::parameters::Header::parse(&source.name, &source.text).unwrap();
        assert_eq!(header.params.len(), 1);
        assert!(rhai::Engine::new().compile(&source.text).is_ok());
    }
}
