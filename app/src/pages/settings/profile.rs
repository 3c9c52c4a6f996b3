//! Who somebody is on the desk: what others call them, where mail reaches them, what they may do,
//! and how much of it is used.

use leptos::prelude::*;
use market::Moment;

use crate::erased::Erase;
use crate::pages::document::{field, moment};

/// Somebody, as they see themselves.
#[derive(Clone, Debug)]
pub struct ShownProfile {
    /// What others call them; empty where that is the address.
    pub name: String,
    /// Where mail reaches them.
    pub email: String,
    /// What they are, as it is read.
    pub role: &'static str,
    /// Since when.
    pub since: Moment,
    /// What they have, where that is limited: a tier, and how much of what.
    pub tier: Option<(&'static str, Vec<ShownLimit>)>,
}

/// How much of something somebody has.
#[derive(Clone, Debug)]
pub struct ShownLimit {
    /// Of what, as it is read.
    pub told: &'static str,
    /// How much of it is used.
    pub used: u64,
    /// How much there is.
    pub limit: u64,
}

pub(super) fn profile(shown: ShownProfile) -> AnyView {
    let ShownProfile { name: called, email, role, since, tier } = shown;
    let here = format!("{role} of this desk since {}.", moment(since));
    view! {
        <p class="account__note">{here}</p>
        {tier.map(|(told, limits)| tier_section(told, limits))}
        {name(called)}
        {address(email)}
    }
    .erase()
}

/// The form that says what others call somebody.
fn name(called: String) -> AnyView {
    view! {
        <section aria-labelledby="name">
            <h2 id="name">"Name"</h2>
            <form class="account__form" method="post" action="/settings/profile/name">
                <label class="account__field">
                    <span>"What others call you"</span>
                    <input
                        type="text"
                        name="name"
                        value=called
                        maxlength="60"
                        autocomplete="name"
                    />
                </label>
                <button class="account__go">"Save the name"</button>
            </form>
            <p class="account__note">
                "It stands beside your e-mail address, for you and for who leads this desk. \
                 Without one the address stands alone."
            </p>
        </section>
    }
    .erase()
}

/// The form that gives an account another address.
fn address(email: String) -> AnyView {
    view! {
        <section aria-labelledby="address">
            <h2 id="address">"E-mail address"</h2>
            <p>"You sign in as " <b class="settings__address">{email}</b> "."</p>
            <form class="account__form" method="post" action="/settings/profile/email">
                {field("email", "New e-mail address", "email")}
                {field("present", "Password, to change it", "current-password")}
                <button class="account__go">"Change the address"</button>
            </form>
        </section>
    }
    .erase()
}

/// What somebody has, and how much of it is used.
fn tier_section(told: &'static str, limits: Vec<ShownLimit>) -> AnyView {
    let row = |one: ShownLimit| {
        let left = format!("{} of {}", one.used, one.limit);
        let is_full = (one.limit <= one.used).then_some("true");
        view! {
            <li data-full=is_full>
                <span>{one.told}</span>
                <meter
                    min="0"
                    max=one.limit.max(1).to_string()
                    value=one.used.to_string()
                    aria-label=one.told
                ></meter>
                <b>{left}</b>
            </li>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="tier">
            <h2 id="tier">"Tier: " {told}</h2>
            <ul class="account__limits">{limits.into_iter().map(row).collect_view()}</ul>
            <p class="account__note">
                "Whatever is not named here has no limit. Whoever leads this desk gives tiers."
            </p>
        </section>
    }
    .erase()
}
