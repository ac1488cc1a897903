//! Whoever stops reading what the client says, on any descriptor, stops nothing but that: not keep-alive, not deadlines,
//! not signals.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Mqtt, Packet, Peer, Publish, Running, Signal};

/// How long the end may take, once it is asked for: a moment for each descriptor, on a busy machine.
const END: Duration = Duration::from_secs(3);

/// How many messages fill everything there is between the client and a reader of one short line for each.
const MANY: usize = 60_000;

/// What nobody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stuck {
    Stdout,
    Stderr,
    Events,
    /// Events on standard error, among the talk.
    Both,
}

impl Stuck {
    const ALL: [Self; 4] = [Self::Stdout, Self::Stderr, Self::Events, Self::Both];

    /// The flags that make it say something for each message, and the run with the pipe that nobody reads. What it opens
    /// by name has to be there until it has.
    fn apply(self, run: Mqtt, pipe: PipeWriter) -> (Mqtt, Option<PipeWriter>) {
        let nowhere = || File::options().write(true).open("/dev/null").unwrap();
        let run = match self {
            Self::Stdout => run.stdout_to(pipe),
            Self::Stderr => run.arg("-d").stdout_to(nowhere()).stderr_to(pipe),
            Self::Both => run.args(["--events", "-"]).stdout_to(nowhere()).stderr_to(pipe),
            // A pipe that was opened by its name is as good as one that was handed down.
            Self::Events => {
                let path =
                    PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), pipe.as_raw_fd()));
                let run = run.arg("--events").arg(path).stdout_to(nowhere());
                return (run, Some(pipe));
            }
        };
        (run, None)
    }
}

/// A broker that sends many messages to whoever subscribes, and says when it is asked whether it is still there.
fn talkative(count: usize, size: usize) -> Peer {
    Peer::script(move |conn| {
        conn.accept_subscriber();
        let payload = "x".repeat(size);
        for _ in 0..count {
            conn.publish(&Publish::new("t", &payload));
        }
        conn.reached("sent");
        let mut pings = 0;
        conn.serve_but(|conn, packet| {
            if matches!(packet, Packet::PingReq) {
                pings += 1;
                conn.reached(&format!("ping {pings}"));
            }
            false
        });
    })
}

fn subscriber(stuck: Stuck) -> (Peer, Mqtt, PipeReader, Option<PipeWriter>) {
    // Messages on standard output are larger than the lines about them.
    let peer = if stuck == Stuck::Stdout { talkative(500, 1000) } else { talkative(MANY, 1) };
    let (reader, writer) = io::pipe().unwrap();
    let (run, writer) = stuck.apply(peer.mqtt("sub").line("-t t -k 1"), writer);
    (peer, run, reader, writer)
}

#[test]
fn keep_alive_goes_on_and_a_signal_ends_the_run() {
    thread::scope(|scope| {
        for stuck in Stuck::ALL {
            scope.spawn(move || {
                let (peer, run, reader, _writer) = subscriber(stuck);
                let running = run.status(143).stderr_anything().spawn();
                peer.wait_for("ping 2");
                let start = Instant::now();
                running.signal(Signal::Terminate);
                running.wait();
                let elapsed = start.elapsed();
                assert!(elapsed < END, "{elapsed:?} until it ended, {stuck:?}");
                drop(reader);
            });
        }
    });
}

#[test]
fn the_time_for_the_run_ends_it_and_what_was_left_out_is_told() {
    thread::scope(|scope| {
        for stuck in Stuck::ALL {
            scope.spawn(move || {
                let (_peer, run, reader, _writer) = subscriber(stuck);
                let run = run.line("-W 2");
                let run = match stuck {
                    Stuck::Stdout => run.status(27).stderr_contains("the reader is stuck"),
                    // What cannot be said on it is said nowhere.
                    Stuck::Stderr => run.status(0),
                    Stuck::Both => run.status(1),
                    Stuck::Events => run.status(1).stderr_line(
                        "mqtt: cannot write events: the reader is stuck, up to * were left out",
                    ),
                };
                let start = Instant::now();
                run.run();
                let elapsed = start.elapsed();
                assert!(elapsed < Duration::from_secs(2) + END, "{elapsed:?}, {stuck:?}");
                drop(reader);
            });
        }
    });
}

/// Reads to the end, after a nap.
fn read_late(mut reader: PipeReader, nap: Duration) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        thread::sleep(nap);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    })
}

