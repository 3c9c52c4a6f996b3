//! What every Rust file keeps: a first line that says what it is for, a size that fits a head, a
//! name from the trade, and none of the words that hide a decision.

use super::{Complaint, Source};

const COLUMNS_MAX: usize = 100;
const LINES_MAX: usize = 600;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "manager", "models", "types"];

/// Where a word is refused.
#[derive(Clone, Copy)]
enum Place {
    Anywhere,
    /// Outside of the folders and files named.
    Outside(&'static [&'static str]),
    /// In tests only.
    Tests,
}

/// The word, where it is refused, and what to do instead.
const REFUSED: &[(&str, Place, &str)] = &[
    ("#[ignore", Place::Anywhere, "fix the test, or assert what it does today with a FIXME"),
    ("#[should_panic", Place::Anywhere, "return a `Result` and assert its error"),
    ("todo!(", Place::Anywhere, "finish it, or leave the feature out"),
    ("unimplemented!(", Place::Anywhere, "finish it, or leave the feature out"),
    ("AssertSqlSafe", Place::Anywhere, "write the SQL as static text and bind its values"),
    ("thread::sleep", Place::Tests, "wait for the event itself, or pause the clock"),
    ("feature = \"ssr\"", Place::Outside(&["crates/api/"]), "move it behind a function of `api`"),
    (
        "provide_context",
        Place::Outside(&["app/src/contexts.rs", "server/", "crates/api/"]),
        "take it as an argument, or make it one of the contexts in app/src/contexts.rs",
    ),
];

/// What makes a `Trader`, and who does: nobody else says that a request is somebody's. A file of a
/// folder's name is each in it.
const TRADERS: &[(&str, &[&str])] = &[
    // Whoever sits at the machine; and their tape, which runs from the start.
    ("local", &["server/src/sessions.rs", "server/src/serve.rs"]),
    ("signed_in", &["server/src/sessions.rs"]),
    // Another server knows who asks.
    ("vouched_for", &["server/src/nodes.rs"]),
    ("named_for_test", &["server/tests/"]),
];
/// What a trader is asked for.
const OF_TRADERS: [&str; 2] = ["owner", "tier"];

pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    sources.iter().flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if is_written_by_hand(source) {
        complaints.extend(check_extent(source));
    }
    if !source.is_rust() {
        return complaints;
    }
    if !source.text.starts_with("//!") {
        complaints.push(source.complain(1, "does not open with `//!`: say what the file is for"));
    }
    complaints.extend(check_name(source));
    // These rules are spelt out here, in the tests as well.
    if !source.path.starts_with("xtask/src/tidy/") {
        complaints.extend(check_words(source));
        complaints.extend(check_component(source));
        complaints.extend(check_traders(source));
    }
    complaints
}

fn is_written_by_hand(source: &Source) -> bool {
    [".rs", ".mjs", ".css"].iter().any(|ending| source.path.ends_with(ending))
}

fn check_extent(source: &Source) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (at, line) in source.text.lines().enumerate() {
        // An address cannot be broken.
        if COLUMNS_MAX < line.chars().count() && !line.contains("://") {
            let message = format!("is longer than {COLUMNS_MAX} columns: break the line");
            complaints.push(source.complain(at + 1, message));
        }
    }
    let lines = source.text.lines().count();
    if LINES_MAX < lines {
        let message = format!("has {lines} lines, over {LINES_MAX}: it is about two things");
        complaints.push(source.complain(LINES_MAX + 1, message));
    }
    complaints
}

fn check_name(source: &Source) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let path = source.path.trim_end_matches(".rs");
    if let Some(word) = path.split('/').find(|word| EMPTY_NAMES.contains(word)) {
        let message = format!("`{word}` says nothing: name the file after what it knows");
        complaints.push(source.complain(1, message));
    }
    // The tests of a package share code only through such a file.
    if path.ends_with("/mod") {
        let message = "is called `mod.rs`: name it after its folder and put it beside that";
        complaints.push(source.complain(1, message));
    }
    complaints
}

