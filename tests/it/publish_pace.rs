//! How often and how fast `mqtt pub` sends: several topics, repeats, intervals and rates.

use std::time::{Duration, Instant};

use crate::support::{Conn, Mqtt, Peer, Publish, Record, Signal, all_published, published};

const TICK: Duration = Duration::from_millis(100);

/// At 200 messages a second 20 are due in a tick, and 20 may be made up for; the rest is for a busy machine, which may
/// hand several to the peer at once.
const MOST_IN_A_TICK: usize = 60;

fn publish(peer: &Peer, line: &str) -> Mqtt {
    peer.mqtt("pub").line("-V 5 -t t").line(line)
}

#[track_caller]
fn refuses_line(line: &str, culprit: &str) {
    let peer = Peer::untouched();
    let run = peer.mqtt("pub").file("f", "x").line(line).status(2);
    run.stderr_contains(culprit).run();
}

/// Topic and payload of each message.
fn pairs(publishes: &[Publish]) -> Vec<(String, String)> {
    publishes.iter().map(|publish| (publish.topic.clone(), publish.text())).collect()
}

fn texts<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(topic, payload)| (topic.to_owned(), payload.to_owned())).to_vec()
}

#[test]
fn each_line_goes_to_each_topic_in_their_order() {
    let expected = texts([("b", "1"), ("a", "1"), ("c", "1"), ("b", "2"), ("a", "2"), ("c", "2")]);
    for qos in ["0", "1", "2"] {
        let publishes =
            all_published(|mqtt| mqtt.line("-t b -t a -t c -l -q").arg(qos).stdin("1\n2\n"));
        assert_eq!(pairs(&publishes), expected);
    }
}

#[test]
fn every_kind_of_input_goes_to_each_topic() {
    for (input, payload) in [("-m x", "x"), ("-n", ""), ("-s", "in"), ("-f f", "file")] {
        let publishes = all_published(|mqtt| {
            mqtt.file("f", "file").line("-t a -t b -q 1").line(input).stdin("in")
        });
        assert_eq!(pairs(&publishes), texts([("a", payload), ("b", payload)]), "{input}");
    }
}

#[test]
fn a_topic_given_twice_gets_the_message_twice() {
    let publishes = all_published(|mqtt| mqtt.line("-t a -t a -m x -q 2"));
    assert_eq!(pairs(&publishes), texts([("a", "x"), ("a", "x")]));
}

