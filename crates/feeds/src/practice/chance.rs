//! Chance by counting: any number of a stream can be drawn without those before it.

/// A stream of chance: a seed, and what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    key: u64,
    drawn: u64,
}

/// What a stream is for; two purposes never share their numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// How prices move through a day.
    Path = 1,
    /// When and how large the prints of a minute are.
    Prints,
    /// When the feed drops out.
    Drops,
    /// Prints that are plainly wrong.
    BadPrint,
    /// When options are quoted, who holds and who trades them.
    Quotes,
}

/// The step between two counts (2^64 ÷ the golden ratio, odd).
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

impl Chance {
    /// The stream of `seed` for `purpose`, for the day or minute called `name`.
    pub(super) fn new(seed: u64, purpose: Purpose, name: i64) -> Self {
        let key = [purpose as u64, name.cast_unsigned()]
            .into_iter()
            .fold(mix(seed ^ STRIDE), |key, part| mix(key.wrapping_add(mix(part ^ STRIDE))));
        Self { key, drawn: 0 }
    }

    fn draw(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(STRIDE);
        mix(self.key.wrapping_add(self.drawn))
    }

    /// Evenly from 0 up to, not including, 1.
    pub(super) fn part(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number from 0 up to, not including, `end`; 0 when there is none.
    pub(super) fn below(&mut self, end: i64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a part of `end` fits where it fits")]
        let drawn = (self.part() * end as f64) as i64;
        drawn.min(end - 1).max(0)
    }

    /// A bell curve of mean 0 and variance 1 that ends at ±3.46: the sum of four even draws. It is
    /// quick, as millions are drawn at start; fat tails come from volatility that changes.
    pub(super) fn bell(&mut self) -> f64 {
        let bits = self.draw();
        let quarter = |shift: u32| ((bits >> shift) & 0xffff) as f64;
        let sum = quarter(0) + quarter(16) + quarter(32) + quarter(48);
        (sum - 2.0 * 65_535.0) * BELL_SCALE
    }
}

/// √3 ÷ 65,536: four even draws of width one have variance 4/12.
const BELL_SCALE: f64 = 1.732_050_807_568_877_2 / 65_536.0;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
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
        let mut chance = Chance::new(1, Purpose::Path, 3);
        let count = 100_000;
        let (mut sum, mut squares, mut parts) = (0.0, 0.0, 0.0);
        for _ in 0..count {
            let bell = chance.bell();
            sum += bell;
            squares += bell * bell;
            parts += chance.part();
        }
        let count = f64::from(count);
        assert!((sum / count).abs() < 0.02, "mean {}", sum / count);
        assert!((squares / count - 1.0).abs() < 0.02, "variance {}", squares / count);
        assert!((parts / count - 0.5).abs() < 0.01);
    }

    #[test]
    fn streams_differ_by_seed_purpose_and_name() {
        let first = |seed, purpose, name| Chance::new(seed, purpose, name).draw();
        let one = first(1, Purpose::Path, 1);
        assert_eq!(one, first(1, Purpose::Path, 1));
        assert_ne!(one, first(2, Purpose::Path, 1));
        assert_ne!(one, first(1, Purpose::Prints, 1));
        assert_ne!(one, first(1, Purpose::Path, -1));
    }

    #[test]
    fn whole_numbers_stay_below_their_end() {
        let mut chance = Chance::new(7, Purpose::Drops, 0);
        let mut seen = [false; 3];
        for _ in 0..100 {
            let place = usize::try_from(chance.below(3)).unwrap();
            seen[place] = true;
        }
        assert_eq!(seen, [true; 3]);
        assert_eq!((chance.below(0), chance.below(1)), (0, 0));
    }
}
