//! A recorded day, played back as it was: prints one by one, or minute bars as four prices each.

use std::collections::BTreeMap;

use desk::{FeedEvent, MarketFeed, OwnerId, RecordedChain, RecordedPart, RecordedPrices};
use market::{
    Bar, Moment, Price, Print, Series, SeriesQuotes, Span, Symbol, TapeId, TradingDate, trading_day,
};
use quant::BarStep;
use quant::levels::CloseKind;

/// How often it is heard from while it plays.
const HEARTBEAT: Span = Span::seconds(1);

/// A recorded day.
///
/// Prints are played as they were. What a minute bar did between its open and its close is **not
/// known**: it is played as open, low, high, close when it did not fall and as open, high, low,
/// close when it fell, after 0, 20, 40 and 59.999999 seconds. This assumption moves no finished
/// bar.
pub struct RecordedMarket {
    tape: TapeId,
    date: TradingDate,
    symbols: Vec<Symbol>,
    daily: BTreeMap<Symbol, Vec<Bar>>,
    closes: BTreeMap<Symbol, CloseKind>,
    /// Minutes of earlier days and of the day itself, oldest first.
    minutes: BTreeMap<Symbol, Vec<Bar>>,
    /// Everything that happened on the day, oldest first.
    events: Vec<FeedEvent>,
    /// Options, as they stood at one moment of it.
    chains: BTreeMap<Symbol, RecordedChain>,
}

impl RecordedMarket {
    /// The day `date` of `owner`'s recordings.
    pub fn new(owner: &OwnerId, date: TradingDate, parts: Vec<RecordedPart>) -> Self {
        let mut market = Self {
            tape: TapeId::Replay { owner: owner.as_str().to_owned(), recording: date.to_string() },
            date,
            symbols: Vec::new(),
            daily: BTreeMap::new(),
            closes: BTreeMap::new(),
            minutes: BTreeMap::new(),
            events: Vec::new(),
            chains: BTreeMap::new(),
        };
        for part in parts {
            market.add(part);
        }
        market.events.sort_by_key(FeedEvent::at);
        market
    }

    fn add(&mut self, part: RecordedPart) {
        let RecordedPart { symbol, mut daily, close, mut minutes, .. } = part;
        // Whatever was loaded with it: nothing of the day is known before it is played.
        let midnight = Moment::new_york(self.date, Span::ZERO);
        daily.retain(|bar| bar.start < midnight);
        minutes.retain(|bar| bar.start < midnight);
        match part.day {
            RecordedPrices::Minutes(bars) => {
                for bar in &bars {
                    let steps = steps(bar).into_iter();
                    self.events.extend(steps.map(|step| FeedEvent::Step { symbol, step }));
                }
                minutes.extend(bars);
            }
            RecordedPrices::Prints(prints) => {
                minutes.extend(minutes_of(&prints));
                let told = prints.into_iter().map(|print| FeedEvent::Print { symbol, print });
                self.events.extend(told);
            }
        }
        if let Some(chain) = part.chain {
            self.chains.insert(symbol, chain);
        }
        self.symbols.push(symbol);
        self.daily.insert(symbol, daily);
        self.closes.insert(symbol, close);
        self.minutes.insert(symbol, minutes);
    }
}

/// The prices that a bar is played as: the open, the extremes and, with the volume, the close.
fn steps(bar: &Bar) -> Vec<BarStep> {
    let (second, third) =
        if bar.open <= bar.close { (bar.low, bar.high) } else { (bar.high, bar.low) };
    let almost = Span(Span::MINUTE.0 - 1);
    let times = [Span::ZERO, Span::seconds(20), Span::seconds(40), almost];
    let prices: [Price; 4] = [bar.open, second, third, bar.close];
    let mut told: Vec<BarStep> = Vec::with_capacity(4);
    for (price, time) in prices.into_iter().zip(times) {
        let is_last = time == almost;
        // A price that is already there is not told again, but for the last, which has the volume.
        if is_last || told.last().is_none_or(|before| before.price != price) {
            told.push(BarStep { at: bar.start + time, price, bar: *bar, is_last });
        }
    }
    told
}

