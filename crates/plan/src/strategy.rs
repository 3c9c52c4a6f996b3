//! Strategies by their names: which one a position is, and how one is begun in a chain.

use std::cmp::Ordering;

use market::{Contract, Right};
use quant::options::ChainBook;

use crate::{BadPosition, Instrument, Leg, Position};

/// A shape that traders have a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what they are, as the field writes them")]
pub enum Strategy {
    LongCall,
    LongPut,
    ShortCall,
    ShortPut,
    Shares,
    CoveredCall,
    ProtectivePut,
    Collar,
    BullCallSpread,
    BearCallSpread,
    BullPutSpread,
    BearPutSpread,
    LongStraddle,
    ShortStraddle,
    LongStrangle,
    ShortStrangle,
    RiskReversal,
    Ratio,
    BackSpread,
    Calendar,
    Diagonal,
    Butterfly,
    BrokenWing,
    JadeLizard,
    IronCondor,
    IronFly,
    Condor,
    /// Anything else.
    Custom,
}

impl Strategy {
    /// Those that can be begun in a chain, as a menu lists them.
    pub const OFFERED: [Self; 23] = [
        Self::LongCall,
        Self::LongPut,
        Self::ShortPut,
        Self::CoveredCall,
        Self::Collar,
        Self::BullCallSpread,
        Self::BearCallSpread,
        Self::BullPutSpread,
        Self::BearPutSpread,
        Self::LongStraddle,
        Self::ShortStraddle,
        Self::LongStrangle,
        Self::ShortStrangle,
        Self::RiskReversal,
        Self::IronCondor,
        Self::IronFly,
        Self::Butterfly,
        Self::BrokenWing,
        Self::JadeLizard,
        Self::Calendar,
        Self::Diagonal,
        Self::Ratio,
        Self::BackSpread,
    ];

    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::LongCall => "Long call",
            Self::LongPut => "Long put",
            Self::ShortCall => "Short call",
            Self::ShortPut => "Cash-secured put",
            Self::Shares => "Shares",
            Self::CoveredCall => "Covered call",
            Self::ProtectivePut => "Protective put",
            Self::Collar => "Collar",
            Self::BullCallSpread => "Bull call spread",
            Self::BearCallSpread => "Bear call spread",
            Self::BullPutSpread => "Bull put spread",
            Self::BearPutSpread => "Bear put spread",
            Self::LongStraddle => "Long straddle",
            Self::ShortStraddle => "Short straddle",
            Self::LongStrangle => "Long strangle",
            Self::ShortStrangle => "Short strangle",
            Self::RiskReversal => "Risk reversal",
            Self::Ratio => "Ratio spread",
            Self::BackSpread => "Back-spread",
            Self::Calendar => "Calendar",
            Self::Diagonal => "Diagonal",
            Self::Butterfly => "Butterfly",
            Self::BrokenWing => "Broken-wing butterfly",
            Self::JadeLizard => "Jade lizard",
            Self::IronCondor => "Iron condor",
            Self::IronFly => "Iron fly",
            Self::Condor => "Condor",
            Self::Custom => "Custom",
        }
    }

    /// Which shape a position has, whatever its size. Shapes that hold something beside it are
    /// [`Self::Custom`].
    pub fn of(position: &Position) -> Self {
        let mut options: Vec<(Contract, i64)> = Vec::new();
        let mut shares = 0;
        for leg in position.legs() {
            match leg.instrument {
                Instrument::Option(contract) => options.push((contract, leg.quantity)),
                Instrument::Shares(_) => shares += leg.quantity,
            }
        }
        if options.is_empty() {
            return Self::Shares;
        }
        let unit = position.units();
        for (_, quantity) in &mut options {
            *quantity /= unit;
        }
        let place = |one: &Contract| (one.series.expires_at(), one.strike, one.right == Right::Put);
        options.sort_by_key(|(contract, _)| place(contract));
        let hundreds = i64::from(options[0].0.series.terms().multiplier) * unit;
        match (shares, position.ends_at_once()) {
            (0, true) => of_one_end(&options),
            (0, false) => of_two_ends(&options),
            (shares, true) if shares == hundreds => with_shares(&options),
            _ => Self::Custom,
        }
    }
}

