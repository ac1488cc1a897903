//! Random numbers from a seed (splitmix64), so that a failing run can be repeated.

use std::ops::RangeInclusive;
use std::time::Duration;

/// A stream of numbers determined by its seed.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, of 64 bits.
    pub fn u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in the range, both ends included.
    pub fn number(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (first, last) = range.into_inner();
        assert!(first <= last, "an empty range to draw from: {first}..={last}");
        let choices = u128::from(last - first) + 1;
        // The high half of the product is unbiased enough, and cheaper than a remainder.
        let chosen = (u128::from(self.u64()) * choices) >> 64;
        first + u64::try_from(chosen).expect("less than the number of choices")
    }

    /// True in this many of a hundred draws.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.number(0..=99) < percent
    }

    /// One of the choices.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let last = choices.len().checked_sub(1).expect("something to choose from");
        let chosen = self.number(0..=u64::try_from(last).expect("an index fits 64 bits"));
        &choices[usize::try_from(chosen).expect("an index came from a usize")]
    }

    /// A time in whole milliseconds, the resolution of tokio's timers.
    pub fn milliseconds(&mut self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.number(range))
    }

    /// An independent stream: drawing from it does not change what this one draws.
    pub fn fork(&mut self) -> Self {
        Self(self.u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut draw = Draw::new(1_234_567);
        assert_eq!(draw.u64(), 6_457_827_717_110_365_317);
        assert_eq!(draw.u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_number_reaches_both_ends_of_its_range_and_never_leaves_it() {
        let mut draw = Draw::new(1);
        let numbers: Vec<u64> = (0..1000).map(|_| draw.number(3..=7)).collect();
        for number in 3..=7 {
            assert!(numbers.contains(&number));
        }
        assert!(numbers.iter().all(|number| (3..=7).contains(number)));
        assert_eq!(draw.number(9..=9), 9);
        draw.number(0..=u64::MAX);
    }

    #[test]
    fn chances_and_picks_are_about_as_frequent_as_they_say() {
        let mut draw = Draw::new(2);
        let hits = (0..10_000).filter(|_| draw.chance(30)).count();
        assert!((2_800..3_200).contains(&hits), "{hits}");
        assert!(!draw.chance(0) && draw.chance(100));
        let ones = (0..9_000).filter(|_| *draw.pick(&[1, 2, 3]) == 1).count();
        assert!((2_800..3_200).contains(&ones), "{ones}");
    }

    #[test]
    fn a_fork_does_not_disturb_the_stream_it_came_from() {
        let (mut one, mut other) = (Draw::new(3), Draw::new(3));
        let mut fork = one.fork();
        other.fork();
        fork.u64();
        assert_eq!(one.u64(), other.u64());
        assert_eq!(one.milliseconds(5..=5), Duration::from_millis(5));
    }
}
