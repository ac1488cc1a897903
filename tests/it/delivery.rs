//! Many and large messages through a real broker: all of them arrive, in order, whoever restarts or dies meanwhile.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::iter;

use crate::support::stream::{
    PATIENCE, begin_session, numbered, patient_broker, publish, subscribe, text,
};
use crate::support::{Mosquitto, Running, Signal};

/// The last message of a test that cannot know how many there will be.
const END: &str = "end";

/// Sends the [`END`] and stops the subscriber when it has come; the lines until then.
#[track_caller]
fn finish(broker: &Mosquitto, qos: &str, mut subscriber: Running) -> Vec<String> {
    publish(broker, qos).args(["-m", END]).run();
    let lines = iter::repeat_with(|| subscriber.read_line());
    let lines = lines.take_while(|line| line != END).collect();
    subscriber.signal(Signal::Terminate);
    subscriber.wait();
    lines
}

/// More messages than there are packet identifiers.
#[track_caller]
fn each_identifier_is_used_again(qos: &str) {
    let broker = patient_broker();
    let lines = text(&numbered(70_000));
    publish(&broker, qos).line("-r -m ready").run();
    let mut subscriber = broker
        .mqtt("sub")
        .line("-t t -C 70002 -q")
        .arg(qos)
        .stdout(format!("ready\n{lines}{END}\n"))
        .deadline(PATIENCE)
        .spawn();
    assert_eq!(subscriber.read_line(), "ready");
    publish(&broker, qos).arg("-l").stdin(lines).run();
    publish(&broker, qos).args(["-m", END]).run();
    subscriber.wait();
}

#[test]
fn more_messages_than_identifiers_arrive_once_and_in_order_at_qos_1() {
    each_identifier_is_used_again("1");
}

#[test]
fn more_messages_than_identifiers_arrive_once_and_in_order_at_qos_2() {
    each_identifier_is_used_again("2");
}

/// Restarts the broker in the middle of a stream. Duplicates are allowed even at QoS 2: a mosquitto that restarts
/// forgets how far it was with some messages, and sends PUBLISH again after PUBREL.
#[track_caller]
fn a_restart_loses_nothing(qos: &str) {
    let mut broker = Mosquitto::options().persistent().line("max_queued_messages 0").start();
    let sent = numbered(20_000);
    let (before, after) = sent.split_at(15_000);
    begin_session(&broker, qos);
    let lost = "mqtt: connection to * lost: *; reconnecting";
    let subscriber = subscribe(&broker, qos).status(143).stdout_anything().stderr_line(lost);
    let mut subscriber = subscriber.spawn();
    let publisher = publish(&broker, qos).arg("-l").stdin_open().stderr_line(lost);
    let mut publisher = publisher.spawn();
    publisher.write_stdin(text(before));
    let mut received: BTreeSet<String> = (0..3_000).map(|_| subscriber.read_line()).collect();
    broker.restart();
    publisher.write_stdin(text(after));
    publisher.close_stdin();
    publisher.wait();
    received.extend(finish(&broker, qos, subscriber));
    let missing: Vec<_> = sent.iter().filter(|line| !received.contains(*line)).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert_eq!(received.len(), sent.len(), "something was never sent");
}

#[test]
fn a_broker_that_restarts_loses_nothing_at_qos_1() {
    a_restart_loses_nothing("1");
}

#[test]
fn a_broker_that_restarts_loses_nothing_at_qos_2() {
    a_restart_loses_nothing("2");
}

#[test]
fn a_subscriber_that_is_killed_is_continued_by_its_next_run() {
    let broker = patient_broker();
    let sent = numbered(50_000);
    begin_session(&broker, "1");
    publish(&broker, "1").arg("-l").stdin(text(&sent)).run();

    // Nobody reads on: the pipe fills up, and the subscriber is still busy when it is killed.
    let (reader, writer) = std::io::pipe().unwrap();
    let mut reader = BufReader::new(reader);
    let running = subscribe(&broker, "1").stdout_to(writer).spawn();
    let mut first = String::new();
    for _ in 0..1_000 {
        reader.read_line(&mut first).unwrap();
    }
    drop(running);
    reader.read_to_string(&mut first).unwrap();
    // What was cut short in the middle of a line is no line.
    let whole = first.rfind('\n').map_or("", |end| &first[..=end]);
    let printed = whole.lines().count();
    assert!(whole == text(&sent[..printed]), "the first run has a gap");
    assert!(printed < sent.len(), "it was not killed in the middle");

    let second = subscribe(&broker, "1").status(143).stdout_anything().stderr("mqtt: terminated\n");
    let second = finish(&broker, "1", second.spawn());
    let start = sent.iter().position(|line| *line == second[0]).expect("a line that was sent");
    assert!(start <= printed, "{} messages between the runs are missing", start - printed);
    assert!(second == sent[start..], "the second run has a gap");
}

#[test]
fn runs_with_a_count_share_a_durable_session_without_loss() {
    let broker = Mosquitto::start();
    for qos in ["1", "2"] {
        let sent = numbered(10);
        begin_session(&broker, qos);
        publish(&broker, qos).arg("-l").stdin(text(&sent)).run();
        for part in [&sent[..3], &sent[3..4], &sent[4..]] {
            let count = part.len().to_string();
            subscribe(&broker, qos).args(["-C", &count]).stdout(text(part)).run();
        }
        subscribe(&broker, qos).line("-W 500ms").status(27).stderr_contains("timed out").run();
    }
}

/// Bytes without any pattern.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    iter::repeat_with(next).take(length).collect()
}

#[test]
fn twenty_megabytes_are_exact_at_every_qos() {
    let broker = Mosquitto::start();
    let payload = noise(20_000_000);
    for qos in ["0", "1", "2"] {
        publish(&broker, qos).file("payload", &payload).line("-r -f payload").run();
        let flags = ["-t", "t", "-N", "-C", "1", "-q", qos];
        broker.mqtt("sub").args(flags).stdout(&payload).deadline(PATIENCE).run();
    }
}
