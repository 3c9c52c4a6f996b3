//! One day of the practice market, minute by minute.

use std::ops::Range;

use market::{Bar, Moment, Price, Span, Symbol, TradingDay, Volume, next_trading_day};

use super::chance::{Chance, Purpose};
use super::state::{DayStart, State, fair_ratios};

/// Trading days in a year, as an option trader counts them.
const DAYS_PER_YEAR: f64 = 252.0;
/// How a day's variance is spread: the night, pre-market, the session, after-hours.
const NIGHT_PART: f64 = 0.20;
const PRE_PART: f64 = 0.06;
const REGULAR_PART: f64 = 0.71;
const POST_PART: f64 = 0.03;
/// The same of a fund's volume; the closing auction has the rest.
const PRE_VOLUME: f64 = 0.015;
const REGULAR_VOLUME: f64 = 0.915;
const POST_VOLUME: f64 = 0.01;
const AUCTION_VOLUME: f64 = 0.06;
/// Shares that a fund trades on an ordinary day: SPY, QQQ.
const DAILY_VOLUME: [f64; 2] = [72_000_000.0, 45_000_000.0];
/// A minute's path is drawn at its knots, after 0, 15, 30, 45 and 59 seconds: how long the step to
/// each takes, as parts of a minute.
const KNOT_STEPS: [f64; 5] = [1.0 / 60.0, 0.25, 0.25, 0.25, 14.0 / 60.0];

/// What index levels are multiplied with: the years of history end where they should.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) spx: f64,
    pub(super) ndx: f64,
}

/// One minute, as levels at its knots, and what funds make of them.
#[derive(Clone, Copy, Debug)]
struct Minute {
    spx: [f64; 5],
    ndx: [f64; 5],
    vix: [f64; 5],
    /// Index ÷ fund: SPY, QQQ.
    ratios: [f64; 2],
    volumes: [Volume; 2],
}

/// A symbol's path through one minute. Its prices at any point between the least and the greatest
/// knot lie between theirs, because rounding keeps order.
#[derive(Clone, Copy, Debug)]
pub(super) struct MinutePath {
    pub(super) start: Moment,
    pub(super) knots: [f64; 5],
    pub(super) volume: Volume,
    /// Knots that are told: a volatility index is told every 15 seconds, without the last.
    pub(super) told: usize,
    ratio: f64,
    scale: f64,
}

/// Prices before they are scaled and rounded.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawBar {
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: Volume,
}

/// Every minute of one day.
#[derive(Debug)]
pub(super) struct DayTape {
    pub(super) day: TradingDay,
    shape: Shape,
    minutes: Vec<Minute>,
    /// Shares of the closing auction, which the minute from the close on includes: SPY, QQQ.
    pub(super) auction: [Volume; 2],
    /// The standard deviation of days at this volatility, as a part of the price.
    pub(super) usual_width: f64,
}

/// Minutes of a day: how many before the open, in the session, and after it.
#[derive(Clone, Copy, Debug)]
struct Shape {
    pre: usize,
    regular: usize,
    post: usize,
}

/// Part of a day's variance and of a fund's volume that falls on a minute.
#[derive(Clone, Copy)]
struct Share {
    variance: f64,
    volume: f64,
}

impl Shape {
    fn of(day: &TradingDay) -> Self {
        let minutes = |span: Span| usize::try_from(span.0 / Span::MINUTE.0).unwrap_or(0);
        Self {
            pre: minutes(day.open() - day.pre_market_open()),
            regular: minutes(day.close() - day.open()),
            post: minutes(day.after_hours_close() - day.close()),
        }
    }

    /// Busy before the bell, a U through the session, quieter and quieter after it.
    fn shares(&self) -> Vec<Share> {
        let ramp = |place: usize, of: usize| 0.2 + 1.6 * place as f64 / of as f64;
        let mut shares = Vec::with_capacity(self.pre + self.regular + self.post);
        for place in 0..self.pre {
            let weight = ramp(place, self.pre);
            shares.push(Share { variance: PRE_PART * weight, volume: PRE_VOLUME * weight });
        }
        for place in 0..self.regular {
            let from_middle = 2.0 * (place as f64 + 0.5) / self.regular as f64 - 1.0;
            let edge = from_middle * from_middle * from_middle * from_middle;
            let morning = if from_middle < 0.0 { 1.6 } else { 1.0 };
            shares.push(Share {
                variance: REGULAR_PART * (0.6 + 1.4 * edge * morning),
                volume: REGULAR_VOLUME * (0.6 + 1.9 * edge),
            });
        }
        for place in 0..self.post {
            let weight = ramp(self.post - place, self.post);
            shares.push(Share { variance: POST_PART * weight, volume: POST_VOLUME * weight });
        }
        let pre = (PRE_PART, PRE_VOLUME, 0..self.pre);
        let open = self.pre + self.regular;
        let regular = (REGULAR_PART, REGULAR_VOLUME, self.pre..open);
        let post = (POST_PART, POST_VOLUME, open..open + self.post);
        for (variance, volume, part) in [pre, regular, post] {
            let part = &mut shares[part];
            let variance = variance / part.iter().map(|share| share.variance).sum::<f64>();
            let volume = volume / part.iter().map(|share| share.volume).sum::<f64>();
            for share in part {
                share.variance *= variance;
                share.volume *= volume;
            }
        }
        shares
    }
}

