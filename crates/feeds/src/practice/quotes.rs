//! What is bid and asked for every option of the practice market, at any moment.
//!
//! A maker quotes each contract anew at moments of its own: four times a second near the money,
//! seldom far from it. A quote is worked out from where the market stood at that moment, so that
//! any moment can be asked for whatever was asked before. Spreads widen away from the money, far
//! out nobody bids, now and then a quote is crossed, and some contracts are forgotten for an hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use market::{
    Bar, Dividend, ExerciseStyle, Moment, Price, Quote, Right, Series, SeriesQuotes, Span,
    StrikeQuotes, Symbol, TradingDay, prior_trading_day,
};
use quant::options::{Black, DividendTable, american_price};

use super::SYMBOLS;
use super::chance::{Chance, Purpose};
use super::day::{DayTape, Scale};
use super::days::Days;
use super::listing::{is_listed, listed_series, listed_strikes};
use super::prints::levels_by_second;
use super::state::dividends;
use super::surface::{DaysLeft, Surface};

/// What money earns, and what the index's members pay, a year.
const RATE: f64 = 0.04;
const DIVIDENDS: f64 = 0.013;
const MICROS_PER_YEAR: f64 = 365.0 * 86_400.0 * 1e6;
/// Of an index, below this price quotes move by nickels, from it on by dimes; in ten-thousandths.
const DIMES_FROM: i64 = 30_000;
const NICKEL: i64 = 500;
const DIME: i64 = 1_000;
/// A fund's move by pennies.
const PENNY: i64 = 100;

/// One deviation from a day's open to the end of a series, as a part of the underlying's price.
fn deviation(underlying: Symbol, vix: f64, left: DaysLeft) -> f64 {
    Surface::new(underlying, vix, 0.0).total_variance(0.0, left.at_open()).sqrt()
}

/// The options of one day, and of the evening before it.
#[derive(Debug)]
pub(super) struct OptionDay {
    today: Session,
    before: Session,
    /// Every day, for what series were listed by.
    days: Arc<Days>,
    seed: u64,
    scale: Scale,
    /// Closes of the session before, of all that has options and of VIX.
    closes: BTreeMap<Symbol, f64>,
    listed: BTreeMap<Series, Listed>,
}

/// A day's path, and its index levels by the second, as far as they were asked for.
#[derive(Debug)]
struct Session {
    tape: Arc<DayTape>,
    levels: BTreeMap<(Symbol, usize), Vec<f64>>,
}

/// A series on one day.
#[derive(Debug)]
struct Listed {
    left: DaysLeft,
    left_before: DaysLeft,
    /// Where exercise may come early: what the fund pays until then, which no forward has.
    table: Option<DividendTable>,
    dividends: Option<Vec<Dividend>>,
    strikes: Vec<(Price, [Contract; 2])>,
}

/// What chance made of a contract for a day.
#[derive(Clone, Copy, Debug)]
struct Contract {
    /// How long a quote stands, and when in that time it comes.
    stands: i64,
    phase: i64,
    /// From when on nobody looks after it, and for how long.
    forgotten: Option<(Moment, Moment)>,
    open_interest: u32,
    /// Contracts that trade on the day, and the time between two trades.
    trades: f64,
    trade_every: i64,
    prior: Option<Price>,
    name: i64,
}

/// Where the market stands for an option.
#[derive(Clone, Copy)]
struct Stand {
    spot: f64,
    surface: Surface,
    days: f64,
    years: f64,
}

/// A maker's two prices, in ten-thousandths, and the volatility behind them.
#[derive(Clone, Copy)]
struct Made {
    bid: i64,
    ask: i64,
    volatility: f64,
}

impl OptionDay {
    /// The options of `today`; nothing on the first day of history, which has none before it.
    pub(super) fn new(days: &Arc<Days>, today: Arc<DayTape>) -> Option<Self> {
        let date = today.day.date;
        let before = Arc::new(days.simulate(prior_trading_day(date).date)?);
        let close = |symbol| Some((symbol, days.daily(symbol, date).last().map(close_of)?));
        let closes = SYMBOLS.into_iter().filter_map(close);
        Some(Self {
            closes: closes.collect(),
            today: Session { tape: today, levels: BTreeMap::new() },
            before: Session { tape: before, levels: BTreeMap::new() },
            days: Arc::clone(days),
            seed: days.seed(),
            scale: days.scale(),
            listed: BTreeMap::new(),
        })
    }

