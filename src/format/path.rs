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
//! hashed together. A name that is still too long, as other parts are next to a level, is cut in the same way.

use super::clock::{Clock, Moment, PerSecond, strftime};
use crate::misplaced::Misplaced;
use crate::output::DIGITS;
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use std::fmt::Write as _;

/// Longest name for a level of a topic, in bytes. File systems allow 255, which leaves room for other parts.
const LONGEST: usize = 200;

/// Longest name of a file or directory, in bytes. Rotation and names already in use may need a few more.
const LONGEST_NAME: usize = 240;

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
        if let Some(at) = leaving(text) {
            let message = "'..' cannot follow %t, %n or a time: it would leave the directory";
            return Err(Misplaced::new(text, at, message));
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
        if path.len() > LONGEST_NAME { shorten(&path) } else { path }
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

/// The position of a `..` after a level that varies: where it leads would depend on how many levels the topic has.
fn leaving(text: &str) -> Option<usize> {
    let mut varies = false;
    let mut at = 0;
    for level in text.split('/') {
        if varies && level == ".." {
            return Some(at);
        }
        varies |= level.replace("%%", "").replace("@@", "").contains(['%', '@']);
        at += level.len() + 1;
    }
    None
}

/// Cuts the names that are too long.
fn shorten(path: &str) -> String {
    let mut short = String::with_capacity(path.len());
    for (at, name) in path.split('/').enumerate() {
        if at > 0 {
            short.push('/');
        }
        let start = short.len();
        short.push_str(name);
        if name.len() > LONGEST_NAME {
            cut(&mut short, start + LONGEST_NAME, name);
        }
    }
    short
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
        cut(path, start + LONGEST, level);
    }
}

/// Cuts `path` to `end` bytes at most, with a hash of `text` as its end.
fn cut(path: &mut String, end: usize, text: &str) {
    let mut end = end - 2 - 2 * HASHED;
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    path.truncate(end);
    // Not in the middle of an escape.
    if let Some(at) = path.bytes().rev().take(2).position(|byte| byte == b'%') {
        path.truncate(path.len() - 1 - at);
    }
    write_hash(path, text);
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
    fn a_name_is_short_enough_whatever_is_next_to_a_long_level() {
        let (long, literal) = ("x".repeat(300), "é".repeat(60));
        for template in [format!("%t{literal}.x"), format!("{literal}%t/%n"), "%t%t.x".to_owned()] {
            let name = path(&template, &long);
            assert!(name.split('/').all(|name| name.len() <= LONGEST_NAME), "{name}");
            assert_ne!(path(&template, &format!("{long}y")), name);
        }
        assert_eq!(path(&format!("%t{literal}.x"), "a"), format!("a{literal}.x"));
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
            (
                "log/../é/%t/../../%n",
                "'..' cannot follow %t, %n or a time: it would leave the directory at character 13",
            ),
            (
                "@Y/..",
                "'..' cannot follow %t, %n or a time: it would leave the directory at character 4",
            ),
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
