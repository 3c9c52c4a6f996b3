//! Which key does what: as TradingView's users know it, until a trader says otherwise. Kept on the
//! device.

use gloo::storage::{LocalStorage, Storage};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use market::BarSpan;

use crate::commands::{Command, Move};
use crate::contexts::Depth;
use chart::{ScaleMode, Tool};

/// Where a device keeps what differs from the usual.
const STORED: &str = "volaris.keys";

/// Which key does what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keymap {
    bound: Vec<(String, Command)>,
    /// Whether keys without Alt, Ctrl or Cmd do anything (WCAG 2.1.4 wants a way to say no).
    pub(crate) has_single_keys: bool,
}

impl Default for Keymap {
    fn default() -> Self {
        let bound = [
            ("ctrl+k", Command::Palette),
            ("?", Command::Keys),
            ("/", Command::Indicators),
            ("alt+g", Command::GoToDate),
            ("alt+d", Command::Drawings),
            (".", Command::Layouts),
            ("alt+n", Command::NextChart),
            ("alt+enter", Command::Maximise),
            ("alt+r", Command::Reset),
            ("alt+i", Command::Invert),
            ("alt+l", Command::Scale(ScaleMode::Log)),
            ("alt+p", Command::Scale(ScaleMode::Percent)),
            ("alt+m", Command::Magnet),
            ("alt+t", Command::Tool(Tool::Trend)),
            ("alt+h", Command::Tool(Tool::Horizontal)),
            ("alt+v", Command::Tool(Tool::Vertical)),
            ("alt+f", Command::Tool(Tool::Fibonacci)),
            ("alt+c", Command::Crosshair),
            ("alt+s", Command::Picture),
            ("alt+w", Command::WatchSymbol),
            ("ctrl+z", Command::Undo),
            ("ctrl+y", Command::Redo),
            ("ctrl+shift+z", Command::Redo),
            ("ctrl+arrowup", Command::ZoomIn),
            ("ctrl+arrowdown", Command::ZoomOut),
            ("arrowup", Command::ZoomIn),
            ("arrowdown", Command::ZoomOut),
            ("+", Command::ZoomIn),
            ("=", Command::ZoomIn),
            ("-", Command::ZoomOut),
            ("0", Command::Fit),
            ("end", Command::Latest),
            ("home", Command::Move(Move::Oldest)),
            ("arrowleft", Command::Move(Move::Earlier)),
            ("arrowright", Command::Move(Move::Later)),
            ("ctrl+arrowleft", Command::Move(Move::FarEarlier)),
            ("ctrl+arrowright", Command::Move(Move::FarLater)),
            ("alt+arrowup", Command::Move(Move::Up)),
            ("alt+arrowdown", Command::Move(Move::Down)),
            ("shift+arrowup", Command::Move(Move::Taller)),
            ("shift+arrowdown", Command::Move(Move::Flatter)),
            ("alt+1", Command::Depth(Depth::Key)),
            ("alt+2", Command::Depth(Depth::Pivots)),
            ("alt+3", Command::Depth(Depth::All)),
            (" ", Command::PlayPause),
            ("alt+arrowright", Command::Step(1)),
        ];
        let bound = bound.map(|(key, command)| (key.to_owned(), command)).to_vec();
        Self { bound, has_single_keys: true }
    }
}

impl Keymap {
    /// What this device kept of its own, if anything.
    pub(crate) async fn of_device() -> Option<Self> {
        let text: String = LocalStorage::raw().get_item(STORED).ok().flatten()?;
        if text.is_empty() { None } else { Some(read_keymap(text).await) }
    }

    /// Keeps it on this device.
    pub(crate) fn keep(&self) {
        let _ = LocalStorage::raw().set_item(STORED, &self.write());
    }

    /// One line a key that differs from the usual: `alt+t=draw-ray`; `alt+t=` does nothing.
    fn write(&self) -> String {
        let usual = Self::default();
        let mut lines = Vec::new();
        if !self.has_single_keys {
            lines.push("single=off".to_owned());
        }
        for (key, command) in &self.bound {
            if usual.command(key) != Some(*command) {
                lines.push(format!("{key}={command}"));
            }
        }
        for (key, _) in usual.bound.iter().filter(|(key, _)| self.command(key).is_none()) {
            lines.push(format!("{key}="));
        }
        lines.join("\n")
    }

    fn read(text: &str) -> Self {
        let mut keymap = Self::default();
        for line in text.lines() {
            let Some((key, word)) = line.rsplit_once('=') else { continue };
            if (key, word) == ("single", "off") {
                keymap.has_single_keys = false;
            } else if word.is_empty() {
                keymap.bound.retain(|(known, _)| known != key);
            } else if let Ok(command) = word.parse() {
                keymap.bind(key.to_owned(), command);
            }
        }
        keymap
    }

    /// What a key does.
    pub(crate) fn command(&self, key: &str) -> Option<Command> {
        self.bound.iter().find(|(known, _)| known == key).map(|(_, command)| *command)
    }

