//! What dealers are taken to hold, in the middle of the desk: asked of the server every minute of
//! the tape, and valued on this device as the underlying moves. Loaded when somebody looks at it.

use std::time::Duration;

use api::OpenInterestView;
use leptos::prelude::*;
use market::{Symbol, instrument};
use quant::options::{ExposureBook, max_pain};

use super::commands::{Commands, save};
use super::open_interest::{OpenInterestAnswer, complaint, open_interest};
use super::soon::Soon;
use super::{loaded_pane, nothing_there};
use crate::components::{
    ExposureChoice, ExposureControls, ExposureNow, exposure_figures, exposure_profile,
    exposure_table, exposure_tools,
};
use crate::contexts::live_tape;
use crate::erased::{Erase, derived, follow, memo, part};
use crate::live::LiveTape;

/// Exposure in the middle of the desk.
pub(super) fn exposure_pane(commands: Commands) -> AnyView {
    loaded_pane(move || exposure(commands))
}

/// Between two valuations: faster than anybody reads a table of dollars.
const VALUED_EVERY: Duration = Duration::from_millis(400);
/// The curve over other spots is worked out anew when the underlying went this far.
const CURVE_MOVE: f64 = 0.001;

/// What exposure is made of.
#[derive(Clone, Copy)]
struct ExposureData {
    tape: LiveTape,
    symbol: Memo<Symbol>,
    choice: Memo<ExposureChoice>,
    /// What is open, or why that is not known.
    open: OpenInterestAnswer,
    book: StoredValue<Option<ExposureBook>>,
    now: RwSignal<Option<ExposureNow>>,
    soon: Soon,
}

impl ExposureData {
    fn new(commands: Commands) -> Self {
        let route = commands.route;
        let tape = live_tape();
        let data = Self {
            tape,
            symbol: route.symbol,
            choice: memo(move || route.address.read().exposure),
            open: open_interest(tape, route.symbol),
            book: StoredValue::new(None),
            now: RwSignal::new(None),
            soon: Soon::new(),
        };
        data.follow_open();
        data.follow_tape();
        data
    }

    /// Makes the book of what is open anew with each answer.
    fn follow_open(self) {
        follow(move || {
            let book = self.open.told.with(|open| {
                let open = open.as_ref()?.as_ref().ok()?;
                Some(ExposureBook::new(open.rate, open.spot?, &open.series))
            });
            if book.is_none() {
                self.now.set(None);
            }
            self.book.set_value(book);
            self.value(true);
        });
        follow(move || {
            self.choice.get();
            self.value(true);
        });
    }

    /// Values what is open again when the underlying moved, soon.
    fn follow_tape(self) {
        follow(move || {
            if self.tape.stand(self.symbol.get()).is_some() {
                self.soon.act(VALUED_EVERY, move || self.value(false));
            }
        });
    }

    /// Values what is open, with a new curve or the one from before where the underlying hardly
    /// moved.
    fn value(self, is_anew: bool) {
        let (Some(symbol), Some(ExposureChoice { scope, dealers })) =
            (self.symbol.try_get_untracked(), self.choice.try_get_untracked())
        else {
            return;
        };
        let Some((spot, at)) = untrack(|| self.tape.stand(symbol)) else { return };
        let is_near =
            |before: &ExposureNow| (spot / middle(&before.profile) - 1.0).abs() < CURVE_MOVE;
        let before = self.now.try_get_untracked().flatten();
        let before = before.filter(|before| !is_anew && is_near(before));
        let now = self.book.with_value(|book| {
            let book = book.as_ref()?;
            let exposure = book.exposure(scope, dealers, spot, at);
            let (profile, flips) = match before {
                Some(before) => (before.profile, before.flips),
                None => {
                    let profile = book.gamma_profile(scope, dealers, spot, at);
                    let flips = book.flips(scope, dealers, &profile, spot, at);
                    (profile, flips)
                }
            };
            let max_pain = self.open.told.with_untracked(|open| {
                let open = open.as_ref()?.as_ref().ok()?;
                max_pain(open.series.iter().find(|one| scope.counts(one.series, at))?)
            });
            Some(ExposureNow { spot, exposure, profile, flips, max_pain })
        });
        if self.now.with_untracked(|before| *before != now) {
            self.now.set(now);
        }
    }

    /// Why there is nothing to see; nothing when there is.
    fn complaint(self) -> Option<String> {
        complaint(self.open, self.tape, self.symbol.get()).or_else(|| {
            let now = self.now.read();
            let is_over = now.as_ref().is_some_and(|now| now.exposure.strikes.is_empty());
            let why = "Nothing of this ends then any more: choose another expiry.";
            is_over.then(|| why.to_owned())
        })
    }
}

/// The spot that a curve was made round.
fn middle(profile: &[(f64, f64)]) -> f64 {
    profile.get(profile.len() / 2).map_or(f64::NAN, |(spot, _)| *spot)
}

#[lazy]
fn exposure(commands: Commands) -> AnyView {
    let data = ExposureData::new(commands);
    let route = commands.route;
    let (now, open, symbol) = (data.now, data.open.told, data.symbol);
    let controls = ExposureControls {
        now,
        choice: data.choice,
        on_choose: Callback::new(move |choice| route.choose_exposure(choice)),
        series: derived(move || match open.read().as_ref() {
            Some(Ok(open)) => open.series.iter().map(|one| one.series).collect(),
            _ => Vec::new(),
        }),
        of: derived(move || match open.read().as_ref() {
            Some(Ok(OpenInterestView { of: Some(of), .. })) => format!("Open interest of {of}."),
            _ => String::new(),
        }),
        on_save: Callback::new(move |()| save_exposure(symbol, now)),
    };
    let is_there = memo(move || now.read().is_some());
    // A memo: a table that is made anew loses its place.
    let complaint = memo(move || data.complaint());
    let body = move || match (complaint.get(), is_there.get()) {
        (Some(why), _) => nothing_there(why, route),
        (None, true) => view! {
            <div class="chain-head">{exposure_figures(controls)}</div>
            {exposure_profile(now)}
            {exposure_table(now)}
        }
        .into_any(),
        (None, false) => view! { <div class="skeleton skeleton--chain"></div> }.erase(),
    };
    view! {
        <section class="exposure" aria-label="Gamma exposure">
            <div class="desk__chart-bar">
                <b class="desk__symbol">{part(move || symbol.get().to_string())}</b>
                <span class="desk__name">{part(move || instrument(symbol.get()).name)}</span>
                {exposure_tools(controls)}
            </div>
            {part(body)}
        </section>
    }
    .erase()
}

/// Saves every strike as a table.
fn save_exposure(symbol: Memo<Symbol>, now: RwSignal<Option<ExposureNow>>) {
    let mut text = "strike,call gamma,put gamma,call delta,put delta,call OI,put OI".to_owned();
    let is_known = now.with_untracked(|now| {
        let Some(now) = now else { return false };
        for one in &now.exposure.strikes {
            let ([call, put], [call_delta, put_delta]) = (one.gamma, one.delta);
            let [call_open, put_open] = one.open_interest;
            text += &format!(
                "\r\n{},{call:.0},{put:.0},{call_delta:.0},{put_delta:.0},{call_open},{put_open}",
                one.strike
            );
        }
        text += "\r\n";
        true
    });
    if is_known {
        save(&format!("volaris-exposure-{}.csv", symbol.get_untracked()), "text/csv", &text);
    }
}
