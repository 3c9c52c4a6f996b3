//! `[tiers.lite]`, `[tiers.pro]`, `[tiers.elite]`: what each may have.

use std::collections::BTreeMap;

use anyhow::Context;
use desk::{Allowances, Limited, Tier, Tiers};

/// What the file says: by the tier's word, by the word of what is limited.
pub(super) type WrittenTiers = BTreeMap<String, BTreeMap<String, u64>>;

/// What can be named in a tier.
fn word(what: Limited) -> &'static str {
    match what {
        Limited::Positions => "positions",
        Limited::Layouts => "layouts",
        Limited::Watchlists => "watchlists",
        Limited::ApiKeys => "api_keys",
        Limited::Streams => "streams",
        Limited::Questions => "questions_a_day",
    }
}

/// The tiers that are written; none where nothing is.
pub(super) fn tiers_of(written: Option<WrittenTiers>) -> anyhow::Result<Tiers> {
    let Some(written) = written else { return Ok(Tiers::default()) };
    let mut allowances = Allowances::new();
    for (tier, limits) in written {
        let tier: Tier = tier.parse().context("`tiers`")?;
        for (name, limit) in limits {
            let known = Limited::ALL.into_iter().find(|what| word(*what) == name);
            let what = known.with_context(|| {
                let words = Limited::ALL.map(word).join(", ");
                format!("`tiers.{tier}` has `{name}`: expected some of {words}")
            })?;
            allowances.entry(tier).or_default().insert(what, limit);
        }
    }
    Ok(Tiers::new(allowances))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Tiers> {
        tiers_of(super::super::parse(text)?.tiers)
    }

    #[test]
    fn tiers_are_off_until_one_is_written() {
        assert!(!read("log = \"info\"").expect("a file").are_on());
        let text = "[tiers.lite]\npositions = 20\nquestions_a_day = 0\n[tiers.elite]\n";
        let tiers = read(text).expect("tiers");
        let limit = |tier, what| tiers.limit(Some(tier), what);
        assert_eq!(limit(Tier::Lite, Limited::Positions), Some(20));
        assert_eq!(limit(Tier::Lite, Limited::Questions), Some(0));
        assert_eq!(limit(Tier::Lite, Limited::Layouts), None);
        assert_eq!(limit(Tier::Pro, Limited::Positions), None);
    }

    #[test]
    fn a_slip_of_the_pen_is_named() {
        for (text, named) in [
            ("[tiers.gold]\npositions = 1", "gold"),
            ("[tiers.lite]\nposition = 1", "`tiers.lite` has `position`"),
            ("[tiers.lite]\npositions = -1", "positions"),
            ("[tiers.lite]\npositions = \"many\"", "positions"),
        ] {
            let error = format!("{:#}", read(text).expect_err(text));
            assert!(error.contains(named), "{error}");
        }
    }
}
