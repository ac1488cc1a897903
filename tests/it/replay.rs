//! `pub --json --replay`, `--max-gap` and `--topic-prefix`: sends a recording again, at its own speed or faster, to
//! other topics.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Mqtt, Peer};

/// Records received at these milliseconds.
fn recording(times: &[u64]) -> String {
    let record = |at: &u64| {
        let (second, millisecond) = (at / 1000, at % 1000);
        format!(
            "{{\"time\":\"2026-11-29T12:00:{second:02}.{millisecond:03}Z\",\"topic\":\"a\",\"payload\":\"{at}\"}}\n"
        )
    };
    times.iter().map(record).collect()
}

/// When each message arrived, relative to the first.
#[track_caller]
fn arrivals(times: &[u64], flags: &str, end: impl FnOnce(Mqtt) -> Mqtt) -> Vec<Duration> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let count = times.len();
    let peer = Peer::script(move |conn| {
        conn.accept();
        let mut first = None;
        for _ in 0..count {
            conn.expect_publish();
            let first = *first.get_or_insert_with(Instant::now);
            sender.send(first.elapsed()).unwrap();
        }
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("--json").line(flags).stdin(recording(times));
    end(run).run();
    receiver.iter().collect()
}

/// Checks that each message arrived no earlier than it was due; delays depend on the machine.
#[track_caller]
fn are_due(arrivals: &[Duration], due: &[u64]) {
    for (arrival, due) in arrivals.iter().zip(due) {
        let due = Duration::from_millis(*due);
        // If the first one was read late, all others seem early.
        assert!(*arrival + Duration::from_millis(50) >= due, "{arrivals:?}");
        assert!(*arrival < due + Duration::from_secs(5), "{arrivals:?}");
    }
}

#[test]
fn records_come_as_they_were_received() {
    are_due(&arrivals(&[0, 300, 300, 1000], "--replay", |run| run), &[0, 300, 300, 1000]);
}

#[test]
fn a_recording_can_go_faster_and_slower() {
    are_due(&arrivals(&[0, 5_000, 10_000], "--replay=10", |run| run), &[0, 500, 1000]);
    are_due(&arrivals(&[0, 500], "--replay=0.5", |run| run), &[0, 1000]);
}

#[test]
fn a_reconnect_delays_nothing_that_is_due_later() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let (start, connected) = (OnceLock::new(), AtomicBool::new(false));
    let peer = Peer::each(move |conn| {
        conn.accept();
        let is_first = !connected.swap(true, Ordering::Relaxed);
        let count = if is_first { 1 } else { 3 };
        for _ in 0..count {
            let publish = conn.expect_publish();
            conn.puback(publish.id.unwrap(), 0);
            let first: &Instant = start.get_or_init(Instant::now);
            sender.send((publish.text(), first.elapsed())).unwrap();
        }
        if !is_first {
            conn.expect_goodbye();
        }
    });
    let run = peer.mqtt("pub").line("--json -q 1 --replay");
    run.stdin(recording(&[0, 300, 600, 4_000])).stderr_anything().run();
    let arrivals: Vec<(String, Duration)> = receiver.try_iter().collect();
    let order: Vec<_> = arrivals.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(order, ["0", "300", "600", "4000"]);
    let times: Vec<_> = arrivals.iter().map(|(_, time)| *time).collect();
    are_due(&times, &[0, 300, 600, 4_000]);
}

#[test]
fn a_long_gap_is_cut() {
    let arrivals = arrivals(&[0, 50_000, 50_100], "--replay --max-gap 500ms", |run| run);
    are_due(&arrivals, &[0, 500, 600]);
    assert!(arrivals[2] < Duration::from_secs(20));
}

#[test]
fn what_goes_back_in_time_is_sent_at_once_and_told_once() {
    let told = "mqtt: line 2 is older than the one before it: sent at once\n";
    arrivals(&[5_000, 1_000, 500], "--replay", |run| run.stderr(told));
}

#[test]
fn a_record_without_a_time_is_refused_with_its_line() {
    for (line, cause) in [
        (r#"{"topic":"a","payload":"x"}"#, "line 2: \"time\" is missing"),
        (r#"{"time":7,"topic":"a"}"#, "line 2: \"time\" must be a date and time"),
        (r#"{"time":"noon","topic":"a"}"#, "line 2: \"time\" must be a date and time"),
    ] {
        let peer = Peer::script(|conn| {
            conn.accept();
            conn.expect_publish();
            conn.expect_goodbye();
        });
        let input = recording(&[0]) + line;
        let run = peer.mqtt("pub").line("--json --replay").stdin(input);
        run.status(2).stderr_contains(cause).run();
        // Without --replay, the time does not matter.
        let peer = Peer::accepting();
        peer.mqtt("pub").line("--json").stdin(line).run();
    }
}

#[test]
fn a_prefix_is_in_front_of_every_topic() {
    let topics = |flags: &str, input: &str| {
        let peer = Peer::accepting();
        peer.mqtt("pub").line(flags).stdin(input).run();
        let publishes = peer.finish().publishes;
        publishes.into_iter().map(|publish| publish.topic).collect::<Vec<_>>()
    };
    assert_eq!(topics("-t a -t b/c -m x --topic-prefix test/", ""), ["test/a", "test/b/c"]);
    let records = "{\"topic\":\"a\"}\n{\"topic\":\"a\"}\n{}\n";
    assert_eq!(topics("--json -t g --topic-prefix x", records), ["xa", "xa", "xg"]);
    assert_eq!(topics("-l --topic-from : --topic-prefix p/", "a:1\nb:2\n"), ["p/a", "p/b"]);
}

#[test]
fn a_prefix_that_cannot_be_is_refused() {
    let long = "x".repeat(65_530);
    let peer = Peer::untouched();
    let run = || peer.mqtt("pub").status(2);
    run().line("-t a -m x --topic-prefix a/+").stderr_contains("--topic-prefix").run();
    let run = run().line("-t abcdef -m x --topic-prefix").arg(&long);
    run.stderr_contains("--topic-prefix: the topic is invalid").run();
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("--json --topic-prefix").arg(&long).status(2);
    let run = run.stdin("{\"topic\":\"abcdef\"}\n");
    run.stderr_contains("line 1: the topic is too long with --topic-prefix").run();
}

#[test]
fn flags_that_contradict_a_recording_are_refused() {
    for (flags, culprit) in [
        ("-t a -m x --replay", "--json"),
        ("--json --replay --rate 5", "--rate"),
        ("--json --replay --interval 1s", "--interval"),
        ("--json --max-gap 1s", "--replay"),
        ("--json --replay=0", "--replay"),
        ("--json --replay=fast", "--replay"),
    ] {
        let peer = Peer::untouched();
        peer.mqtt("pub").line(flags).status(2).stderr_contains(culprit).run();
    }
}