#[test]
fn a_refusal_of_one_topic_does_not_stop_the_others() {
    let peer = Peer::script(|conn| {
        conn.accept();
        for _ in 0..4 {
            let publish = conn.expect_publish();
            let code = if publish.topic == "bad" { 0x87 } else { 0x10 };
            conn.puback(publish.id.expect("an identifier"), code);
        }
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-V 5 -t good -t bad -l -q 1").stdin("1\n2\n").status(5);
    run.stderr_contains("2 delivered, 2 refused").run();
}

#[test]
fn a_message_can_be_repeated() {
    for (input, payload) in [("-m x", "x"), ("-n", ""), ("-s", "in"), ("-f f", "file")] {
        for count in ["1", "3"] {
            let publishes = all_published(|mqtt| {
                mqtt.file("f", "file")
                    .line("-t t")
                    .line(input)
                    .args(["--repeat", count])
                    .stdin("in")
            });
            let expected = vec![Publish::new("t", payload); count.parse().unwrap()];
            assert_eq!(publishes, expected, "{input}");
        }
    }
}

#[test]
fn each_file_and_each_topic_gets_every_repeat() {
    let publishes = all_published(|mqtt| {
        let mqtt = mqtt.file("one", "1").file("two", "2");
        mqtt.line("-t a -t b -f one -f two --repeat 2 -q 1")
    });
    let mut pairs = pairs(&publishes);
    pairs.sort();
    let expected = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")];
    let expected: Vec<_> = expected.iter().flat_map(|pair| texts([*pair, *pair])).collect();
    assert_eq!(pairs, expected);
}

#[test]
fn thousands_of_repeats_arrive_at_every_qos() {
    for qos in ["0", "1", "2"] {
        let publishes =
            all_published(|mqtt| mqtt.line("-t t -m x --repeat 5000").args(["-q", qos]));
        assert_eq!(publishes.len(), 5_000);
        assert!(publishes.iter().all(|publish| publish.text() == "x" && !publish.dup));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn repeats_without_end_can_be_interrupted_and_take_no_memory() {
    let peer = Peer::script(|conn| {
        conn.accept();
        for _ in 0..100 {
            conn.take();
        }
        conn.reached("many");
        conn.stall();
    });
    let run = publish(&peer, "-q 1 -m x --repeat 4000000000").status(130);
    let running = run.stderr_contains("interrupted").stderr_contains("not sent").spawn();
    peer.wait_for("many");
    let peak = running.peak_memory();
    running.signal(Signal::Interrupt);
    running.wait();
    assert!(peak < 30 << 10, "{peak} KiB");
}

#[test]
fn no_number_of_repeats_is_too_large_to_be_counted() {
    for count in ["9223372036854775808", "18446744073709551615"] {
        let peer = Peer::accepting();
        let run = peer.mqtt("pub").line("-V 5 -t a -m x -q 1 --interval 1h --repeat").arg(count);
        run.line("-t b -t c -W 1s").status(27).stderr_contains("not sent").run();
    }
}

#[test]
fn a_repeat_is_a_number_and_has_a_message() {
    for count in ["0", "-1", "x", "1.5", "99999999999999999999999"] {
        let line = format!("-t t -m x --repeat={count}");
        refuses_line(&line, "--repeat");
    }
    refuses_line("-t t -l --repeat 2", "--repeat");
    refuses_line("-t t --json --repeat 2", "--repeat");
}

/// So many messages came, and none before its turn: counted from before the run, for the peer may be late to look at one
/// and not at the next.
#[track_caller]
fn assert_pace(record: &Record, start: Instant, count: usize, interval: Duration) {
    let turns = (0..).map(|turn| start + interval * turn);
    assert_eq!(record.arrivals.len(), count, "{record:?}");
    for (arrival, turn) in record.arrivals.iter().zip(turns) {
        assert!(*arrival >= turn, "{:?} too early: {record:?}", turn - *arrival);
    }
}

#[test]
fn an_interval_is_kept_between_one_message_and_the_next() {
    let interval = Duration::from_millis(300);
    for flags in
        ["--interval 300ms", "--interval 0.3", "--repeat-delay 0.3", "--repeat-delay=300ms"]
    {
        let peer = Peer::accepting();
        let start = Instant::now();
        publish(&peer, "-q 1 -m x --repeat 3").line(flags).run();
        assert_pace(&peer.finish(), start, 3, interval);
    }
}

#[test]
fn an_interval_is_kept_between_lines_records_files_and_at_every_qos() {
    let interval = Duration::from_millis(300);
    let records =
        "{\"payload\":\"1\",\"qos\":2}\n{\"payload\":\"2\"}\n{\"payload\":\"3\",\"qos\":1}\n";
    for (flags, input) in [
        ("-l", "1\n2\n3\n"),
        ("-l -q 2", "1\n2\n3\n"),
        ("--json", records),
        ("-f 1 -f 2 -f 3 -q 1", ""),
    ] {
        let peer = Peer::accepting();
        let run = publish(&peer, flags).line("--interval 300ms").stdin(input);
        let start = Instant::now();
        run.file("1", "1").file("2", "2").file("3", "3").run();
        let record = peer.finish();
        assert_pace(&record, start, 3, interval);
        assert_eq!(record.payloads(), ["1", "2", "3"], "{flags}");
    }
}

#[test]
fn the_first_message_does_not_wait_and_an_interval_of_hours_can_be_interrupted() {
    for (signal, status) in [(Signal::Interrupt, 130), (Signal::Terminate, 143)] {
        let peer = Peer::script(|conn| {
            conn.accept();
            conn.take();
            conn.expect_goodbye();
        });
        let run = publish(&peer, "-q 1 -m x --repeat 3 --interval 1000h --events -").status(status);
        let run = run.stderr_contains("1 delivered").stderr_contains("2 not sent");
        let mut running = run.spawn();
        running.wait_for_stderr_line(r#""event":"publish""#);
        let start = Instant::now();
        running.signal(signal);
        running.wait();
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }
}

#[test]
fn an_interval_is_not_kept_between_the_topics_of_one_message() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.take();
        conn.take();
        conn.reached("both");
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-V 5 -t a -t b -q 1 -m x --repeat 2 --interval 1h");
    let run = run.status(130).stderr_contains("2 delivered").stderr_contains("2 not sent");
    let running = run.spawn();
    peer.wait_for("both");
    running.signal(Signal::Interrupt);
    running.wait();
    assert_eq!(pairs(&peer.finish().publishes), texts([("a", "x"), ("b", "x")]));
}

#[test]
fn an_interval_ends_with_the_time_of_the_run() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.take();
        conn.expect_goodbye();
    });
    let run = publish(&peer, "-q 1 -m x --repeat 2 --interval 1h -W 1s").status(27);
    run.stderr_contains("timed out").stderr_contains("1 not sent").run();
}

#[test]
fn to_wait_for_the_next_message_is_not_to_wait_for_the_broker() {
    for flags in ["--repeat 2 -m x", "--repeat 2 -m x -q 1", "--repeat 2 -m x -q 2"] {
        let peer = Peer::accepting();
        let run = publish(&peer, flags).line("--interval 1500ms --ack-timeout 500ms");
        let start = Instant::now();
        run.run();
        assert_pace(&peer.finish(), start, 2, Duration::from_millis(1_500));
    }
}

#[test]
fn an_acknowledgement_is_due_although_the_next_message_is_not() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.expect_closed();
    });
    let run =
        publish(&peer, "-q 1 -m x --repeat 2 --interval 1h --ack-timeout 500ms --reconnect never")
            .status(6);
    run.stderr_contains("1 unconfirmed").stderr_contains("1 not sent").run();
}

