//! The practice market: the same bits from the same seed, a calendar that it keeps, prints that
//! fold to its bars, and statistics of a market.

use std::sync::LazyLock;

use desk::{FeedEvent, MarketFeed};
use feeds::PracticeMarket;
use market::{
    Bar, BarHours, BarSpan, Moment, Phase, Price, Print, PrintMark, Span, Symbol, TradingDate,
    TradingDay, fold_bars, next_trading_day, prior_trading_day, session_clock, trading_day,
};
use proptest::prelude::*;

const SEED: u64 = 7;
const SYMBOLS: [Symbol; 5] = [Symbol::SPX, Symbol::NDX, Symbol::SPY, Symbol::QQQ, Symbol::VIX];
const FUNDS: [Symbol; 2] = [Symbol::SPY, Symbol::QQQ];

/// One market for all tests: clones are independent, as one of them proves.
static MARKET: LazyLock<PracticeMarket> = LazyLock::new(|| PracticeMarket::new(SEED));

fn date(text: &str) -> TradingDate {
    text.parse().expect("a date")
}

fn day(text: &str) -> TradingDay {
    trading_day(date(text)).expect("a trading day")
}

fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

fn told(market: &mut PracticeMarket, after: Moment, until: Moment) -> Vec<FeedEvent> {
    let mut told = Vec::new();
    market.events(after, until, &mut told);
    told
}

fn prints_of(told: &[FeedEvent], wanted: Symbol) -> Vec<Print> {
    let print = |event: &FeedEvent| match event {
        FeedEvent::Print { symbol, print } if *symbol == wanted => Some(*print),
        _ => None,
    };
    told.iter().filter_map(print).collect()
}

fn whole_day(market: &mut PracticeMarket, day: &TradingDay) -> Vec<FeedEvent> {
    told(market, day.pre_market_open() - Span(1), day.after_hours_close())
}

fn minutes_of_day(market: &PracticeMarket, symbol: Symbol, day: &TradingDay) -> Vec<Bar> {
    market.minute_bars(symbol, day.pre_market_open(), day.after_hours_close())
}

/// FNV-1a over everything that is told.
fn hash(told: &[FeedEvent]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut take = |number: i64| {
        for byte in number.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for event in told {
        take(event.at().0);
        if let FeedEvent::Print { symbol, print } = event {
            symbol.as_str().bytes().for_each(|byte| take(i64::from(byte)));
            take(print.price.units());
            take(print.size);
            take(i64::from(print.mark == PrintMark::OfficialClose));
        }
    }
    hash
}

/// Adds prints up to minutes, straight from the definition of a bar.
fn fold(prints: &[Print]) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for print in prints {
        let start = Moment(print.at.0 - print.at.0.rem_euclid(60_000_000));
        match bars.last_mut() {
            Some(bar) if bar.start == start => {
                bar.high = bar.high.max(print.price);
                bar.low = bar.low.min(print.price);
                bar.close = print.price;
                bar.volume += print.size;
            }
            _ => bars.push(Bar {
                start,
                open: print.price,
                high: print.price,
                low: print.price,
                close: print.price,
                volume: print.size,
            }),
        }
    }
    bars
}

/// A print that no other of its neighbourhood is near: more than 3 % from those around it.
fn is_bad(prints: &[Print], place: usize) -> bool {
    let around = &prints[place.saturating_sub(3)..prints.len().min(place + 4)];
    let mut prices: Vec<i64> = around.iter().map(|print| print.price.units()).collect();
    prices.sort_unstable();
    let median = prices[prices.len() / 2] as f64;
    0.03 < (prints[place].price.units() as f64 / median - 1.0).abs()
}

fn without_bad(prints: &[Print]) -> Vec<Print> {
    let good = (0..prints.len()).filter(|place| !is_bad(prints, *place));
    good.map(|place| prints[place]).collect()
}

#[test]
fn the_same_seed_is_the_same_market() {
    let day = day("2024-02-27");
    let first = hash(&whole_day(&mut MARKET.clone(), &day));
    // The same on every machine; a change of the simulation changes it on purpose.
    assert_eq!(first, 5_229_723_674_899_386_328);
    let mut again = PracticeMarket::new(SEED);
    // What was played before changes nothing.
    whole_day(&mut again, &self::day("2025-06-04"));
    assert_eq!(hash(&whole_day(&mut again, &day)), first);
    assert_eq!(again.tape().to_string(), "practice:7");
    for symbol in SYMBOLS {
        let end = date("2027-12-31");
        assert_eq!(again.daily_bars(symbol, end), MARKET.daily_bars(symbol, end));
    }
    let mut other = PracticeMarket::new(SEED + 1);
    assert_ne!(hash(&whole_day(&mut other, &day)), first);
}

