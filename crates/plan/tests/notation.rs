//! Positions as traders write them, and what is said of those that are none.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use market::{Contract, Price, Right, Root, Series, Symbol, TradingDate};
use plan::{BadPosition, Instrument, Leg, Position, read_position};
use proptest::prelude::*;

fn legs(text: &str) -> Vec<String> {
    let position = read_position(text).unwrap();
    position.legs().iter().map(|leg| format!("{:+} {}", leg.quantity, leg.instrument)).collect()
}

#[test]
fn what_traders_write() {
    for (text, expected, paid) in [
        (
            "-2 SPXW 20NOV26 5900/5890P @1.25",
            vec!["-2 SPXW 20NOV26 5900P", "+2 SPXW 20NOV26 5890P"],
            Some(-250.0),
        ),
        ("buy 1 SPY 15JAN27 600C", vec!["+1 SPY 15JAN27 600C"], None),
        ("sell 3 spy 2027-01-15 587.5p @ 2", vec!["-3 SPY 15JAN27 587.5P"], Some(-600.0)),
        (
            "-1 SPXW 20NOV26 5750/5700P 6000/6050C @3.10",
            vec![
                "-1 SPXW 20NOV26 5750P",
                "+1 SPXW 20NOV26 5700P",
                "-1 SPXW 20NOV26 6000C",
                "+1 SPXW 20NOV26 6050C",
            ],
            Some(-310.0),
        ),
        (
            "+2 SPX 18DEC26 5800/5900/6000C",
            vec!["+2 SPX 18DEC26 5800C", "-4 SPX 18DEC26 5900C", "+2 SPX 18DEC26 6000C"],
            None,
        ),
        (
            "1 NDXP 5JUN26 21000/21100/21300/21400P",
            vec![
                "+1 NDXP 05JUN26 21000P",
                "-1 NDXP 05JUN26 21100P",
                "-1 NDXP 05JUN26 21300P",
                "+1 NDXP 05JUN26 21400P",
            ],
            None,
        ),
        (
            "1 SPXW 20NOV26 5900C 5900P",
            vec!["+1 SPXW 20NOV26 5900C", "+1 SPXW 20NOV26 5900P"],
            None,
        ),
        (
            "-1 SPXW 13NOV26 5900C @10; +1 SPXW 20NOV26 5900C @14.5;",
            vec!["-1 SPXW 13NOV26 5900C", "+1 SPXW 20NOV26 5900C"],
            Some(450.0),
        ),
        (
            "buy 100 SPY @508.10; sell 1 SPY 15JAN27 520C @4",
            vec!["+100 SPY", "-1 SPY 15JAN27 520C"],
            Some(50_410.0),
        ),
    ] {
        assert_eq!(legs(text), expected, "{text}");
        let own = read_position(text).unwrap().paid;
        let is_same = match (own, paid) {
            (Some(own), Some(paid)) => (own - paid).abs() < 1e-9,
            (own, paid) => own == paid,
        };
        assert!(is_same, "{text}: {own:?}");
    }
}

