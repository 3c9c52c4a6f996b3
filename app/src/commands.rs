//! Everything that can be done on the desk, by one word each: the palette lists them, keys are
//! bound to them, and one place does them.

use std::fmt;
use std::str::FromStr;

use chart::{ChartStyle, Layout, ScaleMode, Study, Tool};
use market::{BarSpan, Symbol};
use quant::levels::LevelGroup;

use crate::centre::Centre;
use crate::contexts::{Colors, Density, Depth};
use crate::level_choices::{LevelFilter, LevelOrder};
use crate::panes::SidePane;

/// Something that can be done on the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Opens the palette.
    Palette,
    /// Opens the sheet of keys.
    Keys,
    /// Opens the menu of indicators.
    Indicators,
    /// Opens the menu of style, scale and dates.
    Chart,
    /// Opens the same menu for a date to go to.
    GoToDate,
    /// Opens the menu of drawings.
    Drawings,
    /// Opens the menu of layouts.
    Layouts,
    /// So many charts.
    Arrange(usize),
    /// Keys are for the next chart.
    NextChart,
    /// Only the active chart is seen, or all again.
    Maximise,
    /// Puts charts or a chain in the middle.
    Show(Centre),
    /// Shares something among the charts, or leaves it to each of them.
    Link(Linked),
    /// Copies the address of what is shown.
    CopyLink,
    /// Another symbol.
    Symbol(Symbol),
    /// Another timeframe.
    Span(BarSpan),
    /// Bars in another style.
    Style(ChartStyle),
    /// Another scale; the same again is linear.
    Scale(ScaleMode),
    /// Turns the chart upside down and back.
    Invert,
    /// Switches the magnet.
    Magnet,
    /// Draws another symbol beside, or stops that.
    Compare(Symbol),
    /// Puts a study on the chart, or takes it off.
    Study(Study),
    /// The next bar that is pressed anchors a VWAP.
    AnchorVwap,
    /// Takes a drawing tool into the hand.
    Tool(Tool),
    /// Takes the last step of drawing back.
    Undo,
    /// Does it again.
    Redo,
    /// Deletes the selected drawing.
    DeleteDrawing,
    /// Deletes all drawings of the symbol that are not locked.
    DeleteDrawings,
    /// Keys take the crosshair, or put it away.
    Crosshair,
    /// Moves the chart as a hand does.
    Move(Move),
    /// Prices fit what is in sight.
    Fit,
    /// The chart as it came.
    Reset,
    /// Back to the newest bar.
    Latest,
    /// Bars come nearer.
    ZoomIn,
    /// Bars go farther away.
    ZoomOut,
    /// Dark or light.
    Theme,
    /// The colours of rising and falling.
    Colors(Colors),
    /// How much room a row takes.
    Density(Density),
    /// How many levels are shown.
    Depth(Depth),
    /// Shows a group of levels, or hides it.
    Group(LevelGroup),
    /// Which of the chosen levels are shown.
    Filter(LevelFilter),
    /// What the ladder is in order of.
    Order(LevelOrder),
    /// Opens the menu of levels.
    LevelMenu,
    /// Opens the menu of watchlists.
    WatchMenu,
    /// Puts the chart's symbol on the watchlist.
    WatchSymbol,
    /// Opens the tape's controls.
    Tape,
    /// Back to the practice market.
    Practice,
    /// Pauses the tape or plays it.
    PlayPause,
    /// How fast the tape plays.
    Speed(u16),
    /// Moves the tape on by minutes.
    Step(u8),
    /// Moves the tape to the next open.
    NextOpen,
    /// Moves the tape of a recorded day back to its open.
    BackToOpen,
    /// Copies the levels as text.
    CopyLevels,
    /// Saves the levels as a table.
    LevelsCsv,
    /// Saves the levels as a script for TradingView.
    LevelsPine,
    /// Saves a picture of the chart.
    Picture,
    /// Puts a pane at the side away, or brings it back.
    Pane(SidePane),
    /// Opens the list of what was said.
    Notices,
    /// Opens the glossary.
    Glossary,
    /// Begins the tour.
    Tour,
    /// Puts the desk among the device's applications.
    Install,
    /// The page for programs.
    Developers,
    /// Opens the account, or offers to make the first one.
    Account,
}

