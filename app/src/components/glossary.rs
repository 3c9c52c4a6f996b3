//! The glossary: what the field's words mean here, opened where they stand. Loaded when it is first
//! asked.

use leptos::html;
use leptos::prelude::*;

use super::opened::{loaded_when, show_while};
use crate::erased::{Erase, erased, heard, memo, part};

/// The words that a trader asks about, in order of the alphabet, and what each means here.
const TERMS: [(&str, &str); 53] = [
    (
        "Anchored VWAP",
        "The average price by volume since a bar that you choose: a gap, a low, the \
         news.",
    ),
    (
        "ATR",
        "Average true range: how far a day usually goes, over 14 days, Wilder's way; \
         as an indicator, how far a bar does. Beside a level: how many of them it is \
         away. Used is today's range so far, as a part of it.",
    ),
    (
        "Bollinger bands",
        "An average of closes, and lines above and below it, two of their standard \
         deviations away or as many as you choose.",
    ),
    (
        "Call wall, put wall",
        "The strikes at which dealers' gamma of calls, and of puts, is greatest.",
    ),
    (
        "Camarilla pivots",
        "Levels from yesterday's range, close round its close: 3 and 4 are where days \
         turn or break.",
    ),
    ("Charm", "How much delta an option gains in a day while nothing moves."),
    (
        "CPR",
        "Central pivot range: the pivot and its two sides. Narrow often comes before \
         a day that runs.",
    ),
    (
        "Delta",
        "How much an option gains when its underlying gains a point; of a position, \
         in shares.",
    ),
    (
        "DeMark pivots",
        "One level above and one below, from yesterday's bar and whether it closed up \
         or down.",
    ),
    ("DTE", "Days to expiry. On the last day, hours and minutes are what count."),
    (
        "EM+, EM−",
        "How far today's options expected the day to go, up and down, a minute after \
         the open: 0.85 of what the straddle at the money cost.",
    ),
    ("EMA", "Exponential moving average: the newest bars count most."),
    ("Fibonacci pivots", "The pivot plus and minus 38.2, 61.8 and 100 % of yesterday's range."),
    (
        "Flip",
        "The price at which dealers' gamma changes its sign: above it their hedging \
         calms, below it it drives.",
    ),
    (
        "Forming",
        "A level that can still move today, as the high of day does. What is not \
         forming is final.",
    ),
    ("Gamma", "How much delta an option gains when its underlying gains a point."),
    (
        "GEX",
        "Gamma exposure: what dealers have to trade when the market moves by 1 %, in \
         dollars, if open interest is split as assumed.",
    ),
    ("HOD, LOD", "High and low of the regular session so far."),
    ("IBH, IBL", "Initial balance: high and low of the regular session's first hour."),
    ("IV", "Implied volatility: how much a year's movement an option's price stands for."),
    ("MACD", "Two averages of closes, how far apart they are, and the average of that."),
    ("Max pain", "The price at which an expiry's holders would get least."),
    ("Nearest", "The key level that is nearest to the price, and how far it is."),
    (
        "Odds",
        "The chance that the price comes to a level before the next options end, by \
         their volatility at the money. It is what options cost, not a forecast.",
    ),
    ("ONH, ONL", "High and low of the hours between yesterday's close and today's open."),
    ("Open", "The first print of the regular session, 09:30 New York."),
    ("Open interest (OI)", "Contracts that somebody held the evening before."),
    ("ORH, ORL", "Opening range: high and low of the first minutes, 5, 15 or 30 of them."),
    ("PDH, PDL, PDC", "Yesterday's high, low and close in the regular session."),
    (
        "Pivot (P, R, S)",
        "The mean of yesterday's high, low and close, and levels above (R) and below \
         (S) it.",
    ),
    ("PMH, PML", "High and low of the pre-market, 04:00 to 09:30 New York."),
    ("POC", "Point of control: the price at which most volume was traded."),
    ("Points", "How far a level is from the price. Plus is above."),
    ("Practice", "A simulated market. It is always labelled, and never mixed with real prices."),
    ("PWH, PWL", "Last week's high and low."),
    ("Rho", "What an option gains when rates rise by one per cent."),
    ("Round numbers", "Prices that many orders stand at, such as 5,100."),
    ("RSI", "Relative strength: from 0 to 100, how much of the recent movement was upwards."),
    ("SMA", "Simple moving average: every bar of it counts the same."),
    (
        "Stale",
        "Nothing was heard for longer than this feed allows. What is shown loses its \
         colour.",
    ),
    (
        "Straddle",
        "A call and a put at one strike; at the money its price tells the expected \
         move.",
    ),
    ("Theta", "What an option loses in a calendar day while nothing moves."),
    ("Tick", "One trade, or one published value of an index. Its age stands at the top."),
    (
        "Touched (hit)",
        "How often the price came to a level today, and when last. It counts again \
         once the price was away.",
    ),
    ("VAH, VAL", "Value area: between them, 70 % of the volume was traded."),
    ("Vanna", "How much delta an option gains when volatility rises by a point."),
    ("Vega", "What an option gains when volatility rises by a point."),
    (
        "Via SPY",
        "An index has no volume and no pre-market of its own: the level comes from \
         its fund, scaled, and says how exact that is.",
    ),
    ("Volume", "How many shares were traded. An index is computed, and has none."),
    ("Volume profile", "How much was traded at each price, of the bars in sight."),
    (
        "VWAP",
        "Volume-weighted average price since the open; its bands are standard \
         deviations round it.",
    ),
    ("Woodie's pivots", "Pivots in which today's open counts twice."),
    (
        "σ",
        "One standard deviation of where the price is expected to be; two days of \
         three end within it.",
    ),
];

