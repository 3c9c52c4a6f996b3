//! The symbols a trader keeps an eye on, in lists.

use market::Symbol;

use crate::name::checked_name;
use crate::{DeskError, Limited, OwnerId, Trader, Watchlist};

/// Symbols that one watchlist holds.
pub const WATCHLIST_MAX: usize = 50;
/// The most watchlists of one trader.
const WATCHLISTS_MAX: u32 = 20;
/// The most letters of a watchlist's name.
const NAME_MAX: usize = 40;
/// What has the name.
const OF: &str = "a watchlist";

/// What somebody did to a list: what it held where they saw it, and what it holds from then on.
#[derive(Clone, Copy, Debug)]
pub struct WatchlistEdit<'a> {
    /// What they saw. Another page of theirs may have changed the list since.
    pub before: &'a [Symbol],
    /// What they made of it.
    pub after: &'a [Symbol],
}

/// The watchlist of somebody who has not made one.
const WATCHLIST_FIRST: [Symbol; 5] =
    [Symbol::SPX, Symbol::NDX, Symbol::SPY, Symbol::QQQ, Symbol::VIX];
const NAME_FIRST: &str = "Main";
/// The setting that says which list is looked at.
const CHOSEN: &str = "watchlist";

impl crate::Desk {
    /// The trader's lists by name, at least one, and the name of the one that is looked at.
    pub async fn watchlists(&self, trader: &Trader) -> Result<(Vec<Watchlist>, String), DeskError> {
        let mut lists = self.store().watchlists(trader.owner()).await?;
        if lists.is_empty() {
            lists.push(first());
        }
        let chosen = self.store().setting(trader.owner(), CHOSEN).await?;
        let chosen = chosen.filter(|chosen| lists.iter().any(|list| list.name == *chosen));
        let chosen = chosen.unwrap_or_else(|| lists[0].name.clone());
        Ok((lists, chosen))
    }

    /// Makes a list, or replaces the one of that name. A symbol that is there twice is kept once.
    pub async fn write_watchlist(
        &self,
        trader: &Trader,
        name: &str,
        symbols: &[Symbol],
    ) -> Result<(), DeskError> {
        if WATCHLIST_MAX < symbols.len() {
            return Err(too_many());
        }
        let name = checked_name(name, OF, NAME_MAX)?;
        // The first list counts as well.
        self.kept_watchlists(trader.owner()).await?;
        let mut kept: Vec<Symbol> = Vec::with_capacity(symbols.len());
        for symbol in symbols {
            if !kept.contains(symbol) {
                kept.push(*symbol);
            }
        }
        let told = format!("there are {WATCHLISTS_MAX} watchlists already: delete one");
        let (most, full) = self.most(trader, Limited::Watchlists, WATCHLISTS_MAX, told);
        let is_kept = self.store().write_watchlist(trader.owner(), name, &kept, most).await?;
        if is_kept { Ok(()) } else { Err(full) }
    }

    /// Does to a list what somebody did to it where they saw it, and leaves what was changed
    /// elsewhere since; makes the list where they saw nothing in it and there is none.
    pub async fn edit_watchlist(
        &self,
        trader: &Trader,
        name: &str,
        edit: WatchlistEdit<'_>,
    ) -> Result<(), DeskError> {
        if WATCHLIST_MAX < edit.before.len().max(edit.after.len()) {
            return Err(too_many());
        }
        let name = checked_name(name, OF, NAME_MAX)?;
        let lists = self.kept_watchlists(trader.owner()).await?;
        let symbols = match lists.iter().find(|list| list.name == name) {
            Some(list) => edit.applied_to(&list.symbols),
            None if edit.before.is_empty() => edit.after.to_vec(),
            None => return Err(missing(name)),
        };
        self.write_watchlist(trader, name, &symbols).await
    }

    /// Gives a list another name, under which it is looked at if it was before.
    pub async fn rename_watchlist(
        &self,
        trader: &Trader,
        name: &str,
        to: &str,
    ) -> Result<(), DeskError> {
        let to = checked_name(to, OF, NAME_MAX)?;
        let lists = self.kept_watchlists(trader.owner()).await?;
        if name != to && lists.iter().any(|list| list.name == to) {
            return Err(DeskError::Malformed(format!("there is a watchlist {to} already")));
        }
        let (_, chosen) = self.watchlists(trader).await?;
        if !self.store().rename_watchlist(trader.owner(), name, to).await? {
            return Err(missing(name));
        }
        if chosen == name {
            self.store().write_setting(trader.owner(), CHOSEN, to).await?;
        }
        Ok(())
    }

