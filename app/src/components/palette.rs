//! The palette: everything that can be done, found by a few letters.

use api::{LayoutView, SymbolView};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use market::{BarSpan, TradingDate};
use web_sys::HtmlElement;

use super::menu_steps::MenuStep;
use super::opened::show_while;
use super::palette_words::also_called;
use super::screen_controls::{screen_controls, use_control};
use super::wish::Wish;
use crate::centre::Centre;
use crate::commands::{Command, Linked, Move};
use crate::erased::{Erase, erased, heard, memo, part};
use crate::keymap::{Keymap, span_of_digits};
use crate::panes::SidePane;

/// The most rows that are listed.
const ROWS_MAX: usize = 60;

/// What the palette lists and does.
#[derive(Clone, Copy)]
pub(crate) struct PaletteControls {
    /// What was typed to open it; it is open while there is something.
    pub(crate) opened: RwSignal<Option<String>>,
    /// Symbols of the tape.
    pub(crate) symbols: Signal<Vec<SymbolView>>,
    /// What the trader kept, and days that can be played.
    pub(crate) named: Signal<Vec<Named>>,
    /// Which key does what.
    pub(crate) keymap: RwSignal<Keymap>,
    /// Called when it opens, to ask for what is kept.
    pub(crate) on_open: Callback<()>,
    /// Called with what was chosen of all that can be done.
    pub(crate) on_choose: Callback<Command>,
    /// Called with what was chosen of all that has a name.
    pub(crate) on_show: Callback<Named>,
}

/// What has a name that no key can be bound to: a trader gave it, it is a day, or a step of what
/// is done in a menu.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Named {
    /// Charts that were kept.
    Layout(LayoutView),
    /// A list of symbols.
    Watchlist(String),
    /// A recorded day.
    Day(TradingDate),
    /// A step in a menu.
    Step(MenuStep),
}

impl Named {
    /// What its row says, and what it is.
    fn words(&self) -> (String, &'static str) {
        match self {
            Self::Layout(one) => (format!("Layout: {}", one.name), "kept"),
            Self::Watchlist(name) => (format!("Watchlist: {name}"), "list"),
            Self::Day(date) => (format!("Replay {date}"), "recorded day"),
            Self::Step(step) => step.words(),
        }
    }
}

/// What a row does.
#[derive(Clone, Debug, PartialEq)]
enum Deed {
    /// What can be done on the whole desk.
    Command(Command),
    /// Uses a control of the screen that is open, by its place among them.
    Control(usize),
    /// Shows what has a name.
    Named(Named),
}

/// A row of the palette.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    deed: Deed,
    name: String,
    hint: String,
}

/// The palette as it stands.
#[derive(Clone, Copy)]
struct Standing {
    controls: PaletteControls,
    dialog: NodeRef<html::Dialog>,
    typed: RwSignal<String>,
    found: Memo<Vec<Row>>,
    /// The place of the row that Enter chooses.
    marked: RwSignal<usize>,
    wish: Wish,
    /// What can be used on the screen that is open, and its names.
    screen: StoredValue<Vec<(String, HtmlElement)>, LocalStorage>,
    names: RwSignal<Vec<String>>,
}

impl Standing {
    /// It comes up.
    fn begin(self) {
        let Self { controls, .. } = self;
        let found = screen_controls();
        self.names.set(found.iter().map(|(name, _)| name.clone()).collect());
        self.screen.set_value(found);
        let opened = controls.opened.get_untracked().unwrap_or_default();
        // Enter may have been pressed already.
        let entered = opened.split_once('\n');
        self.typed.set(entered.map_or(opened.as_str(), |(typed, _)| typed).to_owned());
        self.marked.set(0);
        self.wish.forget();
        controls.on_open.run(());
        if entered.is_some() {
            request_animation_frame(move || self.choose(0));
        }
    }

