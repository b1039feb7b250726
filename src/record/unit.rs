//! What a field's number, or word, stands for, so that people need not reckon.

/// What a field's value is counted in. Programs get it as it is; for people it is written out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Nothing in particular.
    #[default]
    Plain,
    /// No number, but the word for a state.
    State,
    /// No number, but an instant, written as the API does.
    Instant,
    /// Memory, in so many bytes each; people count it in powers of 1024.
    Memory(u64),
    /// Storage, in so many bytes each; people count it in powers of 1000.
    Storage(u64),
    /// Time, in so many seconds each.
    Time(u32),
    /// US dollars, in so many parts of one each; an hour, or once.
    Money {
        /// How many make a dollar.
        parts: u32,
        /// Whether it is the price of an hour.
        hourly: bool,
    },
    /// JSON of no declared type, with the units of what is at these paths in it; `*` is any name.
    Within(&'static [(&'static str, Unit)]),
}

impl Unit {
    /// A gigabyte, as makers of disks count.
    pub const GIGABYTES: Self = Self::Storage(1_000_000_000);
    /// A gibibyte, as makers of memory count.
    pub const GIBIBYTES: Self = Self::Memory(1 << 30);
    /// A mebibyte.
    pub const MEBIBYTES: Self = Self::Memory(1 << 20);
    /// Seconds.
    pub const SECONDS: Self = Self::Time(1);
    /// Hours.
    pub const HOURS: Self = Self::Time(3600);
    /// US dollars.
    pub const DOLLARS: Self = Self::money(1, false);
    /// US dollars an hour.
    pub const HOURLY: Self = Self::money(1, true);
    /// Cents.
    pub const CENTS: Self = Self::money(100, false);
    /// Cents an hour.
    pub const HOURLY_CENTS: Self = Self::money(100, true);
    /// Mils, thousandths of a dollar.
    pub const MILS: Self = Self::money(1000, false);
    /// Mils an hour.
    pub const HOURLY_MILS: Self = Self::money(1000, true);

    const fn money(parts: u32, hourly: bool) -> Self {
        Self::Money { parts, hourly }
    }

    /// The unit of what is at a path within a field of this unit.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        let Self::Within(known) = self else {
            return Self::Plain;
        };
        // Places in lists are passed over: what is in a list is alike.
        let names = || {
            path.split('.')
                .filter(|name| name.parse::<usize>().is_err())
        };
        let is_there = |pattern: &str| {
            pattern.split('.').count() == names().count()
                && pattern
                    .split('.')
                    .zip(names())
                    .all(|(a, b)| a == "*" || a == b)
        };
        known
            .iter()
            .find(|(pattern, _)| is_there(pattern))
            .map_or(Self::Plain, |(_, unit)| *unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_within_are_found_by_their_path() {
        const DISKS: Unit = Unit::Within(&[("*.raw", Unit::GIGABYTES), ("size", Unit::Storage(1))]);
        assert_eq!(DISKS.at("boot.raw"), Unit::GIGABYTES);
        assert_eq!(DISKS.at("0.size"), Unit::Storage(1));
        assert_eq!(DISKS.at("raw"), Unit::Plain);
        assert_eq!(DISKS.at("size.deep"), Unit::Plain);
        assert_eq!(Unit::SECONDS.at("size"), Unit::Plain);
    }
}
