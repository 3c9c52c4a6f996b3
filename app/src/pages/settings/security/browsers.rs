//! Where somebody is signed in.

use leptos::prelude::*;
use market::Moment;

use crate::erased::Erase;
use crate::pages::document::moment;
use crate::pages::ended_sign_ins::{end_one, end_others};

/// A browser that somebody is signed in with.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Which.
    pub hash: String,
    /// What it calls itself.
    pub device: String,
    /// Since when.
    pub since: Moment,
    /// When it last asked.
    pub seen_at: Moment,
    /// Whether it is the one that asks now.
    pub is_here: bool,
}

pub(super) fn section(sign_ins: Vec<SignedIn>) -> AnyView {
    let others = sign_ins.iter().filter(|one| !one.is_here).count();
    let rows = sign_ins.into_iter().map(browser).collect_view();
    view! {
        <section aria-labelledby="browsers">
            <h2 id="browsers">"Signed in with"</h2>
            {end_others(others)}
            <ul class="account__browsers">{rows}</ul>
        </section>
    }
    .erase()
}

fn browser(one: SignedIn) -> AnyView {
    let end = (!one.is_here).then(|| end_one(&one.device, one.hash));
    let here = one.is_here.then_some(" · this browser");
    let when = format!("since {}, last seen {}", moment(one.since), moment(one.seen_at));
    view! {
        <li>
            <span>
                <b>{one.device}</b>
                {here}
                <br />
                <small>{when}</small>
            </span>
            {end}
        </li>
    }
    .erase()
}
