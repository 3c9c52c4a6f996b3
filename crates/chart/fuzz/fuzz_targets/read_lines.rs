//! Any text as a drawing, a study, or the set-up of a chart: refused in words, or one that survives
//! being written.

#![no_main]

use chart::{ChartSetup, Drawing, Study};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    if let Ok(drawing) = input.parse::<Drawing>() {
        assert_eq!(drawing.to_string().parse(), Ok(drawing));
    }
    if let Ok(study) = input.parse::<Study>() {
        assert_eq!(study.to_string().parse(), Ok(study));
    }
    let (setup, _) = ChartSetup::read(|_| Some(input.to_owned()));
    let told = setup.parameters();
    let (again, bad) = ChartSetup::read(|name| {
        told.iter().find(|(known, _)| *known == name).map(|(_, text)| text.clone())
    });
    assert_eq!((again, bad), (setup, None));
});
