//! Lets the server be checked where the browser's part was not built yet: the folder that it embeds
//! must be there, if only with an empty manifest.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site");
    let manifest = site.join("manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());
    if !manifest.exists() {
        fs::create_dir_all(&site)?;
        fs::write(&manifest, "{}")?;
    }
    Ok(())
}
