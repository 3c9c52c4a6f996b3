//! Which options the practice market lists on a day: the series, and the strikes of each.

use std::collections::BTreeSet;

use market::{
    Price, Root, Series, Symbol, TradingDate, TradingDay, next_trading_day, prior_trading_day,
    trading_day,
};

use super::state::third_friday;

/// What is listed on an index or a fund.
struct Menu {
    /// The root of third Fridays, with the months it is listed for.
    monthly: Root,
    months: usize,
    /// The root of the others: so many days, Fridays and ends of months ahead.
    weekly: Root,
    days: usize,
    weeks: i32,
    month_ends: usize,
    /// The least distance between strikes, in points.
    unit: f64,
}

fn menu(underlying: Symbol) -> Option<Menu> {
    match underlying {
        Symbol::SPX => Some(Menu {
            monthly: Root::SPX,
            months: 13,
            weekly: Root::SPXW,
            days: 11,
            weeks: 9,
            month_ends: 7,
            unit: 5.0,
        }),
        Symbol::NDX => Some(Menu {
            monthly: Root::NDX,
            months: 7,
            weekly: Root::NDXP,
            days: 6,
            weeks: 5,
            month_ends: 3,
            unit: 10.0,
        }),
        Symbol::SPY => Some(fund(Root::SPY)),
        Symbol::QQQ => Some(fund(Root::QQQ)),
        _ => None,
    }
}

/// A fund's options have one root, and the afternoon decides all of them.
fn fund(root: Root) -> Menu {
    Menu { monthly: root, months: 10, weekly: root, days: 9, weeks: 6, month_ends: 4, unit: 1.0 }
}

/// A date, or the trading day before it when the exchange is closed.
fn session_on(date: TradingDate) -> TradingDate {
    trading_day(date).map_or_else(|| prior_trading_day(date).date, |day| day.date)
}

/// The series that exist on a day, soonest first; those that end on it among them.
pub(super) fn listed_series(underlying: Symbol, today: &TradingDay) -> Vec<Series> {
    let Some(menu) = menu(underlying) else { return Vec::new() };
    let mut weekly = BTreeSet::from([today.date]);
    let mut day = *today;
    for _ in 1..menu.days {
        day = next_trading_day(day.date);
        weekly.insert(day.date);
    }
    let friday = today.date.week_start().plus_days(4);
    weekly.extend((0..menu.weeks).map(|week| session_on(friday.plus_days(7 * week))));
    let (year, month, _) = today.date.year_month_day();
    let months = |count: usize| {
        (0..).take(count).map(move |ahead: i16| {
            let months = i16::from(month) - 1 + ahead;
            let month = i8::try_from(months % 12 + 1).expect("one of twelve");
            (year + months / 12, month)
        })
    };
    for (year, month) in months(menu.month_ends + 1).skip(1) {
        let next = TradingDate::new(year, month, 1).expect("a month of the calendar's years");
        weekly.insert(prior_trading_day(next).date);
    }
    let mut monthly: BTreeSet<TradingDate> =
        months(menu.months).map(|(year, month)| session_on(third_friday(year, month))).collect();
    // Long ones, each December for three years.
    monthly.extend((0..3).map(|ahead| session_on(third_friday(year + ahead, 12))));
    let of = |root, dates: BTreeSet<TradingDate>| {
        dates.into_iter().map(move |expires| Series { expires, root })
    };
    let is_listed = |series: &Series| today.date <= series.expires;
    let mut series: Vec<Series> =
        of(menu.monthly, monthly).chain(of(menu.weekly, weekly)).filter(is_listed).collect();
    series.sort_by_key(|series| series.expires_at());
    // Where both have one root, some dates are in both.
    series.dedup();
    series
}

/// Whether a series exists on a day; once it does, it stays until its end.
pub(super) fn is_listed(series: Series, day: &TradingDay) -> bool {
    listed_series(series.terms().underlying, day).contains(&series)
}

/// Where strikes of one distance are listed, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    step: f64,
    from: f64,
    until: f64,
}

