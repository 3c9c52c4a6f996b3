//! Words that traders know commands by from elsewhere: the palette finds them by these as well.

use crate::centre::Centre;
use crate::commands::{Command, Move};
use crate::panes::SidePane;

/// Other words for a command, besides its name; none for most.
pub(super) fn also_called(command: Command) -> &'static str {
    match command {
        Command::Keys => "help hotkeys keymap",
        Command::Indicators | Command::Study(_) | Command::AnchorVwap => "study studies overlay",
        Command::Chart => "settings candles heikin ashi log percent",
        Command::GoToDate => "jump calendar",
        Command::Show(Centre::Chain) => "options quotes",
        Command::Show(Centre::Plan) => "options payoff spread",
        Command::Show(Centre::Volatility) => "iv skew term structure",
        Command::Show(Centre::Positions) => "portfolio account greeks",
        Command::Show(Centre::Exposure) => "dealers walls",
        Command::CopyLink => "share url",
        Command::DeleteDrawing | Command::DeleteDrawings => "remove clear",
        Command::Reset => "fit all default view",
        Command::Latest => "now realtime last",
        Command::Move(Move::Oldest) => "first start",
        Command::Theme => "theme appearance",
        Command::Colors(_) => "colors palette",
        Command::Density(_) => "spacing size",
        Command::Tape | Command::PlayPause | Command::Speed(_) | Command::Step(_) => "replay",
        Command::NextOpen | Command::BackToOpen => "replay jump",
        Command::CopyLevels | Command::LevelsCsv | Command::LevelsPine => "export",
        Command::Picture => "screenshot image png snapshot",
        Command::Pane(SidePane::Levels) => "ladder sidebar hide show",
        Command::Pane(SidePane::Watch | SidePane::Positions) => "sidebar hide show",
        Command::Notices => "notifications messages news",
        Command::Glossary => "help definitions",
        Command::Tour => "help introduction",
        Command::Install => "app pwa",
        Command::Developers => "api keys tokens",
        Command::Account => "settings profile log login logout password",
        _ => "",
    }
}
