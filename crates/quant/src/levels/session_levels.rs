//! Levels that today's prints make: ranges, the open, VWAP, the volume profile and averages.

use market::{Moment, Price, Span};

use super::book::{LevelBook, RANGE_MINUTES, Range, own};
use super::{Level, LevelId, Standing};
use crate::indicators::Ema;

/// Standard deviations of the VWAP's bands.
const VWAP_BANDS: [i8; 3] = [1, 2, 3];

/// Where it is remembered that the open is among the levels that stand still; ranges come before.
const OPEN_PLACE: usize = 6;

/// A range with the names of its ends, when it is frozen, and where that is remembered.
struct Stretch {
    range: Option<Range>,
    high: LevelId,
    low: LevelId,
    end: Moment,
    place: usize,
}

impl LevelBook {
    /// Computes the levels that move anew.
    pub(super) fn refresh(&mut self) {
        self.settle();
        let mut moving = std::mem::take(&mut self.moving);
        moving.clear();
        self.push_ranges(&mut moving);
        self.push_session(&mut moving);
        self.push_averages(&mut moving);
        for level in &mut moving {
            level.touches = self.touches(level.id);
        }
        self.moving = moving;
    }

    fn stretches(&self) -> [Stretch; 6] {
        let open = self.bounds.open;
        let opening = |place: usize, high, low| Stretch {
            range: self.ranges[place],
            high,
            low,
            end: open + Span::minutes(i64::from(RANGE_MINUTES[place])),
            place,
        };
        let range = |n| (LevelId::OpeningRangeHigh(n), LevelId::OpeningRangeLow(n));
        let [(high5, low5), (high15, low15), (high30, low30)] = [range(5), range(15), range(30)];
        [
            Stretch {
                range: self.overnight.filter(|_| self.trades_at_night),
                high: LevelId::OvernightHigh,
                low: LevelId::OvernightLow,
                end: open,
                place: 4,
            },
            Stretch {
                range: self.pre_market,
                high: LevelId::PreMarketHigh,
                low: LevelId::PreMarketLow,
                end: open,
                place: 5,
            },
            opening(0, high5, low5),
            opening(1, high15, low15),
            opening(2, high30, low30),
            opening(3, LevelId::InitialBalanceHigh, LevelId::InitialBalanceLow),
        ]
    }

    /// Moves what froze to the levels that stand still: ranges in the order of their ends and the
    /// open between, so that the order is the same however prints were grouped.
    fn settle(&mut self) {
        if !self.is_reached(self.bounds.open) || self.is_settled() {
            return;
        }
        let [overnight, pre_market, opening @ ..] = self.stretches();
        self.settle_range(&overnight);
        self.settle_range(&pre_market);
        self.settle_open();
        for stretch in &opening {
            self.settle_range(stretch);
        }
    }

    fn settle_range(&mut self, stretch: &Stretch) {
        if self.settled[stretch.place] || !self.is_reached(stretch.end) {
            return;
        }
        self.settled[stretch.place] = true;
        let Some(range) = stretch.range else { return };
        for (id, price) in [(stretch.high, range.high), (stretch.low, range.low)] {
            let level = own(id, price.to_f64(), Standing::Final, range.last_at);
            self.fixed.push(Level { touches: self.touches(id), ..level });
        }
    }

    fn settle_open(&mut self) {
        if self.settled[OPEN_PLACE] || self.regular.is_none() {
            return;
        }
        self.settled[OPEN_PLACE] = true;
        let Some(range) = self.regular_from_open() else { return };
        let (open, at) = (range.open.to_f64(), self.bounds.open);
        self.fixed.push(own(LevelId::Open, open, Standing::Final, at));
        if let Ok(day) = &self.history.day {
            let pivots = day.prices.woodie(open).into_iter();
            let level = |(n, price)| own(LevelId::Woodie(n), price, Standing::Final, at);
            self.fixed.extend(pivots.map(level));
        }
    }

