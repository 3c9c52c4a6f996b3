//! `docs/asvs.md` names tests that hold what it promises: each of them must be there, and what its
//! beginning adds up must be its rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Complaint, Source};

const TABLE: &str = "docs/asvs.md";
/// Requirements of the first and second level of ASVS 5.0.
const REQUIREMENTS: usize = 253;

pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    let Some(table) = sources.iter().find(|source| source.path == TABLE) else {
        return Vec::new();
    };
    let mut complaints = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, line) in table.text.lines().enumerate() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, requirements, how, held, _] = cells[..] else { continue };
        if !requirements.starts_with(|sign: char| sign.is_ascii_digit()) {
            continue;
        }
        for requirement in requirements.split(' ') {
            *sums.entry(how).or_default() += 1;
            if !known.insert(requirement) {
                complaints.push(table.complain(at + 1, format!("`{requirement}` stands twice")));
            }
        }
        if how == "test" {
            let gone = named(held).filter(|name| !is_there(name, sources));
            complaints.extend(gone.map(|name| {
                table.complain(at + 1, format!("there is no `{name}`: name what holds this now"))
            }));
        }
    }
    if known.len() != REQUIREMENTS {
        let why = format!("there are {} of {REQUIREMENTS} requirements", known.len());
        complaints.push(table.complain(1, why));
    }
    let sum = |how| sums.get(how).copied().unwrap_or_default();
    let told = format!(
        "Of {REQUIREMENTS}, {} are held by tests, {} by settings, {} do not apply, and {} are open",
        sum("test"),
        sum("setting"),
        sum("does not apply"),
        sum("open"),
    );
    if !table.text.contains(&told) {
        complaints.push(table.complain(1, format!("the rows add up to: {told}")));
    }
    complaints
}

/// What stands between backticks.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn is_there(name: &str, sources: &[Source]) -> bool {
    let is_code = |source: &&Source| source.is_rust() || source.path.ends_with(".mjs");
    // This file's own tests name what is nowhere.
    let others = sources.iter().filter(is_code).filter(|one| !one.path.ends_with("promises.rs"));
    others.into_iter().any(|source| source.text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn what_is_promised_is_held_by_something() {
        let rows = (1..REQUIREMENTS).map(|n| format!("| 9.9.{n} | open | not yet |\n"));
        let most: String = rows.collect();
        let test = ("server/src/a.rs", "fn it_holds() {}");
        let told = |test, setting| {
            format!("Of 253, {test} are held by tests, {setting} by settings, 0 do not apply, and ")
        };
        let table = |test, setting, row: &str| {
            format!("{}252 are open\n{most}{row}\n", told(test, setting))
        };
        let good = table(1, 0, "| 1.1.1 | test | `it_holds` |");
        expect(check, &[(TABLE, &good), test], &[]);
        let gone = table(1, 0, "| 1.1.1 | test | `it_is_gone` |");
        expect(check, &[(TABLE, &gone), test], &["docs/asvs.md:254: there is no `it_is_gone`"]);
        let twice = table(0, 2, "| 1.1.1 9.9.1 | setting | |");
        expect(check, &[(TABLE, &twice), test], &["docs/asvs.md:254: `9.9.1` stands twice"]);
        let few = format!("{}0 are open\n| 1.1.1 | setting | |", told(0, 1));
        expect(check, &[(TABLE, &few), test], &["docs/asvs.md:1: there are 1 of 253"]);
        let old = table(0, 1, "| 1.1.1 | test | `it_holds` |");
        expect(
            check,
            &[(TABLE, &old), test],
            &["docs/asvs.md:1: the rows add up to: Of 253, 1 are"],
        );
        expect(check, &[test], &[]);
    }
}
