//! What options said of volatility day by day: worked out once, kept, and never of a day that the
//! tape has not come to.

use desk::{BarStore, import_series};
use desk::{ChainStore, RecordedChain, VolatilityDays, import_tape};
use market::{BarSpan, Span, Symbol, TradingDate, prior_trading_day};

use super::stage::{Stage, ada, day, minutes, stage};

async fn ask(stage: &Stage) -> VolatilityDays {
    stage.desk.volatility_days(&ada(), Symbol::SPX).await.unwrap()
}

#[tokio::test]
async fn days_are_worked_out_a_dozen_at_a_time_and_kept() {
    let stage = stage().await;
    let today = stage.desk.with_tape(&ada(), |tape| tape.day().date);
    let first = ask(&stage).await;
    assert_eq!((first.days.len(), first.missing), (12, 240));
    assert_eq!(first.days.last().unwrap().0, prior_trading_day(today).date, "the newest first");
    assert!(first.days.is_sorted_by_key(|(day, _)| *day));
    // The practice market's options expect what its VIX says, less what the dear puts are.
    let vix = stage.desk.with_tape(&ada(), |tape| tape.feed().daily_bars(Symbol::VIX, today));
    for (day, said) in &first.days {
        let vix = vix.iter().find(|bar| bar.start.wall_time().date == *day).unwrap();
        let vix = vix.close.to_f64() / 100.0;
        assert!((0.7..1.0).contains(&(said.iv30 / vix)), "{day}: {said:?} beside {vix}");
        assert!((0.05..0.6).contains(&said.skew30.unwrap()), "{day}: {said:?}");
    }
    let now = first.now.unwrap();
    assert!((now.iv30 / first.days.last().unwrap().1.iv30 - 1.0).abs() < 0.3, "{now:?}");
    // What is known stands; what was missing follows.
    let second = ask(&stage).await;
    assert_eq!((second.days.len(), second.missing), (24, 228));
    assert_eq!(second.days[12..], first.days);
    // An earlier day knows nothing of later ones.
    let earlier = first.days[6].0;
    stage.desk.seek_tape(&ada(), market::Moment::new_york(earlier, Span::hours(11)));
    let then = ask(&stage).await;
    assert!(then.days.iter().all(|(day, _)| *day < earlier), "{:?}", then.days);
    assert_eq!(then.days.last().unwrap(), &first.days[5]);
}

#[tokio::test]
async fn without_options_nothing_is_said() {
    let stage = stage().await;
    let found = stage.desk.volatility_days(&ada(), Symbol::VIX).await.unwrap();
    assert_eq!((found.now, found.days.len(), found.missing), (None, 0, 0));
    stage.desk.volatility_days(&ada(), "DIA".parse().unwrap()).await.unwrap_err();
}

/// The practice market's chain of a day's close, as if a trader had brought it in.
async fn bring_chain(stage: &Stage, date: TradingDate) {
    let at = market::trading_day(date).unwrap().close();
    stage.desk.seek_tape(&ada(), at);
    let listed = stage.desk.expiries(&ada(), Symbol::SPX).await.unwrap().series;
    let mut series = Vec::new();
    for one in listed {
        let days = (one.expires_at() - at).0 as f64 / 86_400e6;
        if (15.0..50.0).contains(&days) {
            let quotes = stage.desk.quotes(&ada(), one).await.unwrap().quotes;
            series.push(quotes.as_ref().clone());
        }
    }
    let (owner, tape) = (ada().owner().clone(), import_tape(ada().owner()));
    let chain = RecordedChain { at, series };
    stage.store.write_chain(&owner, &tape, Symbol::SPX, date, &chain).await.unwrap();
    let spot = stage.desk.with_tape(&ada(), |tape| {
        let (price, _) = tape.books().book(Symbol::SPX).unwrap().last().unwrap();
        price
    });
    let series = import_series(&owner, Symbol::SPX, BarSpan::M1);
    let mut bar = minutes(date, 1)[479];
    (bar.open, bar.high, bar.low, bar.close) = (spot, spot, spot, spot);
    stage.store.write_bars(&owner, &series, &[bar]).await.unwrap();
}

#[tokio::test]
async fn days_of_a_recording_are_those_whose_chains_were_brought_in() {
    let stage = stage().await;
    let days = ["2024-02-15", "2024-02-20", "2024-02-22"].map(day);
    for date in days {
        bring_chain(&stage, date).await;
    }
    stage.desk.play_recording(&ada(), days[2]).await.unwrap();
    let found = ask(&stage).await;
    let of: Vec<TradingDate> = found.days.iter().map(|(day, _)| *day).collect();
    assert_eq!((of, found.missing, found.now), (days[..2].to_vec(), 0, None));
    // At its end the day has a chain of its own.
    stage.desk.seek_tape(&ada(), market::trading_day(days[2]).unwrap().close());
    let now = ask(&stage).await.now.unwrap();
    // Another chain of a day is another volatility.
    let mut chain = {
        let (owner, tape) = (ada().owner().clone(), import_tape(ada().owner()));
        stage.store.read_chain(&owner, &tape, Symbol::SPX, days[0]).await.unwrap().unwrap()
    };
    for quote in chain.series.iter_mut().flat_map(|one| &mut one.strikes) {
        quote.call.bid = quote.call.ask;
        quote.put.bid = quote.put.ask;
    }
    let (owner, tape) = (ada().owner().clone(), import_tape(ada().owner()));
    stage.store.write_chain(&owner, &tape, Symbol::SPX, days[0], &chain).await.unwrap();
    let after = ask(&stage).await;
    assert_eq!(after.days[1], found.days[1]);
    assert!(found.days[0].1.iv30 < after.days[0].1.iv30, "what is asked is dearer");
    assert!((now.iv30 / found.days[1].1.iv30 - 1.0).abs() < 0.3, "{now:?}");
}
