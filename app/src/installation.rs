//! The desk as an application on this device: kept to be read without the server, renewed when a
//! new version is there, installed when the browser offers it. Loaded once a page has started.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use api::{BOOKS_PATH, decode_books, read_bars, read_drawings, read_option_levels, read_symbols};
use chart::Layout;
use gloo::timers::callback::Interval;
use gloo::timers::future::TimeoutFuture;
use js_sys::{Object, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{BarSpan, Span, Symbol};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration};

use crate::components::keep_news_current;
use crate::live::{Link, LiveTape};

/// Where the browser build puts the worker.
const WORKER: &str = "/service-worker.js";
/// The first load is over by then.
const START_MS: u32 = 1_500;
const LOOK_MS: u32 = 1_000;
/// How much older than the last word a device's copy may be.
const KEEP_MS: f64 = 120_000.0;
const RENEW_MS: f64 = 3_600_000.0;
const ASK_MS: f64 = 3_000.0;
/// Answered to whoever is signed in.
const STATUS_PATH: &str = "/api/v1/market/status";
/// A page from the device is loaded anew when the server can be reached, but not in a circle.
const RELOAD_MS: f64 = 30_000.0;
const RELOADED_AT: &str = "volaris.reloaded_at";

/// How the desk stands on this device.
#[derive(Clone, Copy)]
pub(crate) struct Installation {
    /// A newer version is there: the page should be loaded anew.
    pub(crate) is_outdated: RwSignal<bool>,
    /// The browser offers to install the desk.
    pub(crate) can_install: RwSignal<bool>,
    /// When what is shown was kept, in milliseconds since 1970; nothing where it is the server's.
    pub(crate) kept_at_ms: RwSignal<Option<f64>>,
    /// Something that was drawn waits to be kept: with the page it would be gone.
    pub(crate) has_unsent_drawings: StoredValue<bool>,
    /// So does what was done to watchlists.
    pub(crate) has_unsent_lists: StoredValue<bool>,
    /// The charts that are shown, whoever chose them: a link, or this device.
    pub(crate) layout: RwSignal<Layout>,
}

impl Installation {
    /// As a page begins.
    pub(crate) fn new() -> Self {
        Self {
            is_outdated: RwSignal::new(false),
            can_install: RwSignal::new(false),
            kept_at_ms: RwSignal::new(None),
            has_unsent_drawings: StoredValue::new(false),
            has_unsent_lists: StoredValue::new(false),
            layout: RwSignal::new(Layout::default()),
        }
    }

    /// Whether what is shown is what this device kept.
    pub(crate) fn is_kept(self) -> bool {
        self.kept_at_ms.read().is_some()
    }

    /// Whether with the page something would be gone.
    fn has_unsent(self) -> bool {
        self.has_unsent_drawings.get_value() || self.has_unsent_lists.get_value()
    }

    /// A newer version is there, which is told once: some hear of it with every look.
    fn tell_outdated(self) {
        if !self.is_outdated.get_untracked() {
            self.is_outdated.set(true);
        }
    }

    /// Whether somebody answers: the server by its link, or this device from what it kept.
    pub(crate) fn answers(self, tape: LiveTape) -> bool {
        tape.link.get() == Link::Open || self.is_kept()
    }
}

/// What the look every second must remember.
struct Watch {
    tape: LiveTape,
    installation: Installation,
    openings: u32,
    kept_ms: Option<f64>,
    renewed_ms: f64,
    /// When it was last asked who is signed in.
    asked_ms: f64,
    /// Whose bars, how long, of which epoch: they are on the device.
    bars: Rc<RefCell<BTreeSet<(Symbol, BarSpan, u64)>>>,
}

/// Keeps the desk on this device, as long as the page lives.
#[lazy]
pub(crate) async fn keep_installed(tape: LiveTape, installation: Installation) {
    keep_news_current();
    let page_at = document().document_element().and_then(|root| root.get_attribute("data-kept-at"));
    let kept_at_ms = page_at.and_then(|text| text.parse().ok());
    if let Some(kept_at_ms) = kept_at_ms {
        installation.kept_at_ms.set(Some(kept_at_ms));
        show_kept(tape, installation).await;
    } else {
        TimeoutFuture::new(START_MS).await;
    }
    hear_offer(installation);
    warn_of_unsent(installation);
    let Some(workers) = workers() else { return };
    let was_kept = workers.controller().is_some();
    hear(&workers, "controllerchange", move || {
        // The first worker of a device comes after its page; a later one replaces the page's own.
        if was_kept {
            installation.tell_outdated();
        }
    });
    let Some(registration) = registered(workers.register(WORKER)).await else { return };
    hear_update(&registration, installation);
    let watch = Rc::new(RefCell::new(Watch {
        tape,
        installation,
        openings: tape.openings.get_value(),
        kept_ms: None,
        renewed_ms: js_sys::Date::now(),
        asked_ms: 0.0,
        bars: Rc::default(),
    }));
    let leaving = Rc::clone(&watch);
    hear(&document(), "visibilitychange", move || {
        if document().hidden() {
            leaving.borrow().keep();
        }
    });
    let look = move || watch.borrow_mut().look(&registration);
    Interval::new(LOOK_MS, look).forget();
}

