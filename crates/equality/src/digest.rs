//! Every bit that a trader could see, in one number.

use market::{Bar, BarHours, BarSpan, Symbol, fold_bars};
use quant::Bundle;
use quant::indicators::IndicatorSet;
use quant::levels::{BookWriter, Books, ProxyHistory, SessionStart};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::walk::{Chance, SYMBOLS, Walk, day_after, first_day, history};

/// Ticks between two checkpoints.
const CHECKPOINT_TICKS: u32 = 20_000;
/// Bundles that wait for the follower at most.
const GROUP_MAX: i64 = 40;

/// FNV-1a over 64-bit words; its offset and prime are the published ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// What was taken so far.
    pub(crate) fn word(self) -> u64 {
        self.0
    }

    pub(crate) fn take(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
    }

    /// Every field of a value, in its storage form.
    fn take_all(&mut self, value: &impl Serialize) {
        let bytes = postcard::to_allocvec(value).expect("a vector grows as needed");
        for byte in bytes {
            self.take(u64::from(byte));
        }
    }
}

/// Follows the writer's bundles as a browser does: in groups, saved and restored now and then.
struct Follower {
    books: Books,
    waiting: Vec<(Symbol, Bundle)>,
}

impl Follower {
    fn follow(&mut self, chance: &mut Chance) {
        if 0 < chance.below(GROUP_MAX) {
            return;
        }
        for (symbol, bundle) in self.waiting.drain(..) {
            self.books.handle_bundle(symbol, &bundle);
        }
    }

    fn push(&mut self, symbol: Symbol, bundle: &Bundle) {
        match self.waiting.iter_mut().find(|(of, _)| *of == symbol) {
            Some((_, waiting)) => waiting.absorb(bundle),
            None => self.waiting.push((symbol, bundle.clone())),
        }
    }
}

/// Plays `ticks` prints of the market of `seed`, and answers with a digest every
/// 20,000 prints and one at the end. Each holds everything since the start: every level of the
/// printed symbol after every print, the whole of all books at each checkpoint, and at each day's
/// end every indicator of every bar.
///
/// # Panics
///
/// When books that were followed in groups, or saved and restored, are not the writer's.
#[wasm_bindgen]
pub fn checkpoints(seed: u64, ticks: u32) -> Vec<u64> {
    let mut chance = Chance::new(seed);
    let mut day = first_day();
    let mut dailies: Vec<Vec<Bar>> =
        SYMBOLS.iter().map(|(_, level, _)| history(&mut chance, *level)).collect();
    let mut walks: Vec<Walk> =
        SYMBOLS.iter().map(|(_, level, shares)| Walk::new(&day, *level, *shares)).collect();
    let mut writer = BookWriter::default();
    let mut digest = Digest::new();
    let mut seen = Vec::new();
    begin_day(&mut writer, &day, &dailies);
    let mut follower = Follower { books: writer.books().clone(), waiting: Vec::new() };
    for tick in 1..=ticks {
        let place = usize::try_from(chance.below(5)).expect("one of five");
        let symbol = SYMBOLS[place].0;
        let print = walks[place].next(&mut chance);
        let bundle = writer.handle_tick(symbol, &print);
        follower.push(symbol, &bundle);
        follower.follow(&mut chance);
        if let Some(book) = writer.books().book(symbol) {
            for level in book.levels() {
                digest.take(level.price.to_bits());
            }
        }
        if walks[place].is_over(&day) {
            end_day(&mut digest, &writer, &mut dailies);
            day = day_after(day);
            begin_day(&mut writer, &day, &dailies);
            walks.iter_mut().for_each(|walk| walk.begin(&day));
            follower = Follower { books: writer.books().clone(), waiting: Vec::new() };
        }
        if tick % CHECKPOINT_TICKS == 0 || tick == ticks {
            for (symbol, bundle) in follower.waiting.drain(..) {
                follower.books.handle_bundle(symbol, &bundle);
            }
            assert!(follower.books == *writer.books(), "followed in groups, the books differ");
            follower.books = restored(&follower.books);
            writer = restored(&writer);
            digest.take_all(writer.books());
            for (symbol, ..) in SYMBOLS {
                digest.take_all(&writer.books().levels(symbol));
                digest.take_all(&writer.books().vwap_path(symbol));
            }
            seen.push(digest.0);
        }
    }
    seen
}

fn begin_day(writer: &mut BookWriter, day: &market::TradingDay, dailies: &[Vec<Bar>]) {
    for ((symbol, ..), daily) in SYMBOLS.iter().zip(dailies) {
        let start = SessionStart::new(*day, daily.clone());
        writer.handle_session_change(*symbol, &start).expect("the calendar has 2024");
    }
    for (index, fund) in [(Symbol::SPX, Symbol::SPY), (Symbol::NDX, Symbol::QQQ)] {
        let of = |symbol| writer.books().minutes(symbol).to_vec();
        let history =
            ProxyHistory { proxy: fund, index_minutes: of(index), proxy_minutes: of(fund) };
        writer.set_proxy_history(index, &history);
    }
}

/// The day's bars become history, and each goes through the indicators.
fn end_day(digest: &mut Digest, writer: &BookWriter, dailies: &mut [Vec<Bar>]) {
    for ((symbol, ..), daily) in SYMBOLS.iter().zip(dailies) {
        let minutes = writer.books().minutes(*symbol);
        let mut set = IndicatorSet::default();
        for bar in daily.iter().chain(minutes) {
            digest.take_all(&set.handle_bar(bar));
        }
        daily.extend(fold_bars(minutes, BarSpan::Day, BarHours::Regular));
    }
}

/// What a restart or a snapshot makes of a value.
fn restored<T: Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let bytes = postcard::to_allocvec(value).expect("a vector grows as needed");
    postcard::from_bytes(&bytes).expect("what was just written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_seed_or_another_tick_is_another_digest() {
        let digests = checkpoints(7, 30_000);
        assert_eq!(digests.len(), 2);
        assert_eq!(digests, checkpoints(7, 30_000));
        assert_ne!(digests[1], checkpoints(7, 29_999)[1]);
        assert!(digests.iter().zip(checkpoints(8, 30_000)).all(|(one, other)| *one != other));
    }
}
