//! What a broker can send without end, or all at once, and the memory it may cost.

use std::fs::{self, File};
use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{
    Conn, Door, Mqtt, Peer, Properties, Publish, Signal, WebSocket, peak_memory, websocket_script,
};

/// KiB of memory whatever comes, in a build that is not optimized.
const LITTLE_MEMORY: u64 = 64 << 10;

/// Far more than any of this takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the client may let a flood wait before it counts as stopped.
const STANDSTILL: Duration = Duration::from_secs(2);

/// Lets `mqtt sub` in over a WebSocket, floods it with a frame, and then sends a message.
fn websocket_flood(start: &'static [u8], frame: Vec<u8>, count: usize, end: &'static [u8]) -> Door {
    websocket_script(async move |mut socket| {
        for answer in [&[0x20, 3, 0, 0, 0][..], &[0x90, 4, 0, 1, 0, 0]] {
            socket.next().await.expect("a packet").expect("a message");
            socket.send(Message::Binary(Bytes::from_static(answer))).await.expect("it listens");
        }
        let stream = socket.get_mut();
        stream.write_all(start).await.expect("it listens");
        let block = frame.repeat(1_000);
        for _ in 0..count / 1_000 {
            // Nothing is read of what it answers.
            timeout(STANDSTILL, stream.write_all(&block))
                .await
                .expect("it reads")
                .expect("it listens");
        }
        stream.write_all(end).await.expect("it listens");
        until_gone(socket).await;
    })
}

async fn until_gone(mut socket: WebSocket) {
    while socket.next().await.is_some_and(|message| message.is_ok()) {}
}

/// A message in a frame of its own.
const MESSAGE: &[u8] = &[0x82, 8, 0x30, 6, 0, 1, b't', 0, b'o', b'k'];

/// The same as the end of a message in fragments.
const LAST_FRAGMENT: &[u8] = &[0x80, 8, 0x30, 6, 0, 1, b't', 0, b'o', b'k'];

#[test]
fn frames_of_a_websocket_without_end_cost_no_memory() {
    let ping = [&[0x89, 125][..], &[b'p'; 125]].concat();
    for (start, frame, count, end) in [
        // Pings whose answers are not read: 100 MB of those.
        (&[][..], ping, 800_000, MESSAGE),
        // Pongs nobody asked for, empty messages.
        (&[], vec![0x8a, 0], 1_000_000, MESSAGE),
        (&[], vec![0x82, 0], 1_000_000, MESSAGE),
        // Fragments of nothing, of one message.
        (&[0x02, 0], vec![0x00, 0], 1_000_000, LAST_FRAGMENT),
    ] {
        let name = format!("{:x?}", &frame[..2]);
        let door = websocket_flood(start, frame, count, end);
        let url = format!("ws://127.0.0.1:{}/mqtt", door.port());
        let running = Mqtt::new("sub").args(["-V", "5", "-t", "t", "-L", &url]).spawn();
        running.wait_for_output("ok\n");
        let peak = running.peak_memory();
        assert!(peak < LITTLE_MEMORY, "{name}: {peak} KiB");
        running.kill();
    }
}

/// Bytes that may have been sent when the client has had enough: what TCP holds, mostly.
const ENOUGH: usize = 16 << 20;

/// Answers `start`, and then `rest` again and again until the client has gone.
fn endless_answer(start: &'static str, rest: &'static str) -> Door {
    Door::new(async move |mut stream, _| {
        stream.write_all(start.as_bytes()).await.expect("the client listens");
        let block = rest.repeat((64 << 10) / rest.len());
        let mut sent = 0;
        while stream.write_all(block.as_bytes()).await.is_ok() {
            sent += block.len();
            assert!(sent < ENOUGH, "{start:?}, {rest:?}: it still reads");
        }
    })
}

#[test]
fn an_answer_of_http_without_end_is_not_read_to_the_end() {
    const HEADER: &str = "X-Header: and a value that is not short\r\n";
    const YES: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n";
    for (start, rest) in [(YES, HEADER), (YES, "x"), ("", "\r\n"), ("HTTP/1.1 200 OK\r\n", HEADER)]
    {
        let upgrade = endless_answer(start, rest);
        let url = format!("ws://127.0.0.1:{}/mqtt", upgrade.port());
        let proxy = endless_answer(start, rest);
        let through = format!("http://{}", proxy.address());
        let publish =
            || Mqtt::new("pub").line("-t t -m x --connect-timeout 20s").status(3).stderr_anything();
        publish().args(["-L", &url]).run();
        publish().args(["-h", "broker.example", "--proxy", &through]).run();
    }
}

#[test]
fn topics_of_aliases_are_kept_up_to_a_limit() {
    let topic = "t".repeat(60_000);
    // The last that fits into 16 MiB.
    let last = u16::try_from((16 << 20) / topic.len()).unwrap();
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        let define = |conn: &mut Conn, alias| conn.publish(&Publish::new(&topic, "").alias(alias));
        for _ in 0..8 {
            (1..=last).for_each(|alias| define(conn, alias));
        }
        conn.publish(&Publish::new("", "ok").alias(last));
        conn.wait_for("seen");
        define(conn, last + 1);
        conn.expect_disconnect(0x97);
        conn.expect_closed();
    });
    let run = peer.mqtt("sub").line("-V 5 -t # --topic-alias-maximum 65535 --reconnect never");
    let run = run.stderr_contains("16 MiB").stderr_contains("--topic-alias-maximum").status(6);
    let running = run.stdout_anything().spawn();
    running.wait_for_output("ok\n");
    let peak = running.peak_memory();
    assert!(peak < LITTLE_MEMORY, "{peak} KiB");
    peer.reached("seen");
    running.wait();
}

