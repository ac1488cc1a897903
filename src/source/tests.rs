//! Sources as a job sees them.

use super::lines::Block;
use super::*;
use crate::topic::TopicName;
use proptest::prelude::*;
use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a source had to say until its end.
#[derive(Debug, Default)]
struct All {
    records: Vec<Record>,
    skipped: u64,
    complaints: Vec<String>,
    error: Option<String>,
}

impl All {
    /// Position, payload and size of each record.
    fn rows(&self) -> Vec<(u64, &str, u64)> {
        let records = self.records.iter();
        records
            .map(|record| {
                let payload = std::str::from_utf8(&record.payload).unwrap();
                (record.position, payload, record.size)
            })
            .collect()
    }

    fn size(&self) -> u64 {
        self.records.iter().map(|record| record.size).sum()
    }
}

fn drain(mut source: Source) -> All {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut all = All::default();
    while let Some(next) = runtime.block_on(poll_fn(|cx| source.poll_next(cx))) {
        all.complaints.extend(source.complaints().map(|error| error.to_string()));
        match next {
            Ok(batch) => all.records.extend(batch),
            Err(error) => all.error = Some(error.to_string()),
        }
    }
    all.skipped = source.skipped();
    all
}

/// A source that reads `text` as standard input, `step` bytes at a time.
fn read(text: &[u8], step: usize, shape: Shape, invalid: Invalid) -> All {
    let text = text.to_vec();
    let source = Source::spawn(None, move |outlet| {
        let mut rest = &text[..];
        let slowly = move |buffer: &mut Vec<u8>| {
            let (piece, more) = rest.split_at(step.min(rest.len()));
            rest = more;
            buffer.extend_from_slice(piece);
            Ok(piece.len())
        };
        let reader = Reader::new(Splitter::new(b"\n"), Pieces::new(shape, invalid));
        reading::send_lines(slowly, reader, outlet)
    });
    drain(source.unwrap())
}

/// The address of a record that only says its topic.
fn to(topic: &str) -> Address {
    Address::Own(Arc::new(RecordFields { topic: topic.parse().ok(), ..RecordFields::default() }))
}

fn topic_from(separator: &[u8], encoding: Encoding) -> Shape {
    Shape::topic_and_payload(separator, encoding)
}

fn open(input: Input, encoding: Encoding, invalid: Invalid) -> Result<Source, SourceError> {
    Source::open(Options { input, encoding, invalid })
}

#[test]
fn a_topic_ends_at_the_first_separator() {
    let text = b"a/b 1\nc  2 3 \n/ \nd e";
    let all = read(text, 3, topic_from(b" ", Encoding::Plain), Invalid::Stop);
    assert_eq!(all.rows(), [(1, "1", 6), (2, " 2 3 ", 8), (3, "", 3), (4, "e", 3)]);
    let topics = ["a/b", "c", "/", "d"].map(to);
    assert_eq!(all.records.into_iter().map(|record| record.address).collect::<Vec<_>>(), topics);
    let all = read(b"a: b: c\n", 100, topic_from(b": ", Encoding::Plain), Invalid::Stop);
    assert_eq!(all.rows(), [(1, "b: c", 8)]);
}

#[test]
fn a_line_without_a_topic_is_invalid() {
    for (line, cause) in [
        (&b""[..], "no topic: \" \" is missing"),
        (b"a", "no topic: \" \" is missing"),
        (b" x", "invalid topic \"\": it is empty"),
        (b"a/+ x", "invalid topic \"a/+\": a topic to publish to cannot contain '+' or '#'"),
        (b"a\0 x", "invalid topic \"a\\0\": it contains a NUL character"),
        (b"\xff x", "invalid topic \"\u{fffd}\": it is not UTF-8"),
    ] {
        let text = [b"t 1\n", line, b"\nt 3\n"].concat();
        let all = read(&text, 100, topic_from(b" ", Encoding::Plain), Invalid::Stop);
        assert_eq!(all.error, Some(format!("line 2: {cause}")));
        assert_eq!(all.rows(), [(1, "1", 4)]);
    }
}

#[test]
fn an_invalid_line_ends_reading_after_what_came_before() {
    let all = read(b"61\n6 2\nx\n64\n", 100, Shape::Payload(Encoding::Hex), Invalid::Stop);
    assert_eq!(all.rows(), [(1, "a", 3), (2, "b", 4)]);
    assert_eq!(
        all.error.as_deref(),
        Some("line 3: character 1, \"x\", is not a hexadecimal digit")
    );
    assert_eq!(all.skipped, 0);
}

