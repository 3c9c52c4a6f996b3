//! Controls of the trader's own tape: pace, jumps, and which market it plays.

use super::held_text::HeldText;
use super::opened::loaded_when;
use crate::erased::{Erase, erased, heard, memo, part};
use api::{RecordingView, TapeCommand, TapeView};
use leptos::ev::Event;
use leptos::prelude::*;
use market::{Moment, Span, TapeId, format, session_clock, trading_day};

/// Speeds that are offered.
const SPEEDS: [u16; 3] = [1, 10, 60];

/// What the panel shows and does.
#[derive(Clone, Copy)]
pub(crate) struct TapeControls {
    /// How the tape stands.
    pub(crate) tape: Signal<Option<TapeView>>,
    /// Days that can be played.
    pub(crate) recordings: Signal<Vec<RecordingView>>,
    /// Called with what should happen.
    pub(crate) on_command: Callback<TapeCommand>,
}

/// Controls of the trader's own tape, in a panel that the feed badge opens; loaded when it does.
#[component]
pub(crate) fn TapePanel(
    /// The panel's address in the document.
    id: &'static str,
    /// What it shows and does.
    controls: TapeControls,
    /// Called when the panel opens.
    #[prop(into)]
    on_open: Callback<()>,
) -> impl IntoView {
    let was_open = RwSignal::new(false);
    let open = move |_: leptos::ev::Event| {
        was_open.set(true);
        on_open.run(());
    };
    let body = loaded_when(move || was_open.get(), move || tape_panel(controls));
    view! {
        <div
            id=id
            class="tape-panel"
            popover="auto"
            role="dialog"
            aria-label="Tape controls"
            on:toggle=heard(open)
        >
            {body}
        </div>
    }
    .erase()
}

/// What is in the panel.
#[lazy]
pub(crate) fn tape_panel(controls: TapeControls) -> AnyView {
    let TapeControls { tape, recordings, on_command } = controls;
    let is_paused = memo(move || tape.read().as_ref().is_some_and(|tape| tape.is_paused));
    let is_replay = memo(move || {
        tape.read().as_ref().is_some_and(|tape| matches!(tape.tape, TapeId::Replay { .. }))
    });
    let is_ended = memo(move || tape.read().as_ref().is_some_and(|tape| tape.is_ended));
    let speed = memo(move || tape.read().as_ref().map_or(1, |tape| tape.speed));
    let toggle = move |_: leptos::ev::MouseEvent| {
        let command =
            if is_paused.get_untracked() { TapeCommand::Play } else { TapeCommand::Pause };
        on_command.run(command);
    };
    let speeds = SPEEDS.map(|times| {
        view! {
            <button
                type="button"
                aria-pressed=erased(move || (speed.get() == times).to_string())
                on:click=heard(move |_| on_command.run(TapeCommand::Speed(times)))
            >
                {times} "×"
            </button>
        }
        .erase()
    });
    view! {
        <h2>{part(move || if is_replay.get() { "Recorded day" } else { "Practice market" })}</h2>
        <p class="tape-panel__note">{part(move || if is_replay.get() {
            "Prices as they were recorded. Nothing later than the clock is shown."
        } else {
            "Simulated prices, always open. No real market moves like this one today."
        })}</p>
        <p class="tape-panel__note">
            "Tick: how old the newest trade is, or the newest value of an index. What was not \
             heard of for too long loses its colour."
        </p>
        <div class="tape-panel__row" role="group" aria-label="Pace">
            <button type="button" class="tape-panel__play" on:click=heard(toggle)>
                {part(move || match (is_ended.get(), is_paused.get()) {
                    (true, _) => "Play again",
                    (false, true) => "Play",
                    (false, false) => "Pause",
                })}
            </button>
            {speeds.into_iter().collect_view()}
        </div>
        <Steps tape on_command />
        <Seek tape is_replay on_command />
        <Recordings tape recordings is_replay on_command />
    }
    .erase()
}

/// Jumps forward.
#[component]
fn Steps(tape: Signal<Option<TapeView>>, on_command: Callback<TapeCommand>) -> impl IntoView {
    // A recorded day has one open, and none after it.
    let has_open = move || {
        tape.read().as_ref().is_some_and(|tape| session_clock(tape.at).next_open() < tape.last)
    };
    let open = memo(move || tape.read().as_ref().and_then(open_behind));
    let to_open = move |_: leptos::ev::MouseEvent| {
        if let Some(open) = open.get_untracked() {
            on_command.run(TapeCommand::Seek(open));
        }
    };
    let step = move |label: &'static str, by: Span| {
        view! {
            <button type="button" on:click=heard(move |_| on_command.run(TapeCommand::Step(by)))>
                {label}
            </button>
        }
        .erase()
    };
    view! {
        <div class="tape-panel__row" role="group" aria-label="Step">
            {step("+1 m", Span::minutes(1))}
            {step("+5 m", Span::minutes(5))}
            {step("+1 h", Span::hours(1))}
            <button
                type="button"
                hidden=erased(move || !has_open())
                on:click=heard(move |_| on_command.run(TapeCommand::NextOpen))
            >
                "Next open"
            </button>
            <button
                type="button"
                hidden=erased(move || open.read().is_none())
                on:click=heard(to_open)
            >
                "Back to the open"
            </button>
        </div>
    }
    .erase()
}

