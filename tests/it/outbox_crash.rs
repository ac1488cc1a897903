//! Outboxes whose processes are killed or run at the same time, and the order of writes and sends.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::stream::{PATIENCE, patient_broker};
use crate::support::{Mosquitto, Mqtt, Peer, Random, Signal};

fn publish(broker: &Mosquitto, path: &Path, line: &str) -> Mqtt {
    broker.mqtt("pub").arg("--outbox").arg(path).line(line).deadline(PATIENCE)
}

/// The payloads in the segments, which are numbers.
fn stored(path: &Path) -> Vec<u64> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let names = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut names: Vec<_> =
        names.filter(|it| it.extension().is_some_and(|it| it == "ndjson")).collect();
    names.sort();
    let text: String = names.iter().map(|it| fs::read_to_string(it).expect("a segment")).collect();
    let whole = &text[..text.rfind('\n').map_or(0, |at| at + 1)];
    let payload = |line: &str| {
        let at = line.find("\"payload\":\"").expect("a payload") + 11;
        line[at..line.len() - 2].parse().expect("a number")
    };
    whole.lines().map(payload).collect()
}

/// Number of kills; `MQTT_TEST_KILLS=500` takes longer.
fn kills() -> u64 {
    std::env::var("MQTT_TEST_KILLS").map_or(15, |it| it.parse().expect("a number"))
}

/// Kills the sender at random moments. Everything stored by then arrives, at QoS 2 exactly once. Only what was still in
/// the pipe is lost, so the numbers that arrive from each run have no gap.
#[track_caller]
fn killing_loses_nothing_that_was_stored(qos: &str) {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let path = home.path().join("box");
    let broker = patient_broker();
    broker.mqtt("sub").line("-t t -q 2 -c -i me -E").run();
    let (mut random, mut next) = (Random::new(), 0);
    // The first number of each run, and the number after the last one that had to arrive.
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for _ in 0..kills() {
        let numbers: String = (next..next + 20_000).map(|it| format!("{it}\n")).collect();
        let run = publish(&broker, &path, "-t t -l -q").arg(qos).stdin(numbers);
        let run = run.stderr_anything().spawn();
        thread::sleep(random.delay(Duration::from_millis(400)));
        run.kill();
        let promised = stored(&path).last().map_or(next, |last| (last + 1).max(next));
        runs.push((next, promised));
        next += 20_000;
    }
    publish(&broker, &path, "").stderr_anything().run();
    assert!(stored(&path).is_empty());
    publish(&broker, &path, "-t t -m 999999999 -q").arg(qos).run();
    let mut reader = broker.mqtt("sub").line("-t t -q 2 -c -i me").status(143).stdout_anything();
    reader = reader.stderr_anything().deadline(PATIENCE);
    let mut reader = reader.spawn();
    let mut arrived: BTreeMap<u64, u32> = BTreeMap::new();
    loop {
        let number: u64 = reader.read_line().parse().expect("a number");
        if number == 999_999_999 {
            break;
        }
        *arrived.entry(number).or_default() += 1;
    }
    reader.signal(Signal::Terminate);
    reader.wait();
    for (first, promised) in runs {
        let count = arrived.range(first..first + 20_000).count() as u64;
        let is_gapless = arrived.range(first..first + count).count() as u64 == count;
        assert!(is_gapless, "a gap after {first}, of {count}");
        assert!(first + count >= promised, "{count} of {} since {first}", promised - first);
    }
    if qos == "2" {
        let twice: Vec<_> = arrived.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
    assert!(!arrived.is_empty());
}

#[test]
fn killed_again_and_again_at_qos_2_everything_arrives_once() {
    killing_loses_nothing_that_was_stored("2");
}

#[test]
fn killed_again_and_again_at_qos_1_everything_arrives() {
    killing_loses_nothing_that_was_stored("1");
}

#[test]
fn ten_writers_share_an_outbox_and_keep_their_order() {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let path = home.path().join("box");
    let broker = patient_broker();
    broker.mqtt("sub").line("-t t -q 2 -c -i me -E").run();
    let writers: Vec<_> = (0..10)
        .map(|writer| {
            let lines: String = (0..300).map(|line| format!("{writer} {line}\n")).collect();
            publish(&broker, &path, "-t t -l -q 2").stdin(lines).spawn()
        })
        .collect();
    for writer in writers {
        writer.wait();
    }
    assert!(stored(&path).is_empty());
    let read = broker.mqtt("sub").line("-t t -q 2 -c -i me -C 3000").stdout_anything();
    let text = String::from_utf8(read.deadline(PATIENCE).run().stdout).expect("text");
    let mut next = [0; 10];
    for line in text.lines() {
        let (writer, line) = line.split_once(' ').expect("two numbers");
        let writer: usize = writer.parse().expect("a number");
        assert_eq!(line, next[writer].to_string(), "of writer {writer}");
        next[writer] += 1;
    }
    assert_eq!(next, [300; 10]);
}

#[test]
fn whoever_waits_sends_when_the_sender_dies() {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let path = home.path().join("box");
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.reached("the first message is there");
        conn.expect_publish();
        conn.reached("the second, too");
        conn.expect_closed();
    })
    .then(|conn| {
        conn.resume();
        conn.take();
        conn.take();
        conn.expect_goodbye();
    });
    let start = |text: &str| {
        peer.mqtt("pub").arg("--outbox").arg(&path).args(["-t", "t", "-q", "1", "-m", text])
    };
    let sender = start("one").stderr_anything().spawn();
    peer.wait_for("the first message is there");
    let waiting = start("two").spawn();
    peer.wait_for("the second, too");
    sender.kill();
    waiting.wait();
    assert_eq!(peer.finish().payloads(), ["one", "two", "one", "two"]);
    assert!(stored(&path).is_empty());
}

