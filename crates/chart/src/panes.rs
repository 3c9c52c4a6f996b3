//! How the height is shared: prices on top, a pane for each study that needs one under them.

/// Pixels right of the plot for prices.
pub(crate) const PRICE_AXIS: f64 = 72.0;
/// Pixels under the plot for times.
pub(crate) const TIME_AXIS: f64 = 26.0;
/// Pixels above the prices for the data line.
pub(crate) const HEAD: f64 = 30.0;
/// The least height of a pane.
pub(crate) const PANE_LEAST: f64 = 44.0;
/// The part of the height that the prices keep at least.
const PRICES_LEAST: f64 = 0.35;

/// Where a pane lies, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pane {
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// Shares `height` between the prices and panes that want so many percent of it each. The prices
/// come first; the last pane ends where the time axis begins.
pub(crate) fn share(height: f64, wishes: &[u8]) -> Vec<Pane> {
    let room = (height - TIME_AXIS).max(1.0);
    let wish = |percent: &u8| (room * f64::from(*percent) / 100.0).max(PANE_LEAST);
    let wanted: f64 = wishes.iter().map(wish).sum();
    let shrink = (room * (1.0 - PRICES_LEAST) / wanted.max(1.0)).min(1.0);
    let lower: Vec<f64> = wishes.iter().map(|percent| wish(percent) * shrink).collect();
    let mut panes = vec![Pane { top: 0.0, bottom: room - lower.iter().sum::<f64>() }];
    for height in lower {
        let top = panes.last().map_or(0.0, |pane| pane.bottom);
        panes.push(Pane { top, bottom: top + height });
    }
    panes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn panes_fill_the_height_and_prices_keep_their_part(
            height in 60.0..3_000.0_f64, wishes in prop::collection::vec(1_u8..90, 0..8),
        ) {
            let panes = share(height, &wishes);
            prop_assert_eq!(panes.len(), wishes.len() + 1);
            prop_assert!((panes[wishes.len()].bottom - (height - TIME_AXIS)).abs() < 1e-6);
            prop_assert!(panes[0].bottom >= PRICES_LEAST * (height - TIME_AXIS) - 1e-6);
            for pair in panes.windows(2) {
                prop_assert_eq!(pair[0].bottom, pair[1].top);
                prop_assert!(pair[1].top < pair[1].bottom);
            }
        }
    }
}
