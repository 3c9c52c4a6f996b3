//! Where things are: the repository's root and what `Leptos.toml` says.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

/// The repository, and the names and addresses that `Leptos.toml` gives.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) names: Names,
    /// Whether this is a build server, which builds nothing twice.
    pub(crate) is_ci: bool,
    /// What the server is built with besides what it always has, with commas between.
    pub(crate) features: String,
}

/// What `Leptos.toml` says. The server reads the same text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Names {
    pub(crate) name: String,
    pub(crate) output_name: String,
    pub(crate) bin_package: String,
    pub(crate) lib_package: String,
    site_root: String,
    pub(crate) site_pkg_dir: String,
    pub(crate) site_addr: String,
    style_file: String,
    assets_dir: String,
    end2end_dir: String,
}

/// How long the build may take for how quick a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speed {
    /// What `run` and the browser tests use: the arithmetic and the dependencies are optimised.
    Quick,
    /// Everything is.
    Release,
}

impl Project {
    /// Finds the repository from where xtask's own source was compiled.
    pub(crate) fn open() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask stands outside a repository")?;
        Self::at(root)
    }

    fn at(root: &Path) -> anyhow::Result<Self> {
        let path = root.join("Leptos.toml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("`{}` cannot be read", path.display()))?;
        let names = parse(&text).with_context(|| format!("`{}`", path.display()))?;
        let is_ci = std::env::var_os("CI").is_some();
        Ok(Self { root: root.to_owned(), names, is_ci, features: String::new() })
    }

    /// What the server embeds.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join(&self.names.site_root)
    }

    /// The style sheet that imports all others.
    pub(crate) fn style(&self) -> PathBuf {
        self.root.join(&self.names.style_file)
    }

    /// The style sheet of plain documents, beside it.
    pub(crate) fn document_style(&self) -> PathBuf {
        self.style().with_file_name("documents.css")
    }

    /// The script that keeps the desk on a device.
    pub(crate) fn service_worker(&self) -> PathBuf {
        self.root.join("frontend/service_worker.js")
    }

    /// Files that are served as they are.
    pub(crate) fn assets(&self) -> PathBuf {
        self.root.join(&self.names.assets_dir)
    }

    /// The browser tests and the tools from npm.
    pub(crate) fn end2end(&self) -> PathBuf {
        self.root.join(&self.names.end2end_dir)
    }

    /// Where cargo puts what it builds: other than the site's folder, this follows the person.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }
}

fn parse(text: &str) -> anyhow::Result<Names> {
    #[derive(Deserialize)]
    struct File {
        workspace: Workspace,
    }
    #[derive(Deserialize)]
    struct Workspace {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        leptos: Vec<Names>,
    }
    let file: File = toml::from_str(text)?;
    file.workspace.metadata.leptos.into_iter().next().context("no project is described")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repositorys_own_file_is_read() {
        let project = Project::open().expect("Leptos.toml is there");
        assert_eq!(project.names.output_name, "volaris");
        assert!(project.site().ends_with("target/site"));
    }

    #[test]
    fn a_misspelt_name_is_told() {
        let error = parse("[[workspace.metadata.leptos]]\nsite-rot = \"x\"").expect_err("a slip");
        assert!(format!("{error:#}").contains("site-rot"), "{error:#}");
    }
}
