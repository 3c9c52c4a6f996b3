//! A chart on the page: its bars follow the tape, its canvas follows its state.

use crate::erased::{follow, memo};
use ::canvas::Painter;
use chart::{Action, ChartState, CompareSeries, LinkedPoint, ScaleMode, Subject};
use gloo::events::{EventListener, EventListenerOptions};
use leptos::html;
use leptos::prelude::*;
use market::{Bar, Moment, Symbol, fold_bars, instrument, join_bars};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use super::hands::{Grip, Hands};
use super::{AllCharts, ChartHistory, Crosshair, OlderPage, OneChart};

/// A chart on the page.
#[derive(Clone, Copy)]
pub(super) struct Chart {
    pub(super) one: OneChart,
    pub(super) all: AllCharts,
    pub(super) canvas: NodeRef<html::Canvas>,
    pub(super) state: StoredValue<ChartState>,
    pub(super) hands: StoredValue<Hands>,
    /// Counts paintings; the words round the canvas follow it.
    pub(super) painted: RwSignal<u64>,
    painter: StoredValue<Option<Painter>>,
    is_due: StoredValue<bool>,
    wanted: StoredValue<Wanted>,
}

/// What a trader, or an address, wants to see and what is not there yet.
#[derive(Clone, Copy)]
struct Wanted {
    /// From when to when: bars on the way are fetched.
    window: Option<(Moment, Moment)>,
    /// From which price to which, and how they are told.
    prices: Option<(f64, f64)>,
    told: Told,
}

/// Whose prices an axis has, on which scale, beside whom: others are no prices of it.
type Told = (Symbol, ScaleMode, Option<Symbol>);

fn told(one: OneChart) -> Told {
    let setup = one.setup.read_untracked();
    (one.symbol.get_untracked(), setup.scale, setup.compare)
}

/// Bars that are fetched for what somebody's link wants to show, or anchors a study at, 150 days of
/// minutes: a link must not have a browser read all there is.
const BARS_FETCHED_MAX: usize = 60_000;

impl Chart {
    pub(super) fn new(one: OneChart, all: AllCharts) -> Self {
        Self {
            one,
            all,
            canvas: NodeRef::new(),
            state: StoredValue::new(ChartState::default()),
            hands: StoredValue::new(Hands::default()),
            painted: RwSignal::new(0),
            painter: StoredValue::new(None),
            is_due: StoredValue::new(false),
            wanted: StoredValue::new(Wanted {
                window: one.window,
                prices: one.prices,
                told: told(one),
            }),
        }
    }

    pub(super) fn hands(self) -> Grip {
        Grip { chart: self }
    }

    /// Does something to the chart and paints it with the next frame.
    pub(super) fn act(self, action: Action) {
        self.state.update_value(|state| state.apply(action));
        self.paint_soon();
    }

    pub(super) fn follow(self) {
        let Self { one, all, .. } = self;
        self.follow_bars();
        self.follow_compared();
        self.follow_drawings();
        self.follow_wishes();
        self.follow_levels();
        self.follow_crosshair();
        follow(move || self.act(Action::SetUp(one.setup.get())));
        let second = memo(move || all.now.get().map(|now| Moment(now.0 / 1_000_000 * 1_000_000)));
        follow(move || self.act(Action::SetNow(second.get())));
        follow(move || {
            // Read, not only tracked: a memo that nobody reads follows nothing.
            let _ = all.look.get();
            // The document's attribute changes with the same signal: read colours after it.
            request_animation_frame(move || {
                self.painter.try_set_value(None);
                self.paint_soon();
            });
        });
        follow(move || self.watch_size());
    }

    /// Does what is wished from outside, once.
    fn follow_wishes(self) {
        let Self { one, all, .. } = self;
        follow(move || {
            let wish = all.wish.get().filter(|_| one.is_active.get_untracked());
            let is_there = |state: &ChartState| !state.bars().is_empty() && state.has_room();
            if wish.is_some() && !self.state.with_value(is_there) {
                // Bars would undo it, and nothing has a middle yet.
                self.painted.track();
            } else if let Some(action) = wish {
                all.wish.set(None);
                self.act(action);
            }
        });
        follow(move || {
            let at = all.go_to.get();
            if at.is_some() && one.is_active.get_untracked() {
                self.wanted.set_value(Wanted { window: at.zip(at), ..self.wanted.get_value() });
                self.paint_soon();
            }
        });
    }

