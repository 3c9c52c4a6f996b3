//! Questions about bars: the pages of a chart, and windows of time that programs ask for.
//!
//! Under the tape's lock stands only what depends on where the tape is. Days that are over are
//! asked for beside it, of every market that can be asked elsewhere: practice simulates them, and
//! nobody's prints wait for that. A recorded day has its bars at hand.

use market::{Bar, BarSpan, Moment, Span, Symbol, TradingDate, fold_bars, join_bars};

use crate::bars::{CHART_BARS_MAX, bars_before, chart_hours, newest_page, page_before, page_days};
use crate::chain::let_others_run;
use crate::{ChartBars, Desk, DeskError, MarketFeed, TapeState, Trader, check_listed};

/// Days of the calendar that are read for one answer: as many as 4,000 bars of a quarter of an
/// hour lie in, and some more.
const DAYS_READ_MAX: i32 = 366;
/// Days that are read before others get their turn; to simulate one takes a fraction of a
/// millisecond. All their minutes are no more bars than an answer has.
const DAYS_AT_ONCE: i32 = 4;

impl Desk {
    /// A page of a chart's bars: those before `before`, and never later than the start of the
    /// tape's day.
    pub async fn chart_bars(
        &self,
        trader: &Trader,
        symbol: Symbol,
        span: BarSpan,
        before: Option<Moment>,
    ) -> Result<ChartBars, DeskError> {
        let hours = chart_hours(symbol, span);
        let (mut page, before, feed) = self.with_tape(trader, |tape| {
            check_listed(tape, symbol)?;
            let today = Moment::new_york(tape.day().date, Span::ZERO);
            let before = before.map_or(today, |before| before.min(today));
            let feed = tape.feed().elsewhere();
            let bars = match &feed {
                Some(_) => Vec::new(),
                None => page_before(tape.feed(), symbol, span, before),
            };
            let page = ChartBars { symbol, span, hours, epoch: tape.epoch(), bars };
            Ok::<_, DeskError>((page, before, feed))
        })?;
        if let Some(feed) = feed {
            page.bars = page_elsewhere(feed, symbol, span, before).await;
        }
        Ok(page)
    }

    /// Bars with `from <= start < until`, today's finished and forming ones included, as of one
    /// moment of the tape: at most the newest few thousand, and of spans under a day those of a
    /// year before `until`. Older ones come with the first one's start as `until`.
    pub async fn bars(
        &self,
        trader: &Trader,
        symbol: Symbol,
        span: BarSpan,
        from: Moment,
        until: Moment,
    ) -> Result<(TapeState, ChartBars), DeskError> {
        if until <= from {
            return Err(DeskError::Malformed(format!(
                "`to` ({until}) is not after `from` ({from}): swap them"
            )));
        }
        let window = Window { symbol, span, from, until };
        let (state, today, mut reading, feed) = self.with_tape(trader, |tape| {
            check_listed(tape, symbol)?;
            let mut reading = Reading::new(window, tape.day().date);
            let feed = tape.feed().elsewhere();
            if feed.is_none() {
                while reading.is_short() {
                    reading.read_on(tape.feed());
                }
            }
            let today = tape.books().minutes(symbol).to_vec();
            Ok::<_, DeskError>((tape.state(), today, reading, feed))
        })?;
        if let Some(feed) = feed {
            while reading.is_short() {
                reading.read_on(feed.as_ref());
                let_others_run().await;
            }
        }
        let hours = chart_hours(symbol, span);
        let mut bars = reading.bars;
        join_bars(&mut bars, &fold_bars(&today, span, hours));
        bars.retain(|bar| window.holds(bar));
        let spare = bars.len().saturating_sub(CHART_BARS_MAX);
        bars.drain(..spare);
        let epoch = state.epoch;
        Ok((state, ChartBars { symbol, span, hours, epoch, bars }))
    }
}

/// What [`page_before`] gives, of a market that makes its days when it is asked: others get their
/// turn in between.
async fn page_elsewhere(
    feed: Box<dyn MarketFeed>,
    symbol: Symbol,
    span: BarSpan,
    before: Moment,
) -> Vec<Bar> {
    let Some(length) = span.intraday() else {
        return page_before(feed.as_ref(), symbol, span, before);
    };
    let from = before - Span::hours(24 * page_days(length));
    let from = Moment::new_york(from.wall_time().date, Span::ZERO);
    let window = Window { symbol, span, from, until: before };
    let mut reading = Reading::new(window, before.wall_time().date.plus_days(1));
    while reading.is_short() {
        reading.read_on(feed.as_ref());
        let_others_run().await;
    }
    match reading.bars {
        // Before its first day it is asked as a recording is that has nothing for months.
        none if none.is_empty() => page_before(feed.as_ref(), symbol, span, from),
        bars => newest_page(bars),
    }
}

