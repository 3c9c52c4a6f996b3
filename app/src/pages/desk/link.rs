//! The link to what is shown: beside what the address always says, where charts were scrolled and
//! pulled to, what is drawn on them, and when in a recorded day that was. What follows such a link
//! is asked before a tape moves.

use std::fmt;

use api::{TapeCommand, control_tape};
use chart::{ChartSetup, Layout, ScaleMode};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Moment, Span, Symbol, TapeId, TradingDate, format};
use wasm_bindgen::JsValue;

use super::Route;
use super::commands::copy;
use super::data::DeskData;
use super::linked_drawings;
use crate::components::{DrawingControls, ToastText};
use crate::erased::follow;

/// From when to when a chart shows bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Moment,
    pub(super) to: Moment,
}

impl Window {
    /// The parameter's name: charts after the first have their number behind it, as in a layout.
    pub(super) fn name(place: usize) -> String {
        numbered("window", place)
    }

    /// Reads what `Display` writes.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let window = Self { from: read_minute(from)?, to: read_minute(to)? };
        (window.from < window.to).then_some(window)
    }
}

impl fmt::Display for Window {
    /// `202402270930-202402271600`, in New York.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", minute(self.from), minute(self.to))
    }
}

/// Between which prices a chart's axis was pulled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Prices {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Prices {
    /// The farthest from zero that an axis of a link goes: what costs most is ten million.
    const FARTHEST: f64 = 1e8;
    /// The least that must lie between its ends.
    const RANGE_LEAST: f64 = 1e-6;

    /// The parameter's name.
    pub(super) fn name(place: usize) -> String {
        numbered("prices", place)
    }

    /// Reads what `Display` writes.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (low, high) = text.split_once('_')?;
        let number = |text: &str| {
            // So that nothing which is no number gets through either.
            text.parse::<f64>().ok().filter(|price| price.abs() <= Self::FARTHEST)
        };
        let prices = Self { low: number(low)?, high: number(high)? };
        (Self::RANGE_LEAST <= prices.high - prices.low).then_some(prices)
    }

    /// Whether a chart that is set up so can show them: nothing has a logarithm from zero down.
    pub(super) fn suit(self, setup: &ChartSetup) -> bool {
        0.0 < self.low || setup.scale != ScaleMode::Log || setup.compare.is_some()
    }
}

impl fmt::Display for Prices {
    /// `4951.25_5102.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.low, self.high)
    }
}

/// The name of a chart's parameter.
fn numbered(name: &str, place: usize) -> String {
    if place == 0 { name.to_owned() } else { format!("{name}{}", place + 1) }
}

fn minute(at: Moment) -> String {
    let wall = at.wall_time();
    let (year, month, day) = wall.date.year_month_day();
    let minutes = wall.since_midnight.whole_seconds() / 60;
    format!("{year:04}{month:02}{day:02}{:02}{:02}", minutes / 60, minutes % 60)
}

fn read_minute(text: &str) -> Option<Moment> {
    let number = text.parse::<i64>().ok().filter(|_| text.len() == 12)?;
    let (date, clock) = (number / 10_000, number % 10_000);
    let part = |number: i64| i8::try_from(number % 100).ok();
    let year = i16::try_from(date / 10_000).ok()?;
    let date = TradingDate::new(year, part(date / 100)?, part(date)?).ok()?;
    let (hours, minutes) = (clock / 100, clock % 100);
    let is_clock = (0..24).contains(&hours) && minutes < 60;
    is_clock.then(|| Moment::new_york(date, Span::minutes(60 * hours + minutes)))
}

/// Copies the link to what is shown.
pub(super) fn copy_link(route: Route, data: DeskData, drawings: DrawingControls) {
    spawn_local(copy_whole_link(route, data, drawings));
}

