//! Every chore of the repository, in Rust: build, test, run, measure. A fresh machine with Rust and
//! Node needs nothing else; what is missing is installed or asked for by name.
//! Knows how the project is built and laid out, nothing of what it computes.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to a terminal")]
#![expect(clippy::disallowed_methods, reason = "chores take real time; nothing here is replayed")]

mod project;

mod bench;
mod checks;
mod dev;
mod picture;
mod run;

mod browser_build;
mod server_build;
mod short_names;
mod size;
mod split;
mod stylesheet;

mod command;
mod counts;
mod machine;
mod module_build;
mod tidy;

use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::project::{Project, Speed};

const HELP: &str = "\
Volaris: the chores of this repository.

  cargo xtask run       build everything, start `volaris`, open the browser on the practice market
  cargo xtask test      check and test everything; the last line is `N passed, N failed`

  cargo xtask dev       run, and rebuild and reload the browser whenever a file changes
  cargo xtask build     build the browser's part and the server, and say where the binary is
  cargo xtask tidy      check the rules of the house that no compiler knows
  cargo xtask size      what the browser loads, file by file
  cargo xtask bench     the benchmarks, next to their peers (`-- frames`: those of the chart alone)
  cargo xtask picture   take the README's picture of the desk, and those that tests compare with
  cargo xtask ci        test, as the build server does it

`run` and `build` take --release for the optimised server, and --features for what a desk for one
person does without: `--features full` has all of it, server/Cargo.toml names the parts.
What follows `--` goes to `volaris`: cargo xtask run -- --listen 127.0.0.1:4000
";

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// How a chore builds the server: how fast it is, and with which of its features.
fn options(chore: &str, words: &[String]) -> anyhow::Result<(Speed, String)> {
    let (mut speed, mut features) = (Speed::Quick, String::new());
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match (word, matches!(chore, "run" | "build")) {
            ("--release", true) => speed = Speed::Release,
            ("--features", true) => {
                let named = words.next().context("`--features` wants names, as `full`")?;
                named.clone_into(&mut features);
            }
            _ => bail!("`{word}` means nothing after `{chore}`: see `cargo xtask --help`"),
        }
    }
    Ok((speed, features))
}

fn dispatch() -> anyhow::Result<ExitCode> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let passed_on = match words.iter().position(|word| word == "--") {
        Some(at) => words.split_off(at).split_off(1),
        None => Vec::new(),
    };
    let Some(chore) = words.first().cloned() else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    // `run` starts this one beside the server; it is nobody else's chore.
    if let ("announce", Some(listen)) = (chore.as_str(), words.get(1)) {
        return run::announce(listen);
    }
    let (speed, features) = options(&chore, &words[1..])?;
    if !passed_on.is_empty() && !matches!(chore.as_str(), "run" | "dev" | "bench") {
        bail!("`{chore}` passes nothing on, so nothing can follow `--`");
    }
    if matches!(chore.as_str(), "help" | "--help" | "-h") {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let project = Project { features, ..Project::open()? };
    match chore.as_str() {
        "run" => run::run(&project, speed, &passed_on),
        "dev" => dev::dev(&project, &passed_on),
        "test" => checks::all(&project),
        "ci" => checks::all(&Project { is_ci: true, ..project }),
        "tidy" => tidy::print(&project),
        "size" => size::print(&project),
        "bench" => bench::bench(&project, &passed_on),
        "picture" => picture::take(&project),
        "build" => run::build(&project, speed),
        other => bail!("there is no chore `{other}`: see `cargo xtask --help`"),
    }
}
