//! Levels that options make, and how they are explained.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use market::{Moment, Right, Root, Series, Span, TradingDate};
use quant::levels::{ExpectedRange, LevelGroup, LevelId, OptionLevels, Standing};
use quant::options::{ExpectedMove, OpenContract, OpenSeries};

const SPOT: f64 = 5_000.0;

fn today() -> TradingDate {
    TradingDate::new(2024, 2, 27).unwrap()
}

fn at(hours: i64) -> Moment {
    Moment::new_york(today(), Span::hours(hours))
}

fn open(days: i32, iv: Option<f64>, held: &[(f64, Right, u32)]) -> OpenSeries {
    let contract = |(strike, right, open_interest): &(f64, Right, u32)| OpenContract {
        strike: *strike,
        right: *right,
        open_interest: *open_interest,
        volume: 0,
        iv,
        vendor_iv: None,
    };
    OpenSeries {
        series: Series { expires: today().plus_days(days), root: Root::SPXW },
        carry: 1.0,
        iv_at_the_money: iv,
        contracts: held.iter().map(contract).collect(),
    }
}

fn series() -> Vec<OpenSeries> {
    let held = [
        (4_900.0, Right::Put, 9_000),
        (4_950.0, Right::Put, 700),
        (5_050.0, Right::Call, 800),
        (5_100.0, Right::Call, 8_000),
    ];
    vec![open(0, Some(0.2), &held[1..3]), open(9, Some(0.16), &held)]
}

fn range() -> ExpectedRange {
    ExpectedRange {
        series: series()[0].series,
        at: at(9),
        spot: 4_990.0,
        moved: ExpectedMove { straddle: 30.0, deviation: 37.0 },
    }
}

#[test]
fn walls_stand_where_most_gamma_is_and_edges_where_the_morning_put_them() {
    let levels = OptionLevels::new((0.04, SPOT), at(11), today(), &series(), Some(range()));
    let price = |id| levels.levels().find(|level| level.id == id).map(|level| level.price);
    assert_eq!(price(LevelId::CallWall), Some(5_100.0));
    assert_eq!(price(LevelId::PutWall), Some(4_900.0));
    assert_eq!(price(LevelId::ExpectedHigh), Some(5_020.0));
    assert_eq!(price(LevelId::ExpectedLow), Some(4_960.0));
    // Puts below and calls above: between them the sign changes.
    let flip = price(LevelId::GammaFlip).unwrap();
    assert!((4_900.0..5_100.0).contains(&flip), "{flip}");
    assert_eq!(levels.absent(), []);
    for level in levels.levels() {
        assert_eq!(level.id.group(), LevelGroup::Options);
        let explained = levels.explain(level.id).unwrap();
        assert_eq!((explained.value, explained.standing), (Some(level.price), level.standing));
        assert!(explained.inputs.len() >= 2, "{explained:?}");
        let is_edge = matches!(level.id, LevelId::ExpectedHigh | LevelId::ExpectedLow);
        assert_eq!(level.standing == Standing::Final, is_edge);
        assert_eq!(level.as_of, if is_edge { at(9) } else { at(11) });
    }
    assert_eq!(levels.explain(LevelId::Open), None);
}

#[test]
fn chances_are_those_of_the_series_that_ends_next() {
    let levels = OptionLevels::new((0.04, SPOT), at(11), today(), &series(), None);
    let wander = levels.wander(5_010.0, at(12)).unwrap();
    assert_eq!((wander.spot, wander.volatility), (5_010.0, 0.2));
    assert!((wander.years - 4.0 / 24.0 / 365.0).abs() < 1e-12);
    // It ended at four.
    assert_eq!(levels.wander(5_010.0, at(16)), None);
    // Looked at after that, the next one counts; without a volatility none does.
    let later = OptionLevels::new((0.04, SPOT), at(17), today(), &series(), None);
    assert_eq!(later.wander(5_010.0, at(17)).unwrap().volatility, 0.16);
    let blind = [open(0, None, &[(5_000.0, Right::Call, 10)])];
    let blind = OptionLevels::new((0.04, SPOT), at(11), today(), &blind, None);
    assert_eq!((blind.wander(5_010.0, at(11)), blind.levels().count()), (None, 0));
    let missing: Vec<String> = blind.absent().into_iter().map(|one| one.name).collect();
    assert_eq!(missing, ["Walls", "Flip", "EM+, EM−", "Odds, σ"]);
}
