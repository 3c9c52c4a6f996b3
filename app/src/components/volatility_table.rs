//! Volatility by expiry and deviations: the surface as a table, coloured, with the term structure
//! in its middle column.

use leptos::prelude::*;
use market::{Series, format};
use quant::options::Smile;

use crate::erased::{Erase, erased, heard, memo, part};

/// Deviations from the forward at which the surface is told.
const AWAYS: [f64; 7] = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];

/// What the table shows and does.
#[derive(Clone, Copy)]
pub(crate) struct VolatilityControls {
    /// The smiles, soonest first.
    pub(crate) smiles: Memo<Vec<(Series, Smile)>>,
    /// The underlying's price that they are of.
    pub(crate) spot: Memo<Option<f64>>,
    /// The one that is drawn.
    pub(crate) shown: Memo<Option<Series>>,
    /// Called with another.
    pub(crate) on_choose: Callback<Series>,
}

/// The table.
pub(crate) fn volatility_table(controls: VolatilityControls) -> AnyView {
    let range = memo(move || {
        let smiles = controls.smiles.read();
        let all = smiles.iter().flat_map(|(_, smile)| AWAYS.map(|away| at(smile, away)));
        let known = all.flatten();
        known.fold((f64::MAX, 0.0_f64), |(low, high), iv| (low.min(iv), high.max(iv)))
    });
    let head = |away: f64| {
        let name = if away == 0.0 {
            "at the money".to_owned()
        } else {
            format!("{}σ", format::signed(away, 0))
        };
        view! { <th scope="col">{name}</th> }.erase()
    };
    view! {
        <div class="volatility-table figures-table" tabindex="0" role="group" aria-label="Surface">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Expiry"</th>
                        <th scope="col">"Days"</th>
                        {AWAYS.map(head).collect_view()}
                        <th
                            scope="col"
                            title="1σ until it ends, in points: spot × IV at the money × √years"
                        >
                            "Move"
                        </th>
                        <th scope="col" title="Volatility one deviation below less that above">
                            "Skew"
                        </th>
                    </tr>
                </thead>
                <tbody>{part(move || {
                    let range = range.get();
                    let (smiles, spot) = (controls.smiles.read(), controls.spot.get());
                    let row = |one: &(Series, Smile)| row(controls, one, spot, range);
                    smiles.iter().map(row).collect_view()
                })}</tbody>
            </table>
        </div>
    }
    .erase()
}

/// The curve's volatility so many deviations from the forward; at the money that of the quotes.
fn at(smile: &Smile, away: f64) -> Option<f64> {
    if away == 0.0 { Some(smile.at_the_money) } else { smile.iv(smile.strike_at(away)) }
}

fn row(
    controls: VolatilityControls,
    (series, smile): &(Series, Smile),
    spot: Option<f64>,
    (low, high): (f64, f64),
) -> AnyView {
    let series = *series;
    let cell = |away: f64| {
        let iv = at(smile, away);
        let strength = iv.map_or(0.0, |iv| 40.0 * (iv - low) / (high - low).max(1e-9));
        let colour = format!("color-mix(in srgb, var(--vwap) {strength:.0}%, var(--panel))");
        let text = iv.map_or("–".to_owned(), |iv| format!("{:.1}", 100.0 * iv));
        view! { <td style:background=colour>{text}</td> }.erase()
    };
    let days = 365.0 * smile.years;
    let days = if days < 2.0 { format!("{days:.1}") } else { format!("{days:.0}") };
    let moved = spot.map(|spot| format!("±{}", format::price(smile.deviation(spot), 1)));
    let skew = at(smile, -1.0).zip(at(smile, 1.0)).map(|(down, up)| 100.0 * (down - up));
    let is_shown = move || (controls.shown.get() == Some(series)).to_string();
    view! {
        <tr aria-selected=erased(is_shown) on:click=heard(move |_| controls.on_choose.run(series))>
            <th scope="row">
                <button type="button" on:click=heard(move |_| controls.on_choose.run(series))>
                    {series.to_string()}
                </button>
            </th>
            <td>{days}</td>
            {AWAYS.map(cell).collect_view()}
            <td>{moved.unwrap_or_else(|| "–".to_owned())}</td>
            <td>{skew.map_or("–".to_owned(), |skew| format::signed(skew, 1))}</td>
        </tr>
    }
    .erase()
}
