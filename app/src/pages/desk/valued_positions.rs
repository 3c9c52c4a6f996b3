//! What kept positions are worth: quotes by the stream, values on this device, several times a
//! second.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use api::{ApiError, BetaView, EarlierView, KeptPositionView, read_betas, read_earlier};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Contract, Moment, Series, Symbol};
use plan::{Attribution, LegValue, LegsAt, Position, Stage, value};
use quant::options::{IvAbsence, OptionGreeks};

use super::answer::Answer;
use super::commands::Commands;
use super::kept_positions::{Kept, KeptPositions};
use super::leg_books::LegBooks;
use super::soon::Soon;
use super::written::values;
use crate::components::{PositionRow, PositionsSum, RowValue};
use crate::contexts::{installation, live_tape};
use crate::erased::{follow, memo};
use crate::live::LiveTape;

/// Between two valuations: faster than anybody reads.
const VALUED_EVERY: Duration = Duration::from_millis(300);
/// What the stream follows at most.
const SERIES_MAX: usize = api::ClientWord::CHAINS_MAX;

/// The contracts of positions whose earlier worth is asked for together: of one underlying, and
/// since one moment, or else the previous close.
type AskedEarlier = BTreeMap<(Symbol, Option<Moment>), BTreeSet<Vec<Contract>>>;

/// What contracts were worth at an earlier moment, by what was asked.
type Earlier = BTreeMap<(Symbol, Option<Moment>, Vec<Contract>), EarlierView>;

/// Every position that is kept, and what it is worth, as the tape moves.
#[derive(Clone, Copy)]
pub(super) struct ValuedPositions {
    commands: Commands,
    pub(super) tape: LiveTape,
    pub(super) kept: KeptPositions,
    pub(super) books: LegBooks,
    /// What positions are weighed to.
    pub(super) benchmark: RwSignal<Symbol>,
    /// To a benchmark, in an epoch of the tape.
    pub(super) betas: Answer<(Symbol, u64), Result<Vec<BetaView>, ApiError>>,
    /// In an epoch of the tape.
    earlier: Answer<u64, Earlier>,
    pub(super) rows: RwSignal<Vec<PositionRow>>,
    pub(super) sum: RwSignal<PositionsSum>,
    soon: Soon,
}

impl ValuedPositions {
    /// Asks for them, and follows what they are of as long as who asks is on the page.
    pub(super) fn new(commands: Commands) -> Self {
        let tape = live_tape();
        let kept = commands.data.kept;
        kept.ask();
        let data = Self {
            commands,
            tape,
            kept,
            books: LegBooks::new(tape),
            benchmark: RwSignal::new(Symbol::SPX),
            betas: Answer::new(),
            earlier: Answer::new(),
            rows: RwSignal::new(Vec::new()),
            sum: RwSignal::new(PositionsSum::default()),
            soon: Soon::new(),
        };
        data.follow_series();
        data.ask_betas();
        data.ask_earlier();
        data.follow_tape();
        data
    }

    /// Follows the series of all that is not closed, what is open first, and its underlyings.
    fn follow_series(self) {
        let held = memo(move || {
            let mut held = self.kept.known();
            held.retain(|one| one.stage != Stage::Closed);
            held.sort_by_key(|one| std::cmp::Reverse(one.stage));
            let positions = held.into_iter().filter_map(|one| one.position.ok());
            let (mut symbols, mut series) = (vec![self.benchmark.get()], Vec::<Series>::new());
            for position in positions {
                if !symbols.contains(&position.underlying()) {
                    symbols.push(position.underlying());
                }
                for contract in position.options() {
                    if !series.contains(&contract.series) {
                        series.push(contract.series);
                    }
                }
            }
            series.truncate(SERIES_MAX);
            (symbols, series)
        });
        follow(move || {
            let (symbols, series) = held.get();
            self.commands.data.others.set(symbols);
            self.books.watch(&series, &[]);
        });
    }

