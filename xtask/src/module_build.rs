//! Builds code for a browser alone, without a page round it: the calculation code, so that tests
//! can compare its bits with the server's, and the chart, so that it can be timed beside others.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use wasm_bindgen_cli_support::Bindgen;

use crate::browser_build::optimise;
use crate::command::{cargo, must};
use crate::machine;
use crate::project::Project;

/// Both halves of the comparison of bits, and the chart.
pub(crate) struct Modules {
    /// The program that computes natively.
    program: PathBuf,
    /// The folder of the module that computes in a browser.
    equality: PathBuf,
    /// The folder of the module that is a chart.
    frames: PathBuf,
}

impl Modules {
    /// Where they are, for the specs.
    pub(crate) fn settings(self) -> [(&'static str, PathBuf); 3] {
        [
            ("EQUALITY_BIN", self.program),
            ("EQUALITY_FOLDER", self.equality),
            ("FRAMES_FOLDER", self.frames),
        ]
    }
}

/// Builds all of them.
pub(crate) fn build(project: &Project) -> anyhow::Result<Modules> {
    machine::ensure_wasm_target()?;
    machine::ensure_node_packages(&project.end2end())?;
    let package = "equality";
    must(cargo(project).args(["build", "--package", package, "--bin", package]))?;
    let name = format!("{package}{}", std::env::consts::EXE_SUFFIX);
    Ok(Modules {
        program: project.target().join("debug").join(name),
        equality: module(project, package)?,
        frames: module(project, "frames")?,
    })
}

fn module(project: &Project, package: &str) -> anyhow::Result<PathBuf> {
    let mut rustc = cargo(project);
    rustc.args(["rustc", "--package", package, "--lib", "--crate-type", "cdylib"]);
    must(rustc.args(["--target", "wasm32-unknown-unknown", "--profile", "wasm-release"]))?;
    let target = project.target();
    let compiled =
        target.join("wasm32-unknown-unknown/wasm-release").join(package).with_extension("wasm");
    let folder = target.join(package);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&compiled).web(true)?.typescript(false).out_name(package);
    bindgen.generate(&folder).context("wasm-bindgen")?;
    optimise(project, &folder)?;
    Ok(folder)
}
