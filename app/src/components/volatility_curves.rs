//! What moves options of a series, by strike: delta, gamma, theta or vega along its smile.

use leptos::prelude::*;
use market::{ExerciseStyle, Right, Series, format};
use quant::options::{Black, OptionGreeks, RATE_DEFAULT, Smile, early_exercise};

use super::menu::choice;
use super::volatility_days::{DayFigure, VolatilityDaysSignal, volatility_days};
use super::volatility_smile::volatility_smile;
use super::volatility_surface::volatility_surface;
use super::volatility_term::volatility_term;
use crate::erased::{Erase, memo, part};

/// What is drawn over the strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Curve {
    /// Volatilities.
    #[default]
    Smile,
    Delta,
    Gamma,
    Theta,
    Vega,
    /// At the money, by expiry.
    Term,
    /// All smiles at once.
    Surface,
    /// What they were, day by day.
    Days(DayFigure),
}

/// The drawing's own units; it is stretched to the room there is.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 260.0;
/// Deviations on each side that are drawn.
const REACH: f64 = 4.0;
/// Strikes that are looked at.
const STEPS: i32 = 80;

impl Curve {
    const ALL: [Self; 9] = [
        Self::Smile,
        Self::Term,
        Self::Surface,
        Self::Days(DayFigure::Iv),
        Self::Days(DayFigure::Skew),
        Self::Delta,
        Self::Gamma,
        Self::Theta,
        Self::Vega,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Smile => "Smile",
            Self::Delta => "Delta",
            Self::Gamma => "Gamma",
            Self::Theta => "Theta",
            Self::Vega => "Vega",
            Self::Term => "Term",
            Self::Surface => "Surface",
            Self::Days(figure) => figure.name(),
        }
    }

    /// What stands under the drawing.
    fn meaning(self) -> &'static str {
        match self {
            Self::Smile => "Volatilities by strike; what the feed says as dashes",
            Self::Delta => "Points for each point of the underlying; calls solid, puts dashed",
            Self::Gamma => "Delta for each point of the underlying, along the smile",
            Self::Theta => "Points for each calendar day; calls solid, puts dashed",
            Self::Vega => "Points for each vol point, along the smile",
            Self::Term => "At the money by expiry; what is left between two as dashes",
            Self::Surface => "Every expiry's smile; drag it, or press the arrow keys",
            Self::Days(figure) => figure.meaning(),
        }
    }

    fn of(self, greeks: &OptionGreeks) -> f64 {
        match self {
            Self::Smile | Self::Term | Self::Surface | Self::Days(_) => f64::NAN,
            Self::Delta => greeks.delta,
            Self::Gamma => greeks.gamma,
            Self::Theta => greeks.theta,
            Self::Vega => greeks.vega,
        }
    }

    fn text(self, value: f64) -> String {
        match self {
            Self::Gamma => format::signed(value, 5),
            _ => format::signed(value, 2),
        }
    }
}

/// A smile, with what its series is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SmileOf {
    /// How its contracts are exercised.
    pub(crate) style: ExerciseStyle,
    /// The underlying's price.
    pub(crate) spot: f64,
    /// Its volatilities.
    pub(crate) smile: Smile,
}

impl SmileOf {
    /// What moves an option so many deviations from the forward, as the curve has it.
    fn greeks(&self, away: f64, right: Right) -> Option<OptionGreeks> {
        let strike = self.smile.strike_at(away);
        let black = Black {
            spot: self.spot,
            forward: self.smile.forward,
            strike,
            years: self.smile.years,
            rate: RATE_DEFAULT,
            volatility: self.smile.iv(strike)?,
        };
        let of = black.greeks(right);
        let mut greeks = OptionGreeks {
            price: of.price,
            delta: of.delta,
            gamma: of.gamma,
            theta: of.theta,
            vega: of.vega,
            rho: of.rho,
        };
        if self.style == ExerciseStyle::American {
            let early = early_exercise(&black, right);
            greeks.delta += early.delta;
            greeks.gamma += early.gamma;
            greeks.theta += early.theta;
            greeks.vega += early.vega;
        }
        Some(greeks)
    }
}

