//! A field whose value moves by itself, and what somebody types into it.

use leptos::ev::Event;
use leptos::prelude::*;

/// What stands in a field whose value moves with the market: the value, but while somebody is in
/// the field, what they found and typed there. A tick never writes over it.
#[derive(Clone, Copy)]
pub(super) struct HeldText(RwSignal<Option<String>>);

impl HeldText {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// What is typed; nothing while nobody is in the field.
    pub(super) fn typed(self) -> Option<String> {
        self.0.get()
    }

    /// Keeps what stands in the field, when somebody comes to it or types.
    pub(super) fn hold(self, event: &Event) {
        self.0.set(Some(event_target_value(event)));
    }

    /// Lets the value move again, when it was given or somebody leaves.
    pub(super) fn release(self) {
        self.0.set(None);
    }
}
