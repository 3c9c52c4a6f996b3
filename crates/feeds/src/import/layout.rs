//! Finds out how a file is laid out: delimiter, header, columns, how times and prices are written.

use std::collections::BTreeSet;

use market::{InstrumentKind, TradingDate, instrument, trading_day};

use super::archive::Part;
use super::lean::{LeanName, Resolution};
use super::lines::{lines, split};
use super::number::PriceForm;
use super::report::{ImportReport, shown};
use super::stamp::{DateOrder, is_time_of_day, looks_like_time, numbers_of_unordered_date};
use super::{COLUMNS_MAX, ImportError, ImportOptions, ImportZone, LINE_BYTES_MAX, unreadable};

/// How the time of a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowClock {
    /// In one column.
    Stamp(DateOrder),
    /// Date and time of day in two columns.
    DateAndTime(DateOrder),
    /// Milliseconds since the midnight of a date in the file's name.
    Millis(TradingDate),
}

/// Where each figure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) time: usize,
    /// The time of day, where the first holds only the date.
    pub(super) time_of_day: usize,
    pub(super) open: usize,
    pub(super) high: usize,
    pub(super) low: usize,
    pub(super) close: usize,
    pub(super) volume: Option<usize>,
    pub(super) count: usize,
}

/// How a file is laid out.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    pub(super) has_header: bool,
    pub(super) columns: Columns,
    pub(super) clock: RowClock,
    pub(super) prices: PriceForm,
    pub(super) zone: ImportZone,
    pub(super) is_lean: bool,
    /// Rows are seconds, to be folded into minutes.
    pub(super) is_seconds: bool,
}

/// What a Lean row of a day's bars holds, in this order: milliseconds, open to close, volume.
const BY_POSITION: Columns = Columns {
    time: 0,
    time_of_day: 0,
    open: 1,
    high: 2,
    low: 3,
    close: 4,
    volume: Some(5),
    count: 6,
};

impl Layout {
    pub(super) fn of(
        part: &Part<'_>,
        options: &ImportOptions,
        report: &mut ImportReport,
    ) -> Result<Self, ImportError> {
        let Some((row, first)) = lines(part.text).next() else {
            return Err(unreadable("the file is empty"));
        };
        if LINE_BYTES_MAX < first.len() {
            return Err(unreadable(format!("row {row} is longer than {LINE_BYTES_MAX} bytes")));
        }
        let layout = match LeanName::of(part.name()) {
            Some(name) => Self::of_lean_day(&name, part, options)?,
            None => Self::of_table(first, part, options, report)?,
        };
        report.note(format!("times are read as {}", layout.zone));
        if layout.is_seconds {
            report.note("seconds are folded into minutes");
        }
        if layout.prices == PriceForm::TenThousandths {
            report.note("prices are whole ten-thousandths");
        }
        Ok(layout)
    }

    fn of_lean_day(
        name: &LeanName,
        part: &Part<'_>,
        options: &ImportOptions,
    ) -> Result<Self, ImportError> {
        name.check(part.name(), options.symbol)?;
        if name.resolution == Resolution::Tick {
            return Err(ImportError::Ticks { file: part.name().to_owned() });
        }
        Ok(Self {
            delimiter: b',',
            has_header: false,
            columns: BY_POSITION,
            clock: RowClock::Millis(name.date),
            prices: lean_prices(part, options),
            zone: lean_zone(part, options),
            is_lean: true,
            is_seconds: name.resolution == Resolution::Second,
        })
    }

    fn of_table(
        first: &[u8],
        part: &Part<'_>,
        options: &ImportOptions,
        report: &mut ImportReport,
    ) -> Result<Self, ImportError> {
        let delimiter = delimiter_of(first)?;
        let mut fields = Vec::new();
        if !split(first, delimiter, &mut fields) {
            return Err(unreadable("the first row has a quote that is not closed"));
        }
        if COLUMNS_MAX < fields.len() {
            let count = fields.len();
            return Err(unreadable(format!("the file has {count} columns, over {COLUMNS_MAX}")));
        }
        let has_header = !fields.iter().any(|field| looks_like_time(field));
        let (columns, has_time_of_day) = if has_header {
            columns_by_name(&fields, report)?
        } else {
            columns_by_position(&fields, report)?
        };
        if columns.volume.is_none() && !is_index(options) {
            report.note("there is no volume: it is taken as 0");
        }
        let order = date_order(part.text, delimiter, columns.time, has_header, report)?;
        // Lean's daily and hourly files: `20131007 00:00` and whole numbers. An index has points.
        let is_lean = !has_header && is_lean_stamp(fields[columns.time]) && delimiter == b',';
        let prices = if is_lean {
            lean_prices(part, options)
        } else {
            PriceForm::Decimal { has_groups: delimiter == b',' }
        };
        let zone = if is_lean { lean_zone(part, options) } else { zone_of(options) };
        let clock =
            if has_time_of_day { RowClock::DateAndTime(order) } else { RowClock::Stamp(order) };
        report.note(match delimiter {
            b'\t' => "fields are separated by tabs".to_owned(),
            sign => format!("fields are separated by `{}`", char::from(sign)),
        });
        Ok(Self { delimiter, has_header, columns, clock, prices, zone, is_lean, is_seconds: false })
    }
}