fn with_shares(options: &[(Contract, i64)]) -> Strategy {
    match options {
        [(one, -1)] if one.right == Right::Call => Strategy::CoveredCall,
        [(one, 1)] if one.right == Right::Put => Strategy::ProtectivePut,
        [(put, 1), (call, -1)] if (put.right, call.right) == (Right::Put, Right::Call) => {
            Strategy::Collar
        }
        _ => Strategy::Custom,
    }
}

fn of_two_ends(options: &[(Contract, i64)]) -> Strategy {
    match options {
        [(near, one), (far, other)] if near.right == far.right && *one == -other => {
            if near.strike == far.strike { Strategy::Calendar } else { Strategy::Diagonal }
        }
        _ => Strategy::Custom,
    }
}

/// Options that end at once, by strike, of equal strikes the call first.
fn of_one_end(options: &[(Contract, i64)]) -> Strategy {
    use Right::{Call, Put};
    let rights: Vec<Right> = options.iter().map(|(one, _)| one.right).collect();
    let quantities: Vec<i64> = options.iter().map(|(_, quantity)| *quantity).collect();
    let strike = |place: usize| options[place].0.strike.units();
    match (rights.as_slice(), quantities.as_slice()) {
        ([Call], [1]) => Strategy::LongCall,
        ([Call], [-1]) => Strategy::ShortCall,
        ([Put], [1]) => Strategy::LongPut,
        ([Put], [-1]) => Strategy::ShortPut,
        ([Call, Call], [1, -1]) => Strategy::BullCallSpread,
        ([Call, Call], [-1, 1]) => Strategy::BearCallSpread,
        ([Put, Put], [1, -1]) => Strategy::BullPutSpread,
        ([Put, Put], [-1, 1]) => Strategy::BearPutSpread,
        ([one, other], [low, high]) if one == other && (*low < 0) != (*high < 0) => {
            match (low + high).cmp(&0) {
                Ordering::Greater => Strategy::BackSpread,
                _ => Strategy::Ratio,
            }
        }
        ([Call, Put], [1, 1]) if strike(0) == strike(1) => Strategy::LongStraddle,
        ([Call, Put], [-1, -1]) if strike(0) == strike(1) => Strategy::ShortStraddle,
        ([Put, Call], [1, 1]) => Strategy::LongStrangle,
        ([Put, Call], [-1, -1]) => Strategy::ShortStrangle,
        ([Put, Call], [-1, 1] | [1, -1]) => Strategy::RiskReversal,
        ([Put, Call, Call], [-1, -1, 1]) => Strategy::JadeLizard,
        ([a, b, c], [1, -2, 1] | [-1, 2, -1]) if a == b && b == c => {
            let is_even = strike(1) - strike(0) == strike(2) - strike(1);
            if is_even { Strategy::Butterfly } else { Strategy::BrokenWing }
        }
        // At one strike the call comes first.
        ([Put, Call, Put, Call], [1, -1, -1, 1] | [-1, 1, 1, -1]) if strike(1) == strike(2) => {
            Strategy::IronFly
        }
        ([Put, Put, Call, Call], [1, -1, -1, 1] | [-1, 1, 1, -1]) => Strategy::IronCondor,
        ([a, b, c, d], [1, -1, -1, 1] | [-1, 1, 1, -1]) if a == b && b == c && c == d => {
            Strategy::Condor
        }
        _ => Strategy::Custom,
    }
}

/// Why a strategy cannot be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// The series has too few strikes with a volatility.
    #[error("this expiry has too few strikes with a volatility")]
    Strikes,
    /// Nothing ends later, or not at that strike.
    #[error("no later expiry has the same strikes: choose an earlier one")]
    Later,
    /// An index has no shares.
    #[error("an index has no shares: choose SPY or QQQ")]
    Shares,
    /// Only those in [`Strategy::OFFERED`] can.
    #[error("it has no usual shape")]
    Shape,
}

