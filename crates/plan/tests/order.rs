//! Positions as orders, as brokers write and document them.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use plan::{BadOrder, LegValue, OrderFormat, Position, read_position};

fn position(text: &str) -> Position {
    read_position(text).unwrap()
}

fn written(format: OrderFormat, text: &str) -> Result<String, BadOrder> {
    let position = position(text);
    let known: Vec<LegValue> = position.legs().iter().map(|_| LegValue::shares(1.25)).collect();
    format.write(&position, &known)
}

#[test]
fn thinkorswim_reads_shapes_in_one_line() {
    for (text, line) in [
        ("1 SPY 15MAR24 510C @1.05", "BUY +1 SPY 100 15 MAR 24 510 CALL @1.05 LMT"),
        ("-3 SPXW 27FEB24 5100P @2", "SELL -3 SPX 100 (Weeklys) 27 FEB 24 5100 PUT @2.00 LMT"),
        (
            "-2 SPXW 15MAR24 5000/4950P @4.20",
            "SELL -2 VERTICAL SPX 100 (Weeklys) 15 MAR 24 5000/4950 PUT @4.20 LMT",
        ),
        ("1 SPY 15MAR24 510/515C @1.5", "BUY +1 VERTICAL SPY 100 15 MAR 24 510/515 CALL @1.50 LMT"),
        (
            "1 SPX 15MAR24 5200/5150P @31",
            "BUY +1 VERTICAL SPX 100 15 MAR 24 5200/5150 PUT @31.00 LMT",
        ),
        (
            "-1 SPXW 28FEB24 5050/5025P 5130/5155C @5.2",
            "SELL -1 IRON CONDOR SPX 100 (Weeklys) 28 FEB 24 5130/5155/5050/5025 CALL/PUT \
             @5.20 LMT",
        ),
        (
            "1 QQQ 22MAR24 440C 440P @14",
            "BUY +1 STRADDLE QQQ 100 (Weeklys) 22 MAR 24 440 CALL/PUT @14.00 LMT",
        ),
        (
            "-1 QQQ 15MAR24 430P 450C @6",
            "SELL -1 STRANGLE QQQ 100 15 MAR 24 450/430 CALL/PUT @6.00 LMT",
        ),
        (
            "1 SPY 15MAR24 500/510/520C @2",
            "BUY +1 BUTTERFLY SPY 100 15 MAR 24 500/510/520 CALL @2.00 LMT",
        ),
    ] {
        assert_eq!(written(OrderFormat::Thinkorswim, text).unwrap(), line, "{text}");
    }
    let calendar = Position::new(
        position("-1 SPY 15MAR24 510C; 1 SPY 19APR24 510C").legs().to_vec(),
        Some(320.0),
    );
    let line = OrderFormat::Thinkorswim.write(&calendar.unwrap(), &[]).unwrap();
    assert_eq!(line, "BUY +1 CALENDAR SPY 100 19 APR 24/15 MAR 24 510 CALL @3.20 LMT");
    // A credit for what is bought is a price below nothing.
    let paid = Position::new(position("1 SPY 15MAR24 510/515C").legs().to_vec(), Some(-5.0));
    let line = OrderFormat::Thinkorswim.write(&paid.unwrap(), &[]).unwrap();
    assert!(line.ends_with("@-0.05 LMT"), "{line}");
    for text in ["-1 SPY 15MAR24 500P; -1 SPY 15MAR24 520C; 1 SPY 15MAR24 530C", "100 SPY"] {
        let position = Position::new(position(text).legs().to_vec(), Some(1.0)).unwrap();
        let told = OrderFormat::Thinkorswim.write(&position, &[]).unwrap_err();
        assert_eq!(told, BadOrder::NoWord, "{text}");
    }
    let told = written(OrderFormat::Thinkorswim, "1 SPY 15MAR24 510C").unwrap_err();
    assert_eq!(told, BadOrder::NoPrice);
}

