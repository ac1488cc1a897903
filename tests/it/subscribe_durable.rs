//! What a durable session promises: across counts, kills and slow readers, nothing is lost, and nothing is printed twice
//! that was acknowledged.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::stream::{
    PATIENCE, begin_session, numbered, patient_broker, publish, subscribe, text,
};
use crate::support::{Mosquitto, Mqtt, Peer, Publish, Random, Running, Signal};

/// The kill test: how many kills, and how many messages are published for each.
const KILLS: usize = 24;
const PART: usize = 150;

/// The most that may ever be resident, in KiB.
const MEMORY: u64 = 32 * 1024;

const KEEP_ALIVE: Duration = Duration::from_secs(2);

/// How long nobody reads.
const BREAK: Duration = Duration::from_secs(6);

/// Takes the messages of one session in runs of so many; each run must print exactly its part.
#[track_caller]
fn counts_share_a_session(qos: &str) {
    const MESSAGES: usize = 500;
    let mut random = Random::new();
    let broker = patient_broker();
    let sent = numbered(MESSAGES);
    begin_session(&broker, qos);
    publish(&broker, qos).arg("-l").stdin(text(&sent)).run();
    let mut rest = &sent[..];
    while !rest.is_empty() {
        let count = (1 + random.below(40)).min(rest.len());
        let (part, later) = rest.split_at(count);
        subscribe(&broker, qos).args(["-C", &count.to_string()]).stdout(text(part)).run();
        rest = later;
    }
    subscribe(&broker, qos).line("--idle 500ms").run();
}

#[test]
fn counts_take_each_message_of_a_session_once_and_in_order_at_qos_1() {
    counts_share_a_session("1");
}

#[test]
fn counts_take_each_message_of_a_session_once_and_in_order_at_qos_2() {
    counts_share_a_session("2");
}

/// Where the subscriber that is killed prints.
enum Printing<'a> {
    Pipe,
    File(&'a Path),
    /// The same, `t.log`, by `--files`.
    Files(&'a Path),
}

impl Printing<'_> {
    fn subscribe(&self, broker: &Mosquitto, qos: &str) -> Mqtt {
        let run = subscribe(broker, qos);
        match self {
            Self::Pipe => run.stdout_anything(),
            Self::File(file) => run.arg("--append").arg("--output").arg(file),
            Self::Files(file) => run.arg("--files").arg(file.with_file_name("%t.log")),
        }
    }

    /// How many bytes all runs have printed to the file, or this run to its pipe.
    fn length(&self, running: &Running) -> usize {
        match self {
            Self::Pipe => running.printed(),
            Self::File(_) | Self::Files(_) => self.file_length(),
        }
    }

    fn file_length(&self) -> usize {
        match self {
            Self::Pipe => 0,
            Self::File(file) | Self::Files(file) => fs::read(file).map_or(0, |bytes| bytes.len()),
        }
    }

    /// What came out after the first `start` bytes, given what the test captured.
    fn new_bytes(&self, start: usize, captured: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Pipe => captured,
            Self::File(file) | Self::Files(file) => {
                fs::read(file).unwrap_or_default().split_off(start)
            }
        }
    }
}

/// The whole lines; what was cut short in the middle of a line is no line.
fn whole_lines(bytes: &[u8]) -> Vec<String> {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let text = std::str::from_utf8(&bytes[..end]).expect("text");
    text.lines().map(str::to_owned).collect()
}

/// Kills the subscriber at random moments while messages stream in, and lets a last run take what is left.
#[track_caller]
fn kills_lose_nothing(qos: &str, printing: &Printing) {
    let mut random = Random::new();
    let broker = patient_broker();
    begin_session(&broker, qos);
    let sent = numbered((KILLS + 20) * PART);
    // There is always more to come than one run takes.
    let (head_start, parts) = sent.split_at(20 * PART);
    publish(&broker, qos).arg("-l").stdin(text(head_start)).run();
    let mut publisher = publish(&broker, qos).arg("-l").stdin_open().spawn();
    let mut runs = Vec::new();
    for part in parts.chunks(PART) {
        let (before, during) = part.split_at(random.below(PART));
        publisher.write_stdin(text(before));
        let start = printing.file_length();
        let running = printing.subscribe(&broker, qos).spawn();
        publisher.write_stdin(text(during));
        // Most are killed in the middle of what is there for them, some on their way to it or when it is done.
        let mut longest = Duration::from_millis(30);
        if random.below(4) > 0 {
            await_output(printing, &running, start);
            longest = Duration::from_millis(4);
        }
        thread::sleep(random.delay(longest));
        let captured = running.kill();
        runs.push(whole_lines(&printing.new_bytes(start, captured)));
    }
    publisher.close_stdin();
    publisher.wait();
    let start = printing.file_length();
    let last = printing.subscribe(&broker, qos).line("--idle 2s").run();
    runs.push(whole_lines(&printing.new_bytes(start, last.stdout)));
    let again = check_runs(&sent, &runs);
    // How many there are is up to the broker: it may not have read yet what was acknowledged before the kill.
    eprintln!("duplicates at each kill: {again:?}");
}

