//! Prints the native digests, one a line: `equality SEED TICKS`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse().ok());
    let (Some(seed), Some(ticks)) = (number(0), number(1)) else {
        return writeln!(std::io::stderr(), "usage: equality SEED TICKS");
    };
    let mut out = std::io::stdout().lock();
    for digest in equality::checkpoints(seed, u32::try_from(ticks).unwrap_or(u32::MAX)) {
        writeln!(out, "{digest:016x}")?;
    }
    Ok(())
}