fn zone_of(options: &ImportOptions) -> ImportZone {
    options.zone.clone().unwrap_or_default()
}

/// Lean writes its United States indices in Chicago's time, and what trades in New York's.
pub(super) fn lean_zone(part: &Part<'_>, options: &ImportOptions) -> ImportZone {
    let is_index = is_index(options) || part.file.replace('\\', "/").contains("index/usa/");
    match &options.zone {
        None if is_index => ImportZone::chicago(),
        _ => zone_of(options),
    }
}

fn is_index(options: &ImportOptions) -> bool {
    instrument(options.symbol).kind == InstrumentKind::Index
}

/// Lean writes shares in whole ten-thousandths, and indices and futures in points. A share under a
/// dollar would be read ten thousand times too dear, which nobody could miss.
pub(super) fn lean_prices(part: &Part<'_>, options: &ImportOptions) -> PriceForm {
    let has_points = part.text.contains(&b'.') || is_index(options);
    let mut fields = Vec::new();
    let is_large = |text: &[u8]| 5 <= text.len();
    let all_large = lines(part.text).all(|(_, line)| {
        split(line, b',', &mut fields) && fields.get(1).is_none_or(|price| is_large(price))
    });
    if has_points || !all_large {
        PriceForm::Decimal { has_groups: false }
    } else {
        PriceForm::TenThousandths
    }
}

fn is_lean_stamp(field: &[u8]) -> bool {
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    matches!(field.split_at_checked(8), Some((date, [b' ', _, _, b':', _, _])) if digits(date))
}

fn delimiter_of(line: &[u8]) -> Result<u8, ImportError> {
    let count = |sign: u8| line.iter().filter(|byte| **byte == sign).count();
    let (most, sign) = [(count(b','), b','), (count(b';'), b';'), (count(b'\t'), b'\t')]
        .into_iter()
        .max_by_key(|(count, _)| *count)
        .expect("there are three");
    if most == 0 {
        return Err(unreadable(format!(
            "the file has one column, `{}`: expected fields separated by `,`, `;` or tabs",
            shown(line),
        )));
    }
    Ok(sign)
}

/// A figure that bars are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Figure {
    Time,
    Date,
    TimeOfDay,
    Open,
    High,
    Low,
    Close,
    Volume,
}

fn figure_of(name: &[u8]) -> Option<Figure> {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let name = name.trim_matches(|sign: char| "<>[]\"' ".contains(sign));
    // Nested names: `Candlestick.Open`.
    let name = name.rsplit('.').next().unwrap_or(name).replace(['_', '-'], " ");
    Some(match name.as_str() {
        "datetime" | "date time" | "date/time" | "timestamp" | "time stamp" | "ts" => Figure::Time,
        "date" | "day" | "trade date" => Figure::Date,
        "time" | "hour" => Figure::TimeOfDay,
        "open" | "o" | "first" | "open price" => Figure::Open,
        "high" | "h" | "max" | "high price" => Figure::High,
        "low" | "l" | "min" | "low price" => Figure::Low,
        "close" | "c" | "last" | "close/last" | "close price" => Figure::Close,
        "volume" | "vol" | "v" => Figure::Volume,
        _ => return None,
    })
}

/// Where the figures stand by the header, and whether date and time stand apart.
fn columns_by_name(
    names: &[&[u8]],
    report: &mut ImportReport,
) -> Result<(Columns, bool), ImportError> {
    let figures: Vec<Option<Figure>> = names.iter().map(|name| figure_of(name)).collect();
    let quoted = |names: &mut dyn Iterator<Item = &&[u8]>| {
        names.map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ")
    };
    let place = |figure: Figure, name: &str| {
        let mut places = (0..names.len()).filter(|place| figures[*place] == Some(figure));
        match (places.next(), places.next()) {
            (Some(first), Some(second)) => Err(unreadable(format!(
                "two columns could be the {name}: `{}` and `{}`",
                shown(names[first]),
                shown(names[second]),
            ))),
            (place, _) => Ok(place),
        }
    };
    let need = |figure: Figure, name: &str| {
        place(figure, name)?.ok_or_else(|| {
            let found = quoted(&mut names.iter());
            unreadable(format!("the file has no column for the {name}: it has {found}"))
        })
    };
    let stamp = place(Figure::Time, "time")?;
    let date = place(Figure::Date, "date")?;
    let time_of_day = place(Figure::TimeOfDay, "time")?;
    let (time, time_of_day) = match (stamp, date, time_of_day) {
        (Some(stamp), _, _) => (stamp, None),
        (None, Some(date), time_of_day) => (date, time_of_day),
        (None, None, Some(time)) => (time, None),
        (None, None, None) => (need(Figure::Date, "date")?, None),
    };
    let columns = Columns {
        time,
        time_of_day: time_of_day.unwrap_or(time),
        open: need(Figure::Open, "open")?,
        high: need(Figure::High, "high")?,
        low: need(Figure::Low, "low")?,
        close: need(Figure::Close, "close")?,
        volume: place(Figure::Volume, "volume")?,
        count: names.len(),
    };
    report.note(format!("the header is {}", quoted(&mut names.iter())));
    let unread = |place: &usize| figures[*place].is_none();
    let mut unread = (0..names.len()).filter(unread).map(|place| &names[place]).peekable();
    if unread.peek().is_some() {
        report.note(format!("not read: {}", quoted(&mut unread)));
    }
    Ok((columns, time_of_day.is_some()))
}