#[test]
fn whoever_waits_ends_although_the_sender_goes_on() {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let path = home.path().join("box");
    let peer = Peer::accepting();
    let start =
        |line: &str| peer.mqtt("pub").arg("--outbox").arg(&path).line("-t t -q 2").line(line);
    let mut sender = start("-l").stdin_open().spawn();
    sender.write_stdin("one\n");
    while stored_files(&path) == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    start("-m two").run();
    sender.write_stdin("three\n");
    start("-m four -m five").run();
    peer.mqtt("pub").arg("--outbox").arg(&path).run();
    sender.close_stdin();
    sender.wait();
    let mut payloads = peer.finish().payloads();
    payloads.sort();
    assert_eq!(payloads, ["five", "four", "one", "three", "two"]);
    assert!(stored(&path).is_empty());
}

/// Whether a process has a handler for SIGINT.
fn catches_interrupts(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("a mask");
    u64::from_str_radix(caught.trim(), 16).expect("a mask") & 2 != 0
}

/// While the input is waited for, what was read is safe, and whoever stops the run is told so.
#[test]
fn a_run_that_is_stopped_before_its_input_ends_says_what_is_stored() {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let peer = Peer::untouched();
    let path = home.path().join("box");
    let start =
        |line: &str| peer.mqtt("pub").arg("--outbox").arg(&path).line("-t t -q 1").line(line);
    for (count, stop) in (1..).zip([None, Some(Signal::Interrupt), Some(Signal::Terminate)]) {
        let status = match stop {
            None => 27,
            Some(Signal::Interrupt) => 130,
            _ => 143,
        };
        let limit = if stop.is_none() { "-l --later -W 1" } else { "-l --later" };
        let message = format!("mqtt: *; {count} stored in {}", path.display());
        let run = start(limit).stdin_open().status(status).stderr_line(&message);
        let mut running = run.spawn();
        running.write_stdin(format!("{count}\n"));
        let enough = u64::from(stop.is_some()) * count;
        while (stored(&path).len() as u64) < enough {
            thread::sleep(Duration::from_millis(5));
        }
        if let Some(signal) = stop {
            running.signal(signal);
        }
        running.wait();
        assert_eq!(stored(&path), (1..=count).collect::<Vec<_>>());
    }
    let message = format!("mqtt: interrupted; 0 delivered, 3 stored in {}", path.display());
    let run = start("-s").stdin_open().status(130).stderr_line(&message);
    let running = run.spawn();
    while !catches_interrupts(running.id()) {
        thread::sleep(Duration::from_millis(5));
    }
    running.signal(Signal::Interrupt);
    running.wait();
    peer.finish();
}

