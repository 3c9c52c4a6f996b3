//! How many of a planned position to trade: by a part of the account, or by dollars.

use leptos::prelude::*;
use market::format;
use plan::{Leg, Risk, Size, UnitLoss};

use super::menu::{Menu, choice};
use super::plan_head::PlanControls;
use super::positions_table::amount;
use crate::erased::{Erase, erased, heard, memo, part};

/// What a trader is ready to lose, as this device remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Means {
    account: String,
    risk: String,
    is_part: bool,
}

/// Where the browser keeps it.
const KEY: &str = "volaris_size";

impl Means {
    fn kept() -> Self {
        let storage = window().local_storage().ok().flatten();
        let text = storage.and_then(|storage| storage.get_item(KEY).ok().flatten());
        let text = text.unwrap_or_default();
        let mut words = text.split(';').map(str::to_owned);
        let mut word = |otherwise: &str| {
            words.next().filter(|word| !word.is_empty()).unwrap_or_else(|| otherwise.to_owned())
        };
        let (account, risk) = (word("50000"), word("1"));
        Self { account, risk, is_part: word("part") == "part" }
    }

    fn keep(&self) {
        if let Ok(Some(storage)) = window().local_storage() {
            let kind = if self.is_part { "part" } else { "dollars" };
            // Where there is no room, it is asked again.
            let _ = storage.set_item(KEY, &format!("{};{};{kind}", self.account, self.risk));
        }
    }

    fn risk(&self) -> Option<Risk> {
        let risk = amount(&self.risk)?;
        Some(if self.is_part { Risk::Part(risk / 100.0) } else { Risk::Dollars(risk) })
    }
}

/// The menu of sizes.
pub(super) fn size_menu(controls: PlanControls) -> AnyView {
    let is_open = RwSignal::new(false);
    view! {
        <Menu
            id="plan-size"
            label="Size"
            icon="M2 14V9.5h3V14M6.5 14V6h3v8M11 14V2.5h3V14"
            title="How many to trade"
            is_open
        >
            {move || panel(controls, is_open)}
        </Menu>
    }
    .erase()
}

fn panel(controls: PlanControls, is_open: RwSignal<bool>) -> AnyView {
    let PlanControls { now, on_legs, legs, .. } = controls;
    let means = RwSignal::new(Means::kept());
    let change = move |change: fn(&mut Means, String), text: String| {
        means.update(|means| change(means, text));
        means.with_untracked(Means::keep);
    };
    let loss = memo(move || {
        let now = now.read();
        let now = now.as_ref()?;
        UnitLoss::of(now.outlook.as_ref()?, now.worst(), now.position.units())
    });
    let size = memo(move || {
        let (now, means) = (now.read(), means.read());
        let position = &now.as_ref()?.position;
        Size::of(position, means.risk()?, amount(&means.account)?, loss.get()?.dollars)
    });
    let told = memo(move || told(loss.get(), size.get()));
    let units = memo(move || size.get().map_or(0, |size| size.units));
    let apply = move |_: leptos::ev::MouseEvent| {
        let whole = now.with_untracked(|now| now.as_ref().map_or(1, |now| now.position.units()));
        let scaled =
            |leg: Leg| Leg { quantity: leg.quantity / whole * units.get_untracked(), ..leg };
        on_legs.run(legs.get_untracked().into_iter().map(scaled).collect());
        is_open.set(false);
    };
    let field =
        move |label: &'static str, read: fn(&Means) -> String, write: fn(&mut Means, String)| {
            view! {
            <label class="plan-size__field">
                <span>{label}</span>
                <input
                    type="text"
                    inputmode="decimal"
                    maxlength="16"
                    autocomplete="off"
                    aria-invalid=erased(move || amount(&read(&means.read())).is_none().to_string())
                    prop:value=erased(move || read(&means.read()))
                    on:input=heard(move |event| change(write, event_target_value(&event)))
                />
            </label>
        }
        .erase()
        };
    let kind = move |name: &'static str, is_part: bool| {
        let choose = move || {
            means.update(|means| means.is_part = is_part);
            means.with_untracked(Means::keep);
        };
        choice(name, move || means.read().is_part == is_part, choose)
    };
    view! {
        {field("Account, $", |means| means.account.clone(), |means, text| means.account = text)}
        {field("Risk", |means| means.risk.clone(), |means, text| means.risk = text)}
        <div class="menu__choices" role="group" aria-label="Risk in">
            {kind("% of the account", true)} {kind("dollars", false)}
        </div>
        <p class="plan-size__told" role="status">{part(move || told.get())}</p>
        <button
            type="button"
            class="plan-size__apply"
            disabled=erased(move || units.get() == 0)
            on:click=heard(apply)
        >
            "Trade " {part(move || format::price(units.get() as f64, 0))}
        </button>
        <p class="menu__note">"Account and risk stay on this device."</p>
    }
    .into_any()
}

