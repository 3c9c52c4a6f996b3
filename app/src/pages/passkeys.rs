//! Passkeys: the button that signs in with one, and those of an account.

use leptos::prelude::*;
use market::Moment;

use crate::erased::Erase;
use crate::pages::document::{field, moment};
use crate::pages::identity::or_with_password;

/// Whether a page may ask a device for passkeys.
#[derive(Clone, Debug)]
pub enum PasskeyDoor {
    /// It may, by this script.
    Here {
        /// The address of the script.
        script: &'static str,
        /// What the page's content policy lets run.
        nonce: String,
    },
    /// They are for another address of the desk.
    Elsewhere {
        /// That address.
        origin: String,
    },
}

/// A passkey, as its person sees it.
#[derive(Clone, Debug)]
pub struct ShownPasskey {
    /// Which.
    pub id: String,
    /// What its person calls it.
    pub name: String,
    /// When it was made.
    pub made_at: Moment,
    /// When it last opened the account.
    pub used_at: Option<Moment>,
}

/// The passkeys of an account.
#[derive(Clone, Debug)]
pub struct ShownPasskeys {
    /// Whether more can be made on this page.
    pub door: PasskeyDoor,
    /// Whether a password must be told first.
    pub has_password: bool,
    /// Those there are.
    pub all: Vec<ShownPasskey>,
}

/// What the word of an address says of what was tried with a passkey.
pub(super) fn told(problem: &str) -> Option<&'static str> {
    Some(match problem {
        "passkey-again" => {
            "That took longer than ten minutes, or was used before. Begin once more."
        }
        "passkey-refused" => {
            "That passkey does not open this desk: it was taken away, or is a copy that another \
             one is ahead of. Sign in another way, and make a new one in the settings."
        }
        "passkey-name" => "A passkey has a name of 1 to 60 characters: that of its device.",
        "passkey-not-made" => {
            "The device's answer could not be taken. Begin once more, on this very address."
        }
        "passkey-many" => "That passkey is known already, or the account has 20: end one first.",
        "passkey-gone" => "This desk takes no passkeys.",
        _ => return None,
    })
}

fn elsewhere(origin: String) -> AnyView {
    view! {
        <p class="account__note">
            "Passkeys work at " <a href=origin.clone()>{origin.clone()}</a>
            " alone: a browser makes them for an address by https with a name, or for localhost."
        </p>
    }
    .erase()
}

fn script(address: &'static str, nonce: String) -> AnyView {
    view! { <script type="module" src=address nonce=nonce></script> }.into_any()
}

/// Says whether the device can, and what came of it.
fn said() -> AnyView {
    view! {
        <p role="status" class="account__note"></p>
        <p class="account__note" data-unable="" hidden=true>
            "This browser has no passkeys here: they need https, or localhost."
        </p>
    }
    .erase()
}

/// Where passkeys work, below the form of the password on an address where they do not.
pub(super) fn not_here(door: &PasskeyDoor) -> Option<AnyView> {
    match door {
        PasskeyDoor::Elsewhere { origin } => Some(elsewhere(origin.clone())),
        PasskeyDoor::Here { .. } => None,
    }
}

/// The way in by a passkey, above the form of the password; `is_last` of the ways above it.
pub(super) fn button(door: PasskeyDoor, next: String, is_last: bool) -> AnyView {
    match door {
        PasskeyDoor::Elsewhere { .. } => ().into_any(),
        PasskeyDoor::Here { script: address, nonce } => view! {
            <form
                class="account__form"
                method="post"
                action="/account/sign-in/passkey"
                data-passkey="get"
                data-begin="/account/sign-in/passkey/begin"
                data-back="/sign-in"
            >
                <input type="hidden" name="next" value=next />
                <input type="hidden" name="answer" />
                <fieldset class="account__passkey" hidden=true>
                    <button class="account__elsewhere">"Sign in with a passkey"</button>
                    {is_last.then(or_with_password)}
                </fieldset>
                {said()}
            </form>
            {script(address, nonce)}
        }
        .erase(),
    }
}

fn row(one: ShownPasskey) -> AnyView {
    let name = format!("Take away {}", one.name);
    let used = match one.used_at {
        Some(at) => format!("last used {}", moment(at)),
        None => "never used".to_owned(),
    };
    view! {
        <li>
            <span>
                <b>{one.name}</b>
                <br />
                <small>{format!("since {}, {used}", moment(one.made_at))}</small>
            </span>
            <form method="post" action="/account/passkeys/remove">
                <input type="hidden" name="id" value=one.id />
                <button aria-label=name>"Take away"</button>
            </form>
        </li>
    }
    .erase()
}

/// The passkeys of an account, in its settings.
pub(super) fn section(shown: ShownPasskeys) -> AnyView {
    let ShownPasskeys { door, has_password, all } = shown;
    let list = (!all.is_empty()).then(|| {
        let rows = all.into_iter().map(row).collect_view();
        view! { <ul class="account__browsers">{rows}</ul> }.into_any()
    });
    let present =
        has_password.then(|| field("present", "Password, to add a passkey", "current-password"));
    let making = match door {
        PasskeyDoor::Elsewhere { origin } => elsewhere(origin),
        PasskeyDoor::Here { script: address, nonce } => view! {
            <form
                class="account__form"
                method="post"
                action="/account/passkeys"
                data-passkey="create"
                data-begin="/account/passkeys/begin"
                data-back="/settings/security"
            >
                <input type="hidden" name="answer" />
                <fieldset class="account__passkey" hidden=true>
                    <label class="account__field">
                        <span>"Name of the device"</span>
                        <input
                            type="text"
                            name="name"
                            required=true
                            maxlength="60"
                            autocomplete="off"
                        />
                    </label>
                    {present}
                    <button>"Add a passkey"</button>
                </fieldset>
                {said()}
            </form>
            {script(address, nonce)}
        }
        .erase(),
    };
    view! {
        <section aria-labelledby="passkeys">
            <h2 id="passkeys">"Passkeys"</h2>
            <p>
                "A passkey signs you in by the lock of your device, without the password and \
                 without a code."
            </p>
            {list}
            {making}
        </section>
    }
    .erase()
}