/// Folds prints, oldest first, into the minutes that have any.
pub fn minutes_of(prints: &[Print]) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::with_capacity(1_000);
    for print in prints {
        let bar = Bar::of_print(print.at.minute_start(), print.price, print.size);
        match bars.last_mut() {
            Some(last) if last.start == bar.start => last.absorb(&bar),
            _ => bars.push(bar),
        }
    }
    bars
}

impl MarketFeed for RecordedMarket {
    fn tape(&self) -> TapeId {
        self.tape.clone()
    }

    fn symbols(&self) -> Vec<Symbol> {
        self.symbols.clone()
    }

    fn heartbeat(&self) -> Span {
        HEARTBEAT
    }

    /// From the first price of the day to its last, or to the quotes of options after it.
    fn range(&self) -> (Moment, Moment) {
        let midnight = Moment::new_york(self.date, Span::ZERO);
        let first = self.events.first().map_or(midnight, FeedEvent::at);
        let last = self.events.last().map_or(midnight, FeedEvent::at);
        (first, self.chains.values().map(|chain| chain.at).fold(last, Moment::max))
    }

    /// The regular open, or the first price where that comes later.
    fn opening_moment(&self) -> Moment {
        let (first, last) = self.range();
        let open = trading_day(self.date).map_or(first, |day| day.open());
        open.clamp(first, last)
    }

    fn daily_bars(&self, symbol: Symbol, before: TradingDate) -> Vec<Bar> {
        let midnight = Moment::new_york(before, Span::ZERO);
        let bars = self.daily.get(&symbol).map_or(&[][..], Vec::as_slice);
        bars[..bars.partition_point(|bar| bar.start < midnight)].to_vec()
    }

    fn close_kind(&self, symbol: Symbol, _before: TradingDate) -> CloseKind {
        self.closes.get(&symbol).copied().unwrap_or_default()
    }

    /// A bar that ends after `until` is left out: a replay cannot look ahead.
    fn minute_bars(&self, symbol: Symbol, from: Moment, until: Moment) -> Vec<Bar> {
        let bars = self.minutes.get(&symbol).map_or(&[][..], Vec::as_slice);
        let first = bars.partition_point(|bar| bar.start < from);
        let end = bars.partition_point(|bar| bar.start + Span::MINUTE <= until);
        bars[first.min(end)..end].to_vec()
    }

    fn events(&mut self, after: Moment, until: Moment, told: &mut Vec<FeedEvent>) {
        let place = |at: Moment| self.events.partition_point(|event| event.at() <= at);
        let began = told.len();
        told.extend_from_slice(&self.events[place(after)..place(until)]);
        let (first, last) = self.range();
        let mut beat = after.max(first).0.div_euclid(1_000_000) + 1;
        while Moment(beat * 1_000_000) <= until.min(last) {
            told.push(FeedEvent::Heartbeat { at: Moment(beat * 1_000_000) });
            beat += 1;
        }
        told[began..].sort_by_key(FeedEvent::at);
    }

    /// Nothing before the moment that the quotes are of: a replay cannot look ahead.
    fn series(&mut self, underlying: Symbol, at: Moment) -> Vec<Series> {
        let known = self.chains.get(&underlying).filter(|chain| chain.at <= at);
        let series = known.into_iter().flat_map(|chain| &chain.series).map(|one| one.series);
        series.filter(|series| at < series.expires_at()).collect()
    }

    fn quotes(&mut self, series: Series, at: Moment) -> Option<SeriesQuotes> {
        let known = self.chains.get(&series.terms().underlying)?;
        if at < known.at || series.expires_at() <= at {
            return None;
        }
        known.series.iter().find(|one| one.series == series).cloned()
    }

    /// Heartbeats do not count: a gap in the recording is skipped.
    fn next_event_after(&self, at: Moment) -> Option<Moment> {
        let place = self.events.partition_point(|event| event.at() <= at);
        let next = self.events.get(place).map(FeedEvent::at);
        let quoted = self.chains.values().map(|chain| chain.at).filter(|quoted| at < *quoted);
        next.into_iter().chain(quoted).min()
    }
}