impl DayTape {
    /// Simulates a day; gives where the next one starts.
    pub(super) fn simulate(seed: u64, start: &DayStart) -> (Self, DayStart) {
        let day = start.day;
        let mut chance = Chance::new(seed, Purpose::Path, i64::from(day.date.epoch_days()));
        let mut state = start.state;
        let volatility = state.volatility();
        let usual = State::FIRST.volatility();
        // Some days are loud and some are quiet at the same volatility.
        let usual_width = volatility / DAYS_PER_YEAR.sqrt();
        let day_width = usual_width * libm::exp(0.25 * chance.bell() - 0.06);
        let busy = libm::exp(0.2 * chance.bell() + 0.6 * libm::log(volatility / usual));
        let shape = Shape::of(&day);
        let mut tape = Self {
            day,
            shape,
            minutes: Vec::with_capacity(shape.pre + shape.regular + shape.post),
            auction: DAILY_VOLUME.map(|volume| shares_of(volume * busy * AUCTION_VOLUME)),
            usual_width,
        };
        let fast_before = state.fast();
        state.step(day_width * NIGHT_PART.sqrt(), day_width, &mut chance);
        let fair = fair_ratios(day.date);
        let mut loud = 0.0;
        for (place, share) in shape.shares().into_iter().enumerate() {
            // Loud minutes come in clusters, and now and then there is news.
            loud = 0.96 * loud + 0.11 * chance.bell();
            let news = if chance.part() < 1.0 / 2_500.0 { 4.0 } else { 1.0 };
            let width = day_width * share.variance.sqrt() * 0.86 * libm::exp(loud) * news;
            let mut minute = Minute {
                spx: [state.spx; 5],
                ndx: [state.ndx; 5],
                vix: [0.0; 5],
                ratios: state.ratios(fair, &mut chance),
                volumes: [0; 2],
            };
            let is_after_bell = place == shape.pre + shape.regular;
            for (knot, part) in KNOT_STEPS.into_iter().enumerate() {
                // The auction's price is the session's last.
                if !(is_after_bell && knot == 0) {
                    state.step(width * part.sqrt(), day_width, &mut chance);
                }
                minute.spx[knot] = state.spx;
                minute.ndx[knot] = state.ndx;
                minute.vix[knot] = State::vix(volatility, state.fast() - fast_before);
            }
            let moved = (state.spx / minute.spx[0] - 1.0).abs() / width;
            let level = busy * share.volume * libm::exp(0.6 * loud) * (0.65 + 0.35 * moved);
            minute.volumes =
                DAILY_VOLUME.map(|volume| shares_of(volume * level * (1.0 + 0.25 * chance.bell())));
            if let (true, Some(last)) = (is_after_bell, tape.minutes.last()) {
                minute.ratios = last.ratios;
                minute.volumes[0] += tape.auction[0];
                minute.volumes[1] += tape.auction[1];
            }
            tape.minutes.push(minute);
        }
        state.rest(&mut chance);
        (tape, DayStart { day: next_trading_day(day.date), state })
    }

    /// When a minute starts.
    pub(super) fn start(&self, place: usize) -> Moment {
        let minutes = i64::try_from(place).expect("a day has a few hundred minutes");
        self.day.pre_market_open() + Span::minutes(minutes)
    }

    /// The minutes that lie in `(after, until]`, or a part of them.
    pub(super) fn places(&self, after: Moment, until: Moment) -> Range<usize> {
        let open = self.day.pre_market_open();
        let count = i64::try_from(self.minutes.len()).expect("a day has a few hundred minutes");
        let place = |at: Moment| {
            let minutes = (at - open).0.div_euclid(Span::MINUTE.0).clamp(0, count);
            usize::try_from(minutes).expect("clamped")
        };
        // What begins just after `until` is not in it.
        place(after)..place(until + Span::MINUTE)
    }

