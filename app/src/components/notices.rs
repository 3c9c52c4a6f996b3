//! What was said at the foot of the screen, for whoever looked elsewhere: the newest first, each
//! with the tape's time and, while it can still be taken, its way back.

use leptos::prelude::*;
use market::{Moment, format};

use super::toast::{ToastAnswer, ToastText, answer_button};
use crate::erased::{Erase, follow, heard, part};

/// The most that are kept, as long as the page lives.
const NOTICES_MAX: usize = 50;

/// One thing that was said.
#[derive(Clone)]
struct Notice {
    at: Option<Moment>,
    text: String,
    answer: Option<ToastAnswer>,
}

/// What was said, the newest last.
#[derive(Clone, Copy)]
pub(crate) struct Notices {
    list: RwSignal<Vec<Notice>>,
    /// How many came since somebody looked.
    pub(crate) unread: RwSignal<usize>,
}

impl Notices {
    /// Nothing was said yet.
    pub(crate) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), unread: RwSignal::new(0) }
    }

    /// Keeps what is said now.
    pub(crate) fn add(self, at: Option<Moment>, said: ToastText) {
        let ToastText { text, answer } = said;
        self.list.update(|list| {
            list.push(Notice { at, text, answer });
            let surplus = list.len().saturating_sub(NOTICES_MAX);
            list.drain(..surplus);
        });
        self.unread.update(|unread| *unread += 1);
    }

    /// The button's words: how many are new.
    pub(crate) fn label(self) -> String {
        match self.unread.get() {
            0 => "Notices".to_owned(),
            unread => format!("{unread} new"),
        }
    }
}

/// The list of what was said; loaded when it is first opened.
#[lazy]
pub(crate) fn notice_list(notices: Notices) -> AnyView {
    let row = move |notice: Notice| {
        let Notice { at, text, answer } = notice;
        let nothing_else = Callback::new(|()| {});
        let answer = answer.map(|one| answer_button(one, "notices__answer", nothing_else));
        let at = at.map(|at| view! { <time>{format::clock(at)}</time> }.erase());
        view! { <li>{at} <span>{text}</span> {answer}</li> }.erase()
    };
    let shown = move || {
        let list = notices.list.get();
        if list.is_empty() {
            let nothing = "Nothing was said yet. Gaps in the link, failures and whatever can be \
                           taken back stand here, with the tape's time.";
            return view! { <p class="menu__note">{nothing}</p> }.erase();
        }
        let rows = list.into_iter().rev().map(row).collect_view();
        view! {
            <ul class="notices">{rows}</ul>
            <button type="button" on:click=heard(move |_| notices.list.set(Vec::new()))>
                "Clear all"
            </button>
        }
        .into_any()
    };
    // Whoever has it open has seen what comes.
    follow(move || {
        notices.list.track();
        notices.unread.set(0);
    });
    view! {
        <h2>"Notices"</h2>
        {part(shown)}
    }
    .into_any()
}
