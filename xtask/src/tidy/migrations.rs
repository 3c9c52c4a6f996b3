//! The two databases walk the same path: both folders hold the same numbers and names.

use std::collections::BTreeMap;

use super::{Complaint, Source};

const FOLDERS: [&str; 2] = ["migrations/sqlite/", "migrations/postgres/"];

pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (mine, other) in [(FOLDERS[0], FOLDERS[1]), (FOLDERS[1], FOLDERS[0])] {
        let mut numbers: BTreeMap<&str, &str> = BTreeMap::new();
        for source in sources {
            let Some(name) = source.path.strip_prefix(mine).filter(|name| name.ends_with(".sql"))
            else {
                continue;
            };
            let number = name.split('_').next().unwrap_or_default();
            if number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
                complaints.push(source.complain(1, "has no number: name it as 0001_bars.sql"));
            }
            if let Some(first) = numbers.insert(number, name) {
                complaints.push(source.complain(1, format!("`{first}` has this number already")));
            }
            if !sources.iter().any(|twin| twin.path == format!("{other}{name}")) {
                let message = format!("`{other}{name}` is not there: write it for both databases");
                complaints.push(source.complain(1, message));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn both_databases_walk_the_same_path() {
        let one = ("migrations/sqlite/0001_bars.sql", "");
        let twin = ("migrations/postgres/0001_bars.sql", "");
        expect(check, &[one, twin], &[]);
        expect(check, &[one], &["migrations/sqlite/0001_bars.sql:1: `migrations/postgres/0001"]);
        expect(check, &[twin], &["migrations/postgres/0001_bars.sql:1: `migrations/sqlite/0001"]);
    }

    #[test]
    fn a_number_is_given_once() {
        let files = [
            ("migrations/postgres/0001_bars.sql", ""),
            ("migrations/postgres/0001_days.sql", ""),
            ("migrations/sqlite/0001_bars.sql", ""),
            ("migrations/sqlite/0001_days.sql", ""),
        ];
        expect(
            check,
            &files,
            &["migrations/sqlite/0001_days.sql:1: `0001_bars.sql` has", "migrations/postgres/0001"],
        );
    }
}
