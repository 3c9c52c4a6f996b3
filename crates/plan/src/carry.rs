//! The forward of an option where the market does not stand, at any moment until it ends.

use std::sync::Arc;

use market::Moment;
use quant::options::{Delivery, DividendTable};

use crate::LegModel;

/// What holds an option's forward away from spot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Carry {
    /// It gains so much on spot a year, continuously compounded: interest less dividends that
    /// nobody tells the dates of.
    Even(f64),
    /// Interest, and dividends on their dates.
    Dated(Arc<DividendTable>),
}

impl Carry {
    /// Of an option as it is known `years` before its end.
    pub(crate) fn of(model: &LegModel, years: f64) -> Self {
        match &model.dividends {
            Some(table) => Self::Dated(Arc::clone(table)),
            None => Self::Even(quant::math::ln(model.carry) / years),
        }
    }

    /// What the forward is made of at a moment, `years` before the end.
    pub(crate) fn delivery(&self, at: Moment, years: f64) -> Delivery {
        match self {
            Self::Even(carry) => Delivery { laid_by: 0.0, growth: quant::math::exp(carry * years) },
            Self::Dated(table) => table.delivery(at),
        }
    }
}
