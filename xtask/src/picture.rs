//! Pictures of the running program: the README's, and those that the browser tests compare with.

use std::process::ExitCode;

use crate::browser_build::{self, Audience};
use crate::command::must;
use crate::project::{Project, Speed};
use crate::{machine, server_build};

/// Starts the desk, looks at it, and writes `docs/desk.png` and `end2end/baseline`.
pub(crate) fn take(project: &Project) -> anyhow::Result<ExitCode> {
    browser_build::build(project, Audience::Trader)?;
    let binary = server_build::build(project, Speed::Quick)?;
    let browser = machine::ensure_browser()?;
    let mut node = machine::node(project)?;
    must(node.arg("picture.mjs").env("VOLARIS_BIN", &binary).env("CHROMIUM", &browser))?;
    let mut node = machine::node(project)?;
    node.args(["run.mjs", "tests", "screenshots"]).env("VOLARIS_BASELINE", "write");
    must(node.env("VOLARIS_BIN", binary).env("CHROMIUM", browser))?;
    Ok(ExitCode::SUCCESS)
}
