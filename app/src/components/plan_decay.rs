//! Beside a planned position's theta: what can still decay of it, on the last day of its options.

use leptos::prelude::*;
use market::format;
use plan::{decay_to_expiry, is_on_last_day};

use super::figure::figure;
use super::plan_head::{PlanControls, PlanNow};
use crate::erased::{memo, part};

/// The figure; nothing where no option ends within a day.
pub(super) fn plan_decay(controls: PlanControls) -> AnyView {
    let now = controls.now;
    let is_there = memo(move || now.read().as_ref().is_some_and(is_last_day));
    let text = memo(move || now.read().as_ref().and_then(decay).unwrap_or_else(|| "–".to_owned()));
    part(move || {
        is_there.get().then(|| {
            figure(
                "Decay to expiry",
                "Dollars that options that end within a day bring until then if the price stays: \
                 the time value that they have left. Theta for a whole day can say more",
                text,
            )
        })
    })
}

fn is_last_day(now: &PlanNow) -> bool {
    now.position.options().any(|contract| is_on_last_day(contract, now.at))
}

fn decay(now: &PlanNow) -> Option<String> {
    Some(format::money(decay_to_expiry(&now.position, &now.legs, (now.spot, now.at))?))
}
