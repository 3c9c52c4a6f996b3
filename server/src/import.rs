//! `volaris import`: brings a file of bars or ticks into the database, and says what became of
//! every row.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use desk::{
    BarStore, ChainStore, OwnerId, PrintStore, RecordedChain, WriteCount, import_series,
    import_tape,
};
use feeds::{
    ChainOptions, FILE_BYTES_MAX, Gap, ImportError, ImportOptions, ImportReport, ImportedBars,
    ImportedChain, ImportedPrints, LeftOutWhy, REFUSED_SHOWN_MAX, Refused, minutes_of,
};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use market::{BarSpan, Moment, Print, PrintMark, Span, Symbol, TradingDate};
use store::Database;

use crate::backup;
use crate::commands::{ImportBars, ImportChain, Stamps, say};
use crate::configuration::Configuration;
use crate::doctor::open_database;

/// `volaris import bars`.
pub(crate) async fn import_bars(
    configuration: &Configuration,
    asked: &ImportBars,
) -> anyhow::Result<ExitCode> {
    let input = read_file(&asked.file)?;
    let name = asked.file.file_name().unwrap_or_default().to_string_lossy();
    let options = ImportOptions {
        symbol: asked.symbol,
        zone: asked.zone.as_deref().map(str::parse).transpose()?,
        stamps: match asked.stamps {
            None => feeds::Stamps::Detect,
            Some(Stamps::Start) => feeds::Stamps::Start,
            Some(Stamps::End) => feeds::Stamps::End,
        },
        span: asked.span,
    };
    let bar = progress_bar(input.len());
    let mut progress = |rows: u64, bytes: u64| {
        // What lies in a zip is longer than the zip.
        bar.set_length(bar.length().unwrap_or(0).max(bytes));
        bar.set_position(bytes);
        bar.set_message(format!("{} rows", HumanCount(rows)));
    };
    let bars = feeds::read_bars(&input, &name, &options, &mut progress);
    let outcome = match bars {
        Ok(bars) => Ok(Imported::Bars(bars)),
        Err(ImportError::Ticks { .. }) => {
            feeds::read_prints(&input, &name, &options, &mut progress).map(Imported::Prints)
        }
        Err(error) => Err(error),
    };
    bar.finish_and_clear();
    let imported =
        outcome.with_context(|| format!("nothing was imported from `{}`", asked.file.display()))?;
    drop(input);
    let database = open_desk(configuration).await?;
    let outcome = keep(&database, asked.symbol, imported).await;
    database.close().await;
    outcome
}

/// `volaris import chain`.
pub(crate) async fn import_chain(
    configuration: &Configuration,
    asked: &ImportChain,
) -> anyhow::Result<ExitCode> {
    let input = read_file(&asked.file)?;
    // A universe of Lean's is named by its folder too, whichever way the file was pointed at.
    let whole = std::path::absolute(&asked.file).unwrap_or_else(|_| asked.file.clone());
    let options = ChainOptions { root: asked.root, spot: asked.spot };
    let imported = feeds::read_chain(&input, &whole.to_string_lossy(), options)
        .with_context(|| format!("nothing was imported from `{}`", asked.file.display()))?;
    drop(input);
    let database = open_desk(configuration).await?;
    let outcome = keep_chain(&database, &OwnerId::local(), imported).await;
    database.close().await;
    outcome
}

/// A first file may come before the desk was ever started; somebody who forgot to name the desk's
/// folder should see that it went elsewhere.
async fn open_desk(configuration: &Configuration) -> anyhow::Result<Database> {
    if backup::ensure_is_there(configuration).is_err() {
        let folder = configuration.data.display();
        say(&format!("a new desk begins in {folder}: another is named by --data or VOLARIS_DATA"));
    }
    open_database(configuration).await
}

async fn keep_chain(
    database: &Database,
    owner: &OwnerId,
    file: ImportedChain,
) -> anyhow::Result<ExitCode> {
    let ImportedChain { symbol, day, at, spot, series, report } = file;
    let tape = import_tape(owner);
    let busy = spinner(format!("keeping {} series of {symbol}", series.len()));
    let chain = RecordedChain { at, series };
    let count = database.write_chain(owner, &tape, symbol, day, &chain).await;
    // A day that has nothing else is one price and its options.
    let minutes = import_series(owner, symbol, BarSpan::M1);
    let midnight = Moment::new_york(day, Span::ZERO);
    let bars = database.read_bars(owner, &minutes, midnight, midnight + Span::hours(24), 1).await?;
    let prints = database.read_prints(owner, &tape, symbol, day).await?;
    if bars.is_empty() && prints.is_empty() {
        let price = Print { at, price: spot, size: 0, mark: PrintMark::Ordinary };
        database.write_prints(owner, &tape, symbol, day, &[price]).await?;
    }
    busy.finish_and_clear();
    say(&format!("{symbol}, chain, {day}, series: {}", written(count?)));
    tell(&report);
    tell_days(1);
    say("  options are seen from the moment that they were quoted: the end of the day");
    Ok(ExitCode::SUCCESS)
}

