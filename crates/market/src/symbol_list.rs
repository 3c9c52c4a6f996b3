//! Lists of tickers as other programs write them.

use crate::Symbol;

/// Tickers that were read from a text, and the words that are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SymbolList {
    /// In the text's order, each once.
    pub symbols: Vec<Symbol>,
    /// What is no ticker: in which row, counted from one, and the word.
    pub bad: Vec<(usize, String)>,
}

impl SymbolList {
    /// Reads tickers between commas, semicolons, blanks or line ends, in either case, with or
    /// without an exchange before a colon (`AMEX:SPY`, as TradingView's lists have them). Its
    /// `###` headings, comments after `#` and a table's heading `symbol` are passed over.
    pub fn from_text(text: &str) -> Self {
        let mut list = Self::default();
        for (row, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let words = line.split(|sign: char| matches!(sign, ',' | ';') || sign.is_whitespace());
            for word in words {
                let word = word.trim_matches('"');
                if word.starts_with("###") {
                    continue;
                }
                if word.starts_with('#') {
                    break;
                }
                list.read_word(row, word);
            }
        }
        list
    }

    fn read_word(&mut self, row: usize, word: &str) {
        let ticker = word.rsplit(':').next().unwrap_or(word).to_ascii_uppercase();
        if ticker.is_empty() || (row == 1 && ticker == "SYMBOL") {
            return;
        }
        match ticker.parse() {
            Ok(symbol) if !self.symbols.contains(&symbol) => self.symbols.push(symbol),
            Ok(_) => {}
            Err(_) => self.bad.push((row, word.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_of_other_programs_are_read() {
        let read = |text: &str| {
            let list = SymbolList::from_text(text);
            let symbols: Vec<String> = list.symbols.iter().map(Symbol::to_string).collect();
            (symbols.join(" "), list.bad)
        };
        assert_eq!(read("SPX\nSPY\n"), ("SPX SPY".to_owned(), vec![]));
        assert_eq!(read("\u{feff}symbol\r\n\"qqq\"\r\n"), ("QQQ".to_owned(), vec![]));
        // TradingView's export.
        let text = "###FUNDS,AMEX:SPY,NASDAQ:QQQ,###INDICES,SP:SPX,SPY";
        assert_eq!(read(text), ("SPY QQQ SPX".to_owned(), vec![]));
        assert_eq!(read("SPY # the fund, QQQ"), ("SPY".to_owned(), vec![]));
        let bad = vec![(2, "ES1!".to_owned()), (3, "TOOLONG".to_owned())];
        assert_eq!(read("SPY\nES1!, QQQ\nTOOLONG"), ("SPY QQQ".to_owned(), bad));
    }

    proptest! {
        #[test]
        fn whatever_was_written_is_read_and_nothing_is_lost(
            // A first word of six letters may be the heading.
            words in prop::collection::vec("[A-Z]{1,5}", 0..20),
            sign in prop::sample::select(vec![",", ";", "\n", "\r\n", " ", "\t", ", "]),
        ) {
            let list = SymbolList::from_text(&words.join(sign));
            prop_assert!(list.bad.is_empty());
            let mut expected: Vec<Symbol> = Vec::new();
            for word in &words {
                let symbol = word.parse().expect("one to five letters");
                if !expected.contains(&symbol) {
                    expected.push(symbol);
                }
            }
            prop_assert_eq!(list.symbols, expected);
        }

        #[test]
        fn any_text_is_read_and_each_bad_word_has_its_row(text in any::<String>()) {
            let list = SymbolList::from_text(&text);
            let rows = text.lines().count();
            for (row, word) in list.bad {
                prop_assert!((1..=rows).contains(&row));
                prop_assert!(text.contains(&word));
            }
        }
    }
}
