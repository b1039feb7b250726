//! Where files of `mw` are, by the XDG base directory specification.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use crate::error::Complaint;

/// The name of `mw`'s directories.
const NAME: &str = "metalwright";

/// The configuration file: `$MW_CONFIG`, else `config.toml` in the XDG configuration directory.
pub fn config_file(environment: &Environment) -> Result<PathBuf, Complaint> {
    if let Some(path) = environment.get("MW_CONFIG") {
        return Ok(expand(path, Path::new(""), environment));
    }
    Ok(base(environment, "XDG_CONFIG_HOME", ".config")?
        .join(NAME)
        .join("config.toml"))
}

/// The directory of what outlives a run: the journal, the history of the REPL. It may not exist.
pub fn state_dir(environment: &Environment) -> Result<PathBuf, Complaint> {
    Ok(base(environment, "XDG_STATE_HOME", ".local/state")?.join(NAME))
}

/// The file of the journal: `$MW_STORE`, else `journal.db` in the state directory. It may not exist.
pub fn journal_file(environment: &Environment) -> Result<PathBuf, Complaint> {
    match environment.get("MW_STORE") {
        Some(path) => Ok(expand(path, Path::new(""), environment)),
        None => match state_dir(environment) {
            Ok(folder) => Ok(folder.join("journal.db")),
            Err(complaint) => Err(complaint.hint(
                "set HOME or XDG_STATE_HOME, name the journal with --store, or do without: --no-journal",
            )),
        },
    }
}

/// The file of the lines typed in the REPL. It may not exist.
pub fn history_file(environment: &Environment) -> Result<PathBuf, Complaint> {
    Ok(state_dir(environment)?.join("history.jsonl"))
}

/// The path a user wrote: `~/` is the home directory, and a relative path lies in `beside`.
pub(super) fn expand(path: &str, beside: &Path, environment: &Environment) -> PathBuf {
    match (path.strip_prefix("~/"), environment.get("HOME")) {
        (Some(rest), Some(home)) => Path::new(home).join(rest),
        _ => beside.join(path),
    }
}

/// A base directory. The specification has relative ones ignored.
fn base(environment: &Environment, variable: &str, below: &str) -> Result<PathBuf, Complaint> {
    let named = environment
        .get(variable)
        .filter(|path| Path::new(path).is_absolute());
    match (named, environment.get("HOME")) {
        (Some(path), _) => Ok(PathBuf::from(path)),
        (None, Some(home)) => Ok(Path::new(home).join(below)),
        (None, None) => Err(Complaint::usage("the home directory is not known")
            .hint(format!("set HOME or {variable}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xdg_directories_go_before_home() {
        let home = Environment::default().with("HOME", "/home/ada");
        assert_eq!(
            config_file(&home).unwrap(),
            Path::new("/home/ada/.config/metalwright/config.toml"),
        );
        assert_eq!(
            history_file(&home).unwrap(),
            Path::new("/home/ada/.local/state/metalwright/history.jsonl"),
        );
        let xdg = home
            .with("XDG_CONFIG_HOME", "/etc/xdg")
            .with("XDG_STATE_HOME", "relative");
        assert_eq!(
            config_file(&xdg).unwrap(),
            Path::new("/etc/xdg/metalwright/config.toml"),
        );
        assert_eq!(
            state_dir(&xdg).unwrap(),
            Path::new("/home/ada/.local/state/metalwright"),
        );
        assert_eq!(
            config_file(&xdg.with("MW_CONFIG", "~/mw.toml")).unwrap(),
            Path::new("/home/ada/mw.toml"),
        );
    }

    #[test]
    fn without_a_home_the_message_says_what_to_set() {
        let complaint = state_dir(&Environment::default()).unwrap_err();
        assert_eq!(
            complaint.hint.as_deref(),
            Some("set HOME or XDG_STATE_HOME")
        );
    }
}
