//! What one message costs that comes by itself: it is waited for once, by one thread.

use std::io::{self, BufRead, BufReader};
use std::time::Duration;

use crate::support::{Packet, Peer, Publish, Running, Signal};

const COUNT: u64 = 200;

/// How often the client may have waited for each message, with a little for chance.
const ONCE: u64 = COUNT + COUNT / 4;

#[track_caller]
fn check(running: &Running, waits_before: u64, allowed: u64) {
    assert_eq!(running.threads(), 1, "nothing here needs a thread");
    let waits = running.waits() - waits_before;
    assert!(waits <= allowed, "{waits} waits for {COUNT} messages");
}

#[test]
fn a_message_that_trickles_in_is_waited_for_once() {
    for qos in [0, 1] {
        let peer = Peer::script(move |conn| {
            conn.accept_subscriber();
            for number in 0..=COUNT {
                let publish = Publish::new("t", &number.to_string());
                conn.publish(&if qos == 0 { publish } else { publish.qos(1, number as u16 + 1) });
                if number == 0 {
                    conn.wait_for("begin");
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            // They are all acknowledged.
            conn.serve_but(|_, packet| matches!(packet, Packet::PubAck(_)));
        });
        let (reader, writer) = io::pipe().unwrap();
        let mut lines = BufReader::new(reader).lines();
        let run = peer.mqtt("sub").line(&format!("-t t -q {qos}")).stdout_to(writer).status(143);
        let running = run.stderr("mqtt: terminated\n").spawn();
        assert_eq!(lines.next().unwrap().unwrap(), "0");
        std::thread::sleep(Duration::from_millis(100));
        let before = running.waits();
        peer.reached("begin");
        for number in 1..=COUNT {
            assert_eq!(lines.next().unwrap().unwrap(), number.to_string());
        }
        check(&running, before, ONCE);
        running.signal(Signal::Terminate);
        running.wait();
    }
}

#[test]
fn a_line_that_trickles_in_is_waited_for_once_and_its_acknowledgement_too() {
    let peer = Peer::accepting();
    let mut running = peer.mqtt("pub").line("-t t -q 1 -l").stdin_open().spawn();
    running.write_stdin("first\n");
    std::thread::sleep(Duration::from_millis(300));
    let before = running.waits();
    for number in 0..COUNT {
        running.write_stdin(format!("{number}\n"));
        std::thread::sleep(Duration::from_millis(2));
    }
    check(&running, before, 2 * ONCE);
    running.close_stdin();
    running.wait();
    assert_eq!(peer.finish().publishes.len() as u64, COUNT + 1);
}