    /// The day.
    pub(super) fn day(&self) -> &TradingDay {
        &self.today.tape.day
    }

    /// The series of an underlying that are not over `at` a moment of the day.
    pub(super) fn series(&self, underlying: Symbol, at: Moment) -> Vec<Series> {
        let mut series = listed_series(underlying, self.day());
        series.retain(|series| at < series.expires_at());
        series
    }

    /// Every contract of a series, as it is quoted `at` a moment of the day.
    pub(super) fn quotes(&mut self, series: Series, at: Moment) -> Option<SeriesQuotes> {
        if series.expires_at() <= at || !self.listed.contains_key(&series) {
            let is_listed = self.series(series.terms().underlying, at).contains(&series);
            let listed = is_listed.then(|| self.list(series)).flatten()?;
            self.listed.insert(series, listed);
        }
        let listed = self.listed.remove(&series)?;
        let quoted = |day: &mut Self, strike: Price, right: Right, contract: &Contract| {
            day.quote(series, &listed, (strike, right, contract), at)
        };
        let strikes = listed.strikes.iter().map(|(strike, [call, put])| StrikeQuotes {
            strike: *strike,
            call: quoted(self, *strike, Right::Call, call),
            put: quoted(self, *strike, Right::Put, put),
        });
        let strikes = strikes.collect();
        let dividends = listed.dividends.clone();
        self.listed.insert(series, listed);
        Some(SeriesQuotes {
            series,
            open_interest_of: self.before.tape.day.date,
            dividends,
            strikes,
        })
    }

    fn quote(
        &mut self,
        series: Series,
        listed: &Listed,
        (strike, right, contract): (Price, Right, &Contract),
        at: Moment,
    ) -> Quote {
        let instant = self.instant(series, contract, contract.stands, contract.phase, at);
        let mut made = self.made(series, listed, strike, right, instant);
        let crossing = contract.name ^ (instant.0 / Span::seconds(10).0);
        if Chance::new(self.seed, Purpose::Quotes, crossing).part() < 1.0 / 12_000.0 {
            (made.bid, made.ask) = (made.ask, made.ask - tick(series, made.ask));
        }
        let day = self.day();
        let length = (day.options_close() - day.open()).0 as f64;
        let passed = ((at - day.open()).0 as f64 / length).clamp(0.0, 1.0);
        // Mornings and the last hour are busy.
        let part = passed + 0.12 * libm::sin(core::f64::consts::TAU * passed);
        #[expect(clippy::cast_possible_truncation, reason = "at most some ten thousand")]
        #[expect(clippy::cast_sign_loss, reason = "parts are positive")]
        let volume = (contract.trades * part) as u32;
        let last = (0 < volume).then(|| {
            let traded = self.instant(series, contract, contract.trade_every, contract.phase, at);
            let made = self.made(series, listed, strike, right, traded);
            let is_bought =
                Chance::new(self.seed, Purpose::Quotes, contract.name ^ traded.0).part() < 0.5;
            Price::from_units(if is_bought { made.ask } else { made.bid.max(tick(series, 0)) }).ok()
        });
        Quote {
            bid: Price::from_units(made.bid).ok(),
            ask: Price::from_units(made.ask).ok(),
            at: Some(instant),
            last: last.flatten(),
            prior: contract.prior,
            volume,
            open_interest: contract.open_interest,
            vendor_iv: Some((made.volatility * 1e4).round() / 1e4),
        }
    }

    /// When the quote that stands `at` a moment was made: never before the open nor after the last
    /// moment of trading. Before the open it is the evening's.
    fn instant(
        &self,
        series: Series,
        contract: &Contract,
        every: i64,
        phase: i64,
        at: Moment,
    ) -> Moment {
        let day = self.day();
        let ends = if series.last_day().date == day.date {
            series.trades_until()
        } else {
            day.options_close()
        };
        if at < day.open() || ends < day.open() {
            return self.evening(series);
        }
        let at = at.min(ends - Span(1));
        let at = match contract.forgotten {
            Some((from, until)) if from <= at && at < until => from,
            _ => at,
        };
        let made = Moment((at.0 - phase).div_euclid(every) * every + phase);
        made.max(day.open())
    }

