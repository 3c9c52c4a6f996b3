//! Makes everything that the browser loads, and the manifest by which the server finds it:
//! cargo → lazy pages split off → wasm-bindgen → wasm-opt → style sheet → hashed names → brotli.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::{cargo, must};
use crate::project::Project;
use crate::{machine, short_names, split, stylesheet};

/// What the server needs to know of the files it embeds.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Changes whenever anything here does; empty when the browser's part was never built.
    pub(crate) build: String,
    /// Address of the module that starts the page.
    pub(crate) script: String,
    /// Address of the code which that module loads.
    pub(crate) wasm: String,
    /// Address of the style sheet.
    pub(crate) style: String,
    /// Address of that of plain documents.
    #[serde(default)]
    pub(crate) document_style: String,
    /// The lazily loaded pages, where there are any.
    pub(crate) split: Option<split::Split>,
    /// Every file by its address.
    pub(crate) files: BTreeMap<String, FileFacts>,
}

/// How a file is to be answered.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileFacts {
    /// Its media type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Whether a file of the same name and `.br` lies beside it.
    pub(crate) br: bool,
}

/// Where it is made, below the target folder.
const WORK: &str = "browser";

/// Who waits for the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A trader: small and quick to run, slow to build.
    Trader,
    /// A programmer who has just saved a file.
    Programmer,
}

impl Audience {
    fn profile(self) -> (&'static str, &'static str) {
        match self {
            Self::Trader => ("wasm-release", "wasm-release"),
            Self::Programmer => ("dev", "debug"),
        }
    }

    fn brotli_quality(self) -> i32 {
        match self {
            Self::Trader => 11,
            Self::Programmer => 5,
        }
    }
}

/// Builds the browser's part into `target/site`. Nothing is touched when nothing has changed, so
/// that the server, which embeds the folder, is not rebuilt either.
pub(crate) fn build(project: &Project, audience: Audience) -> anyhow::Result<()> {
    make(project, audience)?.lay_out(project)
}

/// The browser's part, made but not yet where the server finds it.
pub(crate) struct Made {
    /// Nothing, where what lies there is the same.
    fresh: Option<Fresh>,
}

struct Fresh {
    sheets: Sheets,
    split: Option<split::Split>,
    build: Build,
    started: Instant,
}

/// Makes the browser's part. The server may be built meanwhile: what it embeds stays as it is.
pub(crate) fn make(project: &Project, audience: Audience) -> anyhow::Result<Made> {
    machine::ensure_wasm_target()?;
    if audience == Audience::Trader {
        machine::ensure_node_packages(&project.end2end())?;
    }
    let compiled = compile(project, audience)?;
    let sheets = Sheets {
        main: stylesheet::bundle(&project.style())?,
        documents: stylesheet::bundle(&project.document_style())?,
    };
    let key = key(project, audience, &compiled, &sheets)?;
    if Manifest::read(project).is_ok_and(|old| old.build == key) {
        return Ok(Made { fresh: None });
    }
    let work = project.target().join(WORK);
    let started = Instant::now();
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let split = bind(project, &compiled, &work)?;
    if audience == Audience::Trader {
        short_names::shorten(&work, &project.names.output_name)?;
        short_names::minify(project, &work)?;
        optimise(project, &work)?;
    }
    let build = Build { key, quality: audience.brotli_quality() };
    Ok(Made { fresh: Some(Fresh { sheets, split, build, started }) })
}

impl Made {
    /// Puts it where the server finds it.
    pub(crate) fn lay_out(self, project: &Project) -> anyhow::Result<()> {
        let Some(Fresh { sheets, split, build, started }) = self.fresh else { return Ok(()) };
        lay_out(project, &project.target().join(WORK), &sheets, split, build)?;
        let site = project.site();
        println!("  the browser's part is in {} ({:.1?})", site.display(), started.elapsed());
        Ok(())
    }
}

/// The server embeds the folder, so even its check wants one. An empty manifest tells it that the
/// browser's part was never built.
pub(crate) fn ensure_placeholder(project: &Project) -> anyhow::Result<()> {
    let path = project.site().join("manifest.json");
    if path.exists() {
        return Ok(());
    }
    fs::create_dir_all(project.site())?;
    fs::write(path, serde_json::to_string_pretty(&Manifest::default())?)?;
    Ok(())
}

fn compile(project: &Project, audience: Audience) -> anyhow::Result<PathBuf> {
    let (profile, folder) = audience.profile();
    let package = &project.names.lib_package;
    let mut rustc = cargo(project);
    rustc.args(["rustc", "--package", package, "--lib", "--crate-type", "cdylib"]);
    rustc.args(["--target", "wasm32-unknown-unknown", "--profile", profile]);
    // Splitting moves functions between modules, for which it needs to know who refers to whom.
    // Only the last link is told: a flag for all would rebuild every dependency.
    rustc.args(["--", "-Clink-args=--emit-relocs"]);
    must(&mut rustc)?;
    let name = format!("{}.wasm", package.replace('-', "_"));
    Ok(project.target().join("wasm32-unknown-unknown").join(folder).join(name))
}

