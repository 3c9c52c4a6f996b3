//! Several charts side by side, and what is common to them: all of it fits in an address.

use std::fmt;

use market::{BarSpan, Symbol};

use crate::ChartSetup;

/// One of the charts of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutChart {
    /// Of what.
    pub symbol: Symbol,
    /// How long each bar lasts.
    pub span: BarSpan,
    /// How it is set up.
    pub setup: ChartSetup,
}

/// What the charts of a layout have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Links {
    /// Another symbol is every chart's.
    pub symbol: bool,
    /// Another timeframe is every chart's.
    pub span: bool,
    /// Where the pointer is on one, the others show the same moment.
    pub crosshair: bool,
}

/// One, two or four charts. At least one, and the active one is among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    charts: Vec<LayoutChart>,
    active: usize,
    links: Links,
}

/// The most complaints about one address: who sent nonsense need not read all of it.
const COMPLAINTS_MAX: usize = 3;

impl Default for Links {
    /// One symbol on several timeframes: how levels are usually looked at.
    fn default() -> Self {
        Self { symbol: true, span: false, crosshair: true }
    }
}

impl Links {
    const WORDS: [&'static str; 3] = ["symbol", "span", "crosshair"];

    fn flags(self) -> [bool; 3] {
        [self.symbol, self.span, self.crosshair]
    }

    fn word(self) -> String {
        let words = Self::WORDS.into_iter().zip(self.flags());
        let words: Vec<&str> = words.filter(|(_, is_on)| *is_on).map(|(word, _)| word).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(",") }
    }

    fn read(text: &str) -> Result<Self, String> {
        let mut links = Self { symbol: false, span: false, crosshair: false };
        for word in text.split(',') {
            match word {
                "symbol" => links.symbol = true,
                "span" => links.span = true,
                "crosshair" => links.crosshair = true,
                "none" => {}
                _ => return Err(format!("`{}` is nothing that charts share", short(word))),
            }
        }
        Ok(links)
    }
}

impl Default for Layout {
    fn default() -> Self {
        let chart =
            LayoutChart { symbol: Symbol::SPX, span: Self::SPANS[0], setup: ChartSetup::default() };
        Self { charts: vec![chart], active: 0, links: Links::default() }
    }
}

impl Layout {
    /// How many charts there can be.
    pub const COUNTS: [usize; 3] = [1, 2, 4];
    /// The most charts.
    pub const COUNT_MAX: usize = 4;
    /// The timeframes of fresh charts, in their order.
    const SPANS: [BarSpan; 4] = [BarSpan::M5, BarSpan::M15, BarSpan::H1, BarSpan::Day];

    /// The charts.
    pub fn charts(&self) -> &[LayoutChart] {
        &self.charts
    }

