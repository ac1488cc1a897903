//! What a broker or an input can send without end, and what it may cost: neither memory, nor the clock and the signals.

use std::time::Duration;

use crate::support::{Conn, Mqtt, Peer, Properties, Publish, Running, Signal, property};

const VERSIONS: [&str; 2] = ["3.1.1", "5"];

/// Far more than any of this takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// KiB of memory whatever comes.
const LITTLE_MEMORY: u64 = 64 << 10;

/// Bytes of input, of which next to nothing has to be kept.
const MUCH_INPUT: usize = 128 << 20;

/// Writes `block` again and again, as long as the client reads; it must then have kept next to nothing.
#[track_caller]
fn feed(mut running: Running, block: &str, name: &str) {
    for _ in 0..MUCH_INPUT / block.len() {
        running.write_stdin(block);
    }
    let peak = running.peak_memory();
    assert!(peak < LITTLE_MEMORY, "{name}: {peak} KiB");
    running.kill();
}

/// Takes everything and acknowledges nothing.
fn takes_all(properties: Properties) -> Peer {
    Peer::script(move |conn| {
        conn.accept_with(properties);
        conn.swallow();
    })
}

/// Records at QoS 0, and among them, in each block that is read, one at QoS 1 or 2 that has to be kept.
#[test]
fn a_record_that_waits_for_its_acknowledgement_does_not_keep_its_block() {
    let (small, large) = ("b".repeat(60), "a".repeat(2_000));
    let other = format!("{{\"qos\":0,\"payload\":\"{large}\"}}\n").repeat(48);
    for (version, kept) in [
        ("3.1.1", format!("{{\"qos\":1,\"payload\":\"{small}\"}}\n")),
        ("5", format!("{{\"qos\":2,\"payload\":\"{small}\"}}\n")),
        ("5", format!("{{\"qos\":1,\"payload_json\":{{\"b\":\"{small}\"}}}}\n")),
        ("5", format!("{{\"qos\":1,\"topic\":\"{small}\",\"payload\":\"{small}{small}\"}}\n")),
    ] {
        let peer = takes_all(Properties::new());
        // As many in flight as there are ids: what waits is to be much.
        let publish = peer.mqtt("pub").line("-t t --json -M 65535 -V").arg(version);
        feed(publish.stdin_open().spawn(), &format!("{other}{kept}"), &kept);
    }
}

#[test]
fn a_record_that_waits_for_its_acknowledgement_does_not_keep_those_that_were_left_out() {
    let broken = format!("{}\n", "a".repeat(2_000)).repeat(48);
    let block = format!("{broken}{{\"qos\":1,\"payload\":\"{}\"}}\n", "b".repeat(60));
    let peer = takes_all(Properties::new());
    let publish = peer.mqtt("pub").line("-t t --json --skip-invalid").stdin_open();
    feed(publish.spawn(), &block, "records");
}

/// So many messages of a few bytes are more than the client may remember anything of.
const MANY: usize = 6_000_000;

/// Sends `messages` again and again until so many are out or the client has stopped reading.
fn flood(conn: &mut Conn, messages: &[Publish]) {
    let level = conn.level();
    let block: Vec<u8> = messages.iter().flat_map(|message| message.encode(level)).collect();
    let block = block.repeat(10_000 / messages.len());
    for _ in 0..MANY / 10_000 {
        if !conn.send_within(&block, Duration::from_secs(1)) {
            break;
        }
    }
}

/// `mqtt sub` with a reader that is stuck at a message, and then more of these than anybody can count.
#[track_caller]
fn stuck_reader(options: &str, messages: &[Publish]) {
    for version in VERSIONS {
        let peer = Peer::script({
            let messages = messages.to_vec();
            move |conn| {
                conn.accept_subscriber();
                conn.publish(&Publish::new("t", &"x".repeat(200_000)).retain().qos(1, 1));
                flood(conn, &messages);
                conn.reached("flooded");
                conn.wait_for("seen");
            }
        });
        let (reader, writer) = std::io::pipe().unwrap();
        let subscribe = peer.mqtt("sub").line("-t # -q 2 -V").arg(version).line(options);
        let running = subscribe.stdout_to(writer).spawn();
        peer.wait_for_at_most("flooded", PATIENCE);
        let peak = running.peak_memory();
        peer.reached("seen");
        assert!(peak < LITTLE_MEMORY, "{options}, {version}: {peak} KiB");
        running.kill();
        drop(reader);
    }
}

#[test]
fn messages_that_are_left_out_while_the_reader_is_stuck_cost_no_memory() {
    let left_out = [Publish::new("n", "").qos(1, 2)];
    stuck_reader("-T n", &left_out);
    // Not stored, where only what is stored is wanted.
    stuck_reader("--retained-only", &left_out);
}

#[test]
fn messages_at_qos_2_that_are_left_out_while_the_reader_is_stuck_cost_no_memory() {
    let left_out: Vec<_> = (2..1_002).map(|id| Publish::new("n", "").qos(2, id)).collect();
    stuck_reader("-T n", &left_out);
    // The same message over and over.
    stuck_reader("-T n", &[Publish::new("n", "").qos(2, 2).dup()]);
}

/// Options with which every message is refused before it is sent, by a broker with such limits.
fn refused() -> [(Properties, &'static str); 4] {
    let properties = Properties::new;
    [
        (properties().byte(property::RETAIN_AVAILABLE, 0), "-t t -m x -r"),
        (properties().byte(property::RETAIN_AVAILABLE, 0), "-t t -t u -m x -r -q 1"),
        (properties().byte(property::MAXIMUM_QOS, 1), "-t t -m x -q 2"),
        (properties().four(property::MAXIMUM_PACKET_SIZE, 20), "-t a/topic/of/some/length -m x"),
    ]
}

/// `mqtt pub` that repeats without end what this broker does not take.
fn repeat(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("pub").line("-V 5 -k 1 --repeat 4000000000").line(options)
}

#[test]
fn the_time_for_a_run_ends_what_is_refused_without_end() {
    for (properties, options) in refused() {
        let peer = Peer::script(|conn| {
            conn.accept_with(properties);
            conn.answer_ping();
            conn.serve();
        });
        repeat(&peer, options).line("-W 3s").status(27).stderr_contains("timed out").run();
    }
}

#[test]
fn a_signal_ends_what_is_refused_without_end() {
    for ((properties, options), signal) in refused().into_iter().zip([
        Signal::Interrupt,
        Signal::Terminate,
        Signal::Interrupt,
        Signal::Terminate,
    ]) {
        let peer = Peer::script(|conn| {
            conn.accept_with(properties);
            conn.answer_ping();
            conn.reached("refusing");
            conn.serve();
        });
        let status = if matches!(signal, Signal::Interrupt) { 130 } else { 143 };
        let running = repeat(&peer, options).status(status).stderr_contains("refused").spawn();
        peer.wait_for("refusing");
        running.signal(signal);
        running.wait();
    }
}
