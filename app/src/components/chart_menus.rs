//! What is in the chart's menus: style and scale, studies and their numbers. Loaded when one opens.

use crate::erased::{Erase, erased, heard, part};
use chart::{ChartSetup, ChartStyle, ScaleMode, ShownStudy, Study};
use leptos::prelude::*;
use market::{Moment, Span, Symbol, TradingDate};
use wasm_bindgen::JsCast;

use super::chart_bar::ChartControls;
use super::glossary::meaning;
use super::menu::{choice, first_field};
use super::swatches::own_color;

/// Style, scale, comparison and a date to go to.
#[lazy]
pub(crate) fn chart_menu(controls: ChartControls) -> AnyView {
    let styles = ChartStyle::ALL.map(|style| {
        let is_chosen = move || controls.setup.read().style == style;
        choice(style.name(), is_chosen, move || controls.change(|setup| setup.style = style))
    });
    let scales = ScaleMode::ALL.map(|mode| {
        let name = match mode {
            ScaleMode::Linear => "Linear",
            ScaleMode::Log => "Log",
            ScaleMode::Percent => "Percent",
        };
        let is_chosen = move || controls.setup.read().scale == mode;
        choice(name, is_chosen, move || controls.change(|setup| setup.scale = mode))
    });
    let invert = choice(
        "Inverted",
        move || controls.setup.read().is_inverted,
        move || controls.change(|setup| setup.is_inverted = !setup.is_inverted),
    );
    let magnet = choice(
        "Magnet",
        move || controls.setup.read().is_magnetic,
        move || controls.change(|setup| setup.is_magnetic = !setup.is_magnetic),
    );
    view! {
        <h2>"Style"</h2>
        <div class="menu__choices" role="group" aria-label="Style">{styles.collect_view()}</div>
        <h2>"Scale"</h2>
        <div class="menu__choices" role="group" aria-label="Scale">
            {scales.collect_view()} {invert}
        </div>
        <h2>"Crosshair"</h2>
        <div class="menu__choices" role="group" aria-label="Crosshair">{magnet}</div>
        <h2>"Compare with"</h2>
        <div class="menu__choices" role="group" aria-label="Compare with">
            {compared(controls)}
        </div>
        <h2>"Go to"</h2>
        {go_to(controls)}
    }
    .erase()
}

/// Studies on the chart, and all that can be put there; or the numbers of one of them.
#[lazy]
pub(crate) fn study_menu(controls: ChartControls) -> AnyView {
    (move || match controls.edited.get() {
        Some(study) => study_numbers(controls, study),
        None => study_list(controls),
    })
    .into_any()
}

fn compared(controls: ChartControls) -> AnyView {
    (move || {
        let shown = controls.symbol.get();
        let others = controls.symbols.get().into_iter().filter(move |one| *one != shown);
        let other = move |one: Symbol| {
            let is_chosen = move || controls.setup.read().compare == Some(one);
            choice(one.to_string(), is_chosen, move || {
                controls.change(|setup| {
                    setup.compare = if setup.compare == Some(one) { None } else { Some(one) };
                });
            })
        };
        others.map(other).collect_view()
    })
    .into_any()
}

fn go_to(controls: ChartControls) -> AnyView {
    let typed = RwSignal::new(String::new());
    let complaint = RwSignal::new(None::<String>);
    let (field, goes) = (first_field(), controls.menus.goes);
    let today = move || controls.now.get_untracked().map(|now| now.wall_time().date.to_string());
    let go = move || {
        let typed = typed.get_untracked();
        // With a `T`, as the browser's own field writes it, or a blank.
        let (date, clock) = typed.split_once(['T', ' ']).unwrap_or((&typed, "09:30"));
        let minutes = clock.split_once(':').and_then(|(hours, minutes)| {
            let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
            ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
        });
        match (date.parse::<TradingDate>(), minutes) {
            (Ok(date), Some(minutes)) => {
                complaint.set(None);
                controls.menus.chart.set(false);
                controls.on_go.run(Moment::new_york(date, Span::minutes(minutes)));
            }
            _ => complaint.set(Some("Write a date such as 2024-02-26 10:30.".to_owned())),
        }
    };
    view! {
        <form
            class="menu__form"
            on:submit=heard(move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                go();
            })
        >
            <label>
                <span class="visually-hidden">"Date and New York time"</span>
                <input
                    node_ref=field
                    data-first=erased(move || goes.get().to_string())
                    type="datetime-local"
                    max=today().map(|today| format!("{today}T23:59"))
                    prop:value=typed
                    on:input=heard(move |event| typed.set(event_target_value(&event)))
                />
            </label>
            <button type="submit">"Go"</button>
        </form>
        <p class="menu__complaint" role="alert" hidden=erased(move || complaint.read().is_none())>
            {part(move || complaint.get())}
        </p>
    }
    .erase()
}

