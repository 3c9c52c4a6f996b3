//! What the address of a desk says, and how it is written.

use chart::{ChartSetup, Layout};
use market::{Series, Symbol};

use super::link::{Prices, Window};
use super::linked_drawings;
use crate::centre::Centre;
use crate::components::ExposureChoice;
use crate::contexts::Preferences;

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
    /// What is chosen of levels, as the cookie has it; nothing where the device's own choices are
    /// shown.
    pub(super) levels: Option<String>,
    /// Only the active chart is seen.
    pub(super) is_maximised: bool,
    /// From when to when each chart shows bars at first; only a link that was copied says so, and
    /// what is shown afterwards says it no more.
    pub(super) windows: [Option<Window>; Layout::COUNT_MAX],
    /// Between which prices each chart's axis was pulled; likewise.
    pub(super) prices: [Option<Prices>; Layout::COUNT_MAX],
    /// When in a recorded day a link was copied; likewise.
    pub(super) at: Option<String>,
    /// Drawings that a link brings along, as they are in it; likewise.
    pub(super) drawings: Option<String>,
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
        Self { centre: Centre::Chart, layout, complaint, ..Self::bare() }
    }

    /// Says nothing but which symbol there is at first.
    fn bare() -> Self {
        Self {
            centre: Centre::Chart,
            layout: Layout::default(),
            series: None,
            position: String::new(),
            paid: String::new(),
            exposure: ExposureChoice::default(),
            levels: None,
            is_maximised: false,
            windows: [None; Layout::COUNT_MAX],
            prices: [None; Layout::COUNT_MAX],
            at: None,
            drawings: None,
            complaint: None,
        }
    }

    /// Reads what the address of any centre may say besides.
    pub(super) fn read_view(&mut self, parameter: impl Fn(&str) -> Option<String>) {
        let mut complain = |words: &str| {
            let said = self.complaint.get_or_insert_default();
            said.push_str(if said.is_empty() { "" } else { " " });
            said.push_str(words);
        };
        if let Some(words) = parameter("levels") {
            // What was not understood is not said again.
            let mut understood = Preferences::default();
            if !understood.show_levels(&words) {
                complain("Showing what could be understood of the levels in this address.");
            }
            self.levels = Some(understood.level_words());
        }
        let mut are_damaged = [false; 2];
        for place in 0..Layout::COUNT_MAX {
            if let Some(text) = parameter(&Window::name(place)) {
                self.windows[place] = Window::read(&text);
                are_damaged[0] |= self.windows[place].is_none();
            }
            if let Some(text) = parameter(&Prices::name(place)) {
                let chart = self.layout.charts().get(place);
                let is_suited = |one: &Prices| chart.is_none_or(|chart| one.suit(&chart.setup));
                self.prices[place] = Prices::read(&text).filter(is_suited);
                are_damaged[1] |= self.prices[place].is_none();
            }
        }
        if are_damaged[0] {
            complain("The window in this address is none: showing the newest bars.");
        }
        if are_damaged[1] {
            complain("The prices in this address are none: showing those that fit.");
        }
        self.is_maximised = parameter("max").is_some_and(|text| text == "1");
        self.at = parameter("at");
        self.drawings = parameter(linked_drawings::NAME);
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
        let [position, paid] = read_position(parameter);
        let centre = Centre::Chain;
        Self { centre, layout, series, position, paid, complaint, ..Self::bare() }
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
        Self { centre: Centre::Exposure, layout, exposure, complaint, ..Self::bare() }
    }

    /// Reads the symbol in the path of the positions.
    pub(super) fn read_positions(symbol: &str, mut layout: Layout) -> Self {
        let complaint = choose_symbol(&mut layout, symbol);
        Self { centre: Centre::Positions, layout, complaint, ..Self::bare() }
    }

    /// The address that says all this, but for what is true only of the moment it was copied.
    pub(super) fn write(&self) -> String {
        let mut text = self.write_centre();
        let levels = self.levels.as_deref().map(|words| ("levels", words));
        let maximised = self.is_maximised.then_some(("max", "1"));
        for (name, value) in levels.into_iter().chain(maximised) {
            add(&mut text, name, value);
        }
        text
    }

    /// The address that says that as well.
    pub(super) fn write_link(&self) -> String {
        let mut text = self.write();
        for (place, window) in self.windows.iter().enumerate() {
            if let Some(window) = window {
                add(&mut text, &Window::name(place), &window.to_string());
            }
        }
        for (place, prices) in self.prices.iter().enumerate() {
            if let Some(prices) = prices {
                add(&mut text, &Prices::name(place), &prices.to_string());
            }
        }
        let at = self.at.as_deref().map(|at| ("at", at));
        let drawings = self.drawings.as_deref().map(|lines| (linked_drawings::NAME, lines));
        for (name, value) in at.into_iter().chain(drawings) {
            add(&mut text, name, value);
        }
        text
    }

    fn write_centre(&self) -> String {
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

/// Adds a parameter to an address. Nothing in these needs escaping: they are letters, digits, dots
/// and dashes.
fn add(text: &mut String, name: &str, value: &str) {
    text.push(if text.contains('?') { '&' } else { '?' });
    text.push_str(name);
    text.push('=');
    text.push_str(value);
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
    use chart::{Ink, Links, Study};
    use market::{BarSpan, Moment, Span, Symbol};
    use proptest::prelude::*;
    use quant::levels::LevelGroup;

    use crate::contexts::Depth;
    use crate::level_choices::{LevelFilter, LevelOrder};

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

    /// Reads a whole address, as the desk does.
    fn read_whole(address: &str) -> Address {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
        };
        let symbol = path.rsplit('/').next().unwrap_or_default();
        let mut read = match path.split('/').nth(1) {
            Some("exposure") => Address::read_exposure(symbol, parameter, Layout::default()),
            Some("positions") => Address::read_positions(symbol, Layout::default()),
            _ => Address::read(Some(symbol.to_owned()), parameter, Layout::default),
        };
        read.read_view(parameter);
        read
    }

    #[test]
    fn an_address_says_levels_and_what_is_maximised_wherever_one_is() {
        for (address, levels) in [
            ("/chart/SPX?span=5m&levels=Key", Some("Key")),
            ("/chart/SPX?span=5m&levels=All.only-near.groups-aB.colors-c2&max=1", None),
            ("/exposure/SPX?scope=today&levels=Pivots.order-group", Some("Pivots.order-group")),
            ("/positions/SPX?levels=All", Some("All")),
        ] {
            let read = read_whole(address);
            assert_eq!(read.complaint, None, "{address}");
            assert!(levels.is_none_or(|levels| read.levels.as_deref() == Some(levels)));
            assert_eq!(read.is_maximised, address.ends_with("max=1"));
            assert_eq!(read.write(), address);
        }
        // An address that says nothing of levels leaves them to the device.
        assert_eq!(read_whole("/chart/SPX?span=5m").levels, None);
    }

    #[test]
    fn where_a_chart_was_scrolled_and_pulled_to_is_in_its_link_alone() {
        let link = "/chart/SPX?span=5m&span2=1h&charts=2&levels=Key\
                    &window2=202402270930-202402271600&prices=-12.5_5102.25&at=202402271030";
        let read = read_whole(link);
        assert_eq!(read.complaint, None);
        assert_eq!(read.windows.map(|window| window.is_some()), [false, true, false, false]);
        assert_eq!(read.prices, [Some(Prices { low: -12.5, high: 5102.25 }), None, None, None]);
        assert_eq!(read.write_link(), link);
        assert_eq!(read.write(), "/chart/SPX?span=5m&span2=1h&charts=2&levels=Key");
    }

    #[test]
    fn a_damaged_link_shows_what_can_be_shown_and_says_so() {
        for (query, told, written) in [
            ("levels=<script>", "of the levels", "&levels=Key"),
            ("levels=All.groups-9.only-far", "of the levels", "&levels=All"),
            ("levels=", "of the levels", "&levels=Key"),
            ("window=1-2", "showing the newest bars", ""),
            ("window=202402271600-202402270930", "showing the newest bars", ""),
            ("prices=5100_5000", "showing those that fit", ""),
            ("prices=NaN_inf", "showing those that fit", ""),
            ("prices=%3Cscript%3E", "showing those that fit", ""),
            ("scale=log&prices=-1_5", "showing those that fit", "&scale=log"),
            ("scale=log&prices=1_5", "", "&scale=log"),
            ("max=2", "", ""),
        ] {
            let read = read_whole(&format!("/chart/SPX?span=5m&{query}"));
            let complaint = read.complaint.clone().unwrap_or_default();
            assert!(complaint.contains(told), "{query}: {complaint}");
            assert_eq!(complaint.is_empty(), told.is_empty(), "{query}: {complaint}");
            assert_eq!(read.write(), format!("/chart/SPX?span=5m{written}"));
        }
    }

    /// What a trader chose of levels, by numbers.
    fn level_words(
        chosen: [usize; 3],
        switched: &[(usize, bool)],
        painted: &[(usize, u8)],
    ) -> String {
        let [depth, filter, order] = chosen;
        let mut preferences =
            Preferences { depth: Depth::ALL[depth % 3], ..Preferences::default() };
        preferences.levels.filter = LevelFilter::ALL[filter % 4];
        preferences.levels.order = LevelOrder::ALL[order % 3];
        let group = |number: usize| LevelGroup::ALL[number % LevelGroup::ALL.len()];
        for (number, is_shown) in switched {
            preferences.levels.switch(group(*number), *is_shown);
        }
        for (number, color) in painted {
            preferences.levels.paint(group(*number), Some(color % Ink::STUDIES));
        }
        preferences.level_words()
    }

    proptest! {
        #[test]
        fn a_link_says_all_that_is_shown(
            count in prop::sample::select(Layout::COUNTS.to_vec()),
            active in 0..4_usize,
            links in any::<[bool; 3]>(),
            chosen in any::<[usize; 3]>(),
            switched in prop::collection::vec((0..40_usize, any::<bool>()), 0..9),
            painted in prop::collection::vec((0..40_usize, any::<u8>()), 0..9),
            is_maximised: bool,
            windows in any::<[Option<(u16, u16)>; 4]>(),
            prices in any::<[Option<(u16, u16)>; 4]>(),
        ) {
            let mut layout = Layout::default();
            layout.choose_symbol(Symbol::QQQ);
            layout.arrange(count);
            layout.activate(active);
            if 1 < count {
                layout.link(Links { symbol: links[0], span: links[1], crosshair: links[2] });
            }
            // By days, since the year 2000: no clock changes at 10:00.
            let at = |day: u16| Moment(946_738_800_000_000) + Span::hours(24 * i64::from(day / 8));
            let windows = windows.map(|window| window.map(|(from, days)| {
                let days = i64::from(days / 8) + 1;
                Window { from: at(from), to: at(from) + Span::hours(24 * days) }
            }));
            let prices = prices.map(|prices| prices.map(|(low, range)| {
                let low = f64::from(low) / 8.0 - 100.0;
                Prices { low, high: low + (f64::from(range) + 1.0) / 8.0 }
            }));
            let levels = Some(level_words(chosen, &switched, &painted));
            let bare = Address { layout, ..Address::bare() };
            let address = Address { levels, is_maximised, windows, prices, ..bare };
            let link = address.write_link();
            prop_assert!(link.len() < 720, "{link}");
            prop_assert_eq!(read_whole(&link), address);
        }

        #[test]
        fn any_query_is_read(query in "((levels|window|prices|prices2|max|at)=[^&]{0,40}&?){0,5}") {
            let read = read_whole(&format!("/chart/SPX?span=5m&{query}"));
            // What is said again is understood.
            let again = read_whole(&read.write());
            prop_assert_eq!(again.complaint, None);
            prop_assert_eq!(again.levels, read.levels);
        }
    }
}