    /// A level under the pointer is stronger, here and in the ladder, if that is its symbol's.
    fn follow_levels(self) {
        let Self { one, all, .. } = self;
        follow(move || self.act(Action::SetLevels(one.levels.get())));
        let is_ladders = memo(move || one.symbol.get() == all.symbol.get());
        follow(move || {
            let pointed = all.pointed_level.get().filter(|_| is_ladders.get());
            self.act(Action::Pulse(pointed.map(|name| (name, 0.5))));
        });
        let seen = memo(move || {
            self.painted.track();
            self.state.with_value(|state| state.pointed_level().map(str::to_owned))
        });
        follow(move || {
            let seen = seen.get();
            if is_ladders.get_untracked() && all.pointed_level.read_untracked() != seen {
                all.pointed_level.set(seen);
            }
        });
    }

    /// Where the pointer is on one chart, the others show the same moment.
    fn follow_crosshair(self) {
        let Self { one, all, .. } = self;
        let place = one.place;
        let own = memo(move || {
            self.painted.track();
            let (at, price) = self.state.with_value(ChartState::pointed_at)?;
            Some(Crosshair { place, symbol: one.symbol.get(), at, price })
        });
        follow(move || {
            let (own, known) = (own.get(), all.crosshair.get_untracked());
            // Who is left by the pointer after another was entered has no say.
            let has_say = own.is_some() || known.is_some_and(|known| known.place == place);
            if has_say && own != known {
                all.crosshair.set(own);
            }
        });
        let linked = memo(move || {
            let other = all.crosshair.get().filter(|other| other.place != place)?;
            let price = (other.symbol == one.symbol.get()).then_some(other.price);
            all.is_crosshair_linked.get().then_some(LinkedPoint { at: other.at, price })
        });
        follow(move || self.act(Action::PointLinked(linked.get())));
    }

    fn follow_bars(self) {
        let first = self.one.feed.first;
        let shows = memo(move || {
            let status = self.all.tape.status.read();
            (self.one.symbol.get(), status.as_ref().map(|(tape, _)| tape.tape.clone()))
        });
        follow(move || {
            // Bars of one market never stand under another one's name.
            let _ = shows.read();
            if !matches!(&*first.read_untracked(), Some(Ok(_))) {
                self.clear();
            }
        });
        // Up to when the tape went on, with what is shown.
        let until = StoredValue::new(Moment(i64::MIN));
        let now = move || self.all.tape.peek_books(|live| live.at());
        follow(move || match &*first.read() {
            // After a jump back that is yet to come.
            None if now() < until.get_value() => self.clear(),
            None => {}
            Some(Err(_)) => self.clear(),
            Some(Ok(history)) => {
                until.set_value(now());
                let mut bars = history.bars.clone();
                join_bars(&mut bars, &self.today(history));
                let has_volume = instrument(history.symbol).has_volume();
                let subject = Subject { span: history.span, has_volume };
                self.act(Action::SetBars { bars, subject });
                self.show_last(history);
            }
        });
        follow(move || {
            self.all.tape.version.track();
            first.with_untracked(|history| {
                let Some(Ok(history)) = history else { return };
                if history.symbol != self.one.symbol.get_untracked() {
                    return;
                }
                until.set_value(now());
                self.act(Action::Extend(self.newer(history)));
                self.show_last(history);
            });
        });
        follow(move || {
            let older = self.one.feed.older;
            let OlderPage::Came(before, page) = older.get() else { return };
            let begins = self.state.with_value(|state| state.bars().first().map(|bar| bar.start));
            let is_ours = first.with_untracked(|first| {
                let first = first.as_ref().and_then(|first| first.as_ref().ok());
                first.is_some_and(|first| first.goes_on_with((before, &page), begins))
            });
            let mut next = OlderPage::Idle;
            if is_ours {
                next = page.rest();
                self.act(Action::Prepend(page.bars));
            }
            older.set(next);
        });
    }

