//! Who vouches for an account elsewhere.

use leptos::prelude::*;
use market::Moment;

use crate::erased::Erase;
use crate::pages::document::{field, moment};

/// Who an account is elsewhere.
#[derive(Clone, Debug)]
pub struct ShownElsewhere {
    /// The issuer that it can be connected with, as people know it.
    pub name: Option<String>,
    /// The issuers that it is connected with, and since when.
    pub linked: Vec<(String, Moment)>,
    /// Whether a password opens it as well.
    pub has_password: bool,
}

pub(super) fn section(shown: ShownElsewhere) -> AnyView {
    let ShownElsewhere { name, linked, has_password } = shown;
    let is_linked = !linked.is_empty();
    let row = move |(issuer, at): (String, Moment)| {
        let label = format!("Take away {issuer}");
        let end = has_password.then(|| {
            view! {
                <form class="account__form" method="post" action="/account/disconnect">
                    <input type="hidden" name="issuer" value=issuer.clone() />
                    {field("present", "Password, to take it away", "current-password")}
                    <button aria-label=label>"Take away"</button>
                </form>
            }
            .erase()
        });
        view! {
            <li>
                <span>
                    <b>{issuer}</b>
                    <br />
                    <small>{format!("connected since {}", moment(at))}</small>
                </span>
                {end}
            </li>
        }
        .erase()
    };
    let list = is_linked.then(|| {
        let rows = linked.into_iter().map(row).collect_view();
        view! { <ul class="account__browsers">{rows}</ul> }.into_any()
    });
    let connect = name.filter(|_| !is_linked).map(|name| {
        view! {
            <p>
                {format!(
                    "Connected, {name} signs you in without the password. A second factor is \
                     asked for as before.",
                )}
            </p>
            <form class="account__form" method="post" action="/account/connect">
                {has_password
                    .then(|| field("present", "Password, to connect", "current-password"))}
                <button>{format!("Connect {name}")}</button>
            </form>
        }
        .erase()
    });
    view! {
        <section aria-labelledby="elsewhere">
            <h2 id="elsewhere">"Sign-in elsewhere"</h2>
            {list}
            {connect}
        </section>
    }
    .erase()
}