/// Changes whenever the result would.
fn key(
    project: &Project,
    audience: Audience,
    compiled: &Path,
    sheets: &Sheets,
) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    hash.update(format!("{audience:?} {}", project.names.output_name));
    hash.update(fs::read(compiled).with_context(|| format!("`{}`", compiled.display()))?);
    hash.update(&sheets.main);
    hash.update(&sheets.documents);
    for path in files_below(&project.assets())? {
        hash.update(path.to_string_lossy().as_bytes());
        hash.update(fs::read(&path)?);
    }
    hash.update(fs::read(project.service_worker())?);
    // Another xtask may build another way.
    let program = fs::metadata(std::env::current_exe()?)?.modified()?;
    hash.update(format!("{program:?}"));
    Ok(hex(hash))
}

fn bind(project: &Project, compiled: &Path, work: &Path) -> anyhow::Result<Option<split::Split>> {
    let name = &project.names.output_name;
    let (input, split) = split::split(compiled, work, name)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&input).web(true)?.typescript(false).out_name(name);
    // The split-off pages import what the linker exported.
    bindgen.keep_lld_exports(split.is_some());
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(work).context("wasm-bindgen")?;
    fs::remove_file(input)?;
    Ok(split)
}

/// The features that every browser of the last three years has; `--all-features` would write a
/// module that even Node refuses.
const WASM_FEATURES: &[&str] = &[
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Makes every WASM file of a folder as small as the browser's is, as many at once as there are
/// processors: each takes one.
pub(crate) fn optimise(project: &Project, work: &Path) -> anyhow::Result<()> {
    let mut paths = files_below(work)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    let next = AtomicUsize::new(0);
    let optimise = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut wasm_opt = machine::node(project)?;
            wasm_opt.arg(project.end2end().join("node_modules/binaryen/bin/wasm-opt"));
            wasm_opt.args(WASM_FEATURES).arg("-Oz").arg(path).arg("-o").arg(path);
            must(&mut wasm_opt)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(optimise)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().map_err(|_| anyhow!("a thread that ran wasm-opt panicked"))?
        })
    })
}

/// The style sheets.
struct Sheets {
    /// Of every page.
    main: String,
    /// Of plain documents besides.
    documents: String,
}

struct Build {
    key: String,
    quality: i32,
}

/// Script and code stand in one folder named by the hash of all of it: they name one another (the
/// loader of split-off pages even in a circle), so a hash in each name could not be computed, and
/// any change of code changes them together anyway.
fn lay_out(
    project: &Project,
    work: &Path,
    sheets: &Sheets,
    split: Option<split::Split>,
    build: Build,
) -> anyhow::Result<()> {
    let (site, pkg, name) =
        (project.site(), &project.names.site_pkg_dir, &project.names.output_name);
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    let mut manifest = Manifest { build: build.key, ..Manifest::default() };
    let mut hash = Sha256::new();
    for path in files_below(work)? {
        hash.update(path.strip_prefix(work)?.to_string_lossy().as_bytes());
        hash.update(fs::read(&path)?);
    }
    let folder = format!("/{pkg}/{}", short(hash));
    for path in files_below(work)? {
        let address = format!("{folder}/{}", address_below(work, &path)?);
        manifest.add(&site, &address, &fs::read(&path)?)?;
    }
    manifest.script = format!("{folder}/{name}.js");
    manifest.wasm = format!("{folder}/{name}_bg.wasm");
    manifest.split = split.map(|split| split.in_folder(&folder));
    let mut hash = Sha256::new();
    hash.update(&sheets.main);
    hash.update(&sheets.documents);
    let hash = short(hash);
    manifest.style = format!("/{pkg}/{name}.{hash}.css");
    manifest.document_style = format!("/{pkg}/documents.{hash}.css");
    let addresses = [manifest.style.clone(), manifest.document_style.clone()];
    for (address, sheet) in addresses.iter().zip([&sheets.main, &sheets.documents]) {
        manifest.add(&site, address, sheet.as_bytes())?;
    }
    for path in files_below(&project.assets())? {
        let address = format!("/{}", address_below(&project.assets(), &path)?);
        manifest.add(&site, &address, &fs::read(&path)?)?;
    }
    let worker = service_worker(project, &manifest)?;
    manifest.add(&site, "/service-worker.js", worker.as_bytes())?;
    manifest.compress(project, &site, build.quality)?;
    for address in [&manifest.script, &manifest.wasm] {
        if !manifest.files.contains_key(address) {
            bail!("wasm-bindgen did not write `{address}`");
        }
    }
    // Last: a build that was cut short must not look like a finished one.
    fs::write(site.join("manifest.json"), serde_json::to_string_pretty(&manifest)?)?;
    Ok(())
}