#[test]
fn a_reader_that_wakes_up_after_ten_seconds_has_missed_no_message() {
    const COUNT: usize = 2_000;
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for number in 0..COUNT {
            let payload = format!("{number} {}", "x".repeat(1000));
            conn.publish(&Publish::new("t", &payload).qos(1, number as u16 + 1));
        }
        let mut acknowledged = 0;
        conn.serve_but(|_, packet| match packet {
            Packet::PubAck(_) => {
                acknowledged += 1;
                true
            }
            _ => false,
        });
        assert_eq!(acknowledged, COUNT);
    });
    let (reader, writer) = io::pipe().unwrap();
    let reading = read_late(reader, Duration::from_secs(10));
    let line = format!("-t t -q 1 -k 2 -C {COUNT}");
    peer.mqtt("sub").line(&line).stdout_to(writer).deadline(Duration::from_secs(30)).run();
    let text = reading.join().unwrap();
    let numbers =
        text.lines().map(|line| line.split(' ').next().unwrap().parse::<usize>().unwrap());
    assert!(numbers.eq(0..COUNT), "not all of them, or not in their order");
    peer.finish();
}

#[test]
fn events_and_talk_of_a_slow_reader_are_complete() {
    const COUNT: usize = 6_000;
    for stuck in [Stuck::Stderr, Stuck::Events, Stuck::Both] {
        let peer = talkative(COUNT, 1);
        let (mut reader, writer) = io::pipe().unwrap();
        let (run, writer) = stuck.apply(peer.mqtt("sub").line("-t t"), writer);
        let running = run.arg("-C").arg(COUNT.to_string()).spawn();
        peer.wait_for("sent");
        drop(writer);
        let mut text = Vec::new();
        let mut some = [0; 16 << 10];
        // About a megabyte per second.
        while let Ok(count @ 1..) = reader.read(&mut some) {
            text.extend_from_slice(&some[..count]);
            thread::sleep(Duration::from_millis(16));
        }
        running.wait();
        let word = if stuck == Stuck::Stderr { "PUBLISH" } else { "\"event\":\"message\"" };
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text.lines().filter(|line| line.contains(word)).count(), COUNT, "{stuck:?}");
        assert!(!text.contains("left out"), "{stuck:?}");
    }
}

/// The number in the line that tells how many were left out.
fn left_out(line: &str) -> usize {
    line.split_whitespace().find_map(|word| word.trim_matches(',').parse().ok()).expect("a number")
}

#[test]
fn events_and_talk_that_a_late_reader_missed_are_counted() {
    let (peer, run, reader, writer) = subscriber(Stuck::Events);
    let reading = read_late(reader, Duration::from_secs(3));
    let running = run.status(143).stderr_contains("were left out").spawn();
    peer.wait_for("ping 4");
    drop(writer);
    running.signal(Signal::Terminate);
    let output = running.wait();
    let told = output.stderr_text().lines().find(|line| line.contains("left out")).unwrap();
    let text = reading.join().unwrap();
    let read = text.lines().filter(|line| line.contains("\"event\":\"message\"")).count();
    // What was being written when the run ended may have been read to a part.
    assert!(read + left_out(told) >= MANY, "{read} were read: {told}");
    assert!(read < MANY, "nothing was left out");

    let (peer, run, reader, _) = subscriber(Stuck::Stderr);
    let running = run.status(143).spawn();
    peer.wait_for("ping 4");
    let reading = read_late(reader, Duration::ZERO);
    running.signal(Signal::Terminate);
    running.wait();
    let text = reading.join().unwrap();
    let told = text.lines().last().unwrap();
    assert!(told.starts_with("mqtt: ") && told.ends_with("the reader was stuck"), "{told}");
    let read = text.lines().filter(|line| line.contains("PUBLISH")).count();
    assert!(read + left_out(told) >= MANY, "{read} were read: {told}");
}

#[test]
fn what_others_share_stays_as_they_left_it() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one"));
        conn.serve();
    });
    let (mut reader, writer) = io::pipe().unwrap();
    let (mut talk, stderr) = io::pipe().unwrap();
    let run = peer.mqtt("sub").line("-t t -d").stdout_to(writer).stderr_to(stderr).status(143);
    let running = run.spawn();
    let mut byte = [0];
    reader.read_exact(&mut byte).unwrap();
    talk.read_exact(&mut byte).unwrap();
    assert!(!running.is_nonblocking(1) && !running.is_nonblocking(2));
    running.signal(Signal::Terminate);
    running.wait();
}

#[test]
fn a_pipe_that_others_made_non_blocking_is_written_to_all_the_same() {
    const COUNT: usize = 500;
    let peer = talkative(COUNT, 1000);
    let (reader, writer) = io::pipe().unwrap();
    let writer = nonblocking(writer);
    let reading = read_late(reader, Duration::from_secs(1));
    let line = format!("-t t -C {COUNT}");
    let running: Running = peer.mqtt("sub").line(&line).stdout_to(writer).spawn();
    running.wait();
    assert_eq!(reading.join().unwrap().len(), COUNT * 1001);
}

/// The same pipe for everybody who has it, with O_NONBLOCK.
fn nonblocking(writer: PipeWriter) -> OwnedFd {
    let stream = std::os::unix::net::UnixStream::from(OwnedFd::from(writer));
    stream.set_nonblocking(true).unwrap();
    stream.into()
}