    /// The last moment of the session before in which a series traded.
    fn evening(&self, series: Series) -> Moment {
        self.before.tape.day.options_close().min(series.trades_until())
    }

    fn made(
        &mut self,
        series: Series,
        listed: &Listed,
        strike: Price,
        right: Right,
        at: Moment,
    ) -> Made {
        let stand = self.stand(series, listed, at);
        let forward = match &listed.table {
            Some(table) => table.forward(stand.spot, at),
            None => stand.spot * libm::exp((RATE - DIVIDENDS) * stand.years),
        };
        let points = strike.to_f64();
        let log = libm::log(points / forward);
        let variance = stand.surface.total_variance(log, stand.days);
        let volatility = (variance / stand.years).sqrt();
        let option = Black {
            spot: stand.spot,
            forward,
            strike: points,
            years: stand.years,
            rate: RATE,
            volatility,
        };
        let greeks = option.greeks(right);
        let is_early = listed.table.is_some();
        let price = if is_early { american_price(&option, right) } else { greeks.price };
        let away = (log * log / variance).min(16.0);
        let half = (0.01 + 0.002 * price + 0.05 * greeks.vega) * (1.0 + 0.12 * away);
        // A tenth of the size, but ten times as many who trade it.
        let half = if is_early { 0.3 * half } else { half };
        let units = |price: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "prices are far below 2^53")]
            let units = (price.max(0.0) * Price::UNITS as f64).round() as i64;
            units
        };
        let (low, high) = (units(price - half), units(price + half));
        let bid = low - low % tick(series, low);
        let ask = high - high % tick(series, high) + tick(series, high);
        Made { bid, ask, volatility }
    }

    fn stand(&mut self, series: Series, listed: &Listed, at: Moment) -> Stand {
        let is_today = self.day().open() <= at;
        let (session, left) = if is_today {
            (&mut self.today, listed.left)
        } else {
            (&mut self.before, listed.left_before)
        };
        let underlying = series.terms().underlying;
        let (spot, vix) = session.stand(self.seed, self.scale, underlying, at);
        let day = session.tape.day;
        let seconds = (at - day.open()).0 as f64 / 1e6;
        Stand {
            spot,
            surface: Surface::new(underlying, vix, seconds),
            days: left.at(&day, at),
            years: ((series.expires_at() - at).0 as f64).max(1e6) / MICROS_PER_YEAR,
        }
    }

    /// Lists a series for the day.
    fn list(&mut self, series: Series) -> Option<Listed> {
        let underlying = series.terms().underlying;
        let close = *self.closes.get(&underlying)?;
        let vix = *self.closes.get(&Symbol::VIX)?;
        let (today, before) = (*self.day(), self.before.tape.day);
        let left = DaysLeft::of(&today, series);
        let left_before = DaysLeft::of(&before, series);
        let deviation = deviation(underlying, vix, left);
        let is_early = series.terms().style == ExerciseStyle::American;
        let dividends = is_early.then(|| dividends(underlying, close, today.date, series.expires));
        let table = dividends.as_deref();
        let table = table.map(|known| DividendTable::new(series.expires_at(), RATE, known));
        let mut listed = Listed { left, left_before, table, dividends, strikes: Vec::new() };
        for strike in listed_strikes(underlying, self.listed_by(series, left)) {
            let away = libm::log(strike.to_f64() / close) / deviation;
            let [mut call, mut put] =
                Right::ALL.map(|right| self.contract(series, strike, right, away));
            let evening = self.evening(series);
            for (right, contract) in [(Right::Call, &mut call), (Right::Put, &mut put)] {
                let made = self.made(series, &listed, strike, right, evening);
                contract.prior = Price::from_units((made.bid + made.ask) / 2).ok();
            }
            listed.strikes.push((strike, [call, put]));
        }
        Some(listed)
    }

    /// What a series was listed by, on each of its days up to this one.
    fn listed_by(&self, series: Series, left: DaysLeft) -> Vec<(f64, f64)> {
        let (days, today) = (self.days.days_until(self.day().date), self.day().date);
        let first = days.partition_point(|start| !is_listed(series, &start.day));
        let closes = |symbol| {
            let bars = self.days.daily(symbol, today);
            bars[first.saturating_sub(1).min(bars.len())..].iter().map(close_of)
        };
        let underlying = series.terms().underlying;
        let by = |(back, (close, vix)): (usize, (f64, f64))| {
            let sessions = left.sessions().saturating_add(u16::try_from(back).unwrap_or(u16::MAX));
            (close, deviation(underlying, vix, DaysLeft::ahead(series, sessions)))
        };
        closes(underlying).rev().zip(closes(Symbol::VIX).rev()).enumerate().map(by).collect()
    }

    /// What chance makes of a contract whose strike is `away` deviations above the close.
    fn contract(&self, series: Series, strike: Price, right: Right, away: f64) -> Contract {
        let root = series.root.as_str().bytes().fold(0_i64, |sum, byte| 31 * sum + i64::from(byte));
        let name = (i64::from(series.expires.epoch_days()) << 40)
            ^ (root << 50)
            ^ (strike.units() << 2)
            ^ i64::from(right == Right::Put);
        let day = self.day();
        let mut chance = Chance::new(
            self.seed,
            Purpose::Quotes,
            name ^ (i64::from(day.date.epoch_days()) << 20),
        );
        let near = away.abs();
        let stands = Span::millis(match near {
            near if near < 1.2 => 250,
            near if near < 3.0 => 1_000,
            _ => 3_000,
        });
        let length = (day.options_close() - day.open()).0;
        let forgotten = (chance.below(250) == 0).then(|| {
            let from = day.open() + Span(chance.below(length));
            (from, from + Span::minutes(20 + chance.below(70)))
        });
        // Round strikes and those that are out of the money have the crowd.
        let units = strike.units() / Price::UNITS;
        let round = match units {
            units if units % 100 == 0 => 4.0,
            units if units % 50 == 0 => 2.0,
            units if units % 25 == 0 => 1.2,
            _ => 0.6,
        };
        let side = right.sign() * away;
        let crowd = round * libm::exp(-0.5 * (side - 0.9) * (side - 0.9) / 1.4);
        let taste = |chance: &mut Chance| libm::exp(0.8 * chance.bell());
        let held = 1_400.0 * crowd * taste(&mut chance);
        let days = f64::from(series.expires.epoch_days() - day.date.epoch_days());
        let trades = 4_200.0 / (1.0 + 0.8 * days) * crowd * taste(&mut chance);
        #[expect(clippy::cast_possible_truncation, reason = "at least some seconds")]
        let trade_every = (length as f64 / trades.clamp(1.0, 3_000.0)) as i64;
        #[expect(clippy::cast_possible_truncation, reason = "some ten thousand at most")]
        #[expect(clippy::cast_sign_loss, reason = "parts are positive")]
        let open_interest = held as u32;
        Contract {
            stands: stands.0,
            phase: chance.below(stands.0),
            forgotten,
            open_interest,
            trades,
            trade_every,
            prior: None,
            name,
        }
    }
}