impl Watch {
    fn look(&mut self, registration: &ServiceWorkerRegistration) {
        let now_ms = js_sys::Date::now();
        let link = self.tape.link.get_untracked();
        let is_open = link == Link::Open;
        let openings = self.tape.openings.get_value();
        let came_back = std::mem::replace(&mut self.openings, openings) != openings;
        if link == Link::Outdated {
            self.installation.tell_outdated();
        }
        let installation = self.installation;
        let is_kept = installation.kept_at_ms.with_untracked(Option::is_some);
        if is_open && is_kept && !installation.has_unsent() {
            reload_once(now_ms);
        }
        if link == Link::Lost && ASK_MS < now_ms - self.asked_ms {
            self.asked_ms = now_ms;
            spawn_local(leave_signed_out(self.installation));
        }
        // A server that was away may have come back as a newer one.
        if came_back || RENEW_MS < now_ms - self.renewed_ms {
            self.renewed_ms = now_ms;
            if let Ok(asked) = registration.update() {
                spawn_local(async move {
                    let _ = JsFuture::from(asked).await;
                });
            }
        }
        let is_due = self.kept_ms.is_none_or(|kept_ms| KEEP_MS < now_ms - kept_ms);
        if is_open && is_due && self.keep() {
            self.kept_ms = Some(now_ms);
        }
    }

    /// Asks the worker to keep the page as it is now; whether there was one.
    fn keep(&self) -> bool {
        let Some(worker) = workers().and_then(|workers| workers.controller()) else { return false };
        let page = window().location().href().unwrap_or_default();
        let books = books_address(self.tape);
        tell(&worker, &[("word", "keep"), ("page", &page), ("books", &books)]);
        self.keep_charts();
        true
    }

    /// Asks for the charts' bars, drawings and levels once more where the worker has not heard the
    /// answer: it keeps what passes through it.
    fn keep_charts(&self) {
        let epoch = self.tape.peek_books(|books| books.epoch());
        let layout = self.installation.layout.get_untracked();
        let charts = layout.charts().iter().map(|chart| (chart.symbol, chart.span, epoch));
        let kept = Rc::clone(&self.bars);
        let missing: BTreeSet<_> = charts.filter(|chart| !kept.borrow().contains(chart)).collect();
        if missing.is_empty() {
            return;
        }
        let symbols = layout.symbols();
        spawn_local(async move {
            for chart in missing {
                let (symbol, span, _) = chart;
                // What did not come is asked for with the next keeping.
                if read_bars(symbol, span, None).await.is_ok() {
                    kept.borrow_mut().insert(chart);
                }
            }
            for symbol in symbols {
                let _ = read_drawings(symbol).await;
                let _ = read_option_levels(symbol).await;
            }
            let _ = read_symbols().await;
        });
    }
}

/// A link that was lost may be lost because nobody is signed in here any more: the page is asked
/// for anew, and leads to the sign-in.
async fn leave_signed_out(installation: Installation) {
    let answer = JsFuture::from(window().fetch_with_str(STATUS_PATH)).await;
    let status = answer.ok().and_then(|answer| answer.dyn_into::<Response>().ok());
    if status.is_some_and(|answer| answer.status() == 401) {
        // Whoever sits here now is asked nothing, and sees nothing of who was signed in.
        installation.has_unsent_drawings.set_value(false);
        installation.has_unsent_lists.set_value(false);
        if let Some(worker) = workers().and_then(|workers| workers.controller()) {
            tell(&worker, &[("word", "forget")]);
        }
        let _ = window().location().reload();
    }
}

/// Where the books of what is watched are asked for: by it they are kept, and found again.
fn books_address(tape: LiveTape) -> String {
    let symbols: Vec<String> =
        tape.watched.read_untracked().iter().map(ToString::to_string).collect();
    format!("{BOOKS_PATH}?symbols={}", symbols.join(","))
}

/// Says something to a worker.
fn tell(worker: &ServiceWorker, words: &[(&str, &str)]) {
    let told = Object::new();
    for (name, text) in words {
        let _ = Reflect::set(&told, &(*name).into(), &(*text).into());
    }
    let _ = worker.post_message(&told);
}

