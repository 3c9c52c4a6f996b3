//! Chance by counting: any number of a stream can be drawn without those before it.

/// A stream of chance: a seed, and what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    key: u64,
    drawn: u64,
}

impl Chance {
    /// The stream of `seed` for what `names` say.
    pub(super) fn new(seed: u64, names: [u64; 3]) -> Self {
        let key = names.into_iter().fold(mix(seed ^ 0x5641_4c41_5249_5331), |key, name| {
            mix(key.wrapping_add(mix(name.wrapping_add(0x9e37_79b9_7f4a_7c15))))
        });
        Self { key, drawn: 0 }
    }

    fn draw(&mut self) -> u64 {
        self.drawn += 1;
        mix(self.key.wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Evenly from 0 up to, not including, 1.
    pub(super) fn part(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number from 0 up to, not including, `end`.
    pub(super) fn below(&mut self, end: i64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a part of `end` fits where it fits")]
        let drawn = (self.part() * end as f64) as i64;
        drawn.min(end - 1).max(0)
    }

    /// From the normal distribution (Box–Muller).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.part())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.part())
    }

    /// From a distribution of variance one with fatter tails: a normal one whose width is itself a
    /// matter of chance.
    pub(super) fn fat(&mut self) -> f64 {
        let width = if self.part() < 0.04 { 2.2 } else { 0.9 };
        width * self.normal()
    }
}

/// SplitMix64's finaliser (Steele, Lea, Flood 2014).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_moments_of_their_distribution() {
        let mut chance = Chance::new(1, [2, 3, 4]);
        let count = 100_000;
        let (mut sum, mut squares, mut parts, mut fat) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..count {
            let normal = chance.normal();
            sum += normal;
            squares += normal * normal;
            parts += chance.part();
            let one = chance.fat();
            fat += one * one;
        }
        let count = f64::from(count);
        assert!((sum / count).abs() < 0.02, "mean {}", sum / count);
        assert!((squares / count - 1.0).abs() < 0.02, "variance {}", squares / count);
        assert!((parts / count - 0.5).abs() < 0.01);
        assert!((fat / count - 1.0).abs() < 0.05, "fat variance {}", fat / count);
    }
}