#[test]
fn clones_are_played_independently() {
    let (mut one, mut other) = (MARKET.clone(), MARKET.clone());
    let opening = one.opening_moment();
    let expected = told(&mut MARKET.clone(), opening, opening + Span::seconds(30));
    let far = at("2026-05-05T15:00:00Z");
    told(&mut other, far, far + Span::minutes(3));
    assert_eq!(told(&mut one, opening, opening + Span::seconds(30)), expected);
    told(&mut one, far, far + Span::minutes(1));
    assert_eq!(told(&mut other, opening, opening + Span::seconds(30)), expected);
}

#[test]
fn playing_starts_on_a_busy_tuesday_after_a_holiday() {
    let (first, last) = MARKET.range();
    assert_eq!(MARKET.opening_moment(), at("2024-02-27T15:30:00Z"));
    assert_eq!(last, at("2028-01-01T01:00:00Z"));
    let mut days = 0;
    let mut day = day("2024-02-27");
    while first < day.pre_market_open() {
        day = prior_trading_day(day.date);
        days += 1;
    }
    assert_eq!((days, day.pre_market_open()), (30, first));
    for symbol in SYMBOLS {
        let bars = MARKET.daily_bars(symbol, date("2024-02-27"));
        assert_eq!(bars.first().unwrap().start, self::day("2018-01-02").open());
        assert_eq!(bars.last().unwrap().start, self::day("2024-02-26").open());
        assert!(bars.is_sorted_by(|one, next| one.start < next.start));
        let minutes = MARKET.minute_bars(symbol, first, MARKET.opening_moment());
        let days = fold_bars(&minutes, BarSpan::Day, BarHours::Regular);
        assert_eq!(days.len(), 31);
        assert_eq!(minutes.last().unwrap().start, MARKET.opening_moment() - Span::MINUTE);
    }
    let spx = MARKET.daily_bars(Symbol::SPX, date("2024-02-27")).last().unwrap().close;
    assert!((4_800.0..5_300.0).contains(&spx.to_f64()), "{spx}");
}

#[test]
fn a_days_bar_is_the_fold_of_its_minutes() {
    for text in ["2018-01-02", "2020-11-27", "2024-02-26", "2027-12-31"] {
        let day = day(text);
        for symbol in SYMBOLS {
            let minutes = minutes_of_day(&MARKET, symbol, &day);
            let folded = fold_bars(&minutes, BarSpan::Day, BarHours::Regular);
            let daily = MARKET.daily_bars(symbol, day.date.plus_days(1));
            assert_eq!(folded, [*daily.last().unwrap()], "{symbol} {text}");
            for bar in minutes {
                assert_eq!(bar.checked(), Ok(bar));
                assert_eq!(bar.open.units() % 100 + bar.high.units() % 100, 0, "whole cents");
            }
        }
    }
}

/// Prints, but for index closes at the bell, of which no minute is made.
fn minute_prints(told: &[FeedEvent], symbol: Symbol, day: &TradingDay) -> Vec<Print> {
    let mut prints = prints_of(told, symbol);
    if !FUNDS.contains(&symbol) {
        prints.retain(|print| print.at < day.close());
    }
    without_bad(&prints)
}

#[test]
fn the_prints_of_whole_days_fold_to_their_minutes() {
    for text in ["2024-02-27", "2024-07-03", "2026-03-09"] {
        let day = day(text);
        let told = whole_day(&mut MARKET.clone(), &day);
        assert!(told.is_sorted_by_key(FeedEvent::at));
        for symbol in SYMBOLS {
            let folded = fold(&minute_prints(&told, symbol, &day));
            assert_eq!(folded, minutes_of_day(&MARKET, symbol, &day), "{symbol} {text}");
        }
    }
}