/// What one unit loses, and so many of them. Where there is no end to it, the worst move stands for
/// it, and both are said: no other size follows from an account.
fn told(loss: Option<UnitLoss>, size: Option<Size>) -> String {
    let Some(UnitLoss { dollars, is_endless }) = loss else {
        return "What one can lose is not known, or nothing can be lost.".to_owned();
    };
    if is_endless && dollars < CENT {
        return "No move from −8% to +6% loses anything now, but there is no end to what it can \
                lose: no size follows from that."
            .to_owned();
    }
    let money = |dollars| format::money(dollars).trim_start_matches('+').to_owned();
    let one = money(dollars);
    let (how, end) = match is_endless {
        true => ("on the worst move from −8% to +6%", " There is no end to what it can lose."),
        false => ("at most", ""),
    };
    match size {
        None => {
            format!("One loses {one} {how}.{end} Say account and risk as numbers above nothing.")
        }
        Some(Size { units: 0, .. }) if is_endless => {
            format!("One already loses {one} {how}: more than you allow.{end}")
        }
        Some(Size { units: 0, .. }) => format!("One already loses {one}: more than you allow."),
        Some(Size { units, loss, part, is_most }) => format!(
            "One loses {one} {how}; {} lose {}, {:.2}% of the account.{}{end}",
            format::price(units as f64, 0),
            money(loss),
            100.0 * part,
            if is_most { MOST } else { "" },
        ),
    }
}

/// What is said where more would lose no more than is allowed.
const MOST: &str = " You allow more, but no more are told.";

/// A loss below it is told as nothing.
const CENT: f64 = 0.005;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_is_said_of_nothing_that_has_no_end() {
        const END: &str = " There is no end to what it can lose.";
        let some = Some(Size { units: 2, loss: 40_000.0, part: 0.02, is_most: false });
        let none = Some(Size { units: 0, loss: 0.0, part: 0.0, is_most: false });
        let most = Some(Size { units: 10_000, loss: 40_000.0, part: 0.02, is_most: true });
        let of = |dollars, is_endless| Some(UnitLoss { dollars, is_endless });
        for (loss, size, expected) in [
            (
                of(20_000.0, false),
                some,
                "One loses $20,000 at most; 2 lose $40,000, 2.00% of the account.",
            ),
            (
                of(20_000.0, true),
                some,
                "One loses $20,000 on the worst move from −8% to +6%; 2 lose $40,000, \
                 2.00% of the account.",
            ),
            (
                of(4.0, false),
                most,
                "One loses $4.00 at most; 10,000 lose $40,000, 2.00% of the account. \
                 You allow more, but no more are told.",
            ),
            (of(20_000.0, false), none, "One already loses $20,000: more than you allow."),
            (
                of(20_000.0, true),
                none,
                "One already loses $20,000 on the worst move from −8% to +6%: more than you allow.",
            ),
            (
                of(20_000.0, false),
                None,
                "One loses $20,000 at most. Say account and risk as numbers above nothing.",
            ),
            (None, None, "What one can lose is not known, or nothing can be lost."),
        ] {
            let expected = match (loss, size) {
                (Some(UnitLoss { is_endless: true, .. }), Some(_)) => format!("{expected}{END}"),
                _ => expected.to_owned(),
            };
            assert_eq!(told(loss, size), expected);
        }
        let unsized_ = told(of(20_000.0, true), None);
        assert!(unsized_.contains(END) && !unsized_.contains("at most"), "{unsized_}");
        let calm = told(of(0.0, true), None);
        assert!(calm.contains("no end") && !calm.contains("nothing can be lost"), "{calm}");
    }
}