    /// What they are of, each symbol once.
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut symbols = Vec::new();
        for chart in &self.charts {
            if !symbols.contains(&chart.symbol) {
                symbols.push(chart.symbol);
            }
        }
        symbols
    }

    /// Which chart keys and menus are for.
    pub fn active(&self) -> usize {
        self.active
    }

    /// The chart that keys and menus are for.
    pub fn chart(&self) -> &LayoutChart {
        &self.charts[self.active]
    }

    /// What the charts have in common.
    pub fn links(&self) -> Links {
        self.links
    }

    /// Keys and menus are for that chart from now on, if there is one.
    pub fn activate(&mut self, place: usize) {
        if place < self.charts.len() {
            self.active = place;
        }
    }

    /// Another symbol on the active chart, and where symbols are linked on all.
    pub fn choose_symbol(&mut self, symbol: Symbol) {
        self.charts[self.active].symbol = symbol;
        self.follow_links();
    }

    /// Another timeframe on the active chart, and where timeframes are linked on all.
    pub fn choose_span(&mut self, span: BarSpan) {
        self.charts[self.active].span = span;
        self.follow_links();
    }

    /// Another set-up of a chart.
    pub fn set_up(&mut self, place: usize, setup: ChartSetup) {
        if let Some(chart) = self.charts.get_mut(place) {
            chart.setup = setup;
        }
    }

    /// Links the charts so; what is common is the active chart's.
    pub fn link(&mut self, links: Links) {
        self.links = links;
        self.follow_links();
    }

    fn follow_links(&mut self) {
        let LayoutChart { symbol, span, .. } = *self.chart();
        for chart in &mut self.charts {
            if self.links.symbol {
                chart.symbol = symbol;
            }
            if self.links.span {
                chart.span = span;
            }
        }
    }

    /// So many charts: the active one stays, fresh ones are like it on timeframes that are not
    /// there yet.
    pub fn arrange(&mut self, count: usize) {
        if !Self::COUNTS.contains(&count) {
            return;
        }
        if count <= self.active {
            self.charts.swap(count - 1, self.active);
            self.active = count - 1;
        }
        self.charts.truncate(count);
        while self.charts.len() < count {
            let mut fresh = self.chart().clone();
            fresh.span = self.free_span();
            fresh.setup.compare = None;
            self.charts.push(fresh);
        }
        self.follow_links();
    }

    /// The timeframe of a fresh chart.
    fn free_span(&self) -> BarSpan {
        let is_free = |span: &BarSpan| self.charts.iter().all(|chart| chart.span != *span);
        Self::SPANS.into_iter().find(is_free).unwrap_or(self.chart().span)
    }

    /// The layout as parameters of an address; without what is as usual. A chart after the first
    /// has its number behind the names: `span2`.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let mut told = Vec::new();
        for (place, chart) in self.charts.iter().enumerate() {
            let name = |name: &str| numbered(name, place);
            if place == 0 || !self.links.symbol {
                told.push((name("symbol"), chart.symbol.to_string()));
            }
            if place == 0 || !self.links.span {
                told.push((name("span"), chart.span.to_string()));
            }
            let setup = chart.setup.parameters();
            told.extend(setup.into_iter().map(|(known, value)| (name(known), value)));
        }
        if 1 < self.charts.len() {
            told.push(("charts".to_owned(), self.charts.len().to_string()));
            if self.links != Links::default() {
                told.push(("link".to_owned(), self.links.word()));
            }
            if 0 < self.active {
                told.push(("active".to_owned(), (self.active + 1).to_string()));
            }
        }
        told
    }

    /// Reads what `Display` writes, as [`Layout::read`] does.
    pub fn from_text(text: &str) -> (Self, Option<String>) {
        Self::read(|name| {
            let mut pairs = text.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
        })
    }

    /// Reads parameters; what is not understood is as usual, and complained of in sentences, the
    /// last without its full stop.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> (Self, Option<String>) {
        let mut bad = Vec::new();
        let mut complain = |words: String| bad.push(words);
        let mut layout = Self::default();
        let count = parameter("charts").map(|text| (text.parse(), text));
        let count = match count {
            Some((Ok(count), _)) if Self::COUNTS.contains(&count) => count,
            Some((_, text)) => {
                complain(format!("`{}` is no number of charts: 1, 2 or 4", short(&text)));
                1
            }
            None => 1,
        };
        if let Some(text) = parameter("link") {
            match Links::read(&text) {
                Ok(links) => layout.links = links,
                Err(words) => complain(words),
            }
        }
        layout.charts.clear();
        for place in 0..count {
            let (mut chart, words) = read_chart(|name| parameter(&numbered(name, place)));
            words.into_iter().for_each(&mut complain);
            let is_named = |name: &str| parameter(&numbered(name, place)).is_some();
            if let Some(first) = layout.charts.first() {
                if layout.links.symbol || !is_named("symbol") {
                    chart.symbol = first.symbol;
                }
                if layout.links.span {
                    chart.span = first.span;
                } else if !is_named("span") {
                    chart.span = layout.free_span();
                }
            }
            layout.charts.push(chart);
        }
        let active =
            parameter("active").and_then(|text| text.parse::<usize>().ok()?.checked_sub(1));
        layout.activate(active.unwrap_or(0));
        bad.truncate(COMPLAINTS_MAX);
        (layout, (!bad.is_empty()).then(|| bad.join(". ")))
    }
}

impl fmt::Display for Layout {
    /// The parameters with `&` between them. Nothing in them needs escaping in an address: they
    /// are letters, digits, commas, colons, dots and dashes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.parameters().into_iter().enumerate() {
            let between = if place == 0 { "" } else { "&" };
            write!(f, "{between}{name}={value}")?;
        }
        Ok(())
    }
}

fn numbered(name: &str, place: usize) -> String {
    if place == 0 { name.to_owned() } else { format!("{name}{}", place + 1) }
}

fn read_chart(parameter: impl Fn(&str) -> Option<String>) -> (LayoutChart, Vec<String>) {
    let mut bad = Vec::new();
    let (mut symbol, mut span) = (Symbol::SPX, Layout::SPANS[0]);
    if let Some(text) = parameter("symbol") {
        match text.to_ascii_uppercase().parse() {
            Ok(known) => symbol = known,
            Err(error) => bad.push(format!("{error}. Showing {symbol}")),
        }
    }
    if let Some(text) = parameter("span") {
        match text.parse() {
            Ok(known) => span = known,
            Err(error) => bad.push(format!("{error}. Showing {span}")),
        }
    }
    let (setup, words) = ChartSetup::read(parameter);
    bad.extend(words.map(|words| format!("{words}. The rest of the chart is shown")));
    (LayoutChart { symbol, span, setup }, bad)
}

