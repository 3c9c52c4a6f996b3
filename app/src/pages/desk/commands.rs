//! Does what a key or the palette asks for.

use api::{LevelsView, TapeCommand};
use chart::{Action, ChartSetup, ScaleMode, Study};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use market::{Span, Symbol, TapeId};
use wasm_bindgen::JsCast;

use super::Route;
use super::data::{DeskData, chosen_levels};
use super::drawings::drawing_controls;
use super::layouts::layout_controls;
use super::link::copy_link;
use super::picture::picture;
use crate::centre::Centre;
use crate::commands::{Command, Linked, Move};
use crate::components::{
    ChartMenus, DrawingControls, DrawingWish, LayoutControls, Pane, ToastText, is_motion_reduced,
    open_behind,
};
use crate::contexts::{Preferences, preferences};
use crate::erased::follow;
use crate::keymap::{Keymap, Pressed};
use crate::level_file::{LevelFile, file_name, level_file};
use crate::once_there::once_there;
use crate::panes::SidePane;

/// Pixels that an arrow key pans.
const KEY_PAN: f64 = 60.0;
/// The part of the prices' height that a key moves them by.
const KEY_LIFT: f64 = 0.1;

/// What commands act on.
#[derive(Clone, Copy)]
pub(super) struct Commands {
    pub(super) route: Route,
    pub(super) data: DeskData,
    pub(super) drawings: DrawingControls,
    pub(super) menus: ChartMenus,
    pub(super) layouts: LayoutControls,
    /// Set to have something done to the chart; empty again when it is.
    pub(super) chart_wish: RwSignal<Option<Action>>,
    /// The name of the level under the pointer, in the ladder or on the chart.
    pub(super) pointed_level: RwSignal<Option<String>>,
    /// What was typed to open the palette.
    pub(super) palette: RwSignal<Option<String>>,
    pub(super) is_key_sheet_open: RwSignal<bool>,
    pub(super) keymap: RwSignal<Keymap>,
    pub(super) choose_symbol: Callback<Symbol>,
    pub(super) are_notices_open: RwSignal<bool>,
    /// The word that was asked about; the glossary is open while there is one.
    pub(super) asked_term: RwSignal<Option<&'static str>>,
    /// The identity of the kept position whose details are open.
    pub(super) opened_position: RwSignal<Option<String>>,
    /// At which stop the tour is, while it is taken.
    pub(super) tour_stop: RwSignal<Option<usize>>,
    /// On a phone: which pane is seen.
    pub(super) pane: RwSignal<Pane>,
}

impl Commands {
    /// Commands of a desk.
    pub(super) fn new(route: Route, data: DeskData, pane: RwSignal<Pane>) -> Self {
        let choose_symbol = Callback::new(move |symbol| {
            route.choose_symbol(symbol);
            pane.set(Pane::Chart);
        });
        let (menus, drawings) = (ChartMenus::new(), drawing_controls(route.layout, data));
        Self {
            route,
            data,
            drawings,
            menus,
            layouts: layout_controls(route, data, drawings, menus.layouts),
            chart_wish: RwSignal::new(None),
            pointed_level: RwSignal::new(None),
            palette: RwSignal::new(None),
            is_key_sheet_open: RwSignal::new(false),
            keymap: RwSignal::new(Keymap::default()),
            are_notices_open: RwSignal::new(false),
            asked_term: RwSignal::new(None),
            opened_position: RwSignal::new(None),
            tour_stop: RwSignal::new(None),
            choose_symbol,
            pane,
        }
    }