    /// The symbol that is compared: as many bars of it as of ours.
    fn follow_compared(self) {
        let earlier = StoredValue::new(None::<ChartHistory>);
        let show = move || {
            let told = earlier.with_value(|earlier| {
                let history = earlier.as_ref()?;
                let mut bars = history.bars.clone();
                join_bars(&mut bars, &self.today(history));
                Some(CompareSeries { symbol: history.symbol, bars })
            });
            self.act(Action::Compare(told));
        };
        follow(move || {
            let first = self.one.compare.first.get().and_then(Result::ok);
            earlier.set_value(first);
            show();
        });
        follow(move || {
            let older = self.one.compare.older;
            let OlderPage::Came(before, page) = older.get() else { return };
            let begins = self.state.with_value(ChartState::compare_first);
            let mut next = OlderPage::Idle;
            earlier.update_value(|earlier| {
                let Some(known) = earlier else { return };
                if known.goes_on_with((before, &page), begins) {
                    next = page.rest();
                    known.bars.splice(0..0, page.bars);
                }
            });
            older.set(next);
            show();
        });
        follow(move || {
            self.all.tape.version.track();
            let newer = earlier.with_value(|earlier| Some(self.newer(earlier.as_ref()?)));
            if let Some(newer) = newer {
                self.act(Action::ExtendCompare(newer));
            }
        });
    }

    fn clear(self) {
        let subject = Subject { span: market::BarSpan::M1, has_volume: false };
        self.act(Action::SetBars { bars: Vec::new(), subject });
        self.act(Action::SetLast(None));
    }

    /// Today's bars, folded from the live minutes.
    fn today(self, history: &ChartHistory) -> Vec<Bar> {
        self.all.tape.peek_books(|live| {
            fold_bars(live.books().minutes(history.symbol), history.span, history.hours)
        })
    }

    /// The last bar of earlier days, which today may go on with, and today's.
    fn newer(self, history: &ChartHistory) -> Vec<Bar> {
        let mut newer: Vec<Bar> = history.bars.last().copied().into_iter().collect();
        join_bars(&mut newer, &self.today(history));
        newer
    }

    fn show_last(self, history: &ChartHistory) {
        let (path, last) = self.all.tape.peek_books(|live| {
            let books = live.books();
            let book = books.book(history.symbol);
            let last = book.and_then(|book| book.last()).map(|(price, _)| price.to_f64());
            let change = book.and_then(|book| book.day_change());
            let last = last.map(|last| (last, change.is_none_or(|(points, _)| 0.0 <= points)));
            (books.vwap_path(history.symbol), last)
        });
        self.act(Action::SetLast(last));
        self.act(Action::SetVwap(path));
    }

