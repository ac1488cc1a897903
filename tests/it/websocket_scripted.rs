//! MQTT over WebSocket, with a server that cuts, joins, interrupts, lies and refuses.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::support::{
    Conn, Cut, Door, Level, Mqtt, Peer, Publish, WebSocket, websocket_door, websocket_script,
};

const CONNACK: &[u8] = &[0x20, 3, 0, 0, 0];
const SUBACK: &[u8] = &[0x90, 4, 0, 1, 0, 0];

const NO_WEBSOCKET: &str = "the server does not speak WebSocket\n\
    hint: for a broker without WebSocket, use mqtt:// or mqtts://; with TLS, wss://";

fn url(port: u16) -> String {
    format!("ws://127.0.0.1:{port}/mqtt")
}

fn subscribe(port: u16) -> Mqtt {
    Mqtt::new("sub").args(["-V", "5", "-t", "t", "-L", &url(port)])
}

/// `mqtt pub` that must end with this status and these words about the broker.
fn fails(port: u16, status: i32, words: &str) -> Mqtt {
    let url = url(port);
    Mqtt::new("pub")
        .args(["-V", "5", "-t", "t", "-m", "x", "-L", &url])
        .status(status)
        .stderr(format!("mqtt: cannot connect to {url}: {words}\n"))
}

async fn send(socket: &mut WebSocket, packet: &'static [u8]) {
    socket.send(Message::Binary(Bytes::from_static(packet))).await.expect("the client listens");
}

/// Takes the client's CONNECT and SUBSCRIBE.
async fn accept_subscriber(socket: &mut WebSocket) {
    for answer in [CONNACK, SUBACK] {
        socket.next().await.expect("a packet").expect("a message");
        send(socket, answer).await;
    }
}

/// Waits for the client's end.
async fn until_gone(mut socket: WebSocket) {
    while socket.next().await.is_some_and(|message| message.is_ok()) {}
}

#[test]
fn packets_are_found_however_they_are_cut_into_messages_and_frames() {
    for cut in [Cut::Joined, Cut::Bytewise, Cut::Frames] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            let message = |number: u16| {
                Publish::new("t", &number.to_string()).qos(1, number).encode(Level::V5)
            };
            conn.send_raw(&[message(1), message(2), message(3)].concat());
            for id in 1..=3 {
                assert_eq!(conn.expect_puback().id, id);
            }
            conn.expect_goodbye();
        });
        let door = websocket_door(cut, peer.port());
        subscribe(door.port()).line("-q 1 -C 3").stdout("1\n2\n3\n").run();
    }
}

#[test]
fn the_request_asks_for_mqtt_at_the_path_with_the_headers() {
    let peer = Peer::accepting();
    let door = websocket_door(Cut::Joined, peer.port());
    Mqtt::new("pub")
        .args(["-t", "t", "-m", "x", "-L"])
        .arg(format!("ws://127.0.0.1:{}/a%20b?token=x", door.port()))
        .args(["--ws-header", "X-One: 1", "--ws-header", "Authorization: Bearer y"])
        .stderr(
            "mqtt: warning: other users of this machine can read the header in --ws-header: \
             put it into a profile\n",
        )
        .run();
    let notes = door.notes();
    let [request] = notes.as_slice() else { panic!("{notes:?}") };
    for part in [
        "/a%20b?token=x ",
        r#""sec-websocket-protocol": "mqtt""#,
        r#""x-one": "1""#,
        r#""authorization": "Bearer y""#,
        &format!(r#""host": "{}""#, door.address()),
    ] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
}

#[test]
fn a_ping_is_answered_at_once() {
    let door = websocket_script(async |mut socket| {
        accept_subscriber(&mut socket).await;
        socket.send(Message::Ping(Bytes::from_static(b"there?"))).await.expect("it listens");
        let answer = socket.next().await.expect("the client is there").expect("a message");
        assert_eq!(answer, Message::Pong(Bytes::from_static(b"there?")));
        send(&mut socket, &[0x30, 5, 0, 1, b't', 0, b'x']).await;
        until_gone(socket).await;
    });
    subscribe(door.port()).line("-C 1").stdout("x\n").run();
}

#[test]
fn a_message_of_text_ends_the_connection() {
    let text = "the broker sent a WebSocket message of text";
    let door = websocket_script(async |mut socket| {
        socket.next().await.expect("CONNECT").expect("a message");
        socket.send(Message::text("hello")).await.expect("it listens");
        until_gone(socket).await;
    });
    fails(door.port(), 3, text).run();
    let door = websocket_script(async |mut socket| {
        accept_subscriber(&mut socket).await;
        socket.send(Message::text("hello")).await.expect("it listens");
        until_gone(socket).await;
    });
    subscribe(door.port())
        .line("--reconnect never")
        .status(6)
        .stderr(format!("mqtt: connection to {} lost: {text}\n", url(door.port())))
        .run();
}

/// Accepts whoever comes, answers the next packet with a message of text, and waits for the end.
fn answering_with_text() -> Door {
    websocket_script(async |mut socket| {
        socket.next().await.expect("CONNECT").expect("a message");
        send(&mut socket, CONNACK).await;
        socket.next().await.expect("a packet").expect("a message");
        socket.send(Message::text("hello")).await.expect("it listens");
        until_gone(socket).await;
    })
}

#[test]
fn text_in_answer_to_subscribe_does_not_mean_that_the_filter_is_not_allowed() {
    let door = answering_with_text();
    let lost = format!("connection to {} lost: the broker sent", url(door.port()));
    subscribe(door.port())
        .status(6)
        .stderr_contains(&lost)
        .stderr_contains("once more")
        .stderr_lacks("allowed")
        .run();
}

#[test]
fn text_in_answer_to_publish_does_not_make_it_be_published_again() {
    let door = answering_with_text();
    let url = url(door.port());
    let lost = format!("connection to {url} lost: the broker sent a WebSocket message of text");
    Mqtt::new("pub")
        .args(["-V", "5", "-t", "t", "-m", "x", "-q", "1", "-L", &url])
        .status(6)
        .stderr_contains(&lost)
        .stderr_contains("0 delivered, 0 refused, 1 unconfirmed, 0 not sent")
        .stderr_lacks("allowed")
        .run();
    assert_eq!(door.notes().len(), 1, "connections");
}

#[test]
fn text_instead_of_connack_does_not_suggest_an_older_version() {
    let door = websocket_script(async |mut socket| {
        socket.next().await.expect("CONNECT").expect("a message");
        socket.send(Message::text("hello")).await.expect("it listens");
        until_gone(socket).await;
    });
    let url = url(door.port());
    Mqtt::new("pub")
        .args(["-t", "t", "-m", "x", "-L", &url])
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to {url}: the broker sent a WebSocket message of text\n"
        ))
        .run();
    assert_eq!(door.notes().len(), 1, "connections");
}

