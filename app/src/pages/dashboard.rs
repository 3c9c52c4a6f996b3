//! How much of the desk is used, by whom and on which day, and whether the machine is well: a
//! document for those who lead it.

use leptos::prelude::*;
use market::TradingDate;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::settings::{SettingsOf, among_settings};
use crate::shell::PageFiles;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Dashboard {
    /// What the machine says of itself: a name and what it is.
    pub health: Vec<(&'static str, String)>,
    /// The days, the last one today.
    pub days: Vec<TradingDate>,
    /// What is counted, on each day.
    pub plots: Vec<UsagePlot>,
    /// Everybody.
    pub people: Vec<UsedBy>,
    /// Whose days these are, where they are not everybody's.
    pub whose: Option<String>,
}

/// Something that is counted.
#[derive(Clone, Debug)]
pub struct UsagePlot {
    /// As it is read.
    pub told: &'static str,
    /// On each day.
    pub counts: Vec<u64>,
}

/// What somebody used.
#[derive(Clone, Debug)]
pub struct UsedBy {
    /// The account.
    pub id: String,
    /// Its address.
    pub email: String,
    /// What they are, and have.
    pub told: String,
    /// How much of each that is counted, today and on all days.
    pub counts: Vec<(u64, u64)>,
}

/// Units of a plot's drawing, across and down.
const PLOT: (usize, usize) = (300, 64);

/// The page as a whole document.
pub fn dashboard_document(
    look: (&PageFiles, &Preferences),
    of: SettingsOf,
    shown: Dashboard,
) -> String {
    let Dashboard { health, days, plots, people, whose } = shown;
    let facts = health.into_iter().map(|(name, told)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{told}</dd>
            </div>
        }
        .into_any()
    });
    let whose = whose.map_or_else(
        || view! { "Everybody" }.into_any(),
        |email| view! { {email} " · " <a href="/people/usage">"Everybody"</a> }.into_any(),
    );
    let tables = view! { {by_person(people, &plots)} {by_day(&days, &plots)} }.into_any();
    let drawn = plots.into_iter().map(|one| plot(&days, one)).collect_view();
    let body = view! {
        <section aria-labelledby="health">
            <h2 id="health">"Health"</h2>
            <dl class="dashboard__health">{facts.collect_view()}</dl>
        </section>
        <section aria-labelledby="usage">
            <h2 id="usage">{format!("Used in {} days", days.len())}</h2>
            <p class="account__note">{whose}</p>
            <div class="dashboard__plots">{drawn}</div>
            {tables}
        </section>
    };
    among_settings(look, Some(of), "Usage and health", body.erase())
}

/// A bar for each day.
#[expect(clippy::cast_precision_loss, reason = "counts on a screen are small")]
fn plot(days: &[TradingDate], UsagePlot { told, counts }: UsagePlot) -> AnyView {
    let (most, sum) = (counts.iter().copied().max().unwrap_or(0), counts.iter().sum::<u64>());
    let today = counts.last().copied().unwrap_or(0);
    let (wide, high) = (PLOT.0 as f64 / days.len().max(1) as f64, PLOT.1 as f64);
    let bar = |(place, (day, count)): (usize, (&TradingDate, &u64))| {
        // A day with anything at all is seen.
        let tall = match (*count, most) {
            (0, _) | (_, 0) => 0.0,
            (count, most) => (high * count as f64 / most as f64).max(1.0),
        };
        view! {
            <rect
                x=format!("{:.1}", place as f64 * wide)
                y=format!("{:.1}", high - tall)
                width=format!("{:.1}", (wide - 1.0).max(0.5))
                height=format!("{tall:.1}")
            >
                <title>{format!("{day}: {count}")}</title>
            </rect>
        }
        .into_any()
    };
    let bars = days.iter().zip(&counts).enumerate().map(bar).collect_view();
    let label = format!("{told}: {today} today, {sum} in all, at most {most} a day");
    let first = days.first().map(ToString::to_string);
    view! {
        <figure class="dashboard__plot">
            <figcaption>
                {told} " " <b>{today}</b> " " <small>"today"</small>
            </figcaption>
            <small class="dashboard__most">{format!("most {most}")}</small>
            <svg
                viewBox=format!("0 0 {} {}", PLOT.0, PLOT.1)
                preserveAspectRatio="none"
                role="img"
                aria-label=label
            >
                {bars}
            </svg>
            <small class="dashboard__days">
                <span>{first}</span>
                <span>"today"</span>
            </small>
        </figure>
    }
    .erase()
}