fn short(text: &str) -> String {
    text.chars().take(24).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Study;
    use proptest::prelude::*;

    /// As they are kept: never changed, so that what a trader kept long ago is shown as it was.
    const KEPT: [&str; 3] = [
        "symbol=SPX&span=5m",
        "symbol=SPY&span=1h&style=heikin-ashi&scale=log&invert=1&studies=volume,vwap,vwapbands:c2,\
         ema-20:c3,bb-20-2,or-15,ib,profile,rsi-14:30:off,macd-12-26-9,atr-14&compare=QQQ&magnet=1",
        "symbol=NDX&span=1m&studies=none&span2=15m&span3=1D&style3=area&scale3=percent&span4=1W\
         &studies4=sma-50&charts=4&link=symbol&active=3",
    ];

    #[test]
    fn what_earlier_versions_kept_is_read_as_it_was() {
        for text in KEPT {
            let (layout, bad) = Layout::from_text(text);
            assert_eq!((layout.to_string().as_str(), bad), (text, None));
        }
    }

    fn again(layout: &Layout) -> (Layout, Option<String>) {
        Layout::from_text(&layout.to_string())
    }

    /// Something that a trader does to a layout.
    fn act(layout: &mut Layout, (kind, which, flags): (u8, usize, [bool; 3])) {
        match kind {
            0 => layout.arrange(which),
            1 => layout.activate(which),
            2 => layout.choose_symbol([Symbol::SPX, Symbol::QQQ, Symbol::SPY][which % 3]),
            3 => layout.choose_span(BarSpan::ALL[which]),
            4 => {
                let [symbol, span, crosshair] = flags;
                layout.link(Links { symbol, span, crosshair });
            }
            _ => {
                let mut setup = layout.chart().setup.clone();
                setup.add(Study::OFFERED[which]);
                layout.set_up(which, setup);
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_a_trader_does_fits_in_an_address(
            acts in prop::collection::vec((0_u8..6, 0_usize..5, any::<[bool; 3]>()), 0..30),
        ) {
            let mut layout = Layout::default();
            for one in acts {
                act(&mut layout, one);
                prop_assert!(Layout::COUNTS.contains(&layout.charts().len()));
                prop_assert!(layout.active() < layout.charts().len());
                for chart in layout.charts() {
                    let LayoutChart { symbol, span, .. } = layout.chart();
                    prop_assert!(!layout.links().symbol || chart.symbol == *symbol);
                    prop_assert!(!layout.links().span || chart.span == *span);
                }
            }
            // How a lone chart would be linked to others is nobody's business.
            if layout.charts().len() == 1 {
                layout.link(Links::default());
            }
            prop_assert_eq!(again(&layout), (layout, None));
        }

        #[test]
        fn any_address_is_read(text in "[a-zA-Z0-9:,.-]{0,12}", count in 0..9_usize) {
            let (layout, _) = Layout::read(|name| match name {
                "charts" => Some(count.to_string()),
                _ => Some(text.clone()),
            });
            prop_assert!(Layout::COUNTS.contains(&layout.charts().len()));
            let again = again(&layout).0;
            prop_assert_eq!(again.charts(), layout.charts());
        }
    }

    #[test]
    fn fresh_charts_are_the_symbol_on_other_timeframes() {
        let (mut layout, bad) = Layout::from_text("symbol=QQQ&span=15m&charts=1");
        assert_eq!(bad, None);
        layout.arrange(4);
        let spans: Vec<String> =
            layout.charts().iter().map(|one| format!("{} {}", one.symbol, one.span)).collect();
        assert_eq!(spans, ["QQQ 15m", "QQQ 5m", "QQQ 1h", "QQQ 1D"]);
        layout.activate(2);
        layout.arrange(2);
        assert_eq!((layout.active(), layout.chart().span), (1, BarSpan::H1));
        layout.arrange(1);
        assert_eq!((layout.active(), layout.chart().span), (0, BarSpan::H1));
        layout.arrange(3);
        assert_eq!(layout.charts().len(), 1);
    }

    #[test]
    fn a_layout_of_a_newer_version_is_read_as_far_as_it_is_known() {
        let text = "charts=2&link=symbol,weather&symbol=QQQ&span=15m&style=bars&glow=9\
                    &span2=1h&studies2=ema-20,moon-7&tilt2=1";
        let (layout, bad) = Layout::from_text(text);
        let charts: Vec<String> = layout
            .charts()
            .iter()
            .map(|one| format!("{} {} {}", one.symbol, one.span, one.setup.style.as_str()))
            .collect();
        assert_eq!(charts, ["QQQ 15m bars", "QQQ 1h hollow"]);
        assert!(layout.charts()[1].setup.has(Study::Ema(20)));
        let bad = bad.expect("something was not understood");
        assert!(bad.contains("weather") && bad.contains("moon-7"), "{bad}");
    }

    #[test]
    fn what_was_not_understood_is_told() {
        for (text, told) in [
            ("charts=3", "`3` is no number of charts"),
            ("charts=-1", "`-1` is no number of charts"),
            ("charts=2&link=money", "`money`"),
            ("charts=4&link=none&symbol3=../etc", "Showing SPX"),
            ("charts=2&span2=7m", "7m"),
            ("charts=2&studies2=x", "`x`"),
        ] {
            let (_, bad) = Layout::from_text(text);
            assert!(bad.as_ref().is_some_and(|bad| bad.contains(told)), "{text}: {bad:?}");
        }
        assert_eq!(Layout::from_text("charts=2&active=9&link=none&symbol=SPY").0.active(), 0);
        assert_eq!(
            Layout::from_text("charts=2&link=none&symbol=SPY").0.charts()[1].symbol,
            Symbol::SPY
        );
    }
}
