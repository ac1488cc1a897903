//! The command line of the runner.

use std::num::ParseIntError;
use std::path::PathBuf;
use std::str::FromStr;

use crate::programs::Maker;
use crate::workload::WINDOW;
use anyhow::{Context, Error, Result};

pub const HELP: &str = "\
Measure mqtt beside mosquitto's clients, Paho and MQTT.js and print a Markdown table

Usage: cargo run --release -p benchmarks -- [OPTIONS]

  --only TEXT        only rows whose title contains TEXT (can be repeated)
  --runs N           runs of each row and program; 40 times as many of `pub -m` (default 5)
  --peer NAMES       programs to measure, of mqtt,mosquitto,newer-mosquitto,Paho,MQTT.js (default all;
                     mqtt with --verify)
  --mqtt PATH        measure this mqtt instead of building one
  --mosquitto DIR    take mosquitto_pub and mosquitto_sub from DIR, and the broker if it is there, instead of PATH
  --newer-mosquitto DIR  measure mosquitto_pub and mosquitto_sub from DIR, too
  --count N          messages per row (default 200000 published, 500000 received, 100000 stored, 200000 received over
                     TCP, TLS and WebSocket, 3000 that come 1,000 a second, 20000 that come 10,000 a second,
                     1000 through a broker; few with --verify)
  --window N         messages in flight to a subscriber at QoS 1 and 2 (default 1000)
  --record           write benchmarks/results.json, and the tables and the plot that are made of it
  --enforce          end with 1 when a target is missed
  --verify           few messages, no times: only counts, content and exit status
  --self-check       measure the peer with a raw client in this process instead of a program
  --scratch DIR      folder for inputs and outputs (default: /dev/shm, else the temporary files)
  --help             this

Exit status: 0 measured, 1 a program failed or delivered wrongly, 2 usage.
";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Measure,
    Verify,
    SelfCheck,
    Help,
}

#[derive(Debug)]
pub struct Args {
    pub mode: Mode,
    pub only: Vec<String>,
    pub runs: usize,
    pub makers: Vec<Maker>,
    pub mqtt: Option<PathBuf>,
    pub mosquitto: Option<PathBuf>,
    pub newer_mosquitto: Option<PathBuf>,
    pub count: Option<usize>,
    pub window: u16,
    pub record: bool,
    pub enforce: bool,
    pub scratch: Option<PathBuf>,
}

impl Args {
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut args = Self {
            mode: Mode::Measure,
            only: Vec::new(),
            runs: 0,
            makers: Vec::new(),
            mqtt: None,
            mosquitto: None,
            newer_mosquitto: None,
            count: None,
            window: WINDOW,
            record: false,
            enforce: false,
            scratch: None,
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (flag, mut attached) = match word.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            let mut value = || {
                attached
                    .take()
                    .or_else(|| words.next())
                    .ok_or_else(|| Error::msg(format!("{flag} needs a value")))
            };
            match flag {
                "--only" => args.only.push(value()?),
                "--runs" => args.runs = positive(flag, &value()?)?,
                "--peer" => args.makers = makers(&value()?)?,
                "--mqtt" => args.mqtt = Some(value()?.into()),
                "--mosquitto" => args.mosquitto = Some(value()?.into()),
                "--newer-mosquitto" => args.newer_mosquitto = Some(value()?.into()),
                "--count" => args.count = Some(positive(flag, &value()?)?),
                "--window" => args.window = positive(flag, &value()?)?,
                "--scratch" => args.scratch = Some(value()?.into()),
                "--record" => args.record = true,
                "--enforce" => args.enforce = true,
                "--verify" => args.mode = Mode::Verify,
                "--self-check" => args.mode = Mode::SelfCheck,
                "--help" => args.mode = Mode::Help,
                _ => return Err(Error::msg(format!("unknown argument {word}"))),
            }
            if attached.is_some() {
                return Err(Error::msg(format!("{flag} takes no value")));
            }
        }
        if args.record && !args.only.is_empty() {
            return Err(Error::msg("--record is of all rows: it does not go with --only"));
        }
        args.fill_in();
        Ok(args)
    }

    fn fill_in(&mut self) {
        let verify = self.mode == Mode::Verify;
        if self.makers.is_empty() {
            let all: &[Maker] = if verify { &[Maker::Mqtt] } else { &Maker::ALL };
            let is_there =
                |maker: &&Maker| **maker != Maker::NewerMosquitto || self.newer_mosquitto.is_some();
            self.makers.extend(all.iter().filter(is_there));
        }
        if self.runs == 0 {
            self.runs = if verify { 1 } else { 5 };
        }
    }
}

fn positive<T>(flag: &str, text: &str) -> Result<T>
where
    T: FromStr<Err = ParseIntError> + PartialOrd + From<u8>,
{
    let number = T::from_str(text).context(format!("{flag} {text}"))?;
    if number < T::from(1) {
        return Err(Error::msg(format!("{flag} must be at least 1")));
    }
    Ok(number)
}

fn makers(text: &str) -> Result<Vec<Maker>> {
    let maker = |name: &str| {
        Maker::ALL
            .into_iter()
            .find(|maker| maker.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::msg(format!("--peer {name}: no such program is known")))
    };
    text.split(',').map(maker).collect()
}
