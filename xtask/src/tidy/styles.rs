//! One style sheet per component or page, under the same name.

use super::{Complaint, Source};

pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    sources.iter().filter_map(|source| check_source(source, sources)).collect()
}

fn check_source(source: &Source, all: &[Source]) -> Option<Complaint> {
    let stem = source.path.strip_prefix("style/")?.strip_suffix(".css")?;
    if !stem.starts_with("components/") && !stem.starts_with("pages/") {
        return None;
    }
    let drawn_by = format!("app/src/{stem}.rs");
    let is_drawn = all.iter().any(|other| other.path == drawn_by);
    (!is_drawn).then(|| {
        source.complain(1, format!("`{drawn_by}` is not there: one noun has one stem everywhere"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn a_sheet_has_a_component_of_its_name() {
        let sheet = ("style/components/ladder.css", ".ladder {}");
        expect(check, &[sheet, ("app/src/components/ladder.rs", "//! A.")], &[]);
        expect(check, &[sheet], &["style/components/ladder.css:1: `app/src/components/ladder.rs`"]);
        expect(check, &[("style/tokens.css", "")], &[]);
    }
}
