//! What each level is, in words and as a formula.

use super::{LevelId, Periods};

/// Title, definition and formula of a level.
pub(super) struct Definition {
    pub(super) title: String,
    pub(super) words: String,
    pub(super) formula: String,
}

fn definition(title: &str, words: &str, formula: &str) -> Definition {
    Definition { title: title.to_owned(), words: words.to_owned(), formula: formula.to_owned() }
}

fn adjective(which: Periods) -> (&'static str, &'static str) {
    match which {
        Periods::Day => ("Prior day", "the previous regular session (by the exchange calendar)"),
        Periods::Week => ("Prior week", "the previous trading week, regular sessions only"),
        Periods::Month => ("Prior month", "the previous calendar month, regular sessions only"),
    }
}

/// What `id` is.
pub(super) fn of(id: LevelId) -> Definition {
    match id {
        LevelId::PriorHigh(which) | LevelId::PriorLow(which) | LevelId::PriorClose(which) => {
            prior(id, which)
        }
        LevelId::Pivot(which, n) => pivot(which, n),
        LevelId::Fibonacci(n) => numbered(
            "Fibonacci pivot",
            n,
            "The prior session's pivot, plus or minus Fibonacci parts of its range.",
            "P ± 0.382, 0.618, 1.000 × (H − L), P = (H + L + C)/3",
        ),
        LevelId::Camarilla(n) => numbered(
            "Camarilla level",
            n,
            "The prior session's close, plus or minus parts of 1.1 times its range.",
            "C ± (H − L) × 1.1/12, /6, /4, /2",
        ),
        LevelId::Woodie(n) => numbered(
            "Woodie pivot",
            n,
            "Pivots that weigh today's open twice against the prior session's high and low.",
            "P = (H + L + 2O)/4; R1 = 2P − L; S1 = 2P − H; R2 = P + H − L; S2 = P − H + L",
        ),
        LevelId::DeMark(n) => numbered(
            "DeMark pivot",
            n,
            "Pivots whose weights depend on whether the prior session rose or fell.",
            "X = H + 2L + C if C < O, 2H + L + C if C > O, else H + L + 2C; \
             P = X/4; R1 = X/2 − L; S1 = X/2 − H",
        ),
        LevelId::CprTop | LevelId::CprBottom => central(id),
        LevelId::Vwap(n) => vwap(n),
        LevelId::DailyEma(n) => average(n, "daily", "days"),
        LevelId::WeeklyEma(n) => average(n, "weekly", "weeks"),
        LevelId::Round(_) => definition(
            "Round number",
            "A round price that many orders rest at, within two ATR of the prior close.",
            "a multiple of 25 and 100 index points, 1 and 5 dollars for funds",
        ),
        LevelId::CallWall | LevelId::PutWall => wall(id),
        LevelId::GammaFlip => definition(
            "Gamma flip",
            "The price at which the gamma of everything that dealers hold changes its sign, each \
             option's volatility as it is: above it their hedging holds moves back, below it it \
             drives them on.",
            "Σ ± gamma(price) × open interest × 100 × price² × 0.01 = 0, nearest to the price",
        ),
        LevelId::ExpectedHigh | LevelId::ExpectedLow => expected(id),
        _ => of_session(id),
    }
}

fn wall(id: LevelId) -> Definition {
    let what = if id == LevelId::CallWall { "call" } else { "put" };
    definition(
        &format!("Gamma wall of {what}s"),
        &format!(
            "The strike at which dealers' gamma of {what}s is greatest, over every expiry: where \
             their hedging is heaviest."
        ),
        "greatest |gamma × open interest × 100 × price² × 0.01| by strike",
    )
}

fn expected(id: LevelId) -> Definition {
    let (side, sign) = if id == LevelId::ExpectedHigh { ("up", "+") } else { ("down", "−") };
    definition(
        &format!("Expected move {side}"),
        "What the options that end next cost when the session was a minute old, as a way up or \
         down from the price of then.",
        &format!("price at 09:31 {sign} 0.85 × (call + put) at the money, at 09:31"),
    )
}

fn prior(id: LevelId, which: Periods) -> Definition {
    let (name, period) = adjective(which);
    let (what, formula) = match id {
        LevelId::PriorHigh(_) => ("high", "max of all regular prints of the period"),
        LevelId::PriorLow(_) => ("low", "min of all regular prints of the period"),
        _ => ("close", "official close of the period's last session, else its last print"),
    };
    definition(&format!("{name} {what}"), &format!("The {what} of {period}."), formula)
}

fn pivot(which: Periods, n: i8) -> Definition {
    let (name, period) = adjective(which);
    numbered(
        &format!("{name} standard pivot"),
        n,
        &format!("Floor traders' pivots from the high, low and close of {period}."),
        "P = (H + L + C)/3; R1 = 2P − L; S1 = 2P − H; R2 = P + (H − L); S2 = P − (H − L); \
         R3 = H + 2(P − L); S3 = L − 2(H − P)",
    )
}