#[test]
fn a_close_with_a_code_alone_shows_the_code() {
    let door = websocket_script(async |mut socket| {
        accept_subscriber(&mut socket).await;
        let frame = CloseFrame { code: 1008.into(), reason: "".into() };
        socket.close(Some(frame)).await.expect("it listens");
        until_gone(socket).await;
    });
    subscribe(door.port())
        .line("--reconnect never")
        .status(6)
        .stderr(format!(
            "mqtt: connection to {} lost: the broker closed the WebSocket (1008)\n",
            url(door.port())
        ))
        .run();
}

#[test]
fn a_close_with_a_reason_is_told() {
    let door = websocket_script(async |mut socket| {
        socket.next().await.expect("CONNECT").expect("a message");
        let frame = CloseFrame { code: 1008.into(), reason: "go \u{1b}[31maway".into() };
        socket.close(Some(frame)).await.expect("it listens");
        until_gone(socket).await;
    });
    fails(door.port(), 3, r"the broker closed the WebSocket (1008 go \x1b[31maway)").run();
}

#[test]
fn a_close_without_a_reason_is_like_any_other() {
    let door = websocket_script(async |mut socket| {
        accept_subscriber(&mut socket).await;
        socket.close(None).await.expect("it listens");
        until_gone(socket).await;
    });
    let lost = "the broker closed the connection";
    subscribe(door.port())
        .line("--reconnect never")
        .status(6)
        .stderr(format!("mqtt: connection to {} lost: {lost}\n", url(door.port())))
        .run();
}

#[test]
fn frames_that_are_no_websocket_end_the_connection() {
    let door = websocket_script(async |mut socket| {
        accept_subscriber(&mut socket).await;
        // A reserved bit, and an opcode that nobody knows.
        let _ = socket.get_mut().write_all(&[0xff, 0x00]).await;
        until_gone(socket).await;
    });
    subscribe(door.port())
        .line("--reconnect never")
        .status(6)
        .stderr_line(&format!(
            "mqtt: connection to {} lost: the WebSocket failed: *",
            url(door.port())
        ))
        .run();
}

#[test]
fn a_large_message_that_comes_slowly_is_no_silence() {
    let door = websocket_script(async |mut socket| {
        accept_subscriber(&mut socket).await;
        let stream = socket.get_mut();
        // One frame of 45 bytes, which is one PUBLISH, takes several times as long as the client's patience.
        stream.write_all(&[0x82, 45, 0x30, 43, 0, 1, b't', 0]).await.expect("it listens");
        for _ in 0..39 {
            sleep(Duration::from_millis(100)).await;
            stream.write_all(b"x").await.expect("it listens");
        }
        until_gone(socket).await;
    });
    subscribe(door.port()).line("-k 1 -C 1").stdout(format!("{}\n", "x".repeat(39))).run();
}

