//! What options said of volatility on the days before the tape's, and where it stands among them.
//!
//! A day is worked out once and kept: from the market itself where it can be asked about other
//! days, else from the chains that the trader brought in.

use market::{Moment, Series, SeriesQuotes, Span, Symbol, TapeId, TradingDate, trading_day};
use quant::options::{ChainBook, RANK_DAYS, RATE_DEFAULT, VolatilityDay};

use crate::chain::let_others_run;
use crate::recording::{import_series, import_tape};
use crate::{Desk, DeskError, MarketFeed, TapeState, Trader, check_listed};

/// What options said, day by day.
#[derive(Clone, Debug, PartialEq)]
pub struct VolatilityDays {
    /// Of which underlying.
    pub symbol: Symbol,
    /// As of which moment of which tape.
    pub state: TapeState,
    /// What they say now.
    pub now: Option<VolatilityDay>,
    /// What they said at the closes of days before the tape's, oldest first; at most a year.
    pub days: Vec<(TradingDate, VolatilityDay)>,
    /// Days that are not worked out yet: ask again.
    pub missing: usize,
}

/// Days that are worked out for one question: a part of a second.
const AT_ONCE: usize = 12;
/// Series on each side of thirty days: one may lack a volatility.
const ROUND: usize = 2;

impl Desk {
    /// What did options on `symbol` say of volatility, on at most a year of days before the tape's?
    pub async fn volatility_days(
        &self,
        trader: &Trader,
        symbol: Symbol,
    ) -> Result<VolatilityDays, DeskError> {
        let (state, today, listed, mut feed, sessions) = self.with_tape(trader, |tape| {
            check_listed(tape, symbol)?;
            let today = tape.day().date;
            let listed = tape.series(symbol);
            let feed = tape.feed().elsewhere().filter(|_| !listed.is_empty());
            let bars = tape.feed().daily_bars(symbol, today);
            let sessions: Vec<TradingDate> = bars[bars.len().saturating_sub(RANK_DAYS)..]
                .iter()
                .map(|bar| bar.start.wall_time().date)
                .collect();
            Ok::<_, DeskError>((tape.state(), today, listed, feed, sessions))
        })?;
        let series = round_thirty_days(&listed, state.at);
        let now = VolatilityDay::of(&self.books_of(trader, &series).await?);
        let owner = trader.owner();
        // A recorded day has a tape of its own, and one past with the trader's other days.
        let tape = match (&feed, &state.tape) {
            (Some(_), tape) => tape.clone(),
            (None, TapeId::Replay { .. }) => import_tape(owner),
            (None, _) => {
                return Ok(VolatilityDays { symbol, state, now, days: Vec::new(), missing: 0 });
            }
        };
        let limit = u32::try_from(RANK_DAYS).unwrap_or(u32::MAX);
        let store = self.store();
        let mut known = store.read_volatility_days(owner, &tape, symbol, today, limit).await?;
        let wanted = match feed {
            Some(_) => sessions,
            None => store.chain_days(owner, &tape, symbol, today, limit).await?,
        };
        let is_missing = |day: &TradingDate| known.iter().all(|(one, _)| one != day);
        let missing: Vec<TradingDate> = wanted.into_iter().rev().filter(is_missing).collect();
        let mut found = Vec::with_capacity(AT_ONCE);
        for day in missing.iter().take(AT_ONCE) {
            let said = match &mut feed {
                Some(feed) => said_by_market(feed.as_mut(), symbol, *day),
                None => self.said_by_chain(trader, symbol, *day).await?,
            };
            found.push((*day, said));
            let_others_run().await;
        }
        if !found.is_empty() {
            store.write_volatility_days(owner, &tape, symbol, &found).await?;
        }
        let missing = missing.len() - found.len();
        known.extend(found);
        known.sort_by_key(|(day, _)| *day);
        let told = known.into_iter().filter_map(|(day, said)| Some((day, said?)));
        Ok(VolatilityDays { symbol, state, now, days: told.collect(), missing })
    }

    /// What a chain that the trader brought in says.
    async fn said_by_chain(
        &self,
        trader: &Trader,
        symbol: Symbol,
        day: TradingDate,
    ) -> Result<Option<VolatilityDay>, DeskError> {
        let (owner, store) = (trader.owner(), self.store());
        let tape = import_tape(owner);
        let Some(chain) = store.read_chain(owner, &tape, symbol, day).await? else {
            return Ok(None);
        };
        let minutes = import_series(owner, symbol, market::BarSpan::M1);
        let midnight = Moment::new_york(day, Span::ZERO);
        let minutes = store.read_bars(owner, &minutes, midnight, chain.at, 1).await?;
        let prints = store.read_prints(owner, &tape, symbol, day).await?;
        let print = prints.iter().rev().find(|print| print.at <= chain.at);
        let spot = print.map(|print| print.price).or(minutes.last().map(|bar| bar.close));
        let listed: Vec<Series> = chain.series.iter().map(|quotes| quotes.series).collect();
        let chosen = round_thirty_days(&listed, chain.at);
        let quotes = chain.series.into_iter().filter(|one| chosen.contains(&one.series));
        Ok(spot.and_then(|spot| said(quotes, spot.to_f64(), chain.at)))
    }
}

/// The series whose ends lie round thirty days from `at`, soonest first, of series in that order.
fn round_thirty_days(listed: &[Series], at: Moment) -> Vec<Series> {
    let thirty_days = Span::hours(24 * 30);
    let late = listed.partition_point(|series| series.expires_at() < at + thirty_days);
    listed[late.saturating_sub(ROUND)..listed.len().min(late + ROUND)].to_vec()
}

/// What the options of a day said at its close.
fn said_by_market(
    feed: &mut dyn MarketFeed,
    symbol: Symbol,
    day: TradingDate,
) -> Option<VolatilityDay> {
    let at = trading_day(day)?.close();
    let bars = feed.daily_bars(symbol, day.plus_days(1));
    let spot = bars.last().filter(|bar| bar.start.wall_time().date == day)?.close.to_f64();
    let series = round_thirty_days(&feed.series(symbol, at), at);
    let quotes: Vec<SeriesQuotes> =
        series.into_iter().filter_map(|series| feed.quotes(series, at)).collect();
    said(quotes.into_iter(), spot, at)
}

fn said(
    quotes: impl Iterator<Item = SeriesQuotes>,
    spot: f64,
    at: Moment,
) -> Option<VolatilityDay> {
    let books: Vec<ChainBook> =
        quotes.map(|quotes| ChainBook::new(quotes, RATE_DEFAULT, spot, at)).collect();
    VolatilityDay::of(&books)
}