    /// Asks for betas, again with another benchmark, after a jump, and where they did not come.
    fn ask_betas(self) {
        let installation = installation();
        let epoch = self.tape.epoch();
        let has_open = self.kept.has_open;
        follow(move || {
            let (benchmark, Some(epoch)) = (self.benchmark.get(), epoch.get()) else { return };
            let (has_open, is_answered) = (has_open.get(), installation.answers(self.tape));
            let question = (benchmark, epoch);
            self.betas.retry.follow();
            if self.betas.turn_to(question) {
                // What was weighed with the betas before says nothing any more.
                self.value();
            }
            let is_known = self.betas.told.with_untracked(|betas| matches!(betas, Some(Ok(_))));
            if !has_open || !is_answered || is_known {
                return;
            }
            spawn_local(async move {
                let betas = read_betas(benchmark).await;
                if self.betas.take_or_fail(question, betas) {
                    self.value();
                }
            });
        });
    }

    /// Asks what open positions were worth at the previous close, or when they were opened since:
    /// again with another position, after a jump, and where it did not come.
    fn ask_earlier(self) {
        let installation = installation();
        let epoch = self.tape.epoch();
        let asked = memo(move || {
            let tape = self.tape.name();
            let mut groups = AskedEarlier::new();
            for one in self.kept.known() {
                let is_ours = one.stage == Stage::Open && Some(&one.view.tape) == tape.as_ref();
                let Some(position) = one.position.ok().filter(|_| is_ours) else { continue };
                let contracts = position.options().collect();
                let group = groups.entry((position.underlying(), one.view.opened_at));
                group.or_default().insert(contracts);
            }
            groups
        });
        follow(move || {
            let (mut groups, Some(epoch)) = (asked.get(), epoch.get()) else { return };
            let is_answered = installation.answers(self.tape);
            self.earlier.turn_to(epoch);
            self.earlier.retry.follow();
            self.earlier.told.with_untracked(|known| {
                let is_new = |group: &(Symbol, Option<Moment>), contracts: &Vec<Contract>| {
                    let asked = (group.0, group.1, contracts.clone());
                    known.as_ref().is_none_or(|known| !known.contains_key(&asked))
                };
                groups.retain(|group, of| {
                    of.retain(|contracts| is_new(group, contracts));
                    !of.is_empty()
                });
            });
            if !is_answered || groups.is_empty() {
                return;
            }
            spawn_local(async move {
                let mut told = Earlier::new();
                let mut failure = None;
                for ((symbol, since), of) in groups {
                    let contracts = of.iter().flatten().copied().collect();
                    let answer = read_earlier(symbol, since, contracts).await;
                    let answer = match answer {
                        Ok(answer) => answer,
                        Err(why) => {
                            failure = Some(why);
                            continue;
                        }
                    };
                    let mut legs = answer.legs.into_iter();
                    for contracts in of {
                        let legs = legs.by_ref().take(contracts.len()).collect();
                        told.insert((symbol, since, contracts), EarlierView { legs, ..answer });
                    }
                }
                // What was told of other positions meanwhile stays.
                let mut all = self.earlier.told.try_get_untracked().flatten().unwrap_or_default();
                all.extend(told);
                if self.earlier.take(epoch, all) {
                    self.value();
                    if let Some(why) = failure {
                        self.earlier.retry.failed(&why);
                    }
                }
            });
        });
    }

    /// Takes in what was said, and values the positions again, soon.
    fn follow_tape(self) {
        follow(move || {
            let at = self.tape.with_books(|books| books.at());
            self.books.hear_all(at);
            // Shares move without any option.
            self.soon.act(VALUED_EVERY, move || self.value());
        });
        follow(move || {
            let _ = self.kept.told.read().is_some();
            self.value();
        });
    }

