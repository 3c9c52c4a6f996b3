//! `test` and `ci`: every check there is, cheapest first. A failure stops only what builds on it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use anyhow::{Context, anyhow, bail};

use crate::browser_build::{self, Audience, Made};
use crate::command::{self, cargo, must};
use crate::counts::{self, Counts, LibtestReader};
use crate::project::{Names, Project};
use crate::{machine, module_build, server_build, size, tidy};

/// What can be built into a server is tested with it; what `run` builds must at least compile.
const EVERYTHING: &str = "full";
/// This program's own package.
const CHORES: &str = env!("CARGO_PKG_NAME");
/// Nothing that a lint complains of stays.
const DENY: [&str; 3] = ["--", "--deny", "warnings"];

/// Runs everything; the last line is the sum.
pub(crate) fn all(project: &Project) -> anyhow::Result<ExitCode> {
    let checks = Checks { project };
    let mut report = Report::default();
    browser_build::ensure_placeholder(project)?;
    report.one("formatting", || must(cargo(project).args(["fmt", "--all", "--check"])));
    report.one("tidy", || tidy::check(project));
    report.one("clippy, for the chores", || must(&mut checks.of_chores("clippy", &DENY)));
    let made = checks.clippy_beside_browser_build(&mut report);
    let has_site = report.one("the browser's part", || made?.lay_out(project));
    if has_site {
        report.one("size of the first load", || size::check(project));
    }
    report.many("tests of the chores", || libtest(&mut checks.of_chores("test", &[])));
    report.many("tests", || checks.native());
    let binary = report.made("the server", || server_build::tested(project));
    match binary.filter(|_| has_site) {
        Some(binary) => {
            report.many("the same bits in the browser", || checks.equality());
            let served = ("VOLARIS_BIN", binary);
            report.many("in the browser", || checks.browser("tests", &[served]));
        }
        None => {
            report.one("in the browser", || bail!("there is nothing to test: see above"));
        }
    }
    Ok(report.close())
}

struct Checks<'a> {
    project: &'a Project,
}

impl Checks<'_> {
    /// Makes the browser's part, most of which is one thread that links and shrinks; the other
    /// processors look at the rest meanwhile.
    fn clippy_beside_browser_build(&self, report: &mut Report) -> anyhow::Result<Made> {
        // Two that find it missing would both fetch it.
        machine::ensure_wasm_target()?;
        thread::scope(|scope| {
            let made = scope.spawn(|| browser_build::make(self.project, Audience::Trader));
            report.one("clippy, for the server", || must(&mut self.clippy_native()));
            report.one("clippy, for what `run` builds", || must(&mut self.clippy_default()));
            report.one("clippy, for the browser", || self.clippy_wasm());
            made.join().map_err(|_| anyhow!("the browser's build panicked"))?
        })
    }

    /// Without the browser's crate: beside it, cargo would give one `app` the features of both
    /// sides, and hide what is missing on each.
    fn clippy_native(&self) -> Command {
        let mut command = self.of_product("clippy");
        command.arg("--all-targets").args(DENY);
        command
    }

    /// All that is built for this machine with all that can be built in, but the chores and the
    /// browser's crate.
    fn of_product(&self, chore: &str) -> Command {
        let mut command = cargo(self.project);
        command.args([chore, "--workspace", "--exclude", &self.project.names.lib_package]);
        command.args(["--exclude", CHORES, "--features", &self.of_server(EVERYTHING)]);
        command
    }

    /// By themselves, as they were built to come here: beside the product, the compilers of style
    /// and of WASM that they use would be built a second time, with its features.
    fn of_chores(&self, chore: &str, rest: &[&str]) -> Command {
        let mut command = cargo(self.project);
        command.args([chore, "--package", CHORES, "--all-targets"]).args(rest);
        command
    }

    /// By itself: among the whole workspace's its dependencies have more features than it asks for.
    fn clippy_default(&self) -> Command {
        let mut command = cargo(self.project);
        let Names { bin_package, name, .. } = &self.project.names;
        command.args(["clippy", "--package", bin_package, "--bin", name]).args(DENY);
        command
    }

    /// Features of the server, as the workspace calls them.
    fn of_server(&self, features: &str) -> String {
        format!("{}/{features}", self.project.names.bin_package)
    }

    fn clippy_wasm(&self) -> anyhow::Result<()> {
        machine::ensure_wasm_target()?;
        let mut command = cargo(self.project);
        command.args(["clippy", "--package", &self.project.names.lib_package]);
        command.args(["--target", "wasm32-unknown-unknown"]).args(DENY);
        must(&mut command)
    }

    fn native(&self) -> anyhow::Result<Counts> {
        let (postgres, nats) = (machine::ensure_postgres()?, machine::ensure_nats()?);
        let mut command = self.of_product("test");
        command.args(["--no-fail-fast", "--", "--show-output"]);
        // Debian keeps both outside of everybody's way.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain([postgres, nats]);
        command.env("PATH", std::env::join_paths(folders)?);
        libtest(&mut command)
    }

    fn equality(&self) -> anyhow::Result<Counts> {
        self.browser("wasm", &module_build::build(self.project)?.settings())
    }

    fn browser(&self, group: &str, settings: &[(&str, PathBuf)]) -> anyhow::Result<Counts> {
        machine::ensure_node_packages(&self.project.end2end())?;
        let browser = machine::ensure_browser()?;
        let mut node = machine::node(self.project)?;
        node.args(["run.mjs", group]).env("CHROMIUM", browser);
        node.envs(settings.iter().map(|(name, path)| (name, path)));
        node.stdout(Stdio::piped());
        let mut child = node.spawn().context("node cannot be started")?;
        let stdout = child.stdout.take().context("the output was asked for")?;
        let mut counted = None;
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            counted = counts::in_words(&line).or(counted);
            println!("{line}");
        }
        let status = child.wait()?;
        let counted = counted.context("the browser tests ended without a count")?;
        if !status.success() && counted.failed == 0 {
            bail!("the browser tests ended with {status}, though none failed");
        }
        Ok(counted)
    }
}

