//! Everything that can be done on the desk, by one word each: the palette lists them, keys are
//! bound to them, and one place does them.

use std::fmt;
use std::str::FromStr;

use chart::{ChartStyle, Layout, ScaleMode, Study, Tool};
use market::{BarSpan, Symbol};

use crate::centre::Centre;
use crate::contexts::{Colors, Density, Depth};
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
    /// Puts a study on the chart, or takes it off.
    Study(Study),
    /// Takes a drawing tool into the hand.
    Tool(Tool),
    /// Takes the last step of drawing back.
    Undo,
    /// Does it again.
    Redo,
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
    /// Pauses the tape or plays it.
    PlayPause,
    /// How fast the tape plays.
    Speed(u16),
    /// Moves the tape on by minutes.
    Step(u8),
    /// Moves the tape to the next open.
    NextOpen,
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

/// Speeds of the tape that are offered.
const SPEEDS: [u16; 3] = [1, 10, 60];

impl Command {
    /// Everything that can be done, symbols aside: those are the tape's.
    pub(crate) fn all() -> Vec<Self> {
        let mut all =
            vec![Self::Palette, Self::Keys, Self::Indicators, Self::Chart, Self::Drawings];
        all.push(Self::Layouts);
        all.extend(Layout::COUNTS.map(Self::Arrange));
        all.extend(Centre::ALL.map(Self::Show));
        all.extend([Self::NextChart, Self::Maximise, Self::CopyLink]);
        all.extend(BarSpan::ALL.map(Self::Span));
        all.extend(ChartStyle::ALL.map(Self::Style));
        all.extend(ScaleMode::ALL.map(Self::Scale));
        all.extend([Self::Invert, Self::Magnet]);
        all.extend(Study::OFFERED.map(Self::Study));
        all.extend(Tool::ALL.map(Self::Tool));
        all.extend([Self::Undo, Self::Redo, Self::Fit, Self::Reset, Self::Latest]);
        all.extend([Self::ZoomIn, Self::ZoomOut, Self::Theme]);
        all.extend(Colors::ALL.map(Self::Colors));
        all.extend(Density::ALL.map(Self::Density));
        all.extend(Depth::ALL.map(Self::Depth));
        all.push(Self::PlayPause);
        all.extend(SPEEDS.map(Self::Speed));
        all.extend([1, 5, 60].map(Self::Step));
        all.extend([Self::NextOpen, Self::CopyLevels, Self::LevelsCsv, Self::LevelsPine]);
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
}

impl fmt::Display for Command {
    /// The word that a key is bound to.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Palette => f.write_str("palette"),
            Self::Keys => f.write_str("keys"),
            Self::Indicators => f.write_str("indicators"),
            Self::Chart => f.write_str("chart"),
            Self::Drawings => f.write_str("drawings"),
            Self::Layouts => f.write_str("layouts"),
            Self::Arrange(count) => write!(f, "charts-{count}"),
            Self::NextChart => f.write_str("next-chart"),
            Self::Maximise => f.write_str("maximise"),
            Self::Show(centre) => write!(f, "show-{}", centre.as_str()),
            Self::CopyLink => f.write_str("copy-link"),
            Self::Symbol(symbol) => write!(f, "symbol-{symbol}"),
            Self::Span(span) => write!(f, "span-{span}"),
            Self::Style(style) => write!(f, "style-{}", style.as_str()),
            Self::Scale(mode) => write!(f, "scale-{}", mode.as_str()),
            Self::Invert => f.write_str("invert"),
            Self::Magnet => f.write_str("magnet"),
            Self::Study(study) => write!(f, "study-{study}"),
            Self::Tool(tool) => write!(f, "draw-{}", tool.as_str()),
            Self::Undo => f.write_str("undo"),
            Self::Redo => f.write_str("redo"),
            Self::Fit => f.write_str("fit"),
            Self::Reset => f.write_str("reset"),
            Self::Latest => f.write_str("latest"),
            Self::ZoomIn => f.write_str("zoom-in"),
            Self::ZoomOut => f.write_str("zoom-out"),
            Self::Theme => f.write_str("theme"),
            Self::Colors(colors) => f.write_str(colors.as_str()),
            Self::Density(density) => f.write_str(density.as_str()),
            Self::Depth(depth) => write!(f, "levels-{}", depth.as_str()),
            Self::PlayPause => f.write_str("play"),
            Self::Speed(times) => write!(f, "speed-{times}"),
            Self::Step(minutes) => write!(f, "step-{minutes}"),
            Self::NextOpen => f.write_str("next-open"),
            Self::CopyLevels => f.write_str("copy-levels"),
            Self::LevelsCsv => f.write_str("levels-csv"),
            Self::LevelsPine => f.write_str("levels-pine"),
            Self::Picture => f.write_str("picture"),
            Self::Pane(SidePane::Levels) => f.write_str("levels-pane"),
            Self::Pane(SidePane::Watch) => f.write_str("watch-pane"),
            Self::Pane(SidePane::Positions) => f.write_str("positions-pane"),
            Self::Notices => f.write_str("notices"),
            Self::Glossary => f.write_str("glossary"),
            Self::Tour => f.write_str("tour"),
            Self::Install => f.write_str("install"),
            Self::Developers => f.write_str("developers"),
            Self::Account => f.write_str("account"),
        }
    }
}

impl FromStr for Command {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        if let Some(symbol) = word.strip_prefix("symbol-") {
            return symbol.parse().map(Self::Symbol).map_err(|_| ());
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
        }
        assert_eq!("symbol-SPY".parse(), Ok(Command::Symbol(Symbol::SPY)));
        assert_eq!("format-disk".parse::<Command>(), Err(()));
    }
}
