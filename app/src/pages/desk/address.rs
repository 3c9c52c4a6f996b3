//! What the address of a desk says, and how it is written.

use chart::{ChartSetup, Layout};
use market::{Series, Symbol};

use crate::centre::Centre;
use crate::components::ExposureChoice;

/// What the address says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Address {
    pub(super) centre: Centre,
    /// The charts, or as they will be: their symbol is the desk's.
    pub(super) layout: Layout,
    /// The series that a chain shows; the one that ends first when none is named.
    pub(super) series: Option<Series>,
    /// The position that is planned, as the address writes it; empty without one.
    pub(super) position: String,
    /// Dollars paid for it, as the address writes them; empty where nobody said.
    pub(super) paid: String,
    /// What a table of exposure counts.
    pub(super) exposure: ExposureChoice,
    /// What in it was not understood.
    pub(super) complaint: Option<String>,
}

impl Address {
    /// Reads the symbol in the path and the parameters behind it. Where there is none of those,
    /// the charts are as they were last on this device.
    pub(super) fn read(
        symbol: Option<String>,
        parameter: impl Fn(&str) -> Option<String>,
        last: impl FnOnce() -> Layout,
    ) -> Self {
        let says = |name: &&str| parameter(name).is_some();
        let is_told = ["span", "charts"].iter().chain(&ChartSetup::PARAMETERS).any(says);
        let (told, mut complaint) =
            Layout::read(|name| if name == "symbol" { symbol.clone() } else { parameter(name) });
        let layout = if is_told {
            told
        } else {
            let mut layout = last();
            layout.choose_symbol(told.chart().symbol);
            layout
        };
        if let Some(complaint) = &mut complaint {
            complaint.push('.');
        }
        Self {
            centre: Centre::Chart,
            layout,
            series: None,
            position: String::new(),
            paid: String::new(),
            exposure: ExposureChoice::default(),
            complaint,
        }
    }

    /// Reads the symbol in a chain's path and the parameters behind it.
    pub(super) fn read_chain(
        symbol: &str,
        parameter: impl Fn(&str) -> Option<String>,
        mut layout: Layout,
    ) -> Self {
        let mut complaint = choose_symbol(&mut layout, symbol);
        let mut series = None;
        match parameter("expiry").map(|text| text.parse::<Series>()) {
            Some(Ok(named)) => series = Some(named),
            Some(Err(error)) => complaint = Some(format!("{error}. Showing the first.")),
            None => {}
        }
        let exposure = ExposureChoice::default();
        let [position, paid] = read_position(parameter);
        Self { centre: Centre::Chain, layout, series, position, paid, exposure, complaint }
    }

    /// Reads the symbol in the path of a smile and the parameters behind it.
    pub(super) fn read_volatility(
        symbol: &str,
        parameter: impl Fn(&str) -> Option<String>,
        layout: Layout,
    ) -> Self {
        let address = Self::read_chain(symbol, parameter, layout);
        Self { centre: Centre::Volatility, position: String::new(), paid: String::new(), ..address }
    }

    /// Reads the symbol in the path of a plan and the parameters behind it.
    pub(super) fn read_plan(
        symbol: &str,
        parameter: impl Fn(&str) -> Option<String>,
        layout: Layout,
    ) -> Self {
        Self { centre: Centre::Plan, ..Self::read_chain(symbol, parameter, layout) }
    }

    /// Reads the symbol in the path of a table of exposure and the parameters behind it.
    pub(super) fn read_exposure(
        symbol: &str,
        parameter: impl Fn(&str) -> Option<String>,
        mut layout: Layout,
    ) -> Self {
        let mut complaint = choose_symbol(&mut layout, symbol);
        let mut exposure = ExposureChoice::default();
        match parameter("scope").unwrap_or_default().parse() {
            Ok(scope) => exposure.scope = scope,
            Err(error) => complaint = Some(format!("{error}. Showing all.")),
        }
        match parameter("dealers").unwrap_or_default().parse() {
            Ok(dealers) => exposure.dealers = dealers,
            Err(error) => complaint = Some(format!("{error}. Showing the usual.")),
        }
        let (position, paid) = Default::default();
        Self { centre: Centre::Exposure, layout, series: None, position, paid, exposure, complaint }
    }

