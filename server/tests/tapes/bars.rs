//! Windows of bars, as programs ask for them: whole however long ago, the same bars as the chart's,
//! nothing later than the tape's time, and nothing simulated while a tape is held.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use desk::{Desk, FeedEvent, MarketFeed};
use feeds::PracticeMarket;
use market::{
    Bar, BarHours, BarSpan, Moment, Span, Symbol, TapeId, TradingDate, TradingDay, fold_bars,
    trading_day,
};

use super::stage::{Practice, Stage, ada, day, minutes, stage};

/// Bars of a window that makes sense.
async fn ask(
    stage: &Stage,
    symbol: Symbol,
    span: BarSpan,
    from: Moment,
    until: Moment,
) -> Vec<Bar> {
    let (state, told) = stage.desk.bars(&ada(), symbol, span, from, until).await.unwrap();
    assert_eq!((told.symbol, told.span, told.epoch), (symbol, span, state.epoch));
    assert!(told.bars.iter().all(|bar| from <= bar.start && bar.start < until), "{symbol} {span}");
    assert!(told.bars.iter().all(|bar| bar.start <= state.at), "{symbol} {span}");
    assert!(told.bars.is_sorted_by(|one, next| one.start < next.start), "{symbol} {span}");
    told.bars
}

fn session(date: &str) -> TradingDay {
    trading_day(day(date)).unwrap()
}

fn midnight(date: TradingDate) -> Moment {
    Moment::new_york(date, Span::ZERO)
}

#[tokio::test]
async fn a_window_of_weeks_or_months_ago_has_the_bars_of_the_chart() {
    let stage = stage().await;
    for date in ["2024-02-13", "2023-11-28"] {
        let (from, until) = (session(date).open(), session(date).close());
        for symbol in [Symbol::SPX, Symbol::SPY] {
            for (span, count) in [(BarSpan::M1, 390), (BarSpan::M15, 26), (BarSpan::H4, 2)] {
                let told = ask(&stage, symbol, span, from, until).await;
                assert_eq!(told.len(), count, "{symbol} {span} {date}");
                let page = stage.desk.chart_bars(&ada(), symbol, span, Some(until)).await.unwrap();
                let chart = &page.bars[page.bars.len() - count..];
                assert_eq!(told, chart, "{symbol} {span} {date}");
            }
        }
        let minutes = ask(&stage, Symbol::SPX, BarSpan::M1, from, until).await;
        let daily = ask(&stage, Symbol::SPX, BarSpan::Day, from, until).await;
        assert_eq!(daily, fold_bars(&minutes, BarSpan::Day, BarHours::Regular), "{date}");
    }
}

#[tokio::test]
async fn a_window_ends_within_a_bar_and_tells_it_whole() {
    let stage = stage().await;
    let open = session("2024-02-13").open();
    let (from, until) = (open + Span::minutes(7), open + Span::minutes(31));
    let told = ask(&stage, Symbol::SPY, BarSpan::M5, from, until).await;
    let starts: Vec<Moment> = told.iter().map(|bar| bar.start).collect();
    assert_eq!(starts, [10, 15, 20, 25, 30].map(|into| open + Span::minutes(into)));
    let (last, ends) = (open + Span::minutes(30), open + Span::minutes(35));
    let minutes = ask(&stage, Symbol::SPY, BarSpan::M1, last, ends).await;
    assert_eq!(minutes.len(), 5);
    assert_eq!(told[4..], fold_bars(&minutes, BarSpan::M5, BarHours::Extended));
    // A weekend has none.
    let (from, until) = (midnight(day("2024-02-10")), midnight(day("2024-02-12")));
    assert!(ask(&stage, Symbol::SPY, BarSpan::M1, from, until).await.is_empty());
}

#[tokio::test]
async fn older_bars_come_with_the_start_of_the_first_one() {
    let stage = stage().await;
    let (from, end) = (midnight(day("2024-01-29")), midnight(day("2024-02-14")));
    let (mut until, mut counts, mut all) = (end, Vec::new(), Vec::new());
    loop {
        let mut page = ask(&stage, Symbol::SPY, BarSpan::M1, from, until).await;
        let Some(first) = page.first() else { break };
        until = first.start;
        counts.push(page.len());
        page.append(&mut all);
        all = page;
    }
    // Twelve days of 960 minutes.
    assert_eq!(counts, [4_000, 4_000, 3_520]);
    let minutes = |tape: &mut desk::Tape| tape.feed().minute_bars(Symbol::SPY, from, end);
    assert_eq!(all, stage.desk.with_tape(&ada(), minutes));
}

