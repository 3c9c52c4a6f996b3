//! The levels of a symbol, as a screen or a program sees them.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{Moment, Symbol, TapeId};
use quant::levels::{Books, LevelId, LevelRole, LevelSource, OptionLevels, Standing, Touches};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// The levels of a symbol and where price stands among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelsView {
    /// Whose prints they were computed from; a practice tape is simulated.
    pub tape: TapeId,
    /// Of what.
    pub symbol: Symbol,
    /// The tape's time.
    pub as_of: Moment,
    /// The last price, if there was one.
    pub last: Option<LastView>,
    /// ATR(14) of the days before today, in points.
    pub atr: Option<f64>,
    /// Today's range so far as a part of it: 1 is all of it.
    pub atr_used: Option<f64>,
    /// The levels, highest first.
    pub levels: Vec<LevelView>,
    /// What cannot be computed, and why.
    pub absent: Vec<AbsentView>,
}

/// The last price.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastView {
    /// In dollars or points.
    pub price: f64,
    /// When.
    pub at: Moment,
    /// Since the previous close, in points.
    pub change: Option<f64>,
    /// Since the previous close, in percent.
    pub change_percent: Option<f64>,
}

/// One level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelView {
    /// Its identity.
    pub id: LevelId,
    /// The name traders write.
    pub name: String,
    /// What it means; decides its colour.
    pub role: LevelRole,
    /// Where it is.
    pub price: f64,
    /// Whether it can still move today.
    pub standing: Standing,
    /// Whose prints it was computed from.
    pub source: LevelSource,
    /// The time of its newest input.
    pub as_of: Moment,
    /// How often price came back to it today.
    pub touches: Touches,
    /// Level − last price, in points.
    pub points: Option<f64>,
    /// The same in percent of the last price.
    pub percent: Option<f64>,
    /// The same in ATR.
    pub atrs: Option<f64>,
    /// The same in standard deviations of what is left until the next options end; nothing without
    /// options.
    pub deviations: Option<f64>,
    /// The chance that price comes to it until then, by the volatility at the money.
    pub touch_odds: Option<f64>,
}

/// Something that cannot be computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AbsentView {
    /// What.
    pub name: String,
    /// Why, and what would help.
    pub why: String,
}

/// The levels of `symbol` in `books` and those of its options; the same on the server and in the
/// browser.
pub fn levels_view(
    books: &Books,
    options: Option<&OptionLevels>,
    symbol: Symbol,
    tape: &TapeId,
    as_of: Moment,
) -> LevelsView {
    let book = books.book(symbol);
    let last = book.and_then(|book| {
        let (price, at) = book.last()?;
        let (change, change_percent) = book.day_change().unzip();
        Some(LastView { price: price.to_f64(), at, change, change_percent })
    });
    let atr = book.and_then(|book| book.atr());
    let wander = options.zip(last).and_then(|(options, last)| options.wander(last.price, as_of));
    let view = |level: &quant::levels::Level| {
        let points = last.map(|last| level.price - last.price);
        LevelView {
            id: level.id,
            name: level.id.name(),
            role: level.id.role(),
            price: level.price,
            standing: level.standing,
            source: level.source,
            as_of: level.as_of,
            touches: level.touches,
            points,
            percent: points.zip(last).map(|(points, last)| 100.0 * points / last.price),
            atrs: points.zip(atr).map(|(points, atr)| points / atr),
            deviations: points.zip(wander).and_then(|(points, wander)| {
                Some(points / (wander.spot * wander.deviation())).filter(|one| one.is_finite())
            }),
            touch_odds: wander.and_then(|wander| wander.touch(level.price)),
        }
    };
    let mut known = books.levels(symbol);
    known.extend(options.into_iter().flat_map(OptionLevels::levels));
    let mut levels: Vec<LevelView> = known.iter().map(view).collect();
    levels.sort_by(|a, b| b.price.total_cmp(&a.price).then(a.id.cmp(&b.id)));
    let mut absent = books.absent(symbol);
    absent.extend(options.into_iter().flat_map(OptionLevels::absent));
    LevelsView {
        tape: tape.clone(),
        symbol,
        as_of,
        last,
        atr,
        atr_used: book.and_then(|book| book.atr_used()),
        levels,
        absent: absent
            .into_iter()
            .map(|absent| AbsentView { name: absent.name.to_string(), why: absent.why })
            .collect(),
    }
}

/// Which levels does this symbol have?
#[server(endpoint = "levels/read", input = Postcard, output = Postcard)]
pub async fn read_levels(symbol: Symbol) -> Result<LevelsView, ApiError> {
    use crate::context::{answer, desk, trader};
    // Those of options cost too much for a first page: the browser asks for them when it is there.
    let view =
        |books: &Books, symbol, tape: &TapeId, at| levels_view(books, None, symbol, tape, at);
    answer(desk()?.ask_levels(&trader()?, symbol, view).await)
}
