//! How a subscriber prints what it gets: the flags for it, and what each line of the output must be.
//!
//! Knows no sockets and no processes.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::programs::Maker;
use crate::workload::{Lines, TOPIC};
use anyhow::{Context, Error, Result};

/// The template that both programs understand.
const TEMPLATE: &str = "%I %t %q %p";

/// What is true of every payload.
const CONDITION: &str = "length == 80";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// The payload.
    Raw,
    /// The payload in hexadecimal.
    Hex,
    /// An object with the time, the topic and so on.
    Json,
    /// [`TEMPLATE`].
    Template,
    /// The payload, if [`CONDITION`] is true of it, which it always is.
    Filtered,
    /// The payload, into a file that is named by the topic.
    Files,
}

impl Style {
    /// The flags, and a name for the row.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "sub",
            Self::Hex => "sub --hex (-F %x)",
            Self::Json => "sub --json (-F %j)",
            Self::Template => "sub -F '%I %t %q %p'",
            Self::Filtered => "sub --where",
            Self::Files => "sub --files",
        }
    }

    pub fn flags(self, maker: Maker) -> &'static [&'static str] {
        match (self, maker) {
            (Self::Raw | Self::Files, _) => &[],
            (Self::Filtered, _) => &["--where", CONDITION],
            (Self::Hex, Maker::Mqtt) => &["--hex"],
            (Self::Hex, _) => &["-F", "%x"],
            (Self::Json, Maker::Mqtt) => &["--json"],
            (Self::Json, _) => &["-F", "%j"],
            (Self::Template, _) => &["-F", TEMPLATE],
        }
    }

    /// Fails unless the file holds a line for each of `lines`, in their order, and nothing else.
    pub fn check(self, maker: Maker, qos: u8, lines: &Lines, path: &Path) -> Result<()> {
        if matches!(self, Self::Raw | Self::Filtered | Self::Files) {
            return lines.compare(path);
        }
        let mut file = BufReader::new(File::open(path).context("cannot read the output")?);
        let (mut line, mut wanted) = (Vec::new(), Vec::new());
        for number in 0..lines.count() {
            line.clear();
            file.read_until(b'\n', &mut line).context("cannot read the output")?;
            self.expect(maker, qos, lines.payload(number).unwrap_or_default(), &mut wanted);
            let time = line.len().checked_sub(wanted.len());
            // Only the time cannot be known.
            let right =
                line.ends_with(&wanted) && time.is_some_and(|time| self.is_time(&line[..time]));
            if !right {
                let line = line.escape_ascii();
                return Err(Error::msg(format!("line {} of the output is {line}", number + 1)));
            }
        }
        match file.fill_buf().context("cannot read the output")? {
            [] => Ok(()),
            _ => Err(Error::msg("the output goes on after the last message")),
        }
    }

    /// What a line ends with, behind the time.
    fn expect(self, maker: Maker, qos: u8, payload: &[u8], line: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(payload);
        let expected = match (self, maker) {
            (Self::Json, Maker::Mqtt) => {
                format!(r#"","topic":"{TOPIC}","qos":{qos},"retain":false,"payload":"{text}"}}"#)
            }
            (Self::Json, _) => {
                let retain = if maker == Maker::NewerMosquitto { "false" } else { "0" };
                format!(
                    r#"","topic":"{TOPIC}","qos":{qos},"retain":{retain},"payloadlen":{},"payload":"{text}"}}"#,
                    payload.len()
                )
            }
            (Self::Template, _) => format!(" {TOPIC} {qos} {text}"),
            _ => payload.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        line.clear();
        line.extend(expected.as_bytes());
        line.push(b'\n');
    }

    /// Whether a line may begin like this: with a date of this century where there is one.
    fn is_time(self, start: &[u8]) -> bool {
        match self {
            Self::Raw | Self::Hex | Self::Filtered | Self::Files => start.is_empty(),
            Self::Json => {
                start.starts_with(br#"{"time":"20"#) || start.starts_with(br#"{"tst":"20"#)
            }
            Self::Template => start.starts_with(b"20"),
        }
    }
}