    /// The number of the session's last minute.
    pub(super) fn last_regular(&self) -> usize {
        self.shape.pre + self.shape.regular - 1
    }

    /// A symbol's path through a minute; nothing when it does not trade then.
    pub(super) fn path(&self, symbol: Symbol, place: usize, scale: Scale) -> Option<MinutePath> {
        let minute = self.minutes.get(place)?;
        let start = self.start(place);
        let is_regular = (self.shape.pre..=self.last_regular()).contains(&place);
        let scale = scale.of(symbol);
        let index = |knots, told| {
            is_regular.then_some(MinutePath { start, knots, volume: 0, told, ratio: 1.0, scale })
        };
        let fund = |knots, fund: usize| {
            let (volume, ratio) = (minute.volumes[fund], minute.ratios[fund]);
            Some(MinutePath { start, knots, volume, told: 5, ratio, scale })
        };
        match symbol {
            Symbol::SPX => index(minute.spx, 5),
            Symbol::NDX => index(minute.ndx, 5),
            Symbol::VIX => index(minute.vix, 4),
            Symbol::SPY => fund(minute.spx, 0),
            Symbol::QQQ => fund(minute.ndx, 1),
            _ => None,
        }
    }

    /// One-minute bars of a symbol, oldest first.
    pub(super) fn bars(&self, symbol: Symbol, scale: Scale) -> impl Iterator<Item = Bar> {
        (0..self.minutes.len())
            .filter_map(move |place| Some(self.path(symbol, place, scale)?.bar()))
    }

    /// The regular session of a symbol before it is scaled.
    pub(super) fn session(&self, symbol: Symbol) -> Option<RawBar> {
        let mut whole: Option<RawBar> = None;
        for place in self.shape.pre..=self.last_regular() {
            let minute = self.path(symbol, place, Scale::ONE)?.raw();
            let Some(whole) = &mut whole else {
                whole = Some(minute);
                continue;
            };
            whole.high = whole.high.max(minute.high);
            whole.low = whole.low.min(minute.low);
            whole.close = minute.close;
            whole.volume += minute.volume;
        }
        whole
    }
}

impl Scale {
    /// Changes nothing.
    const ONE: Self = Self { spx: 1.0, ndx: 1.0 };

    /// What a symbol's prices are multiplied with.
    pub(super) fn of(self, symbol: Symbol) -> f64 {
        match symbol {
            Symbol::SPX | Symbol::SPY => self.spx,
            Symbol::NDX | Symbol::QQQ => self.ndx,
            _ => 1.0,
        }
    }
}

impl RawBar {
    /// The bar whose prices are multiplied with `scale`. Rounding keeps order, so that scaling and
    /// folding may change places.
    pub(super) fn scaled(&self, start: Moment, scale: f64) -> Bar {
        Bar {
            start,
            open: price(scale * self.open),
            high: price(scale * self.high),
            low: price(scale * self.low),
            close: price(scale * self.close),
            volume: self.volume,
        }
    }
}

impl MinutePath {
    /// The price that is printed where the index stands at `level`.
    pub(super) fn price(&self, level: f64) -> Price {
        price(self.scale * (level / self.ratio))
    }

    /// The least and greatest level that is told.
    pub(super) fn extremes(&self) -> (f64, f64) {
        let told = &self.knots[..self.told];
        told.iter().fold((told[0], told[0]), |(low, high), knot| (low.min(*knot), high.max(*knot)))
    }

    /// The last level that is told.
    pub(super) fn last(&self) -> f64 {
        self.knots[self.told - 1]
    }

    /// What the minute's prints add up to.
    pub(super) fn bar(&self) -> Bar {
        self.raw().scaled(self.start, self.scale)
    }

    fn raw(&self) -> RawBar {
        let (low, high) = self.extremes();
        RawBar {
            open: self.knots[0] / self.ratio,
            high: high / self.ratio,
            low: low / self.ratio,
            close: self.last() / self.ratio,
            volume: self.volume,
        }
    }
}

/// A price in whole cents.
fn price(value: f64) -> Price {
    let cents = (value * 100.0).round().max(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "simulated prices are far below 2^53")]
    let units = cents as i64 * (Price::UNITS / 100);
    Price::from_units(units).expect("simulated prices stay far below the greatest")
}

/// Whole shares; a minute has enough of them for a few prints.
fn shares_of(volume: f64) -> Volume {
    #[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
    let shares = volume.round().max(100.0) as Volume;
    shares
}
