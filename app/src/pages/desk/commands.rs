//! Does what a key or the palette asks for.

use api::{LevelsView, TapeCommand};
use chart::{Action, ChartSetup, ScaleMode, Study};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use market::{Span, Symbol};
use wasm_bindgen::JsCast;

use super::Route;
use super::data::DeskData;
use super::drawings::drawing_controls;
use super::layouts::{copy_link, layout_controls};
use crate::commands::Command;
use crate::components::{ChartMenus, DrawingControls, DrawingWish, LayoutControls, Pane};
use crate::contexts::preferences;
use crate::erased::follow;
use crate::keymap::{Keymap, Pressed};
use crate::level_file::LevelFile;

/// What commands act on.
#[derive(Clone, Copy)]
pub(super) struct Commands {
    pub(super) route: Route,
    pub(super) data: DeskData,
    pub(super) drawings: DrawingControls,
    pub(super) menus: ChartMenus,
    pub(super) layouts: LayoutControls,
    /// Only the active chart is seen.
    pub(super) is_maximised: RwSignal<bool>,
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
        let menus = ChartMenus::new();
        Self {
            route,
            data,
            drawings: drawing_controls(route.layout, data),
            menus,
            layouts: layout_controls(route, data, menus.layouts),
            is_maximised: RwSignal::new(false),
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
        if event.default_prevented() || event.repeat() {
            return;
        }
        let pressed = self.keymap.with_untracked(|keymap| keymap.pressed(event));
        let Some(pressed) = pressed else { return };
        if is_typing(event) && pressed != Pressed::Command(Command::Palette) {
            return;
        }
        event.prevent_default();
        match pressed {
            Pressed::Command(command) => self.run(command),
            // A quick hand types on before the palette is there to type in.
            Pressed::Search(letter) => {
                self.palette.update(|typed| typed.get_or_insert_default().push(letter));
            }
        }
    }

    /// Does it.
    pub(super) fn run(self, command: Command) {
        let Self { route, data, drawings, menus, .. } = self;
        match command {
            Command::Palette => self.palette.set(Some(String::new())),
            Command::Keys => self.is_key_sheet_open.set(true),
            Command::Indicators => menus.studies.set(true),
            Command::Chart => menus.chart.set(true),
            Command::Drawings => menus.drawings.set(true),
            Command::Layouts => menus.layouts.set(true),
            Command::Arrange(count) => self.layouts.on_arrange.run(count),
            Command::NextChart => route.change(false, |layout| {
                layout.activate((layout.active() + 1) % layout.charts().len());
            }),
            Command::Maximise => self.is_maximised.update(|is_so| *is_so = !*is_so),
            Command::Show(centre) => {
                self.pane.set(Pane::Chart);
                route.show(centre);
            }
            Command::CopyLink => copy_link(data),
            Command::Symbol(symbol) => self.choose_symbol.run(symbol),
            Command::Span(span) => route.choose_span(span),
            Command::Style(style) => self.set_up(|setup| setup.style = style),
            Command::Scale(mode) => self.set_up(|setup| {
                setup.scale = if setup.scale == mode { ScaleMode::Linear } else { mode };
            }),
            Command::Invert => self.set_up(|setup| setup.is_inverted = !setup.is_inverted),
            Command::Magnet => self.set_up(|setup| setup.is_magnetic = !setup.is_magnetic),
            Command::Study(study) => self.set_up(|setup| toggle_study(setup, study)),
            Command::Tool(tool) => drawings.tool.set(Some(tool)),
            Command::Undo => drawings.wish(DrawingWish::Undo),
            Command::Redo => drawings.wish(DrawingWish::Redo),
            Command::Fit => self.chart_wish.set(Some(Action::Fit)),
            Command::Reset => self.chart_wish.set(Some(Action::Reset)),
            Command::Latest => self.chart_wish.set(Some(Action::Latest)),
            Command::ZoomIn => self.chart_wish.set(Some(Action::ZoomMiddle(1.2))),
            Command::ZoomOut => self.chart_wish.set(Some(Action::ZoomMiddle(1.0 / 1.2))),
            Command::Theme => preferences().update(|chosen| chosen.theme = chosen.theme.other()),
            Command::Density(density) => {
                preferences().update(|chosen| chosen.density = density);
            }
            Command::Depth(depth) => preferences().update(|chosen| chosen.choose_depth(depth)),
            Command::Colors(colors) => preferences().update(|chosen| chosen.colors = colors),
            Command::PlayPause => {
                let status = data.tape.status.get_untracked();
                let is_paused = status.is_some_and(|(tape, _)| tape.is_paused);
                data.command(if is_paused { TapeCommand::Play } else { TapeCommand::Pause });
            }
            Command::Speed(times) => data.command(TapeCommand::Speed(times)),
            Command::Step(minutes) => {
                data.command(TapeCommand::Step(Span::minutes(minutes.into())));
            }
            Command::NextOpen => data.command(TapeCommand::NextOpen),
            Command::CopyLevels => self.save_levels(LevelFile::Text),
            Command::LevelsCsv => self.save_levels(LevelFile::Csv),
            Command::LevelsPine => self.save_levels(LevelFile::Pine),
            Command::Picture => self.save_picture(),
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
        }
    }