    /// Listens to keys, as this device has them, wherever the focus is, but never while somebody
    /// types. What a quick hand pressed before it is known which key does what is done then.
    pub(super) fn listen(self) {
        follow(move || {
            let early = StoredValue::new_local(Some(Vec::<KeyboardEvent>::new()));
            let listening = window_event_listener(leptos::ev::keydown, move |event| {
                let now = early.try_update_value(|early| match early {
                    Some(early) => {
                        early.push(event);
                        None
                    }
                    None => Some(event),
                });
                if let Some(event) = now.flatten() {
                    self.hear_key(&event);
                }
            });
            on_cleanup(move || listening.remove());
            spawn_local(async move {
                if let Some(keymap) = Keymap::of_device().await {
                    self.keymap.try_set(keymap);
                }
                let pressed = early.try_update_value(Option::take).flatten();
                pressed.into_iter().flatten().for_each(|event| self.hear_key(&event));
            });
        });
    }

    fn hear_key(self, event: &KeyboardEvent) {
        if event.default_prevented() {
            return;
        }
        if self.hear_early(event) {
            return;
        }
        let is_on_chart = target(event).is_some_and(|it| it.matches(CHART).unwrap_or(false));
        let pressed = self.keymap.with_untracked(|keymap| keymap.pressed(event, is_on_chart));
        let Some(pressed) = pressed else { return };
        let is_held = matches!(pressed, Pressed::Command(command) if command.is_of_chart());
        if event.repeat() && !is_held {
            return;
        }
        let is_others = is_typing(event) || does_press(event);
        if is_others && pressed != Pressed::Command(Command::Palette) {
            return;
        }
        event.prevent_default();
        match pressed {
            Pressed::Command(command) => self.run(command),
            Pressed::Search(letter) => {
                self.palette.update(|typed| typed.get_or_insert_default().push(letter));
            }
        }
    }

    /// A quick hand types on before the palette is there to type in: blanks as well, and Enter,
    /// which ends a line there. Escape no longer waits for it. True when the key was for that.
    fn hear_early(self, event: &KeyboardEvent) -> bool {
        let is_waited_for = self.palette.read_untracked().is_some() && !is_typing(event);
        let key = event.key();
        let letter = match key.as_str() {
            _ if !is_waited_for || !is_plain(event) => return false,
            "Escape" => {
                self.palette.set(None);
                return true;
            }
            "Enter" => "\n",
            letter if letter.chars().count() == 1 => letter,
            _ => return false,
        };
        event.prevent_default();
        self.palette.update(|typed| typed.get_or_insert_default().push_str(letter));
        true
    }

    /// Does it.
    pub(super) fn run(self, command: Command) {
        let Self { route, data, drawings, menus, .. } = self;
        match command {
            Command::Palette => self.palette.set(Some(String::new())),
            Command::Keys => self.is_key_sheet_open.set(true),
            Command::Indicators => self.on_chart(|| menus.studies.set(true)),
            Command::Chart => self.on_chart(|| menus.chart.set(true)),
            Command::Drawings => self.on_chart(|| menus.drawings.set(true)),
            Command::Layouts => menus.layouts.set(true),
            Command::NextChart => route.change(false, |layout| {
                layout.activate((layout.active() + 1) % layout.charts().len());
            }),
            Command::Maximise => route.maximise(),
            Command::Show(centre) => {
                self.pane.set(Pane::Chart);
                route.show(centre);
            }
            Command::CopyLink => copy_link(route, data, drawings),
            Command::Symbol(symbol) => self.choose_symbol.run(symbol),
            Command::Span(span) => route.choose_span(span),
            Command::Scale(mode) => self.set_up(|setup| {
                setup.scale = if setup.scale == mode { ScaleMode::Linear } else { mode };
            }),
            Command::Invert => self.set_up(|setup| setup.is_inverted = !setup.is_inverted),
            Command::Magnet => self.set_up(|setup| setup.is_magnetic = !setup.is_magnetic),
            Command::Tool(tool) => self.on_chart(|| drawings.tool.set(Some(tool))),
            Command::Undo => self.on_chart(|| drawings.wish(DrawingWish::Undo)),
            Command::Redo => self.on_chart(|| drawings.wish(DrawingWish::Redo)),
            Command::Fit => self.move_chart(Action::Fit),
            Command::Reset => self.move_chart(Action::Reset),
            Command::Latest => self.move_chart(Action::Latest),
            Command::ZoomIn => self.move_chart(Action::ZoomMiddle(1.2)),
            Command::ZoomOut => self.move_chart(Action::ZoomMiddle(1.0 / 1.2)),
            Command::Move(one) => self.move_chart(movement(one)),
            Command::Theme => preferences().update(|chosen| chosen.theme = chosen.theme.other()),
            Command::Depth(depth) => preferences().update(|chosen| chosen.choose_depth(depth)),
            Command::PlayPause => {
                let status = data.tape.status.get_untracked();
                let is_paused = status.is_some_and(|(tape, _)| tape.is_paused);
                data.command(if is_paused { TapeCommand::Play } else { TapeCommand::Pause });
            }
            Command::Step(minutes) => {
                data.command(TapeCommand::Step(Span::minutes(minutes.into())));
            }
            Command::Pane(pane) => preferences().update(|chosen| chosen.panes.toggle(pane)),
            Command::Notices => self.are_notices_open.set(true),
            Command::Glossary => self.asked_term.set(Some("")),
            Command::Tour => self.tour_stop.set(Some(0)),
            Command::Install => data.install(),
            Command::Developers => {
                use_navigate()("/developers", NavigateOptions::default());
            }
            // A document of the server's own.
            Command::Account => {
                let _ = window().location().assign("/account");
            }
            seldom => spawn_local(run_seldom(self, seldom)),
        }
    }

