//! The three laws of ARCHITECTURE.md: arrows go down only, adapters never see one another, and a
//! heavy dependency stands in the manifests of its owners and in no other.

use super::{Complaint, Source};

/// What each crate may name of ours. A new crate is a line here.
const LAYERS: &[(&str, &[&str])] = &[
    ("market", &[]),
    ("quant", &["market"]),
    ("chart", &["market", "quant"]),
    ("canvas", &["chart"]),
    ("equality", &["market", "quant", "plan"]),
    ("frames", &["market", "chart", "canvas"]),
    ("plan", &["market", "quant"]),
    ("alerts", &["market", "quant"]),
    ("brief", &["market", "quant", "plan", "alerts"]),
    ("desk", PURE),
    ("testkit", DESK_AND_PURE),
    ("store", DESK_AND_PURE),
    ("feeds", DESK_AND_PURE),
    ("coach", DESK_AND_PURE),
    ("notify", DESK_AND_PURE),
    ("identity", DESK_AND_PURE),
    ("bus", DESK_AND_PURE),
    ("traces", &[]),
    ("api", DESK_AND_PURE),
    ("app", &["market", "quant", "chart", "canvas", "plan", "alerts", "brief", "api"]),
    ("frontend", &["app"]),
    ("server", ALL_BUT_FRONTEND),
    ("xtask", &[]),
];

const PURE: &[&str] = &["market", "quant", "chart", "plan", "alerts", "brief"];
const DESK_AND_PURE: &[&str] = &["market", "quant", "chart", "plan", "alerts", "brief", "desk"];
const ALL_BUT_FRONTEND: &[&str] = &[
    "market", "quant", "chart", "plan", "alerts", "brief", "desk", "store", "feeds", "coach",
    "notify", "identity", "bus", "traces", "api", "app",
];

/// Fakes are for the tests of whatever stands on the desk.
const MAY_TEST_WITH_TESTKIT: &[&str] =
    &["desk", "store", "feeds", "coach", "notify", "identity", "bus", "api", "server"];

/// Who owns what is heavy: a second user would let SQL, vendors or screens leak.
const OWNERS: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("reqwest", &["feeds", "notify", "identity", "traces"]),
    ("opentelemetry", &["traces"]),
    ("opentelemetry_sdk", &["traces"]),
    ("opentelemetry-otlp", &["traces"]),
    ("tracing-opentelemetry", &["traces"]),
    ("openidconnect", &["identity"]),
    ("jsonwebtoken", &["identity"]),
    ("webauthn-rs", &["identity"]),
    ("async-openai", &["coach"]),
    ("async-nats", &["bus"]),
    ("lettre", &["notify"]),
    ("leptos", &["api", "app", "frontend", "server"]),
    ("leptos_axum", &["api", "server"]),
    ("leptos_config", &["server"]),
    ("leptos_meta", &["app"]),
    ("leptos_router", &["app"]),
    ("axum", &["api", "server"]),
    ("lightningcss", &["xtask"]),
    ("wasm-bindgen-cli-support", &["xtask"]),
    ("wasm_split_cli_support", &["xtask"]),
];

/// The pure crates compute the same in the browser, so nothing in them may need a system.
const NEVER_IN_PURE: &[&str] =
    &["tokio", "futures", "async-trait", "rand", "wasm-bindgen", "web-sys", "js-sys", "gloo"];

pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    let manifests = sources.iter().filter(|source| source.path.ends_with("/Cargo.toml"));
    // A fuzz folder is a workspace of its own, which tests what it likes.
    manifests
        .filter(|source| !source.path.split('/').any(|folder| folder == "fuzz"))
        .flat_map(check_manifest)
        .collect()
}

fn check_manifest(source: &Source) -> Vec<Complaint> {
    let manifest: toml::Table = match toml::from_str(&source.text) {
        Ok(manifest) => manifest,
        Err(error) => return vec![source.complain(1, format!("is no TOML: {error}"))],
    };
    let name = manifest.get("package").and_then(|package| package.get("name"));
    let Some(name) = name.and_then(toml::Value::as_str) else {
        return vec![source.complain(1, "names no package")];
    };
    let Some((_, below)) = LAYERS.iter().find(|(crate_name, _)| *crate_name == name) else {
        let message = format!(
            "`{name}` has no place in the picture: add it to ARCHITECTURE.md and to LAYERS in \
             xtask/src/tidy/layers.rs"
        );
        return vec![source.complain(1, message)];
    };
    let mut complaints = Vec::new();
    for (section, dependency) in dependencies(&manifest) {
        let is_for_tests = section == "dev-dependencies";
        if let Some(reason) = refusal(name, below, &dependency, is_for_tests) {
            complaints.push(source.complain(line_of(source, &section, &dependency), reason));
        }
    }
    complaints
}