/// Puts the whole link into the address bar as well: where a browser does not let a page copy, it
/// is taken from there.
#[lazy]
fn copy_whole_link(route: Route, data: DeskData, drawings: DrawingControls) {
    let mut address = route.address.get_untracked();
    address.levels = Some(data.preferences.read_untracked().level_words());
    for place in 0..Layout::COUNT_MAX {
        let chart = format!(".price-chart:nth-child({})", place + 1);
        let chart = document().query_selector(&chart).ok().flatten();
        let told = |name: &str| chart.as_ref()?.get_attribute(name);
        let window = told("data-window");
        // A chart that was not on the screen yet still has to go where its own link says.
        if window.as_deref() == Some("") {
            continue;
        }
        address.windows[place] = window.and_then(|told| {
            let (from, to) = told.split_once(' ')?;
            Some(Window { from: Moment(from.parse().ok()?), to: Moment(to.parse().ok()?) })
        });
        let pulled = told("data-pulled").and_then(|told| Prices::read(&told.replace(' ', "_")));
        let setup = address.layout.charts().get(place).map(|one| &one.setup);
        let is_suited = |prices: &Prices| setup.is_some_and(|setup| prices.suit(setup));
        address.prices[place] = pulled.filter(is_suited);
    }
    let status = data.tape.status.get_untracked().map(|(tape, _)| tape);
    let is_replay = status.is_some_and(|tape| matches!(tape.tape, TapeId::Replay { .. }));
    address.at = untrack(|| data.tape.now()).filter(|_| is_replay).map(minute);
    let symbols = address.layout.symbols();
    let (lines, left) =
        drawings.books.with_untracked(|books| linked_drawings::write(books, &symbols));
    address.drawings =
        (!lines.is_empty()).then(|| String::from(js_sys::encode_uri_component(&lines)));
    let path = address.write_link();
    if let Ok(history) = window().history() {
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(&path));
    }
    let link = location().origin().unwrap_or_default() + &path;
    let done = match left {
        0 => "The link to what is shown is copied.".to_owned(),
        left => format!("The link is copied; {left} older drawings have no room in it."),
    };
    copy(data, link, (done, "take the address above"));
}

/// Offers what else a link brings along: to go where it was copied in a recorded day, and the
/// drawings that were seen there. It waits until it is known where the tape stands and what is
/// drawn here; it is asked first: whoever sends a link must not move anybody's tape, nor draw on a
/// chart.
pub(super) fn offer_rest(route: Route, data: DeskData, drawings: DrawingControls) {
    let told = route.address.with_untracked(|address| Brought {
        at: address.at.clone(),
        drawings: address.drawings.clone(),
        symbols: address.layout.symbols(),
    });
    if told.at.is_none() && told.drawings.is_none() {
        return;
    }
    let told = StoredValue::new(Some(told));
    follow(move || {
        let are_known = drawings.books.with(|books| {
            told.with_value(|told| {
                let symbols = told.as_ref().map_or(&[][..], |told| &told.symbols);
                symbols.iter().all(|symbol| books.iter().any(|(of, _)| of == symbol))
            })
        });
        if are_known
            && data.tape.status.read().is_some()
            && let Some(told) = told.try_update_value(Option::take).flatten()
        {
            spawn_local(offer(data, drawings, told));
        }
    });
}

/// What a link brings along that is asked about.
struct Brought {
    at: Option<String>,
    drawings: Option<String>,
    /// Those of its charts.
    symbols: Vec<Symbol>,
}

#[lazy]
fn offer(data: DeskData, controls: DrawingControls, told: Brought) {
    // Who goes to the link's moment first comes back to the link.
    let is_asked = told.at.is_some_and(|text| is_moment_offered(data, &text));
    if let Some(text) = told.drawings.filter(|_| !is_asked) {
        linked_drawings::offer(data, controls, &text, &told.symbols);
    }
}

/// Asks whether to go to the moment of a link. False where the tape stands there already.
fn is_moment_offered(data: DeskData, text: &str) -> bool {
    let Some(at) = read_minute(text) else {
        data.say("The moment in this address is none: your tape stays where it is.".to_owned());
        return false;
    };
    let date = at.wall_time().date;
    let playing = data.tape.status.get_untracked().map(|(tape, _)| tape.tape);
    let is_day = matches!(playing, Some(TapeId::Replay { recording, .. })
        if recording == date.to_string());
    let now = untrack(|| data.tape.now()).map(Moment::minute_start);
    if is_day && now == Some(at) {
        return false;
    }
    // With what else the link says, as long as the address bar still says it.
    let link = location().href().unwrap_or_default();
    let words = format!("This link is of {date} at {}, played back.", format::minute(at));
    data.toast.set(Some(ToastText::with_answer(words, "Go there", move || {
        let link = link.clone();
        spawn_local(async move {
            match go_to(date, at, is_day).await {
                Ok(()) => {
                    let _ = location().assign(&link);
                }
                Err(error) => data.say(format!("{date} cannot be played here: {error}.")),
            }
        });
    })));
    true
}