#[test]
fn an_error_points_at_the_character() {
    for (text, at, words) in [
        ("", 0, "expected how many"),
        ("SPXW 20NOV26 5900P", 0, "`SPXW` is no quantity"),
        ("0 SPXW 20NOV26 5900P", 0, "1 to 1000000"),
        ("99999999999999999999 SPXW 20NOV26 5900P", 0, "1 to 1000000"),
        ("buy -1 SPXW 20NOV26 5900P", 4, "says the side already"),
        ("-1", 2, "expected a root or a fund"),
        ("-1 SP500X1 20NOV26 5900P", 3, "`SP500X1` is no root"),
        ("-1 SPXW 20NOX26 5900P", 8, "`20NOX26` is no expiry"),
        ("-1 SPXW 31FEB26 5900P", 8, "`31FEB26` is no expiry"),
        ("-1 SPXW 20NOV26", 15, "expected strikes and a right"),
        ("-1 SPXW 20NOV26 5900", 19, "expected C or P"),
        ("-1 SPXW 20NOV26 5900/x5P", 21, "`X5` is no strike"),
        ("-1 SPXW 20NOV26 5900/0P", 21, "`0` is no strike"),
        ("-1 SPXW 20NOV26 1/2/3/4/5P", 16, "one to four strikes"),
        ("-1 SPXW 20NOV26 5900P @", 23, "expected a price"),
        ("-1 SPXW 20NOV26 5900P @1,25", 23, "`1,25` is no price"),
        ("-1 SPXW 20NOV26 5900P @1.25 now", 28, "stands behind the price"),
        ("-1 SPXW 20NOV26 5900P; +1 NDX 20NOV26 21000P", 44, "not on SPX and NDX"),
        ("-1 SPXW", 3, "SPX is an index, which has no shares"),
        ("1 SPX 20NOV26 5900C; 100 SPX @5", 25, "SPX is an index"),
        ("-1 SPXW 20NOV26 5900P;; +1 SPXW 20NOV26 5800P", 22, "expected how many"),
        ("-1 SPY1 20NOV26 600P", 20, "adjusted contracts"),
        ("+1 SPXW 20NOV26 5900P; -1 SPXW 20NOV26 5900P", 0, "a leg at least"),
        ("€ 5", 0, "`€` is no quantity"),
    ] {
        let error = read_position(text).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.why.contains(words), "{text}: {error}");
    }
    let nine: Vec<String> = (0..9).map(|leg| format!("+1 SPXW 20NOV26 {}P", 5_000 + leg)).collect();
    let error = read_position(&nine.join("; ")).unwrap_err();
    assert!(error.why.contains("8 legs at most, this one has 9"), "{error}");
    let long = format!("-1 SPXW 20NOV26 {}P", "9".repeat(600));
    assert!(read_position(&long).unwrap_err().why.contains("500 characters"));
}

#[test]
fn quantities_that_overflow_are_refused() {
    let contract = Contract {
        series: Series { expires: TradingDate::new(2026, 11, 20).unwrap(), root: Root::SPXW },
        strike: Price::from_f64(5_900.0).unwrap(),
        right: Right::Put,
    };
    let leg = |quantity| Leg { quantity, instrument: Instrument::Option(contract) };
    for quantity in [0, i64::MIN + 1, i64::MAX, 1_000_001] {
        assert_eq!(Position::new([leg(quantity)], None), Err(BadPosition::Quantity(quantity)));
    }
    let twice = Position::new([leg(600_000), leg(600_000)], None);
    assert_eq!(twice, Err(BadPosition::Quantity(1_200_000)));
}

fn any_leg() -> impl Strategy<Value = Leg> {
    let quantity = prop_oneof![-1_000_i64..0, 1_i64..1_000];
    (quantity, 0_i32..600, 1_u32..40_000, any::<bool>(), 0_u8..10).prop_map(
        |(quantity, days, strike, is_call, kind)| {
            let expires = TradingDate::new(2026, 1, 1).unwrap().plus_days(days);
            let instrument = if kind == 0 {
                Instrument::Shares(Symbol::SPY)
            } else {
                Instrument::Option(Contract {
                    series: Series { expires, root: Root::SPY },
                    strike: Price::from_f64(f64::from(strike) / 40.0).unwrap(),
                    right: if is_call { Right::Call } else { Right::Put },
                })
            };
            Leg { quantity, instrument }
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read(legs in prop::collection::vec(any_leg(), 1..9)) {
        let Ok(position) = Position::new(legs, None) else { return Ok(()) };
        let read = read_position(&position.to_string());
        prop_assert_eq!(read.as_ref().map(Position::legs), Ok(position.legs()));
    }

    #[test]
    fn nothing_that_is_typed_breaks_it(text in "[-+0-9A-Za-z/@;. €]{0,60}") {
        if let Err(error) = read_position(&text) {
            prop_assert!(error.at <= text.chars().count(), "{}", error);
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_found_where_it_is(at in 0_usize..32, slip in "[#?!]") {
        let mut text: Vec<char> = "-2 SPXW 20NOV26 5900/5890P @1.25".chars().collect();
        text[at] = slip.chars().next().unwrap();
        let text: String = text.into_iter().collect();
        let error = read_position(&text).unwrap_err();
        // In the word that holds it, or the one before where it took a space's place.
        let word = text[..at].rfind(' ').unwrap_or(0);
        let end = text[at..].find(' ').map_or(text.len(), |length| at + length);
        prop_assert!((word..=end).contains(&error.at), "{} {}", text, error);
    }
}
