//! Builds the binary `volaris` around the browser's part.

use std::path::PathBuf;

use anyhow::ensure;

use crate::command::{cargo, must};
use crate::project::{Project, Speed};

/// Where the binary is, once built. The browser's part must be there already: it is embedded.
pub(crate) fn build(project: &Project, speed: Speed) -> anyhow::Result<PathBuf> {
    let mut command = cargo(project);
    command.args(["build", "--package", &project.names.bin_package]);
    command.args(["--bin", &project.names.name]);
    if !project.features.is_empty() {
        command.args(["--features", &project.features]);
    }
    let folder = match speed {
        Speed::Quick => "debug",
        Speed::Release => {
            command.arg("--release");
            "release"
        }
    };
    must(&mut command)?;
    Ok(binary(project, folder))
}

/// The binary that `cargo test` built for tests that start it. Built for itself its dependencies
/// would have other features than among the whole workspace's, and nearly all be compiled again.
pub(crate) fn tested(project: &Project) -> anyhow::Result<PathBuf> {
    let binary = binary(project, "debug");
    ensure!(binary.exists(), "`{}` was not built by the tests", binary.display());
    Ok(binary)
}

fn binary(project: &Project, folder: &str) -> PathBuf {
    let name = format!("{}{}", project.names.name, std::env::consts::EXE_SUFFIX);
    project.target().join(folder).join(name)
}