#[test]
fn an_invalid_line_can_be_skipped() {
    let text = b"YQ==\n?\nYg\nYWJjZ\n";
    for step in [1, 5, 100] {
        let all = read(text, step, Shape::Payload(Encoding::Base64), Invalid::Skip);
        assert_eq!(all.rows(), [(1, "a", 5), (3, "b", 5)]);
        assert_eq!(all.error, None);
        assert_eq!(all.skipped, 2);
        assert_eq!(
            all.complaints,
            [
                "line 2: character 1, \"?\", is not in the base64 alphabet",
                "line 4: the base64 text is cut short: one character is left over",
            ]
        );
    }
}

#[test]
fn only_the_first_mistakes_are_explained() {
    let text = "x\n".repeat(100_000);
    let all = read(text.as_bytes(), usize::MAX, Shape::Json, Invalid::Skip);
    assert_eq!(all.skipped, 100_000);
    let explained: Vec<_> = (1..=COMPLAINTS)
        .map(|n| format!("line {n}: invalid JSON: a record starts with {{; to send plain text, use -l (column 1)"))
        .collect();
    assert_eq!(all.complaints, explained);
    assert!(all.records.is_empty());
}

#[test]
fn topic_and_encoding_go_together() {
    let all = read(b"a 61 62\nb 6\n", 4, topic_from(b" ", Encoding::Hex), Invalid::Skip);
    assert_eq!(all.rows(), [(1, "ab", 8)]);
    assert_eq!(all.complaints, ["line 2: the number of hexadecimal digits is odd"]);
}

#[test]
fn blank_lines_between_json_records_are_counted_and_passed_over() {
    let text = b"\n{\"payload\":\"a\"}\r\n \r\n\n{\"topic\":\"t\"}\n{\"colour\":1}\n";
    for step in [1, 7, 100] {
        let all = read(text, step, Shape::Json, Invalid::Stop);
        assert_eq!(all.rows(), [(2, "a", 18), (5, "", 18)]);
        assert_eq!(all.records[0].address, Address::Given);
        assert_eq!(all.records[1].address, to("t"));
        assert_eq!(all.error.as_deref(), Some("line 6: unknown key \"colour\" (column 9)"));
    }
}

#[test]
fn what_can_never_be_a_message_ends_reading() {
    for (shape, most) in [
        (Shape::Payload(Encoding::Plain), MAX_PAYLOAD),
        (Shape::Payload(Encoding::Hex), 3 * MAX_PAYLOAD),
        (topic_from(b": ", Encoding::Plain), MAX_PAYLOAD + 65_535 + 2),
        (Shape::Json, 6 * MAX_PAYLOAD + (16 << 20)),
    ] {
        let pieces = Pieces::new(shape, Invalid::Skip);
        assert!(pieces.check_held(most).is_ok());
        let error = pieces.check_held(most + 1).unwrap_err();
        assert_eq!(error.to_string(), "line 1 is longer than a message can be: 268435455 bytes");
    }
    // Zeros that are never written take no memory.
    let block = Block::single(vec![0; MAX_PAYLOAD + 1].into());
    let mut pieces = Pieces::new(Shape::Payload(Encoding::Plain), Invalid::Skip);
    let (parcel, end) = pieces.read(&block);
    assert!(parcel.is_empty());
    assert!(matches!(end, Err(SourceError::TooLong { position: 1 })));
}

#[test]
fn a_given_text_is_decoded_before_anything_happens() {
    let bytes = |text: &str| Input::Texts(vec![text.as_bytes().to_vec()]);
    let all = drain(open(bytes(" 61\n"), Encoding::Hex, Invalid::Stop).unwrap());
    assert_eq!(all.rows(), [(1, "a", 0)]);
    let error = open(bytes("6g"), Encoding::Hex, Invalid::Skip).err().unwrap();
    assert_eq!(
        error.to_string(),
        "cannot send the message: character 2, \"g\", is not a hexadecimal digit"
    );
    let source = open(bytes(""), Encoding::Plain, Invalid::Stop).unwrap();
    assert_eq!(source.total(), None);
    assert_eq!(drain(source).rows(), [(1, "", 0)]);
}

/// The files `names` in `directory` with these contents.
fn files<const N: usize>(directory: &Path, contents: [&str; N]) -> Input {
    let paths = contents.iter().enumerate().map(|(number, text)| {
        let path = directory.join(format!("file{number}"));
        fs::write(&path, text).unwrap();
        path
    });
    Input::Files(paths.collect())
}

#[test]
fn files_are_whole_messages_of_known_size() {
    let directory = tempfile::tempdir().unwrap();
    let source = open(files(directory.path(), ["a\nb\n", "", "c"]), Encoding::Plain, Invalid::Stop);
    let source = source.unwrap();
    assert_eq!(source.total(), Some(5));
    let all = drain(source);
    assert_eq!(all.rows(), [(1, "a\nb\n", 4), (2, "", 0), (3, "c", 1)]);
    assert_eq!(all.error, None);
}