#[track_caller]
fn await_output(printing: &Printing, running: &Running, start: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let start = if matches!(printing, Printing::Pipe) { 0 } else { start };
    while printing.length(running) == start {
        assert!(Instant::now() < deadline, "no output although there are messages");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Each run goes on where the one before it was killed, or a little earlier: what was printed right before the kill could
/// not be acknowledged any more. There are no gaps and no other duplicates. Returns how many were printed
/// again after each kill.
#[track_caller]
fn check_runs(sent: &[String], runs: &[Vec<String>]) -> Vec<usize> {
    let mut printed = 0;
    let mut again = Vec::new();
    for (number, run) in runs.iter().enumerate() {
        let Some(first) = run.first() else { continue };
        let start = sent.iter().position(|line| line == first);
        let start = start.unwrap_or_else(|| panic!("run {number} begins with {first:?}"));
        assert!(start <= printed, "{} messages before run {number} are missing", start - printed);
        let end = start + run.len();
        let expected = sent.get(start..end);
        assert!(expected == Some(run), "run {number}, from {first:?}, has a gap or a duplicate");
        again.push(printed.min(end) - start);
        // It may be killed before it comes to what is new.
        printed = printed.max(end);
    }
    assert_eq!(printed, sent.len(), "messages are missing at the end");
    again
}

#[test]
fn kills_lose_nothing_in_a_pipe_at_qos_1() {
    kills_lose_nothing("1", &Printing::Pipe);
}

#[test]
fn kills_lose_nothing_in_a_pipe_at_qos_2() {
    kills_lose_nothing("2", &Printing::Pipe);
}

#[test]
fn kills_lose_nothing_in_a_file_at_qos_1() {
    let directory = tempfile::tempdir().unwrap();
    kills_lose_nothing("1", &Printing::File(&directory.path().join("out")));
}

#[test]
fn kills_lose_nothing_in_a_file_at_qos_2() {
    let directory = tempfile::tempdir().unwrap();
    kills_lose_nothing("2", &Printing::File(&directory.path().join("out")));
}

#[test]
fn kills_lose_nothing_in_files_at_qos_1() {
    let directory = tempfile::tempdir().unwrap();
    kills_lose_nothing("1", &Printing::Files(&directory.path().join("t.log")));
}

#[test]
fn kills_lose_nothing_in_files_at_qos_2() {
    let directory = tempfile::tempdir().unwrap();
    kills_lose_nothing("2", &Printing::Files(&directory.path().join("t.log")));
}

/// Reads lines until the one that says `end`; how many there were before it, all of which `check` has seen.
fn read_to_end_mark(reader: &mut impl BufRead, mut check: impl FnMut(&str)) -> usize {
    let lines = reader.lines().map(|line| line.expect("text"));
    lines.take_while(|line| line != "end").inspect(|line| check(line)).count()
}

#[test]
#[cfg(target_os = "linux")]
fn a_slow_reader_costs_neither_the_connection_nor_memory() {
    let payload = "x".repeat(999);
    let message = Publish::new("t", &payload);
    let (sender, sent) = mpsc::channel();
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        // A broker gives up after one and a half times the keep-alive [MQTT-3.1.2-22].
        let count = conn.flood(&message, BREAK, KEEP_ALIVE * 3 / 2, "flooded");
        sender.send(count).expect("the test waits");
        conn.publish(&Publish::new("t", "end"));
        conn.serve();
    });
    let (reader, writer) = std::io::pipe().unwrap();
    let run = peer.mqtt("sub").line("-t t -k 2").stdout_to(writer).deadline(PATIENCE);
    let running = run.status(143).stderr("mqtt: terminated\n").spawn();
    peer.wait_for("flooded");
    let full = running.peak_memory();
    assert!(full < MEMORY, "{full} KiB while nobody reads");
    let mut reader = BufReader::new(reader);
    let printed = read_to_end_mark(&mut reader, |line| assert_eq!(line, payload));
    assert_eq!(printed, sent.recv().unwrap());
    let peak = running.peak_memory();
    assert!(peak < MEMORY, "{peak} KiB");
    running.signal(Signal::Terminate);
    running.wait();
}

#[test]
#[cfg(target_os = "linux")]
fn a_real_broker_does_not_drop_a_slow_reader() {
    let broker = patient_broker();
    let (reader, writer) = std::io::pipe().unwrap();
    let run = broker.mqtt("sub").line("-t t -q 1 -k 2").stdout_to(writer).deadline(PATIENCE);
    broker.publish_all(&[Publish::new("t", "first").retain()]);
    let running = run.status(143).stderr("mqtt: terminated\n").spawn();
    let mut reader = BufReader::new(reader);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    assert_eq!(first, "first\n");

    let message = |number: usize| Publish::new("t", &format!("{number:0999}"));
    broker.publish_all(&(0..50_000).map(message).collect::<Vec<_>>());
    thread::sleep(BREAK);
    broker.mqtt("pub").line("-q 1 -t t -m end").run();
    let mut last = None;
    let printed = read_to_end_mark(&mut reader, |line| {
        // At QoS 0 a broker may drop what the client does not take, but not shuffle it.
        let number: usize = line.parse().expect("a number");
        assert!(last < Some(number), "{number} after {last:?}");
        last = Some(number);
    });
    assert!(printed > 1_000, "only {printed} messages");
    let peak = running.peak_memory();
    assert!(peak < MEMORY, "{peak} KiB");
    running.signal(Signal::Terminate);
    running.wait();
}
