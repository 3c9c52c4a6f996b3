//! Takes the server's page over, pane by pane. In one go it would keep a phone from answering for
//! half a second; between two panes the browser has its turn.
//!
//! Nothing that the page shows may change meanwhile, or a pane that is not taken over yet would no
//! longer be what it was drawn from. So effects, and with them the link to the server, wait until
//! all is taken over, and a hand is not heard until then, as it was not before. Then effects run in
//! the order in which they came, again with turns for the browser. Who opened the palette meanwhile
//! and typed on is heard at the end.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use std::task::Poll;

use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::live::steady_ms;

/// After this long the browser has its turn. Lighthouse's phone is four times slower than the
/// computer that it stands on, and calls long what takes it more than 50 ms.
const TURN_MAX_MS: f64 = 4.0;

/// What a hand does, by the names of the browser's events.
const HANDS: [&str; 12] = [
    "click",
    "dblclick",
    "pointerdown",
    "pointermove",
    "pointerup",
    "touchstart",
    "touchmove",
    "touchend",
    "wheel",
    "keydown",
    "input",
    "change",
];

thread_local! {
    /// What waits until the page is taken over; nothing afterwards, when all is run at once.
    static WAITING: RefCell<Option<VecDeque<PinnedLocalFuture<()>>>> =
        const { RefCell::new(Some(VecDeque::new())) };
    static TURN_BEGAN_MS: Cell<f64> = const { Cell::new(0.0) };
}

/// Takes the server's page over, by the hydration that is handed in. Only in a browser.
pub fn take_over(hydration: impl Future<Output = ()> + 'static) {
    _ = Executor::init_custom_executor(InOrder);
    let deaf = HANDS.map(|name| {
        let options = EventListenerOptions::run_in_capture_phase();
        EventListener::new_with_options(&window(), name, options, |event| {
            event.stop_immediate_propagation();
        })
    });
    // A step back meanwhile asks for another page than the one that is taken over.
    let stepped = Rc::new(Cell::new(false));
    let steps = EventListener::new(&window(), "popstate", {
        let stepped = Rc::clone(&stepped);
        move |event| {
            event.stop_immediate_propagation();
            stepped.set(true);
        }
    });
    spawn_local(async move {
        rest().await;
        hydration.await;
        drop((deaf, steps));
        if stepped.get() {
            _ = window().location().reload();
            return;
        }
        loop {
            let next = WAITING.with_borrow_mut(|waiting| {
                let next = waiting.as_mut()?.pop_front();
                if next.is_none() {
                    *waiting = None;
                }
                next
            });
            let Some(next) = next else { break };
            spawn_local(next);
            after_those_before().await;
            rest().await;
        }
        replay_keys();
    });
}

/// Has keys heard that were pressed when nobody could, as the page's first script remembers them.
fn replay_keys() {
    let replay = js_sys::Reflect::get(&window(), &"replayKeys".into());
    if let Some(replay) = replay.ok().and_then(|it| it.dyn_into::<js_sys::Function>().ok()) {
        _ = replay.call0(&wasm_bindgen::JsValue::NULL);
    }
}

/// Runs what it is given in the order in which it was given.
struct InOrder;

impl CustomExecutor for InOrder {
    fn spawn(&self, task: PinnedFuture<()>) {
        self.spawn_local(task);
    }

    fn spawn_local(&self, task: PinnedLocalFuture<()>) {
        let now = WAITING.with_borrow_mut(|waiting| match waiting {
            Some(waiting) => {
                waiting.push_back(task);
                None
            }
            None => Some(task),
        });
        if let Some(task) = now {
            spawn_local(task);
        }
    }

    fn poll_local(&self) {}
}

/// Waits until everything that can run has run as far as it can.
async fn after_those_before() {
    let mut was_asked = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut was_asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Gives the browser its turn, when this one has taken long enough.
async fn rest() {
    if steady_ms() - TURN_BEGAN_MS.get() < TURN_MAX_MS {
        return;
    }
    // Not a timer: those of a tab in the background come once a second.
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        let Ok(channel) = web_sys::MessageChannel::new() else {
            _ = resolve.call0(&wasm_bindgen::JsValue::NULL);
            return;
        };
        let port = channel.port1();
        let on_message = Closure::once_into_js(move || {
            port.close();
            _ = resolve.call0(&wasm_bindgen::JsValue::NULL);
        });
        channel.port1().set_onmessage(Some(on_message.unchecked_ref()));
        _ = channel.port2().post_message(&wasm_bindgen::JsValue::NULL);
    });
    _ = JsFuture::from(turn).await;
    TURN_BEGAN_MS.set(steady_ms());
}

/// A pane, which is taken over in a turn of its own.
pub(crate) fn in_turn(pane: impl FnOnce() -> AnyView + Send + 'static) -> AnyView {
    if cfg!(target_arch = "wasm32") { InTurn(Box::new(pane)).into_any() } else { pane() }
}

struct InTurn(Box<dyn FnOnce() -> AnyView + Send>);

/// A pane that stands on the page. What it follows ends with it: Leptos gives what a part of a page
/// had when it was taken over to whatever is around that part, which may never end.
struct Standing {
    view: AnyViewState,
    owner: Owner,
}

impl Mountable for Standing {
    fn unmount(&mut self) {
        self.view.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.view.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.view.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.view.elements()
    }
}

impl Render for InTurn {
    type State = Standing;

    fn build(self) -> Self::State {
        let owner = Owner::new();
        Standing { view: owner.with(|| (self.0)().build()), owner }
    }

    fn rebuild(self, state: &mut Self::State) {
        let owner = Owner::new();
        owner.with(|| (self.0)().rebuild(&mut state.view));
        state.owner = owner;
    }
}

impl AddAnyAttr for InTurn {
    type Output<More: Attribute> = <AnyView as AddAnyAttr>::Output<More>;

    fn add_any_attr<More: Attribute>(self, attr: More) -> Self::Output<More>
    where
        Self::Output<More>: RenderHtml,
    {
        (self.0)().add_any_attr(attr)
    }
}

impl RenderHtml for InTurn {
    type AsyncOutput = AnyView;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self::AsyncOutput {
        (self.0)()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<leptos::tachys::html::attribute::any_attribute::AnyAttribute>,
    ) {
        (self.0)().to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        let owner = Owner::new();
        let view = owner.with(|| (self.0)().hydrate::<FROM_SERVER>(cursor, position));
        Standing { view, owner }
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        rest().await;
        let owner = Owner::new();
        let taken = owner.with(|| ScopedFuture::new((self.0)().hydrate_async(cursor, position)));
        Standing { view: taken.await, owner }
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}
