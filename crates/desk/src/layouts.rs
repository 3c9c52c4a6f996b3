//! Arrangements of charts that a trader keeps under a name.

use chart::Layout;
use market::Moment;

use crate::name::checked_name;
use crate::{DeskError, Limited, StoredLayout, Trader};

/// The most layouts of one trader.
const LAYOUTS_MAX: u32 = 100;
/// The most letters of a layout's name.
const NAME_MAX: usize = 60;

impl crate::Desk {
    /// The trader's layouts, by name.
    pub async fn layouts(&self, trader: &Trader) -> Result<Vec<StoredLayout>, DeskError> {
        Ok(self.store().layouts(trader.owner()).await?)
    }

    /// Keeps a layout under a name; the one that had it is replaced. Gives its identity.
    pub async fn write_layout(
        &self,
        trader: &Trader,
        name: &str,
        text: &str,
        now: Moment,
    ) -> Result<String, DeskError> {
        let name = checked_name(name, "a layout", NAME_MAX)?;
        let (layout, bad) = Layout::from_text(text);
        if let Some(bad) = bad {
            return Err(DeskError::Malformed(bad));
        }
        let told = format!("there are {LAYOUTS_MAX} layouts already: delete one");
        let (most, full) = self.most(trader, Limited::Layouts, LAYOUTS_MAX, told);
        // As it was read, so that nothing else is ever kept.
        let body = layout.to_string();
        let id = self.store().write_layout(trader.owner(), name, &body, now, most).await?;
        id.ok_or(full)
    }

    /// Removes a layout. False when there was none.
    pub async fn remove_layout(&self, trader: &Trader, id: &str) -> Result<bool, DeskError> {
        Ok(self.store().remove_layout(trader.owner(), id).await?)
    }
}
