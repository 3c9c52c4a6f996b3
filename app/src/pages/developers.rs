//! The REST API and the stream, for people who write programs. Drawn from the same OpenAPI document
//! that programs read.

use std::collections::BTreeMap;

use crate::erased::Erase;
use crate::page_title::page_title;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
struct Document {
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Operation {
    summary: String,
    description: String,
    #[serde(default)]
    parameters: Vec<Parameter>,
    #[serde(rename = "x-example")]
    example: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Parameter {
    name: String,
    #[serde(rename = "in")]
    place: String,
    description: String,
}

/// The REST API and the stream, for people who write programs. Its code is loaded when somebody
/// goes there.
pub(crate) struct DevelopersPage;

#[lazy_route]
impl LazyRoute for DevelopersPage {
    fn data() -> Self {
        // What stands here would be loaded with the first page.
        Self
    }

    fn view(_page: Self) -> AnyView {
        let document: Option<Document> = serde_json::from_str(api::OPENAPI).ok();
        let paths = document.into_iter().flat_map(|document| document.paths);
        let operations = paths.flat_map(|(path, methods)| {
            let name = move |method: String| format!("{} {path}", method.to_ascii_uppercase());
            methods.into_iter().map(move |(method, one)| (name(method), one))
        });
        page_title(|| "For programs · Volaris".to_owned());
        view! {
        <main class="developers">
            <a href="/chart/SPX">"← Back to the desk"</a>
            <h1>"Volaris for programs"</h1>
            <p>
                "Everything the screens know can be read by programs. A desk with accounts takes a \
                 key, made in the "
                <a href="/settings/programs" rel="external">"settings"</a>
                ", with each question and for the stream, in the header "
                <code>"Authorization: Bearer"</code> ". The same, as a "
                <a href="/api/v1/openapi.json" rel="external">"machine-readable document"</a>
                " (OpenAPI 3.1)."
            </p>
            {operations.map(|(name, one)| operation(name, one)).collect_view()}
            <section class="developers__operation">
                <h2><code>"WebSocket /stream"</code></h2>
                <p>
                    "Prints as they happen, at most twenty messages a second, nothing lost. \
                     Ask for the subprotocol " <code>"volaris.v1.json"</code> " and say: "
                </p>
                <pre><code>
                    r#"{"Watch":{"symbols":["SPX","SPY"],"resume":null}}"#
                </code></pre>
                <p>
                    "The first answer is the tape's status, then a snapshot, then updates. Every \
                     update carries the number of the print it follows on; if that is not the last \
                     one you know, read " <code>"/api/v1/tape"</code> " to fill the gap. Answer \
                     its pings, as WebSocket libraries do by themselves: a stream that is silent \
                     for half a minute is ended."
                </p>
                <p>"Quotes of an option series, as they change:"</p>
                <pre><code>
                    r#"{"WatchChains":{"series":[{"expires":"2024-02-27","root":"SPXW"}]}}"#
                </code></pre>
                <p>
                    "Each series comes whole first, then what changed. Words are numbered: after \
                     a gap, watch again."
                </p>
            </section>
        </main>
    }
    .erase()
    }
}

fn operation(name: String, operation: Operation) -> impl IntoView {
    let row = |one: Parameter| {
        view! {
            <tr>
                <th scope="row"><code>{one.name}</code></th>
                <td>{one.place}</td>
                <td>{one.description}</td>
            </tr>
        }
        .erase()
    };
    let has_parameters = !operation.parameters.is_empty();
    let parameters = operation.parameters.into_iter().map(row).collect_view();
    let table = has_parameters.then(|| {
        view! {
            <table>
                <thead>
                    <tr>
                        <th scope="col">"parameter"</th>
                        <th scope="col">"in"</th>
                        <th scope="col">"meaning"</th>
                    </tr>
                </thead>
                <tbody>{parameters}</tbody>
            </table>
        }
        .erase()
    });
    view! {
        <section class="developers__operation">
            <h2><code>{name}</code></h2>
            <p><b>{operation.summary}</b> " " {operation.description}</p>
            {table}
            <pre><code>{operation.example}</code></pre>
        </section>
    }
    .erase()
}
