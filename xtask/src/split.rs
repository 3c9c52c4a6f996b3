//! Takes the lazily loaded pages out of the module that the first page loads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde::{Deserialize, Serialize};

/// What Leptos's router and its server side must know, to fetch a page before it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Split {
    /// Address of the folder in which the modules lie, without a closing `/`.
    pub(crate) folder: String,
    /// Name of the script that loads them.
    pub(crate) loader: String,
    /// For each lazy function, the modules it needs, without `.wasm`.
    pub(crate) prefetch: BTreeMap<String, Vec<String>>,
}

impl Split {
    pub(crate) fn in_folder(self, folder: &str) -> Self {
        Self { folder: folder.to_owned(), ..self }
    }
}

const LOADER: &str = "split.js";

/// Writes the split-off modules and their loader into `work`. Answers with the module that
/// wasm-bindgen is to read. What nobody splits goes the same way: it loses the linker's notes here,
/// which wasm-opt cannot handle.
pub(crate) fn split(
    compiled: &Path,
    work: &Path,
    name: &str,
) -> anyhow::Result<(PathBuf, Option<Split>)> {
    let module = fs::read(compiled)?;
    let main = work.join(format!("{name}.wasm"));
    let (main_module, link_name) = (format!("./{name}.js"), format!("./{LOADER}"));
    let mut options = wasm_split_cli_support::Options::new(&module);
    options.output_dir = work;
    options.main_out_path = &main;
    options.link_name = &link_name;
    options.main_module = &main_module;
    // Its error type is no std error, so its story is taken as text.
    let result = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("{error:#}"))
        .context("splitting off the lazy pages")?;
    if result.prefetch_map.is_empty() {
        fs::remove_file(work.join(LOADER))?;
        return Ok((main, None));
    }
    let split = Split {
        folder: String::new(),
        loader: LOADER.to_owned(),
        prefetch: result.prefetch_map.into_iter().collect(),
    };
    Ok((main, Some(split)))
}