    /// Values everything.
    fn value(self) {
        untrack(|| {
            if self.kept.told.try_with(Option::is_none) != Some(false) {
                return;
            }
            let at = self.tape.peek_books(|books| books.at());
            let rows: Vec<PositionRow> =
                self.kept.known().into_iter().map(|one| self.row(one, at)).collect();
            self.sum.set(self.summed(&rows));
            self.rows.set(rows);
        });
    }

    /// A position as it stands.
    fn row(self, kept: Kept, at: Moment) -> PositionRow {
        let tape = self.tape.name();
        let value = match &kept.position {
            Err(why) => Err(format!("It cannot be read: {why}.")),
            Ok(_) if kept.stage == Stage::Closed => Err("It is closed.".to_owned()),
            Ok(_) if tape.is_some_and(|tape| tape != kept.view.tape) => {
                Err(format!("It is of another tape, {}.", kept.view.tape))
            }
            Ok(position) => self.valued(position, at),
        };
        let since = value.as_ref().ok().zip(kept.position.as_ref().ok());
        let since = since.and_then(|(value, position)| self.since(&kept.view, position, value, at));
        PositionRow {
            name: kept.name(),
            stage: kept.stage,
            position: kept.position.ok(),
            kept: kept.view,
            value,
            since,
        }
    }

    /// What a position is worth, or why that is not known.
    fn valued(self, position: &Position, at: Moment) -> Result<RowValue, String> {
        let symbol = position.underlying();
        let spot =
            self.tape.peek_spot(symbol).ok_or_else(|| format!("{symbol} has no price yet."))?;
        if let Some(over) = position.options().find(|one| one.series.expires_at() <= at) {
            return Err(format!("{over} is over: close it with what it settled at."));
        }
        if let Some(gone) = position.options().find(|one| self.books.is_gone(one.series)) {
            return Err(format!("{} is not listed on this tape.", gone.series));
        }
        if let Some(left) = position.options().find(|one| !self.books.is_followed(one.series)) {
            return Err(format!(
                "{} is one expiry too many: at most {SERIES_MAX} are followed at once.",
                left.series
            ));
        }
        let legs = values(position, spot, &self.books.look())
            .ok_or_else(|| "Its quotes are on their way.".to_owned())?
            .map_err(|contract| format!("{contract} is not listed."))?;
        Ok(RowValue { value: value(position, &legs), legs, spot })
    }

    /// What made its profit since the previous close, or since it was opened.
    fn since(
        self,
        kept: &KeptPositionView,
        position: &Position,
        value: &RowValue,
        at: Moment,
    ) -> Option<(Moment, Attribution)> {
        self.earlier.told.with(|earlier| {
            let contracts = position.options().collect();
            let asked = (position.underlying(), kept.opened_at, contracts);
            let before = earlier.as_ref()?.get(&asked)?;
            let mut options = before.legs.iter();
            let legs = position.legs().iter().map(|leg| match leg.instrument {
                plan::Instrument::Shares(_) => Some(LegValue::shares(before.spot?)),
                plan::Instrument::Option(_) => Some(leg_then(options.next()?.as_ref()?)),
            });
            let legs: Vec<LegValue> = legs.collect::<Option<_>>()?;
            let then = LegsAt { legs: &legs, spot: before.spot? };
            let now = LegsAt { legs: &value.legs, spot: value.spot };
            let days = (at - before.at).0 as f64 / 86_400e6;
            let found = Attribution::of(position, then, now, days)?;
            if kept.opened_at != Some(before.at) {
                return Some((before.at, found));
            }
            let middle = plan::value(position, &legs).mid?;
            Some((before.at, since_opened(found, kept, middle)))
        })
    }

    /// How much of the benchmark's moves an underlying makes.
    pub(super) fn beta(self, symbol: Symbol) -> Option<f64> {
        self.betas.told.with(|betas| {
            let found = betas.iter().flatten().flatten().find(|one| one.symbol == symbol);
            found.map(|one| one.beta)
        })
    }

