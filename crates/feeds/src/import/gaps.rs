//! What regular sessions should have and a file has not. Told, never filled.

use market::{Bar, BarSpan, Moment, Span, next_trading_day};

use super::days::Hours;
use super::report::ImportReport;

/// Reports bars missing from regular sessions between the first bar and the last. `bars` are in
/// order. Hours are left out: vendors begin them at 09:00 or at 09:30.
pub(super) fn report_gaps(bars: &[Bar], span: BarSpan, report: &mut ImportReport) {
    let [first, .., last] = bars else { return };
    let (from, until) = (first.start, last.start);
    let mut before = first.start.wall_time().date.plus_days(-1);
    let mut bars = bars;
    loop {
        let day = next_trading_day(before);
        let hours = Hours::of(&day);
        if until < hours.open {
            return;
        }
        before = day.date;
        let (_, later) = bars.split_at(bars.partition_point(|bar| bar.start < hours.open));
        let (today, later) = later.split_at(later.partition_point(|bar| bar.start < hours.close));
        bars = later;
        match span {
            BarSpan::Day if today.is_empty() => report.missing(hours.open, 1, Span::hours(24)),
            BarSpan::M1 | BarSpan::M5 | BarSpan::M15 | BarSpan::M30 => {
                let step = span.intraday().expect("it is shorter than a day");
                let from = from.max(hours.open);
                let until = until.min(hours.close - step);
                report_gaps_of_day(today, from, until, step, report);
            }
            _ => {}
        }
    }
}

/// Stretches between `from` and `until`, both included, in which no bar starts.
fn report_gaps_of_day(
    today: &[Bar],
    from: Moment,
    until: Moment,
    step: Span,
    report: &mut ImportReport,
) {
    let mut expected = from;
    let mut tell = |expected: Moment, next: Moment| {
        let missing = (next - expected).0 / step.0;
        if let Ok(missing) = u64::try_from(missing)
            && 0 < missing
        {
            report.missing(expected, missing, step);
        }
    };
    for bar in today {
        tell(expected, bar.start);
        expected = bar.start + step;
    }
    tell(expected, until + step);
}
