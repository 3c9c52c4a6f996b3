//! File names of QuantConnect's Lean: `20131007_spy_minute_trade.csv` says more than its rows.

use market::{Symbol, TradingDate};

use super::{ImportError, unreadable};

/// How fine the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    Minute,
    Second,
    Tick,
}

/// What a Lean file is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeanName {
    /// The date that its milliseconds are counted from.
    pub(super) date: TradingDate,
    /// Ticker and, for a future or an option, the contract.
    pub(super) label: String,
    pub(super) resolution: Resolution,
    /// `trade`, `quote` or `openinterest`.
    pub(super) kind: String,
}

impl LeanName {
    /// Takes a name apart; nothing if it is not one of Lean's for a single day.
    pub(super) fn of(name: &str) -> Option<Self> {
        let base = name.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
        let mut words = base.strip_suffix(".csv")?.split('_');
        let date = lean_date(words.next()?)?;
        let (mut label, mut resolution, mut kind) = (Vec::new(), None, None);
        for word in words {
            match word {
                "minute" => resolution = Some(Resolution::Minute),
                "second" => resolution = Some(Resolution::Second),
                "tick" => resolution = Some(Resolution::Tick),
                "trade" | "quote" | "openinterest" => kind = Some(word.to_owned()),
                _ => label.push(word),
            }
        }
        Some(Self { date, label: label.join(" "), resolution: resolution?, kind: kind? })
    }

    /// Refuses what holds no trades, or those of something else.
    pub(super) fn check(&self, name: &str, symbol: Symbol) -> Result<(), ImportError> {
        if self.kind != "trade" {
            let kind = &self.kind;
            return Err(unreadable(format!(
                "`{name}` holds {kind}s, not trades: import the file that ends in `trade`",
            )));
        }
        let ticker = self.label.split(' ').next().unwrap_or_default();
        if !ticker.eq_ignore_ascii_case(symbol.as_str()) {
            return Err(unreadable(format!(
                "`{name}` holds `{ticker}`, not `{symbol}`: is `--symbol` right?",
            )));
        }
        Ok(())
    }
}

/// `20240102`.
pub(super) fn lean_date(word: &str) -> Option<TradingDate> {
    if word.len() != 8 || !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{}-{}-{}", &word[..4], &word[4..6], &word[6..]).parse().ok()
}

/// A zip of a future's day holds a file for each contract: as one series they would be nonsense.
pub(super) fn check_one_instrument<'a>(
    names: impl Iterator<Item = &'a str>,
) -> Result<(), ImportError> {
    let mut first: Option<LeanName> = None;
    for name in names.filter_map(LeanName::of) {
        if let Some(first) = &first
            && first.label != name.label
        {
            let (one, other) = (&first.label, &name.label);
            return Err(unreadable(format!(
                "the zip holds `{one}` and `{other}`: unpack it and import one of them",
            )));
        }
        first.get_or_insert(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<(&str, &str, Resolution, &str)>) {
        let read = LeanName::of(name);
        let read = read.as_ref().map(|name| {
            (name.date.to_string(), name.label.as_str(), name.resolution, name.kind.as_str())
        });
        let expected = expected
            .map(|(date, label, resolution, kind)| (date.to_owned(), label, resolution, kind));
        assert_eq!(read, expected);
    }

    #[test]
    fn names_are_taken_apart() {
        use Resolution::{Minute, Second, Tick};
        let day = "2013-10-07";
        check("20131007_spy_minute_trade.csv", Some((day, "spy", Minute, "trade")));
        check("a/b/20131007_spy_second_trade.csv", Some((day, "spy", Second, "trade")));
        check("20131007_spy_Trade_Tick.csv", Some((day, "spy", Tick, "trade")));
        check("20131007_spy_minute_quote.csv", Some((day, "spy", Minute, "quote")));
        check("20131007_es_minute_trade_201312.csv", Some((day, "es 201312", Minute, "trade")));
        for name in ["spy.csv", "20131007.csv", "20131099_spy_minute_trade.csv", "", "20131007_x"] {
            check(name, None);
        }
    }
}
