//! What a trader draws on a symbol's chart.

use std::collections::BTreeSet;

use chart::Drawing;
use market::Symbol;

use crate::{DeskError, DrawingEdit, Trader};

/// The most edits in one go: every drawing of a symbol.
const EDITS_MAX: usize = Drawing::COUNT_MAX;

impl crate::Desk {
    /// The drawings of a symbol, each as one line.
    pub async fn drawings(
        &self,
        trader: &Trader,
        symbol: Symbol,
    ) -> Result<Vec<String>, DeskError> {
        Ok(self.store().drawings(trader.owner(), symbol).await?)
    }

    /// Keeps and removes drawings: all or nothing. What is no drawing is refused.
    pub async fn edit_drawings(
        &self,
        trader: &Trader,
        symbol: Symbol,
        edits: Vec<DrawingEdit>,
    ) -> Result<(), DeskError> {
        if EDITS_MAX < edits.len() {
            return Err(DeskError::Malformed(format!("at most {EDITS_MAX} drawings in one go")));
        }
        for edit in &edits {
            let Some(body) = &edit.body else { continue };
            let drawing: Drawing = body
                .parse()
                .map_err(|bad: chart::BadDrawing| DeskError::Malformed(bad.to_string()))?;
            if drawing.id != edit.id {
                return Err(DeskError::Malformed("a drawing has another name inside".to_owned()));
            }
        }
        let kept = self.store().drawings(trader.owner(), symbol).await?;
        // The name is a line's second word, also in a line that this version cannot read.
        let name = |line: &String| line.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut names: BTreeSet<u64> = kept.iter().filter_map(name).collect();
        for edit in &edits {
            match edit.body {
                Some(_) => names.insert(edit.id),
                None => names.remove(&edit.id),
            };
        }
        if Drawing::COUNT_MAX < names.len() {
            return Err(DeskError::Malformed(format!(
                "a symbol holds at most {} drawings: delete some",
                Drawing::COUNT_MAX
            )));
        }
        Ok(self.store().edit_drawings(trader.owner(), symbol, &edits).await?)
    }
}
