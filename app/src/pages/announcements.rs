//! What everybody on the desk is told: a document for those who lead it.

use leptos::prelude::*;
use market::Moment;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::document::{moment, said_before};
use crate::pages::settings::{SettingsOf, among_settings};
use crate::shell::PageFiles;

/// Something that everybody is told.
#[derive(Clone, Debug)]
pub struct Announced {
    /// Which.
    pub id: String,
    /// The text.
    pub text: String,
    /// What who said it is called.
    pub by: String,
    /// When.
    pub made_at: Moment,
    /// When it ends.
    pub ends_at: Moment,
}

/// The page as a whole document. `said` is a word of what was tried before.
pub fn announcements_document(
    look: (&PageFiles, &Preferences),
    of: SettingsOf,
    announced: Vec<Announced>,
    said: &str,
) -> String {
    let standing = (!announced.is_empty()).then(|| {
        view! {
            <section aria-labelledby="standing">
                <h2 id="standing">"Announced now"</h2>
                <ul class="account__list">{announced.into_iter().map(row).collect_view()}</ul>
            </section>
        }
        .erase()
    });
    let body = view! {
        {said_before(said)}
        {standing}
        <section aria-labelledby="announce">
            <h2 id="announce">"Tell everybody something"</h2>
            <form class="account__form" method="post" action="/people/announce">
                <label class="account__field">
                    <span>"Text, shown above everybody's screens within a minute"</span>
                    <textarea name="text" required=true maxlength="400" rows="3"></textarea>
                </label>
                <label class="account__field">
                    <span>"For"</span>
                    <select name="days">
                        <option value="1">"a day"</option>
                        <option value="7">"a week"</option>
                        <option value="30">"30 days"</option>
                    </select>
                </label>
                <button class="account__go">"Announce"</button>
            </form>
            <p class="account__note">"Whoever has read it closes it, for themselves alone."</p>
        </section>
    };
    among_settings(look, Some(of), "Announcements", body.erase())
}

fn row(one: Announced) -> AnyView {
    let told = format!("{}, {}, until {}", one.by, moment(one.made_at), moment(one.ends_at));
    let name = format!("Take back: {}", one.text);
    view! {
        <li>
            <span>
                <b class="account__lines">{one.text}</b>
                <br />
                <small>{told}</small>
            </span>
            <form method="post" action="/people/unannounce">
                <input type="hidden" name="id" value=one.id />
                <button aria-label=name>"Take back"</button>
            </form>
        </li>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text() {
        let evil = "\"></textarea><script>alert(1)</script>".to_owned();
        let (id, text, by) = (evil.clone(), evil.clone(), evil.clone());
        let one = Announced { id, text, by, made_at: Moment(0), ends_at: Moment(0) };
        let (files, preferences) = (PageFiles::default(), Preferences::default());
        let of = SettingsOf { called: evil.clone(), leads: true };
        let html = announcements_document((&files, &preferences), of, vec![one], &evil);
        assert!(!html.contains("<script"), "{html}");
    }
}
