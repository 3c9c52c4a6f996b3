//! Builds the binary `volaris` around the browser's part.

use std::path::PathBuf;

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
    let name = format!("{}{}", project.names.name, std::env::consts::EXE_SUFFIX);
    Ok(project.target().join(folder).join(name))
}
