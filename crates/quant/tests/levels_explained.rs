//! Every level answers "how is this computed?", and its inputs give its price.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "levels_made/tape.rs"]
#[expect(dead_code, reason = "the other tests use all of it")]
mod tape;

use std::collections::{BTreeMap, BTreeSet};

use market::{Bar, Moment, Price, Print, Span, Symbol, prior_trading_day};
use quant::levels::{
    BookWriter, Explanation, InputValue, LevelId, Periods, ProxyHistory, SessionStart,
};
use tape::{at, begin, calm_days, print, today};

/// A day on which every level exists.
fn full_day() -> BookWriter {
    let mut writer = begin(Symbol::SPY, calm_days(1_100));
    let late = |hour: i64, dollars| Print {
        at: at("00:00") - Span::hours(24 - hour),
        ..print("00:00", dollars, 1)
    };
    writer.handle_tick(Symbol::SPY, &late(19, 99.0));
    writer.handle_tick(Symbol::SPY, &late(23, 99.5));
    for (clock, dollars) in
        [("05:00", 100.5), ("09:30", 100.25), ("09:31", 101.5), ("09:50", 99.75), ("11:00", 100.75)]
    {
        writer.handle_tick(Symbol::SPY, &print(clock, dollars, 300));
    }
    writer
}

/// The variant's name without its numbers.
fn variant(id: LevelId) -> String {
    let text = format!("{id:?}");
    text.split('(').next().unwrap().to_owned()
}

#[test]
fn every_level_has_words_of_its_own() {
    let writer = full_day();
    let levels = writer.books().levels(Symbol::SPY);
    let mut titles = BTreeSet::new();
    let mut definitions: BTreeMap<String, String> = BTreeMap::new();
    for level in &levels {
        let told = writer.books().explain(Symbol::SPY, level.id).unwrap();
        assert_eq!(told.id, level.id);
        assert_eq!(told.value, Some(level.price));
        assert_eq!(told.standing, level.standing);
        assert!(!told.definition.is_empty() && !told.formula.is_empty());
        assert!(!told.inputs.is_empty(), "{}", level.id.name());
        assert!(told.definition.ends_with('.'), "{}", told.definition);
        let is_round = matches!(level.id, LevelId::Round(_));
        assert!(titles.insert(told.title.clone()) || is_round, "{} twice", told.title);
        let of = variant(level.id);
        if let Some(other) = definitions.insert(told.definition, of.clone()) {
            assert_eq!(other, of, "two variants share their words");
        }
    }
    let variants: BTreeSet<String> = levels.iter().map(|level| variant(level.id)).collect();
    assert_eq!(variants.len(), 30, "a variant of `LevelId` is missing from the day: {variants:?}");
}

fn inputs(told: &Explanation) -> BTreeMap<&str, f64> {
    told.inputs
        .iter()
        .filter_map(|input| match input.value {
            InputValue::Number(value) => Some((input.name.as_str(), value)),
            InputValue::Text(_) => None,
        })
        .collect()
}

/// The level from its own inputs, by the formula that is shown.
fn evaluated(id: LevelId, of: &BTreeMap<&str, f64>) -> Option<f64> {
    let (h, l, c) = (of.get("H")?, of.get("L")?, of.get("C")?);
    let (p, range) = ((h + l + c) / 3.0, h - l);
    let sign = |n: i8| f64::from(n.signum());
    Some(match id {
        LevelId::PriorHigh(_) => *h,
        LevelId::PriorLow(_) => *l,
        LevelId::PriorClose(_) => *c,
        LevelId::Pivot(_, 0) => p,
        LevelId::Pivot(_, 1) => 2.0 * p - l,
        LevelId::Pivot(_, -1) => 2.0 * p - h,
        LevelId::Pivot(_, 2 | -2) => p + sign_of(id) * range,
        LevelId::Pivot(_, 3) => h + 2.0 * (p - l),
        LevelId::Pivot(_, _) => l - 2.0 * (h - p),
        LevelId::Fibonacci(n) => {
            p + sign(n) * range * [0.382, 0.618, 1.0][usize::from(n.unsigned_abs()) - 1]
        }
        LevelId::Camarilla(n) => {
            c + sign(n) * range * 1.1 / [12.0, 6.0, 4.0, 2.0][usize::from(n.unsigned_abs()) - 1]
        }
        LevelId::CprTop => (2.0 * p - (h + l) / 2.0).max((h + l) / 2.0),
        LevelId::CprBottom => (2.0 * p - (h + l) / 2.0).min((h + l) / 2.0),
        LevelId::Woodie(n) => {
            let p = (h + l + 2.0 * of.get("today's open")?) / 4.0;
            [p - h + l, 2.0 * p - h, p, 2.0 * p - l, p + h - l][usize::try_from(n + 2).ok()?]
        }
        LevelId::DeMark(n) => {
            let x = if of.get("O")? < c { 2.0 * h + l + c } else { h + 2.0 * l + c };
            [x / 2.0 - h, x / 4.0, x / 2.0 - l][usize::try_from(n + 1).ok()?]
        }
        _ => return None,
    })
}

fn sign_of(id: LevelId) -> f64 {
    if matches!(id, LevelId::Pivot(_, n) if n < 0) { -1.0 } else { 1.0 }
}

