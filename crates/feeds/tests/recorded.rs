//! Recorded days: minutes played as steps, prints as they were, nothing known before its time; and
//! SPY on 2013-10-07, where the data folder is at hand.

use std::io::{Read, Write};
use std::path::Path;

use desk::{FeedEvent, MarketFeed, OwnerId, RecordedChain, RecordedPart, RecordedPrices};
use feeds::RecordedMarket;
use market::{
    Bar, Moment, Price, Print, PrintMark, Quote, Root, Series, SeriesQuotes, Span, StrikeQuotes,
    Symbol, TradingDate, trading_day,
};
use proptest::prelude::*;
use quant::levels::CloseKind;

const DAY: &str = "2013-10-07";

fn date() -> TradingDate {
    DAY.parse().expect("a date")
}

fn open() -> Moment {
    trading_day(date()).expect("a Monday").open()
}

fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

fn price(units: i64) -> Price {
    Price::from_units(units).expect("a price")
}

fn dollars(dollars: i64) -> Price {
    price(dollars * Price::UNITS)
}

fn bar(start: Moment, [open, high, low, close]: [i64; 4], volume: i64) -> Bar {
    let [open, high, low, close] = [open, high, low, close].map(dollars);
    Bar { start, open, high, low, close, volume }
}

fn recorded(parts: Vec<RecordedPart>) -> RecordedMarket {
    RecordedMarket::new(&OwnerId::local(), date(), parts)
}

fn of_minutes(bars: Vec<Bar>) -> RecordedMarket {
    let day = RecordedPrices::Minutes(bars);
    recorded(vec![RecordedPart {
        symbol: Symbol::SPY,
        daily: vec![],
        close: CloseKind::Official,
        minutes: vec![],
        day,
        chain: None,
    }])
}

fn of_prints(prints: Vec<Print>) -> RecordedMarket {
    let day = RecordedPrices::Prints(prints);
    recorded(vec![RecordedPart {
        symbol: Symbol::SPY,
        daily: vec![],
        close: CloseKind::Official,
        minutes: vec![],
        day,
        chain: None,
    }])
}

fn told(market: &mut RecordedMarket, after: Moment, until: Moment) -> Vec<FeedEvent> {
    let mut told = Vec::new();
    market.events(after, until, &mut told);
    told
}

fn everything(market: &mut RecordedMarket) -> Vec<FeedEvent> {
    let (first, last) = market.range();
    told(market, first - Span(1), last)
}

/// Prices as `seconds.micros price`, the last step of a bar marked.
fn steps(told: &[FeedEvent], since: Moment) -> Vec<String> {
    let step = |event: &FeedEvent| match event {
        FeedEvent::Step { step, .. } => {
            let into = step.at - since;
            let last = if step.is_last { " last" } else { "" };
            Some(format!("{}.{:06} {}{last}", into.0 / 1_000_000, into.0 % 1_000_000, step.price))
        }
        _ => None,
    };
    told.iter().filter_map(step).collect()
}

/// Adds what is told up to minutes, from the definition of a bar: volume comes with a bar's last
/// step.
fn fold(told: &[FeedEvent]) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for event in told {
        let (at, price, size) = match event {
            FeedEvent::Print { print, .. } => (print.at, print.price, print.size),
            FeedEvent::Step { step, .. } => {
                (step.at, step.price, if step.is_last { step.bar.volume } else { 0 })
            }
            FeedEvent::Heartbeat { .. } => continue,
        };
        let start = Moment(at.0 - at.0.rem_euclid(60_000_000));
        match bars.last_mut() {
            Some(bar) if bar.start == start => {
                bar.high = bar.high.max(price);
                bar.low = bar.low.min(price);
                bar.close = price;
                bar.volume += size;
            }
            _ => {
                let (open, high, low, close) = (price, price, price, price);
                bars.push(Bar { start, open, high, low, close, volume: size });
            }
        }
    }
    bars
}

#[test]
fn a_minute_is_played_as_four_prices() {
    let minutes = [
        bar(open(), [5, 9, 3, 7], 100),                    // rose: low first
        bar(open() + Span::minutes(1), [7, 9, 3, 5], 200), // fell: high first
        bar(open() + Span::minutes(2), [5, 5, 5, 5], 300), // flat
        bar(open() + Span::minutes(5), [5, 7, 5, 6], 400), // the open is the low; a gap before
    ];
    let mut market = of_minutes(minutes.to_vec());
    let told = everything(&mut market);
    assert_eq!(
        steps(&told, open()),
        [
            "0.000000 5.00",
            "20.000000 3.00",
            "40.000000 9.00",
            "59.999999 7.00 last",
            "60.000000 7.00",
            "80.000000 9.00",
            "100.000000 3.00",
            "119.999999 5.00 last",
            "120.000000 5.00",
            "179.999999 5.00 last",
            "300.000000 5.00",
            "340.000000 7.00",
            "359.999999 6.00 last",
        ],
    );
    assert_eq!(fold(&told), minutes);
    assert_eq!(market.tape().to_string(), "replay:local/2013-10-07");
    assert_eq!(market.symbols(), [Symbol::SPY]);
    assert_eq!(market.opening_moment(), open());
}

