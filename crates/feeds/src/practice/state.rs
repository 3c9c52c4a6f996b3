//! What the practice market stands at between two moments, and what days hand on to each other.

use market::{
    Dividend, Price, Symbol, TradingDate, TradingDay, next_trading_day, prior_trading_day,
    trading_day,
};

use super::chance::Chance;

/// The yearly volatility that the market comes back to.
const VOLATILITY: f64 = 0.138;
/// Volatility as options have it: dearer than what happens after.
const VIX_PREMIUM: f64 = 1.12;
/// What a year brings on average.
const DRIFT_PER_YEAR: f64 = 0.10;
/// How the Nasdaq-100 moves beside the S&P 500: its width, and how much of it is common.
const NDX_WIDTH: f64 = 1.25;
const NDX_COMMON: f64 = 0.93;
const NDX_OWN: f64 = 0.367_56;
/// By how much volatility rises on a fall of one day's width, logarithm.
const LEVERAGE: f64 = 0.06;

/// What the market stands at. Index levels are relative to the first day's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct State {
    pub(super) spx: f64,
    pub(super) ndx: f64,
    /// How far volatility is from what it comes back to within a season, logarithm.
    slow: f64,
    /// The same within days.
    fast: f64,
    /// How far index ÷ fund is from fair, as a part of it.
    spy_basis: f64,
    qqq_basis: f64,
}

/// Where a day starts: as the market stood when the day before was over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DayStart {
    pub(super) day: TradingDay,
    pub(super) state: State,
}

impl State {
    /// The first day's.
    pub(super) const FIRST: Self =
        Self { spx: 1.0, ndx: 1.0, slow: 0.0, fast: 0.0, spy_basis: 0.0, qqq_basis: 0.0 };

    /// Yearly volatility.
    pub(super) fn volatility(&self) -> f64 {
        (VOLATILITY * libm::exp(self.slow + self.fast)).clamp(0.07, 0.60)
    }

    /// How far `fast` has come: a day's VIX is told from the difference to its start.
    pub(super) fn fast(&self) -> f64 {
        self.fast
    }

    /// The volatility index where volatility stood at `volatility` and has since moved by `moved`,
    /// logarithm. The exponential's first three terms: a day moves it by little.
    pub(super) fn vix(volatility: f64, moved: f64) -> f64 {
        let grown = 1.0 + moved + 0.5 * moved * moved;
        (100.0 * volatility * VIX_PREMIUM * grown).clamp(8.5, 85.0)
    }

    /// Moves prices by chance. `width` is the S&P 500's standard deviation, `day_width` that of a
    /// whole day.
    pub(super) fn step(&mut self, width: f64, day_width: f64, chance: &mut Chance) {
        let (common, own) = (chance.bell(), chance.bell());
        self.spx *= 1.0 + width * common;
        self.ndx *= 1.0 + NDX_WIDTH * width * (NDX_COMMON * common + NDX_OWN * own);
        // Falls raise volatility while they happen: what a VIX does.
        let part = width / day_width;
        self.fast -= part * (LEVERAGE * common + 0.042 * chance.bell());
    }

    /// What a night does beside moving prices.
    pub(super) fn rest(&mut self, chance: &mut Chance) {
        self.spx *= 1.0 + DRIFT_PER_YEAR / 252.0;
        self.ndx *= 1.0 + 1.3 * DRIFT_PER_YEAR / 252.0;
        self.slow = (0.988 * self.slow + 0.035 * chance.bell()).clamp(-0.5, 0.8);
        self.fast = (0.93 * self.fast).clamp(-0.6, 0.9);
        self.spy_basis = 0.97 * self.spy_basis + 0.000_10 * chance.bell();
        self.qqq_basis = 0.97 * self.qqq_basis + 0.000_12 * chance.bell();
    }

    /// Index ÷ fund through the next minute on a day whose fair ratios are `fair`.
    pub(super) fn ratios(&mut self, fair: [f64; 2], chance: &mut Chance) -> [f64; 2] {
        self.spy_basis = 0.999 * self.spy_basis + 0.000_003 * chance.bell();
        self.qqq_basis = 0.999 * self.qqq_basis + 0.000_004 * chance.bell();
        [fair[0] * (1.0 + self.spy_basis), fair[1] * (1.0 + self.qqq_basis)]
    }
}

