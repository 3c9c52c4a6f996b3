//! Every address with its methods, read from the code itself: the `.route(…)` of the sources beside
//! this file, the server functions of our screens, and the screens. A new one is in the list by
//! being written, and is closed to strangers unless it is named among the open ones here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use http::Method;
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::generate_route_list;

/// What is answered before anybody signs in, by the method that it is asked with.
const OPEN: [(Method, &str); 18] = [
    (Method::GET, "/health"),
    (Method::GET, "/ready"),
    (Method::GET, "/metrics"),
    (Method::GET, "/sign-in"),
    (Method::POST, "/account/sign-in"),
    (Method::GET, "/join"),
    (Method::POST, "/account/join"),
    (Method::GET, "/forgot"),
    (Method::POST, "/account/forgot"),
    (Method::GET, "/reset"),
    (Method::POST, "/account/reset"),
    (Method::POST, "/sign-in/issuer"),
    (Method::GET, "/sign-in/back"),
    (Method::GET, "/sign-in/code"),
    (Method::POST, "/account/sign-in/code"),
    (Method::GET, "/passkeys.js"),
    (Method::POST, "/account/sign-in/passkey/begin"),
    (Method::POST, "/account/sign-in/passkey"),
];
/// Addresses that are not there are closed as well.
const NOWHERE: [&str; 2] = ["/nothing", "/api/nothing"];
const VERBS: [(&str, Method); 4] = [
    ("get(", Method::GET),
    ("post(", Method::POST),
    ("put(", Method::PUT),
    ("delete(", Method::DELETE),
];
/// What would answer to a method that is not listed here, or to all of them.
const OTHER_VERBS: [&str; 9] =
    ["patch(", "head(", "options(", "any(", "on(", "trace(", "connect(", "merge(", "fallback("];
/// What would answer at an address that stands in no `.route(`.
const OTHER_WAYS: [&str; 4] = [".route_service(", ".nest_service(", ".fallback_service(", ".nest("];
/// Where `.nest(` stands, and is known of.
const NESTS: (&str, &str) = ("rest.rs", ".nest(\"/api/v1\", v1)");

/// All that is answered only to somebody.
pub(super) fn every_closed_route() -> Vec<(Method, String)> {
    let of_screens = server_fn_paths().map(|(path, method)| (method, path.to_owned()));
    let pages = generate_route_list(app::App);
    let pages = pages.iter().flat_map(|route| {
        let named = app::desk_paths(route.path()).into_iter().chain([route.path().to_owned()]);
        named.map(|path| (Method::GET, path.replace(":symbol", "SPX").replace("{symbol}", "SPX")))
    });
    let nowhere = NOWHERE.map(|path| (Method::GET, path.to_owned()));
    let all = routes_of_the_sources().into_iter().chain(of_screens).chain(pages).chain(nowhere);
    all.filter(|(method, path)| !OPEN.contains(&(method.clone(), path.as_str()))).collect()
}

/// What the sources of this server route, with something in the place of each parameter.
fn routes_of_the_sources() -> Vec<(Method, String)> {
    let mut sources = Vec::new();
    read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let constants: BTreeMap<(&str, &str), &str> = sources
        .iter()
        .flat_map(|(file, text)| {
            constants(text).map(move |(name, path)| ((*file).as_str(), name, path))
        })
        .map(|(file, name, path)| ((file, name), path))
        .collect();
    let find = |file: &str, name: &str| {
        let elsewhere =
            || constants.iter().filter(|((_, of), _)| *of == name).map(|(_, path)| *path);
        let here = constants.get(&(file, name)).copied();
        here.or_else(|| elsewhere().next().filter(|_| elsewhere().count() == 1))
    };
    let mut routes = Vec::new();
    for (file, text) in &sources {
        let known = if file == NESTS.0 { text.replace(NESTS.1, "") } else { text.clone() };
        for way in OTHER_WAYS {
            assert!(!known.contains(way), "{file} answers by {way}…), of which nothing is listed");
        }
        for call in text.split(".route(").skip(1) {
            let call = arguments(call);
            let (path, answers) = call.split_once(',').expect("an address and who answers");
            let path = path.trim();
            let path = match path.strip_prefix('"').and_then(|path| path.strip_suffix('"')) {
                Some(path) => path,
                None => find(file, path).unwrap_or_else(|| panic!("{file}: what is {path}?")),
            };
            let is_nested = file == "rest.rs" && !path.starts_with("/api/");
            let path = path.replace("{symbol}", "SPX").replace("{id}", "1");
            let path = if is_nested { format!("/api/v1{path}") } else { path };
            let methods = methods_of(answers);
            let methods = methods.unwrap_or_else(|why| panic!("{file}: {path} {why}"));
            routes.extend(methods.into_iter().map(|method| (method, path.clone())));
        }
    }
    routes
}

