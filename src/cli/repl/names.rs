//! What accounts are called at the prompt.

use crate::cli::account::Account;
use crate::config::Profile;

/// What the embedded simulator is called where a profile is named.
pub const SIMULATOR: &str = "sim";
/// What a profile of that name is called here: nobody is to take the one for the other.
pub const NAMESAKE: &str = "sim (a profile)";

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