    /// The key of a command.
    pub(crate) fn key(&self, command: Command) -> Option<&str> {
        self.bound.iter().find(|(_, known)| *known == command).map(|(key, _)| key.as_str())
    }

    /// Binds a key to a command, and to nothing else; the command keeps no other key.
    pub(crate) fn bind(&mut self, key: String, command: Command) {
        self.bound.retain(|(known, of)| *known != key && *of != command);
        self.bound.push((key, command));
    }

    /// What a press means, on the chart or elsewhere.
    pub(crate) fn pressed(&self, event: &KeyboardEvent, is_on_chart: bool) -> Option<Pressed> {
        self.meaning(&key_name(event)?, is_on_chart)
    }

    /// What a key means: a command, or letters that begin a search.
    fn meaning(&self, key: &str, is_on_chart: bool) -> Option<Pressed> {
        let is_single = !key.starts_with("ctrl+") && !key.starts_with("alt+");
        let command = self.command(key);
        if let Some(command) = command.filter(|one| is_single && one.is_of_chart())
            && is_on_chart
        {
            return Some(Pressed::Command(command));
        }
        if is_single && !self.has_single_keys {
            return None;
        }
        match command {
            Some(command) if !(is_single && command.is_of_chart()) => {
                Some(Pressed::Command(command))
            }
            _ => {
                let mut letters = key.chars();
                let begins = letters.next();
                let begins = begins.filter(|one| one.is_ascii_alphanumeric() || *one == ',');
                begins.filter(|_| letters.next().is_none()).map(Pressed::Search)
            }
        }
    }
}

/// Loaded by those who changed a key: the words of all commands are needed to read it.
#[lazy]
fn read_keymap(text: String) -> Keymap {
    Keymap::read(&text)
}

/// What a press means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// Do this.
    Command(Command),
    /// A letter or digit that begins a symbol or a timeframe.
    Search(char),
}

/// `alt+t`, `ctrl+k` (also for Cmd), `?`; nothing for a modifier alone.
pub(crate) fn key_name(event: &KeyboardEvent) -> Option<String> {
    Press {
        key: &event.key(),
        code: &event.code(),
        is_command: event.ctrl_key() || event.meta_key(),
        is_alt: event.alt_key(),
        is_shift: event.shift_key(),
    }
    .name()
}

/// What a browser tells of a key that is pressed.
struct Press<'a> {
    /// What it makes in the trader's layout.
    key: &'a str,
    /// Where it is, by what it makes in the layout of the United States.
    code: &'a str,
    is_command: bool,
    is_alt: bool,
    is_shift: bool,
}

impl Press<'_> {
    fn name(&self) -> Option<String> {
        let name = match (self.letter(), self.key) {
            (Some(letter), _) => letter,
            (None, "Shift" | "Control" | "Alt" | "Meta" | "Dead" | "Process") => return None,
            (None, key) => key,
        };
        let name = name.to_ascii_lowercase();
        let mut text = String::new();
        if self.is_command {
            text.push_str("ctrl+");
        }
        if self.is_alt {
            text.push_str("alt+");
        }
        // Of a letter, Shift makes another one; not of an arrow.
        if self.is_shift && (!text.is_empty() || 1 < name.len()) {
            text.push_str("shift+");
        }
        text.push_str(&name);
        Some(text)
    }

    /// The letter or digit of a key that makes none: Alt makes signs of letters on some keyboards,
    /// Shift of digits on others, and some have no Latin letters at all. Where a layout has its own
    /// letter, or a sign in a letter's place, that is what stands on the key.
    fn letter(&self) -> Option<&str> {
        let is_own = self.key.len() == 1 && self.key.as_bytes()[0].is_ascii_alphanumeric();
        if is_own || self.key == "Process" || !(self.is_command || self.is_alt) {
            return None;
        }
        let is_sign = self.key.is_ascii() && !self.is_alt;
        let letter = self.code.strip_prefix("Key").filter(|_| !is_sign);
        letter.or_else(|| self.code.strip_prefix("Digit"))
    }
}

