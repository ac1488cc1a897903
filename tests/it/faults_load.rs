//! Much, large and slow: everything arrives, nothing is held in memory, and it can always be stopped.

use std::time::{Duration, Instant};

use crate::support::{Conn, Mosquitto, Mqtt, Peer, Publish, Signal};

/// Far more than any of this takes, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// KiB of memory that a message of 20 MiB may cost.
const MUCH_MEMORY: u64 = 90 << 10;

/// KiB of memory whatever the number of messages.
const LITTLE_MEMORY: u64 = 64 << 10;

/// Lets the client in, and reads on only after a while.
fn hesitate(conn: &mut Conn) {
    conn.accept();
    conn.stall_for(Duration::from_secs(1));
}

#[test]
fn a_broker_that_reads_slowly_gets_every_line() {
    let peer = Peer::script(|conn| {
        hesitate(conn);
        for _ in 0..5_000 {
            conn.expect_publish();
        }
        conn.expect_goodbye();
    });
    let lines: Vec<String> = (0..5_000).map(|line| format!("{line:0500}")).collect();
    peer.mqtt("pub").line("-t t -l").stdin(lines.join("\n")).deadline(PATIENCE).run();
    assert_eq!(peer.finish().payloads(), lines);
}

#[test]
fn a_broker_that_reads_slowly_gets_a_large_message() {
    let payload = vec![b'x'; 2 << 20];
    let peer = Peer::script(|conn| {
        hesitate(conn);
        conn.expect_publish();
        conn.expect_goodbye();
    });
    peer.mqtt("pub").line("-t t -s").stdin(&payload).deadline(PATIENCE).run();
    assert!(peer.finish().publishes[0].payload.0 == payload);
}

/// `mqtt sub` without end, whose memory is looked at.
fn subscribe(peer: &Peer) -> Mqtt {
    peer.mqtt("sub").line("-t t -N").status(143).stderr_contains("terminated").deadline(PATIENCE)
}

#[test]
fn a_message_of_20_mib_is_held_once() {
    let payload = vec![b'x'; 20 << 20];
    let peer = {
        let payload = payload.clone();
        Peer::script(move |conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", &payload));
            conn.serve();
        })
    };
    let mut running = subscribe(&peer).stdout(&payload).spawn();
    running.wait_for_stdout(payload.len());
    let peak = running.peak_memory();
    assert!(peak < MUCH_MEMORY, "{peak} KiB");
    running.signal(Signal::Terminate);
    running.wait();
}

#[test]
fn a_message_that_is_announced_and_does_not_come_takes_no_memory() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        // The header of 256 MiB, and a little of it, again and again.
        conn.send_raw(b"\x30\xff\xff\xff\x7f\x00\x01t");
        for _ in 0..20 {
            conn.send_raw(&[0; 50 << 10]);
            conn.stall_for(Duration::from_millis(50));
        }
        // It is still there, and asks whether the broker is.
        conn.expect_pingreq();
        conn.reached("asked");
        conn.expect_goodbye();
    });
    let running = subscribe(&peer).line("-k 1").spawn();
    peer.wait_for("asked");
    let peak = running.peak_memory();
    assert!(peak < LITTLE_MEMORY, "{peak} KiB");
    running.signal(Signal::Terminate);
    running.wait();
}

#[test]
fn twenty_thousand_retained_messages_are_all_there() {
    const COUNT: usize = 20_000;
    let broker = Mosquitto::options().line("max_queued_messages 0").start();
    let messages: Vec<_> = (0..COUNT)
        .map(|number| Publish::new(&format!("r/{number}"), &number.to_string()).retain())
        .collect();
    broker.publish_all(&messages);
    for qos in ["0", "1"] {
        let run = broker.mqtt("sub").args(["-t", "r/#", "--retained-only", "-q", qos]);
        let output = run.stdout_anything().deadline(PATIENCE).run();
        let mut lines: Vec<usize> =
            output.stdout_text().lines().map(|line| line.parse().unwrap()).collect();
        lines.sort_unstable();
        assert!(lines.into_iter().eq(0..COUNT), "some are missing at QoS {qos}");
    }
}

#[test]
fn a_stuck_reader_does_not_keep_it_from_being_stopped() {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let status = if matches!(signal, Signal::Interrupt) { 130 } else { 143 };
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            for _ in 0..200 {
                conn.publish(&Publish::new("t", &"x".repeat(1000)));
            }
            conn.reached("sent");
            conn.serve();
        });
        let (reader, writer) = std::io::pipe().unwrap();
        let run = peer.mqtt("sub").line("-t t").stdout_to(writer).status(status);
        let running = run.stderr_contains("the reader is stuck").spawn();
        peer.wait_for("sent");
        std::thread::sleep(Duration::from_millis(300));
        let start = Instant::now();
        running.signal(signal);
        running.wait();
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_millis(1500), "{elapsed:?} until it ended");
        drop(reader);
    }
}