/// The open of a recorded day, once that is past: the tape can go back to it.
pub(crate) fn open_behind(tape: &TapeView) -> Option<Moment> {
    let is_replay = matches!(tape.tape, TapeId::Replay { .. });
    let open = trading_day(tape.at.wall_time().date).filter(|_| is_replay)?.open();
    (tape.first <= open && open < tape.at).then_some(open)
}

/// A slider over a recorded day.
#[component]
fn Seek(
    tape: Signal<Option<TapeView>>,
    is_replay: Memo<bool>,
    on_command: Callback<TapeCommand>,
) -> impl IntoView {
    let seconds = |moment: Moment| moment.0 / 1_000_000;
    let of = move |pick: fn(&TapeView) -> Moment| {
        move || tape.read().as_ref().map_or(0, |tape| seconds(pick(tape))).to_string()
    };
    // Where a hand holds the slider, while it does, and until the tape is there: one that plays on
    // would take it away.
    let (held, left_at) = (HeldText::new(), RwSignal::new(None));
    let at = of(|tape| tape.at);
    let place = memo(move || {
        let at = at();
        let is_past = left_at.get().is_some_and(|left_at| left_at != at);
        held.typed().filter(|_| !is_past).unwrap_or(at)
    });
    let moment = |text: &str| Some(Moment(text.parse::<i64>().ok()? * 1_000_000));
    let spoken = move || moment(&place.read()).map(format::clock);
    let slide = move |event: Event| {
        left_at.set(None);
        held.hold(&event);
    };
    let seek = move |event: Event| {
        left_at.set(Some(untrack(at)));
        if let Some(to) = moment(&event_target_value(&event)) {
            on_command.run(TapeCommand::Seek(to));
        }
    };
    view! {
        <label class="tape-panel__seek" hidden=erased(move || !is_replay.get())>
            <span>"Go to " <b>{part(spoken)}</b></span>
            <input
                type="range"
                min=of(|tape| tape.first)
                max=of(|tape| tape.last)
                step="60"
                aria-valuetext=erased(spoken)
                prop:value=place
                on:input=heard(slide)
                on:blur=heard(move |_| held.release())
                on:change=heard(seek)
            />
        </label>
    }
    .erase()
}

/// Which market the tape plays.
#[component]
fn Recordings(
    tape: Signal<Option<TapeView>>,
    recordings: Signal<Vec<RecordingView>>,
    is_replay: Memo<bool>,
    on_command: Callback<TapeCommand>,
) -> impl IntoView {
    let playing = move || match tape.read().as_ref().map(|tape| tape.tape.clone()) {
        Some(TapeId::Replay { recording, .. }) => recording,
        _ => String::new(),
    };
    let day = move |one: RecordingView| {
        let date = one.date;
        let words = one.symbols.iter().map(|(symbol, bars, prints)| match prints {
            0 => format!("{symbol} {bars} bars"),
            _ => format!("{symbol} {prints} prints"),
        });
        let words: Vec<String> = words.collect();
        view! {
            <li>
                <button
                    type="button"
                    class="tape-panel__day"
                    aria-pressed=erased(move || (playing() == date.to_string()).to_string())
                    on:click=heard(move |_| on_command.run(TapeCommand::Recording(date)))
                >
                    <b>{date.to_string()}</b>
                    <span>{words.join(", ")}</span>
                </button>
            </li>
        }
        .erase()
    };
    view! {
        <h3>"Recorded days"</h3>
        <p class="tape-panel__note" hidden=erased(move || !recordings.read().is_empty())>
            "None yet. A file of minute bars or ticks becomes days to play back: "
            <code>"volaris import bars FILE --symbol SPY"</code>
        </p>
        <button
            type="button"
            class="tape-panel__practice"
            hidden=erased(move || !is_replay.get())
            on:click=heard(move |_| on_command.run(TapeCommand::Practice))
        >
            "Back to the practice market"
        </button>
        <ul class="tape-panel__days">
            {part(move || recordings.get().into_iter().map(day).collect_view())}
        </ul>
    }
    .erase()
}