fn study_list(controls: ChartControls) -> AnyView {
    let sought = RwSignal::new(String::new());
    let pressed = StoredValue::new(None);
    view! {
        <label class="menu__search">
            <span class="visually-hidden">"Search indicators"</span>
            <input
                node_ref=first_field()
                data-first="true"
                type="search"
                placeholder="Search indicators"
                prop:value=sought
                on:input=heard(move |event| sought.set(event_target_value(&event)))
            />
        </label>
        <h2>"On the chart"</h2>
        <ul class="menu__list">{part(move || shown_studies(controls, pressed))}</ul>
        <h2>"Add"</h2>
        <button
            type="button"
            class="menu__wide"
            title=meaning("Anchored VWAP")
            on:click=heard(move |_| {
                controls.menus.studies.set(false);
                controls.drawings.anchors.set(true);
            })
        >
            <b>"Anchored VWAP"</b>
            <span class="menu__note">"From the bar you press"</span>
        </button>
        <ul class="menu__list">{part(move || offered_studies(controls, &sought.read()))}</ul>
    }
    .erase()
}

/// The studies on the chart. What was pressed last is named by its identity in the document.
fn shown_studies(controls: ChartControls, pressed: StoredValue<Option<String>>) -> AnyView {
    let setup = controls.setup.get();
    // All rows are new: the focus goes back to what was pressed.
    if let Some(id) = pressed.try_update_value(Option::take).flatten() {
        request_animation_frame(move || focus_row(&id));
    }
    let row = |one: &ShownStudy| study_row(controls, pressed, &setup, *one);
    setup.studies.iter().map(row).collect::<Vec<_>>().into_any()
}

/// One of them, and what can be done with it.
fn study_row(
    controls: ChartControls,
    pressed: StoredValue<Option<String>>,
    setup: &ChartSetup,
    one: ShownStudy,
) -> AnyView {
    let study = one.study;
    let label = study.label();
    // Where one is taken away, the focus goes to its neighbour.
    let place = setup.studies.iter().position(|shown| shown.study == study).unwrap_or_default();
    let next = setup.studies.get(place + 1).or(place.checked_sub(1).map(|n| &setup.studies[n]));
    let next = next.map(|next| format!("{}_show", next.study));
    let act = move |word: &'static str, name: String, icon: &'static str, is_off: bool| {
        let id = format!("{study}_{word}");
        let run = move |_: leptos::ev::MouseEvent| {
            pressed.set_value(Some(format!("{study}_{word}")));
            controls.change(|setup| match word {
                "show" => setup.toggle(study),
                word => setup.move_study(study, word == "up"),
            });
        };
        view! {
            <button
                type="button"
                id=id
                aria-label=name.clone()
                title=name
                aria-pressed=(word == "show").then(|| (!one.is_hidden).to_string())
                disabled=is_off
                on:click=heard(run)
            >
                {icon}
            </button>
        }
        .erase()
    };
    let edit = study.has_settings().then(|| {
        view! {
            <button
                type="button"
                aria-label=format!("Settings of {label}")
                on:click=heard(move |_| controls.edited.set(Some(study)))
            >
                "⚙"
            </button>
        }
        .erase()
    });
    view! {
        <li>
            <b>{label.clone()}</b>
            <span class="menu__note">{study.name()}</span>
            {act("show", format!("Show {label}"), "◉", false)}
            {act("up", format!("Move {label} up"), "↑", !setup.can_move(study, true))}
            {act("down", format!("Move {label} down"), "↓", !setup.can_move(study, false))}
            {edit}
            <button
                type="button"
                aria-label=format!("Remove {label}")
                on:click=heard(move |_| {
                    pressed.set_value(next.clone());
                    controls.change(|setup| setup.remove(study));
                })
            >
                "×"
            </button>
        </li>
    }
    .erase()
}

/// Gives the focus to a button of a row; where that can do nothing now, to the row's first.
fn focus_row(id: &str) {
    let button = |id: &str| {
        let found = document().get_element_by_id(id)?;
        found.dyn_into::<web_sys::HtmlElement>().ok().filter(|one| !one.has_attribute("disabled"))
    };
    let first = || button(&format!("{}_show", id.rsplit_once('_')?.0));
    if let Some(button) = button(id).or_else(first) {
        let _ = button.focus();
    }
}

