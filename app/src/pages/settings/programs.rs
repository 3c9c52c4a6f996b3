//! The keys that programs ask with, and the form that makes another.

use leptos::prelude::*;
use market::Moment;

use crate::erased::Erase;
use crate::pages::document::{field, moment};

/// What is shown of programs.
#[derive(Clone, Debug)]
pub struct ShownPrograms {
    /// The keys that there are.
    pub keys: Vec<ShownKey>,
    /// Whether there is a password to prove who makes another.
    pub has_password: bool,
}

/// A key that programs ask with.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// Which.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What may be done with it.
    pub scope: &'static str,
    /// Its last signs.
    pub tail: String,
    /// When it was made.
    pub made_at: Moment,
    /// When it was last asked with.
    pub used_at: Option<Moment>,
}

pub(super) fn programs(ShownPrograms { keys, has_password }: ShownPrograms) -> AnyView {
    let kept = (!keys.is_empty()).then(|| {
        view! {
            <section aria-labelledby="keys">
                <h2 id="keys">"Keys"</h2>
                <ul class="account__browsers">{keys.into_iter().map(key).collect_view()}</ul>
            </section>
        }
        .erase()
    });
    let present =
        has_password.then(|| field("present", "Password, to make a key", "current-password"));
    view! {
        <p class="account__note">
            "A program asks this desk with a key of yours, by " <a href="/developers">"the API"</a>
            "."
        </p>
        {kept}
        <section aria-labelledby="key">
            <h2 id="key">"Another key"</h2>
            <form class="account__form" method="post" action="/account/keys">
                <label class="account__field">
                    <span>"Name of the program"</span>
                    <input
                        type="text"
                        name="name"
                        required=true
                        maxlength="60"
                        autocomplete="off"
                    />
                </label>
                <label class="account__field">
                    <span>"It may"</span>
                    <select name="scope">
                        <option value="read">"read"</option>
                        <option value="write">"read, and change what is kept"</option>
                    </select>
                </label>
                {present}
                <button class="account__go">"Make a key"</button>
            </form>
        </section>
    }
    .erase()
}

fn key(one: ShownKey) -> AnyView {
    let name = format!("End {}", one.name);
    let used = match one.used_at {
        Some(at) => format!("last used {}", moment(at)),
        None => "never used".to_owned(),
    };
    let told = format!("{} · …{} · since {}, {used}", one.scope, one.tail, moment(one.made_at));
    view! {
        <li>
            <span>
                <b>{one.name}</b>
                <br />
                <small>{told}</small>
            </span>
            <form method="post" action="/account/keys/end">
                <input type="hidden" name="id" value=one.id />
                <button aria-label=name>"End"</button>
            </form>
        </li>
    }
    .erase()
}