/// Has the tape stand at a moment of a recorded day.
async fn go_to(date: TradingDate, at: Moment, is_day: bool) -> Result<(), api::ApiError> {
    if !is_day {
        control_tape(TapeCommand::Recording(date)).await?;
    }
    control_tape(TapeCommand::Pause).await?;
    control_tape(TapeCommand::Seek(at)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_window_is_refused() {
        assert!(Window::read("202402270930-202402271600").is_some());
        for text in [
            "",
            "-",
            "202402270930",
            "202402271600-202402270930",
            "202402270930-202402270930",
            "202402270930-202402272400",
            "202402270930-202402271260",
            "202402270930-202402301200",
            "202413270930-202502271600",
            "20240227T930-202402271600",
            "-20240227093-202402271600",
            "202402270930-202402271600-202402281600",
            "<script>",
            "9999999999999999999999-202402271600",
        ] {
            assert_eq!(Window::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_are_no_prices_is_refused() {
        for (text, low, high) in [
            ("4951.25_5102.5", 4951.25, 5102.5),
            ("-12.5_0", -12.5, 0.0),
            ("0.0125_0.0131", 0.0125, 0.0131),
        ] {
            assert_eq!(Prices::read(text), Some(Prices { low, high }), "{text}");
        }
        for text in [
            "",
            "_",
            "5000",
            "5100_5000",
            "5000_5000",
            "5000-5100",
            "5000_5100_5200",
            "NaN_5100",
            "5000_NaN",
            "-inf_inf",
            "0_1e9",
            "-1e300_1e300",
            "5000_5100px",
            "<script>",
        ] {
            assert_eq!(Prices::read(text), None, "{text}");
        }
        // On a scale of logarithms, prices begin above zero.
        let log = ChartSetup { scale: ScaleMode::Log, ..ChartSetup::default() };
        let prices = Prices { low: 0.0, high: 1.0 };
        assert!(prices.suit(&ChartSetup::default()) && !prices.suit(&log));
        assert!(Prices { low: 0.1, ..prices }.suit(&log));
    }

    proptest! {
        #[test]
        fn prices_survive_the_address(low in -1e7..1e7_f64, range in 1e-3..1e7_f64) {
            let prices = Prices { low, high: low + range };
            prop_assert_eq!(Prices::read(&prices.to_string()), Some(prices));
        }

        #[test]
        fn any_prices_are_read_or_refused(text in "[0-9eE_.+-]{0,30}|\\PC{0,40}") {
            if let Some(prices) = Prices::read(&text) {
                prop_assert!(prices.low < prices.high, "{text}");
                prop_assert_eq!(Prices::read(&prices.to_string()), Some(prices));
            }
        }

        #[test]
        fn a_window_survives_the_address(
            from in 0..2_000_000_000_i64, minutes in 1..5_000_000_i64,
        ) {
            let from = Moment(from * 1_000_000).minute_start();
            let window = Window { from, to: from + Span::minutes(minutes) };
            let again = Window::read(&window.to_string());
            // The hour that autumn has twice is told as the first of the two.
            let hour = Span::hours(1);
            prop_assert!(again.is_some_and(|again| {
                [window.from, window.from - hour].contains(&again.from)
                    && [window.to, window.to - hour].contains(&again.to)
            }) || minutes <= 60, "{window} {again:?}");
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9+-]{0,30}|\\PC{0,40}") {
            if let Some(window) = Window::read(&text) {
                prop_assert!(window.from < window.to);
                prop_assert_eq!(Window::read(&window.to_string()), Some(window));
            }
        }
    }
}