/// Shows what this device kept of the live tape.
async fn show_kept(tape: LiveTape, installation: Installation) {
    let answer = window().fetch_with_str(&books_address(tape));
    let Ok(answer) = JsFuture::from(answer).await else { return };
    let Ok(response) = answer.dyn_into::<Response>() else { return };
    let kept_at = response.headers().get("x-kept-at").ok().flatten();
    // The server itself answered: the stream will come too.
    let Some(kept_at_ms) = kept_at.and_then(|text| text.parse::<f64>().ok()) else { return };
    let Ok(bytes) = response.array_buffer() else { return };
    let Ok(bytes) = JsFuture::from(bytes).await else { return };
    let Some((status, snapshot)) = decode_books(&js_sys::Uint8Array::new(&bytes).to_vec()) else {
        return;
    };
    if tape.link.get_untracked() != Link::Open {
        installation.kept_at_ms.set(Some(kept_at_ms));
        #[expect(clippy::cast_possible_truncation, reason = "an age, not a date")]
        let age = Span::millis((js_sys::Date::now() - kept_at_ms) as i64);
        tape.show_kept(status, snapshot, age);
    }
}

/// Loads the page anew, once in a while at most.
fn reload_once(now_ms: f64) {
    let Ok(Some(store)) = window().session_storage() else { return };
    let before = store.get_item(RELOADED_AT).ok().flatten().and_then(|text| text.parse().ok());
    if before.is_none_or(|before: f64| RELOAD_MS < now_ms - before) {
        let _ = store.set_item(RELOADED_AT, &now_ms.to_string());
        let _ = window().location().reload();
    }
}

/// Loads the newer version: its worker takes over, then the page is loaded anew.
#[lazy]
pub(crate) async fn renew() {
    let reload = || {
        let _ = window().location().reload();
    };
    let Some(workers) = workers() else { return reload() };
    let registration = registered(workers.get_registration()).await;
    let Some(waiting) = registration.and_then(|registration| registration.waiting()) else {
        return reload();
    };
    hear(&workers, "controllerchange", reload);
    tell(&waiting, &[("word", "take over")]);
}

/// Lets the browser ask whether to install the desk.
#[lazy]
pub(crate) async fn install(installation: Installation) {
    installation.can_install.set(false);
    let Ok(offer) = Reflect::get(&window(), &"installOffer".into()) else { return };
    let prompt = Reflect::get(&offer, &"prompt".into());
    if let Some(prompt) = prompt.ok().and_then(|prompt| prompt.dyn_into::<js_sys::Function>().ok())
        && let Ok(asked) = prompt.call0(&offer)
    {
        let _ = JsFuture::from(Promise::resolve(&asked)).await;
    }
}

/// Has the browser ask first when somebody leaves what would be gone.
fn warn_of_unsent(installation: Installation) {
    let warn = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if installation.has_unsent() {
            event.prevent_default();
        }
    });
    let warn = warn.into_js_value();
    let _ = window().add_event_listener_with_callback("beforeunload", warn.unchecked_ref());
}

fn hear_offer(installation: Installation) {
    let offer = Reflect::get(&window(), &"installOffer".into());
    installation.can_install.set(offer.is_ok_and(|offer| offer.is_object()));
    hear(&window(), "beforeinstallprompt", move || installation.can_install.set(true));
    hear(&window(), "appinstalled", move || installation.can_install.set(false));
}

fn hear_update(registration: &ServiceWorkerRegistration, installation: Installation) {
    let tell = move |registration: &ServiceWorkerRegistration| {
        let has_page = workers().is_some_and(|workers| workers.controller().is_some());
        if has_page && registration.waiting().is_some() {
            installation.tell_outdated();
        }
    };
    tell(registration);
    let found = registration.clone();
    hear(registration, "updatefound", move || {
        let Some(coming) = found.installing() else { return };
        let found = found.clone();
        hear(&coming, "statechange", move || tell(&found));
    });
}

/// The browser's workers; none where the page did not come over a safe way.
fn workers() -> Option<ServiceWorkerContainer> {
    let workers = Reflect::get(&window().navigator(), &"serviceWorker".into()).ok()?;
    workers.is_object().then(|| workers.unchecked_into())
}

async fn registered(asked: Promise) -> Option<ServiceWorkerRegistration> {
    JsFuture::from(asked).await.ok()?.dyn_into().ok()
}

/// Hears as long as the page lives.
fn hear(from: &web_sys::EventTarget, name: &str, act: impl FnMut() + 'static) {
    let act: Box<dyn FnMut()> = Box::new(act);
    let act = Closure::wrap(act).into_js_value();
    let _ = from.add_event_listener_with_callback(name, act.unchecked_ref());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_is_told_once() {
        Owner::new().with(|| {
            let installation = Installation::new();
            let told = Memo::new(move |before: Option<&u32>| {
                let before = before.copied().unwrap_or_default();
                before + u32::from(installation.is_outdated.get())
            });
            assert_eq!(told.get_untracked(), 0);
            for _look in 0..3 {
                installation.tell_outdated();
                assert_eq!(told.get_untracked(), 1);
            }
        });
    }
}