    /// Does what the row of a place says.
    fn choose(self, place: usize) {
        let Self { controls, .. } = self;
        let deed = self.found.with_untracked(|found| found.get(place).map(|row| row.deed.clone()));
        let Some(deed) = deed else {
            return self.wish.make();
        };
        controls.opened.set(None);
        // At once: what is done may want the focus, which nothing beside an open dialog can have.
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
        match deed {
            Deed::Command(command) => controls.on_choose.run(command),
            Deed::Named(one) => controls.on_show.run(one),
            Deed::Control(place) => self.screen.with_value(|screen| {
                if let Some((_, control)) = screen.get(place) {
                    use_control(control);
                }
            }),
        }
    }

    fn hear_key(self, event: &KeyboardEvent) {
        // Its field keeps the focus for a moment after it closed: that key is for the desk.
        if self.controls.opened.read_untracked().is_none() {
            return;
        }
        let last = self.found.read_untracked().len().max(1) - 1;
        let marked = self.marked.get_untracked();
        let to = match event.key().as_str() {
            "ArrowDown" => (marked + 1).min(last),
            "ArrowUp" => marked.saturating_sub(1),
            "PageDown" => (marked + 8).min(last),
            "PageUp" => marked.saturating_sub(8),
            "Enter" => {
                event.prevent_default();
                return self.choose(marked);
            }
            _ => return,
        };
        event.prevent_default();
        self.marked.set(to);
        if let Some(row) = document().get_element_by_id(&format!("palette-{to}")) {
            row.scroll_into_view_with_bool(false);
        }
    }

    fn is_nothing(self) -> bool {
        self.found.read().is_empty()
    }

    /// What was found, or that nothing was.
    fn answer(self) -> AnyView {
        view! {
            <ul
                id="palette-list"
                class="palette__list"
                role="listbox"
                aria-label="Found"
                hidden=erased(move || self.is_nothing())
            >
                {part(move || self.list())}
            </ul>
            <p class="palette__nothing" role="status" hidden=erased(move || !self.is_nothing())>
                "Nothing by that name."
            </p>
        }
        .into_any()
    }

    /// The rows.
    fn list(self) -> AnyView {
        let option = |(place, row): (usize, Row)| {
            view! {
                <li
                    id=format!("palette-{place}")
                    role="option"
                    aria-selected=erased(move || (self.marked.get() == place).to_string())
                    on:click=heard(move |_| self.choose(place))
                >
                    <span>{row.name}</span>
                    <kbd>{row.hint}</kbd>
                </li>
            }
            .erase()
        };
        self.found.get().into_iter().enumerate().map(option).collect_view().into_any()
    }
}