enum Imported {
    Bars(ImportedBars),
    Prints(ImportedPrints),
}

/// The whole file: its parser wants to see it at once, and it is bounded.
fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let what = || format!("`{}` cannot be read", path.display());
    let facts = std::fs::metadata(path).with_context(what)?;
    if !facts.is_file() {
        bail!("`{}` is no file: name a CSV file, or a zip of them", path.display());
    }
    if u64::try_from(FILE_BYTES_MAX).is_ok_and(|most| most < facts.len()) {
        bail!(
            "`{}` has {}, the most is {}: split it, for example by year",
            path.display(),
            HumanBytes(facts.len()),
            HumanBytes(FILE_BYTES_MAX as u64),
        );
    }
    std::fs::read(path).with_context(what)
}

fn progress_bar(bytes: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("reading {wide_bar} {percent:>3}% {msg}")
        .expect("the template is a constant that a test of the command draws");
    ProgressBar::new(bytes as u64).with_style(style)
}

fn spinner(what: String) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

async fn keep(database: &Database, symbol: Symbol, file: Imported) -> anyhow::Result<ExitCode> {
    let owner = OwnerId::local();
    match file {
        Imported::Bars(bars) => keep_bars(database, &owner, symbol, bars).await,
        Imported::Prints(prints) => keep_prints(database, &owner, symbol, prints).await,
    }
}

async fn keep_bars(
    database: &Database,
    owner: &OwnerId,
    symbol: Symbol,
    file: ImportedBars,
) -> anyhow::Result<ExitCode> {
    let ImportedBars { bars, span, report, .. } = file;
    if !matches!(span, BarSpan::M1 | BarSpan::Day) {
        // What nothing on the desk would show is not taken in silence.
        bail!(
            "these are {span} bars, and nothing was imported: a day is played back from 1-minute \
             bars or ticks, and its earlier days from those or daily bars; if they are 1-minute \
             bars with gaps, say --span 1m"
        );
    }
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        tell(&report);
        bail!("no row could be taken, and nothing was imported");
    };
    let dates = dates(first.start, last.start);
    let busy = spinner(format!("keeping {} bars", HumanCount(bars.len() as u64)));
    let count = database.write_bars(owner, &import_series(owner, symbol, span), &bars).await;
    busy.finish_and_clear();
    let count = count.context("nothing was imported")?;
    say(&format!("{symbol}, {span} bars, {dates}: {}", written(count)));
    tell(&report);
    if span == BarSpan::M1 {
        let days: BTreeSet<TradingDate> =
            bars.iter().map(|bar| bar.start.wall_time().date).collect();
        tell_days(days.len());
    }
    Ok(ExitCode::SUCCESS)
}

async fn keep_prints(
    database: &Database,
    owner: &OwnerId,
    symbol: Symbol,
    file: ImportedPrints,
) -> anyhow::Result<ExitCode> {
    let ImportedPrints { prints, days, report } = file;
    if prints.is_empty() {
        tell(&report);
        bail!("no tick could be taken, and nothing was imported");
    }
    let tape = import_tape(owner);
    let mut rest = prints.as_slice();
    for day in &days {
        let date = day.date;
        let on_day = rest.partition_point(|print| print.at.wall_time().date <= date);
        let (prints, later) = rest.split_at(on_day);
        rest = later;
        let busy = spinner(format!("keeping {} ticks of {date}", HumanCount(day.prints)));
        let count = database.write_prints(owner, &tape, symbol, date, prints).await;
        busy.finish_and_clear();
        let count = count.with_context(|| {
            format!("{date} and the days after it were not imported; those before it were")
        })?;
        say(&format!("{symbol}, ticks, {date}: {}", written(count)));
        keep_minutes(database, owner, symbol, date, prints).await?;
        for left_out in &day.left_out {
            say(&format!(
                "  left out: {} ticks, {} shares: {}",
                HumanCount(left_out.prints),
                HumanCount(left_out.shares.unsigned_abs()),
                why_left_out(left_out.why),
            ));
        }
    }
    tell(&report);
    tell_days(days.len());
    Ok(ExitCode::SUCCESS)
}