#[test]
fn a_badly_encoded_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let contents = ["61\n", "0x61\n", "6\n2\n"];
    let name = directory.path().join("file1").display().to_string();
    let error = format!("cannot send {name}: character 2, \"x\", is not a hexadecimal digit");
    let input = files(directory.path(), contents);
    let all = drain(open(input.clone(), Encoding::Hex, Invalid::Stop).unwrap());
    assert_eq!(all.rows(), [(1, "a", 3)]);
    assert_eq!(all.error.as_deref(), Some(&*error));
    let all = drain(open(input, Encoding::Hex, Invalid::Skip).unwrap());
    assert_eq!(all.rows(), [(1, "a", 3), (3, "b", 9)]);
    assert_eq!((all.skipped, all.complaints, all.error), (1, vec![error], None));
}

#[test]
fn what_cannot_be_read_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_owned();
    let missing = path.join("missing");
    for (path, cause) in [(path, "it is a directory"), (missing, "No such file or directory")] {
        let name = path.display().to_string();
        let error = open(Input::Files(vec![path]), Encoding::Plain, Invalid::Stop).err().unwrap();
        assert_eq!(error.to_string(), format!("cannot send {name}: {cause}"));
    }
    let file = directory.path().join("large");
    fs::File::create(&file).unwrap().set_len(2 * MAX_PAYLOAD as u64 + 1).unwrap();
    let input = Input::Files(vec![file]);
    assert!(open(input.clone(), Encoding::Plain, Invalid::Stop).is_err());
    assert!(open(input, Encoding::Base64, Invalid::Stop).is_err());
    for (delimiter, topic_from) in [("", None), ("\n", Some(Vec::new()))] {
        let lines = Lines { delimiter: delimiter.as_bytes().to_vec(), topic_from };
        let error = open(Input::Lines(lines), Encoding::Plain, Invalid::Stop).err().unwrap();
        assert!(matches!(error, SourceError::Unusable { .. }));
    }
}

#[test]
fn reading_stays_a_few_blocks_ahead_and_ends_with_the_source() {
    let read = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&read);
    let source = Source::spawn(None, |outlet| {
        let pieces = Pieces::new(Shape::Payload(Encoding::Plain), Invalid::Stop);
        let endless = move |buffer: &mut Vec<u8>| {
            let count = buffer.capacity() - buffer.len();
            buffer.resize(buffer.capacity() - 1, b'x');
            buffer.push(b'\n');
            counter.fetch_add(count, Ordering::Relaxed);
            Ok(count)
        };
        reading::send_lines(endless, Reader::new(Splitter::new(b"\n"), pieces), outlet)
    });
    std::thread::sleep(Duration::from_millis(50));
    assert!(read.load(Ordering::Relaxed) <= 4 * (64 << 10));
    drop(source);
    let deadline = Instant::now() + Duration::from_secs(10);
    while Arc::strong_count(&read) > 1 {
        assert!(Instant::now() < deadline, "the thread still reads");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_thread_that_breaks_down_is_no_end() {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    drop(sender);
    let source = Source::new(Feed::Thread(receiver), None);
    assert_eq!(drain(source).error.as_deref(), Some("cannot read the input: reading broke down"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn topics_are_found_as_in_the_whole(
        lines in proptest::collection::vec("[ab+:]{0,8}", 0..20),
        separator in prop_oneof![Just(":"), Just("::"), Just("ab")],
        step in 1usize..50,
    ) {
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let shape = topic_from(separator.as_bytes(), Encoding::Plain);
        let all = read(text.as_bytes(), step, shape, Invalid::Skip);
        let expected: Vec<_> = (1..).zip(&lines).filter_map(|(position, line)| {
            let (topic, payload) = line.split_once(separator)?;
            topic.parse::<TopicName>().ok()?;
            Some((position, topic, payload.to_owned()))
        }).map(|(position, topic, payload): (u64, _, String)| (position, to(topic), Bytes::from(payload))).collect();
        prop_assert_eq!(all.skipped as usize, lines.len() - expected.len());
        prop_assert_eq!(all.complaints.len() as u64, all.skipped.min(COMPLAINTS));
        prop_assert!(all.size() <= text.len() as u64);
        let found: Vec<_> = all.records.into_iter()
            .map(|record| (record.position, record.address, record.payload)).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn every_byte_of_input_is_accounted_for(
        lines in proptest::collection::vec(prop_oneof![Just("{}"), Just(""), Just("?"), Just(" ")], 0..30),
        step in 1usize..50,
    ) {
        let text = lines.join("\n") + "\n{}";
        let all = read(text.as_bytes(), step, Shape::Json, Invalid::Skip);
        prop_assert_eq!(all.size(), text.len() as u64);
        prop_assert_eq!(all.skipped as usize, lines.iter().filter(|line| **line == "?").count());
    }
}