/// A way to move the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// To earlier bars.
    Earlier,
    /// To later bars.
    Later,
    /// To much earlier bars.
    FarEarlier,
    /// To much later bars.
    FarLater,
    /// To the oldest bar there is.
    Oldest,
    /// To what lies above.
    Up,
    /// To what lies below.
    Down,
    /// Prices farther apart.
    Taller,
    /// Prices nearer together.
    Flatter,
}

impl Move {
    /// Every one, and its word.
    const ALL: [(Self, &'static str); 9] = [
        (Self::Earlier, "earlier"),
        (Self::Later, "later"),
        (Self::FarEarlier, "far-earlier"),
        (Self::FarLater, "far-later"),
        (Self::Oldest, "oldest"),
        (Self::Up, "up"),
        (Self::Down, "down"),
        (Self::Taller, "taller"),
        (Self::Flatter, "flatter"),
    ];

    fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }
}

/// What charts can have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Linked {
    /// The symbol.
    Symbol,
    /// The timeframe.
    Span,
    /// The moment under the pointer.
    Crosshair,
}

impl Linked {
    /// Every one, and its word.
    const ALL: [(Self, &'static str); 3] =
        [(Self::Symbol, "symbol"), (Self::Span, "span"), (Self::Crosshair, "crosshair")];

    /// Its word.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }
}

/// Speeds of the tape that are offered.
const SPEEDS: [u16; 3] = [1, 10, 60];

impl Command {
    /// Everything that can be done, symbols aside: those are the tape's.
    pub(crate) fn all() -> Vec<Self> {
        let mut all =
            vec![Self::Palette, Self::Keys, Self::Indicators, Self::Chart, Self::GoToDate];
        all.extend([Self::Drawings, Self::Layouts]);
        all.extend(Layout::COUNTS.map(Self::Arrange));
        all.extend(Centre::ALL.map(Self::Show));
        all.extend([Self::NextChart, Self::Maximise, Self::CopyLink]);
        all.extend(Linked::ALL.map(|(one, _)| Self::Link(one)));
        all.extend(BarSpan::ALL.map(Self::Span));
        all.extend(ChartStyle::ALL.map(Self::Style));
        all.extend(ScaleMode::ALL.map(Self::Scale));
        all.extend([Self::Invert, Self::Magnet]);
        all.extend(Study::OFFERED.map(Self::Study));
        all.push(Self::AnchorVwap);
        all.extend(Tool::ALL.map(Self::Tool));
        all.extend([Self::Undo, Self::Redo, Self::DeleteDrawing, Self::DeleteDrawings]);
        all.extend([Self::Fit, Self::Reset, Self::Latest, Self::ZoomIn, Self::ZoomOut]);
        all.extend(Move::ALL.map(|(one, _)| Self::Move(one)));
        all.extend([Self::Crosshair, Self::Theme]);
        all.extend(Colors::ALL.map(Self::Colors));
        all.extend(Density::ALL.map(Self::Density));
        all.extend(Depth::ALL.map(Self::Depth));
        all.push(Self::LevelMenu);
        all.extend(LevelGroup::ALL.map(Self::Group));
        all.extend(LevelFilter::ALL.map(Self::Filter));
        all.extend(LevelOrder::ALL.map(Self::Order));
        all.extend([Self::WatchMenu, Self::WatchSymbol]);
        all.extend([Self::Tape, Self::Practice, Self::PlayPause]);
        all.extend(SPEEDS.map(Self::Speed));
        all.extend([1, 5, 60].map(Self::Step));
        all.extend([Self::NextOpen, Self::BackToOpen]);
        all.extend([Self::CopyLevels, Self::LevelsCsv, Self::LevelsPine]);
        all.extend(SidePane::ALL.map(Self::Pane));
        all.extend([
            Self::Notices,
            Self::Glossary,
            Self::Tour,
            Self::Picture,
            Self::Install,
            Self::Developers,
            Self::Account,
        ]);
        all
    }

    /// Whether its keys without Alt, Ctrl or Cmd count while the chart has the focus, and there
    /// alone: arrows and their like are for whatever has it. Such a key may be held down.
    pub(crate) fn is_of_chart(self) -> bool {
        matches!(self, Self::Move(_) | Self::ZoomIn | Self::ZoomOut | Self::Fit | Self::Latest)
    }

    /// The word of one that is always the same.
    fn word(self) -> &'static str {
        match self {
            Self::Palette => "palette",
            Self::Keys => "keys",
            Self::Indicators => "indicators",
            Self::Chart => "chart",
            Self::GoToDate => "go-to-date",
            Self::Drawings => "drawings",
            Self::Layouts => "layouts",
            Self::NextChart => "next-chart",
            Self::Maximise => "maximise",
            Self::CopyLink => "copy-link",
            Self::Invert => "invert",
            Self::Magnet => "magnet",
            Self::AnchorVwap => "anchor-vwap",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::DeleteDrawing => "delete-drawing",
            Self::DeleteDrawings => "delete-drawings",
            Self::Crosshair => "crosshair",
            Self::Fit => "fit",
            Self::Reset => "reset",
            Self::Latest => "latest",
            Self::ZoomIn => "zoom-in",
            Self::ZoomOut => "zoom-out",
            Self::Theme => "theme",
            Self::LevelMenu => "level-menu",
            Self::WatchMenu => "watch-menu",
            Self::WatchSymbol => "watch-symbol",
            Self::Tape => "tape",
            Self::Practice => "practice",
            Self::PlayPause => "play",
            Self::NextOpen => "next-open",
            Self::BackToOpen => "back-to-open",
            Self::CopyLevels => "copy-levels",
            Self::LevelsCsv => "levels-csv",
            Self::LevelsPine => "levels-pine",
            Self::Picture => "picture",
            Self::Pane(SidePane::Levels) => "levels-pane",
            Self::Pane(SidePane::Watch) => "watch-pane",
            Self::Pane(SidePane::Positions) => "positions-pane",
            Self::Notices => "notices",
            Self::Glossary => "glossary",
            Self::Tour => "tour",
            Self::Install => "install",
            Self::Developers => "developers",
            Self::Account => "account",
            // Their words tell of what: see `Display`.
            _ => "",
        }
    }
}

impl fmt::Display for Command {
    /// The word that a key is bound to.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arrange(count) => write!(f, "charts-{count}"),
            Self::Show(centre) => write!(f, "show-{}", centre.as_str()),
            Self::Link(linked) => write!(f, "link-{}", linked.as_str()),
            Self::Symbol(symbol) => write!(f, "symbol-{symbol}"),
            Self::Span(span) => write!(f, "span-{span}"),
            Self::Style(style) => write!(f, "style-{}", style.as_str()),
            Self::Scale(mode) => write!(f, "scale-{}", mode.as_str()),
            Self::Compare(symbol) => write!(f, "compare-{symbol}"),
            Self::Study(study) => write!(f, "study-{study}"),
            Self::Tool(tool) => write!(f, "draw-{}", tool.as_str()),
            Self::Move(one) => write!(f, "move-{}", one.as_str()),
            Self::Colors(colors) => f.write_str(colors.as_str()),
            Self::Density(density) => f.write_str(density.as_str()),
            Self::Depth(depth) => write!(f, "levels-{}", depth.as_str()),
            Self::Group(group) => write!(f, "group-{}", group.place()),
            Self::Filter(filter) => write!(f, "filter-{}", filter.as_str()),
            Self::Order(order) => write!(f, "order-{}", order.as_str()),
            Self::Speed(times) => write!(f, "speed-{times}"),
            Self::Step(minutes) => write!(f, "step-{minutes}"),
            plain => f.write_str(plain.word()),
        }
    }
}

impl FromStr for Command {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        if let Some(symbol) = word.strip_prefix("symbol-") {
            return symbol.parse().map(Self::Symbol).map_err(|_| ());
        }
        if let Some(symbol) = word.strip_prefix("compare-") {
            return symbol.parse().map(Self::Compare).map_err(|_| ());
        }
        Self::all().into_iter().find(|one| one.to_string() == word).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_survive_their_words() {
        let all = Command::all();
        for (n, command) in all.iter().enumerate() {
            assert_eq!(command.to_string().parse(), Ok(*command));
            assert!(!all[..n].contains(command), "{command} is there twice");
            assert!(!command.to_string().is_empty(), "{command:?} has no word");
        }
        assert_eq!("symbol-SPY".parse(), Ok(Command::Symbol(Symbol::SPY)));
        assert_eq!("compare-SPY".parse(), Ok(Command::Compare(Symbol::SPY)));
        assert_eq!("format-disk".parse::<Command>(), Err(()));
    }
}
