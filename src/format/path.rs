//! The template language of `--files`, which decides where each message is stored.
//!
//! ```text
//! %t      the topic, its levels as directories      @X   the time, as strftime's %X in local time
//! %n      the number of the message, from 1         %%   @@
//! ```
//!
//! Each level of a topic is one path component, and can be decoded again: bytes other than `A-Za-z0-9._-`, and a
//! leading `.` or `-`, become `%XX`, and an empty level becomes `%`. A level longer than 200 bytes is cut, and ends
//! with `%-` and the start of its SHA-256. So does the path of a topic after 2,000 bytes, with all further levels
//! hashed together.

use super::clock::{Clock, Moment, PerSecond, strftime};
use crate::misplaced::Misplaced;
use crate::output::DIGITS;
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use std::fmt::Write as _;

/// Longest name for a level of a topic, in bytes. File systems allow 255, which leaves room for other parts.
const LONGEST: usize = 200;

/// Path length, in bytes, after which the remaining levels of a topic are hashed; systems allow paths of 4,096.
const LONGEST_TOPIC: usize = 2_000;

/// Bytes of the hash in a cut name.
const HASHED: usize = 16;

/// A template that gives each message a file name.
#[derive(Clone, Debug)]
pub struct PathTemplate {
    /// The directory above all files: as typed, or `.`.
    base: String,
    pieces: Vec<Piece>,
    /// Whether files are rotated, to names such as `NAME-0001`.
    rotates: bool,
}

#[derive(Clone, Debug)]
enum Piece {
    Literal(String),
    Topic,
    Number,
    Time(PerSecond),
}

impl PathTemplate {
    /// Parses `text`. With `rotates`, no topic can produce the name of a rotated file.
    ///
    /// # Errors
    /// If it is invalid, or a topic could need a file where another needs a directory.
    pub fn parse(text: &str, rotates: bool) -> Result<Self, Misplaced> {
        let pieces = pieces(text)?;
        let is_literal = |piece: &Piece| matches!(piece, Piece::Literal(_));
        if pieces.iter().all(is_literal) {
            let message = "a template needs %t, %n or a time such as @Y-@m-@d";
            return Err(Misplaced::new(text, text.len(), message));
        }
        let (base, pieces) = split_base(pieces);
        match pieces.last() {
            Some(Piece::Topic) => {
                let message = "the file name cannot end with %t: topic a needs a file where a/b needs a directory";
                Err(Misplaced::new(text, text.len() - 2, message))
            }
            Some(Piece::Literal(literal)) if literal.ends_with('/') => {
                Err(Misplaced::new(text, text.len(), "a file name is missing"))
            }
            _ => Ok(Self { base, pieces, rotates }),
        }
    }