fn check_words(source: &Source) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut is_test = source.path.contains("/tests/") || source.path.ends_with("/tests.rs");
    for (number, line) in source.code_lines() {
        // By the order of the house, tests stand at the end.
        is_test |= line.trim() == "#[cfg(test)]";
        for (word, place, remedy) in REFUSED {
            let is_refused = match place {
                Place::Anywhere => true,
                Place::Outside(homes) => !homes.iter().any(|home| source.path.starts_with(home)),
                Place::Tests => is_test,
            };
            if is_refused && line.contains(word) {
                complaints.push(source.complain(number, format!("names `{word}`: {remedy}")));
            }
        }
    }
    complaints
}

/// A component owns pixels; the page that uses it owns the data.
fn check_component(source: &Source) -> Vec<Complaint> {
    if !source.path.starts_with("app/src/components/") {
        return Vec::new();
    }
    let lines = source.code_lines().filter(|(_, line)| asks(line));
    let message = "asks a question of `api`: let the page ask, and take its answer as a property";
    lines.map(|(number, _)| source.complain(number, message)).collect()
}

/// Views of `api` are what a component shows; its questions are functions, named by verbs.
fn asks(line: &str) -> bool {
    let mut words = line.split(|sign: char| !(sign.is_alphanumeric() || sign == '_'));
    let is_question =
        |word: &str| ["read_", "write_", "control_"].iter().any(|verb| word.starts_with(verb));
    line.contains("api::") && words.any(is_question)
}

