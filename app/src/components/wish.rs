//! What somebody wants who is faster than the list of symbols.

use api::SymbolView;
use leptos::prelude::*;

use crate::erased::follow;

/// Whether the first symbol is chosen when the list of them comes.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    symbols: Signal<Vec<SymbolView>>,
    is_made: StoredValue<bool>,
}

impl Wish {
    /// No wish yet, of what will be in the list.
    pub(super) fn new(symbols: Signal<Vec<SymbolView>>) -> Self {
        Self { symbols, is_made: StoredValue::new(false) }
    }

    /// Nothing was found: in a list that is not there yet there may be something.
    pub(super) fn make(self) {
        self.is_made.set_value(self.symbols.with_untracked(Vec::is_empty));
    }

    /// Somebody types on, or goes elsewhere.
    pub(super) fn forget(self) {
        self.is_made.set_value(false);
    }

    /// Keeps it when the list comes.
    pub(super) fn keep(self, choose: impl Fn() + 'static) {
        follow(move || {
            if !self.symbols.with(Vec::is_empty) && self.is_made.get_value() {
                self.forget();
                choose();
            }
        });
    }
}
