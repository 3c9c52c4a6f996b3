//! Any bytes as ticks: prints are sorted, and every row is accounted for.

#![no_main]

use feeds::{ImportOptions, read_prints};
use libfuzzer_sys::fuzz_target;
use market::Symbol;

fuzz_target!(|input: &[u8]| {
    let options = ImportOptions::new(Symbol::SPY);
    let name = "20131007_spy_trade_tick.csv";
    let Ok(imported) = read_prints(input, name, &options, &mut |_, _| {}) else { return };
    assert!(imported.prints.is_sorted_by_key(|print| print.at));
    let report = &imported.report;
    let left_out = imported.days.iter().flat_map(|day| &day.left_out);
    let left_out: u64 = left_out.map(|left_out| left_out.prints).sum();
    assert_eq!(report.rows, report.accepted + left_out + report.refused_count);
});
