//! Which way a price went, by how that is told: what is told as nothing went neither up nor down.

/// The word that style sheets know a change by, from its text: `+0.43%`, `−1.08`, `0.00`.
pub(super) fn direction(told: &str) -> &'static str {
    match told.chars().next() {
        Some('+') => "up",
        Some('\u{2212}') => "down",
        _ => "flat",
    }
}

/// `▼ −1.08 −0.02%`: as much of a change as is told, with an arrow where it has a direction.
/// Nothing where nothing is.
pub(super) fn change_text(direction: &str, told: [Option<String>; 2]) -> Option<String> {
    let arrow = match direction {
        "up" => Some("▲".to_owned()),
        "down" => Some("▼".to_owned()),
        _ => None,
    };
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| {
        let parts: Vec<String> = arrow.into_iter().chain(told).collect();
        parts.join(" ")
    })
}

#[cfg(test)]
mod tests {
    use super::{change_text, direction};
    use market::format;

    #[test]
    fn what_is_told_as_nothing_has_no_arrow() {
        for (points, percent, way, text) in [
            (0.0, 0.0, "flat", "0.00 0.00%"),
            // SPY, by less than a cent.
            (0.003, 0.000_6, "flat", "0.00 0.00%"),
            (-0.003, -0.000_6, "flat", "0.00 0.00%"),
            (-0.0, -0.0, "flat", "0.00 0.00%"),
            // SPX: points without a hundredth of a per cent.
            (0.2, 0.003_9, "flat", "+0.20 0.00%"),
            (0.3, 0.005_9, "up", "▲ +0.30 +0.01%"),
            (-12.4, -0.243, "down", "▼ \u{2212}12.40 \u{2212}0.24%"),
        ] {
            let told = [format::signed(points, 2), format::percent(percent)];
            assert_eq!(direction(&told[1]), way, "{points} {percent}");
            assert_eq!(change_text(way, told.map(Some)).as_deref(), Some(text));
        }
        assert_eq!(
            change_text("down", [None, Some("\u{2212}1.00%".to_owned())]).as_deref(),
            Some("▼ \u{2212}1.00%")
        );
        assert_eq!(change_text("up", [None, None]), None);
        // Where nothing is known.
        assert_eq!(direction(""), "flat");
    }
}