/// The script that keeps the desk on a device. It names the build and its files, so that it is
/// another one, which browsers fetch, whenever anything is.
fn service_worker(project: &Project, manifest: &Manifest) -> anyhow::Result<String> {
    let files: Vec<_> =
        manifest.files.keys().filter(|address| address.starts_with("/pkg/")).collect();
    let path = project.service_worker();
    let script = fs::read_to_string(&path).with_context(|| format!("`{}`", path.display()))?;
    Ok(format!(
        "const BUILD = {};\nconst SCRIPT = {};\nconst STYLE = {};\nconst FILES = {};\n{script}",
        serde_json::to_string(&manifest.build)?,
        serde_json::to_string(&manifest.script)?,
        serde_json::to_string(&manifest.style)?,
        serde_json::to_string(&files)?,
    ))
}

impl Manifest {
    /// What the last build wrote, if there was one.
    pub(crate) fn read(project: &Project) -> anyhow::Result<Self> {
        let path = project.site().join("manifest.json");
        let text = fs::read_to_string(&path).with_context(|| {
            format!("`{}` is not there: run `cargo xtask build`", path.display())
        })?;
        Ok(serde_json::from_str(&text)?)
    }

    fn add(&mut self, site: &Path, address: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let kind = media_type(address)?;
        let path = site.join(address.trim_start_matches('/'));
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        fs::write(&path, bytes)?;
        self.files.insert(address.to_owned(), FileFacts { kind: kind.to_owned(), br: false });
        Ok(())
    }

    /// Puts a smaller copy beside each file that has one; pictures and fonts are compressed
    /// already. By Node's encoder, which is brotli's own.
    fn compress(&mut self, project: &Project, site: &Path, quality: i32) -> anyhow::Result<()> {
        let mut node = machine::node(project)?;
        node.arg(project.root.join("xtask/compress.mjs")).arg(quality.to_string()).arg(site);
        let mut child = node.stdin(Stdio::piped()).spawn().context("node cannot be started")?;
        let names: Vec<_> =
            self.files.keys().map(|address| address.trim_start_matches('/')).collect();
        let mut stdin = child.stdin.take().context("the input was asked for")?;
        stdin.write_all(names.join("\n").as_bytes())?;
        drop(stdin);
        let status = child.wait()?;
        if !status.success() {
            bail!("xtask/compress.mjs ended with {status}");
        }
        for (address, facts) in &mut self.files {
            facts.br = site.join(format!("{}.br", address.trim_start_matches('/'))).exists();
        }
        Ok(())
    }
}

fn media_type(address: &str) -> anyhow::Result<&'static str> {
    let extension = Path::new(address).extension().and_then(|word| word.to_str());
    Ok(match extension {
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => bail!("`{address}` is of no known kind: name its media type in browser_build.rs"),
    })
}

fn address_below(folder: &Path, path: &Path) -> anyhow::Result<String> {
    let words: Vec<_> =
        path.strip_prefix(folder)?.iter().map(|word| word.to_string_lossy()).collect();
    Ok(words.join("/"))
}

/// Every file below a folder, sorted; none where there is no folder. Hidden files stay out.
pub(crate) fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden =
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden {
            continue;
        }
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn short(hash: Sha256) -> String {
    hex(hash)[..12].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_compressed_only_when_that_helps() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut manifest = Manifest::default();
        let text = "the same again. ".repeat(100);
        let project = Project::open().expect("this project");
        manifest.add(folder.path(), "/pkg/a.js", text.as_bytes()).expect("written");
        manifest.add(folder.path(), "/b.txt", b"x").expect("written");
        manifest.compress(&project, folder.path(), 11).expect("compressed");
        assert!(manifest.files["/pkg/a.js"].br && folder.path().join("pkg/a.js.br").exists());
        assert!(!manifest.files["/b.txt"].br && !folder.path().join("b.txt.br").exists());
        let mut node = machine::node(&project).expect("node");
        let read =
            "process.stdout.write(zlib.brotliDecompressSync(fs.readFileSync(process.argv[1])))";
        node.arg("--eval").arg(read).arg(folder.path().join("pkg/a.js.br"));
        let plain = node.output().expect("it ran").stdout;
        assert_eq!(plain, text.as_bytes());
    }

    #[test]
    fn a_file_of_unknown_kind_is_refused_by_name() {
        let error = media_type("/odd.xyz").expect_err("unknown");
        assert!(error.to_string().contains("`/odd.xyz`"));
    }
}