/// The timeframe that digits mean: `5` is five minutes, `60` an hour, `240` four.
pub(crate) fn span_of_digits(typed: &str) -> Option<BarSpan> {
    let minutes: i64 = typed.parse().ok()?;
    BarSpan::ALL
        .into_iter()
        .find(|span| span.intraday().is_some_and(|length| length.whole_seconds() == 60 * minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_kept_and_nonsense_is_not() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.write(), "");
        keymap.bind("alt+x".to_owned(), Command::Tool(Tool::Trend));
        keymap.bind("alt+h".to_owned(), Command::Theme);
        keymap.has_single_keys = false;
        let again = Keymap::read(&keymap.write());
        assert_eq!(again.command("alt+x"), Some(Command::Tool(Tool::Trend)));
        assert_eq!(again.command("alt+t"), None, "a command has one key");
        assert_eq!(again.command("alt+h"), Some(Command::Theme));
        assert_eq!(again.command("alt+p"), Some(Command::Scale(ScaleMode::Percent)));
        assert!(!again.has_single_keys);
        assert_eq!(Keymap::read("\u{0}=x\nalt+q=format-disk\n==="), Keymap::default());
        let mut sign = Keymap::default();
        sign.bind("=".to_owned(), Command::ZoomIn);
        assert_eq!(Keymap::read(&sign.write()).command("="), Some(Command::ZoomIn));
    }

    #[test]
    fn arrows_are_the_charts_while_it_has_the_focus() {
        let mut keymap = Keymap::default();
        let command = |command| Some(Pressed::Command(command));
        let earlier = Command::Move(Move::Earlier);
        for (key, on_chart, elsewhere) in [
            ("arrowleft", command(earlier), None),
            ("shift+arrowup", command(Command::Move(Move::Taller)), None),
            ("+", command(Command::ZoomIn), None),
            // Elsewhere a digit is a timeframe's.
            ("0", command(Command::Fit), Some(Pressed::Search('0'))),
            ("5", Some(Pressed::Search('5')), Some(Pressed::Search('5'))),
            ("ctrl+arrowup", command(Command::ZoomIn), command(Command::ZoomIn)),
            ("alt+c", command(Command::Crosshair), command(Command::Crosshair)),
            ("?", command(Command::Keys), command(Command::Keys)),
            ("pageup", None, None),
        ] {
            assert_eq!(keymap.meaning(key, true), on_chart, "{key} on the chart");
            assert_eq!(keymap.meaning(key, false), elsewhere, "{key} elsewhere");
        }
        // Without single keys those of the chart go on: they need its focus (WCAG 2.1.4).
        keymap.has_single_keys = false;
        assert_eq!(keymap.meaning("+", true), command(Command::ZoomIn));
        assert_eq!(keymap.meaning("?", true), None);
        assert_eq!(keymap.meaning("5", true), None);
        // A key of one's own takes the place of all the usual ones, and is kept.
        keymap.bind("alt+b".to_owned(), earlier);
        let again = Keymap::read(&keymap.write());
        assert_eq!(again.meaning("alt+b", false), command(earlier));
        assert_eq!(again.meaning("arrowleft", true), None);
    }

    #[test]
    fn a_key_is_what_stands_on_it() {
        for (held, key, code, name) in [
            ("ctrl", "z", "KeyZ", "ctrl+z"),
            // QWERTZ, AZERTY and Dvorak.
            ("ctrl", "z", "KeyY", "ctrl+z"),
            ("ctrl", "y", "KeyZ", "ctrl+y"),
            ("ctrl shift", "Z", "KeyY", "ctrl+shift+z"),
            ("ctrl", "z", "KeyW", "ctrl+z"),
            ("ctrl", "k", "KeyV", "ctrl+k"),
            ("alt", "q", "KeyA", "alt+q"),
            ("ctrl", ";", "KeyZ", "ctrl+;"),
            // Russian and Greek.
            ("ctrl", "я", "KeyZ", "ctrl+z"),
            ("ctrl", "ζ", "KeyZ", "ctrl+z"),
            ("alt", "е", "KeyT", "alt+t"),
            // A Mac's Alt, and the row of digits in France.
            ("alt", "†", "KeyT", "alt+t"),
            ("alt", "@", "KeyL", "alt+l"),
            ("alt", "Dead", "KeyN", "alt+n"),
            ("alt", "¡", "Digit1", "alt+1"),
            ("alt", "&", "Digit1", "alt+1"),
            ("alt shift", "T", "KeyT", "alt+shift+t"),
            ("ctrl shift", "!", "Digit1", "ctrl+shift+1"),
            ("", "z", "KeyY", "z"),
            ("", "я", "KeyZ", "я"),
            ("shift", "?", "Slash", "?"),
            ("ctrl", "ArrowUp", "ArrowUp", "ctrl+arrowup"),
            ("shift", "ArrowUp", "ArrowUp", "shift+arrowup"),
            ("alt", "Enter", "Enter", "alt+enter"),
            ("", " ", "Space", " "),
            ("", "", "", ""),
        ] {
            let (is_command, is_alt) = (held.contains("ctrl"), held.contains("alt"));
            let is_shift = held.contains("shift");
            let told = Press { key, code, is_command, is_alt, is_shift }.name();
            assert_eq!(told.as_deref(), Some(name), "{held} {key} at {code}");
        }
        for (key, code) in [("Control", "ControlLeft"), ("Process", "KeyZ"), ("Dead", "Quote")] {
            let press = Press { key, code, is_command: true, is_alt: false, is_shift: false };
            assert_eq!(press.name(), None, "{key} at {code}");
        }
    }

    #[test]
    fn digits_are_timeframes() {
        assert_eq!(span_of_digits("5"), Some(BarSpan::M5));
        assert_eq!(span_of_digits("60"), Some(BarSpan::H1));
        assert_eq!(span_of_digits("240"), Some(BarSpan::H4));
        assert_eq!(span_of_digits("7"), None);
        assert_eq!(span_of_digits(""), None);
    }
}