/// The names of what is counted, above columns of numbers.
fn heads(plots: &[UsagePlot]) -> AnyView {
    plots
        .iter()
        .map(|one| view! { <th scope="col">{one.told}</th> }.into_any())
        .collect_view()
        .into_any()
}

fn by_person(people: Vec<UsedBy>, plots: &[UsagePlot]) -> AnyView {
    // The first is how many people there were.
    let heads = heads(plots.get(1..).unwrap_or_default());
    let row = |one: UsedBy| {
        let number = |(today, all): (u64, u64)| {
            let today = format!("{today} today");
            view! {
                <td>
                    {all} <br /> <small>{today}</small>
                </td>
            }
            .into_any()
        };
        let link = format!("/people/usage?of={}", one.id);
        view! {
            <tr>
                <th scope="row">
                    <a href=link>{one.email}</a>
                    <br />
                    <small>{one.told}</small>
                </th>
                {one.counts.into_iter().map(number).collect_view()}
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="dashboard__table" role="region" aria-label="By person" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{people.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .erase()
}

fn by_day(days: &[TradingDate], plots: &[UsagePlot]) -> AnyView {
    let row = |(place, day): (usize, &TradingDate)| {
        let cells = plots.iter().map(|one| {
            let count = one.counts.get(place).copied().unwrap_or(0);
            view! { <td>{count}</td> }.into_any()
        });
        view! {
            <tr>
                <th scope="row">{day.to_string()}</th>
                {cells.collect_view()}
            </tr>
        }
        .into_any()
    };
    let rows = days.iter().enumerate().rev().map(row).collect_view();
    view! {
        <details>
            <summary>"The same in numbers, by day"</summary>
            <div class="dashboard__table" role="region" aria-label="By day" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Day"</th>
                            {heads(plots)}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(shown: Dashboard) -> String {
        let of = SettingsOf { called: "Ada".to_owned(), leads: true };
        dashboard_document((&PageFiles::default(), &Preferences::default()), of, shown)
    }

    #[test]
    fn bars_are_as_tall_as_their_days() {
        let days = ["2026-11-24", "2026-11-25", "2026-11-26"];
        let days = days.map(|text| text.parse().expect("a date")).to_vec();
        let plots = vec![UsagePlot { told: "Screens opened", counts: vec![0, 40, 10] }];
        let html = html(Dashboard { days, plots, ..Dashboard::default() });
        let label = "Screens opened: 10 today, 50 in all, at most 40 a day";
        assert!(html.contains(label), "{html}");
        for bar in [
            "x=\"0.0\" y=\"64.0\" width=\"99.0\" height=\"0.0\"",
            "x=\"100.0\" y=\"0.0\" width=\"99.0\" height=\"64.0\"",
            "x=\"200.0\" y=\"48.0\" width=\"99.0\" height=\"16.0\"",
        ] {
            assert!(html.contains(bar), "{bar} is not in {html}");
        }
    }

    #[test]
    fn what_others_wrote_is_text() {
        let evil = "\"><script>alert(1)</script>".to_owned();
        let person = UsedBy {
            id: evil.clone(),
            email: evil.clone(),
            told: evil.clone(),
            counts: vec![(1, 2)],
        };
        let health = vec![("Database", evil.clone())];
        let whose = Some(evil);
        let html = html(Dashboard { health, people: vec![person], whose, ..Dashboard::default() });
        assert!(!html.contains("<script"), "{html}");
    }
}