/// The smile, what moves options along it, all smiles at once, or what they were.
pub(crate) fn volatility_curves(
    shown: Memo<Option<SmileOf>>,
    smiles: Memo<Vec<(Series, Smile)>>,
    days: VolatilityDaysSignal,
) -> AnyView {
    let curve = RwSignal::new(Curve::default());
    let smile = memo(move || shown.read().as_ref().map(|shown| shown.smile.clone()));
    let one =
        move |one: Curve| choice(one.name(), move || curve.get() == one, move || curve.set(one));
    let drawn = move || match curve.get() {
        Curve::Smile => volatility_smile(smile),
        Curve::Term => volatility_term(smiles),
        Curve::Surface => volatility_surface(smiles),
        Curve::Days(figure) => volatility_days(days, figure),
        curve => part(move || Some(drawing(shown.read().as_ref()?, curve))),
    };
    view! {
        <div class="volatility-curves" role="group" aria-label="What is drawn">
            {Curve::ALL.map(one).collect_view()}
            <span>{part(move || curve.get().meaning())}</span>
        </div>
        {part(drawn)}
    }
    .into_any()
}

fn drawing(shown: &SmileOf, curve: Curve) -> AnyView {
    let line = |right: Right| -> Vec<(f64, f64)> {
        let point = |step: i32| {
            let away = -REACH + 2.0 * REACH * f64::from(step) / f64::from(STEPS);
            Some((away, curve.of(&shown.greeks(away, right)?)))
        };
        (0..=STEPS).filter_map(point).collect()
    };
    let lines = Right::ALL.map(line);
    let all = || lines.iter().flatten().map(|(_, value)| *value);
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    if lines.iter().any(Vec::is_empty) || high <= low {
        let why = "There are too few quotes for a curve.";
        return view! { <p class="volatility-curves__none">{why}</p> }.erase();
    }
    let x = |away: f64| WIDTH * (away + REACH) / (2.0 * REACH);
    let y = |value: f64| HEIGHT * (0.04 + 0.92 * (high - value) / (high - low));
    let path = |line: &[(f64, f64)]| {
        let points = line.iter().map(|(away, value)| format!("{:.1},{:.2}", x(*away), y(*value)));
        format!("M{}", points.collect::<Vec<_>>().join("L"))
    };
    let ticks = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0].map(|away: f64| {
        let left = format!("{:.2}%", 100.0 * x(away) / WIDTH);
        let strike = format::price(shown.smile.strike_at(away), 0);
        let at = |right| shown.greeks(away, right).map(|greeks| curve.text(curve.of(&greeks)));
        let told = Right::ALL.map(|right| at(right).unwrap_or_default());
        let title = format!("{strike}: call {}, put {}", told[0], told[1]);
        view! { <span style:left=left title=title>{strike}</span> }.erase()
    });
    let (zero, middle) = (format!("{:.2}", y(0.0)), format!("{:.1}", x(0.0)));
    view! {
        <div class="volatility-smile">
            <div class="volatility-smile__place">
                <svg
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    role="img"
                    aria-label=format!("{} by strike", curve.name())
                >
                    <line class="volatility-curves__zero" x1="0" x2=WIDTH y1=zero.clone() y2=zero />
                    <line
                        class="volatility-smile__money"
                        x1=middle.clone()
                        x2=middle
                        y1="0"
                        y2=HEIGHT
                    />
                    <path class="volatility-curves__call" d=path(&lines[0]) />
                    <path class="volatility-curves__put" d=path(&lines[1]) />
                </svg>
                <span class="volatility-smile__scale" data-end="high">{curve.text(high)}</span>
                <span class="volatility-smile__scale" data-end="low">{curve.text(low)}</span>
            </div>
            <div class="volatility-smile__axis">{ticks.collect_view()}</div>
        </div>
    }
    .into_any()
}