/// The strikes of a series, from what it was listed by on each of its days: where the underlying
/// had closed, and one deviation to the series' end as a part of that. Close together near the
/// money, farther apart away from it. What was listed once stays, wherever the market goes.
pub(super) fn listed_strikes(
    underlying: Symbol,
    days: impl IntoIterator<Item = (f64, f64)>,
) -> Vec<Price> {
    let Some(menu) = menu(underlying) else { return Vec::new() };
    let mut stretches: Vec<Stretch> = Vec::new();
    for (close, deviation) in days {
        for one in stretches_of(&menu, close, deviation) {
            match stretches.iter_mut().find(|known| known.step.to_bits() == one.step.to_bits()) {
                Some(known) => {
                    known.from = known.from.min(one.from);
                    known.until = known.until.max(one.until);
                }
                None => stretches.push(one),
            }
        }
    }
    let mut strikes = BTreeSet::new();
    for Stretch { step, from, until } in stretches {
        let mut strike = (from / step).ceil() * step;
        while strike <= until {
            strikes.extend(Price::from_f64(strike));
            strike += step;
        }
    }
    strikes.into_iter().collect()
}

/// Where strikes are listed on one day: near the money, and away from it.
fn stretches_of(menu: &Menu, close: f64, deviation: f64) -> [Stretch; 2] {
    let near = (NEAR * deviation).clamp(0.045, 0.25);
    let (down, up) = ((6.5 * deviation).clamp(0.12, 0.55), (4.2 * deviation).clamp(0.08, 0.4));
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 100.0].map(|times| times * menu.unit);
    let is_wide = |step: &f64| 2.0 * near * close / step <= NEAR_STRIKES_MAX;
    let place = steps.iter().position(is_wide).unwrap_or(steps.len() - 2);
    let (fine, coarse) = (steps[place], steps[(place + 2).min(steps.len() - 1)]);
    let stretch = |step: f64, down: f64, up: f64| Stretch {
        step,
        from: close * (1.0 - down),
        until: close * (1.0 + up),
    };
    [stretch(fine, near, near), stretch(coarse, down, up)]
}

/// Deviations that are near the money.
const NEAR: f64 = 2.0;
/// Strikes near the money at most.
const NEAR_STRIKES_MAX: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn on(year: i16, month: i8, day: i8) -> TradingDay {
        trading_day(TradingDate::new(year, month, day).unwrap()).unwrap()
    }

    #[test]
    fn an_index_has_a_series_every_day_and_years_ahead() {
        let today = on(2024, 2, 27);
        let series = listed_series(Symbol::SPX, &today);
        assert!(30 <= series.len(), "{}", series.len());
        assert!(series.is_sorted_by_key(|series| series.expires_at()));
        let mut once = series.clone();
        once.dedup();
        assert_eq!(once, series);
        let words: Vec<String> = series.iter().map(ToString::to_string).collect();
        for expected in [
            "SPXW 27FEB24",
            "SPXW 28FEB24",
            "SPXW 15MAR24",
            "SPX 15MAR24",
            "SPXW 28MAR24", // the month ends on Good Friday
            "SPX 21FEB25",
            "SPX 18DEC26",
        ] {
            assert!(words.contains(&expected.to_owned()), "{expected}: {words:?}");
        }
        assert_eq!(words[0], "SPXW 27FEB24");
        assert!(listed_series(Symbol::VIX, &today).is_empty());
        let fund = listed_series(Symbol::SPY, &today);
        assert!((22..30).contains(&fund.len()), "{}", fund.len());
        assert!(fund.windows(2).all(|pair| pair[0].expires_at() < pair[1].expires_at()));
    }

    #[test]
    fn the_third_friday_is_listed_until_its_morning() {
        let words = |day| -> Vec<String> {
            let series = listed_series(Symbol::SPX, &day);
            series.iter().map(ToString::to_string).collect()
        };
        let friday = words(on(2024, 3, 15));
        assert_eq!(friday[..2], ["SPX 15MAR24", "SPXW 15MAR24"]);
        assert!(!words(on(2024, 3, 18)).contains(&"SPX 15MAR24".to_owned()));
    }

    #[test]
    fn strikes_lie_close_together_near_the_money() {
        for deviation in [0.001, 0.01, 0.05, 0.3] {
            let strikes = listed_strikes(Symbol::SPX, [(5_070.0, deviation)]);
            assert!((50..200).contains(&strikes.len()), "{deviation}: {}", strikes.len());
            let points: Vec<f64> = strikes.iter().map(|strike| strike.to_f64()).collect();
            assert!(points.is_sorted());
            assert!(points[0] < 5_070.0 * 0.9 && 5_070.0 * 1.07 < points[points.len() - 1]);
            assert!(points.iter().all(|strike| strike % 5.0 == 0.0));
        }
    }
}
