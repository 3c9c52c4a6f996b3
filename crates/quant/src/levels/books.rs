//! Books of several symbols, and what indices borrow from their funds.

use std::collections::BTreeMap;

use market::{Bar, Moment, Symbol};
use serde::{Deserialize, Serialize};

use super::{
    Absence, BeyondCalendar, Explanation, Level, LevelBook, LevelId, LevelSource, ProxyHistory,
    ProxyLink, SessionStart, absence,
};
use crate::Bundle;
use crate::indicators::VwapValue;

/// Books of several symbols. What the server writes and browsers follow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Books {
    books: BTreeMap<Symbol, LevelBook>,
    links: BTreeMap<Symbol, ProxyLink>,
}

impl Books {
    /// Begins a session of `symbol`: its book starts anew.
    pub fn handle_session_change(
        &mut self,
        symbol: Symbol,
        start: &SessionStart,
    ) -> Result<(), BeyondCalendar> {
        self.books.insert(symbol, LevelBook::new(symbol, start)?);
        Ok(())
    }

    /// Says when the recording of `symbol` begins on the day that is played back. Nothing before
    /// [`Self::handle_session_change`].
    pub fn set_recorded_from(&mut self, symbol: Symbol, from: Moment) {
        if let Some(book) = self.books.get_mut(&symbol) {
            book.set_recorded_from(from);
        }
    }

    /// Says how an index hangs on its fund.
    pub fn set_proxy_history(&mut self, index: Symbol, history: &ProxyHistory) {
        self.links.insert(index, ProxyLink::new(history));
    }

    /// Says what dividend the fund behind `index` goes ex today, in dollars a share; 0 when it is
    /// known that there is none. Nothing before [`Self::set_proxy_history`].
    pub fn set_ex_dividend(&mut self, index: Symbol, dollars: f64) {
        if let Some(link) = self.links.get_mut(&index) {
            link.ex_dividend = Some(dollars);
        }
    }

    /// Follows what the server saw of `symbol`. A symbol without a book is passed over.
    pub fn handle_bundle(&mut self, symbol: Symbol, bundle: &Bundle) {
        if let Some(book) = self.books.get_mut(&symbol) {
            book.handle_bundle(bundle);
        }
    }

    /// The book of a symbol.
    pub fn book(&self, symbol: Symbol) -> Option<&LevelBook> {
        self.books.get(&symbol)
    }

    pub(super) fn book_mut(&mut self, symbol: Symbol) -> Option<&mut LevelBook> {
        self.books.get_mut(&symbol)
    }

    /// Today's one-minute bars of a symbol, oldest first.
    pub fn minutes(&self, symbol: Symbol) -> &[Bar] {
        self.books.get(&symbol).map_or(&[], LevelBook::minutes)
    }

    /// The books of these symbols, and their links.
    pub fn subset(&self, symbols: &[Symbol]) -> Self {
        let wanted = |symbol: &&Symbol| symbols.contains(symbol);
        Self {
            books: symbols
                .iter()
                .filter_map(|symbol| Some((*symbol, self.books.get(symbol)?.clone())))
                .collect(),
            links: self
                .links
                .iter()
                .filter(|(index, _)| wanted(index))
                .map(|(index, link)| (*index, *link))
                .collect(),
        }
    }

    /// An index's book, its fund's, and the link.
    pub(super) fn pair(&self, index: Symbol) -> Option<(&LevelBook, &LevelBook, &ProxyLink)> {
        let link = self.links.get(&index)?;
        Some((self.books.get(&index)?, self.books.get(&link.proxy)?, link))
    }

    /// Every level of a symbol, those through its fund included, in no order.
    pub fn levels(&self, symbol: Symbol) -> Vec<Level> {
        let Some(book) = self.books.get(&symbol) else { return Vec::new() };
        let mut found: Vec<Level> = book.levels().copied().collect();
        found.extend(self.borrowed(symbol));
        found
    }

    /// The level nearest to the last price, and its distance in points (level − price). Of two
    /// equally near the one that the screen lists first.
    pub fn nearest(&self, symbol: Symbol) -> Option<(Level, f64)> {
        let (last, _) = self.books.get(&symbol)?.last()?;
        let apart = |level: &Level| level.price - last.to_f64();
        let levels = self.levels(symbol).into_iter();
        let nearest = levels.min_by(|a, b| {
            apart(a).abs().total_cmp(&apart(b).abs()).then_with(|| a.id.cmp(&b.id))
        })?;
        Some((nearest, apart(&nearest)))
    }

    /// What an index has through its fund only: pre-market extremes by the ratio of the previous
    /// closes, VWAP and its bands by the ratio as it is now.
    pub(super) fn borrowed(&self, index: Symbol) -> Vec<Level> {
        let Some((book, fund, link)) = self.pair(index) else { return Vec::new() };
        let mut found = Vec::with_capacity(9);
        let mut borrow = |level: &Level, ratio: f64| {
            found.push(Level {
                price: level.price * ratio,
                source: LevelSource::Via { proxy: link.proxy, ratio, band: link.band(level.price) },
                touches: book.touches(level.id),
                ..*level
            });
        };
        if let Some(ratio) = link.frozen_ratio(book, fund) {
            for id in [LevelId::PreMarketHigh, LevelId::PreMarketLow] {
                if let Some(level) = fund.level(id) {
                    borrow(level, ratio);
                }
            }
        }
        if let Some(ratio) = link.live_ratio(book, fund) {
            let moving = fund.moving.iter();
            for level in moving.filter(|level| matches!(level.id, LevelId::Vwap(_))) {
                borrow(level, ratio);
            }
        }
        found
    }

    /// VWAP by regular minute, for drawing: the symbol's own, or an index's through its fund with
    /// the ratio as it stood in each minute.
    pub fn vwap_path(&self, symbol: Symbol) -> Vec<(Moment, VwapValue)> {
        match (self.books.get(&symbol), self.pair(symbol)) {
            (_, Some((index, fund, link))) => link.path(index, fund),
            (Some(book), None) => book.vwap_path().to_vec(),
            (None, None) => Vec::new(),
        }
    }

    /// What cannot be computed for a symbol, and why.
    pub fn absent(&self, symbol: Symbol) -> Vec<Absence> {
        let Some(book) = self.books.get(&symbol) else { return Vec::new() };
        absence::of_book(self, book)
    }

    /// How a level of `symbol` is computed, with its inputs as they are.
    pub fn explain(&self, symbol: Symbol, id: LevelId) -> Option<Explanation> {
        super::explain::explain(self, symbol, id)
    }
}
