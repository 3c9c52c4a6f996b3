//! Steps in menus that the palette does, or leads to: a list's name to type, a file to choose, a
//! time to go to. Loaded with the palette.

use api::LayoutView;
use leptos::prelude::*;
use web_sys::HtmlElement;

use super::screen_controls::elements;
use crate::contexts::WatchColumn;
use crate::once_there::once_there;

/// A step in a menu.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MenuStep {
    /// A watchlist's name is typed.
    MakeList,
    /// Another name for the one that is looked at.
    RenameList,
    /// The one that is looked at goes.
    DeleteList,
    /// A file of tickers is chosen.
    ImportList,
    /// The one that is looked at becomes a file.
    ExportList,
    /// Its rows tell something, or do not.
    Column(WatchColumn),
    /// The name to keep the charts under is typed.
    KeepLayout,
    /// A kept layout goes.
    ForgetLayout(LayoutView),
    /// A moment of the recorded day is chosen.
    Seek,
    /// Keys without Alt, Ctrl or Cmd count, or do not.
    SingleKeys,
}

impl MenuStep {
    /// What its row says, and of what it is.
    pub(super) fn words(&self) -> (String, &'static str) {
        let (words, of) = match self {
            Self::MakeList => ("Watchlist: make another…", "list"),
            Self::RenameList => ("Watchlist: rename…", "list"),
            Self::DeleteList => ("Watchlist: delete", "list"),
            Self::ImportList => ("Watchlist: import a file…", "list"),
            Self::ExportList => ("Watchlist: export as a file", "list"),
            Self::KeepLayout => ("Layout: keep these charts as…", "layout"),
            Self::Seek => ("Tape: go to a time of the day…", "recorded day"),
            Self::SingleKeys => ("Keyboard: single keys on or off", "keys"),
            Self::Column(column) => {
                return (format!("Watchlist column: {}, show or hide", column.name()), "list");
            }
            Self::ForgetLayout(one) => {
                return (format!("Delete the layout {}", one.name), "layout");
            }
        };
        (words.to_owned(), of)
    }

    /// Where in its menu it is done by hand.
    fn place(&self) -> Option<&'static str> {
        match self {
            Self::MakeList => Some("#watch-menu [name=new-list]"),
            Self::RenameList => Some("#watch-menu [name=list-name]"),
            Self::ImportList => Some("#watch-menu [type=file]"),
            Self::KeepLayout => Some("#layout-menu [name=layout-name]"),
            Self::Seek => Some("#tape-panel [type=range]"),
            _ => None,
        }
    }

    /// Goes on by hand, once the menu that opens is there.
    pub(crate) fn lead(&self) {
        if let Some(place) = self.place() {
            once_there(move || lead(place));
        }
    }
}

/// Goes on by hand where the menu is there; tells whether it was.
fn lead(place: &str) -> bool {
    let found = elements(document().query_selector_all(place)).next();
    let is_seen = |field: &HtmlElement| 0 < field.get_client_rects().length();
    let Some(field) = found.filter(is_seen) else { return false };
    // After the menu, which takes the focus with the frame that shows it.
    request_animation_frame(move || use_field(&field));
    true
}

fn use_field(field: &HtmlElement) {
    if field.matches("[type=file]").unwrap_or(false) {
        // Only a press opens it; the one in the palette still counts.
        field.click();
    } else {
        let _ = field.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_by_hand_says_so() {
        let columns = WatchColumn::ALL.map(MenuStep::Column);
        let all = [
            MenuStep::MakeList,
            MenuStep::RenameList,
            MenuStep::DeleteList,
            MenuStep::ImportList,
            MenuStep::ExportList,
            MenuStep::KeepLayout,
            MenuStep::Seek,
            MenuStep::SingleKeys,
        ];
        for step in all.into_iter().chain(columns) {
            assert_eq!(step.place().is_some(), step.words().0.ends_with('…'), "{step:?}");
        }
    }
}