    /// Removes a list; the last one stays.
    pub async fn remove_watchlist(&self, trader: &Trader, name: &str) -> Result<(), DeskError> {
        let lists = self.kept_watchlists(trader.owner()).await?;
        if lists.len() <= 1 {
            return Err(DeskError::Malformed("the last watchlist stays".to_owned()));
        }
        let is_gone = self.store().remove_watchlist(trader.owner(), name).await?;
        if is_gone { Ok(()) } else { Err(missing(name)) }
    }

    /// Looks at a list from now on.
    pub async fn choose_watchlist(&self, trader: &Trader, name: &str) -> Result<(), DeskError> {
        let (lists, _) = self.watchlists(trader).await?;
        if lists.iter().all(|list| list.name != name) {
            return Err(missing(name));
        }
        Ok(self.store().write_setting(trader.owner(), CHOSEN, name).await?)
    }

    /// What is stored, the first list included: a second one must not take its place.
    async fn kept_watchlists(&self, owner: &OwnerId) -> Result<Vec<Watchlist>, DeskError> {
        let mut lists = self.store().watchlists(owner).await?;
        if lists.is_empty() {
            let first = first();
            let Watchlist { name, symbols } = &first;
            self.store().write_watchlist(owner, name, symbols, WATCHLISTS_MAX).await?;
            lists.push(first);
        }
        Ok(lists)
    }
}

impl WatchlistEdit<'_> {
    /// Their list in their order: without what is gone elsewhere, and with what came there behind.
    fn applied_to(self, now: &[Symbol]) -> Vec<Symbol> {
        let Self { before, after } = self;
        let stays = |one: &&Symbol| !before.contains(one) || now.contains(one);
        let came = |one: &&Symbol| !before.contains(one) && !after.contains(one);
        after.iter().filter(stays).chain(now.iter().filter(came)).copied().collect()
    }
}

fn too_many() -> DeskError {
    DeskError::Malformed(format!("a watchlist holds at most {WATCHLIST_MAX} symbols: remove some"))
}

fn first() -> Watchlist {
    Watchlist { name: NAME_FIRST.to_owned(), symbols: WATCHLIST_FIRST.to_vec() }
}

fn missing(name: &str) -> DeskError {
    DeskError::Malformed(format!("there is no watchlist {name}: load the page again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A symbol a letter.
    fn symbols(letters: &str) -> Vec<Symbol> {
        letters.chars().map(|one| one.to_string().parse().expect("a ticker")).collect()
    }

    #[test]
    fn what_another_page_did_stays() {
        for (before, after, now, expected, what) in [
            ("ABC", "ABCD", "ABC", "ABCD", "nobody else did anything"),
            ("ABC", "ABCD", "ABCE", "ABCDE", "one added here, one there"),
            ("ABC", "ABCD", "ABCD", "ABCD", "the same one added twice"),
            ("ABC", "AC", "ABCE", "ACE", "one removed here, one added there"),
            ("ABC", "AC", "BC", "C", "one removed here, one there"),
            ("ABC", "AC", "AC", "AC", "the same one removed twice"),
            ("ABC", "ABCD", "AC", "ACD", "one added here, one removed there"),
            ("ABC", "CAB", "ABCE", "CABE", "moved here, one added there"),
            ("ABC", "CAB", "AC", "CA", "moved here, one removed there"),
            ("ABCD", "ABC", "ABCDE", "ABCE", "an addition is taken back"),
            ("AC", "ABC", "ACE", "ABCE", "a removal is taken back"),
            // Of two changes of one page the second may come first.
            ("ABCD", "ABCDE", "ABC", "ABCE", "the second"),
            ("ABC", "ABCD", "ABCE", "ABCDE", "then the first"),
            ("", "", "ABC", "ABC", "a list of that name was made elsewhere"),
        ] {
            let (before, after) = (symbols(before), symbols(after));
            let edit = WatchlistEdit { before: &before, after: &after };
            assert_eq!(edit.applied_to(&symbols(now)), symbols(expected), "{what}");
        }
    }
}