/// Which bars somebody asks for.
#[derive(Clone, Copy)]
struct Window {
    symbol: Symbol,
    span: BarSpan,
    from: Moment,
    until: Moment,
}

impl Window {
    fn holds(&self, bar: &Bar) -> bool {
        self.from <= bar.start && bar.start < self.until
    }
}

/// Bars of a window, of days before the tape's, read from the newest back.
struct Reading {
    window: Window,
    /// The first day to be read.
    first: TradingDate,
    /// The day after the last one that is not read yet.
    end: TradingDate,
    /// Oldest first.
    bars: Vec<Bar>,
}

impl Reading {
    fn new(window: Window, today: TradingDate) -> Self {
        let last = (window.until - Span(1)).wall_time().date;
        let end = match window.span {
            // What began before `until` and goes on after it is told whole, as far as it is known.
            BarSpan::Week | BarSpan::Month => today,
            _ => today.min(last.plus_days(1)),
        };
        let first = window.from.wall_time().date;
        let first = match window.span.intraday() {
            Some(_) => first.max(end.plus_days(-DAYS_READ_MAX)),
            None => first,
        };
        Self { window, first, end, bars: Vec::new() }
    }

    /// Whether there may be more, and an answer has room for it.
    fn is_short(&self) -> bool {
        self.first < self.end && self.bars.len() < CHART_BARS_MAX
    }

