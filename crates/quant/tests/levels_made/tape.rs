//! Made-up tapes, small enough to follow by hand. The day is Tuesday, 6 February 2024.

use market::{
    Bar, Moment, Price, Print, PrintMark, Span, Symbol, TradingDay, Volume, prior_trading_day,
    trading_day,
};
use quant::levels::{BookWriter, LevelBook, SessionStart};

pub(crate) fn today() -> TradingDay {
    trading_day("2024-02-06".parse().unwrap()).unwrap()
}

/// `09:30` or `09:30:05` today.
pub(crate) fn at(clock: &str) -> Moment {
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let seconds = parts[0] * 3_600 + parts[1] * 60 + parts.get(2).unwrap_or(&0);
    Moment::new_york(today().date, Span::seconds(seconds))
}

pub(crate) fn price(dollars: f64) -> Price {
    Price::from_f64(dollars).unwrap()
}

pub(crate) fn print(clock: &str, dollars: f64, size: Volume) -> Print {
    Print { at: at(clock), price: price(dollars), size, mark: PrintMark::Ordinary }
}

pub(crate) fn bar(clock: &str, prices: [f64; 4], volume: Volume) -> Bar {
    let [open, high, low, close] = prices.map(price);
    Bar { start: at(clock), open, high, low, close, volume }.checked().unwrap()
}

/// `days` sessions before today, all of them open 99, high 101, low 98, close 100: ATR is 3.
pub(crate) fn calm_days(days: usize) -> Vec<Bar> {
    let mut bars = Vec::with_capacity(days);
    let mut day = today();
    for _ in 0..days {
        day = prior_trading_day(day.date);
        bars.push(Bar { start: day.open(), ..bar("09:30", [99.0, 101.0, 98.0, 100.0], 1_000) });
    }
    bars.reverse();
    bars
}

pub(crate) fn begin(symbol: Symbol, daily: Vec<Bar>) -> BookWriter {
    let mut writer = BookWriter::default();
    writer.handle_session_change(symbol, &SessionStart::new(today(), daily)).unwrap();
    writer
}

pub(crate) fn spy(writer: &BookWriter) -> &LevelBook {
    writer.books().book(Symbol::SPY).unwrap()
}