    /// Brings the charts into sight, and does what is only seen there.
    fn on_chart(self, act: impl FnOnce()) {
        self.pane.set(Pane::Chart);
        self.route.show(Centre::Chart);
        act();
    }

    /// Moves the active chart, where there is one to be seen.
    fn move_chart(self, action: Action) {
        if self.route.centre.get_untracked() == Centre::Chart {
            self.chart_wish.set(Some(action));
        }
    }

    /// Brings a level to the middle of the chart and lights it up for a moment.
    pub(super) fn show_level(self, (name, price): (String, f64)) {
        self.on_chart(|| self.chart_wish.set(Some(Action::Centre(price))));
        // It lights up once the chart has it in its middle, which takes a while where there was
        // none to be seen.
        once_there(move || {
            let wish = self.chart_wish.try_get_untracked();
            let is_asked = matches!(wish, Some(Some(Action::Centre(_))));
            if wish.is_some() && !is_asked {
                self.flash(&name);
            }
            !is_asked
        });
    }

    fn flash(self, name: &str) {
        let flash = move |strength: Option<f64>, after_ms: u64| {
            let level = strength.map(|strength| (name.to_owned(), strength));
            let light = move || {
                self.chart_wish.try_set(Some(Action::Pulse(level.clone())));
            };
            set_timeout(light, std::time::Duration::from_millis(after_ms));
        };
        flash(Some(1.0), 0);
        // Twice, slower than what could harm anybody's eyes; steadily for those who ask for that.
        if !is_motion_reduced() {
            flash(Some(0.2), 330);
            flash(Some(1.0), 680);
        }
        flash(None, 1_280);
    }

    fn set_up(self, change: impl FnOnce(&mut ChartSetup)) {
        let mut setup = self.route.setup.get_untracked();
        change(&mut setup);
        self.set_up_chart(self.route.layout.read_untracked().active(), setup);
    }

    /// Sets the chart of a place up. That a study is off is told, with the way back.
    pub(super) fn set_up_chart(self, place: usize, setup: ChartSetup) {
        let Self { route, data, .. } = self;
        let gone = route.layout.with_untracked(|layout| {
            let before = &layout.charts().get(place)?.setup.studies;
            // One that is as many bars longer is another study in the same place.
            let is_less = setup.studies.len() < before.len();
            let mut all = before.iter().copied().enumerate().filter(|_| is_less);
            all.find(|(_, one)| !setup.has(one.study))
        });
        route.change(false, |layout| layout.set_up(place, setup));
        let Some((at, one)) = gone else { return };
        let undo = move || {
            route.change(false, |layout| {
                let Some(chart) = layout.charts().get(place) else { return };
                let mut setup = chart.setup.clone();
                setup.put_back(at, one);
                layout.set_up(place, setup);
            });
        };
        let words = format!("{} is off the chart.", one.study.label());
        data.toast.set(Some(ToastText::with_undo(words, undo)));
    }