/// Takes the HTTP request and answers so.
fn answering(answer: &'static str) -> Peer {
    Peer::script(move |conn: &mut Conn| {
        conn.expect_head();
        conn.send_raw(answer.as_bytes());
        conn.expect_noise();
    })
}

#[test]
fn a_refused_upgrade_shows_the_status() {
    for (answer, words) in [
        (
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
            "the WebSocket upgrade was refused (HTTP 403 Forbidden)",
        ),
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n",
            "the WebSocket upgrade was refused (HTTP 404 Not Found)\n\
             hint: try another path: --ws-path",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "the WebSocket upgrade was refused (HTTP 200 OK)",
        ),
        (
            "HTTP/1.1 308 Permanent Redirect\r\nLocation: wss://other/\u{80}a\r\n\r\n",
            "the WebSocket upgrade was refused (HTTP 308 Permanent Redirect)\n\
             hint: the server redirects to wss://other/\\xc2\\x80a",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: https://me:canary@other/x?token=canary\r\n\r\n",
            "the WebSocket upgrade was refused (HTTP 302 Found)\n\
             hint: the server redirects to https://…@other/x",
        ),
        (
            "HTTP/1.1 301 Moved\r\nLocation: /x?token=canary\r\n\r\n",
            "the WebSocket upgrade was refused (HTTP 301 Moved)\n\
             hint: the server redirects to /x",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
            NO_WEBSOCKET,
        ),
        ("SSH-2.0-x\r\n", NO_WEBSOCKET),
    ] {
        let peer = answering(answer);
        fails(peer.port(), 3, words).run();
    }
}

/// Reads the request and answers with these lines, and with the right key among them.
fn upgrading(lines: &'static str) -> Peer {
    Peer::script(move |conn| {
        let head = conn.expect_head();
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
        let accept = derive_accept_key(key.expect("a key").as_bytes());
        conn.send_raw(format!("{lines}Sec-WebSocket-Accept: {accept}\r\n\r\n").as_bytes());
        conn.expect_noise();
    })
}

#[test]
fn an_upgrade_may_be_written_in_many_ways() {
    for lines in [
        "HTTP/1.1 101 x\r\nUpgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n\
         Sec-WebSocket-Protocol: mqtt\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101\r\nupgrade: websocket\r\nconnection: UPGRADE\r\n\
         Connection: x\r\nsec-websocket-protocol:mqtt\r\nSec-WebSocket-Extensions:\r\n",
    ] {
        let peer = upgrading(lines);
        fails(peer.port(), 3, "no CONNACK within 500ms").line("--connect-timeout 500ms").run();
    }
}

#[test]
fn an_upgrade_that_was_not_asked_for_is_refused() {
    const OTHER: &str = "the WebSocket server does not offer the sub-protocol mqtt";
    for (lines, words) in [
        ("Upgrade: websocket\r\nConnection: Upgrade\r\n", OTHER),
        (
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqttv3.1\r\n",
            OTHER,
        ),
        ("Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqtt\r\n", NO_WEBSOCKET),
        ("Upgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n", NO_WEBSOCKET),
        (
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqtt\r\n\
             Sec-WebSocket-Extensions: permessage-deflate\r\n",
            "the server uses a WebSocket extension that was not asked for",
        ),
    ] {
        let peer = upgrading(format!("HTTP/1.1 101 Switching Protocols\r\n{lines}").leak());
        fails(peer.port(), 3, words).run();
    }
}

#[test]
fn a_server_of_another_protocol_is_told() {
    let door = Door::new(async |stream, _| {
        let mut socket =
            tokio_tungstenite::accept_async(stream).await.expect("the client asks for one");
        while socket.next().await.is_some_and(|message| message.is_ok()) {}
    });
    let words = "the WebSocket server does not offer the sub-protocol mqtt";
    fails(door.port(), 3, words).run();
}

#[test]
fn an_upgrade_that_stalls_ends_at_the_connect_deadline() {
    for answer in ["", "HTTP/1.1 101 Swi"] {
        let peer = answering(answer);
        fails(peer.port(), 3, "no answer to the WebSocket upgrade within 500ms")
            .line("--connect-timeout 500ms")
            .run();
    }
}

#[test]
fn a_header_of_an_answer_that_never_ends_is_given_up() {
    let peer = Peer::script(|conn| {
        conn.expect_head();
        let line = format!("X: {}\r\n", "y".repeat(4_000));
        let _ = conn.try_send_raw(b"HTTP/1.1 101 Switching Protocols\r\n");
        while conn.try_send_raw(line.as_bytes()).is_ok() {}
    });
    fails(peer.port(), 3, NO_WEBSOCKET).run();
}