#[test]
fn whoever_waits_hears_of_its_own_refusals_only() {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let path = home.path().join("box");
    let peer = Peer::script(|conn| {
        conn.accept();
        let first = conn.expect_publish();
        conn.reached("the first message is there");
        for refused in [false, true] {
            let next = conn.expect_publish();
            conn.puback(next.id.expect("an id"), if refused { 0x87 } else { 0 });
        }
        conn.puback(first.id.expect("an id"), 0);
        conn.expect_goodbye();
    });
    let start = |text: &str| {
        peer.mqtt("pub").arg("--outbox").arg(&path).args(["-t", "t", "-q", "1", "-m", text])
    };
    let sender = start("one").status(5).stderr_anything().spawn();
    peer.wait_for("the first message is there");
    let fine = start("two").spawn();
    let until = Instant::now() + PATIENCE;
    while stored_files(&path) < 2 && Instant::now() < until {
        thread::sleep(Duration::from_millis(5));
    }
    let refused = start("three").status(5).stderr_contains("1 refused, kept in").spawn();
    fine.wait();
    refused.wait();
    sender.wait();
    peer.finish();
}

fn stored_files(path: &Path) -> usize {
    let Ok(entries) = fs::read_dir(path) else { return 0 };
    let names = entries.filter_map(|it| it.ok()?.file_name().into_string().ok());
    names.filter(|name| name.starts_with('0')).count()
}

/// The first line that contains all of these words.
fn line_with(lines: &[&str], words: &[&str]) -> Option<usize> {
    lines.iter().position(|line| words.iter().all(|word| line.contains(word)))
}

#[test]
fn a_message_is_synced_before_it_is_sent_and_pubrec_before_pubrel() {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let path = home.path().join("box");
    let broker = patient_broker();
    publish(&broker, &path, "-t t -m first -q 1").run();
    let log = home.path().join("log");
    let status = Command::new("strace")
        .args(["-f", "-y", "-x", "-s", "200", "-e", "trace=write,sendto,fdatasync,fsync", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_mqtt"))
        .args(["pub", "--outbox"])
        .arg(&path)
        .args(["-t", "unique", "-m", "x", "-q", "2", "-h", "127.0.0.1", "-p"])
        .arg(broker.port().to_string())
        .env_clear()
        .env("HOME", home.path())
        .status()
        .expect("strace runs");
    assert!(status.success());
    let text = fs::read_to_string(&log).expect("a log");
    let lines: Vec<&str> = text.lines().collect();
    let at =
        |words: &[&str]| line_with(&lines, words).unwrap_or_else(|| panic!("{words:?}: {text}"));
    // In the trace of system calls, PUBLISH is a write to a socket that contains the topic in hexadecimal; PUBREL is 62
    // 02 and the packet identifier.
    let stored = at(&["write(", ".ndjson>", "unique"]);
    let synced = at(&["fdatasync(", ".ndjson>"]);
    let named = at(&["fsync(", "/box>"]);
    let sent = at(&["sendto(", r"\x75\x6e\x69\x71\x75\x65"]);
    let received = at(&["write(", "/state>", "received 2"]);
    let released = at(&["sendto(", r"\x62\x02\x00\x03"]);
    let kept = lines.iter().enumerate().skip(received);
    let kept = kept.filter(|(_, line)| line.contains("fdatasync(") && line.contains("/state>"));
    let kept = kept.map(|(at, _)| at).next().expect("the mark is synced");
    assert!(stored < synced && synced < sent && named < sent, "{text}");
    assert!(sent < received && received < kept && kept < released, "{text}");
    let syncs = lines[..sent].iter().filter(|line| line.contains("sync(")).count();
    assert_eq!(syncs, 2, "the record and its name: {text}");
}
