//! The benchmarks: criterion natively, the same arithmetic in a browser where a page for it exists.
//! They print; they never fail a test, because a machine's speed is not the program's.

use std::process::ExitCode;

use crate::browser_build::{self, Audience, files_below};
use crate::command::{cargo, must};
use crate::project::{Project, Speed};
use crate::{machine, module_build, server_build};

/// Runs every benchmark there is; with words, those in the browser whose files have one in their
/// name.
pub(crate) fn bench(project: &Project, words: &[String]) -> anyhow::Result<ExitCode> {
    let packages = if words.is_empty() { packages_with_benches(project)? } else { Vec::new() };
    for package in packages {
        println!("\n== {package}\n");
        must(cargo(project).args(["bench", "--package", &package, "--bench", "*"]))?;
    }
    println!("\n== in the browser\n");
    let modules = module_build::build(project)?;
    browser_build::build(project, Audience::Trader)?;
    machine::ensure_node_packages(&project.end2end().join("bench"))?;
    // What is measured is what traders run.
    let binary = server_build::build(project, Speed::Release)?;
    let browser = machine::ensure_browser()?;
    let mut node = machine::node(project)?;
    node.args(["run.mjs", "bench"]).args(words).env("CHROMIUM", browser).env("VOLARIS_BIN", binary);
    must(node.envs(modules.settings()))?;
    Ok(ExitCode::SUCCESS)
}

fn packages_with_benches(project: &Project) -> anyhow::Result<Vec<String>> {
    let mut packages = Vec::new();
    for folder in ["crates", "server"] {
        for path in files_below(&project.root.join(folder))? {
            if !path.ends_with("Cargo.toml") {
                continue;
            }
            let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(&path)?)?;
            let name = manifest.get("package").and_then(|package| package.get("name"));
            if let (Some(name), true) =
                (name.and_then(toml::Value::as_str), manifest.contains_key("bench"))
            {
                packages.push(name.to_owned());
            }
        }
    }
    Ok(packages)
}
