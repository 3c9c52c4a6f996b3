//! A page that follows the numbered slots has the tape's own books, whatever was lost on the way.

use api::Update;
use desk::{SymbolSlot, TapeStep};
use market::{Span, Symbol};
use quant::levels::Books;

use super::stage::{Chance, WALL, ada, slots, stage};

const WATCHED: [Symbol; 3] = [Symbol::SPX, Symbol::SPY, Symbol::QQQ];

struct Page {
    books: Books,
    known: Vec<(Symbol, u64)>,
    refills: u32,
}

impl Page {
    fn take(&mut self, slot: &SymbolSlot) -> bool {
        let Some((_, known)) = self.known.iter_mut().find(|(symbol, _)| *symbol == slot.symbol)
        else {
            return true;
        };
        if slot.seq <= *known {
            return true;
        }
        if slot.after != *known {
            return false;
        }
        self.books.handle_bundle(slot.symbol, &slot.bundle);
        *known = slot.seq;
        true
    }
}

#[tokio::test]
async fn lost_slots_are_refilled_to_the_same_books() {
    let stage = stage().await;
    let mut chance = Chance(5);
    stage.desk.set_tape_speed(&ada(), 60).unwrap();
    let (books, known) = stage.desk.with_tape(&ada(), |tape| {
        tape.handle_wall(WALL);
        let known = WATCHED.map(|symbol| (symbol, tape.seq(symbol)));
        (tape.books().subset(&WATCHED), known.to_vec())
    });
    let mut page = Page { books, known, refills: 0 };
    for tick in 1..=900 {
        let now = WALL + Span::millis(50 * tick);
        let heard = stage.desk.with_tape(&ada(), |tape| slots(tape.handle_wall(now)));
        for (place, slot) in heard.iter().enumerate() {
            let expected: u64 =
                heard[..place].iter().filter(|one| one.symbol == slot.symbol).count() as u64;
            assert_eq!(expected, 0, "one slot for each symbol");
            assert!(slot.after < slot.seq, "numbers go up");
        }
        // One slot in four never arrives.
        if chance.below(4) == 0 {
            continue;
        }
        for slot in &heard {
            if page.take(slot) {
                continue;
            }
            page.refills += 1;
            let after = page.known.iter().find(|(symbol, _)| *symbol == slot.symbol).unwrap().1;
            let missed = stage.desk.with_tape(&ada(), |tape| tape.refill(slot.symbol, after));
            for one in missed.expect("two minutes are remembered") {
                assert!(page.take(&one));
            }
        }
    }
    assert!(50 < page.refills, "{}", page.refills);
    let now = stage.desk.with_tape(&ada(), |tape| tape.books().subset(&WATCHED));
    // What was lost last is still missing.
    for symbol in WATCHED {
        let after = page.known.iter().find(|(one, _)| *one == symbol).unwrap().1;
        let missed = stage.desk.with_tape(&ada(), |tape| tape.refill(symbol, after)).unwrap();
        assert!(missed.iter().all(|slot| page.take(slot)));
    }
    assert_eq!(page.books, now);
}

#[tokio::test]
async fn a_number_that_was_never_given_or_is_too_old_gets_no_refill() {
    let stage = stage().await;
    stage.desk.set_tape_speed(&ada(), 60).unwrap();
    stage.desk.with_tape(&ada(), |tape| {
        tape.handle_wall(WALL);
        let first = tape.seq(Symbol::SPY);
        for tick in 1..=3_000 {
            let step = tape.handle_wall(WALL + Span::millis(50 * tick));
            assert_ne!(step, TapeStep::NewEpoch, "the day is longer than this test");
        }
        let last = tape.seq(Symbol::SPY);
        assert_eq!(tape.refill(Symbol::SPY, last), Some(Vec::new()));
        assert_eq!(tape.refill(Symbol::SPY, last + 1), None);
        assert_eq!(tape.refill(Symbol::SPY, u64::MAX), None);
        assert!(first < last);
        assert_eq!(tape.refill(Symbol::SPY, first), None, "older than two minutes of slots");
        assert_eq!(tape.refill("NONE".parse().unwrap(), 0), None);
    });
}

#[tokio::test]
async fn the_streams_words_carry_every_slot() {
    let stage = stage().await;
    stage.desk.with_tape(&ada(), |tape| {
        tape.handle_wall(WALL);
        let heard = slots(tape.handle_wall(WALL + Span::seconds(2)));
        assert!(!heard.is_empty());
        for slot in heard {
            let update = Update::from(slot.clone());
            assert_eq!(
                (update.symbol, update.after, update.seq),
                (slot.symbol, slot.after, slot.seq)
            );
            assert_eq!(update.bundle, slot.bundle);
        }
    });
}
