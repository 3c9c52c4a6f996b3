//! Positions that a trader keeps: planned, open or closed.

use market::Moment;
use plan::{Stage, read_position};

use crate::{Answered, Desk, DeskError, KeptPosition, Limited, NamedChange, PositionEdit, Trader};

/// The most positions of one trader.
const POSITIONS_MAX: u32 = 1_000;
/// The most edits in one go.
const EDITS_MAX: usize = 50;
/// The most letters of a position's name.
const NAME_MAX: usize = 60;
/// The most letters of an identity.
const ID_MAX: usize = 64;
/// Nobody pays more: a trillion dollars, in ten-thousandths.
const MONEY_MAX: i64 = 10_000_000_000_000_000;

impl Desk {
    /// The positions that the trader keeps, the oldest first, of every tape.
    pub async fn positions(&self, trader: &Trader) -> Result<Vec<KeptPosition>, DeskError> {
        Ok(self.store().positions(trader.owner()).await?)
    }

    /// Keeps and removes positions: all or nothing, and nothing that makes no sense. Gives the
    /// identities of what was written, in order.
    pub async fn edit_positions(
        &self,
        trader: &Trader,
        edits: Vec<PositionEdit>,
        now: Moment,
    ) -> Result<Vec<String>, DeskError> {
        let edits = checked_edits(edits, now)?;
        let (most, full) = self.most_positions(trader);
        let written = self.store().edit_positions(trader.owner(), &edits, most).await?;
        written.ok_or(full)
    }

    /// The same, once for each name of a change.
    pub async fn edit_positions_once(
        &self,
        trader: &Trader,
        edits: Vec<PositionEdit>,
        change: &NamedChange,
    ) -> Result<Answered, DeskError> {
        let edits = checked_edits(edits, change.at)?;
        let (most, full) = self.most_positions(trader);
        let (store, owner) = (self.store(), trader.owner());
        store.edit_positions_once(owner, &edits, change, most).await?.ok_or(full)
    }

    fn most_positions(&self, trader: &Trader) -> (u32, DeskError) {
        let told =
            format!("there are {POSITIONS_MAX} positions already: delete some that are closed");
        self.most(trader, Limited::Positions, POSITIONS_MAX, told)
    }
}

/// Edits as they may be done, if there is room: that is the store's to say, which knows whether
/// they were done before.
fn checked_edits(edits: Vec<PositionEdit>, now: Moment) -> Result<Vec<PositionEdit>, DeskError> {
    if EDITS_MAX < edits.len() {
        return Err(malformed(format!("at most {EDITS_MAX} positions in one go")));
    }
    let checked = edits.into_iter().map(|edit| match edit {
        PositionEdit::Write(one) => checked(one, now).map(PositionEdit::Write),
        PositionEdit::Remove(id) => checked_id(&id).map(|()| PositionEdit::Remove(id)),
    });
    checked.collect()
}

/// A position as it may be kept: its legs are read, and written as they were understood.
fn checked(mut one: KeptPosition, now: Moment) -> Result<KeptPosition, DeskError> {
    checked_id(&one.id)?;
    one.name = one.name.trim().to_owned();
    if NAME_MAX < one.name.chars().count() || one.name.contains(char::is_control) {
        return Err(malformed(format!("a position's name has at most {NAME_MAX} letters")));
    }
    let position = read_position(&one.legs)
        .map_err(|error| malformed(format!("the position `{}`, {error}", short(&one.legs))))?;
    one.legs = position.to_string();
    one.paid = one.paid.or_else(|| position.paid.map(ten_thousandths));
    let amounts = [one.paid, one.received, Some(one.fees)];
    if amounts.into_iter().flatten().any(|amount| MONEY_MAX < amount.abs()) {
        return Err(malformed("an amount is greater than a trillion dollars".to_owned()));
    }
    match one.stage {
        Stage::Planned => (one.opened_at, one.closed_at, one.received) = (None, None, None),
        Stage::Open => (one.closed_at, one.received) = (None, None),
        Stage::Closed => {}
    }
    if one.stage != Stage::Planned && one.paid.is_none() {
        return Err(malformed(
            "say what was paid for it, less than nothing for a credit".to_owned(),
        ));
    }
    if one.stage == Stage::Closed && one.received.is_none() {
        return Err(malformed("say what closing it brought".to_owned()));
    }
    if one.opened_at.zip(one.closed_at).is_some_and(|(opened, closed)| closed < opened) {
        return Err(malformed("it was closed before it was opened".to_owned()));
    }
    one.changed_at = now;
    Ok(one)
}

/// Dollars as they are kept.
fn ten_thousandths(dollars: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "too much is refused")]
    let units = (dollars * 10_000.0).round() as i64;
    units
}

fn checked_id(id: &str) -> Result<(), DeskError> {
    let is_word = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_word && id.len() <= ID_MAX {
        return Ok(());
    }
    Err(malformed(format!("`{}` is no identity of a position", short(id))))
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

fn malformed(why: String) -> DeskError {
    DeskError::Malformed(why)
}

#[cfg(test)]
mod tests {
    use market::TapeId;

    use super::*;

    fn planned(legs: &str) -> KeptPosition {
        KeptPosition {
            id: String::new(),
            tape: TapeId::Practice { seed: 1 },
            name: " an idea ".to_owned(),
            legs: legs.to_owned(),
            stage: Stage::Planned,
            paid: None,
            received: None,
            fees: 0,
            opened_at: None,
            closed_at: None,
            changed_at: Moment(0),
        }
    }

    #[test]
    fn a_position_is_kept_as_it_was_understood() {
        let now = Moment(77);
        let one = checked(planned("-2 SPXW 27FEB24 5100/5110C @1.25"), now).expect("it is one");
        assert_eq!(one.legs, "-2 SPXW 27FEB24 5100C; +2 SPXW 27FEB24 5110C");
        assert_eq!((one.name.as_str(), one.paid), ("an idea", Some(-2_500_000)));
        assert_eq!(one.changed_at, now);
        // What belongs to another stage is gone.
        let told = KeptPosition { opened_at: Some(now), received: Some(5), ..one };
        let one = checked(told, now).expect("it is one");
        assert_eq!((one.opened_at, one.received), (None, None));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let open = || KeptPosition {
            stage: Stage::Open,
            paid: Some(1),
            opened_at: Some(Moment(50)),
            ..planned("1 SPY 15MAR24 500C")
        };
        let closed = |one: KeptPosition| KeptPosition { stage: Stage::Closed, ..one };
        for (one, told) in [
            (planned(""), "position"),
            (planned("1 SPXW 27MAX24 5100C"), "27MAX24"),
            (KeptPosition { id: "../x".to_owned(), ..open() }, "identity"),
            (KeptPosition { id: "a".repeat(65), ..open() }, "identity"),
            (KeptPosition { name: "n".repeat(61), ..open() }, "60 letters"),
            (KeptPosition { name: "a\nb".to_owned(), ..open() }, "letters"),
            (KeptPosition { paid: None, ..open() }, "paid"),
            (KeptPosition { paid: Some(i64::MAX), ..open() }, "trillion"),
            (KeptPosition { fees: -MONEY_MAX - 1, ..open() }, "trillion"),
            (closed(open()), "closing it brought"),
            (
                closed(KeptPosition { received: Some(1), closed_at: Some(Moment(49)), ..open() }),
                "before it was opened",
            ),
        ] {
            let refused = checked(one, Moment(0)).expect_err(told).to_string();
            assert!(refused.contains(told), "{refused}");
        }
    }
}
