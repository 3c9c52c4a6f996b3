//! What stands in the middle of the desk; its address begins with it.

use leptos_router::{PartialPathMatch, PathSegment, PossibleRouteMatch, StaticSegment};

/// What stands in the middle of the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Centre {
    /// Charts.
    #[default]
    Chart,
    /// An option chain.
    Chain,
    /// A position that is planned.
    Plan,
    /// Smile and surface.
    Volatility,
    /// What dealers are taken to hold.
    Exposure,
    /// Positions that are kept, and what they risk.
    Positions,
}

impl Centre {
    /// Everything that can stand there.
    pub(crate) const ALL: [Self; 6] =
        [Self::Chart, Self::Chain, Self::Plan, Self::Positions, Self::Volatility, Self::Exposure];

    /// The name on the screen.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Chart => "Chart",
            Self::Chain => "Chain",
            Self::Plan => "Plan",
            Self::Volatility => "Volatility",
            Self::Exposure => "Exposure",
            Self::Positions => "Positions",
        }
    }

    /// The first part of its address.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Chain => "chain",
            Self::Plan => "plan",
            Self::Volatility => "volatility",
            Self::Exposure => "exposure",
            Self::Positions => "positions",
        }
    }
}

/// The first part of a desk's address, whatever stands in its middle: one route, so that the desk
/// stays when that changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CentrePath;

impl PossibleRouteMatch for CentrePath {
    fn optional(&self) -> bool {
        false
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        Centre::ALL.into_iter().find_map(|centre| StaticSegment(centre.as_str()).test(path))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        // The server makes the others from this one.
        StaticSegment(Centre::default().as_str()).generate_path(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_is_found_whatever_stands_in_its_middle() {
        for (path, is_desk) in [("/chart/SPX", true), ("/plan/SPX", true), ("/api/v1", false)] {
            assert_eq!(CentrePath.test(path).is_some(), is_desk, "{path}");
        }
    }
}
