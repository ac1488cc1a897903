//! Decides which received messages are printed.

use crate::message::Message;
use crate::random::random;
use crate::topic::TopicFilter;
use std::str::FromStr;

/// Which messages are printed, judged by their retain flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of them.
    All,
    /// Only those published after the subscription.
    Fresh,
    /// Only those the broker had stored.
    Retained,
}

/// The combined effect of `-T`, `-R`, `--retained-only` and `--random-filter`.
#[derive(Debug)]
pub(crate) struct Selection {
    /// Messages on these topics are skipped.
    pub(crate) filter_out: Vec<TopicFilter>,
    /// Selection by retain flag.
    pub(crate) wanted: Wanted,
    /// Random selection.
    pub(crate) sample: Option<Sample>,
}

impl Selection {
    /// Whether `message` is to be printed.
    pub(crate) fn takes(&mut self, message: &Message<'_>) -> bool {
        let wanted = match self.wanted {
            Wanted::All => true,
            Wanted::Fresh => !message.retain,
            Wanted::Retained => message.retain,
        };
        wanted
            && !self.filter_out.iter().any(|filter| filter.matches(message.topic))
            && self.sample.as_mut().is_none_or(Sample::draw)
    }
}

/// A random sample of all messages.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The probability of a message to be printed, times 2⁶⁴.
    share: u64,
    state: u64,
}

impl Sample {
    /// Whether the next message is part of the sample.
    fn draw(&mut self) -> bool {
        // splitmix64: fast, and evenly spread over any run of draws.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) <= self.share
    }
}

impl FromStr for Sample {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let percent: Option<f64> = is_plain.then(|| text.parse().ok()).flatten();
        match percent {
            // The largest product is 2⁶⁴, which the cast saturates to 2⁶⁴ - 1, so at 100 % every message is printed.
            Some(percent) if (0.1..=100.0).contains(&percent) => {
                Ok(Self { share: (percent / 100.0 * 2f64.powi(64)) as u64, state: random() })
            }
            _ => Err("a percentage is a number from 0.1 to 100".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_one() {
        for (percent, least, most) in
            [("0.1", 50, 150), ("25", 24_400, 25_600), ("100", 100_000, 100_000)]
        {
            let mut sample = Sample { state: 1, ..percent.parse().unwrap() };
            let drawn = (0..100_000).filter(|_| sample.draw()).count();
            assert!((least..=most).contains(&drawn), "{percent} %: {drawn} of 100,000");
        }
        for bad in ["0", "0.09", "100.1", "-5", "5%", "", ".", "1e1", "nan"] {
            assert!(bad.parse::<Sample>().is_err(), "{bad}");
        }
    }
}
