//! What holds for levels on any tape.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "levels_made/tape.rs"]
mod tape;

use std::collections::BTreeMap;

use market::{Bar, Moment, Price, Print, PrintMark, Span, Symbol};
use proptest::prelude::*;
use quant::levels::{BookWriter, Books, Level, LevelId, Periods, Standing};
use quant::{BarStep, Bundle};
use tape::{at, begin, calm_days, spy};

/// Moments round which something happens: prints start from one of them.
const STARTS: [&str; 8] = ["03:58", "04:00", "09:28", "09:34", "09:59", "10:29", "15:58", "16:13"];

/// One print of a tape, as chance draws it.
#[derive(Clone, Debug)]
struct Draw {
    /// Milliseconds after the one before; negative is a late report.
    later_ms: i64,
    cents: i64,
    size: i64,
    is_official: bool,
}

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    let later = prop_oneof![6 => 0i64..3_000, 2 => 0i64..50_000, 1 => -90_000i64..0];
    let cents = prop_oneof![10 => -12i64..12, 3 => -60i64..60, 1 => -2_500i64..2_500];
    let one = (later, cents, 0i64..5_000, prop::bool::weighted(0.02)).prop_map(
        |(later_ms, cents, size, is_official)| Draw { later_ms, cents, size, is_official },
    );
    prop::collection::vec(one, 1..160)
}

fn prints(starts: &[usize], draws: &[Draw]) -> Vec<Print> {
    let mut starts: Vec<usize> = starts.to_vec();
    starts.sort_unstable();
    starts.dedup();
    let length = draws.len().div_ceil(starts.len());
    let mut cents = 10_000;
    let mut found = Vec::new();
    for (start, draws) in starts.iter().zip(draws.chunks(length)) {
        let mut now = at(STARTS[*start]);
        for draw in draws {
            // A late report is of an earlier moment; the next print is not.
            let late = Span::millis(draw.later_ms.min(0));
            now += Span::millis(draw.later_ms.max(0));
            // A wild price is mostly a bad print, and now and then a new market.
            let price = cents + draw.cents;
            if draw.cents.abs() < 100 || draw.size % 3 == 0 {
                cents = price;
            }
            let mark =
                if draw.is_official { PrintMark::OfficialClose } else { PrintMark::Ordinary };
            let price = Price::from_units(price.max(100) * 100).unwrap();
            found.push(Print { at: now + late, price, size: draw.size, mark });
        }
    }
    found
}

fn tape_of_a_day() -> impl Strategy<Value = Vec<Print>> {
    (prop::collection::vec(0..STARTS.len(), 1..5), draws())
        .prop_map(|(starts, draws)| prints(&starts, &draws))
}

fn restored<T: serde::Serialize + serde::de::DeserializeOwned>(state: &T) -> T {
    postcard::from_bytes(&postcard::to_allocvec(state).unwrap()).unwrap()
}