#[test]
fn sessions_keep_the_calendar() {
    let mut market = MARKET.clone();
    // Presidents' Day and the weekend before it.
    let (friday, tuesday) = (day("2024-02-16"), day("2024-02-20"));
    let quiet = (friday.after_hours_close(), tuesday.pre_market_open() - Span(1));
    assert_eq!(told(&mut market, quiet.0, quiet.1), []);
    assert_eq!(market.next_event_after(quiet.0), Some(tuesday.pre_market_open()));
    assert_eq!(market.minute_bars(Symbol::SPY, quiet.0, quiet.1), []);
    for (text, close, evening, minutes) in [
        ("2024-02-27", "2024-02-27T21:00:00Z", "2024-02-28T01:00:00Z", 390),
        ("2024-07-03", "2024-07-03T17:00:00Z", "2024-07-03T21:00:00Z", 210),
    ] {
        let (day, close, evening) = (day(text), at(close), at(evening));
        let told = whole_day(&mut market, &day);
        assert!(told.iter().all(|event| event.at() <= evening));
        for symbol in SYMBOLS {
            let prints = prints_of(&told, symbol);
            let is_fund = FUNDS.contains(&symbol);
            let first = if is_fund { day.pre_market_open() } else { day.open() };
            let last = if is_fund { evening } else { close };
            let phase = |print: &Print| session_clock(print.at).phase;
            assert!(prints.iter().all(|print| first <= print.at && print.at <= last), "{symbol}");
            assert!(prints.iter().all(|print| phase(print) != Phase::Closed), "{symbol}");
            let marked: Vec<&Print> =
                prints.iter().filter(|print| print.mark == PrintMark::OfficialClose).collect();
            let [official] = marked[..] else { panic!("one official close: {marked:?}") };
            let daily = market.daily_bars(symbol, day.date.plus_days(1));
            assert_eq!((official.at, official.price), (close, daily.last().unwrap().close));
            assert_eq!(is_fund, 1_000_000 < official.size);
            let bars = minutes_of_day(&market, symbol, &day);
            let regular = bars.iter().filter(|bar| day.open() <= bar.start && bar.start < close);
            assert_eq!(regular.count(), minutes, "{symbol} {text}");
        }
    }
}

#[test]
fn heartbeats_come_every_second_but_for_two_drops_a_day() {
    for text in ["2024-02-27", "2024-07-03"] {
        let day = day(text);
        let mut market = MARKET.clone();
        let told = whole_day(&mut market, &day);
        let beats: Vec<Moment> = told
            .iter()
            .filter_map(|event| match event {
                FeedEvent::Heartbeat { at } => Some(*at),
                _ => None,
            })
            .collect();
        assert_eq!(beats[0], day.pre_market_open());
        assert_eq!(*beats.last().unwrap(), day.after_hours_close() - Span::seconds(1));
        let gaps: Vec<(Moment, Moment)> = beats
            .windows(2)
            .filter(|pair| pair[1] - pair[0] != Span::seconds(1))
            .map(|pair| (pair[0], pair[1]))
            .collect();
        assert_eq!(gaps.len(), 2, "{gaps:?}");
        for (before, after) in gaps {
            assert!(day.open() < before && after < day.close());
            let silence = after - before;
            assert!(Span::seconds(8) <= silence && silence <= Span::seconds(17), "{silence:?}");
            // Silent while it lasts; then everything is told, with its own times.
            let (down, up) = (before + Span::seconds(1), after - Span::seconds(1));
            assert_eq!(self::told(&mut market, down, up), [], "{text}");
            let next = market.next_event_after(down).unwrap();
            assert!(up < next && next <= after);
            let late = self::told(&mut market, next - Span(1), next);
            let values = prints_of(&late, Symbol::SPX);
            assert!(7 <= values.len() && values[0].at < down + Span::seconds(1), "{values:?}");
        }
    }
}

/// Wilder's average of the true ranges of 14 days, as a part of the last close.
fn atr_part(daily: &[Bar]) -> f64 {
    let range = |pair: &[Bar]| {
        let (before, bar) = (pair[0].close.units(), &pair[1]);
        let (high, low) = (bar.high.units(), bar.low.units());
        (high - low).max((high - before).abs()).max((low - before).abs()) as f64
    };
    let ranges: Vec<f64> = daily.windows(2).map(range).collect();
    let first = ranges[..14].iter().sum::<f64>() / 14.0;
    let atr = ranges[14..].iter().fold(first, |atr, range| (atr * 13.0 + range) / 14.0);
    atr / daily[daily.len() - 1].close.units() as f64
}