/// Runs Rust's test programs, passes on what a person needs, and counts.
fn libtest(command: &mut Command) -> anyhow::Result<Counts> {
    let line = command::line(command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("`{line}` cannot be started"))?;
    let stderr = child.stderr.take().context("the output was asked for")?;
    let stdout = child.stdout.take().context("the output was asked for")?;
    let (told, skips) = mpsc::channel();
    let listener = thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            eprintln!("{line}");
            // The receiver outlives this thread.
            let _ = told.send(line);
        }
    });
    let mut reader = LibtestReader::default();
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        if reader.read(&line) {
            println!("{line}");
        }
    }
    let status = child.wait()?;
    listener.join().map_err(|_| anyhow::anyhow!("the reader of `{line}` panicked"))?;
    for line in skips {
        reader.skip_told_elsewhere(&line);
    }
    let mut counts = reader.counts();
    // Something did not even compile, or a test program was killed.
    if !status.success() && counts.failed == 0 {
        counts += Counts::ONE_FAILED;
    }
    Ok(counts)
}

/// What happened so far.
#[derive(Default)]
struct Report {
    counts: Counts,
    failures: Vec<String>,
}

impl Report {
    /// A step that counts as one test.
    fn one(&mut self, name: &str, step: impl FnOnce() -> anyhow::Result<()>) -> bool {
        self.many(name, || step().map(|()| Counts::ONE_PASSED))
    }

    /// A step that makes something.
    fn made<T>(&mut self, name: &str, step: impl FnOnce() -> anyhow::Result<T>) -> Option<T> {
        let mut made = None;
        self.one(name, || {
            made = Some(step()?);
            Ok(())
        });
        made
    }

    /// A step that counts its tests itself. True if none failed.
    fn many(&mut self, name: &str, step: impl FnOnce() -> anyhow::Result<Counts>) -> bool {
        println!("\n== {name}");
        let started = Instant::now();
        let counts = step().unwrap_or_else(|error| {
            eprintln!("{error:#}");
            Counts::ONE_FAILED
        });
        println!("== {name}: {counts} ({:.1} s)", started.elapsed().as_secs_f64());
        self.counts += counts;
        if 0 < counts.failed {
            self.failures.push(name.to_owned());
        }
        counts.failed == 0
    }

    fn close(self) -> ExitCode {
        println!();
        for name in &self.failures {
            println!("failed: {name}");
        }
        println!("{}", self.counts);
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_is_counted_and_the_next_one_runs() {
        let mut report = Report::default();
        assert!(!report.one("first", || bail!("no")));
        assert!(report.many("second", || Ok(Counts { passed: 4, failed: 0, skipped: 1 })));
        assert_eq!(report.made("third", || Ok(7)), Some(7));
        assert_eq!(report.counts.to_string(), "5 passed, 1 failed, 1 skipped");
        assert_eq!(report.failures, ["first"]);
    }
}