fn refusal(name: &str, below: &[&str], dependency: &str, is_for_tests: bool) -> Option<String> {
    if dependency == "testkit" && is_for_tests && MAY_TEST_WITH_TESTKIT.contains(&name) {
        return None;
    }
    let is_ours = LAYERS.iter().any(|(crate_name, _)| *crate_name == dependency);
    if is_ours && !below.contains(&dependency) {
        return Some(format!(
            "`{name}` may not know `{dependency}`: arrows go down only, see ARCHITECTURE.md"
        ));
    }
    if let Some((_, owners)) = OWNERS.iter().find(|(heavy, _)| *heavy == dependency)
        && !owners.contains(&name)
    {
        return Some(format!(
            "`{dependency}` belongs to `{}`: ask through a port of `desk` instead",
            owners.join("` and `")
        ));
    }
    if PURE.contains(&name) && NEVER_IN_PURE.contains(&dependency) && !is_for_tests {
        return Some(format!(
            "`{name}` is pure and may not name `{dependency}`: take time, chance and data as \
             arguments"
        ));
    }
    None
}

/// Every dependency by the section it stands in, those of single targets included.
fn dependencies(manifest: &toml::Table) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut tables = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        tables.extend(targets.values().filter_map(toml::Value::as_table));
    }
    for table in tables {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(section_table) = table.get(section).and_then(toml::Value::as_table) else {
                continue;
            };
            for (key, value) in section_table {
                // A dependency under another name is still that dependency.
                let renamed = value.get("package").and_then(toml::Value::as_str);
                found.push((section.to_owned(), renamed.unwrap_or(key).to_owned()));
            }
        }
    }
    found
}

fn line_of(source: &Source, section: &str, dependency: &str) -> usize {
    let mut is_inside = false;
    for (at, line) in source.text.lines().enumerate() {
        if line.starts_with('[') {
            is_inside = line.contains(section);
            if section == "dependencies" {
                is_inside &= !line.contains("-dependencies");
            }
        }
        let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
        if is_inside && (name == dependency || line.contains(&format!("\"{dependency}\""))) {
            return at + 1;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    fn manifest(name: &str, rest: &str) -> String {
        format!("[package]\nname = \"{name}\"\n[dependencies]\n{rest}")
    }

    #[track_caller]
    fn check_one(name: &str, rest: &str, expected: &[&str]) {
        expect(check, &[("crates/x/Cargo.toml", &manifest(name, rest))], expected);
    }

    #[test]
    fn arrows_go_down_only() {
        check_one("quant", "market.workspace = true", &[]);
        check_one(
            "market",
            "serde.workspace = true\nquant.workspace = true",
            &["crates/x/Cargo.toml:5: `market` may not know `quant`"],
        );
        check_one(
            "app",
            "desk.workspace = true",
            &["crates/x/Cargo.toml:4: `app` may not know `desk`"],
        );
    }

    #[test]
    fn adapters_never_see_one_another() {
        check_one("feeds", "desk.workspace = true", &[]);
        check_one(
            "feeds",
            "store = { workspace = true }",
            &["crates/x/Cargo.toml:4: `feeds` may not know `store`"],
        );
    }

    #[test]
    fn heavy_dependencies_have_owners() {
        check_one("store", "sqlx.workspace = true", &[]);
        check_one(
            "server",
            "sqlx.workspace = true",
            &["crates/x/Cargo.toml:4: `sqlx` belongs to `store`"],
        );
        check_one(
            "coach",
            "http = { package = \"reqwest\", version = \"0.13\" }",
            &["crates/x/Cargo.toml:4: `reqwest` belongs to `feeds` and `notify` and \
                 `identity` and `traces`"],
        );
        check_one(
            "desk",
            "[target.'cfg(unix)'.dependencies]\nsqlx = \"1\"",
            &["crates/x/Cargo.toml:5: `sqlx` belongs to `store`"],
        );
    }

    #[test]
    fn pure_crates_need_no_system() {
        check_one("market", "serde.workspace = true", &[]);
        check_one(
            "quant",
            "tokio.workspace = true",
            &["crates/x/Cargo.toml:4: `quant` is pure and may not name `tokio`"],
        );
    }

    #[test]
    fn fakes_are_for_tests() {
        check_one("store", "[dev-dependencies]\ntestkit.workspace = true", &[]);
        check_one(
            "store",
            "testkit.workspace = true",
            &["crates/x/Cargo.toml:4: `store` may not know `testkit`"],
        );
    }

    #[test]
    fn a_crate_outside_the_picture_is_refused() {
        check_one("stdx", "", &["crates/x/Cargo.toml:1: `stdx` has no place in the picture"]);
    }
}
