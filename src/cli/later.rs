//! The part of the command line that is below a command.

use clap::error::Error;
use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};

/// What a command takes, put into the tree of commands only when the command is called or its help
/// is asked for: to build what all commands take is longer than most scripts are.
#[derive(Debug)]
pub struct Later<T>(pub T);

/// A command with what it takes. What it is about is said where it is named, for lists of commands.
fn filled(command: Command, fill: fn(Command) -> Command) -> Command {
    let about = command.get_about().cloned().unwrap_or_default();
    fill(command).about(about)
}

impl<T: FromArgMatches> FromArgMatches for Later<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches_mut(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl<T: Args> Args for Later<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(|it| filled(it, T::augment_args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(|it| filled(it, T::augment_args_for_update))
    }
}

impl<T: Subcommand> Subcommand for Later<T> {
    fn augment_subcommands(command: Command) -> Command {
        command.defer(|it| filled(it, T::augment_subcommands))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        command.defer(|it| filled(it, T::augment_subcommands_for_update))
    }

    fn has_subcommand(name: &str) -> bool {
        T::has_subcommand(name)
    }
}