    /// What all that is open comes to.
    fn summed(self, rows: &[PositionRow]) -> PositionsSum {
        let mut sum = PositionsSum::default();
        let price = self.tape.peek_spot(self.benchmark.get());
        for row in rows {
            if row.stage == Stage::Closed {
                sum.realised += row.profit().unwrap_or(0.0);
            }
            if row.stage != Stage::Open {
                continue;
            }
            sum.open += 1;
            if let Some(profit) = row.profit() {
                sum.profit += profit;
                sum.with_profit += 1;
            }
            if let Some((_, day)) = row.since {
                sum.today = sum.today.plus(day);
                sum.with_day += 1;
            }
            let counted =
                row.value.as_ref().ok().zip(row.position.as_ref()).and_then(|(value, position)| {
                    Some((value.value.greeks?, value.spot, self.beta(position.underlying())))
                });
            match counted {
                Some((greeks, spot, beta)) => match (beta, price) {
                    (Some(beta), Some(price)) => sum.weighted.add(&greeks, (spot, beta), price),
                    (_, None) => sum.without_price += 1,
                    (None, _) => sum.without_beta += 1,
                },
                None => sum.not_counted += 1,
            }
        }
        sum
    }
}

/// What made the profit since it was opened, of what did since its middle then, in dollars: it was
/// not paid at the middle, and it cost fees.
fn since_opened(made: Attribution, kept: &KeptPositionView, middle: f64) -> Attribution {
    let Some(paid) = kept.paid else { return made };
    let cost = paid + kept.fees - middle;
    Attribution { rest: made.rest - cost, whole: made.whole - cost, ..made }
}

/// A leg at an earlier moment, as far as an attribution needs it.
fn leg_then(then: &api::EarlierLegView) -> LegValue {
    let greeks = then.greeks.map(|[delta, gamma, theta, vega]| OptionGreeks {
        price: then.mid.unwrap_or(f64::NAN),
        delta,
        gamma,
        theta,
        vega,
        ..OptionGreeks::default()
    });
    let iv = then.iv.ok_or(IvAbsence::NoForward);
    LegValue { mid: then.mid, bid: None, ask: None, iv, greeks, model: None }
}

#[cfg(test)]
mod tests {
    use market::TapeId;
    use plan::{PositionValue, read_position};

    use super::super::kept_positions::new_position;
    use super::*;

    /// What was opened today brought today what it brought at all, in parts that add up.
    #[test]
    fn today_is_the_profit_of_what_was_opened_today() {
        let position = read_position("-1 SPXW 27FEB24 5100/5110C").expect("a position");
        let tape = TapeId::Practice { seed: 1 };
        for (paid, fees, [middle, mark], profit) in [
            (-250.0, 5.2, [-248.0, -247.0], -2.2),
            (-250.0, 0.0, [-248.0, -247.0], 3.0),
            (900.0, 3.25, [895.0, 1_000.0], 96.75),
        ] {
            let opened = (Stage::Open, Some(Moment(5)));
            let kept = new_position(&position, tape.clone(), opened);
            let kept = KeptPositionView { paid: Some(paid), fees, ..kept };
            let whole = mark - middle;
            let made = Attribution { delta: 4.0, rest: whole - 4.0, whole, ..Default::default() };
            let made = since_opened(made, &kept, middle);
            let value = PositionValue { mid: Some(mark), ..PositionValue::default() };
            let row = PositionRow {
                kept,
                name: String::new(),
                stage: Stage::Open,
                position: None,
                value: Ok(RowValue { legs: Vec::new(), value, spot: 5_000.0 }),
                since: None,
            };
            assert!((made.whole - profit).abs() < 1e-9, "{made:?}");
            assert!((row.profit().expect("it is known") - made.whole).abs() < 1e-9, "{made:?}");
            assert!((made.delta + made.rest - made.whole).abs() < 1e-9, "{made:?}");
        }
    }
}