    /// Reads some more days, or all where every day is at hand as one bar.
    fn read_on(&mut self, feed: &dyn MarketFeed) {
        let Window { symbol, span, .. } = self.window;
        let start = match span.intraday() {
            Some(_) => self.first.max(self.end.plus_days(-DAYS_AT_ONCE)),
            None => self.first,
        };
        let midnight = Moment::new_york(start, Span::ZERO);
        let mut bars = bars_before(feed, symbol, span, midnight, self.end);
        bars.retain(|bar| self.window.holds(bar));
        bars.append(&mut self.bars);
        self.bars = bars;
        self.end = start;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures::executor::block_on;
    use market::{Price, TapeId, TradingDay, trading_day};

    use super::*;
    use crate::FeedEvent;

    /// A market that never moves, and remembers which days it was asked about: the first and the
    /// last of each question.
    #[derive(Clone, Default)]
    struct StillMarket {
        asked: Arc<Mutex<Vec<(TradingDate, TradingDate)>>>,
    }

    impl StillMarket {
        fn asked(&self) -> Vec<(TradingDate, TradingDate)> {
            self.asked.lock().unwrap().clone()
        }
    }

    impl MarketFeed for StillMarket {
        fn tape(&self) -> TapeId {
            TapeId::Practice { seed: 0 }
        }

        fn symbols(&self) -> Vec<Symbol> {
            vec![Symbol::SPX]
        }

        fn heartbeat(&self) -> Span {
            Span::seconds(1)
        }

        fn range(&self) -> (Moment, Moment) {
            (Moment(0), Moment(i64::MAX))
        }

        fn opening_moment(&self) -> Moment {
            day("2024-02-27").open()
        }

        fn daily_bars(&self, _: Symbol, before: TradingDate) -> Vec<Bar> {
            let first = date("2023-01-01").epoch_days();
            let dates = (first..before.epoch_days()).map(TradingDate::from_epoch_days);
            dates.filter_map(trading_day).map(|day| still(day.open())).collect()
        }

        fn minute_bars(&self, _: Symbol, from: Moment, until: Moment) -> Vec<Bar> {
            let (first, last) = (from.wall_time().date, (until - Span(1)).wall_time().date);
            self.asked.lock().unwrap().push((first, last));
            let dates = first.epoch_days()..=last.epoch_days();
            let days = dates.map(TradingDate::from_epoch_days).filter_map(trading_day);
            let minutes =
                |day: TradingDay| (0..390).map(move |n| day.open() + Span::minutes(n)).map(still);
            days.flat_map(minutes).collect()
        }

        fn events(&mut self, _: Moment, _: Moment, _: &mut Vec<FeedEvent>) {}

        fn next_event_after(&self, _: Moment) -> Option<Moment> {
            None
        }
    }

    fn date(text: &str) -> TradingDate {
        text.parse().unwrap()
    }

    fn day(text: &str) -> TradingDay {
        trading_day(date(text)).unwrap()
    }

    fn still(start: Moment) -> Bar {
        Bar::of_print(start, Price::from_units(50_000_000).unwrap(), 1)
    }

    /// What is read of the days before 27 February 2024.
    fn read(feed: &StillMarket, span: BarSpan, from: Moment, until: Moment) -> Vec<Bar> {
        let window = Window { symbol: Symbol::SPX, span, from, until };
        let mut reading = Reading::new(window, date("2024-02-27"));
        while reading.is_short() {
            reading.read_on(feed);
        }
        assert!(reading.bars.is_sorted_by(|one, next| one.start < next.start), "{span}");
        reading.bars
    }

    #[test]
    fn no_day_outside_of_a_window_is_read() {
        let feed = StillMarket::default();
        let open = day("2023-11-28").open();
        let bars = read(&feed, BarSpan::M1, open + Span(1), open + Span::minutes(30));
        assert_eq!(feed.asked(), [(date("2023-11-28"), date("2023-11-28"))]);
        let starts: Vec<Moment> = bars.iter().map(|bar| bar.start).collect();
        let expected: Vec<Moment> = (1..30).map(|n| open + Span::minutes(n)).collect();
        assert_eq!(starts, expected);
    }

    #[test]
    fn the_tapes_day_and_later_ones_are_not_read() {
        let feed = StillMarket::default();
        let until = Moment(i64::MAX);
        assert_eq!(read(&feed, BarSpan::M1, day("2024-02-27").open(), until), []);
        assert_eq!(read(&feed, BarSpan::Day, day("2024-02-28").open(), until), []);
        assert!(feed.asked().is_empty());
        let bars = read(&feed, BarSpan::H1, day("2024-02-26").open(), until);
        assert_eq!(bars.len(), 7);
        assert_eq!(feed.asked(), [(date("2024-02-26"), date("2024-02-26"))]);
    }

    #[test]
    fn no_more_is_read_than_an_answer_has_room_for() {
        let feed = StillMarket::default();
        let bars = read(&feed, BarSpan::M1, Moment(i64::MIN), Moment(i64::MAX));
        assert!(CHART_BARS_MAX <= bars.len());
        let asked = feed.asked();
        assert_eq!(asked[0].1, date("2024-02-26"), "the newest first");
        // Eleven sessions of 390 minutes are enough; two more are read along with the last.
        assert_eq!(asked.last().unwrap().0, date("2024-02-07"));
    }

    #[test]
    fn a_year_is_read_at_most_and_no_day_twice() {
        let feed = StillMarket::default();
        read(&feed, BarSpan::H4, Moment(i64::MIN), Moment(i64::MAX));
        let asked = feed.asked();
        assert_eq!(asked.last().unwrap().0, date("2024-02-27").plus_days(-DAYS_READ_MAX));
        assert!(asked.windows(2).all(|two| two[1].1.plus_days(1) == two[0].0), "{asked:?}");
        let is_short = |(first, last): &(TradingDate, TradingDate)| {
            last.epoch_days() - first.epoch_days() < DAYS_AT_ONCE
        };
        assert!(asked.iter().all(is_short), "{asked:?}");
    }

    #[test]
    fn a_page_is_read_a_few_days_at_once_and_is_the_same_page() {
        for span in BarSpan::ALL {
            // In the middle of a day, and after some that are no trading days.
            for before in [day("2024-02-21").open() + Span::hours(3), day("2024-02-20").open()] {
                let feed = StillMarket::default();
                let elsewhere = Box::new(feed.clone());
                let page = block_on(page_elsewhere(elsewhere, Symbol::SPX, span, before));
                let asked = feed.asked();
                assert_eq!(page, page_before(&feed, Symbol::SPX, span, before), "{span}");
                let days = |(first, last): &(TradingDate, TradingDate)| {
                    1 + last.epoch_days() - first.epoch_days()
                };
                assert!(asked.iter().all(|one| days(one) <= DAYS_AT_ONCE), "{asked:?}");
                assert_eq!(asked.is_empty(), span.intraday().is_none(), "{span}");
            }
        }
    }

    #[test]
    fn a_week_that_began_in_a_window_is_told_whole() {
        let feed = StillMarket::default();
        let (from, until) = (day("2024-02-06").open(), day("2024-02-13").open());
        let days = read(&feed, BarSpan::Day, from, until);
        assert_eq!((days.len(), days[0].start), (5, from));
        let weeks = read(&feed, BarSpan::Week, from, until);
        assert_eq!(weeks.len(), 1, "the one that goes on from before `from` is not in it");
        assert_eq!((weeks[0].start, weeks[0].volume), (day("2024-02-12").open(), 5));
    }
}