    /// The directory above all files.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The path of the file for a message on `topic`, below [`PathTemplate::base`].
    pub fn path(&mut self, topic: &str, number: u64, moment: Moment, clock: &mut Clock) -> String {
        let mut path = String::with_capacity(64);
        for piece in &mut self.pieces {
            match piece {
                Piece::Literal(literal) => path.push_str(literal),
                Piece::Topic => write_topic(&mut path, topic, self.rotates),
                Piece::Number => {
                    // Writing to memory cannot fail.
                    let _ = write!(path, "{number}");
                }
                Piece::Time(time) => {
                    let time = String::from_utf8_lossy(time.at(moment, clock));
                    path.extend(time.chars().map(|char| if char == '/' { '-' } else { char }));
                }
            }
        }
        path
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, Misplaced> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        let piece = match char {
            '%' | '@' => match (char, chars.next().map(|(_, char)| char)) {
                ('%', Some('t')) => Piece::Topic,
                ('%', Some('n')) => Piece::Number,
                (_, Some(same)) if same == char => {
                    literal.push(char);
                    continue;
                }
                ('@', Some(letter)) => match strftime(letter) {
                    Some(pattern) => Piece::Time(PerSecond::local(pattern)),
                    None => {
                        let message = format!("unknown time '@{letter}' (an @ is written @@)");
                        return Err(Misplaced::new(text, at, message));
                    }
                },
                (char, letter) => {
                    let letter = letter.map(String::from).unwrap_or_default();
                    let message =
                        format!("unknown '{char}{letter}': use %t, %n, %% or a time such as @Y");
                    return Err(Misplaced::new(text, at, message));
                }
            },
            '\0' => return Err(Misplaced::new(text, at, "a file name cannot contain NUL")),
            _ => {
                literal.push(char);
                continue;
            }
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(piece);
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

/// Splits off the directories before the first variable part.
fn split_base(mut pieces: Vec<Piece>) -> (String, Vec<Piece>) {
    let Some(Piece::Literal(first)) = pieces.first_mut() else { return (".".to_owned(), pieces) };
    let Some(end) = first.rfind('/') else { return (".".to_owned(), pieces) };
    let rest = first.split_off(end + 1);
    let base = if end == 0 { "/".to_owned() } else { first[..end].to_owned() };
    if rest.is_empty() {
        pieces.remove(0);
    } else {
        *first = rest;
    }
    (base, pieces)
}

fn write_topic(path: &mut String, topic: &str, rotates: bool) {
    let start = path.len();
    let mut rest = topic;
    loop {
        if path.len() - start > LONGEST_TOPIC {
            return write_hash(path, rest);
        }
        let Some((level, below)) = rest.split_once('/') else { break };
        write_level(path, level, rotates);
        path.push('/');
        rest = below;
    }
    write_level(path, rest, rotates);
}

fn write_hash(path: &mut String, text: &str) {
    path.push_str("%-");
    HEXLOWER.encode_append(&digest(&SHA256, text.as_bytes()).as_ref()[..HASHED], path);
}

fn write_level(path: &mut String, level: &str, rotates: bool) {
    if level.is_empty() {
        path.push('%');
        return;
    }
    let start = path.len();
    let numbered = if rotates { numbered(level) } else { None };
    for (at, &byte) in level.as_bytes().iter().enumerate() {
        let is_plain = match byte {
            b'.' | b'-' => at > 0 && numbered != Some(at),
            _ => byte.is_ascii_alphanumeric() || byte == b'_',
        };
        if is_plain {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
    if path.len() - start > LONGEST {
        path.truncate(start + LONGEST - 2 - 2 * HASHED);
        // Not in the middle of an escape.
        if let Some(at) = path[path.len() - 2..].find('%') {
            path.truncate(path.len() - 2 + at);
        }
        write_hash(path, level);
    }
}

/// The position of the hyphen, if the level ends like the name of a rotated file.
fn numbered(level: &str) -> Option<usize> {
    let stem = level.trim_end_matches(|char: char| char.is_ascii_digit());
    let is_numbered = stem.ends_with('-') && level.len() - stem.len() >= DIGITS;
    is_numbered.then(|| stem.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    #[track_caller]
    fn path(template: &str, topic: &str) -> String {
        let time: Timestamp = "2026-11-29T23:59:58Z".parse().unwrap();
        let mut clock = Clock::fixed(time, TimeZone::UTC);
        let moment = clock.read();
        PathTemplate::parse(template, false).unwrap().path(topic, 7, moment, &mut clock)
    }

    #[test]
    fn a_message_has_a_path_below_the_literal_beginning() {
        assert_eq!(path("log/%t/@Y-@m-@d.ndjson", "a/b"), "a/b/2026-11-29.ndjson");
        assert_eq!(path("%t.log", "a/b"), "a/b.log");
        assert_eq!(path("/var/log/x-%n@@%%.bin", "a"), "x-7@%.bin");
        assert_eq!(path("@D", "a"), "11-29-26");
        let base = |text| PathTemplate::parse(text, false).unwrap().base;
        assert_eq!(base("log/%t.log"), "log");
        assert_eq!(base("a/b/c-%t.log"), "a/b");
        assert_eq!(base("/%n"), "/");
        assert_eq!(base("%n"), ".");
    }

    #[test]
    fn files_change_at_the_local_midnight_also_where_the_clock_is_changed() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for (time, expected) in [
            ("2026-11-28T22:59:59Z", "2026-11-28-23"),
            ("2026-11-28T23:00:00Z", "2026-11-29-00"),
            // Two o'clock does not exist in March, and exists twice in October.
            ("2026-03-29T00:59:59Z", "2026-03-29-01"),
            ("2026-03-29T01:00:00Z", "2026-03-29-03"),
            ("2026-10-25T00:59:59Z", "2026-10-25-02"),
            ("2026-10-25T01:00:00Z", "2026-10-25-02"),
        ] {
            let mut clock = Clock::fixed(time.parse().unwrap(), zone.clone());
            let moment = clock.read();
            let mut template = PathTemplate::parse("@Y-@m-@d-@H", false).unwrap();
            assert_eq!(template.path("t", 1, moment, &mut clock), expected, "{time}");
        }
    }

    #[test]
    fn a_level_is_one_component_whatever_it_is() {
        for (topic, expected) in [
            ("../../etc/passwd", "%2E./%2E./etc/passwd.x"),
            ("a//b", "a/%/b.x"),
            ("/", "%/%.x"),
            (".", "%2E.x"),
            ("-rf", "%2Drf.x"),
            ("a b%c", "a%20b%25c.x"),
            ("é\u{1}", "%C3%A9%01.x"),
            ("a-0001", "a-0001.x"),
        ] {
            assert_eq!(path("%t.x", topic), expected);
        }
        let deep = "a/".repeat(32_767);
        let (one, other) = (path("%t.x", &(deep.clone() + "b")), path("%t.x", &(deep + "c")));
        assert!(one.len() < LONGEST_TOPIC + 50 && one.contains("/a/%-") && one != other, "{one}");
        let long = "x".repeat(300);
        let name = path("%t.x", &long);
        assert!(name.len() == LONGEST + 2 && name.starts_with(&"x".repeat(166)), "{name}");
        assert_ne!(path("%t.x", &format!("{long}y")), name);
        let name = path("%t.x", &"é".repeat(100));
        assert!(name.len() <= LONGEST + 2 && !name.contains("%%"), "{name}");
    }

    #[test]
    fn with_rotation_no_topic_is_a_number() {
        let mut clock = Clock::default();
        let moment = clock.read();
        let mut template = PathTemplate::parse("%t.x", true).unwrap();
        let mut path = |topic| template.path(topic, 1, moment, &mut clock);
        assert_eq!(path("a-0001"), "a%2D0001.x");
        assert_eq!(path("a-00012/b-1"), "a%2D00012/b-1.x");
        assert_eq!(path("a-001"), "a-001.x");
    }

    #[test]
    fn what_cannot_work_is_refused_with_the_place() {
        for (text, message) in [
            ("log", "a template needs %t, %n or a time such as @Y-@m-@d at character 4"),
            (
                "log/%t",
                "the file name cannot end with %t: topic a needs a file where a/b needs a directory at character 5",
            ),
            (
                "x%t",
                "the file name cannot end with %t: topic a needs a file where a/b needs a directory at character 2",
            ),
            ("%t/", "a file name is missing at character 4"),
            ("%x", "unknown '%x': use %t, %n, %% or a time such as @Y at character 1"),
            ("%", "unknown '%': use %t, %n, %% or a time such as @Y at character 1"),
            ("@!", "unknown time '@!' (an @ is written @@) at character 1"),
        ] {
            assert_eq!(PathTemplate::parse(text, false).unwrap_err().to_string(), message);
        }
    }

    /// The topic for a path, if no level was cut.
    fn topic_of(path: &str) -> String {
        let level = |name: &str| match name {
            "%" => String::new(),
            name => percent_encoding::percent_decode_str(name).decode_utf8().unwrap().into_owned(),
        };
        path.split('/').map(level).collect::<Vec<_>>().join("/")
    }

    proptest! {
        #[test]
        fn names_can_be_turned_back(topic in "[a/.%\\-0-9 é\u{7f}]{1,20}") {
            let name = path("%t~%n", &topic);
            let name = name.strip_suffix("~7").unwrap();
            prop_assert_eq!(topic_of(name), topic);
            for component in name.split('/') {
                prop_assert!(!component.is_empty() && component != "." && component != "..");
            }
        }
    }
}
