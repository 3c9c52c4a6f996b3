//! What can be typed after `volaris`, and the help a person reads.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A coach's desk for index and ETF options traders.
///
/// Start it with no argument, open the address it prints, and look at a moving SPX chart with its
/// key levels. The prices are a simulated practice market's.
#[derive(Debug, Parser)]
#[command(name = "volaris", version, about, long_about)]
pub(crate) struct CommandLine {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Settings that every command takes.
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// Settings on the command line; each can also stand in the configuration file, and in the
/// environment as `VOLARIS_` and its name in capitals.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Settings {
    /// Configuration file [default: volaris.toml in the data folder, when it is there]
    #[arg(long, global = true, value_name = "FILE", env = "VOLARIS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Where everything is kept [default: volaris in your user data folder]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// Address to serve on; where others can reach it, an account is made first [default:
    /// 127.0.0.1:3000]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Seed of the practice market: the same seed is the same market
    #[arg(long, global = true, value_name = "NUMBER")]
    pub(crate) practice_seed: Option<u64>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the desk to browsers on this machine (the default)
    Serve,
    /// Bring in recorded prices from a file
    Import {
        /// What the file holds.
        #[command(subcommand)]
        what: Import,
    },
    /// Write everything that is kept to a file; the desk may run meanwhile
    Backup {
        /// The file [default: one with the time in its name, in the data folder's `backups`]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Look a backup through and put it in the place of what is kept, which is kept aside
    Restore {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Take it even if its audit log is not as it was written
        #[arg(long)]
        with_broken_log: bool,
    },
    /// Copy everything to an empty PostgreSQL database, and compare it there
    Move {
        /// Its address, `postgres://…`; in the environment nobody else on the machine reads it
        #[arg(long, value_name = "ADDRESS", env = "VOLARIS_MOVE_TO", hide_env_values = true)]
        to: String,
    },
    /// Seal what must be read again (second factors) with another key, as after a leak
    RotateKey {
        /// The next key, where none is kept in the data folder; in the environment nobody else on
        /// the machine reads it
        #[arg(long, value_name = "KEY", env = "VOLARIS_NEXT_KEY", hide_env_values = true)]
        next: Option<String>,
    },
    /// Bring the database up to this version, and say which version it is
    Migrate,
    /// Look for what could go wrong: folder, database, address, clock, mail
    Doctor,
    /// Look after people's accounts
    Account {
        /// What to do.
        #[command(subcommand)]
        what: AccountCommand,
    },
    /// Look whether mail arrives
    Mail {
        /// What to do.
        #[command(subcommand)]
        what: MailCommand,
    },
}

/// What to do with an account.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Give an account a new password, which is printed, and sign it out everywhere
    Reset {
        /// The account's e-mail address
        #[arg(value_name = "EMAIL")]
        email: String,
        /// Turn its second factor off as well, for who lost the app and the recovery codes
        #[arg(long)]
        second_factor: bool,
    },
}

/// What to do about mail.
#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Send a line at once, and say what the mail server answered
    Test {
        /// Whom to
        #[arg(value_name = "EMAIL")]
        to: String,
    },
}

/// What a file holds.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Bars or ticks: CSV in any column order, also in a zip, and QuantConnect Lean's layouts
    Bars(ImportBars),
    /// An option chain: a quote table of Cboe's, as its site saves it, or a universe of Lean's
    Chain(ImportChain),
}

/// How to read a file of a chain.
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportChain {
    /// The file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Whose contracts a universe of Lean's has, such as SPXW [default: its folder's name]
    #[arg(long)]
    pub(crate) root: Option<market::Root>,
    /// The underlying's price, where a universe of Lean's does not tell it
    #[arg(long)]
    pub(crate) spot: Option<market::Price>,
}

/// How to read a file of bars.
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportBars {
    /// The file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What the prices are of, such as SPY
    #[arg(long)]
    pub(crate) symbol: market::Symbol,
    /// The time zone of the file's clock, such as America/Chicago [default: New York]
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// Whether a bar's time is when it starts or when it ends [default: found out from the file]
    #[arg(long, value_enum)]
    pub(crate) stamps: Option<Stamps>,
    /// How long each bar lasts [default: found out from the file]
    #[arg(long)]
    pub(crate) span: Option<market::BarSpan>,
}

/// Which end of a bar its time marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stamps {
    /// When it starts
    Start,
    /// When it ends
    End,
}

/// Says something to the person at the terminal.
pub(crate) fn say(text: &str) {
    // A closed terminal is nobody to complain to.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Tells the person at the terminal why nothing came of it, causes included.
pub(crate) fn complain(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "volaris: {error:#}");
}
