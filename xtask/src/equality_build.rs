//! Builds the calculation code for a browser alone, as traders run it, so that the tests can
//! compare its bits with the server's.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use wasm_bindgen_cli_support::Bindgen;

use crate::browser_build::optimise;
use crate::command::{cargo, must};
use crate::machine;
use crate::project::Project;

const PACKAGE: &str = "equality";

/// Both halves of the comparison.
pub(crate) struct Equality {
    /// The program that computes natively.
    pub(crate) program: PathBuf,
    /// The folder of the module that computes in a browser.
    pub(crate) folder: PathBuf,
}

/// Builds both halves.
pub(crate) fn build(project: &Project) -> anyhow::Result<Equality> {
    machine::ensure_wasm_target()?;
    machine::ensure_node_packages(project)?;
    must(cargo(project).args(["build", "--package", PACKAGE, "--bin", PACKAGE]))?;
    let mut rustc = cargo(project);
    rustc.args(["rustc", "--package", PACKAGE, "--lib", "--crate-type", "cdylib"]);
    must(rustc.args(["--target", "wasm32-unknown-unknown", "--profile", "wasm-release"]))?;
    let target = project.target();
    let compiled = target.join("wasm32-unknown-unknown/wasm-release").join("equality.wasm");
    let folder = target.join(PACKAGE);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&compiled).web(true)?.typescript(false).out_name(PACKAGE);
    bindgen.generate(&folder).context("wasm-bindgen")?;
    optimise(project, &folder)?;
    let name = format!("{PACKAGE}{}", std::env::consts::EXE_SUFFIX);
    Ok(Equality { program: target.join("debug").join(name), folder })
}
