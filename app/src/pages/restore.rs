//! A backup that comes back through the browser: its offer on a desk without accounts, and what
//! came of it.

use leptos::prelude::*;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::document::{document, field};
use crate::shell::PageFiles;

/// What came of a backup.
#[derive(Clone, Debug)]
pub enum RestorePage {
    /// It is whole, and the desk begins anew with it.
    Restored {
        /// How many rows it has.
        rows: u64,
    },
    /// Nothing was changed.
    Refused {
        /// Why.
        why: String,
        /// Where to try again.
        again: &'static str,
    },
}

/// What came of it, as a whole document.
pub fn restore_document(
    (files, preferences): (&PageFiles, &Preferences),
    page: RestorePage,
) -> String {
    let (title, body) = match page {
        RestorePage::Restored { rows } => ("The backup is whole", restored(rows)),
        RestorePage::Refused { why, again } => ("Nothing was restored", refused(why, again)),
    };
    document(files, preferences, title, "", body)
}

fn restored(rows: u64) -> AnyView {
    view! {
        <p role="status">
            {format!("It was looked through and has {rows} rows. ")}
            "The desk begins anew with it: this page goes there in a few seconds. Whoever had an \
             account signs in with it."
        </p>
        <p>
            <a href="/account/restore">"To the desk"</a>
        </p>
    }
    .erase()
}

fn refused(why: String, again: &'static str) -> AnyView {
    view! {
        <p class="account__said" role="alert">
            {why}
        </p>
        <p>"What is on this desk is as it was."</p>
        <p>
            <a href=again>"Try another file"</a>
        </p>
    }
    .erase()
}

/// The form. Who is not at the machine proves that it is theirs.
pub(super) fn offer(has_token: bool) -> AnyView {
    let token = has_token.then(|| field("token", "Set-up token", "off"));
    view! {
        <section aria-labelledby="restore">
            <h2 id="restore">"Restore a backup"</h2>
            <p>
                "Of this desk or of another one. It is looked through first; what is here now is \
                 kept beside it in the data folder."
            </p>
            <form
                class="account__form"
                method="post"
                action="/account/restore"
                enctype="multipart/form-data"
            >
                {token}
                <label class="account__field">
                    <span>"File of the backup, volaris-….db"</span>
                    <input type="file" name="file" required=true />
                </label>
                <button>"Restore it"</button>
            </form>
            <p class="account__note">
                "A large backup takes some minutes to be sent and looked through. Press once, and \
                 leave this page open until another one comes."
            </p>
            <p class="account__note">
                "Second factors open with the " <code>"volaris.key"</code>
                " of the desk that it comes from: put that into the data folder, too."
            </p>
        </section>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_is_text() {
        let why = "<script>alert(1)</script>".to_owned();
        let page = RestorePage::Refused { why, again: "/set-up" };
        let html = restore_document((&PageFiles::default(), &Preferences::default()), page);
        assert!(!html.contains("<script"), "{html}");
    }
}