#[test]
fn gaps_are_skipped_and_the_end_is_the_end() {
    let bars = [bar(open(), [5, 5, 5, 5], 1), bar(open() + Span::minutes(90), [6, 6, 6, 6], 1)];
    let mut market = of_minutes(bars.to_vec());
    let (first, last) = market.range();
    assert_eq!((first, last), (open(), open() + Span(91 * 60_000_000 - 1)));
    let pause = open() + Span::seconds(60);
    assert_eq!(market.next_event_after(pause), Some(open() + Span::minutes(90)));
    assert_eq!(market.next_event_after(first - Span::hours(9)), Some(first));
    assert_eq!(market.next_event_after(last), None);
    // It is alive in the gap, though, second by second, from its first price to its last.
    let beats: Vec<Moment> = told(&mut market, first - Span::hours(1), last + Span::hours(1))
        .iter()
        .filter(|event| matches!(event, FeedEvent::Heartbeat { .. }))
        .map(FeedEvent::at)
        .collect();
    assert_eq!(beats.len(), 91 * 60 - 1);
    assert_eq!(beats[0], first + Span::seconds(1));
}

#[test]
fn playing_starts_at_the_open_or_with_the_first_price() {
    let early = bar(open() - Span::minutes(90), [5, 5, 5, 5], 1);
    let late = bar(open() + Span::minutes(7), [5, 5, 5, 5], 1);
    assert_eq!(of_minutes(vec![early, late]).opening_moment(), open());
    assert_eq!(of_minutes(vec![late]).opening_moment(), late.start);
    assert_eq!(of_minutes(vec![early]).opening_moment(), early.start + Span(59_999_999));
    let empty = of_minutes(vec![]);
    assert_eq!(empty.next_event_after(open()), None);
    assert_eq!(empty.opening_moment(), empty.range().0);
}

#[test]
fn nothing_of_the_day_is_known_before_it_is_played() {
    let yesterday = open() - Span::hours(72);
    let past = bar(yesterday, [4, 4, 4, 4], 1);
    let whole_day = bar(open(), [5, 99, 1, 7], 1);
    let part = RecordedPart {
        symbol: Symbol::SPY,
        // A careless caller loads the day's own bars as history.
        daily: vec![past, whole_day],
        close: CloseKind::Official,
        minutes: vec![past, whole_day],
        day: RecordedPrices::Minutes(vec![bar(open(), [5, 9, 3, 7], 100)]),
        chain: None,
    };
    let market = recorded(vec![part]);
    assert_eq!(market.daily_bars(Symbol::SPY, date().plus_days(1)), [past]);
    assert_eq!(market.daily_bars(Symbol::SPY, yesterday.wall_time().date), []);
    let early = market.minute_bars(Symbol::SPY, Moment(0), open() + Span(59_999_999));
    assert_eq!(early, [past]);
    let bars = market.minute_bars(Symbol::SPY, Moment(0), open() + Span::MINUTE);
    assert_eq!(bars, [past, bar(open(), [5, 9, 3, 7], 100)]);
    assert_eq!(market.minute_bars(Symbol::QQQ, Moment(0), Moment(i64::MAX)), []);
    assert_eq!(market.minute_bars(Symbol::SPY, open() + Span::MINUTE, open()), []);
}

#[test]
fn two_symbols_are_told_in_order_of_time() {
    let part = |symbol, prices, minute| RecordedPart {
        symbol,
        daily: vec![],
        close: CloseKind::Official,
        minutes: vec![],
        day: RecordedPrices::Minutes(vec![bar(open() + Span::minutes(minute), prices, 1)]),
        chain: None,
    };
    let mut market =
        recorded(vec![part(Symbol::SPY, [5, 9, 3, 7], 1), part(Symbol::QQQ, [5, 9, 3, 7], 0)]);
    let told = everything(&mut market);
    assert!(told.is_sorted_by_key(FeedEvent::at));
    assert_eq!(told[0].price(), Some((Symbol::QQQ, dollars(5))));
    assert_eq!(market.symbols(), [Symbol::SPY, Symbol::QQQ]);
}