fn evaluated_today(id: LevelId, of: &BTreeMap<&str, f64>) -> Option<f64> {
    let get = |name: &str| of.get(name).copied();
    Some(match id {
        LevelId::AtrUp => get("PDC")? + get("ATR(14)")?,
        LevelId::AtrDown => get("PDC")? - get("ATR(14)")?,
        LevelId::Vwap(n) => {
            get("Σ(price × size)")? / get("Σ size")? + f64::from(n) * get("deviation")?
        }
        LevelId::DailyEma(_) | LevelId::WeeklyEma(_) => {
            let before = get("EMA₋₁")?;
            before + 2.0 / (get("n")? + 1.0) * (get("close so far")? - before)
        }
        LevelId::PointOfControl => get("POC")?,
        _ => get(&id.name())?,
    })
}

#[test]
fn inputs_give_the_level() {
    let writer = full_day();
    let mut checked = 0;
    for level in writer.books().levels(Symbol::SPY) {
        let told = writer.books().explain(Symbol::SPY, level.id).unwrap();
        let of = inputs(&told);
        let Some(value) = evaluated(level.id, &of).or_else(|| evaluated_today(level.id, &of))
        else {
            let is_told_in_words = matches!(
                level.id,
                LevelId::Round(_) | LevelId::ValueAreaHigh | LevelId::ValueAreaLow
            );
            assert!(is_told_in_words, "{} has no inputs that give it", level.id.name());
            continue;
        };
        assert!((value - level.price).abs() < 1e-9, "{}: {value}", level.id.name());
        checked += 1;
    }
    assert!(75 < checked, "{checked}");
    let value = |told: &Explanation, name: &str| inputs(told)[name];
    let told = writer.books().explain(Symbol::SPY, LevelId::ValueAreaHigh).unwrap();
    assert!(0.7 <= value(&told, "shares in the value area") / value(&told, "shares in all"));
    let told = writer.books().explain(Symbol::SPY, LevelId::PriorClose(Periods::Day)).unwrap();
    assert!(told.inputs.iter().all(|input| input.as_of.is_some()), "every price has its age");
    assert!(writer.books().explain(Symbol::SPY, LevelId::Round(1)).is_none());
}

/// SPX at 10.03215 times SPY, up to 09:40.
fn index_and_fund() -> BookWriter {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    let index = |bar: &Bar| {
        let times = |one: Price| Price::from_f64(one.to_f64() * 10.03215).unwrap();
        let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(times);
        Bar { open, high, low, close, volume: 0, ..*bar }
    };
    let daily = calm_days(30).iter().map(index).collect();
    writer.handle_session_change(Symbol::SPX, &SessionStart::new(today(), daily)).unwrap();
    let history = ProxyHistory { proxy: Symbol::SPY, index_minutes: vec![], proxy_minutes: vec![] };
    writer.set_proxy_history(Symbol::SPX, &history);
    // Too far from the market, and then two others that confirm it.
    for (clock, dollars) in [("05:00", 100.0), ("05:01", 80.0), ("05:01:01", 80.0)] {
        writer.handle_tick(Symbol::SPY, &print(clock, dollars, 100));
    }
    writer.handle_tick(Symbol::SPY, &print("05:01:02", 80.0, 100));
    writer
}

/// An index's level's ratio to its fund, as it is told, and when it was so.
fn ratio_told(writer: &BookWriter, id: LevelId) -> (String, Option<Moment>) {
    let told = writer.books().explain(Symbol::SPX, id).unwrap();
    let ratio = told.inputs.into_iter().find(|input| input.name == "SPX ÷ SPY").unwrap();
    match ratio.value {
        InputValue::Text(text) => (text, ratio.as_of),
        InputValue::Number(value) => panic!("{value} would be shown as a price"),
    }
}

#[test]
fn a_ratio_is_told_with_its_own_time() {
    let mut writer = index_and_fund();
    let closed = Some(prior_trading_day(today().date).close());
    let frozen = ("10.03215".to_owned(), closed);
    for minute in 30..41 {
        let clock = format!("09:{minute}");
        writer.handle_tick(Symbol::SPY, &print(&clock, 100.0, 100));
        writer.handle_tick(Symbol::SPX, &print(&clock, 1_004.0, 0));
        assert_eq!(ratio_told(&writer, LevelId::PreMarketHigh), frozen, "{clock}");
        let live = ("10.04000".to_owned(), Some(at(&clock)));
        let expected = if minute < 35 { &frozen } else { &live };
        assert_eq!(ratio_told(&writer, LevelId::Vwap(0)), *expected, "{clock}");
    }
    // The fund trades on after the bell: the ratio is of the regular session.
    for clock in ["15:59", "16:05"] {
        writer.handle_tick(Symbol::SPY, &print(clock, 100.0, 100));
        writer.handle_tick(Symbol::SPX, &print(clock, 1_004.0, 0));
    }
    assert_eq!(ratio_told(&writer, LevelId::Vwap(0)).1, Some(at("16:00")));
}

#[test]
fn an_index_says_what_its_fund_held_back() {
    let mut writer = index_and_fund();
    let note = |writer: &BookWriter, symbol| {
        writer.books().explain(symbol, LevelId::PreMarketLow).unwrap().note
    };
    // Two were held, and the first of them confirmed by the third: that is no other.
    let told = "2 prints too far from the market were held back today.";
    assert_eq!(note(&writer, Symbol::SPY), told);
    assert_eq!(note(&writer, Symbol::SPX), told);
    writer = begin(Symbol::SPY, calm_days(30));
    writer.handle_tick(Symbol::SPY, &print("05:00", 100.0, 100));
    assert_eq!(note(&writer, Symbol::SPY), "");
    writer.handle_tick(Symbol::SPY, &print("05:01", 80.0, 100));
    assert_eq!(note(&writer, Symbol::SPY), "A print too far from the market was held back today.");
}
