//! The stream's words: each survives its format, and whatever else comes in is refused in words.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use api::{
    CHAIN_MARK, ChainWord, ClientWord, Gap, Position, Resume, ServerWord, SnapshotWord, Update,
    decode_chain, decode_client, decode_gap, decode_server, encode_chain, encode_client,
    encode_gap, encode_server,
};
use market::{
    Moment, Price, Print, PrintMark, Quote, QuoteChange, Right, Root, Series, SeriesQuotes, Span,
    StrikeQuotes, Symbol, trading_day,
};
use proptest::prelude::*;
use quant::Bundle;
use quant::levels::{BookWriter, SessionStart};
use quant::options::ChainBook;

/// Books with a few prints in them, and the bundles that brought them there.
fn books() -> (BookWriter, Vec<Bundle>) {
    let day = trading_day("2024-02-23".parse().unwrap()).unwrap();
    let mut writer = BookWriter::default();
    writer.handle_session_change(Symbol::SPY, &SessionStart::new(day, Vec::new())).unwrap();
    let print = |n: i64| Print {
        at: day.open() + Span::seconds(n),
        price: Price::from_units(5_060_000 + 100 * (n % 7)).unwrap(),
        size: 100 + n,
        mark: PrintMark::Ordinary,
    };
    let bundles = (0..200).map(|n| writer.handle_tick(Symbol::SPY, &print(n))).collect();
    (writer, bundles)
}

fn updates() -> Vec<Update> {
    let (_, bundles) = books();
    let update = |(seq, bundle)| Update { symbol: Symbol::SPY, after: seq - 1, seq, bundle };
    (1..).zip(bundles).map(update).collect()
}

/// A few strikes of a series, and what is said of it.
fn chain_words() -> Vec<ChainWord> {
    let expires = "2024-02-27".parse().unwrap();
    let series = Series { expires, root: Root::SPXW };
    let at = series.expires_at() - Span::hours(3);
    let price = |cents: i64| Price::from_units(cents * 100).ok();
    let quote = |cents| Quote {
        bid: price(cents),
        ask: price(cents + 10),
        at: Some(at),
        last: price(cents + 5),
        prior: price(cents + 7),
        volume: 12,
        open_interest: 3_456,
        vendor_iv: Some(0.1411),
    };
    let strikes = (0..12).map(|step| StrikeQuotes {
        strike: Price::from_units((5_000 + 5 * step) * Price::UNITS).unwrap(),
        call: quote(4_000 - 290 * step),
        put: quote(900 + 280 * step),
    });
    let quotes = SeriesQuotes {
        series,
        open_interest_of: expires,
        dividends: None,
        strikes: strikes.collect(),
    };
    let change = QuoteChange { place: 3, right: Right::Put, quote: Quote::default() };
    vec![
        ChainWord::Quotes { epoch: 3, seq: 1, at, quotes },
        ChainWord::Changes { epoch: 3, seq: 2, at, series, changes: vec![change] },
        ChainWord::Gone { epoch: u64::MAX, series },
    ]
}

#[test]
fn words_about_chains_come_back_and_are_never_taken_for_others() {
    for word in chain_words() {
        let bytes = encode_chain(&word, false);
        assert_eq!(bytes[0], CHAIN_MARK);
        assert_eq!(decode_chain(&bytes), Some(word.clone()));
        assert_eq!(decode_server(&bytes), None);
        for length in 0..bytes.len() {
            assert_eq!(decode_chain(&bytes[..length]), None, "{length} of {}", bytes.len());
        }
        let json = encode_chain(&word, true);
        assert_eq!(serde_json::from_slice::<ChainWord>(&json).unwrap(), word);
    }
    let refused = encode_server(&ServerWord::Refused { why: String::new() }, false);
    assert_ne!(refused[0], CHAIN_MARK);
    assert_eq!(decode_chain(&refused), None);
    let series = Series { expires: "2024-02-27".parse().unwrap(), root: Root::SPX };
    let watch = |count| encode_client(&ClientWord::WatchChains { series: vec![series; count] });
    assert!(decode_client(&watch(ClientWord::CHAINS_MAX), false).is_ok());
    let told = decode_client(&watch(ClientWord::CHAINS_MAX + 1), false).unwrap_err();
    let most = ClientWord::CHAINS_MAX;
    assert!(told.contains(&format!("{} series are too many", most + 1)), "{told}");
}