    fn save_levels(self, file: LevelFile) {
        let known = untrack(|| self.data.levels_now());
        let chosen = self.data.preferences.get_untracked();
        let shown = known.map(|view| shown_levels(view, &chosen));
        let Some(view) = shown.filter(|view| !view.levels.is_empty()) else {
            self.data.say("The ladder shows no levels that could be saved.".to_owned());
            return;
        };
        let text = level_file(&view, file);
        match file {
            LevelFile::Text => {
                let copied = match view.levels.len() {
                    1 => "One level was copied.".to_owned(),
                    count => format!("{count} levels were copied."),
                };
                copy(self.data, text, (copied, "save them as CSV"));
            }
            LevelFile::Csv => save(&file_name(&view, "csv"), "text/csv", &text),
            LevelFile::Pine => save(&file_name(&view, "pine"), "text/plain", &text),
        }
    }

    fn save_picture(self) {
        let title = untrack(|| self.data.title());
        let at = self.data.now.get_untracked();
        let span = self.route.span.get_untracked();
        let at = at.map_or(String::new(), |at| {
            format!("{} {} New York", at.wall_time().date, market::format::minute(at))
        });
        match picture(&format!("{title} · {span} · {at}")) {
            Some(address) => download("volaris-chart.png", &address),
            None => self.data.say("There is no chart to save yet.".to_owned()),
        }
    }

    /// Brings a pane into sight that may be away.
    pub(super) fn bring(self, pane: Pane, side: SidePane) {
        self.pane.set(pane);
        if !self.data.preferences.read_untracked().panes.shows(side) {
            self.data.preferences.update(|chosen| chosen.panes.toggle(side));
        }
    }

    /// Opens what a button opens, in a pane that may be away.
    fn press(self, button: &str, pane: Option<(Pane, SidePane)>) {
        if let Some((pane, side)) = pane {
            self.bring(pane, side);
        }
        if let Some(button) = found::<web_sys::HtmlElement>(button) {
            button.click();
        }
    }
}