/// The palette, for whoever loads it when it first opens.
pub(crate) fn palette(controls: PaletteControls) -> AnyView {
    let (typed, names) = (RwSignal::new(String::new()), RwSignal::new(Vec::<String>::new()));
    let standing = Standing {
        controls,
        dialog: NodeRef::new(),
        typed,
        found: memo(move || rows(controls, &names.read(), &typed.read())),
        marked: RwSignal::new(0),
        wish: Wish::new(controls.symbols),
        screen: StoredValue::new_local(Vec::new()),
        names,
    };
    let Standing { dialog, marked, wish, .. } = standing;
    wish.keep(move || {
        if controls.opened.read_untracked().is_some() {
            standing.choose(0);
        }
    });
    show_while(dialog, move || controls.opened.read().is_some(), move || standing.begin());
    let close_outside = move |event: MouseEvent| {
        // The ground round a dialog counts as the dialog itself.
        if event.target() == event.current_target() {
            controls.opened.set(None);
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class="palette"
            aria-label="Command palette"
            // Not `close`: that comes late, when the palette may be open again.
            on:cancel=heard(move |_: leptos::ev::Event| controls.opened.set(None))
            on:click=heard(close_outside)
        >
            <input
                type="text"
                class="palette__field"
                role="combobox"
                aria-label="Symbol, timeframe or command"
                aria-expanded=erased(move || (!standing.is_nothing()).to_string())
                aria-controls="palette-list"
                aria-autocomplete="list"
                aria-activedescendant=erased(move || {
                    (!standing.is_nothing()).then(|| format!("palette-{}", marked.get()))
                })
                placeholder="Symbol, timeframe or command"
                autocomplete="off"
                spellcheck="false"
                prop:value=typed
                on:input=heard(move |event| {
                    typed.set(event_target_value(&event));
                    marked.set(0);
                    wish.forget();
                })
                on:keydown=heard(move |event| standing.hear_key(&event))
            />
            {standing.answer()}
        </dialog>
    }
    .erase()
}

/// What matches, the best first: symbols by their letters, timeframes by their digits, then all
/// that has every typed word in its name or in what it is called elsewhere: what is named just so,
/// what begins so, what has the words in its name, then the others; of each what can be done
/// everywhere before what is on the open `screen`, and that before what was kept.
fn rows(controls: PaletteControls, screen: &[String], typed: &str) -> Vec<Row> {
    let typed = typed.trim().trim_start_matches(',').to_ascii_lowercase();
    let keymap = controls.keymap.read();
    let symbols = controls.symbols.read();
    let symbol = |one: &SymbolView| Row {
        deed: Deed::Command(Command::Symbol(one.symbol)),
        name: format!("{} · {}", one.symbol, one.name),
        hint: "symbol".to_owned(),
    };
    let begins = |one: &&SymbolView| {
        !typed.is_empty() && one.symbol.as_str().to_ascii_lowercase().starts_with(&typed)
    };
    let mut rows: Vec<Row> = symbols.iter().filter(begins).map(symbol).collect();
    let command = |command: Command| Row {
        deed: Deed::Command(command),
        name: name(command),
        hint: keymap.key(command).map(spoken_key).unwrap_or_default(),
    };
    rows.extend(span_of_digits(&typed).map(|span| command(Command::Span(span))));
    let is_named = |name: &str| typed.split_whitespace().all(|word| name.contains(word));
    let has_all = |row: &Row| {
        let name = row.name.to_ascii_lowercase();
        match row.deed {
            Deed::Command(command) => is_named(&format!("{name} {}", also_called(command))),
            _ => is_named(&name),
        }
    };
    let named = symbols.iter().filter(|one| !begins(one)).map(symbol);
    let compared = symbols.iter().map(|one| Command::Compare(one.symbol));
    let all = Command::all().into_iter().filter(|one| *one != Command::Palette);
    let all = all.chain(compared).map(command);
    let control = |(place, name): (usize, &String)| Row {
        deed: Deed::Control(place),
        name: name.clone(),
        hint: "this screen".to_owned(),
    };
    let on_screen = screen.iter().enumerate().map(control);
    let kept = controls.named.read();
    let kept = kept.iter().map(named_row);
    // Nothing typed: what there is to look at comes first.
    let mut others: Vec<Row> = if typed.is_empty() {
        named.chain(on_screen).chain(all).collect()
    } else {
        all.chain(on_screen).chain(named).chain(kept).filter(has_all).collect()
    };
    others.sort_by_cached_key(|row| {
        let name = row.name.to_ascii_lowercase();
        // What was kept comes when the palette is open already: nothing moves under the hand.
        let is_kept = matches!(row.deed, Deed::Named(_));
        (name != typed, is_kept || !name.starts_with(&typed), is_kept || !is_named(&name))
    });
    for row in others {
        if rows.len() == ROWS_MAX {
            break;
        }
        if !rows.iter().any(|known| known.deed == row.deed) {
            rows.push(row);
        }
    }
    rows
}

/// The row of what has a name.
fn named_row(one: &Named) -> Row {
    let (name, hint) = one.words();
    Row { deed: Deed::Named(one.clone()), name, hint: hint.to_owned() }
}

/// What a command is called.
pub(super) fn name(command: Command) -> String {
    match command {
        Command::Palette => "Command palette".to_owned(),
        Command::Keys => "Keyboard shortcuts".to_owned(),
        Command::Indicators => "Indicators…".to_owned(),
        Command::Chart => "Style, scale, compare…".to_owned(),
        Command::GoToDate => "Go to date…".to_owned(),
        Command::Drawings => "Drawings…".to_owned(),
        Command::Layouts => "Layouts…".to_owned(),
        Command::Arrange(1) => "Layout: 1 chart".to_owned(),
        Command::Arrange(count) => format!("Layout: {count} charts"),
        Command::NextChart => "Next chart".to_owned(),
        Command::Maximise => "Maximise the chart, or show all again".to_owned(),
        Command::Show(Centre::Chart) => "Charts".to_owned(),
        Command::Show(Centre::Chain) => "Option chain".to_owned(),
        Command::Show(Centre::Plan) => "Strategy builder".to_owned(),
        Command::Show(Centre::Volatility) => "Volatility: smile and surface".to_owned(),
        Command::Show(Centre::Positions) => "Positions and risk".to_owned(),
        Command::Show(Centre::Exposure) => "Gamma exposure (GEX)".to_owned(),
        Command::Link(linked) => {
            let what = if linked == Linked::Span { "timeframe" } else { linked.as_str() };
            format!("Layout: the same {what} on all charts, or not")
        }
        Command::CopyLink => "Copy the link to what is shown".to_owned(),
        Command::Symbol(symbol) => format!("Show {symbol}"),
        Command::Span(span) => format!("Timeframe {span}: {}", spoken_span(span)),
        Command::Style(style) => format!("Chart style: {}", style.name()),
        Command::Scale(mode) => format!("Scale: {}", mode.as_str()),
        Command::Invert => "Invert the scale".to_owned(),
        Command::Magnet => "Magnet crosshair".to_owned(),
        Command::Compare(symbol) => format!("Compare with {symbol}, or stop that"),
        Command::Study(study) => format!("Indicator {}: {}", study.label(), study.name()),
        Command::AnchorVwap => "Indicator AVWAP: anchored at the bar you press".to_owned(),
        Command::Tool(tool) => format!("Draw: {}", tool.name()),
        Command::Undo => "Undo drawing".to_owned(),
        Command::Redo => "Redo drawing".to_owned(),
        Command::DeleteDrawing => "Delete the selected drawing".to_owned(),
        Command::DeleteDrawings => "Delete all drawings that are not locked".to_owned(),
        Command::Crosshair => "Crosshair by arrow keys, or away with it".to_owned(),
        Command::Move(one) => moved(one).to_owned(),
        Command::Fit => "Fit prices".to_owned(),
        Command::Reset => "Reset the chart".to_owned(),
        Command::Latest => "Go to the newest bar".to_owned(),
        Command::ZoomIn => "Zoom in".to_owned(),
        Command::ZoomOut => "Zoom out".to_owned(),
        other => name_beside_chart(other),
    }
}

/// The same for what is not about the chart.
fn name_beside_chart(command: Command) -> String {
    match command {
        Command::Theme => "Switch between dark and light".to_owned(),
        Command::Colors(colors) => format!("Colours: {}", colors.name()),
        Command::Density(density) => format!("Density: {}", density.as_str()),
        Command::Depth(depth) => format!("Levels: {}", depth.as_str()),
        Command::Group(group) => format!("Levels: {}, show or hide", group.name()),
        Command::Filter(filter) => format!("Levels filter: {}", filter.name()),
        Command::Order(order) => format!("Levels order: {}", order.name()),
        Command::LevelMenu => "Levels: groups, order, colours…".to_owned(),
        Command::WatchMenu => "Watchlists: others, files, columns…".to_owned(),
        Command::WatchSymbol => "Watchlist: add the chart's symbol".to_owned(),
        Command::Tape => "Tape: controls, recorded days…".to_owned(),
        Command::Practice => "Tape: back to the practice market".to_owned(),
        Command::PlayPause => "Tape: pause or play".to_owned(),
        Command::Speed(times) => format!("Tape: speed {times}×"),
        Command::Step(minutes) => format!("Tape: step {minutes} m"),
        Command::NextOpen => "Tape: next open".to_owned(),
        Command::BackToOpen => "Tape: back to the open".to_owned(),
        Command::CopyLevels => "Copy the levels as text".to_owned(),
        Command::LevelsCsv => "Save the levels as CSV".to_owned(),
        Command::LevelsPine => "Save the levels as Pine script for TradingView".to_owned(),
        Command::Picture => "Save a picture of the chart".to_owned(),
        Command::Pane(SidePane::Levels) => "Levels: put away, or bring back".to_owned(),
        Command::Pane(SidePane::Watch) => "Watchlist: put away, or bring back".to_owned(),
        Command::Pane(SidePane::Positions) => {
            "Open positions at the side: only their sum, or all".to_owned()
        }
        Command::Notices => "Notices: what was said".to_owned(),
        Command::Glossary => "Glossary: what words mean".to_owned(),
        Command::Tour => "Take the tour".to_owned(),
        Command::Install => "Install the desk on this device".to_owned(),
        Command::Developers => "For programs: REST and WebSocket".to_owned(),
        Command::Account => "Account: protect the desk, sign out".to_owned(),
        other => other.to_string(),
    }
}

fn moved(one: Move) -> &'static str {
    match one {
        Move::Earlier => "Chart: earlier",
        Move::Later => "Chart: later",
        Move::FarEarlier => "Chart: much earlier",
        Move::FarLater => "Chart: much later",
        Move::Oldest => "Chart: the oldest bar loaded",
        Move::Up => "Chart: up, to what lies above",
        Move::Down => "Chart: down, to what lies below",
        Move::Taller => "Chart: stretch prices",
        Move::Flatter => "Chart: squeeze prices",
    }
}