impl Session {
    /// The underlying and the volatility index at a moment of this session, or at its nearest end.
    fn stand(&mut self, seed: u64, scale: Scale, underlying: Symbol, at: Moment) -> (f64, f64) {
        let day = self.tape.day;
        let at = at.max(day.open()).min(day.close() - Span(1));
        let into = (at - day.pre_market_open()).0;
        let place = usize::try_from(into / Span::MINUTE.0).unwrap_or(0);
        let second = usize::try_from(into % Span::MINUTE.0 / 1_000_000).unwrap_or(0);
        let vix = self.tape.path(Symbol::VIX, place, scale).map(|path| path.knots[second / 15]);
        let levels = self
            .levels
            .entry((underlying, place))
            .or_insert_with(|| levels_by_second(seed, scale, &self.tape, place, underlying));
        let spot = levels.get(second).copied().unwrap_or(f64::NAN);
        (spot, vix.unwrap_or(f64::NAN))
    }
}

fn close_of(bar: &Bar) -> f64 {
    bar.close.to_f64()
}

/// The step of a series' prices at `units`.
fn tick(series: Series, units: i64) -> i64 {
    match series.terms().style {
        ExerciseStyle::American => PENNY,
        ExerciseStyle::European if units < DIMES_FROM => NICKEL,
        ExerciseStyle::European => DIME,
    }
}