/// Later days look back at minutes: a day of ticks gets them, unless the trader brought better.
async fn keep_minutes(
    database: &Database,
    owner: &OwnerId,
    symbol: Symbol,
    date: TradingDate,
    prints: &[Print],
) -> anyhow::Result<()> {
    let series = import_series(owner, symbol, BarSpan::M1);
    let midnight = Moment::new_york(date, Span::ZERO);
    let there = database.read_bars(owner, &series, midnight, midnight + Span::hours(24), 1).await?;
    if there.is_empty() {
        database.write_bars(owner, &series, &minutes_of(prints)).await?;
    }
    Ok(())
}

fn why_left_out(why: LeftOutWhy) -> &'static str {
    match why {
        LeftOutWhy::Suspicious => "marked as suspicious by who recorded them",
        LeftOutWhy::RepeatsAuction => "fills of the auction, whose whole is counted",
        LeftOutWhy::OtherAuction => "called official by another than the primary exchange",
        LeftOutWhy::NoPrice => "priced by average, agreement or derivation",
        LeftOutWhy::BeforeOpen => "made at 09:30 before the primary exchange had opened",
        LeftOutWhy::Late => "reported late",
    }
}

fn dates(first: Moment, last: Moment) -> String {
    let [first, last] = [first, last].map(|moment| moment.wall_time().date);
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

fn written(count: WriteCount) -> String {
    let WriteCount { added, revised, unchanged } = count;
    let [added, revised, unchanged] = [added, revised, unchanged].map(HumanCount);
    format!("{added} added, {revised} revised, {unchanged} there already")
}

fn tell_days(days: usize) {
    let days = match days {
        1 => "this day".to_owned(),
        days => format!("any of these {days} days"),
    };
    say(&format!("to play {days} back: start volaris and press the feed badge at the top"));
}

/// Everything that a trader should know about the rows of a file.
fn tell(report: &ImportReport) {
    let [rows, accepted] = [report.rows, report.accepted].map(HumanCount);
    say(&format!("  rows: {rows} read, {accepted} taken"));
    for note in &report.notes {
        say(&format!("  {note}"));
    }
    if 0 < report.duplicates {
        say(&format!("  {} there twice: taken once", counted(report.duplicates, "row", "rows").0));
    }
    if 0 < report.missing {
        let missing = HumanCount(report.missing);
        say(&format!(
            "  {missing} bars of regular sessions are missing, New York time, and stay so:"
        ));
        for gap in &report.gaps {
            say(&format!("    {}", gap_line(gap)));
        }
        let shown: u64 = report.gaps.iter().map(|gap| gap.bars).sum();
        if shown < report.missing {
            say(&format!("    and {} more", HumanCount(report.missing - shown)));
        }
    }
    if 0 < report.refused_count {
        let (refused, verb) = counted(report.refused_count, "row", "rows");
        say(&format!("  {refused} {verb} refused:"));
        for refused in &report.refused {
            say(&format!("    {}", refused_line(refused)));
        }
        let shown = u64::try_from(REFUSED_SHOWN_MAX).unwrap_or(u64::MAX);
        if shown < report.refused_count {
            say(&format!("    and {} more", HumanCount(report.refused_count - shown)));
        }
    }
}

/// `1 bar` and `is`, `5 bars` and `are`.
fn counted(count: u64, one: &str, many: &str) -> (String, &'static str) {
    match count {
        1 => (format!("1 {one}"), "is"),
        count => (format!("{} {many}", HumanCount(count)), "are"),
    }
}

fn gap_line(gap: &Gap) -> String {
    let [from, last] = [gap.from, gap.last].map(|moment| moment.wall_time());
    let minute = |time: Span| {
        let minutes = time.0 / Span::MINUTE.0;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let until = match (gap.bars, from.date == last.date) {
        (1, _) => String::new(),
        (_, true) => format!(" to {}", minute(last.since_midnight)),
        (_, false) => format!(" to {} {}", last.date, minute(last.since_midnight)),
    };
    format!("{} {}{until}: {}", from.date, minute(from.since_midnight), HumanCount(gap.bars))
}

fn refused_line(refused: &Refused) -> String {
    let Refused { entry, row, field, value, why, remedy } = refused;
    let entry = if entry.is_empty() { String::new() } else { format!("{entry}, ") };
    let field = field.map(|field| format!(", {field}")).unwrap_or_default();
    let remedy = remedy.as_ref().map(|remedy| format!("; {remedy}")).unwrap_or_default();
    format!("{entry}row {row}{field}: `{value}`: {why}{remedy}")
}
