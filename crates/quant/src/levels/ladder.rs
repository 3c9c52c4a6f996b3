//! Levels that lie so close that they share a label.

use super::{Level, LevelId};

/// Levels within this much of each other share a label, in ATR.
const MERGE_ATR: f64 = 0.05;

/// Levels that share a label, highest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Their names, highest first.
    pub ids: Vec<LevelId>,
    /// The greatest price.
    pub high: f64,
    /// The least price.
    pub low: f64,
}

/// Groups levels, highest first: a level joins the group above it while it lies within 0.05 ATR of
/// that group's **highest** member, so that a chain of close levels cannot grow without end.
pub fn clusters(levels: &[Level], atr: Option<f64>) -> Vec<Cluster> {
    let mut sorted: Vec<&Level> = levels.iter().collect();
    sorted.sort_by(|a, b| b.price.total_cmp(&a.price).then(a.id.cmp(&b.id)));
    let reach = atr.unwrap_or(0.0) * MERGE_ATR;
    let mut found: Vec<Cluster> = Vec::new();
    for level in sorted {
        match found.last_mut() {
            Some(cluster) if cluster.high - level.price <= reach => {
                cluster.ids.push(level.id);
                cluster.low = level.price;
            }
            _ => found.push(Cluster { ids: vec![level.id], high: level.price, low: level.price }),
        }
    }
    found
}
