//! Any text as a position: refused at a character of it, or one that survives being written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plan::read_position;

fuzz_target!(|input: &str| match read_position(input) {
    Ok(position) => {
        let again = read_position(&position.to_string());
        assert_eq!(again.as_ref().map(|one| one.legs()), Ok(position.legs()));
    }
    Err(error) => assert!(error.at <= input.chars().count()),
});