#[test]
fn the_exchange_and_programs_name_each_contract() {
    let text = "-2 SPXW 15MAR24 5000/4950P @4.20";
    assert_eq!(
        written(OrderFormat::Occ, text).unwrap(),
        "SELL 2 SPXW  240315P05000000\nBUY 2 SPXW  240315P04950000\n"
    );
    let json = written(OrderFormat::Json, text).unwrap();
    for part in [
        "\"underlying\": \"SPX\"",
        "\"units\": 2",
        "\"limit\": -4.20",
        "{ \"symbol\": \"SPXW  240315P05000000\", \"quantity\": -2 }",
    ] {
        assert!(json.contains(part), "{json}");
    }
    let order = written(OrderFormat::Tastytrade, text).unwrap();
    for part in [
        "\"order-type\": \"Limit\"",
        "\"price\": \"4.20\"",
        "\"price-effect\": \"Credit\"",
        "{ \"instrument-type\": \"Equity Option\", \"symbol\": \"SPXW  240315P05000000\", \
         \"quantity\": 2, \"action\": \"Sell to Open\" }",
    ] {
        assert!(order.contains(part), "{order}");
    }
    let long = "1 SPY 15MAR24 500C; 1 SPY 15MAR24 501C; 1 SPY 15MAR24 502C; \
                1 SPY 15MAR24 503C; 1 SPY 15MAR24 504C @1";
    let long = Position::new(position(long).legs().to_vec(), Some(9.0)).unwrap();
    let told = OrderFormat::Tastytrade.write(&long, &[]).unwrap_err();
    assert_eq!(told, BadOrder::TooManyLegs(5));
}

#[test]
fn a_monthly_ends_before_a_third_friday_that_is_closed() {
    for (text, is_weekly) in [
        ("1 SPY 17JUL26 600C @1", false),
        ("1 SPY 18JUN26 600C @1", false), // Juneteenth is the Friday
        ("1 SPY 17APR25 500C @1", false), // Good Friday
        ("1 QQQ 14APR22 300C @1", false),
        ("1 SPY 17MAY14 190C @1", false), // until 2015 named after the Saturday
        ("1 SPY 17JUN26 600C @1", true),
        ("1 SPY 16JUL26 600C @1", true), // the Friday is open
        ("1 SPY 12JUN26 600C @1", true),
        ("1 SPY 26JUN26 600C @1", true),
        ("1 SPX 18JUN26 6000C @1", false),
        ("1 SPX 17JUN26 6000C @1", false),
        ("1 SPXW 18JUN26 6000C @1", true),
        ("1 NDXP 17JUL26 20000C @1", true),
        ("1 NDX 17JUL26 20000C @1", false),
    ] {
        let line = written(OrderFormat::Thinkorswim, text).unwrap();
        assert_eq!(line.contains(" (Weeklys) "), is_weekly, "{text}: {line}");
    }
}

/// What is paid for shares alone is told by the share, however many there are.
#[test]
fn one_of_shares_alone_is_a_share() {
    for (text, price, json) in [
        ("50 SPY @510", "\"price\": \"510.00\"", "\"units\": 50,\n  \"limit\": 510.00"),
        ("100 SPY @510", "\"price\": \"510.00\"", "\"units\": 100,\n  \"limit\": 510.00"),
        ("200 SPY @510", "\"price\": \"510.00\"", "\"units\": 200,\n  \"limit\": 510.00"),
        ("-30 SPY @510", "\"price\": \"510.00\"", "\"units\": 30,\n  \"limit\": -510.00"),
        // With options, a point is a hundred dollars: 510 less 1.50.
        (
            "200 SPY @510; -2 SPY 15MAR24 520C @1.5",
            "\"price\": \"508.50\"",
            "\"units\": 2,\n  \"limit\": 508.50",
        ),
    ] {
        let order = written(OrderFormat::Tastytrade, text).unwrap();
        assert!(order.contains(price), "{text}: {order}");
        let order = written(OrderFormat::Json, text).unwrap();
        assert!(order.contains(json), "{text}: {order}");
    }
}

#[test]
fn a_basket_has_a_row_a_leg() {
    let basket =
        written(OrderFormat::InteractiveBrokers, "100 SPY; -1 SPY 15MAR24 512.5C").unwrap();
    let rows: Vec<&str> = basket.lines().collect();
    let fields = rows[0].split(',').count();
    assert_eq!(rows[1], "BUY,100,SPY,STK,,,,SMART,USD,DAY,LMT,1.25");
    assert_eq!(rows[2], "SELL,1,SPY,OPT,20240315,512.5,C,SMART,USD,DAY,LMT,1.25");
    assert!(rows.iter().all(|row| row.split(',').count() == fields), "{basket}");
    let position = position("1 SPY 15MAR24 510C");
    let unknown = LegValue { mid: None, ..LegValue::shares(1.0) };
    let told = OrderFormat::InteractiveBrokers.write(&position, &[unknown]).unwrap_err();
    assert_eq!(told, BadOrder::NoPrice);
}