/// A strike of a template.
#[derive(Clone, Copy, Debug)]
enum Pick {
    /// Nearest to the forward.
    Money,
    /// Nearest to the forward among the strikes that the later series has too.
    Common,
    /// With a delta, as a part of 1, nearest to this one.
    Delta(f64),
    /// As far below the money as the strike of the leg with that place is above it.
    Mirror(usize),
    /// That of the leg with that place, in the later series.
    Later(usize),
    /// With that delta in the later series.
    LaterDelta(f64),
}

/// Quantity, right and strike of each leg of a template.
type Shape = &'static [(i64, Right, Pick)];

/// The shape of a strategy, and whether it stands on shares.
fn shape(strategy: Strategy) -> Option<(bool, Shape)> {
    use Pick::{Common, Delta, Later, LaterDelta, Mirror, Money};
    use Right::{Call, Put};
    let legs: Shape = match strategy {
        Strategy::LongCall => &[(1, Call, Money)],
        Strategy::LongPut => &[(1, Put, Money)],
        Strategy::ShortPut => &[(-1, Put, Delta(0.3))],
        Strategy::CoveredCall => &[(-1, Call, Delta(0.3))],
        Strategy::Collar => &[(1, Put, Delta(0.25)), (-1, Call, Delta(0.25))],
        Strategy::BullCallSpread => &[(1, Call, Money), (-1, Call, Delta(0.3))],
        Strategy::BearCallSpread => &[(-1, Call, Delta(0.3)), (1, Call, Delta(0.15))],
        Strategy::BullPutSpread => &[(-1, Put, Delta(0.3)), (1, Put, Delta(0.15))],
        Strategy::BearPutSpread => &[(1, Put, Money), (-1, Put, Delta(0.3))],
        Strategy::LongStraddle => &[(1, Call, Money), (1, Put, Money)],
        Strategy::ShortStraddle => &[(-1, Call, Money), (-1, Put, Money)],
        Strategy::LongStrangle => &[(1, Put, Delta(0.25)), (1, Call, Delta(0.25))],
        Strategy::ShortStrangle => &[(-1, Put, Delta(0.16)), (-1, Call, Delta(0.16))],
        Strategy::RiskReversal => &[(-1, Put, Delta(0.25)), (1, Call, Delta(0.25))],
        Strategy::IronCondor => &[
            (1, Put, Delta(0.08)),
            (-1, Put, Delta(0.16)),
            (-1, Call, Delta(0.16)),
            (1, Call, Delta(0.08)),
        ],
        Strategy::IronFly => {
            &[(-1, Call, Money), (-1, Put, Money), (1, Call, Delta(0.2)), (1, Put, Mirror(2))]
        }
        Strategy::Butterfly => &[(-2, Call, Money), (1, Call, Delta(0.25)), (1, Call, Mirror(1))],
        Strategy::BrokenWing => {
            &[(1, Put, Delta(0.4)), (-2, Put, Delta(0.25)), (1, Put, Delta(0.06))]
        }
        Strategy::JadeLizard => {
            &[(-1, Put, Delta(0.25)), (-1, Call, Delta(0.25)), (1, Call, Delta(0.12))]
        }
        Strategy::Calendar => &[(-1, Call, Common), (1, Call, Later(0))],
        Strategy::Diagonal => &[(-1, Call, Delta(0.3)), (1, Call, LaterDelta(0.5))],
        Strategy::Ratio => &[(1, Call, Money), (-2, Call, Delta(0.25))],
        Strategy::BackSpread => &[(-1, Call, Money), (2, Call, Delta(0.25))],
        _ => return None,
    };
    Some((matches!(strategy, Strategy::CoveredCall | Strategy::Collar), legs))
}