#[test]
fn bad_prints_are_rare_lonely_and_in_no_bar() {
    let mut market = MARKET.clone();
    let mut bad_days = 0;
    for first in ["2024-03-04", "2025-09-02", "2026-11-16"] {
        let mut day = day(first);
        for _ in 0..15 {
            let told = whole_day(&mut market, &day);
            let mut bad = 0;
            for symbol in FUNDS {
                let prints = prints_of(&told, symbol);
                let bars = minutes_of_day(&market, symbol, &day);
                let atr = atr_part(&market.daily_bars(symbol, day.date));
                for place in (0..prints.len()).filter(|place| is_bad(&prints, *place)) {
                    let print = prints[place];
                    assert_ne!(session_clock(print.at).phase, Phase::Regular);
                    let minute = print.at.minute_start();
                    let bar = bars.iter().find(|bar| bar.start == minute).unwrap();
                    // Far enough for the quarantine, and in no bar.
                    let off = print.price.units() as f64 / bar.close.units() as f64 - 1.0;
                    assert!((6.0 * atr).max(0.03) < off.abs(), "{off} at ATR {atr}");
                    assert!(print.price < bar.low || bar.high < print.price);
                    bad += 1;
                }
            }
            assert!(bad <= 1, "{bad} on {}", day.date);
            bad_days += bad;
            day = next_trading_day(day.date);
        }
    }
    assert!((9..=36).contains(&bad_days), "{bad_days} of 45 days");
}

