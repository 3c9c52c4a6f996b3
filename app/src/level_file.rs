//! Levels for elsewhere: as text, as a table, as a script for TradingView. Loaded when asked for.

use api::{LevelView, LevelsView};
use market::{TapeId, format};
use quant::levels::{LevelRole, LevelSource, Standing};

/// Which kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LevelFile {
    /// A line each, for a message.
    Text,
    /// Comma-separated values.
    Csv,
    /// A Pine script, version 6.
    Pine,
}

/// What every kind begins with: whose levels, when, and that practice prices are not real.
fn title(view: &LevelsView) -> String {
    let date = view.as_of.wall_time().date;
    let practice = if view.tape.is_real() { "" } else { ", simulated practice prices" };
    format!("{} levels, {date} {} New York{practice}", view.symbol, format::minute(view.as_of))
}

/// What a file and an indicator are called after: elsewhere their name is all that is seen.
fn subject(view: &LevelsView) -> String {
    let practice = if view.tape.is_real() { "" } else { "PRACTICE " };
    format!("{practice}{} {}", view.symbol, view.as_of.wall_time().date)
}

/// `volaris-PRACTICE-SPX-2024-02-27.csv`.
pub(crate) fn file_name(view: &LevelsView, ending: &str) -> String {
    format!("volaris-{}.{ending}", subject(view).replace(' ', "-"))
}

/// `practice`, or the name of the recording: not whose replay it is, which is nobody else's matter.
fn tape(view: &LevelsView) -> &str {
    match &view.tape {
        TapeId::Practice { .. } => "practice",
        TapeId::Replay { recording, .. } => recording,
        TapeId::Live { vendor } => vendor,
    }
}

fn source(level: &LevelView) -> String {
    match level.source {
        LevelSource::Own => "own".to_owned(),
        LevelSource::Via { proxy, .. } => format!("via {proxy}"),
    }
}

fn standing(level: &LevelView) -> &'static str {
    match level.standing {
        Standing::Final => "final",
        Standing::Forming => "forming",
    }
}

fn role(level: &LevelView) -> &'static str {
    match level.role {
        LevelRole::Resistance => "resistance",
        LevelRole::Support => "support",
        LevelRole::Pivot => "pivot",
        LevelRole::Vwap => "vwap",
    }
}

pub(crate) fn level_file(view: &LevelsView, file: LevelFile) -> String {
    match file {
        LevelFile::Text => text(view),
        LevelFile::Csv => csv(view),
        LevelFile::Pine => pine(view),
    }
}

fn text(view: &LevelsView) -> String {
    let mut lines = vec![title(view)];
    for level in &view.levels {
        let points = level.points.map_or(String::new(), |by| {
            format!("  {}", format::signed(by, format::decimals(level.price)))
        });
        lines.push(format!("{:<10} {:>10}{points}", level.name, format::quote(level.price)));
    }
    lines.join("\n") + "\n"
}

fn csv(view: &LevelsView) -> String {
    let heads = "symbol,name,price,role,standing,source,as_of,touches,points,percent,odds,tape";
    let mut lines = vec![heads.to_owned()];
    for level in &view.levels {
        let number =
            |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.4}"));
        lines.push(format!(
            "{},{},{:.4},{},{},{},{},{},{},{},{},{}",
            view.symbol,
            level.name,
            level.price,
            role(level),
            standing(level),
            source(level),
            level.as_of,
            level.touches.count,
            number(level.points),
            number(level.percent),
            number(level.touch_odds),
            tape(view),
        ));
    }
    lines.join("\r\n") + "\r\n"
}