    /// Asks for older bars where the view, or a way to a date, runs out of them. Shows what was
    /// wanted where it is there now.
    fn ask_older(self) {
        // Bars come anew when the tape is first heard, and would be followed again.
        let is_heard = self.all.tape.peek_books(|live| live.epoch()) != 0;
        let mut wanted = self.wanted.get_value();
        if wanted.prices.is_some() && wanted.told != told(self.one) {
            // What waited while the chart was hidden is another one's by now.
            wanted.prices = None;
            self.wanted.set_value(wanted);
        }
        let target = wanted.window.filter(|_| is_heard);
        let symbol = self.one.symbol.get_untracked();
        let (first, is_short, is_reached, is_whole) = self.state.with_value(|state| {
            let is_short = 0.0 < state.missing_left() || state.lacks_older(BARS_FETCHED_MAX);
            // What is not on the screen has no sides that bars could be missing at.
            let first = state.bars().first().filter(|_| state.has_room()).map(|bar| bar.start);
            let is_reached = target.zip(first).is_some_and(|((from, _), first)| first <= from)
                || BARS_FETCHED_MAX <= state.bars().len();
            // Beside another symbol, prices are told in percent.
            let compare = state.setup().compare.filter(|other| *other != symbol);
            (first, is_short, is_reached, compare == state.compared_symbol())
        });
        let Some(first) = first else { return };
        if let Some((low, high)) = wanted.prices.filter(|_| is_heard && is_whole) {
            self.wanted.set_value(Wanted { prices: None, ..wanted });
            // What else is wanted comes with the next painting.
            return self.act(Action::Prices { low, high });
        }
        let older = self.one.feed.older.get_untracked();
        if let Some((from, to)) = target.filter(|_| is_reached || older == OlderPage::Ended) {
            self.wanted.set_value(Wanted { window: None, ..wanted });
            let action = Action::Window { from, to };
            self.act(if from == to { Action::GoTo(from) } else { action });
        } else if (is_short || target.is_some()) && older == OlderPage::Idle {
            self.one.feed.ask.run(first);
        }
        let theirs = self.state.with_value(ChartState::compare_first);
        if theirs.is_some_and(|theirs| first < theirs)
            && self.one.compare.older.get_untracked() == OlderPage::Idle
        {
            self.one.compare.ask.run(theirs.unwrap_or(first));
        }
    }

    fn watch_size(self) {
        let Some(canvas) = self.canvas.get() else { return };
        let measure = {
            let canvas = canvas.clone();
            move || {
                let (width, height) =
                    (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
                self.act(Action::Resize { width, height });
            }
        };
        measure();
        // What the browser may have lost, with its graphics or unseen, is painted anew.
        let anew = move |_: &web_sys::Event| {
            let forget =
                |painter: &mut Option<Painter>| painter.iter_mut().for_each(Painter::forget);
            self.painter.try_update_value(forget);
            self.paint_soon();
        };
        let restored = EventListener::new(&canvas, "contextrestored", anew);
        let seen_again = EventListener::new(&document(), "visibilitychange", anew);
        let options = EventListenerOptions::enable_prevent_default();
        let on_menu = move |event: &web_sys::Event| self.hands().menu(event);
        let menu = EventListener::new_with_options(&canvas, "contextmenu", options, on_menu);
        let observed = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observer) = web_sys::ResizeObserver::new(observed.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            let watching = StoredValue::new_local((observer, observed, restored, seen_again, menu));
            on_cleanup(move || {
                let _ = watching.try_with_value(|(observer, ..)| observer.disconnect());
            });
        }
        self.watch_density(StoredValue::new_local(None));
    }

    /// A window that goes to a screen with more dots to a pixel stays as large in pixels.
    fn watch_density(self, watching: StoredValue<Option<EventListener>, LocalStorage>) {
        let dots = window().device_pixel_ratio();
        let query = window().match_media(&format!("(resolution: {dots}dppx)"));
        let Some(query) = query.ok().flatten() else { return };
        let listening = EventListener::once(&query, "change", move |_| {
            self.paint_soon();
            // Not here, where the listener that is heard would be taken away.
            request_animation_frame(move || self.watch_density(watching));
        });
        let _ = watching.try_set_value(Some(listening));
    }

    pub(super) fn paint_soon(self) {
        if self.is_due.try_get_value().unwrap_or(true) {
            return;
        }
        self.is_due.set_value(true);
        request_animation_frame(move || {
            // The page may have gone away in the meantime.
            if self.is_due.try_set_value(false).is_none() {
                self.paint_now();
            }
        });
    }

    fn paint_now(self) {
        let Some(canvas) = self.canvas.get_untracked() else { return };
        let density = window().device_pixel_ratio().clamp(1.0, 4.0);
        let (shapes, size) = self.state.with_value(|state| (state.shapes(), state.size()));
        self.painter.update_value(|painter| {
            if !painter.as_ref().is_some_and(|painter| painter.is_of(&canvas)) {
                *painter = Painter::new(canvas);
            }
            if let Some(painter) = painter {
                painter.paint(shapes, size, density);
            }
        });
        self.painted.update(|count| *count += 1);
        self.ask_older();
    }
}
