//! Money in minor units (cents), so that no sum is ever rounded by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in minor units of its currency: `240000` and `USD` is $2,400.00.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Money {
    /// Minor units, two decimals.
    pub minor: i64,
}

/// A text that is no amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no amount of money; write 2400, 2400.50 or $2,400.50")]
pub struct BadMoney(String);

impl Money {
    /// From minor units.
    pub const fn minor(minor: i64) -> Self {
        Self { minor }
    }

    /// From whole units.
    pub const fn whole(units: i64) -> Self {
        Self { minor: units.saturating_mul(100) }
    }

    /// Reads `2400`, `2,400.5` or `$2,400.50`; at most two decimals, no sign.
    ///
    /// # Errors
    /// [`BadMoney`] when anything else stands there: an amount is never guessed.
    pub fn parse(text: &str) -> Result<Self, BadMoney> {
        let bad = || BadMoney(text.chars().take(40).collect());
        let digits = text.trim().trim_start_matches('$').trim().replace(',', "");
        let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
        let only_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || part.len() > 2 || !only_digits(whole) || !only_digits(part) {
            return Err(bad());
        }
        let whole: i64 = whole.parse().map_err(|_| bad())?;
        let cents: i64 = format!("{part:0<2}").parse().map_err(|_| bad())?;
        whole.checked_mul(100).and_then(|minor| minor.checked_add(cents)).map(Self::minor).ok_or_else(bad)
    }
}

impl From<i64> for Money {
    /// From stored minor units.
    fn from(minor: i64) -> Self {
        Self { minor }
    }
}

impl fmt::Display for Money {
    /// `$2,400` or `$2,400.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, cents) = (self.minor.unsigned_abs() / 100, self.minor.unsigned_abs() % 100);
        let mut digits = whole.to_string();
        let mut at = digits.len();
        while at > 3 {
            at -= 3;
            digits.insert(at, ',');
        }
        let sign = if self.minor < 0 { "-" } else { "" };
        let text = if cents == 0 { format!("{sign}${digits}") } else { format!("{sign}${digits}.{cents:02}") };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2400", 240_000, "$2,400")]
    #[case("$2,400.50", 240_050, "$2,400.50")]
    #[case(" 0.5 ", 50, "$0.50")]
    #[case("1234567", 123_456_700, "$1,234,567")]
    fn reads_and_prints(#[case] typed: &str, #[case] minor: i64, #[case] printed: &str) {
        let money = Money::parse(typed).unwrap();
        assert_eq!(money, Money::minor(minor));
        assert_eq!(money.to_string(), printed);
    }

    #[rstest]
    #[case("")]
    #[case("-3")]
    #[case("1.234")]
    #[case("about 400")]
    #[case("99999999999999999999")]
    fn never_guesses(#[case] typed: &str) {
        assert!(Money::parse(typed).is_err());
    }
}
