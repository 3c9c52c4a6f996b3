//! Pieces that stand beside a chart and on it: tools, what can be done with a drawing, legends.

use chart::{Anchor, ChartSetup, Drawing, Ink, Legend, LegendValue, ShownStudy, Study, Tool};
use leptos::prelude::*;
use market::{BarSpan, Symbol};

use super::{NOW, in_browser, section};
use crate::components::{
    DrawingBar, DrawingControls, DrawingOptions, DrawingWish, LegendControls, Legends,
};
use crate::erased::{Erase, follow, memo};

/// Drawing, and what is told of studies.
pub(super) fn charting() -> AnyView {
    [drawing_tools(), drawing_options(), legends()].collect_view().into_any()
}

/// Nothing is drawn, and nothing is kept of what is.
pub(super) fn drawing_controls() -> DrawingControls {
    let books = RwSignal::new(Vec::new());
    DrawingControls::new(books, Callback::new(|_| {}), Callback::new(|_| {}), Callback::new(|_| {}))
}

fn drawing_tools() -> AnyView {
    let bar = |tool: Option<Tool>| {
        let controls = drawing_controls();
        controls.tool.set(tool);
        view! { <DrawingBar controls /> }.erase()
    };
    let bars = [None, Some(Tool::Rectangle)].map(bar).collect_view();
    let content = view! { <div class="styleguide__row">{bars}</div> };
    section("Drawing tools: none in the hand, and one", content.erase())
}

fn drawing_options() -> AnyView {
    let points = |count: usize| {
        let prices = [5_074.59, 5_096.67].into_iter().take(count);
        prices.map(|price| Anchor { at: NOW, price }).collect::<Vec<_>>()
    };
    let fresh = Drawing::new(1, Tool::Trend, points(2));
    let all_set = Drawing {
        ink: 2,
        width: 3,
        is_dashed: true,
        is_locked: true,
        is_hidden: true,
        ..Drawing::new(2, Tool::Rectangle, points(2))
    };
    let note = Drawing { text: "Sold here".to_owned(), ..Drawing::new(3, Tool::Note, points(1)) };
    let options = |(drawing, point): (Drawing, Option<usize>)| {
        let controls = drawing_controls();
        controls.selected.set(Some(drawing));
        controls.point.set(point);
        // What is pressed is so from then on, as on a chart.
        follow(move || {
            if let Some(DrawingWish::Change(one)) = controls.wish.get() {
                controls.selected.set(Some(one));
            }
        });
        in_browser(move || view! { <DrawingOptions controls /> }.erase())
    };
    let content = [(fresh, None), (all_set, Some(1)), (note, None)].map(options).collect_view();
    section(
        "A selected drawing: fresh, with a chosen point and everything switched, a note",
        view! { <div class="styleguide__row">{content}</div> }.erase(),
    )
}

fn legends() -> AnyView {
    let list = |is_pointed: bool| {
        let setup = RwSignal::new(chart_setup());
        let controls = LegendControls {
            legends: memo(move || setup.read().studies.iter().map(legend).collect()),
            compared: memo(move || setup.read().compare.map(|symbol| (symbol, Some(0.42)))),
            setup: memo(move || setup.get()),
            on_setup: Callback::new(move |other| setup.set(other)),
            on_edit: Callback::new(|_| {}),
        };
        let list = in_browser(move || view! { <Legends controls /> }.erase());
        view! {
            <div class="styleguide__legends" data-pointed=is_pointed.to_string()>
                {list}
            </div>
        }
        .erase()
    };
    let lists = [false, true].map(list).collect_view();
    let name = "Legends: shown, hidden, refused, in a pane; at rest, and pointed at";
    section(name, view! { <div class="styleguide__row">{lists}</div> }.erase())
}

/// A study of each kind of legend: one value, several, hidden, refused, in a pane of its own.
fn chart_setup() -> ChartSetup {
    let hidden = Study::Sma(50);
    let studies =
        [Study::Ema(9), Study::Bollinger(20, 20), hidden, Study::InitialBalance, Study::Rsi(14)];
    let mut setup = ChartSetup { compare: Some(Symbol::QQQ), ..ChartSetup::default() };
    setup.studies = studies.map(ShownStudy::new).to_vec();
    setup.toggle(hidden);
    setup
}

/// What a chart of days would tell of a study.
fn legend(shown: &ShownStudy) -> Legend {
    let ShownStudy { study, is_hidden, .. } = *shown;
    let told: &[(u8, &str)] = match study {
        _ if is_hidden => &[],
        Study::Ema(_) => &[(0, "5,084.12")],
        Study::Bollinger(..) => &[(2, "5,085.40"), (2, "5,112.93"), (2, "5,057.87")],
        Study::Rsi(_) => &[(4, "58.21")],
        _ => &[],
    };
    let value =
        |(color, text): &(u8, &str)| LegendValue { ink: Ink::Study(*color), text: (*text).into() };
    Legend {
        study,
        is_hidden,
        refusal: study.refusal(BarSpan::Day, true),
        top: None,
        values: told.iter().map(value).collect(),
    }
}