/// A strategy as it is usually begun in the series of `book`, a single one; `later` is a series
/// that ends after it.
pub fn template(
    strategy: Strategy,
    book: &ChainBook,
    later: Option<&ChainBook>,
) -> Result<Position, BadTemplate> {
    let (on_shares, shape) = shape(strategy).ok_or(BadTemplate::Shape)?;
    let underlying = book.series().terms().underlying;
    let mut legs: Vec<Leg> = Vec::new();
    let mut contracts: Vec<Contract> = Vec::new();
    for (quantity, right, pick) in shape {
        let contract = picked(book, later, &contracts, *right, *pick)?;
        if contracts.contains(&contract) {
            return Err(BadTemplate::Strikes);
        }
        contracts.push(contract);
        legs.push(Leg { quantity: *quantity, instrument: Instrument::Option(contract) });
    }
    if on_shares {
        if !market::instrument(underlying).has_volume() {
            return Err(BadTemplate::Shares);
        }
        let quantity = i64::from(book.series().terms().multiplier);
        legs.insert(0, Leg { quantity, instrument: Instrument::Shares(underlying) });
    }
    let position = Position::new(legs, None).map_err(|_: BadPosition| BadTemplate::Strikes)?;
    // Coarse strikes may make something else of it.
    if Strategy::of(&position) == strategy { Ok(position) } else { Err(BadTemplate::Strikes) }
}

fn picked(
    book: &ChainBook,
    later: Option<&ChainBook>,
    before: &[Contract],
    right: Right,
    pick: Pick,
) -> Result<Contract, BadTemplate> {
    let strike = |book: &ChainBook, place: Option<usize>| {
        let strike = book.quotes().strikes.get(place?)?.strike;
        Some(Contract { series: book.series(), strike, right })
    };
    let listed =
        |book: &ChainBook, points: f64| nearest(book, |place| Some(at(book, place) - points));
    let money = |book: &ChainBook| listed(book, book.forward().unwrap_or(book.spot()));
    match pick {
        Pick::Money => strike(book, money(book)).ok_or(BadTemplate::Strikes),
        Pick::Common => {
            let later = later.ok_or(BadTemplate::Later)?;
            let forward = book.forward().unwrap_or(book.spot());
            let place = nearest(book, |place| {
                let strike = book.quotes().strikes[place].strike;
                let is_common = later.quotes().strikes.iter().any(|one| one.strike == strike);
                is_common.then(|| strike.to_f64() - forward)
            });
            strike(book, place).ok_or(BadTemplate::Later)
        }
        Pick::Delta(delta) => {
            strike(book, with_delta(book, right, delta)).ok_or(BadTemplate::Strikes)
        }
        Pick::Mirror(place) => {
            let middle = money(book).map(|place| at(book, place));
            let other = before.get(place).map(|one| one.strike.to_f64());
            let there = middle.zip(other).map(|(middle, other)| 2.0 * middle - other);
            strike(book, there.and_then(|there| listed(book, there))).ok_or(BadTemplate::Strikes)
        }
        Pick::Later(place) => {
            let (later, first) = later.zip(before.get(place)).ok_or(BadTemplate::Later)?;
            let known = later.quotes().strikes.iter().position(|one| one.strike == first.strike);
            strike(later, known).ok_or(BadTemplate::Later)
        }
        Pick::LaterDelta(delta) => {
            let later = later.ok_or(BadTemplate::Later)?;
            strike(later, with_delta(later, right, delta)).ok_or(BadTemplate::Later)
        }
    }
}

fn at(book: &ChainBook, place: usize) -> f64 {
    book.quotes().strikes[place].strike.to_f64()
}

/// The place whose delta, without its sign, is nearest; deltas fall away from the money, so that
/// equal ones are none.
fn with_delta(book: &ChainBook, right: Right, delta: f64) -> Option<usize> {
    nearest(book, |place| Some(book.option(place, right).greeks?.delta.abs() - delta))
}

fn nearest(book: &ChainBook, away: impl Fn(usize) -> Option<f64>) -> Option<usize> {
    let known = (0..book.strike_count()).filter_map(|place| Some((place, away(place)?.abs())));
    known.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place)
}