#[test]
fn packets_that_are_too_large_are_not_waited_for() {
    // What an honest broker never needs a megabyte for, and what it must not send at all.
    for first in [0x40, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0, 0x82] {
        let peer = Peer::script(move |conn| {
            conn.accept_subscriber();
            // The start of 200 MB.
            conn.send_raw(&[first, 0xff, 0xff, 0xff, 0x5f, 0, 1]);
            conn.expect_closed();
        });
        peer.mqtt("sub").line("-V 5 -t # --reconnect never").status(6).stderr_anything().run();
    }
}

/// Bytes of a large message.
const LARGE: usize = 12 << 20;

/// KiB that any run takes, and what is in between.
const CONSTANT: u64 = 24 << 10;

/// Sends this message, and waits until it is written and acknowledged, or the client was looked at.
fn sends(message: Publish) -> Peer {
    Peer::script(move |conn| {
        conn.accept_subscriber();
        conn.publish(&message);
        conn.expect_puback();
        conn.reached("written");
        conn.wait_for("seen");
    })
}

/// The peak of a process of this name below another, in KiB.
fn peak_below(id: u32, name: &str) -> Option<u64> {
    let read =
        |id: u32, what: &str| fs::read_to_string(format!("/proc/{id}/{what}")).unwrap_or_default();
    if read(id, "comm").trim() == name {
        return peak_memory(id);
    }
    let children = read(id, &format!("task/{id}/children"));
    children.split_whitespace().find_map(|child| peak_below(child.parse().ok()?, name))
}

/// Prints this message so, and takes no more than twice its memory.
#[track_caller]
fn prints_in_pieces(message: &Publish, size: usize, options: &str, in_terminal: bool) {
    let peer = sends(message.clone().qos(1, 1));
    let run = peer.mqtt("sub").line("-V 5 -t # -q 1").line(options).deadline(PATIENCE);
    let running = match in_terminal {
        true => run.in_terminal().stdout_anything().spawn(),
        false => run.stdout_to(File::create("/dev/null").unwrap()).spawn(),
    };
    peer.wait_for_at_most("written", PATIENCE);
    let peak = peak_below(running.id(), "mqtt").expect("it runs");
    peer.reached("seen");
    running.kill();
    let most = 2 * (size as u64 >> 10) + CONSTANT;
    assert!(peak < most, "{options:?}, in a terminal {in_terminal}: {peak} KiB, {most} at most");
}

/// Formats, and of what byte a payload is that they make much of: control characters become six bytes in JSON, and what is
/// not UTF-8 becomes base64.
const FORMATS: [(&str, u8); 9] = [
    ("", 1),
    ("-v --hex", 1),
    ("--base64", 1),
    ("--json", 1),
    ("--json --pretty", 0xff),
    ("--json --parse-json --pretty --color always", 0xff),
    ("-F %p%x", 1),
    ("-F %j", 1),
    ("-F %J --pretty", 0xff),
];

#[test]
fn a_large_message_takes_no_more_than_twice_its_memory() {
    for (format, byte) in FORMATS {
        prints_in_pieces(&Publish::new("t", &vec![byte; LARGE]), LARGE, format, false);
    }
}

#[test]
fn large_json_takes_no_more_than_twice_its_memory() {
    let string = format!("\"{}\\u20ac\",", "a".repeat(1_000));
    for text in [string.as_str(), "["] {
        let text = format!("[{}0]", text.repeat(LARGE / text.len()));
        let message = Publish::new("t", &text);
        prints_in_pieces(&message, LARGE, "--json --parse-json", false);
        prints_in_pieces(&message, LARGE, "-F %J --pretty", false);
    }
}

#[test]
fn properties_without_end_take_no_more_than_twice_their_memory() {
    const COUNT: usize = 200_000;
    let pairs = (0..COUNT).fold(Properties::new(), |all, _| all.user("some name", "some value"));
    let size = pairs.encode().len();
    let message = Publish::new("t", "x").with(pairs);
    for format in ["--json", "--json --pretty --color always", "-F %P", "-F %j", "-d"] {
        prints_in_pieces(&message, size, format, false);
    }
}

#[test]
fn a_large_message_on_a_terminal_takes_no_more_than_twice_its_memory() {
    // A terminal is slow.
    const SIZE: usize = 16 << 20;
    let message = Publish::new("t", &vec![0xff; SIZE / 4].repeat(4));
    prints_in_pieces(&message, SIZE, "-v", true);
}

#[test]
fn a_signal_and_the_time_for_the_run_end_the_printing_of_a_large_message() {
    for (options, signal, status) in [("-W 3s", None, 27), ("", Some(Signal::Interrupt), 130)] {
        let message = Publish::new("t", &vec![1; LARGE]).qos(1, 1);
        let peer = Peer::script(move |conn| {
            conn.accept_subscriber();
            conn.publish(&message);
            // It is not acknowledged.
            conn.expect_goodbye();
        });
        let (mut reader, writer) = std::io::pipe().unwrap();
        let run = peer.mqtt("sub").line("-V 5 -t # -q 1 --json").line(options).stdout_to(writer);
        let running = run.status(status).stderr_contains("1 received").spawn();
        // It is being printed, and the reader stops there.
        reader.read_exact(&mut [0]).unwrap();
        if let Some(signal) = signal {
            running.signal(signal);
        }
        running.wait();
        drop(reader);
    }
}
