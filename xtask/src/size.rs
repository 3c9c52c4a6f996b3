//! What the browser loads, in bytes, and the budget that the first page keeps.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

use crate::browser_build::Manifest;
use crate::project::Project;

/// Everything a first visit loads, brotli-compressed: a coach's tip is often opened on a phone. The
/// goal is 250,000; this is where we are. `docs/decisions/0003` says what each rise is for.
const FIRST_LOAD_MAX: u64 = 450_000;
/// Kept for the page itself, which only a running server can write.
const PAGE_RESERVE: u64 = 12_000;

struct Weight {
    address: String,
    raw: u64,
    sent: u64,
    is_first_load: bool,
}

/// Prints the table.
pub(crate) fn print(project: &Project) -> anyhow::Result<ExitCode> {
    let weights = weigh(&project.site(), &Manifest::read(project)?)?;
    println!("{:>10} {:>10}        file", "raw", "brotli");
    for weight in &weights {
        let when = if weight.is_first_load { "first" } else { "later" };
        println!("{:>10} {:>10}  {when} {}", weight.raw, weight.sent, weight.address);
    }
    let first = first_load(&weights);
    println!("{:>10} {first:>10}  bytes of {FIRST_LOAD_MAX} at the first load", "");
    println!("{:>21}  of which {PAGE_RESERVE} are kept for the page itself", "");
    Ok(ExitCode::SUCCESS)
}

/// Fails when the first load outgrows its budget.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    let first = first_load(&weigh(&project.site(), &Manifest::read(project)?)?);
    println!("  {first} of {FIRST_LOAD_MAX} bytes at the first load");
    if FIRST_LOAD_MAX < first {
        bail!("the first load is {first} bytes, over {FIRST_LOAD_MAX}: make a heavy page lazy");
    }
    Ok(())
}

fn first_load(weights: &[Weight]) -> u64 {
    let files = weights.iter().filter(|weight| weight.is_first_load);
    PAGE_RESERVE + files.map(|weight| weight.sent).sum::<u64>()
}

fn weigh(site: &Path, manifest: &Manifest) -> anyhow::Result<Vec<Weight>> {
    if manifest.script.is_empty() {
        bail!("the browser's part is not built: run `cargo xtask build`");
    }
    let mut weights = Vec::new();
    for (address, facts) in &manifest.files {
        let name = address.trim_start_matches('/');
        let raw = fs::metadata(site.join(name))?.len();
        let sent = match facts.br {
            true => fs::metadata(site.join(format!("{name}.br")))?.len(),
            false => raw,
        };
        // Every script is imported by the first one; of the code, only the main module is.
        let is_first_load = *address == manifest.wasm
            || *address == manifest.style
            || (address.ends_with(".js") && address.starts_with("/pkg/"));
        weights.push(Weight { address: address.clone(), raw, sent, is_first_load });
    }
    weights.sort_by_key(|weight| (!weight.is_first_load, std::cmp::Reverse(weight.sent)));
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser_build::FileFacts;

    #[test]
    fn lazy_pages_are_no_part_of_the_first_load() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("pkg")).expect("created");
        let mut manifest = Manifest {
            script: "/pkg/a.js".to_owned(),
            wasm: "/pkg/a.wasm".to_owned(),
            style: "/pkg/a.css".to_owned(),
            ..Manifest::default()
        };
        for (name, length) in [("a.js", 10), ("a.wasm", 100), ("a.css", 1), ("lazy.wasm", 5000)] {
            fs::write(folder.path().join("pkg").join(name), vec![0; length]).expect("written");
            let facts = FileFacts { kind: String::new(), br: false };
            manifest.files.insert(format!("/pkg/{name}"), facts);
        }
        let weights = weigh(folder.path(), &manifest).expect("all files are there");
        assert_eq!(first_load(&weights), PAGE_RESERVE + 111);
    }
}
