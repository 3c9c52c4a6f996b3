//! What the server told, kept with what it was asked: of anything else it says nothing.

use api::ApiError;
use leptos::prelude::*;

use super::retry::Retry;

/// The answer to what is asked now; nothing until it came.
pub(super) struct Answer<Question: 'static, Told: 'static> {
    question: StoredValue<Option<Question>>,
    /// What was told.
    pub(super) told: RwSignal<Option<Told>>,
    /// When it is asked once more.
    pub(super) retry: Retry,
}

impl<Question, Told> Clone for Answer<Question, Told> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Question, Told> Copy for Answer<Question, Told> {}

impl<Question, Told> Answer<Question, Told>
where
    Question: Copy + PartialEq + Send + Sync,
    Told: Send + Sync,
{
    /// Nothing is asked yet.
    pub(super) fn new() -> Self {
        Self { question: StoredValue::new(None), told: RwSignal::new(None), retry: Retry::new() }
    }

    /// Asks this from now on: what was told of anything else is gone at once, whether or not
    /// anybody answers. A number of one symbol under the name of another is worse than none. Tells
    /// whether something else was asked before.
    pub(super) fn turn_to(self, question: Question) -> bool {
        if self.question() == Some(question) {
            return false;
        }
        self.question.set_value(Some(question));
        if self.told.with_untracked(Option::is_some) {
            self.told.set(None);
        }
        true
    }

    /// What is asked.
    pub(super) fn question(self) -> Option<Question> {
        self.question.get_value()
    }

    /// Takes in what was told; tells whether it did. Something else may be asked by now, or nobody
    /// looks any more.
    pub(super) fn take(self, question: Question, told: Told) -> bool {
        let is_asked = self.question.try_get_value().flatten() == Some(question);
        is_asked && self.told.try_set(Some(told)).is_none()
    }
}

impl<Question, Told> Answer<Question, Result<Told, ApiError>>
where
    Question: Copy + PartialEq + Send + Sync,
    Told: Send + Sync,
{
    /// Takes in what was told, or why nothing was: then it is asked again.
    pub(super) fn take_or_fail(self, question: Question, told: Result<Told, ApiError>) -> bool {
        let failure = told.as_ref().err().cloned();
        let is_taken = self.take(question, told);
        if let Some(why) = failure.filter(|_| is_taken) {
            self.retry.failed(&why);
        }
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_of_something_else_is_gone() {
        Owner::new().with(|| {
            let answer = Answer::new();
            let told = || answer.told.get_untracked();
            assert!(!answer.take("SPX", 1), "nobody asked");
            assert!(answer.turn_to("SPX"));
            assert!(answer.take("SPX", 1));
            assert!(!answer.turn_to("SPX"));
            assert_eq!(told(), Some(1), "the same question");
            assert!(answer.turn_to("QQQ"));
            assert_eq!(told(), None);
            assert!(!answer.take("SPX", 2), "too late");
            assert_eq!(told(), None);
            assert!(answer.take("QQQ", 3));
            assert_eq!(told(), Some(3));
        });
    }
}