/// The glossary; open while there is a word that was asked for, or nothing but an empty one.
#[component]
pub(crate) fn Glossary(asked: RwSignal<Option<&'static str>>) -> impl IntoView {
    loaded_when(move || asked.read().is_some(), move || glossary(asked))
}

/// What a word of the glossary means, for what is loaded with the first look at it.
pub(super) fn meaning(name: &str) -> &'static str {
    TERMS.iter().find(|(known, _)| *known == name).map_or("", |(_, meaning)| *meaning)
}

/// A word that explains itself where it stands: a press opens the glossary at it.
pub(crate) fn term(
    name: &'static str,
    shown: AnyView,
    asked: RwSignal<Option<&'static str>>,
) -> AnyView {
    view! {
        <button
            type="button"
            class="term"
            aria-haspopup="dialog"
            title="What does it mean?"
            on:click=heard(move |_| asked.set(Some(name)))
        >
            {shown}
        </button>
    }
    .erase()
}

#[lazy]
fn glossary(asked: RwSignal<Option<&'static str>>) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    let sought = RwSignal::new(String::new());
    let begin = move || sought.set(asked.get_untracked().unwrap_or_default().to_owned());
    show_while(dialog, move || asked.read().is_some(), begin);
    let found = memo(move || {
        let sought = sought.read().to_ascii_lowercase();
        let has = |term: &&(&str, &str)| {
            let words = format!("{} {}", term.0, term.1).to_ascii_lowercase();
            sought.split_whitespace().all(|word| words.contains(word))
        };
        let begins = |term: &(&str, &str)| term.0.to_ascii_lowercase().starts_with(&sought);
        let mut found: Vec<_> = TERMS.iter().filter(has).copied().collect();
        // The word itself comes before those that only speak of it.
        found.sort_by_key(|term| !begins(term));
        found
    });
    let row = |(name, meaning): (&'static str, &'static str)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{meaning}</dd>
            </div>
        }
        .erase()
    };
    view! {
        <dialog
            node_ref=dialog
            class="glossary"
            aria-label="Glossary"
            on:close=heard(move |_: leptos::ev::Event| asked.set(None))
        >
            <form method="dialog">
                <button class="glossary__close" aria-label="Close">"×"</button>
            </form>
            <h2>"What does it mean?"</h2>
            <input
                // Not `search`: there, Escape would only empty it.
                type="text"
                role="searchbox"
                class="glossary__field"
                aria-label="Search the glossary"
                placeholder="Search"
                prop:value=sought
                on:input=heard(move |event| sought.set(event_target_value(&event)))
            />
            <dl>{part(move || found.get().into_iter().map(row).collect_view())}</dl>
            <p hidden=erased(move || !found.read().is_empty())>"No such word here."</p>
        </dialog>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quant::levels::OpenHighLowClose;

    #[test]
    fn words_stand_in_order_and_none_twice() {
        for pair in TERMS.windows(2) {
            let [one, next] = [pair[0].0, pair[1].0].map(str::to_ascii_lowercase);
            assert!(one < next, "{one} before {next}");
        }
        assert!(TERMS.iter().all(|(_, meaning)| meaning.ends_with('.')));
    }

    #[test]
    fn woodies_pivots_are_said_to_be_of_what_they_are() {
        let pivot = |open: f64, close: f64| {
            let before = OpenHighLowClose { open: 102.0, high: 110.0, low: 100.0, close };
            before.woodie(open).into_iter().find(|(n, _)| *n == 0).expect("a pivot").1
        };
        // (H + L + 2O) ÷ 4, with today's open.
        assert_eq!(pivot(104.0, 105.0) - pivot(100.0, 105.0), 2.0);
        assert_eq!(pivot(104.0, 101.0), pivot(104.0, 105.0));
        let words = meaning("Woodie's pivots");
        assert!(words.contains("today's open counts twice") && !words.contains("close"), "{words}");
    }
}
