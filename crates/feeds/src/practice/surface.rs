//! How volatile options say the practice market will be: by strike, by expiry, and moving.
//!
//! At each expiry the surface is J. Gatheral and A. Jacquier's SSVI ("Arbitrage-free SVI volatility
//! surfaces", 2014) with a power law whose parameters keep it free of arbitrage between strikes and
//! between expiries, as long as the variance at the money grows with time, which it does by
//! construction: it is the sum of what every part of every day still brings.

use market::{Moment, Series, Settlement, Symbol, TradingDay, next_trading_day};

/// How variance is spread over a trading day: before the open, in the session, after it.
const BEFORE: f64 = 0.26;
const SESSION: f64 = 0.71;
const AFTER: f64 = 0.03;
/// The volatility that options a year away expect, of the S&P 500.
const FAR: f64 = 0.165;
/// At the money, options are cheaper than a VIX, which holds the dear puts too.
const AT_THE_MONEY: f64 = 0.88;
/// How fast expectations go back to the far one, a trading day.
const REVERSION: f64 = 1.0 / 45.0;
const DAYS_PER_YEAR: f64 = 252.0;
/// The power law of the smile: how wide, and how it flattens with variance.
const WIDTH: f64 = 1.75;
const POWER: f64 = 0.4;

/// The surface at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surface {
    /// Variance a year, now and far away.
    near: f64,
    far: f64,
    /// How much dearer puts are than calls: a correlation.
    tilt: f64,
}

impl Surface {
    /// Where the volatility index stands at `vix` percent, so many seconds into the day.
    pub(super) fn new(underlying: Symbol, vix: f64, seconds: f64) -> Self {
        let width = match underlying {
            Symbol::NDX | Symbol::QQQ => 1.27,
            _ => 1.0,
        };
        let near = width * AT_THE_MONEY * vix / 100.0;
        let far = width * (0.6 * FAR + 0.4 * AT_THE_MONEY * vix / 100.0);
        // The skew breathes through the day.
        let breath = libm::sin(seconds / 1_700.0) + 0.5 * libm::sin(seconds / 611.0);
        Self { near: near * near, far: far * far, tilt: -0.62 - 0.02 * breath }
    }

    /// σ²T at `log` = ln(strike ÷ forward), `days` trading days away.
    pub(super) fn total_variance(&self, log: f64, days: f64) -> f64 {
        let faded = (1.0 - libm::exp(-REVERSION * days)) / REVERSION;
        let middle = (self.far * days + (self.near - self.far) * faded) / DAYS_PER_YEAR;
        let steep = WIDTH * libm::pow(middle, -POWER) * log;
        let root = ((steep + self.tilt) * (steep + self.tilt) + 1.0 - self.tilt * self.tilt).sqrt();
        0.5 * middle * (1.0 + self.tilt * steep + root)
    }
}

/// Trading days from a moment of `today` to the end of a series, as variance counts them.
#[derive(Clone, Copy, Debug)]
pub(super) struct DaysLeft {
    sessions: u16,
    /// What comes after today.
    later: f64,
}

impl DaysLeft {
    /// For a series that ends today or later.
    pub(super) fn of(today: &TradingDay, series: Series) -> Self {
        let (last, mut day, mut sessions) = (series.last_day(), *today, 0);
        while day.date < last.date {
            sessions += 1;
            day = next_trading_day(day.date);
        }
        Self::ahead(series, sessions)
    }

    /// So many sessions before the one in which it ends.
    pub(super) fn ahead(series: Series, sessions: u16) -> Self {
        let last = match series.terms().settlement {
            Settlement::Am => BEFORE,
            Settlement::Pm => BEFORE + SESSION,
        };
        let later = if sessions == 0 { 0.0 } else { f64::from(sessions) - 1.0 + last };
        Self { sessions, later }
    }

    /// How many sessions before the one in which it ends.
    pub(super) fn sessions(self) -> u16 {
        self.sessions
    }

    /// As seen at the open.
    pub(super) fn at_open(self) -> f64 {
        if self.sessions == 0 { SESSION } else { SESSION + AFTER + self.later }
    }

    /// As seen `at` a moment of the day.
    pub(super) fn at(self, today: &TradingDay, at: Moment) -> f64 {
        let length = (today.close() - today.open()).0 as f64;
        let passed = ((at - today.open()).0 as f64 / length).clamp(0.0, 1.0);
        let session = SESSION * (1.0 - passed);
        // The last second is never worth nothing: options still trade in it.
        if self.sessions == 0 { session.max(1e-6) } else { session + AFTER + self.later }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chance density of ending at `log`, times the density of a bell: what must not be
    /// negative for the surface to be free of butterflies (Gatheral and Jacquier, equation 2.1).
    fn density_factor(surface: &Surface, log: f64, days: f64) -> f64 {
        let h = 1e-4;
        let w = |log| surface.total_variance(log, days);
        let (here, up, down) = (w(log), w(log + h), w(log - h));
        let slope = (up - down) / (2.0 * h);
        let bend = (up - 2.0 * here + down) / (h * h);
        let part = 1.0 - log * slope / (2.0 * here);
        part * part - slope * slope / 4.0 * (1.0 / here + 0.25) + bend / 2.0
    }

    #[test]
    fn nobody_earns_without_risk() {
        for (vix, seconds) in [(9.0, 0.0), (14.0, 9_000.0), (30.0, 20_000.0), (80.0, 23_000.0)] {
            for symbol in [Symbol::SPX, Symbol::NDX] {
                let surface = Surface::new(symbol, vix, seconds);
                let days = [0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 21.0, 63.0, 252.0, 700.0];
                for log in (-120..=60).map(|step| f64::from(step) / 100.0) {
                    for both in days.windows(2) {
                        let [near, far] =
                            [both[0], both[1]].map(|days| surface.total_variance(log, days));
                        assert!(near <= far, "calendar at {log}: {near} {far}");
                    }
                }
                for days in days {
                    let deviation = surface.total_variance(0.0, days).sqrt();
                    for step in -120..=80 {
                        let log = f64::from(step) / 10.0 * deviation;
                        let factor = density_factor(&surface, log, days);
                        assert!(-1e-6 < factor, "butterfly at {log} in {days}: {factor}");
                    }
                }
            }
        }
    }

    #[test]
    fn volatilities_are_those_of_an_index() {
        let surface = Surface::new(Symbol::SPX, 14.5, 10_000.0);
        let iv = |part: f64, days: f64| {
            (surface.total_variance(libm::log(part), days) * 252.0 / days).sqrt()
        };
        assert!((0.11..0.15).contains(&iv(1.0, 21.0)), "{}", iv(1.0, 21.0));
        assert!(iv(1.0, 21.0) < iv(1.0, 252.0));
        let skew = iv(0.95, 21.0) - iv(1.0, 21.0);
        assert!((0.03..0.09).contains(&skew), "{skew}");
        assert!(iv(1.03, 21.0) < iv(1.0, 21.0) + 0.01);
    }
}
