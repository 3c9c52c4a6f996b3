//! What the address of a desk says, and how it is written.

use chart::ChartSetup;
use market::{BarSpan, Symbol};

/// The timeframe of an address that names none.
const SPAN_FIRST: BarSpan = BarSpan::M5;

/// What the address says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Address {
    pub(super) symbol: Symbol,
    pub(super) span: BarSpan,
    /// How the chart is set up; nothing when the address does not say: then as it was last on this
    /// device.
    pub(super) setup: Option<ChartSetup>,
    /// What in it was not understood.
    pub(super) complaint: Option<String>,
}

impl Address {
    pub(super) fn read(symbol: Option<String>, parameter: impl Fn(&str) -> Option<String>) -> Self {
        let mut address =
            Self { symbol: Symbol::SPX, span: SPAN_FIRST, setup: None, complaint: None };
        if ChartSetup::PARAMETERS.iter().any(|name| parameter(name).is_some()) {
            let (setup, bad) = ChartSetup::read(&parameter);
            address.setup = Some(setup);
            address.complaint = bad.map(|bad| format!("{bad}. The rest of the chart is shown."));
        }
        if let Some(text) = symbol {
            match text.to_ascii_uppercase().parse() {
                Ok(symbol) => address.symbol = symbol,
                Err(error) => address.complaint = Some(format!("{error}. Showing SPX.")),
            }
        }
        if let Some(text) = parameter("span") {
            match text.parse() {
                Ok(span) => address.span = span,
                Err(error) => address.complaint = Some(format!("{error}. Showing 5m.")),
            }
        }
        address
    }

    /// The address that says all this.
    pub(super) fn write(symbol: Symbol, span: BarSpan, setup: &ChartSetup) -> String {
        let mut text = format!("/chart/{symbol}?span={span}");
        for (name, value) in setup.parameters() {
            // Nothing in a set-up needs escaping: letters, digits, commas, colons, dots, dashes.
            text.push_str(&format!("&{name}={value}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chart::Study;

    fn read(symbol: &str, query: &str) -> Address {
        Address::read(Some(symbol.to_owned()), |name| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
        })
    }

    #[test]
    fn the_address_says_what_is_shown_and_nonsense_is_told() {
        assert_eq!(read("qqq", "span=1h").symbol, Symbol::QQQ);
        assert_eq!(read("qqq", "span=1h").span, BarSpan::H1);
        assert_eq!(read("SPY", "span=1M").span, BarSpan::Month);
        assert_eq!(read("SPY", "").complaint, None);
        assert_eq!(read("SPY", "").setup, None);
        let nonsense = read("../etc", "span=7m");
        assert_eq!((nonsense.symbol, nonsense.span), (Symbol::SPX, SPAN_FIRST));
        assert!(nonsense.complaint.is_some_and(|text| text.contains("7m")));
        assert!(read("SPY", "span=7m").complaint.is_some_and(|text| text.contains("7m")));
        assert!(read("SPY", "studies=x").complaint.is_some_and(|text| text.contains("`x`")));
    }

    #[test]
    fn an_address_that_was_written_is_read() {
        let mut setup = ChartSetup { compare: Some(Symbol::QQQ), ..ChartSetup::default() };
        setup.add(Study::Bollinger(20, 25));
        let text = Address::write(Symbol::SPY, BarSpan::M1, &setup);
        let (path, query) = text.split_once('?').expect("a query");
        assert_eq!(path, "/chart/SPY");
        assert_eq!(read("SPY", query).setup, Some(setup));
    }
}
