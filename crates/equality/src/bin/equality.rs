//! Prints the native digests, one a line: of ticks by `equality SEED TICKS`, of option chains by
//! `equality SEED CHAINS chains`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse().ok());
    let (Some(seed), Some(ticks)) = (number(0), number(1)) else {
        return writeln!(std::io::stderr(), "usage: equality SEED COUNT [chains]");
    };
    let mut out = std::io::stdout().lock();
    let count = u32::try_from(ticks).unwrap_or(u32::MAX);
    let digests = match words.get(2).map(String::as_str) {
        Some("chains") => equality::chain_checkpoints(seed, count),
        _ => equality::checkpoints(seed, count),
    };
    for digest in digests {
        writeln!(out, "{digest:016x}")?;
    }
    Ok(())
}