/// Where the figures stand without a header: time, open, high, low, close, volume.
fn columns_by_position(
    fields: &[&[u8]],
    report: &mut ImportReport,
) -> Result<(Columns, bool), ImportError> {
    let has_time_of_day = fields.get(1).is_some_and(|field| is_time_of_day(field));
    let shift = usize::from(has_time_of_day);
    let count = fields.len();
    if !(5..=6).contains(&(count - shift)) || !looks_like_time(fields[0]) {
        return Err(unreadable(format!(
            "the file has no header, and its {count} columns are not time, open, high, low, close \
             and volume: add a header",
        )));
    }
    let columns = Columns {
        time: 0,
        time_of_day: shift,
        open: 1 + shift,
        high: 2 + shift,
        low: 3 + shift,
        close: 4 + shift,
        volume: (count - shift == 6).then_some(5 + shift),
        count,
    };
    report.note("there is no header: read by position as time, open, high, low, close, volume");
    Ok((columns, has_time_of_day))
}

/// Dates that decide whether the month is first: eighty years of them.
const DATES_SEEN_MAX: usize = 20_000;

/// Whether `10/07/2013` is in October or in July. The whole file decides: a number above twelve is
/// a day, and a bar's date is one on which the exchange was open.
fn date_order(
    text: &[u8],
    delimiter: u8,
    column: usize,
    has_header: bool,
    report: &mut ImportReport,
) -> Result<DateOrder, ImportError> {
    let mut fields = Vec::new();
    let mut dates = BTreeSet::new();
    for (_, line) in lines(text).skip(usize::from(has_header)) {
        let field = split(line, delimiter, &mut fields).then(|| fields.get(column)).flatten();
        let Some(numbers) = field.and_then(|field| numbers_of_unordered_date(field)) else {
            // A file whose dates are of the other kinds is not read twice.
            if dates.is_empty() && field.is_some_and(|field| looks_like_time(field)) {
                return Ok(DateOrder::MonthFirst);
            }
            continue;
        };
        if dates.len() < DATES_SEEN_MAX {
            dates.insert(numbers);
        }
    }
    let order = order_of(&dates).ok_or_else(|| {
        let [first, second, year] = dates.first().copied().unwrap_or_default();
        unreadable(format!(
            "dates such as `{first}/{second}/{year}` may be month first or day first: write them \
             as `2013-10-07`",
        ))
    })?;
    if !dates.is_empty() {
        report.note(match order {
            DateOrder::MonthFirst => "dates are written month first",
            DateOrder::DayFirst => "dates are written day first",
        });
    }
    Ok(order)
}

fn order_of(dates: &BTreeSet<[u32; 3]>) -> Option<DateOrder> {
    let [month_first, day_first] = [DateOrder::MonthFirst, DateOrder::DayFirst];
    let only = |this: DateOrder, that: DateOrder| {
        let is_only =
            |numbers: &&[u32; 3]| this.date(**numbers).is_some() && that.date(**numbers).is_none();
        dates.iter().filter(is_only).count()
    };
    let are_open = |order: DateOrder| {
        dates.iter().all(|numbers| order.date(*numbers).and_then(trading_day).is_some())
    };
    // A few rows may be misspelt; they are refused one by one later.
    match (only(month_first, day_first), only(day_first, month_first)) {
        (0, 0) if dates.iter().all(|[first, second, _]| first == second) => Some(month_first),
        (0, 0) => match (are_open(month_first), are_open(day_first)) {
            (true, false) => Some(month_first),
            (false, true) => Some(day_first),
            _ => None,
        },
        (month, day) if 10 * day <= month => Some(month_first),
        (month, day) if 10 * month <= day => Some(day_first),
        _ => None,
    }
}