/// What is done seldom, or waits for somebody anyway: loaded with the first of it.
#[lazy]
fn run_seldom(commands: Commands, command: Command) {
    let Commands { route, data, drawings, .. } = commands;
    let choose = |change: &dyn Fn(&mut Preferences)| data.preferences.update(|one| change(one));
    match command {
        Command::Arrange(count) => commands.layouts.on_arrange.run(count),
        Command::Link(linked) => {
            let mut links = route.layout.read_untracked().links();
            match linked {
                Linked::Symbol => links.symbol = !links.symbol,
                Linked::Span => links.span = !links.span,
                Linked::Crosshair => links.crosshair = !links.crosshair,
            }
            commands.layouts.on_link.run(links);
        }
        Command::Style(style) => commands.set_up(|setup| setup.style = style),
        Command::Compare(symbol) => commands.set_up(|setup| {
            let is_other = setup.compare != Some(symbol) && symbol != route.symbol.get_untracked();
            setup.compare = is_other.then_some(symbol);
        }),
        Command::Study(study) => commands.set_up(|setup| toggle_study(setup, study)),
        Command::AnchorVwap => {
            route.show(Centre::Chart);
            drawings.anchors.set(true);
        }
        Command::GoToDate => commands.on_chart(|| {
            commands.menus.goes.set(true);
            commands.menus.chart.set(true);
        }),
        Command::DeleteDrawing => match drawings.selected.get_untracked() {
            Some(one) => commands.on_chart(|| drawings.wish(DrawingWish::Delete(one.id))),
            None => data.say("No drawing is selected.".to_owned()),
        },
        Command::DeleteDrawings => commands.on_chart(|| drawings.wish(DrawingWish::DeleteAll)),
        Command::Crosshair => {
            if let Some(chart) = found::<web_sys::HtmlElement>(ACTIVE_CHART) {
                let _ = chart.focus();
            }
            commands.move_chart(Action::Crosshair);
        }
        Command::Density(density) => choose(&|one| one.density = density),
        Command::Colors(colors) => choose(&|one| one.colors = colors),
        Command::Group(group) => {
            let is_shown = untrack(|| data.is_group_shown(group));
            choose(&|one| one.levels.switch(group, !is_shown));
        }
        Command::Filter(filter) => choose(&|one| one.levels.filter = filter),
        Command::Order(order) => choose(&|one| one.levels.order = order),
        Command::LevelMenu => {
            commands.press("[aria-controls=level-menu]", Some((Pane::Levels, SidePane::Levels)));
        }
        Command::WatchMenu => {
            commands.press("[aria-controls=watch-menu]", Some((Pane::Watch, SidePane::Watch)));
        }
        Command::WatchSymbol => data.watchlists.add(route.symbol.get_untracked()),
        Command::Tape => commands.press(".feed-badge", None),
        Command::Practice => {
            let status = data.tape.status.get_untracked();
            if status.is_some_and(|(tape, _)| matches!(tape.tape, TapeId::Replay { .. })) {
                data.command(TapeCommand::Practice);
            } else {
                data.say("The practice market plays already.".to_owned());
            }
        }
        Command::Speed(times) => data.command(TapeCommand::Speed(times)),
        Command::NextOpen => data.command(TapeCommand::NextOpen),
        Command::BackToOpen => {
            let status = data.tape.status.get_untracked();
            match status.as_ref().and_then(|(tape, _)| open_behind(tape)) {
                Some(open) => data.command(TapeCommand::Seek(open)),
                None => data.say("No open of a recorded day is past.".to_owned()),
            }
        }
        Command::CopyLevels => commands.save_levels(LevelFile::Text),
        Command::LevelsCsv => commands.save_levels(LevelFile::Csv),
        Command::LevelsPine => commands.save_levels(LevelFile::Pine),
        Command::Picture => commands.save_picture(),
        // `run` does all others.
        _ => {}
    }
}

/// What the ladder shows, in its order: that and nothing else is taken elsewhere.
fn shown_levels(view: LevelsView, chosen: &Preferences) -> LevelsView {
    let mut shown = chosen_levels(view, chosen);
    chosen.levels.order.sort(&mut shown.levels);
    shown
}

/// What a key does to the chart.
fn movement(one: Move) -> Action {
    let pan = |x: f64| Action::Pan { x: x * KEY_PAN, y: 0.0 };
    match one {
        Move::Earlier => pan(1.0),
        Move::Later => pan(-1.0),
        Move::FarEarlier => pan(5.0),
        Move::FarLater => pan(-5.0),
        Move::Oldest => Action::Oldest,
        Move::Up => Action::Lift(KEY_LIFT),
        Move::Down => Action::Lift(-KEY_LIFT),
        Move::Taller => Action::Stretch(1.0 / 1.2),
        Move::Flatter => Action::Stretch(1.2),
    }
}

fn toggle_study(setup: &mut ChartSetup, study: Study) {
    if setup.has(study) {
        setup.remove(study);
    } else {
        setup.add(study);
    }
}

/// Where a chart is painted, and the active one.
const CHART: &str = ".price-chart__canvas";
const ACTIVE_CHART: &str = ".price-chart[data-active=true] .price-chart__canvas";

/// What has the focus.
fn target(event: &KeyboardEvent) -> Option<web_sys::Element> {
    event.target().and_then(|target| target.dyn_into().ok())
}

