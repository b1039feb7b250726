//! Time zones by name.

use chrono_tz::{TZ_VARIANTS, Tz};
use thiserror::Error;

use crate::operation::nearest;

/// A zone name that is not in the time zone database.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no time zone `{name}`")]
pub struct UnknownZone {
    /// The name as given.
    pub name: String,
    /// What to write instead.
    pub hint: String,
}

/// The zone of this name, in any case: `Europe/Berlin`, `utc`.
pub fn named(name: &str) -> Result<Tz, UnknownZone> {
    let name = name.trim();
    Tz::from_str_insensitive(name).map_err(|_| UnknownZone {
        name: name.to_owned(),
        hint: suggestion(name),
    })
}

fn suggestion(name: &str) -> String {
    let spaceless = name.replace(' ', "_");
    let city = TZ_VARIANTS.iter().map(|zone| zone.name()).find(|known| {
        known
            .rsplit_once('/')
            .is_some_and(|(_, city)| city.eq_ignore_ascii_case(&spaceless))
    });
    let near = || nearest(&spaceless, TZ_VARIANTS.iter().map(|zone| zone.name()));
    match city.or_else(near) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "write a name of the time zone database, such as `Europe/Berlin` or `UTC`".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn zones_are_found_in_any_case() {
        assert_eq!(named("europe/BERLIN").unwrap(), chrono_tz::Europe::Berlin);
        assert_eq!(named("utc").unwrap().name(), "UTC");
    }

    #[test]
    fn a_misspelt_zone_names_the_nearest() {
        let error = named("Europe/Berln").unwrap_err();
        assert_eq!(error.hint, "did you mean `Europe/Berlin`?");
        assert!(error.to_string().contains("Europe/Berln"));
    }

    #[test]
    fn a_bare_city_names_its_zone() {
        assert_eq!(
            named("new york").unwrap_err().hint,
            "did you mean `America/New_York`?"
        );
    }

    #[test]
    fn noise_gets_an_example() {
        assert!(named("").unwrap_err().hint.contains("Europe/Berlin"));
    }
}