    fn is_settled(&self) -> bool {
        self.settled.iter().all(|is_settled| *is_settled)
    }

    fn push_ranges(&self, found: &mut Vec<Level>) {
        if self.is_settled() {
            return;
        }
        for stretch in self.stretches() {
            let Some(range) = stretch.range.filter(|_| !self.settled[stretch.place]) else {
                continue;
            };
            for (id, price) in [(stretch.high, range.high), (stretch.low, range.low)] {
                found.push(own(id, price.to_f64(), Standing::Forming, range.last_at));
            }
        }
    }

    fn push_session(&self, found: &mut Vec<Level>) {
        let (Some(range), Some((high, low))) = (self.regular, self.day_extremes()) else { return };
        let standing = self.regular_standing();
        let at = range.last_at;
        found.push(own(LevelId::HighOfDay, high.to_f64(), standing, at));
        found.push(own(LevelId::LowOfDay, low.to_f64(), standing, at));
        if let (Some(vwap), Some(deviation)) = (self.vwap.vwap(), self.vwap.deviation()) {
            found.push(own(LevelId::Vwap(0), vwap, standing, at));
            for n in VWAP_BANDS {
                let half = f64::from(n) * deviation;
                found.push(own(LevelId::Vwap(n), vwap + half, standing, at));
                found.push(own(LevelId::Vwap(-n), vwap - half, standing, at));
            }
        }
        if let Some(area) = self.value {
            let minute_end = |start: Moment| start + Span::MINUTE;
            let at = self.profiled().map_or(at, minute_end);
            found.push(own(LevelId::PointOfControl, area.poc, standing, at));
            found.push(own(LevelId::ValueAreaHigh, area.high, standing, at));
            found.push(own(LevelId::ValueAreaLow, area.low, standing, at));
        }
    }

    fn push_averages(&self, found: &mut Vec<Level>) {
        let standing = self.regular_standing();
        let mut push = |id: LevelId, value: Option<(f64, Moment)>| {
            if let Some((value, at)) = value {
                found.push(own(id, value, standing, at));
            }
        };
        for average in &self.history.daily {
            if let Ok(length) = u16::try_from(average.length()) {
                push(LevelId::DailyEma(length), self.daily_average(average));
            }
        }
        for average in &self.history.weekly {
            if let Ok(length) = u16::try_from(average.length()) {
                push(LevelId::WeeklyEma(length), self.weekly_average(average));
            }
        }
    }

    /// Today's regular price, or its official close, and when it was: what stands for today's close
    /// in an average. Prints after the bell do not move it.
    pub(super) fn regular_price(&self) -> Option<(f64, Moment)> {
        let range = self.regular?;
        let price: Price = self.official_close.unwrap_or(range.last);
        Some((price.to_f64(), range.last_at))
    }

    /// An average with today in it; before the open, yesterday's.
    fn daily_average(&self, average: &Ema) -> Option<(f64, Moment)> {
        if !self.history.is_daily_known(average) {
            return None;
        }
        match self.regular_price() {
            Some((price, at)) => Some((average.peek(price)?, at)),
            None => Some((average.value()?, self.history.day.as_ref().ok()?.as_of)),
        }
    }

    /// An average with this week in it; before the week's first price, last week's.
    fn weekly_average(&self, average: &Ema) -> Option<(f64, Moment)> {
        let day = self.history.day.as_ref().ok()?;
        if !self.history.is_weekly_known(average) {
            return None;
        }
        match self.regular_price() {
            Some((price, at)) => Some((average.peek(price)?, at)),
            None if self.history.is_week_begun => {
                Some((average.peek(day.prices.close)?, day.as_of))
            }
            None => Some((average.value()?, day.as_of)),
        }
    }

    fn regular_standing(&self) -> Standing {
        if self.is_regular_final() { Standing::Final } else { Standing::Forming }
    }
}
