//! What somebody may keep and ask, where the desk has tiers. The one place that decides it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::DeskError;

/// What somebody who leads nobody has of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The least: what whoever joins has.
    Lite,
    /// More.
    Pro,
    /// The most.
    Elite,
}

impl Tier {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Lite, Self::Pro, Self::Elite];

    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lite => "lite",
            Self::Pro => "pro",
            Self::Elite => "elite",
        }
    }

    /// As a person reads it.
    pub fn told(self) -> &'static str {
        match self {
            Self::Lite => "Lite",
            Self::Pro => "Pro",
            Self::Elite => "Elite",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no tier's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no tier: there are lite, pro and elite")]
pub struct BadTier(String);

impl FromStr for Tier {
    type Err = BadTier;

    fn from_str(word: &str) -> Result<Self, BadTier> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| BadTier(word.to_owned()))
    }
}

/// What a tier can limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limited {
    /// Positions that are kept.
    Positions,
    /// Layouts that are kept.
    Layouts,
    /// Watchlists that are kept.
    Watchlists,
    /// Keys for programs.
    ApiKeys,
    /// Live streams that are open at once.
    Streams,
    /// Questions to the API in a day of New York.
    Questions,
}

impl Limited {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Positions,
        Self::Layouts,
        Self::Watchlists,
        Self::ApiKeys,
        Self::Streams,
        Self::Questions,
    ];

    /// As a person reads it.
    pub fn told(self) -> &'static str {
        self.names()[1]
    }

    /// One of it and several, as a person reads them.
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::Positions => ["position", "positions"],
            Self::Layouts => ["layout", "layouts"],
            Self::Watchlists => ["watchlist", "watchlists"],
            Self::ApiKeys => ["key for programs", "keys for programs"],
            Self::Streams => ["open live page or stream", "open live pages and streams"],
            Self::Questions => ["question of programs a day", "questions of programs a day"],
        }
    }

    /// What makes room.
    fn remedy(self) -> &'static str {
        match self {
            Self::Positions | Self::Layouts | Self::Watchlists => "delete one",
            Self::ApiKeys => "end one",
            Self::Streams => "close a tab",
            Self::Questions => "go on tomorrow",
        }
    }
}

/// What each tier may have at most; what is not named has no limit of its tier.
pub type Allowances = BTreeMap<Tier, BTreeMap<Limited, u64>>;

/// The tiers of a desk. A personal desk has none, and nobody who leads one is limited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tiers(Option<Allowances>);

impl Tiers {
    /// Tiers that allow so much.
    pub fn new(allowances: Allowances) -> Self {
        Self(Some(allowances))
    }

    /// Whether there are any.
    pub fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// How much a tier may have; nothing where that is not limited.
    pub fn limit(&self, tier: Option<Tier>, what: Limited) -> Option<u64> {
        self.0.as_ref()?.get(&tier?)?.get(&what).copied()
    }

    /// Refuses what would be number `wanted` of something, where a tier has less.
    pub fn check(&self, tier: Option<Tier>, what: Limited, wanted: u64) -> Result<(), DeskError> {
        let limit = self.limit(tier, what).filter(|limit| *limit < wanted);
        let Some((tier, limit)) = tier.zip(limit) else { return Ok(()) };
        Err(DeskError::OverLimit { tier, what, limit })
    }

    /// The most of something that somebody may keep, and what they read who have so much: what
    /// their tier has, or `cap`, which nobody has more than, with `told`.
    pub(crate) fn most(
        &self,
        tier: Option<Tier>,
        what: Limited,
        cap: u32,
        told: String,
    ) -> (u32, DeskError) {
        let limit = self.limit(tier, what).and_then(|limit| u32::try_from(limit).ok());
        match tier.zip(limit.filter(|limit| *limit < cap)) {
            Some((tier, most)) => {
                (most, DeskError::OverLimit { tier, what, limit: u64::from(most) })
            }
            None => (cap, DeskError::Malformed(told)),
        }
    }
}

impl DeskError {
    /// What somebody reads who reached a limit of their tier.
    pub(crate) fn over_limit(tier: Tier, what: Limited, limit: u64) -> String {
        let (tier, [one, told], remedy) = (tier.told(), what.names(), what.remedy());
        if limit == 0 {
            return format!("{tier} has no {told}: ask who leads this desk for another tier");
        }
        let told = if limit == 1 { one } else { told };
        format!("{tier} has {limit} {told}: {remedy}, or ask who leads this desk for another tier")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_has_what_is_named_and_as_much_as_it_likes_of_the_rest() {
        let lite = BTreeMap::from([(Limited::Positions, 2), (Limited::ApiKeys, 0)]);
        let tiers = Tiers::new(BTreeMap::from([(Tier::Lite, lite)]));
        let check = |tier, what, wanted| {
            tiers.check(tier, what, wanted).map_err(|problem| problem.to_string())
        };
        let (lite, pro) = (Some(Tier::Lite), Some(Tier::Pro));
        assert_eq!(check(lite, Limited::Positions, 2), Ok(()));
        let refused = check(lite, Limited::Positions, 3).expect_err("one too many");
        assert_eq!(
            refused,
            "Lite has 2 positions: delete one, or ask who leads this desk for another tier"
        );
        let one = DeskError::over_limit(Tier::Lite, Limited::ApiKeys, 1);
        assert!(one.starts_with("Lite has 1 key for programs: end one, or"), "{one}");
        let none = check(lite, Limited::ApiKeys, 1).expect_err("none at all");
        assert_eq!(none, "Lite has no keys for programs: ask who leads this desk for another tier");
        assert_eq!(check(lite, Limited::Layouts, 99), Ok(()));
        assert_eq!(check(pro, Limited::Positions, 99), Ok(()));
        assert_eq!(check(None, Limited::Positions, 99), Ok(()), "who leads the desk");
        let most = |tier, what, cap| {
            let (most, refusal) = tiers.most(tier, what, cap, "delete one".to_owned());
            (most, refusal.to_string())
        };
        assert_eq!(most(lite, Limited::Positions, 3), (2, refused));
        for (tier, what, cap) in [
            (lite, Limited::Positions, 2),
            (lite, Limited::Layouts, 3),
            (pro, Limited::Positions, 3),
            (None, Limited::Positions, 3),
        ] {
            assert_eq!(most(tier, what, cap), (cap, "delete one".to_owned()));
        }
        let off = Tiers::default();
        assert!(off.check(lite, Limited::Positions, 99).is_ok() && !off.are_on());
    }

    #[test]
    fn a_tier_is_read_from_its_word() {
        for tier in Tier::ALL {
            assert_eq!(tier.as_str().parse(), Ok(tier));
        }
        assert!("Lite".parse::<Tier>().is_err());
    }
}
