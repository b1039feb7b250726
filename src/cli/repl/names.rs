//! What accounts are called at the prompt.

use crate::cli::account::Account;
use crate::config::{self, Environment, Flags, Profile};
use crate::error::Complaint;

/// What the embedded simulator is called where a profile is named.
pub const SIMULATOR: &str = "sim";
/// What a profile of that name is called here: nobody is to take the one for the other.
pub const NAMESAKE: &str = "sim (a profile)";

/// The profiles that one may go to, each with whether the configuration file has it. Where that has
/// none the environment alone may make one; beside others it would be one of their accounts without
/// what they say of it.
pub fn profiles() -> Result<Vec<(Profile, bool)>, Complaint> {
    let (flags, environment) = (Flags::default(), Environment::of_process());
    let of_file = config::all(&flags, &environment)?.into_iter();
    let mut all: Vec<(Profile, bool)> = of_file.map(|(profile, _)| (profile, true)).collect();
    if all.is_empty()
        && let Ok(profile) = config::resolve(&flags, &environment)
        && profile.credentials_origin().is_some()
    {
        all.push((profile, false));
    }
    Ok(all)
}

/// What tells records of an account from those of others.
pub fn known_as(account: &Account) -> String {
    match account {
        Account::Simulated(_) => "the embedded simulator".to_owned(),
        Account::Real { .. } => account.described(),
    }
}

/// The prompt on an account, which says where one is: the profile, with a mark where people are served.
pub fn prompt(account: &Account) -> String {
    match account {
        Account::Simulated(_) => "sim> ".to_owned(),
        Account::Real { profile, .. } if profile.production => format!("{}!> ", called(account)),
        Account::Real { .. } => format!("{}> ", called(account)),
    }
}

/// What an account is called at the prompt.
pub fn called(account: &Account) -> &str {
    match account {
        Account::Simulated(_) => SIMULATOR,
        Account::Real { profile, .. } => called_in(profile),
    }
}

/// What the account of a profile is called at the prompt.
pub fn called_in(profile: &Profile) -> &str {
    if profile.name == SIMULATOR {
        NAMESAKE
    } else {
        &profile.name
    }
}
