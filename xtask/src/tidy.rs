//! The rules of the house that no compiler knows. Each tells the file and line, what is wrong, and
//! what to do instead.

mod layers;
mod migrations;
mod promises;
mod registries;
mod sources;
mod styles;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;

use crate::project::Project;

/// One broken rule at one place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    path: String,
    line: usize,
    message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// A text file of the repository. The rules see nothing else, so each is tested on a few lines.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the root, with `/` on every system.
    path: String,
    text: String,
}

impl Source {
    fn complain(&self, line: usize, message: impl Into<String>) -> Complaint {
        Complaint { path: self.path.clone(), line, message: message.into() }
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Lines that are code, numbered from one: a rule may be explained in a comment.
    fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Prints every complaint.
pub(crate) fn print(project: &Project) -> anyhow::Result<ExitCode> {
    check(project)?;
    println!("  tidy");
    Ok(ExitCode::SUCCESS)
}

/// Fails if there is anything to complain about.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    let complaints = complaints(&read(&project.root)?);
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    match complaints.len() {
        0 => Ok(()),
        1 => bail!("1 rule of the house is broken"),
        many => bail!("{many} rules of the house are broken"),
    }
}

fn complaints(sources: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    complaints.extend(layers::check(sources));
    complaints.extend(sources::check(sources));
    complaints.extend(styles::check(sources));
    complaints.extend(promises::check(sources));
    complaints.extend(migrations::check(sources));
    complaints.extend(registries::check(sources));
    complaints.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));
    complaints
}

/// Folders that hold nothing of ours.
fn is_foreign(name: &str) -> bool {
    name.starts_with("target") || matches!(name, ".git" | "node_modules" | "test-results")
}

fn read(root: &Path) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path: PathBuf = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            if name.is_none_or(|name| is_foreign(&name)) || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // What is no text is a picture or a font.
            if let Ok(text) = std::fs::read_to_string(&path) {
                let words: Vec<_> =
                    path.strip_prefix(root)?.iter().map(|word| word.to_string_lossy()).collect();
                sources.push(Source { path: words.join("/"), text });
            }
        }
    }
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(sources)
}

/// For the rules' own tests: files by path and text, and the complaints expected of a rule.
#[cfg(test)]
#[track_caller]
fn expect(rule: fn(&[Source]) -> Vec<Complaint>, files: &[(&str, &str)], expected: &[&str]) {
    let source =
        |(path, text): &(&str, &str)| Source { path: (*path).to_owned(), text: (*text).to_owned() };
    let sources: Vec<Source> = files.iter().map(source).collect();
    let complaints: Vec<String> = rule(&sources).iter().map(Complaint::to_string).collect();
    assert_eq!(complaints.len(), expected.len(), "{complaints:#?}");
    for (complaint, expected) in complaints.iter().zip(expected) {
        assert!(complaint.starts_with(expected), "`{complaint}` is not about `{expected}`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_names_file_and_line() {
        let source = Source { path: "app/src/lib.rs".to_owned(), text: String::new() };
        assert_eq!(source.complain(3, "wrong").to_string(), "app/src/lib.rs:3: wrong");
    }

    #[test]
    fn built_and_installed_files_are_not_ours() {
        for name in ["target", "target-check", "node_modules", ".git"] {
            assert!(is_foreign(name), "{name}");
        }
        assert!(!is_foreign("crates") && !is_foreign(".github"));
    }
}