fn check_shape(books: &Books, finals: &mut BTreeMap<LevelId, u64>) {
    let levels = books.levels(Symbol::SPY);
    let mut known: BTreeMap<LevelId, &Level> = BTreeMap::new();
    for level in &levels {
        assert!(level.price.is_finite(), "{}", level.id.name());
        assert!(known.insert(level.id, level).is_none(), "{} twice", level.id.name());
        let bits = level.price.to_bits();
        match (finals.get(&level.id), level.standing) {
            (Some(before), Standing::Final) => assert_eq!(*before, bits, "{}", level.id.name()),
            (Some(_), Standing::Forming) => panic!("{} forms again", level.id.name()),
            (None, Standing::Final) => {
                finals.insert(level.id, bits);
            }
            (None, Standing::Forming) => {}
        }
    }
    let rising = |ids: &[LevelId]| {
        let prices: Vec<f64> = ids.iter().filter_map(|id| known.get(id)).map(|l| l.price).collect();
        assert!(prices.is_sorted(), "{ids:?}: {prices:?}");
    };
    rising(&[-3, -2, -1, 0, 1, 2, 3].map(|n| LevelId::Pivot(Periods::Day, n)));
    rising(&[-2, -1, 0, 1, 2].map(|n| LevelId::Pivot(Periods::Month, n)));
    rising(&[-4, -3, -2, -1, 1, 2, 3, 4].map(LevelId::Camarilla));
    rising(&[-3, -2, -1, 0, 1, 2, 3].map(LevelId::Vwap));
    rising(&[LevelId::ValueAreaLow, LevelId::PointOfControl, LevelId::ValueAreaHigh]);
    for which in [Periods::Day, Periods::Week, Periods::Month] {
        rising(&[LevelId::PriorLow(which), LevelId::PriorClose(which), LevelId::PriorHigh(which)]);
    }
    rising(&[LevelId::PreMarketLow, LevelId::PreMarketHigh]);
    rising(&[LevelId::LowOfDay, LevelId::Open, LevelId::HighOfDay]);
    rising(&[LevelId::LowOfDay, LevelId::OpeningRangeLow(5), LevelId::OpeningRangeHigh(5)]);
    rising(&[LevelId::OpeningRangeHigh(5), LevelId::OpeningRangeHigh(15), LevelId::HighOfDay]);
    rising(&[LevelId::InitialBalanceHigh, LevelId::HighOfDay]);
    rising(&[LevelId::CprBottom, LevelId::CprTop]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn however_prints_are_grouped_the_books_have_the_same_bits(
        prints in tape_of_a_day(),
        groups in prop::collection::vec(1usize..25, 1..40),
        save_at in 0usize..160,
    ) {
        let mut writer = begin(Symbol::SPY, calm_days(260));
        let mut follower = writer.books().clone();
        let mut sizes = groups.iter().cycle();
        let mut left = *sizes.next().unwrap();
        let mut waiting = Bundle::default();
        for (n, print) in prints.iter().enumerate() {
            waiting.absorb(&writer.handle_tick(Symbol::SPY, print));
            left -= 1;
            if left == 0 {
                follower.handle_bundle(Symbol::SPY, &std::mem::take(&mut waiting));
                left = *sizes.next().unwrap();
                if n.is_multiple_of(7) {
                    follower = restored(&follower);
                }
            }
            if n == save_at {
                let saved = restored(&writer);
                prop_assert!(saved == writer);
                writer = saved;
            }
        }
        follower.handle_bundle(Symbol::SPY, &waiting);
        prop_assert!(&follower == writer.books());
        prop_assert_eq!(
            postcard::to_allocvec(&follower).unwrap(),
            postcard::to_allocvec(writer.books()).unwrap()
        );
    }

    #[test]
    fn levels_keep_their_order_and_what_is_final_stays(prints in tape_of_a_day()) {
        let mut writer = begin(Symbol::SPY, calm_days(60));
        let mut finals = BTreeMap::new();
        check_shape(writer.books(), &mut finals);
        for print in &prints {
            writer.handle_tick(Symbol::SPY, print);
            check_shape(writer.books(), &mut finals);
        }
    }

    #[test]
    fn four_steps_make_the_same_books_as_their_bar(
        start in 0..STARTS.len(),
        bars in prop::collection::vec(
            (1i64..4, -60i64..60, 0i64..40, 0i64..40, -30i64..30, 0i64..9_000, 0u8..24),
            1..80,
        ),
    ) {
        let mut whole = begin(Symbol::SPY, calm_days(60));
        let mut stepped = whole.clone();
        let mut minute = at(STARTS[start]);
        let mut cents = 10_000;
        for (skip, drift, up, down, body, volume, wild) in bars {
            minute += Span::minutes(skip);
            cents += drift;
            let price = |cents: i64| Price::from_units(cents * 100).unwrap();
            let (open, close) = (cents, cents + body);
            // Now and then a whole bar, or only its low, is far away.
            let (open, close) =
                if wild == 0 { (open + 3_000, close + 3_000) } else { (open, close) };
            let far = if wild == 1 { 2_500 } else { 0 };
            let bar = Bar {
                start: minute,
                open: price(open),
                high: price(open.max(close) + up),
                low: price(open.min(close) - down - far),
                close: price(close),
                volume,
            };
            whole.handle_bar(Symbol::SPY, &bar);
            step(&mut stepped, &bar);
            prop_assert!(whole == stepped, "after {}", bar.start);
        }
    }

    #[test]
    fn any_history_gives_finite_levels(
        days in prop::collection::vec((1i64..500_000, 0i64..9_000, 0i64..9_000, 0i64..9_000), 0..70)
    ) {
        let calm = calm_days(days.len());
        let daily = calm.iter().zip(&days).map(|(calm, (low, open, close, more))| {
            let price = |units| Price::from_units(units).unwrap();
            Bar {
                open: price(low + open),
                close: price(low + close),
                low: price(*low),
                high: price(low + open.max(close) + more),
                ..*calm
            }
        });
        let writer = begin(Symbol::SPY, daily.collect());
        check_shape(writer.books(), &mut BTreeMap::new());
        for level in spy(&writer).levels() {
            prop_assert!(writer.books().explain(Symbol::SPY, level.id).is_some());
        }
    }
}

fn step(writer: &mut BookWriter, bar: &Bar) {
    for (n, price) in (0..).zip([bar.open, bar.high, bar.low, bar.close]) {
        let at = Moment(bar.start.0 + n * 15_000_000);
        let step = BarStep { at, price, bar: *bar, is_last: n == 3 };
        writer.handle_bar_step(Symbol::SPY, &step);
    }
}

#[test]
fn flat_prices_and_nothing_at_all_are_no_trouble() {
    let flat = |days: usize| {
        let one = |bar: Bar| Bar { open: bar.close, high: bar.close, low: bar.close, ..bar };
        calm_days(days).into_iter().map(one).collect::<Vec<_>>()
    };
    for daily in [Vec::new(), flat(1), flat(30)] {
        let mut writer = begin(Symbol::SPY, daily);
        let mut finals = BTreeMap::new();
        check_shape(writer.books(), &mut finals);
        for size in [0, 0, 100, 100] {
            writer.handle_tick(Symbol::SPY, &tape::print("09:30", 100.0, size));
            check_shape(writer.books(), &mut finals);
        }
        let book = spy(&writer);
        assert_eq!(book.level(LevelId::Vwap(3)).unwrap().price, 100.0);
        assert!(book.atr_used().is_none_or(f64::is_finite));
    }
}
