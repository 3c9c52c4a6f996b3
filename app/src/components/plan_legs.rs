//! The legs of a planned position: each can be turned, resized, moved and taken away.

use leptos::ev::{Event, KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use market::{Contract, Price, Right, Series, format, strike_text};
use plan::{Instrument, Leg, LegValue};
use web_sys::{HtmlInputElement, HtmlSelectElement};

use super::plan_head::PlanControls;
use crate::erased::{Erase, erased, heard, memo, part};

/// The legs.
pub(crate) fn plan_legs(controls: PlanControls) -> AnyView {
    let count = memo(move || controls.legs.read().len());
    let head = |name: &'static str| view! { <th scope="col">{name}</th> }.erase();
    let names = ["Side", "Quantity", "Strike", "Right", "Expiry"];
    let figures = ["Bid", "Mid", "Ask", "IV", "Delta", "Theta"];
    view! {
        <div class="plan-legs figures-table" tabindex="0" role="group" aria-label="Legs">
            <table>
                <thead>
                    <tr>
                        {names.map(head).collect_view()} {figures.map(head).collect_view()}
                        <th scope="col">
                            <span class="visually-hidden">"Take away"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {part(move || {
                        (0..count.get()).map(|place| leg_row(controls, place)).collect_view()
                    })}
                </tbody>
            </table>
        </div>
    }
    .erase()
}

/// One leg, and the ways to change it.
#[derive(Clone, Copy)]
struct OneLeg {
    controls: PlanControls,
    place: usize,
    leg: Memo<Option<Leg>>,
}

impl OneLeg {
    fn change(self, change: impl FnOnce(&mut Leg)) {
        let mut legs = self.controls.legs.get_untracked();
        if let Some(leg) = legs.get_mut(self.place) {
            change(leg);
            self.controls.on_legs.run(legs);
        }
    }

    fn change_contract(self, change: impl FnOnce(&mut Contract)) {
        self.change(|leg| {
            if let Instrument::Option(contract) = &mut leg.instrument {
                change(contract);
            }
        });
    }

    fn remove(self) {
        let mut legs = self.controls.legs.get_untracked();
        if self.place < legs.len() {
            legs.remove(self.place);
            self.controls.on_legs.run(legs);
        }
    }

    /// Moves it by so many listed strikes, past those where another leg stands; or every leg.
    fn step(self, by: isize, is_every: bool) {
        let strikes = |series: Series| self.controls.strikes.run(series);
        let mut legs = self.controls.legs.get_untracked();
        if !is_every {
            self.change_contract(|one| {
                let free = free_strikes(&legs, self.place, strikes(one.series));
                one.strike = stepped(one, &free, by);
            });
            return;
        }
        for leg in &mut legs {
            if let Instrument::Option(one) = &mut leg.instrument {
                one.strike = stepped(one, &strikes(one.series), by);
            }
        }
        // At the last strike legs would become one.
        if plan::joined(&legs).is_none() {
            self.controls.on_legs.run(legs);
        }
    }

    fn contract(self) -> Option<Contract> {
        match self.leg.get()?.instrument {
            Instrument::Option(contract) => Some(contract),
            Instrument::Shares(_) => None,
        }
    }

    fn name(self) -> String {
        self.leg.get().map_or(String::new(), |leg| leg.instrument.to_string())
    }

    fn is_sold(self) -> bool {
        self.leg.get().is_some_and(|leg| leg.quantity < 0)
    }

    fn figure(self, text: fn(&LegValue) -> Option<String>) -> AnyView {
        let OneLeg { controls, place, .. } = self;
        let text = memo(move || {
            let now = controls.now.read();
            now.as_ref().and_then(|now| text(now.legs.get(place)?)).unwrap_or_else(|| "–".into())
        });
        view! { <td>{part(move || text.get())}</td> }.erase()
    }

    /// Why it has no volatility.
    fn absence(self) -> Option<String> {
        let now = self.controls.now.read();
        let known = now.as_ref()?.legs.get(self.place)?;
        known.iv.err().map(|why| why.to_string())
    }
}

/// A leg's row. It stays while the leg changes: so does the focus.
fn leg_row(controls: PlanControls, place: usize) -> AnyView {
    let leg = memo(move || controls.legs.read().get(place).copied());
    let one = OneLeg { controls, place, leg };
    let is_option = memo(move || one.contract().is_some());
    let kind = move || match is_option.get() {
        true => view! { {strike_cell(one)} {right_cell(one)} {expiry_cell(one)} }.into_any(),
        false => view! { <td colspan="3">"Shares"</td> }.into_any(),
    };
    view! {
        <tr class="plan-leg" data-sold=erased(move || one.is_sold().to_string())>
            {side_cell(one)} {quantity_cell(one)} {part(kind)}
            {one.figure(|known| Some(format!("{:.2}", known.bid?)))}
            {one.figure(|known| Some(format!("{:.2}", known.mid?)))}
            {one.figure(|known| Some(format!("{:.2}", known.ask?)))}
            <td title=erased(move || one.absence())>
                {part(move || {
                    let now = controls.now.read();
                    let known = now.as_ref().and_then(|now| now.legs.get(place))?;
                    known.iv.ok().map(|iv| format!("{:.1}%", 100.0 * iv))
                })}
            </td>
            {one.figure(|known| Some(format::signed(known.greeks?.delta, 2)))}
            {one.figure(|known| Some(format::signed(known.greeks?.theta, 2)))}
            <td>
                <button
                    type="button"
                    class="plan-leg__remove"
                    aria-label=erased(move || format!("Take {} away", one.name()))
                    on:click=heard(move |_: MouseEvent| one.remove())
                >
                    "×"
                </button>
            </td>
        </tr>
    }
    .erase()
}

fn side_cell(one: OneLeg) -> AnyView {
    let side = move || if one.is_sold() { "Sell" } else { "Buy" };
    view! {
        <td>
            <button
                type="button"
                class="plan-leg__side"
                title="Turn"
                aria-label=erased(move || format!("{} {}, turn", side(), one.name()))
                on:click=heard(move |_: MouseEvent| one.change(|leg| leg.quantity = -leg.quantity))
            >
                {part(side)}
            </button>
        </td>
    }
    .erase()
}

fn quantity_cell(one: OneLeg) -> AnyView {
    let size = memo(move || one.leg.get().map_or(0, |leg| leg.quantity.abs()));
    let resize = move |size: i64| {
        one.change(|leg| leg.quantity = size.max(1) * leg.quantity.signum());
    };
    let by = move |by: i64| move |_: MouseEvent| resize(size.get_untracked() + by);
    let typed = move |event: Event| {
        let text = event_target_value(&event);
        if let Ok(size) = text.trim().parse::<u32>() {
            resize(size.into());
        }
        // What is no quantity does not stay beside the figures of another.
        event_target::<HtmlInputElement>(&event).set_value(&size.get_untracked().to_string());
    };
    view! {
        <td>
            <span class="plan-leg__steps">
                <button type="button" aria-label="One less" on:click=heard(by(-1))>
                    "−"
                </button>
                <input
                    type="text"
                    inputmode="numeric"
                    aria-label=erased(move || format!("Quantity of {}", one.name()))
                    prop:value=erased(move || size.get().to_string())
                    on:change=heard(typed)
                />
                <button type="button" aria-label="One more" on:click=heard(by(1))>
                    "+"
                </button>
            </span>
        </td>
    }
    .erase()
}

fn expiry_cell(one: OneLeg) -> AnyView {
    let series = memo(move || one.contract().map(|contract| contract.series));
    let choose = move |event: Event| {
        if let Ok(series) = event_target_value(&event).parse::<Series>() {
            one.change_contract(|contract| contract.series = series);
        }
        // What was refused is not shown; what was taken comes back at once.
        if let Some(own) = series.get_untracked() {
            event_target::<HtmlSelectElement>(&event).set_value(&own.slug());
        }
    };
    // A memo of this cell: what is gone is not drawn anew because the list is another.
    let known = memo(move || one.controls.series.get());
    let listed = move || {
        let mut listed = known.get();
        // What ended is still what is written.
        if let Some(own) = series.get().filter(|own| !listed.contains(own)) {
            listed.insert(0, own);
        }
        let option = |named: Series| {
            view! {
                <option value=named.slug() prop:selected=move || series.get() == Some(named)>
                    {named.to_string()}
                </option>
            }
            .erase()
        };
        listed.into_iter().map(option).collect_view()
    };
    view! {
        <td>
            <select aria-label="Expiry" on:change=heard(choose)>{part(listed)}</select>
        </td>
    }
    .erase()
}

fn strike_cell(one: OneLeg) -> AnyView {
    let strike_shown =
        memo(move || one.contract().map_or(String::new(), |contract| strike_text(contract.strike)));
    let pressed = move |by: isize| move |event: MouseEvent| one.step(by, event.shift_key());
    let keys = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowUp" => 1,
            "ArrowDown" => -1,
            _ => return,
        };
        event.prevent_default();
        one.step(by, event.shift_key());
    };
    let typed = move |event: Event| {
        let text = event_target_value(&event).replace(',', "");
        let strike = text.trim().parse::<f64>().ok().and_then(|one| Price::from_f64(one).ok());
        if let Some(strike) = strike.filter(|strike| 0 < strike.units()) {
            one.change_contract(|contract| contract.strike = strike);
        }
        event_target::<HtmlInputElement>(&event).set_value(&strike_shown.get_untracked());
    };
    view! {
        <td>
            <span class="plan-leg__steps" title="Arrow keys move it, with Shift every leg">
                <button type="button" aria-label="A strike lower" on:click=heard(pressed(-1))>
                    "−"
                </button>
                <input
                    type="text"
                    inputmode="decimal"
                    aria-label=erased(move || format!("Strike of {}", one.name()))
                    prop:value=erased(move || strike_shown.get())
                    on:change=heard(typed)
                    on:keydown=heard(keys)
                />
                <button type="button" aria-label="A strike higher" on:click=heard(pressed(1))>
                    "+"
                </button>
            </span>
        </td>
    }
    .erase()
}

