//! A drawing as one line of text: how it is stored and sent.
//!
//! `trend 42 ink=2 width=1 dash lock hide on=5m,1h at=1709044200000000,5091.25 text=…`: the tool,
//! its name, then what is not as usual, a point each, and the words last.

use std::fmt;
use std::str::FromStr;

use market::Moment;

use super::{Anchor, Drawing, Tool};

/// Why a line is no drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadDrawing(String);

impl fmt::Display for BadDrawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no drawing: {}", self.0)
    }
}

impl std::error::Error for BadDrawing {}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ink={} width={}", self.tool.as_str(), self.id, self.ink, self.width)?;
        let flags =
            [(self.is_dashed, " dash"), (self.is_locked, " lock"), (self.is_hidden, " hide")];
        for (_, word) in flags.iter().filter(|(is_so, _)| *is_so) {
            f.write_str(word)?;
        }
        if !self.spans.is_empty() {
            let spans: Vec<&str> = self.spans.iter().map(|span| span.as_str()).collect();
            write!(f, " on={}", spans.join(","))?;
        }
        for point in &self.points {
            write!(f, " at={},{}", point.at.0, point.price)?;
        }
        if self.text.is_empty() { Ok(()) } else { write!(f, " text={}", self.text) }
    }
}

impl FromStr for Drawing {
    type Err = BadDrawing;

    fn from_str(line: &str) -> Result<Self, BadDrawing> {
        let bad = |why: &str| BadDrawing(why.to_owned());
        let (words, text) = line.split_once(" text=").unwrap_or((line, ""));
        if Self::TEXT_MAX < text.chars().count() {
            return Err(BadDrawing(format!("a note has at most {} letters", Self::TEXT_MAX)));
        }
        if text.chars().any(char::is_control) {
            return Err(bad("a note is one line of plain letters"));
        }
        let mut words = words.split(' ');
        let name = words.next().unwrap_or_default();
        let tool = Tool::ALL.into_iter().find(|tool| tool.as_str() == name);
        let id = words.next().and_then(|word| word.parse().ok());
        let (Some(tool), Some(id)) = (tool, id) else {
            return Err(bad("it does not begin with a tool and a number"));
        };
        let mut drawing = Self { text: text.to_owned(), ..Self::new(id, tool, Vec::new()) };
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            let number = value.parse::<u8>().ok();
            match (name, number) {
                ("ink", Some(ink)) if usize::from(ink) < Self::INKS.len() => drawing.ink = ink,
                ("width", Some(width @ 1..=4)) => drawing.width = width,
                ("dash", _) => drawing.is_dashed = true,
                ("lock", _) => drawing.is_locked = true,
                ("hide", _) => drawing.is_hidden = true,
                ("on", _) => {
                    for span in value.split(',') {
                        let span = span.parse().map_err(|_| bad("it names no timeframe"))?;
                        if !drawing.spans.contains(&span) {
                            drawing.spans.push(span);
                        }
                    }
                }
                ("at", _) => drawing.points.push(anchor(value).ok_or_else(|| {
                    bad("a point is a time in microseconds and a price from 0.0001 to a billion")
                })?),
                _ => return Err(BadDrawing(format!("`{}` is unknown", name.escape_debug()))),
            }
        }
        if drawing.points.len() != tool.points() {
            return Err(BadDrawing(format!("a {name} has {} points", tool.points())));
        }
        Ok(drawing)
    }
}

fn anchor(text: &str) -> Option<Anchor> {
    let (at, price) = text.split_once(',')?;
    let anchor = Anchor { at: Moment(at.parse().ok()?), price: price.parse().ok()? };
    anchor.is_possible().then_some(anchor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::BarSpan;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_drawing_survives_its_line(
            tool in prop::sample::select(Tool::ALL.to_vec()), id: u64,
            numbers in
                prop::collection::vec((0_i64..2_000_000_000_000_000, 0.001..90_000.0_f64), 3),
            (ink, width) in (0_u8..6, 1_u8..=4),
            (is_dashed, is_locked, is_hidden) in (any::<bool>(), any::<bool>(), any::<bool>()),
            spans in prop::sample::subsequence(BarSpan::ALL.to_vec(), 0..9),
            text in "\\PC{0,60}",
        ) {
            let point = |(at, price): &(i64, f64)| Anchor { at: Moment(*at), price: *price };
            let points = numbers[..tool.points()].iter().map(point).collect();
            let drawing = Drawing {
                id, tool, points, ink, width, is_dashed, is_locked, is_hidden, spans, text,
            };
            prop_assert_eq!(drawing.to_string().parse(), Ok(drawing));
        }

        #[test]
        fn any_line_is_read_or_refused(line in "\\PC{0,120}") {
            let _ = line.parse::<Drawing>();
        }

        #[test]
        fn a_line_with_one_wrong_letter_harms_nothing(place in 0_usize..60, letter in "\\PC") {
            let line = "trend 42 ink=2 width=1 on=5m at=1709044200000000,5091.25 at=0,1";
            let mut line: Vec<char> = line.chars().collect();
            let letter = letter.chars().next().expect("one");
            if let Some(old) = line.get_mut(place) {
                *old = letter;
            }
            let line: String = line.into_iter().collect();
            if let Ok(drawing) = line.parse::<Drawing>() {
                prop_assert!(drawing.points.iter().all(|point| point.price.is_finite()));
            }
        }
    }

    #[test]
    fn what_earlier_versions_kept_is_read() {
        for (line, spans, is_on) in [
            ("horizontal 7 ink=0 width=1 at=1709044200000000,5091.25", &[][..], [true, true]),
            ("horizontal 7 ink=0 width=1 on=5m at=0,5", &[BarSpan::M5][..], [true, false]),
            ("note 7 on=1h,1D at=0,5 text=a on=5m", &[BarSpan::H1, BarSpan::Day], [false, true]),
        ] {
            let drawing: Drawing = line.parse().expect(line);
            assert_eq!(drawing.spans, spans, "{line}");
            let shown = [BarSpan::M5, BarSpan::Day].map(|span| drawing.is_shown_on(span));
            assert_eq!(shown, is_on, "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (line, words) in [
            ("", "begin with a tool"),
            ("circle 1", "begin with a tool"),
            ("trend 1 at=0,1", "2 points"),
            ("horizontal 1 at=0,NaN", "a point is"),
            ("horizontal 1 at=0,-5", "a point is"),
            ("horizontal 1 ink=9 at=0,5", "`ink` is unknown"),
            ("note 1 at=0,5 text=a\nb", "one line"),
        ] {
            let told = line.parse::<Drawing>().expect_err(line).to_string();
            assert!(told.contains(words), "{line}: {told}");
        }
    }
}