/// The first element of the document that a selector means.
fn found<T: JsCast>(selector: &str) -> Option<T> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Whether the key belongs to somebody who types or chooses, in a field or a dialog of their own.
fn is_typing(event: &KeyboardEvent) -> bool {
    // A field in a dialog that was just closed keeps the focus for a moment.
    let target = target(event).filter(|target| 0 < target.get_client_rects().length());
    target.is_some_and(|target| {
        target.matches("input, textarea, select, [contenteditable]").unwrap_or(false)
            || target.closest("dialog, .menu__panel").ok().flatten().is_some()
    })
}

/// Whether the key presses the button that has the focus.
fn does_press(event: &KeyboardEvent) -> bool {
    is_plain(event)
        && matches!(event.key().as_str(), " " | "Enter")
        && target(event).is_some_and(|it| it.matches("button, a, summary").unwrap_or(false))
}

fn is_plain(event: &KeyboardEvent) -> bool {
    !event.ctrl_key() && !event.meta_key() && !event.alt_key()
}

/// Copies a text, and says that it is done, or what to do where the browser does not let a page.
pub(super) fn copy(data: DeskData, text: String, (done, instead): (String, &'static str)) {
    // On plain http there is no clipboard to ask.
    let may_copy = window().is_secure_context();
    let copying = may_copy.then(|| window().navigator().clipboard().write_text(&text));
    spawn_local(async move {
        let is_copied = match copying {
            Some(copying) => wasm_bindgen_futures::JsFuture::from(copying).await.is_ok(),
            None => false,
        };
        let refused = || format!("The browser does not let this page copy: {instead}.");
        data.say(if is_copied { done } else { refused() });
    });
}

/// Gives a file to the browser, which asks where to or puts it with the others.
pub(super) fn save(name: &str, kind: &str, text: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options);
    let address = blob.and_then(|blob| web_sys::Url::create_object_url_with_blob(&blob));
    if let Ok(address) = address {
        download(name, &address);
        // The browser reads it after this.
        set_timeout(
            move || {
                let _ = web_sys::Url::revoke_object_url(&address);
            },
            std::time::Duration::from_secs(20),
        );
    }
}

fn download(name: &str, address: &str) {
    let link = document().create_element("a").ok();
    if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) {
        link.set_href(address);
        link.set_download(name);
        link.click();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contexts::Depth;
    use crate::level_choices::{LevelFilter, LevelOrder};
    use crate::level_file::tests::view;
    use quant::levels::{LevelGroup, LevelId, Periods};

    #[test]
    fn what_the_ladder_shows_is_taken_elsewhere_in_its_order() {
        let mut view = view();
        let mut round = view.levels[1].clone();
        (round.id, round.name) = (LevelId::Round(50_900_000), "5090".to_owned());
        (round.price, round.points, round.touches.count) = (5_090.0, Some(-1.63), 3);
        view.levels.push(round);
        let names = |chosen: &Preferences| -> Vec<String> {
            let levels = shown_levels(view.clone(), chosen).levels;
            levels.into_iter().map(|level| level.name).collect()
        };
        let mut chosen = Preferences { depth: Depth::Key, ..Preferences::default() };
        assert_eq!(names(&chosen), ["PDH", "P"]);
        chosen.levels.switch(LevelId::PriorHigh(Periods::Day).group(), false);
        assert_eq!(names(&chosen), ["P"]);
        chosen.levels.switch(LevelGroup::Round, true);
        assert_eq!(names(&chosen), ["P", "5090"]);
        chosen.levels.order = LevelOrder::Nearest;
        assert_eq!(names(&chosen), ["5090", "P"]);
        chosen.levels.order = LevelOrder::Group;
        assert_eq!(names(&chosen), ["P", "5090"]);
        chosen.levels.filter = LevelFilter::Touched;
        assert_eq!(names(&chosen), ["5090"]);
        chosen = Preferences { depth: Depth::All, ..Preferences::default() };
        assert_eq!(names(&chosen), ["PDH", "P", "5090"]);
    }
}
