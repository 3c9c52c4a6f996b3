//! A day of a whole chain, minute by minute, through the books that a page keeps: 2,192 contracts
//! of GOOG on 24 December 2015, a session of three and a half hours, from Lean's files.
//!
//! It is skipped, and says so, where these files are not on the machine.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{Cursor, Read as _, Write as _};
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use market::{
    Moment, Price, Quote, QuoteChange, Right, Series, SeriesQuotes, Span, StrikeQuotes,
    TradingDate, prior_trading_day,
};
use quant::options::ChainBook;

const ROWS: u64 = 275_552;
const CONTRACTS: usize = 2_192;
/// What bills of a quarter paid then.
const RATE: f64 = 0.002;

/// A day as its files tell it.
struct Day {
    /// Every series without a quote.
    chains: Vec<SeriesQuotes>,
    /// Where a minute ends, the underlying then, and what changed in it, by series.
    minutes: Vec<(Moment, f64, BTreeMap<usize, Vec<QuoteChange>>)>,
}

/// Every file in a zip: its name and its text.
fn unzip(name: &str) -> Option<Vec<(String, String)>> {
    let folder = "../../../shared/data/chains/lean/goog";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(path).ok()?)).ok()?;
    let mut files = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("an entry");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        files.push((file.name().expect("a name").into_owned(), text));
    }
    Some(files)
}

/// `20151224_goog_minute_quote_american_call_7500000_20160115.csv`.
fn contract(name: &str) -> (Series, Price, Right) {
    let words: Vec<&str> = name.trim_end_matches(".csv").split('_').collect();
    let [.., right, strike, date] = words.as_slice() else { panic!("{name}") };
    let right = if *right == "call" { Right::Call } else { Right::Put };
    let strike = Price::from_units(strike.parse().expect("a strike")).expect("a price");
    let date = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
    let expires: TradingDate = date.parse().expect("a date");
    let root = "GOOG".parse().expect("a root");
    (Series { expires, root }, strike, right)
}

/// The fields of a row; nothing where one is empty.
fn fields(row: &str) -> Vec<Option<i64>> {
    row.split(',').map(|field| field.parse().ok()).collect()
}

fn day() -> Option<Day> {
    let date = TradingDate::new(2015, 12, 24).expect("a date");
    let [(_, underlying)] = unzip("20151224_underlying_trade.zip")?.try_into().ok()?;
    let spots: BTreeMap<i64, f64> = underlying
        .lines()
        .filter_map(|row| Some((fields(row)[0]?, fields(row)[4]? as f64 / 1e4)))
        .collect();
    let mut strikes: BTreeMap<Series, BTreeMap<Price, StrikeQuotes>> = BTreeMap::new();
    let files = unzip("20151224_minute_quote_american.zip")?;
    for (name, _) in &files {
        let (series, strike, _) = contract(name);
        let (call, put) = (Quote::default(), Quote::default());
        strikes.entry(series).or_default().insert(strike, StrikeQuotes { strike, call, put });
    }
    let chains: Vec<SeriesQuotes> = strikes
        .into_iter()
        .map(|(series, strikes)| SeriesQuotes {
            series,
            open_interest_of: prior_trading_day(date).date,
            dividends: Some(Vec::new()),
            strikes: strikes.into_values().collect(),
        })
        .collect();
    let mut minutes: BTreeMap<i64, BTreeMap<usize, Vec<QuoteChange>>> = BTreeMap::new();
    let mut rows = 0;
    for (name, text) in &files {
        let (series, strike, right) = contract(name);
        let chain = chains.iter().position(|one| one.series == series).expect("a series");
        let place = chains[chain].strikes.binary_search_by_key(&strike, |one| one.strike);
        let place = u32::try_from(place.expect("a strike")).expect("few strikes");
        for row in text.lines() {
            rows += 1;
            let fields = fields(row);
            let ms = fields[0].expect("a time");
            let ended_at = Moment::new_york(date, Span::millis(ms) + Span::MINUTE);
            let price = |place: usize| Price::from_units(fields[place]?).ok();
            let quote =
                Quote { bid: price(4), ask: price(9), at: Some(ended_at), ..Quote::default() };
            let changes = minutes.entry(ms).or_default().entry(chain).or_default();
            changes.push(QuoteChange { place, right, quote });
        }
    }
    assert_eq!((files.len(), rows), (CONTRACTS, ROWS));
    let minutes = minutes.into_iter().map(|(ms, changes)| {
        let spot = *spots.range(..=ms).next_back().expect("a price before").1;
        (Moment::new_york(date, Span::millis(ms) + Span::MINUTE), spot, changes)
    });
    Some(Day { chains, minutes: minutes.collect() })
}

/// Every book as it stands at the close.
fn replayed(day: &Day) -> Vec<ChainBook> {
    let (at, spot, _) = day.minutes[0];
    let book = |quotes: &SeriesQuotes| ChainBook::new(quotes.clone(), RATE, spot, at);
    let mut books: Vec<ChainBook> = day.chains.iter().map(book).collect();
    for (at, spot, changes) in &day.minutes {
        for (place, book) in books.iter_mut().enumerate() {
            match changes.get(&place) {
                Some(changes) => book.handle_quotes(changes, *spot, *at),
                None => book.handle_tick(*spot, *at),
            }
        }
    }
    books
}

fn replay(criterion: &mut Criterion) {
    let Some(day) = day() else {
        let words = "skipped: GOOG's minutes of 24 December 2015 are not on this machine";
        let _ = writeln!(std::io::stderr(), "{words}");
        return;
    };
    // At the close, near the money, a call and a put of one strike imply one volatility.
    let books = replayed(&day);
    let mut compared = 0;
    for book in books.iter().filter(|book| 5.0 / 365.0 < book.years()) {
        for (place, row) in book.quotes().strikes.iter().enumerate() {
            let [call, put] = Right::ALL.map(|right| book.option(place, right).iv);
            let is_near = (row.strike.to_f64() / book.spot() - 1.0).abs() < 0.01;
            if let (true, Ok(call), Ok(put)) = (is_near, call, put) {
                assert!(
                    (call - put).abs() < 0.03,
                    "{} {}: {call} {put}",
                    book.series(),
                    row.strike
                );
                compared += 1;
            }
        }
    }
    assert!(30 < compared, "{compared}");
    let mut group = criterion.benchmark_group("chain_replay");
    group.sample_size(10).throughput(Throughput::Elements(ROWS));
    group.bench_function("goog", |bencher| bencher.iter(|| replayed(black_box(&day))));
    group.finish();
}

criterion_group!(benches, replay);
criterion_main!(benches);
