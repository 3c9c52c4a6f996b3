//! No file says where packages are fetched from: that is the machine's business, and a lock file
//! with one machine's mirror in it installs nowhere else.

use super::{Complaint, Source};

pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    sources.iter().flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Complaint> {
    let name = source.path.rsplit('/').next().unwrap_or_default();
    let (words, remedy): (&[&str], _) = match name {
        "package-lock.json" | "npm-shrinkwrap.json" => {
            (&["\"resolved\""], "delete the line: the integrity hash is enough")
        }
        ".npmrc" => (&["registry"], "keep it in the machine's own .npmrc"),
        "config.toml" if source.path.contains(".cargo/") => {
            (&["[source", "[registries", "replace-with"], "keep it in the machine's own folder")
        }
        _ => return Vec::new(),
    };
    let lines = source.text.lines().enumerate();
    lines
        .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
        .map(|(at, _)| source.complain(at + 1, format!("names a registry: {remedy}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn a_lock_file_names_no_address() {
        let path = "end2end/package-lock.json";
        expect(check, &[(path, "{\n\"integrity\": \"sha512-x\"\n}")], &[]);
        expect(
            check,
            &[(path, "{\n\"resolved\": \"x\"\n}")],
            &["end2end/package-lock.json:2: names a registry"],
        );
    }

    #[test]
    fn settings_name_no_mirror() {
        expect(check, &[(".cargo/config.toml", "[alias]\nxtask = \"run\"")], &[]);
        expect(
            check,
            &[(".cargo/config.toml", "[source.crates-io]\nreplace-with = \"x\"")],
            &[".cargo/config.toml:1: names", ".cargo/config.toml:2: names"],
        );
    }
}