/// Failures are fixed and written down as tests, not kept in files.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn playing_in_parts_tells_the_same_and_no_bar_looks_ahead(
        prints in proptest::collection::vec((0..600_000_000_i64, 1..500_i64, 1..900_i64), 1..80),
        cuts in proptest::collection::vec(0..700_000_000_i64, 0..12),
    ) {
        let mut prints: Vec<Print> = prints
            .into_iter()
            .map(|(into, cents, size)| Print {
                at: open() + Span(into),
                price: price(cents * 100),
                size,
                mark: PrintMark::Ordinary,
            })
            .collect();
        prints.sort_by_key(|print| print.at);
        let mut market = of_prints(prints);
        let (from, until) = (open() - Span::seconds(5), open() + Span::seconds(700));
        let whole = told(&mut market, from, until);
        let mut cuts: Vec<Moment> = cuts.into_iter().map(|into| open() + Span(into)).collect();
        cuts.push(until);
        cuts.sort();
        let (mut parts, mut at) = (Vec::new(), from);
        for cut in cuts {
            market.events(at, cut, &mut parts);
            at = cut;
            // What a chart is given by then is what was told by then, in whole minutes.
            let known = market.minute_bars(Symbol::SPY, Moment(0), at);
            let mut folded = fold(&parts);
            folded.retain(|bar| bar.start + Span::MINUTE <= at);
            prop_assert_eq!(known, folded);
        }
        prop_assert_eq!(parts, whole);
    }
}

/// The rows of a file of the data folder beside the project; nothing, and a word about it, where
/// that folder is absent.
fn rows(test: &str, file: &str) -> Option<Vec<Vec<String>>> {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/market/lean"));
    if !data.is_dir() {
        let _ = writeln!(std::io::stderr(), "skipped {test}: ../shared/data is not here");
        return None;
    }
    let file = std::fs::File::open(data.join(file)).expect("the folder is whole");
    let mut zip = zip::ZipArchive::new(file).expect("the archive is whole");
    let mut text = String::new();
    let mut inner = zip.by_index(0).expect("the archive holds one file");
    inner.read_to_string(&mut text).expect("the file is text");
    Some(text.lines().map(|row| row.split(',').map(str::to_owned).collect()).collect())
}

fn number(text: &str) -> i64 {
    text.trim().parse().expect("the rows hold numbers")
}

/// Milliseconds since midnight in New York, which was four hours behind UTC that day.
fn since_midnight(millis: &str) -> Moment {
    at("2013-10-07T04:00:00Z") + Span::millis(number(millis))
}

fn published_minutes(test: &str) -> Option<Vec<Bar>> {
    let rows = rows(test, "equity/usa/minute/spy/20131007_trade.zip")?;
    let bar = |row: &Vec<String>| Bar {
        start: since_midnight(&row[0]),
        open: price(number(&row[1])),
        high: price(number(&row[2])),
        low: price(number(&row[3])),
        close: price(number(&row[4])),
        volume: number(&row[5]),
    };
    Some(rows.iter().map(bar).collect())
}

/// Open, high, low, close and volume of 09:30 to 16:00.
fn regular_day(bars: &[Bar]) -> [String; 5] {
    let (open, close) = (at("2013-10-07T13:30:00Z"), at("2013-10-07T20:00:00Z"));
    let is_regular = |bar: &&Bar| open <= bar.start && bar.start < close;
    let day = bars.iter().filter(is_regular).copied().reduce(|day, bar| Bar {
        high: day.high.max(bar.high),
        low: day.low.min(bar.low),
        close: bar.close,
        volume: day.volume + bar.volume,
        ..day
    });
    let Bar { open, high, low, close, volume, .. } = day.expect("a regular session");
    [open.to_string(), high.to_string(), low.to_string(), close.to_string(), volume.to_string()]
}

#[test]
fn spy_minutes_are_played_back_to_the_published_day() {
    let name = "spy_minutes_are_played_back_to_the_published_day";
    let Some(minutes) = published_minutes(name) else { return };
    let mut market = of_minutes(minutes.clone());
    let folded = fold(&everything(&mut market));
    assert_eq!(folded, minutes);
    assert_eq!(regular_day(&folded), ["167.43", "168.45", "167.25", "167.42", "81489219"]);
    assert_eq!(market.minute_bars(Symbol::SPY, Moment(0), Moment(i64::MAX)), minutes);
    assert_eq!(market.opening_moment(), at("2013-10-07T13:30:00Z"));
}

/// Trades of the closing auction, and the exchanges' messages of their official open and close,
/// which repeat trades that were reported before: the published minutes count none of them.
const UNCOUNTED: [&str; 3] = ["20000080", "1000000", "4000000"];
/// Trades that add to the published volume but move no published price: sweeps, and prices that
/// were agreed or derived elsewhere.
const VOLUME_ONLY: [&str; 7] =
    ["20", "20000020", "20100000", "20100200", "20102000", "20200040", "20000200"];