fn right_cell(one: OneLeg) -> AnyView {
    let is_call = move || one.contract().is_some_and(|contract| contract.right == Right::Call);
    let other = move |_: MouseEvent| {
        one.change_contract(|contract| {
            contract.right = if contract.right == Right::Call { Right::Put } else { Right::Call };
        });
    };
    view! {
        <td>
            <button type="button" class="plan-leg__right" title="Call or put" on:click=heard(other)>
                {part(move || if is_call() { "Call" } else { "Put" })}
            </button>
        </td>
    }
    .erase()
}

/// The listed strikes at which no other leg of the same series and right stands.
pub(super) fn free_strikes(legs: &[Leg], place: usize, strikes: Vec<Price>) -> Vec<Price> {
    let Some(Instrument::Option(own)) = legs.get(place).map(|leg| leg.instrument) else {
        return strikes;
    };
    let is_free = |strike: &Price| {
        let there = Instrument::Option(Contract { strike: *strike, ..own });
        let others = legs.iter().enumerate().filter(|(other, _)| *other != place);
        others.into_iter().all(|(_, leg)| leg.instrument != there)
    };
    strikes.into_iter().filter(is_free).collect()
}

/// The strike so many places above that of `contract`; the same where there is none.
fn stepped(contract: &Contract, strikes: &[Price], by: isize) -> Price {
    let place = strikes.partition_point(|one| *one < contract.strike);
    let is_listed = strikes.get(place) == Some(&contract.strike);
    // Between two strikes the one above stands at the place already.
    let by = if is_listed || by < 0 { by } else { by - 1 };
    let there = place.checked_add_signed(by).and_then(|place| strikes.get(place));
    there.copied().unwrap_or(contract.strike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_moves_past_others_of_its_kind() {
        let leg = |text: &str, strike: f64, right: Right| Leg {
            quantity: 1,
            instrument: Instrument::Option(Contract {
                series: text.parse().expect("a series"),
                strike: Price::from_f64(strike).expect("a price"),
                right,
            }),
        };
        let day = "SPXW-2024-02-27";
        let legs = [
            leg(day, 5_000.0, Right::Put),
            leg(day, 5_010.0, Right::Put),
            leg(day, 5_020.0, Right::Call),
            leg("SPXW-2024-02-28", 4_990.0, Right::Put),
        ];
        let strikes: Vec<Price> = [4_990.0, 5_000.0, 5_010.0, 5_020.0]
            .map(|one| Price::from_f64(one).expect("a price"))
            .into();
        let free = |place: usize| {
            let free = free_strikes(&legs, place, strikes.clone());
            free.into_iter().map(Price::to_f64).collect::<Vec<_>>()
        };
        assert_eq!(free(0), [4_990.0, 5_000.0, 5_020.0]);
        assert_eq!(free(1), [4_990.0, 5_010.0, 5_020.0]);
        assert_eq!(free(2).len(), 4);
        assert_eq!(free(3).len(), 4);
    }

    #[test]
    fn a_strike_steps_to_the_next_that_is_listed() {
        let strikes: Vec<Price> =
            [4_990.0, 5_000.0, 5_010.0].map(|one| Price::from_f64(one).expect("a price")).into();
        let contract = |strike: f64| Contract {
            series: "SPXW-2024-02-27".parse().expect("a series"),
            strike: Price::from_f64(strike).expect("a price"),
            right: Right::Call,
        };
        for (from, by, to) in [
            (5_000.0, 1, 5_010.0),
            (5_000.0, -1, 4_990.0),
            (5_010.0, 1, 5_010.0),
            (4_990.0, -1, 4_990.0),
            (4_995.0, 1, 5_000.0),
            (4_995.0, -1, 4_990.0),
        ] {
            assert_eq!(stepped(&contract(from), &strikes, by).to_f64(), to, "{from} {by}");
        }
        assert_eq!(stepped(&contract(5_000.0), &[], 1).to_f64(), 5_000.0);
    }
}