    /// Reads the symbol in the path of the positions.
    pub(super) fn read_positions(symbol: &str, layout: Layout) -> Self {
        Self { centre: Centre::Positions, ..Self::read_chain(symbol, |_| None, layout) }
    }

    /// The address that says all this.
    pub(super) fn write(&self) -> String {
        match (self.centre, self.series) {
            (Centre::Chart, _) => {
                let text = self.layout.to_string();
                let rest = text.strip_prefix("symbol=").unwrap_or(&text);
                format!("/chart/{}", rest.replacen('&', "?", 1))
            }
            (Centre::Exposure, _) => {
                let ExposureChoice { scope, dealers } = self.exposure;
                let usual = ExposureChoice::default();
                let scope = (scope != usual.scope).then(|| format!("scope={scope}"));
                let dealers = (dealers != usual.dealers).then(|| format!("dealers={dealers}"));
                let said: Vec<String> = scope.into_iter().chain(dealers).collect();
                let mark = if said.is_empty() { "" } else { "?" };
                format!("/exposure/{}{mark}{}", self.layout.chart().symbol, said.join("&"))
            }
            (Centre::Positions, _) => format!("/positions/{}", self.layout.chart().symbol),
            (Centre::Chain | Centre::Plan | Centre::Volatility, series) => {
                let expiry = series.map(|series| format!("expiry={}", series.slug()));
                let named = |name: &str, value: &str| {
                    (!value.is_empty()).then(|| format!("{name}={value}"))
                };
                let position = named("position", &self.position);
                let said = [expiry, position, named("paid", &self.paid)].into_iter().flatten();
                let said: Vec<String> = said.collect();
                let mark = if said.is_empty() { "" } else { "?" };
                let (centre, symbol) = (self.centre.as_str(), self.layout.chart().symbol);
                format!("/{centre}/{symbol}{mark}{}", said.join("&"))
            }
        }
    }
}

/// The position that an address names, and what was paid; what could not stand in one is left out.
fn read_position(parameter: impl Fn(&str) -> Option<String>) -> [String; 2] {
    ["position", "paid"].map(|name| {
        let text = parameter(name).unwrap_or_default();
        let is_plain = |one: &char| one.is_ascii_alphanumeric() || "_~-.@/".contains(*one);
        // A blank is a line below, an order ends with a wave: nothing needs to be escaped.
        let text = text.replace([' ', '+'], "_").replace(';', "~");
        text.chars().filter(is_plain).take(500).collect()
    })
}