#[test]
fn the_end_of_the_calendar_is_the_end() {
    let mut market = MARKET.clone();
    let (first, last) = market.range();
    assert_eq!(market.next_event_after(last), None);
    assert_eq!(market.next_event_after(last - Span(1)), None);
    let before = last - Span::seconds(2);
    assert!(market.next_event_after(before).unwrap() <= last - Span::seconds(1));
    assert_eq!(told(&mut market, last, last + Span::hours(100)), []);
    assert_eq!(market.next_event_after(first - Span::hours(1_000)), Some(first));
    assert_eq!(market.minute_bars(Symbol::SPY, Moment(i64::MIN), Moment(0)), []);
    assert_eq!(market.minute_bars(Symbol::SPY, last, first), []);
    assert_eq!(market.daily_bars("ABC".parse().unwrap(), date("2024-02-27")), []);
    let newest = market.minute_bars(Symbol::SPX, Moment(i64::MIN), Moment(i64::MAX));
    assert_eq!(newest.last().unwrap().start, day("2027-12-31").close() - Span::MINUTE);
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn covariance(one: &[f64], other: &[f64]) -> f64 {
    let (a, b) = (mean(one), mean(other));
    let products: Vec<f64> = one.iter().zip(other).map(|(x, y)| (x - a) * (y - b)).collect();
    mean(&products)
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    covariance(one, other) / (covariance(one, one) * covariance(other, other)).sqrt()
}

fn returns(market: &PracticeMarket, symbol: Symbol) -> Vec<f64> {
    let bars = market.daily_bars(symbol, date("2024-02-27"));
    bars.windows(2).map(|pair| libm::log(pair[1].close.to_f64() / pair[0].close.to_f64())).collect()
}

#[test]
fn six_years_look_like_a_market() {
    for seed in [SEED, 1, 99] {
        let market = PracticeMarket::new(seed);
        let [spx, ndx, spy, qqq, vix] = SYMBOLS.map(|symbol| returns(&market, symbol));
        let yearly = (covariance(&spx, &spx) * 252.0).sqrt();
        assert!((0.08..0.35).contains(&yearly), "seed {seed}: volatility {yearly}");
        let wider = covariance(&ndx, &ndx).sqrt() / covariance(&spx, &spx).sqrt();
        assert!((1.1..1.4).contains(&wider), "seed {seed}: NDX {wider} × SPX");
        assert!(0.95 < correlation(&spx, &spy), "seed {seed}");
        assert!(0.95 < correlation(&ndx, &qqq), "seed {seed}");
        assert!((0.8..0.98).contains(&correlation(&spx, &ndx)), "seed {seed}");
        assert!(correlation(&spx, &vix) < -0.3, "seed {seed}");
        let fourth: Vec<f64> = spx.iter().map(|r| r * r * r * r).collect();
        let variance = covariance(&spx, &spx);
        assert!(3.5 < mean(&fourth) / (variance * variance), "seed {seed}: no fat tails");
        let bars = market.daily_bars(Symbol::SPX, date("2024-02-27"));
        let ranges: Vec<f64> = bars
            .iter()
            .map(|bar| (bar.high.to_f64() - bar.low.to_f64()) / bar.close.to_f64())
            .collect();
        assert!((0.006..0.02).contains(&mean(&ranges)), "seed {seed}: range {}", mean(&ranges));
        for (index, fund, low, high) in
            [(Symbol::SPX, Symbol::SPY, 9.95, 10.1), (Symbol::NDX, Symbol::QQQ, 40.7, 41.5)]
        {
            let funds = market.daily_bars(fund, date("2024-02-27"));
            for (one, other) in market.daily_bars(index, date("2024-02-27")).iter().zip(funds) {
                let ratio = one.close.to_f64() / other.close.to_f64();
                assert!((low..high).contains(&ratio), "seed {seed}: {index} ÷ {fund} {ratio}");
            }
        }
    }
}

#[test]
fn a_session_is_busiest_at_its_ends() {
    let mut sums = [0_i64; 13];
    let mut day = day("2024-02-27");
    for _ in 0..10 {
        day = prior_trading_day(day.date);
        for bar in MARKET.minute_bars(Symbol::SPY, day.open(), day.close()) {
            let half_hour = (bar.start - day.open()).0 / Span::minutes(30).0;
            sums[usize::try_from(half_hour).unwrap()] += bar.volume;
        }
    }
    let middle = *sums[3..10].iter().max().unwrap();
    assert!(middle < sums[0] && middle < sums[12], "{sums:?}");
    // An ordinary day's tape: two to four trades a second at noon.
    let noon = self::day("2024-02-26").open() + Span::minutes(150);
    let told = told(&mut MARKET.clone(), noon, noon + Span::minutes(10));
    let trades = prints_of(&told, Symbol::SPY).len();
    assert!((600..3_600).contains(&trades), "{trades} trades in ten minutes");
    assert_eq!(prints_of(&told, Symbol::SPX).len(), 600);
    assert_eq!(prints_of(&told, Symbol::VIX).len(), 40);
}

/// Some moment between 2024 and 2027, inside a trading day more often than not.
fn some_moment() -> impl Strategy<Value = Moment> {
    (0_i32..1_400, 0..24 * 3_600_000_000_i64).prop_map(|(days, micros)| {
        Moment::new_york(date("2024-01-12").plus_days(days), Span(micros))
    })
}

/// Failures are fixed and written down as tests, not kept in files.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_minute_folds_from_its_prints(moment in some_moment(), symbol in 0..5_usize) {
        let symbol = SYMBOLS[symbol];
        let start = moment.minute_start();
        // Long enough for what was withheld to be told.
        let until = start + Span::seconds(90);
        let told = told(&mut MARKET.clone(), start - Span::minutes(1), until);
        let clock = session_clock(start);
        let mut prints = minute_prints(&told, symbol, &clock.day);
        prints.retain(|print| print.at.minute_start() == start);
        prop_assert_eq!(
            fold(&prints),
            MARKET.minute_bars(symbol, start, start + Span::MINUTE)
        );
    }

    #[test]
    fn playing_in_parts_tells_the_same(
        moment in some_moment(),
        near_drop in any::<bool>(),
        lengths in proptest::collection::vec(0..20_000_000_i64, 1..8),
    ) {
        let mut market = MARKET.clone();
        let mut from = moment;
        if near_drop && let Some(day) = trading_day(moment.wall_time().date) {
            let told = whole_day(&mut market, &day);
            let beats: Vec<Moment> = told.iter().filter_map(|event| match event {
                FeedEvent::Heartbeat { at } => Some(*at),
                _ => None,
            }).collect();
            let gap = beats.windows(2).find(|pair| Span::seconds(2) < pair[1] - pair[0]).unwrap();
            from = gap[0] - Span(moment.0.rem_euclid(20_000_000));
        }
        let until = Moment(from.0 + lengths.iter().sum::<i64>());
        let whole = told(&mut MARKET.clone(), from, until);
        let mut parts = Vec::new();
        let mut at = from;
        for length in lengths {
            market.events(at, at + Span(length), &mut parts);
            at += Span(length);
        }
        prop_assert_eq!(parts, whole);
    }

    #[test]
    fn the_next_event_is_the_first_that_is_told(moment in some_moment()) {
        let mut market = MARKET.clone();
        let next = market.next_event_after(moment).unwrap();
        prop_assert!(moment < next);
        prop_assert_eq!(told(&mut market, moment, next - Span(1)), []);
        prop_assert!(!told(&mut market, moment, next).is_empty());
    }
}

#[test]
fn prices_are_whole_cents() {
    let told = whole_day(&mut MARKET.clone(), &day("2024-02-27"));
    let prices = told.iter().filter_map(FeedEvent::price);
    assert!(prices.into_iter().all(|(_, price): (Symbol, Price)| price.units() % 100 == 0));
}