#[test]
fn pings_go_on_while_the_next_message_waits() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.take();
        conn.answer_ping();
        conn.answer_ping();
        conn.serve();
    });
    publish(&peer, "-q 1 -m x --repeat 2 --interval 2800ms -k 1").run();
    assert_eq!(peer.finish().payloads(), ["x", "x"]);
}

#[test]
fn a_connection_lost_between_two_messages_is_restored_for_the_second() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.take();
        conn.cut();
    })
    .then(Conn::serve);
    let run = publish(&peer, "-q 1 -m x --repeat 2 --interval 1s").stderr_contains("lost");
    let start = Instant::now();
    run.run();
    assert_pace(&peer.finish(), start, 2, Duration::from_secs(1));
}

#[test]
fn no_interval_is_none() {
    let publishes = all_published(|mqtt| mqtt.line("-t t -m x --repeat 100 --interval 0"));
    assert_eq!(publishes.len(), 100);
}

#[test]
fn intervals_and_rates_that_are_none_are_refused() {
    for interval in ["-1", "soon", "9999999999999999", ""] {
        refuses_line(&format!("-t t -m x --repeat 2 --interval={interval}"), "--interval");
    }
    for rate in ["0", "-1", "fast", ""] {
        refuses_line(&format!("-t t -m x --repeat 2 --rate={rate}"), "--rate");
    }
}

/// The messages came at 200 a second: not sooner as a whole, and never many at once.
#[track_caller]
fn assert_steady(arrivals: &[Instant]) {
    let total = arrivals[arrivals.len() - 1] - arrivals[0];
    let due = Duration::from_secs(arrivals.len() as u64) / 200;
    assert!(total >= due - 2 * TICK, "{} messages in {total:?}", arrivals.len());
    assert!(total < due * 4 + Duration::from_secs(3), "{} messages in {total:?}", arrivals.len());
    for (place, start) in arrivals.iter().enumerate() {
        let burst = arrivals[place..].iter().take_while(|at| **at - *start < TICK).count();
        assert!(
            burst <= MOST_IN_A_TICK,
            "{burst} messages within {TICK:?}, {place} messages after the first"
        );
    }
}

#[test]
fn a_rate_is_steady_whatever_is_sent() {
    let lines: String = (0..300).map(|line| format!("{line}\n")).collect();
    let records = "{}\n".repeat(300);
    for (flags, input) in [
        ("-l", &lines),
        ("-l -q 1", &lines),
        ("-l -q 2", &lines),
        ("--json -q 1", &records),
        ("-m x --repeat 300", &String::new()),
    ] {
        let peer = Peer::accepting();
        publish(&peer, flags).line("--rate 200").stdin(input).run();
        let arrivals = peer.finish().arrivals;
        assert_eq!(arrivals.len(), 300, "{flags}");
        assert_steady(&arrivals);
    }
}

#[test]
fn a_rate_counts_messages_and_not_lines() {
    let peer = Peer::accepting();
    let lines = "x\n".repeat(100);
    peer.mqtt("pub").line("-t a -t b -t c -l -q 1 --rate 200").stdin(lines).run();
    let arrivals = peer.finish().arrivals;
    assert_eq!(arrivals.len(), 300);
    assert_steady(&arrivals);
}

#[test]
fn a_rate_does_not_make_up_for_time_without_input() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.take();
        conn.reached("first");
        // This pause is what the test is about.
        conn.stall_for(Duration::from_secs(1));
        conn.reached("pause");
        conn.serve();
    });
    let mut running = publish(&peer, "-l -q 1 --rate 200").stdin_open().spawn();
    running.write_stdin("x\n");
    peer.wait_for("pause");
    running.write_stdin("x\n".repeat(200));
    running.close_stdin();
    running.wait();
    let arrivals = peer.finish().arrivals;
    assert_eq!(arrivals.len(), 201);
    assert_steady(&arrivals[1..]);
}

#[test]
fn a_rate_beyond_reach_is_no_limit() {
    let lines = "x\n".repeat(2_000);
    let publishes = all_published(|mqtt| mqtt.line("-t t -l -q 1 --rate 100000000").stdin(lines));
    assert_eq!(publishes.len(), 2_000);
}

#[test]
fn a_slow_rate_can_be_interrupted() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.take();
        conn.reached("first");
        conn.expect_goodbye();
    });
    let run = publish(&peer, "-q 1 -m x --repeat 100 --rate 1").status(130);
    let running = run.stderr_contains("interrupted").stderr_contains("not sent").spawn();
    peer.wait_for("first");
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn one_message_needs_no_pace() {
    let message = published(|mqtt| mqtt.line("-t t -m x --rate 1 -q 1"));
    assert_eq!(message.text(), "x");
}

/// Without pings nothing but the pace itself wakes the program.
#[test]
fn a_fast_pace_never_stands_still() {
    for pace in ["--rate 5000", "--rate 900", "--interval 30us"] {
        let peer = Peer::accepting();
        peer.mqtt("pub").line("-t t -m x -q 1 -k 0 --repeat 2000").line(pace).run();
        assert_eq!(peer.finish().publishes.len(), 2000, "{pace}");
    }
}