/// Fair index ÷ fund on `date`, SPY and QQQ. Funds gather their members' dividends and pay them out
/// four times a year, so the ratio falls through a quarter and jumps back on the ex-date.
pub(super) fn fair_ratios(date: TradingDate) -> [f64; 2] {
    [
        10.03 / (1.0 + SPY_QUARTER * quarter_passed(Symbol::SPY, date)),
        41.10 / (1.0 + QQQ_QUARTER * quarter_passed(Symbol::QQQ, date)),
    ]
}

/// What a fund pays each quarter, as a part of its price.
const SPY_QUARTER: f64 = 0.003_3;
const QQQ_QUARTER: f64 = 0.001_5;

/// What a fund is going to pay after `from` and until `until`, soonest first, when it stands at
/// `price`.
pub(super) fn dividends(
    fund: Symbol,
    price: f64,
    from: TradingDate,
    until: TradingDate,
) -> Vec<Dividend> {
    let part = if fund == Symbol::SPY { SPY_QUARTER } else { QQQ_QUARTER };
    let cents = Price::from_f64((100.0 * part * price).round() / 100.0).ok();
    let (year, month, _) = from.year_month_day();
    let quarters = (0..).map(|quarter: i16| {
        let months = i16::from(month - month % 3) + 3 * quarter;
        let month = i8::try_from(months % 12).expect("a month");
        ex_date(fund, year + months / 12, month)
    });
    quarters
        .take_while(|ex_date| *ex_date <= until)
        .filter(|ex_date| from < *ex_date)
        .filter_map(|ex_date| Some(Dividend { ex_date, amount: cents? }))
        .collect()
}

/// How much of the time between two ex-dates has passed on `date`.
fn quarter_passed(fund: Symbol, date: TradingDate) -> f64 {
    let (year, month, _) = date.year_month_day();
    let mut ex_date = ex_date(fund, year, month - month % 3);
    if date < ex_date {
        ex_date = self::ex_date(fund, year, month - month % 3 - 3);
    }
    f64::from(date.epoch_days() - ex_date.epoch_days()) / 91.0
}

/// When a fund goes ex dividend in a month: SPY on the third Friday, or the trading day before it,
/// QQQ on the Monday after, or the trading day after that. Months count on below January.
fn ex_date(fund: Symbol, year: i16, month: i8) -> TradingDate {
    let (year, month) = if month < 1 { (year - 1, month + 12) } else { (year, month) };
    let third_friday = third_friday(year, month);
    let expected = if fund == Symbol::SPY { third_friday } else { third_friday.plus_days(3) };
    match trading_day(expected) {
        Some(_) => expected,
        None if fund == Symbol::SPY => prior_trading_day(expected).date,
        None => next_trading_day(expected).date,
    }
}

/// The third Friday of a month.
pub(super) fn third_friday(year: i16, month: i8) -> TradingDate {
    let first = TradingDate::new(year, month, 1).expect("a month of the calendar's years");
    first.plus_days((5 - first.weekday()).rem_euclid(7) + 14)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> TradingDate {
        text.parse().unwrap()
    }

    #[test]
    fn ex_dates_are_those_that_were_published() {
        for (fund, year, month, expected) in [
            (Symbol::SPY, 2024, 3, "2024-03-15"),
            (Symbol::SPY, 2026, 6, "2026-06-18"), // the third Friday is Juneteenth
            (Symbol::SPY, 2024, 0, "2023-12-15"),
            (Symbol::QQQ, 2024, 3, "2024-03-18"),
            (Symbol::QQQ, 2022, 6, "2022-06-21"), // the Monday is a holiday
        ] {
            assert_eq!(ex_date(fund, year, month), date(expected), "{fund} {year}-{month}");
        }
    }

    #[test]
    fn the_ratio_falls_through_a_quarter_and_jumps_back() {
        let spy = |text| fair_ratios(date(text))[0];
        assert!(spy("2024-03-14") < spy("2024-02-01"));
        assert!(spy("2024-02-01") < spy("2023-12-15"));
        assert_eq!(spy("2024-03-15"), 10.03);
        assert!((spy("2024-03-14") - 10.03 / 1.003_3).abs() < 0.002);
    }
}