fn pine(view: &LevelsView) -> String {
    let mut script = format!(
        "//@version=6\n// {}\nindicator(\"Volaris {}\", overlay = true, max_lines_count = 500, \
         max_labels_count = 500)\n\n\
         level(float price, string name, color ink, string style) =>\n    \
         var line drawn = line.new(bar_index, price, bar_index + 1, price, extend = extend.both, \
         color = ink, style = style)\n    \
         var label told = label.new(bar_index, price, name, style = label.style_label_left, \
         color = color.new(ink, 80), textcolor = ink, size = size.small)\n    \
         if barstate.islast\n        \
         label.set_x(told, bar_index + 5)\n\n",
        title(view),
        subject(view)
    );
    for level in &view.levels {
        let ink = match level.role {
            LevelRole::Resistance => "color.red",
            LevelRole::Support => "color.green",
            LevelRole::Pivot => "color.gray",
            LevelRole::Vwap => "color.orange",
        };
        let style = match level.role {
            LevelRole::Resistance | LevelRole::Support => "line.style_solid",
            LevelRole::Pivot | LevelRole::Vwap => "line.style_dashed",
        };
        // Names are ours, but a quotation mark would end the text.
        let name = level.name.replace(['"', '\\'], "");
        script.push_str(&format!("level({:.4}, \"{name}\", {ink}, {style})\n", level.price));
    }
    script
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use market::{Moment, Span, Symbol};
    use quant::levels::{LevelId, Periods};

    pub(crate) fn view() -> LevelsView {
        let as_of = Moment::new_york("2024-02-27".parse().expect("a date"), Span::minutes(630));
        let level = |id: LevelId, price: f64| LevelView {
            id,
            name: id.name(),
            role: id.role(),
            price,
            standing: Standing::Final,
            source: LevelSource::Own,
            as_of,
            touches: Default::default(),
            points: Some(price - 5_091.63),
            percent: Some(0.81),
            atrs: None,
            deviations: None,
            touch_odds: Some(0.25),
        };
        LevelsView {
            tape: TapeId::Practice { seed: 1 },
            symbol: Symbol::SPX,
            as_of,
            last: None,
            atr: None,
            atr_used: None,
            levels: vec![
                level(LevelId::PriorHigh(Periods::Day), 5_132.88),
                level(LevelId::Pivot(Periods::Day, 0), 5_096.67),
            ],
            absent: Vec::new(),
        }
    }

    #[test]
    fn every_file_says_whose_when_and_that_prices_are_simulated() {
        let text = level_file(&view(), LevelFile::Text);
        assert!(text.starts_with("SPX levels, 2024-02-27 10:30 New York, simulated"), "{text}");
        assert!(text.contains("PDH          5,132.88  +41.25"), "{text}");
        let csv = level_file(&view(), LevelFile::Csv);
        let rows: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(rows.len(), 4);
        assert!(rows[1].starts_with("SPX,PDH,5132.8800,resistance,final,own,2024-02-27T"), "{csv}");
        assert_eq!(rows[0].split(',').count(), rows[1].split(',').count());
        assert!(rows[0].ends_with(",tape"), "{csv}");
        assert!(rows[1..3].iter().all(|row| row.ends_with(",practice")), "{csv}");
        let pine = level_file(&view(), LevelFile::Pine);
        assert!(pine.starts_with("//@version=6\n// SPX levels"), "{pine}");
        assert!(pine.contains("indicator(\"Volaris PRACTICE SPX 2024-02-27\","), "{pine}");
        assert!(pine.contains("level(5132.8800, \"PDH\", color.red, line.style_solid)"), "{pine}");
        assert!(pine.contains("level(5096.6700, \"P\", color.gray, line.style_dashed)"), "{pine}");
        assert_eq!(file_name(&view(), "csv"), "volaris-PRACTICE-SPX-2024-02-27.csv");
    }

    #[test]
    fn files_of_a_recorded_day_name_the_recording_and_no_practice() {
        let (owner, recording) = ("somebody".to_owned(), "2024-02-27".to_owned());
        let view = LevelsView { tape: TapeId::Replay { owner, recording }, ..view() };
        let all = [LevelFile::Text, LevelFile::Csv, LevelFile::Pine];
        for text in all.map(|file| level_file(&view, file)) {
            assert!(!text.to_lowercase().contains("practice"), "{text}");
            assert!(!text.contains("somebody"), "{text}");
        }
        let csv = level_file(&view, LevelFile::Csv);
        assert!(csv.lines().skip(1).all(|row| row.ends_with(",2024-02-27")), "{csv}");
        assert_eq!(file_name(&view, "pine"), "volaris-SPX-2024-02-27.pine");
    }
}