    /// Brings a level to the middle of the chart and lights it up for a moment.
    pub(super) fn show_level(self, (name, price): (String, f64)) {
        self.pane.set(Pane::Chart);
        self.chart_wish.set(Some(Action::Centre(price)));
        let flash = move |strength: Option<f64>, after_ms: u64| {
            let name = name.clone();
            let light = move || {
                let level = strength.map(|strength| (name.clone(), strength));
                self.chart_wish.try_set(Some(Action::Pulse(level)));
            };
            set_timeout(light, std::time::Duration::from_millis(after_ms));
        };
        // Twice, slower than what could harm anybody's eyes.
        flash(Some(1.0), 20);
        flash(Some(0.2), 350);
        flash(Some(1.0), 700);
        flash(None, 1_300);
    }

    fn set_up(self, change: impl FnOnce(&mut ChartSetup)) {
        let mut setup = self.route.setup.get_untracked();
        change(&mut setup);
        self.route.set_up(setup);
    }

    fn save_levels(self, file: LevelFile) {
        let Some(view) = untrack(|| self.data.levels_now()) else {
            self.data.say("There are no levels to save yet.".to_owned());
            return;
        };
        spawn_local(async move {
            let count = view.levels.len();
            let Some(copying) = give_levels(view, file).await else { return };
            self.data.say(match wasm_bindgen_futures::JsFuture::from(copying).await {
                Ok(_) => format!("{count} levels were copied."),
                Err(_) => "The browser does not let this page copy.".to_owned(),
            });
        });
    }

    fn save_picture(self) {
        let title = untrack(|| self.data.title());
        let at = self.data.now.get_untracked();
        let span = self.route.span.get_untracked();
        spawn_local(async move {
            let at = at.map_or(String::new(), |at| {
                format!("{} {} New York", at.wall_time().date, market::format::minute(at))
            });
            if !save_chart(format!("{title} · {span} · {at}")).await {
                self.data.say("There is no chart to save yet.".to_owned());
            }
        });
    }
}

fn toggle_study(setup: &mut ChartSetup, study: Study) {
    if setup.has(study) {
        setup.remove(study);
    } else {
        setup.add(study);
    }
}

/// Whether the key belongs to somebody who types, chooses, or is in a dialog of their own.
fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    // A field in a dialog that was just closed keeps the focus for a moment.
    let target = target.filter(|target| 0 < target.get_client_rects().length());
    let Some(target) = target else { return false };
    let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
    let is_field = target.matches("input, textarea, select, [contenteditable]").unwrap_or(false);
    let is_in_dialog = target.closest("dialog").ok().flatten().is_some();
    // The space bar presses the button that has the focus.
    let presses = is_plain
        && matches!(event.key().as_str(), " " | "Enter")
        && target.matches("button, a, summary").unwrap_or(false);
    is_field || is_in_dialog || presses
}

/// Saves the levels as a file, or copies them; gives what tells when they are copied.
#[lazy]
fn give_levels(view: LevelsView, file: LevelFile) -> Option<js_sys::Promise> {
    let name = format!("volaris-{}-{}", view.symbol, view.as_of.wall_time().date);
    let text = crate::level_file::level_file(&view, file);
    match file {
        LevelFile::Text => return Some(window().navigator().clipboard().write_text(&text)),
        LevelFile::Csv => save(&format!("{name}.csv"), "text/csv", &text),
        LevelFile::Pine => save(&format!("{name}.pine"), "text/plain", &text),
    }
    None
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

/// Where the active chart is painted.
const ACTIVE_CHART: &str = ".price-chart[data-active=true] .price-chart__canvas";

/// Saves the chart as it is, with a line under it that says what it is and whose.
#[lazy]
fn save_chart(title: String) -> bool {
    let chart = document().query_selector(ACTIVE_CHART).ok().flatten();
    let chart = chart.and_then(|chart| chart.dyn_into::<web_sys::HtmlCanvasElement>().ok());
    let copy = document().create_element("canvas").ok();
    let copy = copy.and_then(|copy| copy.dyn_into::<web_sys::HtmlCanvasElement>().ok());
    let (Some(chart), Some(copy)) = (chart, copy) else { return false };
    let density = f64::from(chart.width()) / f64::from(chart.client_width()).max(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "a line of text")]
    #[expect(clippy::cast_sign_loss, reason = "a line of text")]
    let foot = (28.0 * density) as u32;
    copy.set_width(chart.width());
    copy.set_height(chart.height() + foot);
    let context = copy.get_context("2d").ok().flatten();
    let context = context.and_then(|one| one.dyn_into::<web_sys::CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return false };
    let style = window().get_computed_style(&chart).ok().flatten();
    let colour = |name: &str| {
        let style = style.as_ref().and_then(|style| style.get_property_value(name).ok());
        style.unwrap_or_default().trim().to_owned()
    };
    let (width, height) = (f64::from(copy.width()), f64::from(copy.height()));
    context.set_fill_style_str(&colour("--panel"));
    context.fill_rect(0.0, 0.0, width, height);
    let _ = context.draw_image_with_html_canvas_element(&chart, 0.0, 0.0);
    context.set_fill_style_str(&colour("--dim"));
    context.set_font(&format!("{}px {}", 12.0 * density, colour("--font")));
    context.set_text_baseline("middle");
    let middle = height - f64::from(foot) / 2.0;
    let _ = context.fill_text(&title, 10.0 * density, middle);
    let Ok(address) = copy.to_data_url_with_type("image/png") else { return false };
    download("volaris-chart.png", &address);
    true
}