#[test]
fn the_servers_words_come_back_as_they_were() {
    let (writer, _) = books();
    let positions = vec![Position { symbol: Symbol::SPY, seq: 200 }];
    let snapshot = SnapshotWord {
        epoch: u64::MAX,
        at: Moment(i64::MIN),
        positions,
        books: writer.books().clone(),
    };
    let words = [
        ServerWord::Snapshot(Box::new(snapshot)),
        ServerWord::Updates { epoch: 3, at: Moment(7), updates: updates() },
        ServerWord::Refused { why: "Größe \u{1f4c8} \"quoted\"".to_owned() },
    ];
    for word in words {
        assert_eq!(decode_server(&encode_server(&word, false)), Some(word.clone()));
        let json = encode_server(&word, true);
        assert_eq!(serde_json::from_slice::<ServerWord>(&json).unwrap(), word);
    }
}

#[test]
fn a_refill_comes_back_as_it_was() {
    for gap in [Gap::TooLong, Gap::Refilled { epoch: 3, updates: updates() }] {
        assert_eq!(decode_gap(&encode_gap(&gap)), Some(gap));
    }
}

#[test]
fn a_word_that_was_cut_short_is_no_word() {
    let whole =
        encode_server(&ServerWord::Updates { epoch: 3, at: Moment(7), updates: updates() }, false);
    for length in 0..whole.len() {
        assert_eq!(decode_server(&whole[..length]), None, "{length} of {} bytes", whole.len());
    }
}

#[test]
fn what_asks_for_too_much_is_told_how_much_is_allowed() {
    let many = |count: u8| (0..count).map(|n| [b'A' + n / 26, b'A' + n % 26]);
    let symbols = |count| -> Vec<Symbol> {
        many(count)
            .map(|pair| pair.map(char::from).iter().collect::<String>().parse().unwrap())
            .collect()
    };
    let watch = |symbols, resume| encode_client(&ClientWord::Watch { symbols, resume });
    assert!(decode_client(&watch(symbols(64), None), false).is_ok());
    let told = decode_client(&watch(symbols(65), None), false).unwrap_err();
    assert!(told.contains("65 symbols are too many") && told.contains("64"), "{told}");
    let positions: Vec<Position> =
        symbols(200).into_iter().map(|symbol| Position { symbol, seq: 1 }).collect();
    let told = decode_client(&watch(symbols(1), Some(Resume { epoch: 1, positions })), false);
    assert!(told.is_err());
}

proptest! {
    #[test]
    fn a_clients_word_comes_back_as_it_was(
        epoch: u64,
        seqs in prop::collection::vec(any::<u64>(), 0..5),
    ) {
        let positions: Vec<Position> =
            seqs.iter().map(|seq| Position { symbol: Symbol::SPX, seq: *seq }).collect();
        let symbols = vec![Symbol::SPX, Symbol::VIX];
        let word = ClientWord::Watch { symbols, resume: Some(Resume { epoch, positions }) };
        prop_assert_eq!(decode_client(&encode_client(&word), false).unwrap(), word.clone());
        let json = serde_json::to_vec(&word).unwrap();
        prop_assert_eq!(decode_client(&json, true).unwrap(), word);
    }

    #[test]
    fn bytes_that_nobody_meant_are_refused_or_make_a_word(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        is_json: bool,
    ) {
        if let Err(told) = decode_client(&bytes, is_json) {
            prop_assert!(!told.is_empty());
        }
        let _ = decode_server(&bytes);
        let _ = decode_gap(&bytes);
    }

    #[test]
    fn a_flipped_bit_does_no_chain_harm(
        word in 0_usize..2,
        place in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let words = chain_words();
        let ChainWord::Quotes { at, quotes, .. } = words[0].clone() else { unreachable!() };
        let mut book = ChainBook::new(quotes, 0.04, 5_030.0, at);
        let mut bytes = encode_chain(&words[word], false);
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        match decode_chain(&bytes) {
            Some(ChainWord::Quotes { quotes, .. }) => {
                book = ChainBook::new(quotes, 0.04, 5_030.0, at);
            }
            Some(ChainWord::Changes { changes, .. }) => {
                book.handle_quotes(&changes, 5_031.0, at);
            }
            Some(ChainWord::Gone { .. }) | None => {}
        }
        for place in 0..book.strike_count() {
            for right in Right::ALL {
                let option = book.option(place, right);
                prop_assert!(option.iv.is_ok_and(f64::is_finite) || option.greeks.is_none());
            }
        }
        let _ = (book.expected_move(), book.iv_by_trading_time());
    }

    #[test]
    fn a_flipped_bit_does_no_harm(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let word = ServerWord::Updates { epoch: 3, at: Moment(7), updates: updates() };
        let mut bytes = encode_server(&word, false);
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        // Whatever it is now, following it must not bring the page down.
        if let Some(ServerWord::Updates { updates, .. }) = decode_server(&bytes) {
            let (writer, _) = books();
            let mut books = writer.books().clone();
            for update in &updates {
                books.handle_bundle(update.symbol, &update.bundle);
            }
        }
    }
}
