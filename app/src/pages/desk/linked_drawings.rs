//! Drawings in a link: those of the charts that are shown go along, and who follows the link is
//! asked before any of them is theirs.

use chart::{Anchor, Drawing, Drawings};
use leptos::prelude::*;
use market::Symbol;

use super::data::DeskData;
use crate::components::{DrawingControls, ToastText};

/// The parameter that holds them.
pub(super) const NAME: &str = "draw";
/// How long they may be for every mail and chat to take the link whole: what is beyond stays.
const LETTERS_MAX: usize = 3_000;
/// The most lines that are looked at in a link.
const LINES_MAX: usize = 100;
/// Prices in a link have so many ten-thousandths of a dollar, and no more.
const PARTS: f64 = 10_000.0;

/// The drawings of `symbols` that are not hidden, a line each, the newest first, and how many of
/// them had no room.
pub(super) fn write(books: &[(Symbol, Drawings)], symbols: &[Symbol]) -> (String, usize) {
    let shown = books.iter().filter(|(symbol, _)| symbols.contains(symbol));
    let lines = shown.flat_map(|(symbol, book)| {
        let seen = book.items().iter().rev().filter(|one| !one.is_hidden);
        seen.map(move |one| format!("{symbol} {}", rounded(one)))
    });
    let (mut text, mut left) = (String::new(), 0);
    for line in lines {
        if LETTERS_MAX < letters(&text) + letters(&line) {
            left += 1;
            continue;
        }
        text += &line;
        text.push('\n');
    }
    (text, left)
}

/// How long a text is in an address, where most signs take three letters.
fn letters(text: &str) -> usize {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    text.bytes().map(|byte| if is_plain(byte) { 1 } else { 3 }).sum()
}

fn rounded(one: &Drawing) -> Drawing {
    let round = |point: &Anchor| Anchor { price: (point.price * PARTS).round() / PARTS, ..*point };
    Drawing { points: one.points.iter().map(round).collect(), ..one.clone() }
}

/// Reads what `write` wrote; how many of its lines are no drawings of a symbol that is listed.
pub(super) fn read(text: &str, listed: &[Symbol]) -> (Vec<(Symbol, Drawing)>, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let read = |line: &&str| {
        let (symbol, drawing) = line.split_once(' ')?;
        let symbol = symbol.parse().ok().filter(|symbol| listed.contains(symbol))?;
        Some((symbol, drawing.parse().ok()?))
    };
    let read: Vec<_> = lines.iter().take(LINES_MAX).filter_map(read).collect();
    let bad = lines.len() - read.len();
    (read, bad)
}

/// Asks whether drawings of a link are to be added to one's own.
pub(super) fn offer(data: DeskData, controls: DrawingControls, text: &str, symbols: &[Symbol]) {
    let (mut drawn, bad) = read(text, symbols);
    let is_known = |(symbol, one): &(Symbol, Drawing)| {
        controls.books.with_untracked(|books| {
            let book = books.iter().find(|(of, _)| of == symbol);
            book.is_some_and(|(_, book)| book.items().iter().any(|known| known.id == one.id))
        })
    };
    drawn.retain(|one| !is_known(one));
    let damaged = match bad {
        0 => String::new(),
        1 => " Another one could not be read.".to_owned(),
        bad => format!(" {bad} others could not be read."),
    };
    let words = match drawn.len() {
        0 if bad == 0 => return,
        0 => return data.say("The drawings in this address could not be read.".to_owned()),
        1 => format!("This link has a drawing.{damaged}"),
        count => format!("This link has {count} drawings.{damaged}"),
    };
    let add = move || {
        for symbol in controls
            .books
            .with_untracked(|books| books.iter().map(|(symbol, _)| *symbol).collect::<Vec<_>>())
        {
            let of = |(one, _): &&(Symbol, Drawing)| *one == symbol;
            let new = drawn.iter().filter(of).map(|(_, one)| one.clone()).collect();
            controls.bring_back(symbol, new);
        }
    };
    data.toast.set(Some(ToastText::with_answer(words, "Add to mine", add)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use chart::Tool;
    use market::Moment;
    use proptest::prelude::*;

    fn line(id: u64, price: f64) -> Drawing {
        let point = |minute: i64| Anchor { at: Moment(1_709_044_200_000_000 + minute), price };
        Drawing::new(id, Tool::Trend, vec![point(0), point(60_000_000)])
    }

    #[test]
    fn drawings_of_what_is_shown_go_along_but_hidden_ones() {
        let mut hidden = line(3, 5.0);
        hidden.is_hidden = true;
        let books = [
            (Symbol::SPX, Drawings::new(vec![line(1, 5_091.123_456_789), hidden, line(2, 7.0)])),
            (Symbol::QQQ, Drawings::new(vec![line(4, 9.0)])),
        ];
        let (text, left) = write(&books, &[Symbol::SPX, Symbol::SPY]);
        assert_eq!(left, 0);
        let (read, bad) = read(&text, &[Symbol::SPX]);
        assert_eq!(
            (read, bad),
            (vec![(Symbol::SPX, line(2, 7.0)), (Symbol::SPX, line(1, 5_091.123_5))], 0,)
        );
    }

    #[test]
    fn a_link_stays_short_and_says_what_it_left() {
        let all = (0..200).map(|id| line(id, 5_000.0)).collect();
        let (text, left) = write(&[(Symbol::SPX, Drawings::new(all))], &[Symbol::SPX]);
        let count = text.lines().count();
        assert!(10 < count && count + left == 200, "{count} and {left}");
        assert!(letters(&text) <= LETTERS_MAX + 3, "{}", letters(&text));
        // The newest go first.
        assert!(text.starts_with("SPX trend 199 "), "{text}");
    }

    #[test]
    fn what_is_no_drawing_of_a_listed_symbol_is_counted() {
        let good = format!("SPX {}", line(1, 5.0));
        for bad in ["", "SPX", "QQQ trend", "SPX trend 1 ink=9", "<script>", "SPX trend 1 at=0,NaN"]
        {
            let (read, count) = read(&format!("{good}\n{bad}\n{good}"), &[Symbol::SPX]);
            assert_eq!((read.len(), count), (2, 1), "{bad}");
        }
        let other = format!("QQQ {}", line(1, 5.0));
        assert_eq!(read(&other, &[Symbol::SPX]), (Vec::new(), 1));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_counted(text in "\\PC{0,80}(\n\\PC{0,80}){0,4}") {
            let (read, bad) = read(&text, &[Symbol::SPX]);
            prop_assert_eq!(read.len() + bad, text.lines().count());
        }
    }
}