#[tokio::test]
async fn no_window_looks_past_the_tapes_time() {
    let stage = stage().await;
    let now = session("2024-02-13").open() + Span::minutes(97) + Span::seconds(20);
    stage.desk.seek_tape(&ada(), now);
    let month = Span::hours(24 * 30);
    for symbol in [Symbol::SPX, Symbol::SPY] {
        let known = stage.desk.with_tape(&ada(), |tape| tape.books().minutes(symbol).to_vec());
        for span in BarSpan::ALL {
            let later = ask(&stage, symbol, span, now + Span(1), now + month).await;
            assert!(later.is_empty(), "{symbol} {span}");
            // What is forming knows no price that is still to come.
            let around = ask(&stage, symbol, span, now - month, now + month).await;
            let close = around.last().map(|bar| bar.close);
            assert_eq!(close, known.last().map(|bar| bar.close), "{symbol} {span}");
        }
    }
}

#[tokio::test]
async fn a_recorded_day_has_the_bars_of_days_before_and_its_own_so_far() {
    let stage = stage().await;
    let [before, date] = stage.record(&ada()).await;
    stage.desk.play_recording(&ada(), date).await.unwrap();
    let open = trading_day(date).unwrap().open();
    stage.desk.seek_tape(&ada(), open + Span::minutes(17) + Span::seconds(20));
    let today = midnight(date);
    let told = ask(&stage, Symbol::SPY, BarSpan::M1, midnight(before), today).await;
    assert_eq!(told, minutes(before, 1));
    let page = stage.desk.chart_bars(&ada(), Symbol::SPY, BarSpan::M1, Some(today)).await.unwrap();
    assert_eq!(told, page.bars);
    let told = ask(&stage, Symbol::SPY, BarSpan::M1, today, today + Span::hours(24)).await;
    let known = stage.desk.with_tape(&ada(), |tape| tape.books().minutes(Symbol::SPY).to_vec());
    assert_eq!(told, known);
    assert!(open + Span::minutes(16) <= told.last().unwrap().start);
    let later = open + Span::minutes(18);
    assert!(ask(&stage, Symbol::SPY, BarSpan::M1, later, later + Span::hours(6)).await.is_empty());
}

/// The practice market, which counts how often it is itself asked for minutes: whoever does that
/// holds its tape.
#[derive(Clone)]
struct Counting {
    market: PracticeMarket,
    asked: Arc<AtomicUsize>,
}

impl MarketFeed for Counting {
    fn tape(&self) -> TapeId {
        self.market.tape()
    }

    fn symbols(&self) -> Vec<Symbol> {
        self.market.symbols()
    }

    fn heartbeat(&self) -> Span {
        self.market.heartbeat()
    }

    fn range(&self) -> (Moment, Moment) {
        self.market.range()
    }

    fn opening_moment(&self) -> Moment {
        self.market.opening_moment()
    }

    fn daily_bars(&self, symbol: Symbol, before: TradingDate) -> Vec<Bar> {
        self.market.daily_bars(symbol, before)
    }

    fn minute_bars(&self, symbol: Symbol, from: Moment, until: Moment) -> Vec<Bar> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.market.minute_bars(symbol, from, until)
    }

    fn events(&mut self, after: Moment, until: Moment, told: &mut Vec<FeedEvent>) {
        self.market.events(after, until, told);
    }

    fn elsewhere(&self) -> Option<Box<dyn MarketFeed>> {
        self.market.elsewhere()
    }

    fn next_event_after(&self, at: Moment) -> Option<Moment> {
        self.market.next_event_after(at)
    }
}

#[tokio::test]
async fn nobody_is_held_up_while_older_days_are_simulated() {
    let stage = stage().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let market = PracticeMarket::new(7);
    let markets = Arc::new(Practice(Counting { market, asked: Arc::clone(&asked) }));
    let desk = Desk::new(Arc::clone(&stage.store) as _, markets);
    let at = desk.tape_state(&ada()).await.unwrap().at;
    let before = asked.load(Ordering::Relaxed);
    assert!(0 < before, "a tape asks for some when it opens");
    for span in [BarSpan::M1, BarSpan::H4, BarSpan::Day] {
        let (_, told) = desk.bars(&ada(), Symbol::SPX, span, Moment(0), at).await.unwrap();
        let page = desk.chart_bars(&ada(), Symbol::SPX, span, None).await.unwrap();
        assert!(!told.bars.is_empty() && !page.bars.is_empty(), "{span}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), before);
}
