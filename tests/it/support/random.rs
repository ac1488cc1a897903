//! Random numbers that a failed test can have again: the seed is printed, and taken from `MQTT_TEST_SEED` where set.

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// A generator of the kind xorshift64*.
pub struct Random(u64);

impl Random {
    pub fn new() -> Self {
        let given = env::var("MQTT_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one("seed"));
        eprintln!("MQTT_TEST_SEED={seed}");
        Self(seed.max(1))
    }

    /// At least 0 and less than `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        let limit = u64::try_from(limit).expect("64 bits are enough");
        usize::try_from(number % limit).expect("less than the limit")
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| u8::try_from(self.below(256)).expect("a byte")).collect()
    }

    /// At most `longest`, in steps of a microsecond.
    pub fn delay(&mut self, longest: Duration) -> Duration {
        let micros = usize::try_from(longest.as_micros()).expect("a short delay");
        Duration::from_micros(self.below(micros + 1).try_into().expect("64 bits are enough"))
    }
}