/// Plays the ticks whose conditions are not in `left_out`; gives the minutes that they fold to.
fn minutes_from_ticks(rows: &[Vec<String>], left_out: &[&str]) -> Vec<Bar> {
    let print = |row: &Vec<String>| Print {
        at: since_midnight(&row[0]),
        price: price(number(&row[1])),
        size: number(&row[2]),
        mark: PrintMark::Ordinary,
    };
    let is_in = |row: &&Vec<String>| row[5].trim() == "0" && !left_out.contains(&row[4].as_str());
    let prints: Vec<Print> = rows.iter().filter(is_in).map(print).collect();
    let count = prints.len();
    let mut market = of_prints(prints);
    let told = everything(&mut market);
    assert_eq!(told.iter().filter(|event| event.price().is_some()).count(), count);
    let folded = fold(&told);
    assert_eq!(market.minute_bars(Symbol::SPY, Moment(0), Moment(i64::MAX)), folded);
    folded
}

/// When the regular or pre-market minutes begin that are not among `folded`.
fn missing(published: &[Bar], folded: &[Bar], is_same: impl Fn(&Bar, &Bar) -> bool) -> Vec<String> {
    let close = at("2013-10-07T20:00:00Z");
    let is_missing = |bar: &&Bar| {
        bar.start < close && !folded.iter().any(|own| own.start == bar.start && is_same(own, bar))
    };
    published.iter().filter(is_missing).map(|bar| bar.start.to_string()).collect()
}

#[test]
fn spy_ticks_are_played_back_to_the_published_minutes() {
    let name = "spy_ticks_are_played_back_to_the_published_minutes";
    let Some(rows) = rows(name, "ticks/spy_20131007_trade.zip") else { return };
    let Some(minutes) = published_minutes(name) else { return };
    assert_eq!(rows.len(), 250_601);
    // The vendor made the minutes of the open and the close from other messages: the first trades
    // of 09:30 are left out of it, the official close is put into 15:59.
    let folded = minutes_from_ticks(&rows, &UNCOUNTED);
    let missing_volumes = missing(&minutes, &folded, |own, bar| own.volume == bar.volume);
    assert_eq!(missing_volumes, ["2013-10-07T13:30:00Z", "2013-10-07T19:59:00Z"]);

    // At 13:28 one derived price has further conditions, which this rule does not know.
    let left_out = [&UNCOUNTED[..], &VOLUME_ONLY[..]].concat();
    let folded = minutes_from_ticks(&rows, &left_out);
    let prices = |bar: &Bar| [bar.open, bar.high, bar.low, bar.close];
    let missing_prices = missing(&minutes, &folded, |own, bar| prices(own) == prices(bar));
    assert_eq!(
        missing_prices,
        ["2013-10-07T13:30:00Z", "2013-10-07T17:28:00Z", "2013-10-07T19:59:00Z"],
    );
    let [_, high, low, ..] = regular_day(&folded);
    assert_eq!([high, low], ["168.45", "167.25"]);
}

/// Options of a recorded day are seen from the moment that they were quoted; the day lasts to it.
#[test]
fn a_chain_is_seen_from_its_moment_on() {
    let series = |days: i32| Series { expires: date().plus_days(days), root: Root::SPY };
    let quotes = |series: Series| SeriesQuotes {
        series,
        open_interest_of: date(),
        dividends: None,
        strikes: vec![StrikeQuotes {
            strike: dollars(5),
            call: Quote { bid: Some(dollars(1)), ..Quote::default() },
            put: Quote::default(),
        }],
    };
    let at = open() + Span::minutes(405);
    let chain = RecordedChain { at, series: vec![quotes(series(0)), quotes(series(7))] };
    let mut market = recorded(vec![RecordedPart {
        symbol: Symbol::SPY,
        daily: vec![],
        close: CloseKind::Official,
        minutes: vec![],
        day: RecordedPrices::Minutes(vec![bar(open(), [5, 9, 3, 7], 100)]),
        chain: Some(chain),
    }]);
    assert_eq!(market.range(), (open(), at));
    let almost = Moment(at.0 - 1);
    assert_eq!(market.next_event_after(open() + Span::MINUTE), Some(at));
    assert_eq!(market.next_event_after(at), None);
    assert_eq!(market.series(Symbol::SPY, almost), []);
    assert_eq!(market.quotes(series(7), almost), None);
    // What ended with the session is over by then.
    assert_eq!(market.series(Symbol::SPY, at), [series(7)]);
    assert_eq!(market.quotes(series(0), at), None);
    assert_eq!(market.quotes(series(7), at), Some(quotes(series(7))));
    assert_eq!(market.series(Symbol::QQQ, at), []);
    assert_eq!(market.quotes(series(14), at), None);
}