/// A trader comes with a request, from the layer that knows who signed in.
fn check_traders(source: &Source) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (number, line) in source.code_lines() {
        for (at, _) in line.match_indices("Trader") {
            let is_sign = |sign: char| sign.is_alphanumeric() || sign == '_';
            if line[..at].ends_with(is_sign) {
                continue;
            }
            let rest = &line[at + "Trader".len()..];
            if rest.starts_with(" as ") || (rest.starts_with(';') && line.contains("type ")) {
                let message = "gives `Trader` another name: who makes one is found by it";
                complaints.push(source.complain(number, message));
            }
            let Some(made) = rest.trim_start_matches('>').strip_prefix("::") else { continue };
            let made = made.split(|sign| !is_sign(sign)).next().unwrap_or_default();
            let makers = TRADERS.iter().find(|(name, _)| *name == made).map(|(_, homes)| *homes);
            let is_home = |home: &&str| source.path.starts_with(*home);
            if !OF_TRADERS.contains(&made) && !makers.is_some_and(|homes| homes.iter().any(is_home))
            {
                complaints.push(source.complain(
                    number,
                    format!("makes a trader, `{made}`: take the one that the request brings"),
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[track_caller]
    fn check_one(path: &str, text: &str, expected: &[&str]) {
        expect(check, &[(path, text)], expected);
    }

    #[test]
    fn a_file_says_what_it_is_for() {
        check_one("app/src/a.rs", "//! Why.\nfn a() {}\n", &[]);
        check_one("app/src/a.rs", "fn a() {}\n", &["app/src/a.rs:1: does not open with `//!`"]);
    }

    #[test]
    fn lines_and_files_have_a_length() {
        let wide = format!("//! A.\n// {}\n", "x".repeat(98));
        check_one("app/src/a.rs", &wide, &["app/src/a.rs:2: is longer than 100"]);
        check_one("app/src/a.rs", &format!("//! A.\n// {}\n", "ü".repeat(97)), &[]);
        check_one("app/src/a.rs", &format!("//! https://e.org/{}\n", "x".repeat(98)), &[]);
        let long = format!("//! A.\n{}", "\n".repeat(600));
        check_one("app/src/a.rs", &long, &["app/src/a.rs:601: has 601 lines"]);
        check_one("style/a.css", &"\n".repeat(600), &[]);
        check_one("docs/a.md", &"x".repeat(300), &[]);
    }

    #[test]
    fn files_are_named_after_the_trade() {
        check_one("app/src/ladder.rs", "//! A.\n", &[]);
        check_one("app/src/utils.rs", "//! A.\n", &["app/src/utils.rs:1: `utils` says nothing"]);
        check_one("app/src/common/a.rs", "//! A.\n", &["app/src/common/a.rs:1: `common` says"]);
        check_one("app/src/a/mod.rs", "//! A.\n", &["app/src/a/mod.rs:1: is called `mod.rs`"]);
    }

    #[test]
    fn words_that_hide_a_decision_are_refused() {
        let path = "crates/desk/src/a.rs";
        check_one(path, "//! A.\n// No todo!() here.\n", &[]);
        for word in ["#[ignore]", "#[should_panic(expected = \"\")]", "todo!()", "unimplemented!()"]
        {
            let expected = "crates/desk/src/a.rs:2: names";
            check_one(path, &format!("//! A.\n{word}\n"), &[expected]);
        }
        check_one(path, "//! A.\nAssertSqlSafe(text)\n", &["crates/desk/src/a.rs:2: names"]);
    }

    #[test]
    fn tests_do_not_sleep() {
        let path = "crates/desk/src/a.rs";
        let expected = "crates/desk/src/a.rs:3: names `thread::sleep`";
        check_one(path, "//! A.\nstd::thread::sleep(pause);\n", &[]);
        check_one(path, "//! A.\n#[cfg(test)]\nthread::sleep(pause);\n", &[expected]);
        check_one(
            "crates/desk/tests/a.rs",
            "//! A.\nthread::sleep(pause);\n",
            &["crates/desk/tests/a.rs:2: names `thread::sleep`"],
        );
    }

    #[test]
    fn the_two_sides_meet_in_api_only() {
        let text = "//! A.\n#[cfg(feature = \"ssr\")]\n";
        check_one("crates/api/src/a.rs", text, &[]);
        check_one("app/src/a.rs", text, &["app/src/a.rs:2: names `feature = \"ssr\"`"]);
    }

    #[test]
    fn contexts_are_few() {
        let text = "//! A.\nprovide_context(tape);\n";
        check_one("app/src/contexts.rs", text, &[]);
        check_one("server/src/pages.rs", text, &[]);
        check_one("app/src/a.rs", text, &["app/src/a.rs:2: names `provide_context`"]);
    }

    #[test]
    fn a_component_fetches_nothing() {
        let path = "app/src/components/ladder.rs";
        let asking = "//! A.\nuse api::{LevelView, read_levels};\n";
        check_one(path, "//! A.\nuse api::LevelView;\n", &[]);
        check_one(path, asking, &["app/src/components/ladder.rs:2: asks a question"]);
        check_one("app/src/pages/desk.rs", asking, &[]);
    }

    #[test]
    fn traders_are_made_by_the_session_layer() {
        let text = "//! A.\nlet trader = Trader::signed_in(&account);\n";
        check_one("server/src/sessions.rs", text, &[]);
        let path = "server/src/stream.rs";
        check_one(path, text, &["server/src/stream.rs:2: makes a trader, `signed_in`"]);
        check_one(path, "//! A.\n// Trader::local()\nTrader::tier, SomeTrader::new()\n", &[]);
        for text in ["desk::Trader::local()", "<Trader>::new()", "use desk::Trader as T;"] {
            let text = format!("//! A.\n{text}\n");
            check_one(path, &text, &["server/src/stream.rs:2:"]);
        }
        check_one(path, "//! A.\ntype Asker = Trader;\n", &["server/src/stream.rs:2: gives"]);
        let test = "//! A.\nTrader::named_for_test(\"ada\")\n";
        check_one("server/tests/tapes/stage.rs", test, &[]);
        check_one("crates/desk/src/desk.rs", test, &["crates/desk/src/desk.rs:2: makes"]);
    }
}
