//! Whatever the broker does, or does not do, the client waits without turning in circles.

use std::thread;
use std::time::Duration;

use crate::support::{Conn, Peer, Properties, Publish, Running, Signal, property};

/// How long the client is looked at.
const WATCHED: Duration = Duration::from_secs(2);

/// What it may spend in that time, which is far less than a loop would take and far more than waiting does.
const A_TRIFLE: Duration = Duration::from_millis(100);

/// The client has work to do, for a moment; unoptimized, and on a busy machine.
const A_MOMENT: Duration = Duration::from_millis(700);

#[track_caller]
fn assert_idle(running: &Running) {
    let before = running.cpu_time();
    thread::sleep(WATCHED);
    let spent = running.cpu_time() - before;
    assert!(spent < A_TRIFLE, "{spent:?} of {WATCHED:?} on a processor");
}

#[track_caller]
fn terminate(running: Running) {
    running.signal(Signal::Terminate);
    running.wait();
}

/// `mqtt sub` on a broker that lets it in like this and then does as it says; terminated after a look at it.
#[track_caller]
fn idles(options: &str, properties: &Properties, then: fn(&mut Conn)) {
    for version in ["3.1.1", "5"] {
        if version != "5" && !properties.is_empty() {
            continue;
        }
        let properties = properties.clone();
        let peer = Peer::script(move |conn| {
            conn.accept_subscriber_with(properties);
            conn.reached("subscribed");
            then(conn);
        });
        let run = peer.mqtt("sub").line("-t t").line(options).args(["-V", version]);
        let running = run.status(143).stderr("mqtt: terminated\n").spawn();
        peer.wait_for("subscribed");
        assert_idle(&running);
        terminate(running);
    }
}

#[test]
fn a_subscriber_without_messages_is_idle() {
    idles("", &Properties::new(), |conn| drop(conn.expect_goodbye()));
}

#[test]
fn a_server_keep_alive_of_0_turns_pings_off() {
    let off = Properties::new().two(property::SERVER_KEEP_ALIVE, 0);
    // Nothing comes in the two seconds, though a ping was to come after each.
    idles("-k 1", &off, |conn| drop(conn.expect_goodbye()));
}

#[test]
fn a_server_keep_alive_of_1_is_a_ping_a_second() {
    let properties = Properties::new().two(property::SERVER_KEEP_ALIVE, 1);
    idles("-k 60", &properties, |conn| {
        conn.answer_ping();
        conn.expect_nothing_for(Duration::from_millis(700));
        conn.serve();
    });
}

#[test]
fn answers_to_no_ping_are_read_and_forgotten() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for _ in 0..100 {
            conn.send_raw(&[0xd0, 0].repeat(200));
            conn.stall_for(Duration::from_millis(2));
        }
        conn.publish(&Publish::new("t", "behind the storm"));
        conn.reached("sent");
        // Nothing is answered, and nothing is asked.
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-t t").status(143).stdout("behind the storm\n");
    let mut running = run.stderr("mqtt: terminated\n").spawn();
    peer.wait_for("sent");
    assert_eq!(running.read_line(), "behind the storm");
    let spent = running.cpu_time();
    assert!(spent < A_MOMENT, "{spent:?} for 20,000 packets");
    assert_idle(&running);
    terminate(running);
}

/// A broker that hangs up again and again, after `script`, is tried less and less often.
#[track_caller]
fn backs_off(script: fn(&mut Conn)) {
    let peer = Peer::each(script);
    let run = peer.mqtt("sub").line("-V 5 -t t --reconnect always").status(143);
    let running = run.stderr_contains(peer.address()).spawn();
    thread::sleep(2 * WATCHED);
    let spent = running.cpu_time();
    terminate(running);
    let connections = peer.finish().connections;
    // 0, 0.5, 1, 2 and 4 s at most: the more chance takes off, the more attempts there are.
    assert!((2..=15).contains(&connections), "{connections} connections");
    assert!(spent < A_MOMENT, "{spent:?} for {connections} connections");
}

#[test]
fn a_broker_that_accepts_and_closes_is_not_hammered() {
    backs_off(Conn::cut);
}

#[test]
fn a_broker_that_lets_in_and_closes_is_not_hammered() {
    backs_off(|conn| {
        // Closed a moment later, it would have been closed because of SUBSCRIBE.
        conn.cork();
        conn.accept();
        conn.cut();
    });
}

#[test]
fn a_broker_that_subscribes_and_closes_is_not_hammered() {
    backs_off(|conn| {
        conn.accept_subscriber();
        // Closed at once, the connection could be reset before SUBACK is read, and that would be another story: a
        // subscription that is hung up on.
        conn.expect_nothing_for(Duration::from_millis(100));
        conn.cut();
    });
}

#[test]
fn a_broker_that_does_not_read_is_waited_for_in_peace() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.reached("connected");
        conn.stall();
    });
    let run = peer.mqtt("pub").line("-t t -s").stdin(vec![b'x'; 32 << 20]).status(143);
    let running = run.stderr_contains("terminated").spawn();
    peer.wait_for("connected");
    // Until the kernel has no more room.
    thread::sleep(Duration::from_millis(500));
    assert_idle(&running);
    terminate(running);
}

#[test]
fn a_reader_that_is_stuck_is_waited_for_in_peace() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        let payload = "x".repeat(1000);
        for _ in 0..20_000 {
            // The client stops reading at some point, and leaves at another.
            if conn.try_send_raw(&Publish::new("t", &payload).encode(conn.level())).is_err() {
                return;
            }
        }
    });
    let (reader, writer) = std::io::pipe().unwrap();
    let run = peer.mqtt("sub").line("-t t").stdout_to(writer).status(143);
    let running = run.stderr_contains("the reader is stuck").spawn();
    thread::sleep(Duration::from_millis(1500));
    assert_idle(&running);
    terminate(running);
    drop(reader);
}
