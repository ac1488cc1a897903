//! The progress of each message, as lines of the file `state`: the marks appended to it, and their sum when it is read.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Most digits of a number in the file: more messages than there will ever be, and sums of numbers do not overflow.
const DIGITS: usize = 15;

/// One line of the file `state`. Messages are identified by number; the first one ever stored is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// All messages before this one are final.
    First(u64),
    /// This message and all before it may have been sent.
    Sent(u64),
    /// PUBREC arrived for this message: the broker has it, and only PUBREL may follow.
    Received(u64),
    /// This message is final.
    Done(u64),
    /// The broker lost the session: messages it had received are sent again.
    Anew,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First(number) => write!(f, "first {number}"),
            Self::Sent(number) => write!(f, "sent {number}"),
            Self::Received(number) => write!(f, "received {number}"),
            Self::Done(number) => write!(f, "done {number}"),
            Self::Anew => f.write_str("anew"),
        }
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(line: &str) -> Result<Self, ()> {
        let Some((word, digits)) = line.split_once(' ') else {
            return if line == "anew" { Ok(Self::Anew) } else { Err(()) };
        };
        let is_number = (1..=DIGITS).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().map_err(drop).and_then(|number| match is_number {
            true => Ok(number),
            false => Err(()),
        })?;
        match word {
            "first" => Ok(Self::First(number)),
            "sent" => Ok(Self::Sent(number)),
            "received" => Ok(Self::Received(number)),
            "done" => Ok(Self::Done(number)),
            _ => Err(()),
        }
    }
}

/// The progress of a message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The broker has not replied.
    Open,
    /// The broker has received it but not completed it.
    Received,
    /// It is final.
    Done,
}

/// The sum of the marks in a file `state`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// All messages before this one are final; at least 1 in a [`Marks::read`].
    pub first: u64,
    /// This message and all before it may have been sent.
    pub sent: u64,
    /// The progress of the messages from `first` on, as far as marks mention them.
    pub stages: BTreeMap<u64, Reached>,
}

impl Marks {
    /// Reads the file. An incomplete last line was never promised and is ignored.
    ///
    /// # Errors
    /// The number of the first line that is not a mark, counted from 1.
    pub fn read(bytes: &[u8]) -> Result<Self, u64> {
        let mut marks = Self { first: 1, ..Self::default() };
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').zip(1_u64..);
        for (line, number) in lines {
            let Some(line) = line.strip_suffix(b"\n") else { break };
            let mark = std::str::from_utf8(line).ok().and_then(|line| line.parse().ok());
            marks.apply(mark.ok_or(number)?);
        }
        Ok(marks)
    }

    /// Applies one more mark.
    pub fn apply(&mut self, mark: Mark) {
        match mark {
            Mark::First(number) => {
                self.first = self.first.max(number);
                self.stages = self.stages.split_off(&self.first);
            }
            Mark::Sent(number) => self.sent = self.sent.max(number),
            Mark::Received(number) => self.set(number, Reached::Received),
            Mark::Done(number) => self.set(number, Reached::Done),
            Mark::Anew => self.stages.retain(|_, stage| *stage == Reached::Done),
        }
        while self.stages.get(&self.first) == Some(&Reached::Done) {
            self.stages.remove(&self.first);
            self.first += 1;
        }
    }

    fn set(&mut self, number: u64, stage: Reached) {
        if number >= self.first {
            self.stages.insert(number, stage);
        }
    }

    /// The shortest list of lines that means the same.
    pub fn lines(&self) -> Vec<Mark> {
        let heads = [Mark::First(self.first), Mark::Sent(self.sent)];
        let heads = heads.into_iter().take(1 + usize::from(self.sent > 0));
        heads
            .chain(self.stages.iter().filter_map(|(number, stage)| match stage {
                Reached::Open => None,
                Reached::Received => Some(Mark::Received(*number)),
                Reached::Done => Some(Mark::Done(*number)),
            }))
            .collect()
    }

    /// The number after the last message mentioned; numbers below it are taken. That includes those that were only sent:
    /// their records may be lost, if they were not synced, but the broker may have the messages.
    pub fn end(&self) -> u64 {
        let last = self.stages.keys().next_back().map_or(0, |last| last + 1);
        self.first.max(last).max(self.sent + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, u64> {
        Marks::read(text.as_bytes()).map(|it| it.lines().iter().map(Mark::to_string).collect())
    }

    #[test]
    fn what_was_done_moves_the_first_on() {
        let text = "sent 9\nreceived 3\ndone 2\nreceived 1\ndone 1\nreceived 5\n";
        assert_eq!(read(text).unwrap(), ["first 3", "sent 9", "received 3", "received 5"]);
        assert_eq!(read(&format!("{text}done 3\n")).unwrap(), ["first 4", "sent 9", "received 5"]);
        assert_eq!(read(&format!("{text}first 7\ndone 4\n")).unwrap(), ["first 7", "sent 9"]);
        assert_eq!(read(&format!("{text}anew\n")).unwrap(), ["first 3", "sent 9"]);
        assert_eq!(read("").unwrap(), ["first 1"]);
    }

    #[test]
    fn a_last_line_without_its_end_does_not_count_wherever_it_is_cut() {
        let whole = "sent 12\nreceived 10\nfirst 11\ndone 12\nanew\n";
        for cut in 0..=whole.len() {
            let text = &whole[..cut];
            let end = text.rfind('\n').map_or(0, |at| at + 1);
            assert_eq!(read(text), read(&text[..end]), "{text:?}");
        }
    }

    #[test]
    fn a_line_that_is_not_a_mark_is_named() {
        for bad in
            ["", "done", "done ", "done x", "done +1", "done -1", "done 1 ", "anew 1", "gone 1"]
        {
            assert_eq!(read(&format!("sent 1\n{bad}\nsent 2\n")), Err(2), "{bad:?}");
        }
        for number in ["1000000000000000", "18446744073709551615", "99999999999999999999"] {
            for word in ["first", "sent", "received", "done"] {
                assert_eq!(read(&format!("{word} {number}\n")), Err(1));
            }
        }
        assert_eq!(Marks::read(b"sent 1\n\xff\n"), Err(2));
    }

    #[test]
    fn the_end_is_after_all_that_is_mentioned() {
        assert_eq!(Marks::read(b"").unwrap().end(), 1);
        assert_eq!(Marks::read(b"first 7\n").unwrap().end(), 7);
        assert_eq!(Marks::read(b"first 7\nreceived 9\nsent 3\n").unwrap().end(), 10);
        assert_eq!(Marks::read(b"first 7\nreceived 9\nsent 12\n").unwrap().end(), 13);
    }
}