fn offered_studies(controls: ChartControls, sought: &str) -> AnyView {
    let sought = sought.to_ascii_lowercase();
    let setup = controls.setup.get();
    let is_offered = |study: &Study| {
        let words = format!("{} {}", study.label(), study.name()).to_ascii_lowercase();
        !setup.has(*study) && sought.split_whitespace().all(|word| words.contains(word))
    };
    let row = move |study: Study| {
        view! {
            <li>
                <button
                    type="button"
                    class="menu__wide"
                    title=meaning(term_of(study))
                    on:click=heard(move |_| controls.change(|setup| { setup.add(study); }))
                >
                    <b>{study.label()}</b>
                    <span class="menu__note">{study.name()}</span>
                </button>
            </li>
        }
        .erase()
    };
    let found: Vec<AnyView> = Study::OFFERED.into_iter().filter(is_offered).map(row).collect();
    if found.is_empty() {
        return view! { <li class="menu__note">"Nothing else by that name."</li> }.erase();
    }
    found.into_any()
}

/// The word of the glossary that says what a study is.
fn term_of(study: Study) -> &'static str {
    match study {
        Study::Volume => "Volume",
        Study::Ema(_) => "EMA",
        Study::Sma(_) => "SMA",
        Study::Vwap | Study::VwapBands => "VWAP",
        Study::AnchoredVwap(_) => "Anchored VWAP",
        Study::Bollinger(..) => "Bollinger bands",
        Study::Profile => "Volume profile",
        Study::OpeningRange(_) => "ORH, ORL",
        Study::InitialBalance => "IBH, IBL",
        Study::Rsi(_) => "RSI",
        Study::Macd(..) => "MACD",
        Study::Atr(_) => "ATR",
    }
}

fn study_numbers(controls: ChartControls, study: Study) -> AnyView {
    let numbers: Vec<(&'static str, RwSignal<String>)> = study
        .inputs()
        .into_iter()
        .map(|(name, number)| (name, RwSignal::new(number.to_string())))
        .collect();
    let has_numbers = !numbers.is_empty();
    let complaint = RwSignal::new(None::<String>);
    let save = {
        let numbers = numbers.clone();
        move || {
            let read = |(name, typed): &(&'static str, RwSignal<String>)| {
                let typed = typed.get_untracked();
                typed.trim().parse::<f64>().map_err(|_| format!("{name}: `{typed}` is no number."))
            };
            let numbers: Result<Vec<f64>, String> = numbers.iter().map(read).collect();
            let other = numbers.and_then(|numbers| {
                let most = Study::LENGTH_MAX;
                let say =
                    |_| format!("Whole numbers from 1 to {most}, deviations from 0.1 to 9.9.");
                study.with_inputs(&numbers).map_err(say)
            });
            match other {
                Ok(other) => {
                    controls.change(|setup| setup.replace(study, other));
                    controls.edited.set(None);
                }
                Err(words) => complaint.set(Some(words)),
            }
        }
    };
    view! {
        <h2>{format!("{}: {}", study.label(), study.name())}</h2>
        <p class="menu__note">{meaning(term_of(study))}</p>
        <form
            on:submit=heard(move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                save();
            })
        >
            {numbers.into_iter().map(number_field).collect_view()}
            {study_color(controls, study)}
            <p
                class="menu__complaint"
                role="alert"
                hidden=erased(move || complaint.read().is_none())
            >
                {part(move || complaint.get())}
            </p>
            <div class="menu__choices">
                {has_numbers.then(|| view! { <button type="submit">"Apply"</button> }.erase())}
                <button type="button" on:click=heard(move |_| controls.edited.set(None))>
                    "Back"
                </button>
            </div>
        </form>
    }
    .erase()
}

fn number_field((name, typed): (&'static str, RwSignal<String>)) -> AnyView {
    view! {
        <label class="menu__field">
            <span>{name}</span>
            <input
                type="text"
                inputmode="decimal"
                prop:value=typed
                on:input=heard(move |event| typed.set(event_target_value(&event)))
            />
        </label>
    }
    .erase()
}

fn study_color(controls: ChartControls, study: Study) -> Option<AnyView> {
    study.has_color().then(|| {
        own_color(
            "Colour",
            move || controls.setup.read().color(study),
            move |color| controls.change(|setup| setup.paint(study, color)),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glossary_says_what_each_study_is() {
        for study in Study::OFFERED.into_iter().chain([Study::AnchoredVwap(Moment(0))]) {
            assert_ne!(meaning(term_of(study)), "", "{study}");
        }
    }
}