fn spoken_span(span: BarSpan) -> String {
    match span {
        BarSpan::Day => "day".to_owned(),
        BarSpan::Week => "week".to_owned(),
        BarSpan::Month => "month".to_owned(),
        span => {
            let minutes = span.intraday().map_or(0, |length| length.whole_seconds() / 60);
            if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") }
        }
    }
}

/// `Alt T`, `Ctrl K`, `Space`, `Shift ↑`.
pub(super) fn spoken_key(key: &str) -> String {
    // A plus at the end is the key itself.
    let (before, last) = match key.strip_suffix('+') {
        Some(before) => (before, "+"),
        None => key.rsplit_once('+').unwrap_or(("", key)),
    };
    let word = |part: &str| match part {
        " " => "Space".to_owned(),
        "arrowleft" => "←".to_owned(),
        "arrowright" => "→".to_owned(),
        "arrowup" => "↑".to_owned(),
        "arrowdown" => "↓".to_owned(),
        part => {
            let mut letters = part.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        }
    };
    let before = before.split('+').filter(|part| !part.is_empty());
    let words: Vec<String> = before.chain([last]).map(word).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_as_they_are_printed() {
        for (key, words) in [
            ("alt+t", "Alt T"),
            ("ctrl+shift+z", "Ctrl Shift Z"),
            (" ", "Space"),
            ("+", "+"),
            ("ctrl++", "Ctrl +"),
            ("?", "?"),
            ("shift+arrowup", "Shift ↑"),
            ("arrowleft", "←"),
            ("home", "Home"),
        ] {
            assert_eq!(spoken_key(key), words, "{key}");
        }
    }

    #[test]
    fn what_is_kept_is_found_by_what_it_is_and_how_it_is_called() {
        let layout = |name: &str| {
            let (id, name, text) = (String::new(), name.to_owned(), String::new());
            Named::Layout(LayoutView { id, name, text })
        };
        let day = Named::Day("2026-08-03".parse().expect("a date"));
        for (named, words) in [
            (layout("Opening <bell>"), "Layout: Opening <bell>"),
            (Named::Watchlist("Funds".to_owned()), "Watchlist: Funds"),
            (day, "Replay 2026-08-03"),
        ] {
            let row = named_row(&named);
            assert_eq!((row.name.as_str(), row.deed), (words, Deed::Named(named)));
        }
    }

    #[test]
    fn other_words_are_not_in_the_name_already() {
        for command in Command::all() {
            let name = name(command).to_ascii_lowercase();
            for word in also_called(command).split_whitespace() {
                assert_eq!(word, word.to_ascii_lowercase());
                assert!(!name.split(' ').any(|own| own == word), "{word}: {name}");
            }
        }
    }

    #[test]
    fn every_command_has_a_name_of_its_own() {
        for command in Command::all() {
            assert_ne!(name(command), command.to_string());
        }
        let mut names: Vec<String> = Command::all().into_iter().map(name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
