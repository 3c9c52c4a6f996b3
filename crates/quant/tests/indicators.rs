//! Indicators against published results, other people's arithmetic, and what must always hold.

mod indicators {
    mod data;
    mod lean;
    mod mplfinance;
    mod profile;
    mod properties;
    mod stock_indicators;
    mod ta_lib;
    mod vwap;
}