/// By which methods somebody answers; an error where that is not all of it.
fn methods_of(answers: &str) -> Result<Vec<Method>, String> {
    let names = |verb: &str| begins_a_word(answers, verb) || begins_a_word(answers, &service(verb));
    if let Some(verb) = OTHER_VERBS.into_iter().find(|verb| names(verb)) {
        return Err(format!("is asked by {verb}…), which is not listed here"));
    }
    let known = VERBS.into_iter().filter(|(verb, _)| names(verb));
    let methods: Vec<Method> = known.map(|(_, method)| method).collect();
    if methods.is_empty() {
        Err("is asked by no method that is known".to_owned())
    } else {
        Ok(methods)
    }
}

/// The same for a service in the place of a function.
fn service(verb: &str) -> String {
    verb.replace('(', "_service(")
}

/// Every source but the tests of this folder, by its name below the sources.
fn read_sources(folder: &Path, sources: &mut Vec<(String, String)>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path == root.join("serve") {
            continue;
        }
        if path.is_dir() {
            read_sources(&path, sources);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let name = path.strip_prefix(&root).expect("below it").display().to_string();
            let text = fs::read_to_string(&path).expect("a source");
            // A file's own tests stand at its end, and may route what they like.
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            sources.push((name, code.to_owned()));
        }
    }
}

/// `const NAME: &str = "…";`, wherever it stands.
fn constants(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("const ").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once(": &str = \"")?;
        let (path, _) = rest.split_once('"')?;
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_').then_some((name, path))
    })
}

/// Up to the parenthesis that closes the one before.
fn arguments(call: &str) -> &str {
    let mut depth = 1_u32;
    for (at, sign) in call.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &call[..at];
        }
    }
    panic!("a call that does not end: {call}")
}

fn begins_a_word(text: &str, word: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.match_indices(word).any(|(at, _)| at == 0 || !is_word(text.as_bytes()[at - 1]))
}

#[test]
fn no_method_is_left_out() {
    for (answers, expected) in [
        ("get(read)", &[Method::GET] as &[_]),
        ("get(positions::read).post(positions::add)", &[Method::GET, Method::POST]),
        ("put(replace)\n            .delete(remove)", &[Method::PUT, Method::DELETE]),
        ("axum::routing::post(write)", &[Method::POST]),
        ("get_service(files)", &[Method::GET]),
        ("get(|| async { widget(post) })", &[Method::GET]),
    ] {
        assert_eq!(methods_of(answers).as_deref(), Ok(expected), "{answers}");
    }
    for answers in [
        "get(read).patch(write)",
        "get(read).on(MethodFilter::PATCH, write)",
        "get(read).merge(others())",
        "any(read)",
        "routing::any_service(read)",
        "get(read).fallback(write)",
        "answers()",
    ] {
        assert!(methods_of(answers).is_err(), "{answers}");
    }
}

#[test]
fn the_list_is_that_of_the_code() {
    let routes = routes_of_the_sources();
    for (method, known) in [
        (Method::GET, "/stream"),
        (Method::GET, "/"),
        (Method::GET, "/api/levels/SPX"),
        (Method::PUT, "/api/v1/positions/1"),
        (Method::DELETE, "/api/v1/positions/1"),
        (Method::POST, "/account/keys/end"),
        (Method::GET, "/settings/security"),
        (Method::POST, "/settings/appearance"),
        (Method::GET, "/sign-in/back"),
    ] {
        assert!(routes.contains(&(method.clone(), known.to_owned())), "{method} {known}");
    }
    // What programs are told of is there, and nothing of theirs is untold.
    let document: serde_json::Value = serde_json::from_str(api::OPENAPI).expect("the document");
    let paths = document["paths"].as_object().expect("paths");
    let mut told: Vec<(String, String)> = Vec::new();
    for (path, methods) in paths {
        let path = path.replace("{symbol}", "SPX").replace("{id}", "1");
        let methods = methods.as_object().expect("methods").keys();
        told.extend(methods.map(|method| (method.to_ascii_uppercase(), path.clone())));
    }
    let of_programs = routes.iter().filter(|(_, path)| path.starts_with("/api/v1/"));
    let mut there: Vec<_> =
        of_programs.map(|(method, path)| (method.to_string(), path.clone())).collect();
    told.retain(|(_, path)| path.starts_with("/api/v1/"));
    // What the document does not tell of: our own pages' snapshot, and itself.
    there.retain(|(_, path)| !["/api/v1/books", "/api/v1/openapi.json"].contains(&path.as_str()));
    told.sort();
    there.sort();
    assert_eq!(told, there);
    for (method, path) in &OPEN {
        assert!(routes.contains(&(method.clone(), (*path).to_owned())), "{method} {path}");
    }
}
