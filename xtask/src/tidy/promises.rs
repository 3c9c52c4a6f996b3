//! `docs/asvs.md` names tests that hold what it promises: each of them must be a test, and what its
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
    let tests = tests(sources);
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
            if named(held).next().is_none() {
                complaints.push(table.complain(at + 1, "names no test: name what holds this"));
            }
            let gone = named(held).filter(|name| !tests.contains(*name));
            complaints.extend(gone.map(|name| {
                let why = format!("there is no test `{name}`: name what holds this now");
                table.complain(at + 1, why)
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

/// What every test is called.
fn tests(sources: &[Source]) -> BTreeSet<String> {
    // This file's own tests name what is nowhere.
    let others = sources.iter().filter(|one| !one.path.ends_with("promises.rs"));
    let mut names = BTreeSet::new();
    for source in others {
        let lines: Vec<&str> = source.code_lines().map(|(_, line)| line.trim()).collect();
        if source.is_rust() {
            names.extend(functions(&lines));
            names.extend(of_lists(&lines.join(" ")));
        } else if source.path.starts_with("end2end/tests/") {
            names.extend(titles(&lines.join("\n")));
        }
    }
    names
}

/// Functions below `#[test]`, or another attribute that ends so.
fn functions(lines: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in lines {
        if let Some(attribute) = line.strip_prefix("#[") {
            let path = attribute.split(['(', ']']).next().unwrap_or_default();
            is_test |= path.rsplit("::").next() == Some("test");
            continue;
        }
        let named = line.split_once("fn ").and_then(|(_, rest)| rest.split('(').next());
        names.extend(named.filter(|_| is_test).map(str::to_owned));
        is_test = false;
    }
    names
}

/// Functions of a list that is tried on every database.
fn of_lists(code: &str) -> Vec<String> {
    let lists = code.split("on_both!(").skip(1).filter_map(|rest| rest.split(')').next());
    let names = lists.flat_map(|list| list.split(',')).map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// What stands first in `test("…"` and `visit("…"`; what differs from one to the next is `…`.
fn titles(code: &str) -> Vec<String> {
    let calls = ["\ntest(", "\nvisit("].into_iter().flat_map(|call| code.split(call).skip(1));
    calls.filter_map(|rest| title(code, rest.trim_start())).collect()
}

/// The text at a beginning: between quotes, between accents, or that of a constant.
fn title(code: &str, rest: &str) -> Option<String> {
    if let Some(rest) = rest.strip_prefix('"') {
        return rest.split('"').next().map(str::to_owned);
    }
    if let Some(rest) = rest.strip_prefix('`') {
        let mut parts = rest.split('`').next()?.split("${");
        let mut title = parts.next()?.to_owned();
        for part in parts {
            title += "…";
            title += part.split_once('}')?.1;
        }
        return Some(title);
    }
    let name = rest.split(',').next()?.trim();
    let is_constant = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase());
    let (_, told) = code.split_once(&format!("\nconst {name} =")).filter(|_| is_constant)?;
    let told = told.trim_start();
    if told.starts_with(['"', '`']) { title(code, told) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn what_is_promised_is_held_by_something() {
        let rows = (1..REQUIREMENTS).map(|n| format!("| 9.9.{n} | open | not yet |\n"));
        let most: String = rows.collect();
        let test = ("server/src/a.rs", "#[tokio::test]\nasync fn it_holds() {}");
        let told = |test, setting| {
            format!("Of 253, {test} are held by tests, {setting} by settings, 0 do not apply, and ")
        };
        let table = |test, setting, row: &str| {
            format!("{}252 are open\n{most}{row}\n", told(test, setting))
        };
        let good = table(1, 0, "| 1.1.1 | test | `it_holds` |");
        expect(check, &[(TABLE, &good), test], &[]);
        let gone = table(1, 0, "| 1.1.1 | test | `it_is_gone` |");
        expect(
            check,
            &[(TABLE, &gone), test],
            &["docs/asvs.md:254: there is no test `it_is_gone`"],
        );
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

    #[test]
    fn what_holds_it_is_a_test() {
        let (told, most) = (
            "Of 253, 1 are held by tests, 0 by settings, 0 do not apply, and 252 are open\n",
            (1..REQUIREMENTS).map(|n| format!("| 9.9.{n} | open | |\n")).collect::<String>(),
        );
        let check_row = |held: &str, path: &str, text: &str, expected: &[&str]| {
            let table = format!("{told}{most}| 1.1.1 | test | {held} |\n");
            expect(check, &[(TABLE, &table), (path, text)], expected);
        };
        let gone = ["docs/asvs.md:254: there is no test"];
        let rust = "server/src/a.rs";
        check_row("we look", rust, "", &["docs/asvs.md:254: names no test"]);
        check_row("`a_b`", rust, "#[test]\n#[expect(x)]\nfn a_b() {}", &[]);
        check_row("`a_b`", rust, "#[tokio::test(flavor = \"x\")]\nasync fn a_b() {}", &[]);
        check_row("`a_b`", rust, "on_both!(\n    c,\n    a_b,\n);\nasync fn a_b() {}", &[]);
        for text in ["// fn a_b", "fn a_b() {}", "#[cfg(test)]\nfn a_b() {}", "#[test]\nfn a() {}"]
        {
            check_row("`a_b`", rust, text, &gone);
        }
        let pages = "end2end/tests/a.spec.mjs";
        check_row("`a b`", pages, "\ntest(\"a b\", async () => {});", &[]);
        check_row("`a b`", pages, "\nvisit(\n  \"a b\",\n  {});", &[]);
        check_row("`a b`", pages, "\nconst AB =\n  \"a b\";\n\ntest(AB, () => {});", &[]);
        check_row("`a … b`", pages, "\n  test(`a ${one.word} b`, () => {});", &[]);
        for text in [
            "// test(\"a b\")",
            "\"a b\"",
            "\ntest(\"a b c\")",
            "is.test(\"a b\")",
            "\ntest(a b, c)",
        ] {
            check_row("`a b`", pages, text, &gone);
        }
        check_row("`a b`", "end2end/desk.mjs", "\ntest(\"a b\")", &gone);
    }
}