fn numbered(kind: &str, n: i8, words: &str, formula: &str) -> Definition {
    let which = match n {
        0 => "P".to_owned(),
        n if 0 < n => format!("resistance {n}"),
        n => format!("support {}", n.unsigned_abs()),
    };
    definition(&format!("{kind}, {which}"), words, formula)
}

fn central(id: LevelId) -> Definition {
    let end = if id == LevelId::CprTop { "top" } else { "bottom" };
    definition(
        &format!("Central pivot range, {end}"),
        &format!(
            "The {end} of the band between the middle of the prior session and its mirror at the \
             pivot. Narrow when it is under the 25th percentile of the 20 days before."
        ),
        "BC = (H + L)/2; TC = 2P − BC; swapped so that TC ≥ BC",
    )
}

fn vwap(n: i8) -> Definition {
    let formula =
        "Σ(price × size)/Σ size since 09:30; bands ± n × √(Σ size × price²/Σ size − VWAP²)";
    if n == 0 {
        return definition(
            "Volume-weighted average price",
            "The average price of every share traded in today's regular session. From bars, each \
             bar's volume counts at its typical price (H + L + C)/3.",
            formula,
        );
    }
    let side = if 0 < n { "above" } else { "below" };
    definition(
        &format!("VWAP band, {} deviations {side}", n.unsigned_abs()),
        "VWAP plus or minus volume-weighted standard deviations of price.",
        formula,
    )
}

fn average(n: u16, of: &str, units: &str) -> Definition {
    definition(
        &format!("{n}-{of} exponential average"),
        &format!(
            "Exponential average of {of} closes over {n} {units}, seeded with the mean of the \
             first {n}. Today's last price stands for today's close while the session runs."
        ),
        "EMA = EMA₋₁ + 2/(n + 1) × (close − EMA₋₁)",
    )
}

fn of_session(id: LevelId) -> Definition {
    match id {
        LevelId::PreMarketHigh | LevelId::PreMarketLow => {
            let what = if id == LevelId::PreMarketHigh { "high" } else { "low" };
            definition(
                &format!("Pre-market {what}"),
                &format!(
                    "The {what} of today's pre-market, 04:00 to 09:30, frozen at 09:30. An index \
                     has none: it is the fund's, times index ÷ fund at the previous close."
                ),
                "max or min of accepted prints, 04:00 ≤ time < 09:30",
            )
        }
        LevelId::OvernightHigh | LevelId::OvernightLow => {
            let what = if id == LevelId::OvernightHigh { "high" } else { "low" };
            definition(
                &format!("Overnight {what}"),
                &format!(
                    "The {what} from 18:00 the evening before to 09:30, where there are prints at \
                     night (20:00 to 04:00)."
                ),
                "max or min of accepted prints, 18:00 ≤ time < 09:30",
            )
        }
        LevelId::OpeningRangeHigh(n) | LevelId::OpeningRangeLow(n) => {
            let what = if matches!(id, LevelId::OpeningRangeHigh(_)) { "high" } else { "low" };
            definition(
                &format!("Opening range {what}, {n} minutes"),
                &format!("The {what} of the first {n} minutes from 09:30, frozen when they end."),
                "max or min of regular prints, time < 09:30 + n minutes",
            )
        }
        LevelId::InitialBalanceHigh | LevelId::InitialBalanceLow => {
            let what = if id == LevelId::InitialBalanceHigh { "high" } else { "low" };
            definition(
                &format!("Initial balance {what}"),
                &format!("The {what} of the first hour from 09:30, frozen at 10:30."),
                "max or min of regular prints, time < 10:30",
            )
        }
        LevelId::Open => definition(
            "Today's open",
            "The first price of today's regular session.",
            "first print at or after 09:30",
        ),
        LevelId::HighOfDay => definition(
            "High of day",
            "The greatest price of today's regular session so far; prints after the bell do not \
             count, the official close does.",
            "max of regular prints",
        ),
        LevelId::LowOfDay => definition(
            "Low of day",
            "The least price of today's regular session so far.",
            "min of regular prints",
        ),
        _ => of_profile_or_atr(id),
    }
}

fn of_profile_or_atr(id: LevelId) -> Definition {
    match id {
        LevelId::PointOfControl => definition(
            "Point of control",
            "The price with most volume today, from one-minute bars whose volume is spread evenly \
             over their range; renewed when a minute ends.",
            "argmax of volume by price",
        ),
        LevelId::ValueAreaHigh | LevelId::ValueAreaLow => {
            let (what, edge) = match id {
                LevelId::ValueAreaHigh => ("high", "upper"),
                _ => ("low", "lower"),
            };
            definition(
                &format!("Value area {what}"),
                &format!(
                    "The {edge} edge of the prices round the point of control that hold 70 % of \
                     today's volume; renewed when a minute ends."
                ),
                "grown from POC by the greater sum of the next two rows above or below, to 70 %",
            )
        }
        LevelId::AtrUp => definition(
            "One ATR above the close",
            "Where a day as wide as the average of the last 14 would end above the prior close.",
            "PDC + ATR(14)",
        ),
        _ => definition(
            "One ATR below the close",
            "Where a day as wide as the average of the last 14 would end below the prior close.",
            "PDC − ATR(14)",
        ),
    }
}