/// Shows the symbol that a path names, or SPX; tells what was not understood.
fn choose_symbol(layout: &mut Layout, symbol: &str) -> Option<String> {
    match symbol.to_ascii_uppercase().parse::<Symbol>() {
        Ok(symbol) => {
            layout.choose_symbol(symbol);
            None
        }
        Err(error) => {
            layout.choose_symbol(Symbol::SPX);
            Some(format!("{error}. Showing SPX."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chart::Study;
    use market::{BarSpan, Symbol};

    fn read(symbol: &str, query: &str) -> Address {
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
        };
        Address::read(Some(symbol.to_owned()), parameter, Layout::default)
    }

    #[test]
    fn the_address_says_what_is_shown_and_nonsense_is_told() {
        let shown = |symbol, query| {
            let address = read(symbol, query);
            (address.layout.chart().symbol, address.layout.chart().span)
        };
        assert_eq!(shown("qqq", "span=1h"), (Symbol::QQQ, BarSpan::H1));
        assert_eq!(shown("SPY", "span=1M"), (Symbol::SPY, BarSpan::Month));
        assert_eq!(read("SPY", "").complaint, None);
        assert_eq!(shown("../etc", "span=7m"), (Symbol::SPX, BarSpan::M5));
        for (symbol, query, told) in [
            ("../etc", "span=1m", "Showing SPX."),
            ("SPY", "span=7m", "Showing 5m."),
            ("SPY", "studies=x", "`x`"),
        ] {
            let complaint = read(symbol, query).complaint.unwrap_or_default();
            assert!(complaint.contains(told), "{complaint}");
        }
    }

    #[test]
    fn an_address_that_was_written_is_read() {
        let mut layout = Layout::default();
        layout.choose_symbol(Symbol::SPY);
        layout.choose_span(BarSpan::M1);
        layout.arrange(2);
        layout.activate(1);
        let mut setup = ChartSetup { compare: Some(Symbol::QQQ), ..ChartSetup::default() };
        setup.add(Study::Bollinger(20, 25));
        layout.set_up(1, setup);
        let address = Address { layout, ..read("SPX", "") };
        let text = address.write();
        let (path, query) = text.split_once('?').expect("a query");
        assert_eq!(path, "/chart/SPY");
        assert_eq!(read("SPY", query), address);
        let first = Address { layout: Layout::default(), ..address };
        assert_eq!(first.write(), "/chart/SPX?span=5m");
    }

    #[test]
    fn a_chain_has_an_address() {
        let read = |symbol: &str, expiry: Option<&str>| {
            let parameter = |name: &str| expiry.filter(|_| name == "expiry").map(str::to_owned);
            Address::read_chain(symbol, parameter, Layout::default())
        };
        for (symbol, expiry, written) in [
            ("NDX", None, "/chain/NDX"),
            ("spx", Some("SPXW-2024-02-27"), "/chain/SPX?expiry=SPXW-2024-02-27"),
        ] {
            let address = read(symbol, expiry);
            assert_eq!(address.complaint, None);
            assert_eq!(address.write(), written);
        }
        let complaint = read("../etc", None).complaint.unwrap_or_default();
        assert!(complaint.contains("Showing SPX."), "{complaint}");
        let complaint = read("SPX", Some("<script>")).complaint.unwrap_or_default();
        assert!(complaint.contains("Showing the first."), "{complaint}");
    }

    #[test]
    fn a_plan_has_an_address_that_nothing_can_be_smuggled_into() {
        let read = |position: &str| {
            let parameter = |name: &str| match name {
                "position" => Some(position.to_owned()),
                "paid" => Some("-125.5".to_owned()),
                _ => None,
            };
            Address::read_plan("SPX", parameter, Layout::default())
        };
        for (position, written) in [
            ("-1_SPXW_27FEB24_5100/5110C", "-1_SPXW_27FEB24_5100/5110C"),
            ("-1 SPXW 27FEB24 5100C; 1 SPXW 27FEB24 5110C", SPREAD),
            ("<script>&expiry=%00", "scriptexpiry00"),
        ] {
            let address = read(position);
            let expected = format!("/plan/SPX?position={written}&paid=-125.5");
            assert_eq!(address.write(), expected);
            // The chain keeps it.
            let chain = Address { centre: Centre::Chain, ..address };
            assert_eq!(chain.write(), expected.replace("/plan/", "/chain/"));
        }
    }

    const SPREAD: &str = "-1_SPXW_27FEB24_5100C~_1_SPXW_27FEB24_5110C";

    #[test]
    fn the_address_of_exposure_says_what_counts() {
        let read = |query: &str| {
            let parameter = |name: &str| {
                let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
            };
            Address::read_exposure("SPX", parameter, Layout::default())
        };
        for query in ["", "scope=today", "scope=SPXW-2024-02-27&dealers=short-both"] {
            let address = read(query);
            assert_eq!(address.complaint, None);
            let mark = if query.is_empty() { "" } else { "?" };
            assert_eq!(address.write(), format!("/exposure/SPX{mark}{query}"));
        }
        let address = read("scope=<script>&dealers=");
        assert!(address.complaint.unwrap_or_default().contains("Showing all."));
        let address = read("dealers=rich");
        assert!(address.complaint.unwrap_or_default().contains("`rich` is no side"));
    }

    #[test]
    fn an_address_that_names_a_symbol_alone_is_shown_as_it_was_last() {
        let mut last = Layout::default();
        last.choose_span(BarSpan::H1);
        last.arrange(2);
        let address = Address::read(Some("QQQ".to_owned()), |_| None, || last.clone());
        assert_eq!(address.layout.charts().len(), 2);
        assert_eq!(address.layout.chart().symbol, Symbol::QQQ);
        assert_eq!(address.layout.chart().span, BarSpan::H1);
    }
}
