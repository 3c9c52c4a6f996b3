//! Starting other programs, and saying which one failed.

use std::process::Command;

use anyhow::{Context, bail};

use crate::project::Project;

/// The cargo that started xtask, in the repository's root.
pub(crate) fn cargo(project: &Project) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(&project.root);
    if project.is_ci {
        // What makes second builds quick only makes the first one slow and large.
        command.env("CARGO_INCREMENTAL", "0").env("CI", "true");
    }
    command
}

/// Runs to the end, and fails by naming the command when it fails.
pub(crate) fn must(command: &mut Command) -> anyhow::Result<()> {
    let line = line(command);
    let status = command.status().with_context(|| format!("`{line}` cannot be started"))?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

/// What a person would type.
pub(crate) fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}
