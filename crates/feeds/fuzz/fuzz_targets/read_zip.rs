//! Any bytes as a zip, and any bytes inside a good one.

#![no_main]

use std::io::{Cursor, Write};

use feeds::{ImportOptions, read_bars};
use libfuzzer_sys::fuzz_target;
use market::Symbol;

fuzz_target!(|input: &[u8]| {
    let options = ImportOptions::new(Symbol::SPY);
    let whole = [b"PK\x03\x04", input].concat();
    let _ = read_bars(&whole, "spy.zip", &options, &mut |_, _| {});
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let file = zip::write::SimpleFileOptions::default();
    for (number, part) in input.split(|byte| *byte == 0).take(4).enumerate() {
        if zip.start_file(format!("{number}.csv"), file).is_err() || zip.write_all(part).is_err() {
            return;
        }
    }
    let Ok(packed) = zip.finish() else { return };
    let _ = read_bars(packed.get_ref(), "spy.zip", &options, &mut |_, _| {});
});
