//! How a WebSocket ends: a Close frame is the end of the connection, whatever becomes of TCP.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncReadExt;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::support::{Door, Mqtt, WebSocket, websocket_script};

const VERSIONS: [&str; 2] = ["3.1.1", "5"];

/// The Close frames of brokers that mean no harm.
fn closes() -> [Option<CloseFrame>; 4] {
    let close =
        |code: u16, reason: &'static str| CloseFrame { code: code.into(), reason: reason.into() };
    [None, Some(close(1000, "")), Some(close(1000, "bye")), Some(close(1001, "going away"))]
}

fn run(door: &Door, command: &str, version: &str, options: &str) -> Mqtt {
    let url = format!("ws://127.0.0.1:{}/mqtt", door.port());
    Mqtt::new(command).args(["-V", version, "-L", &url]).line(options)
}

async fn send(socket: &mut WebSocket, packet: Vec<u8>) {
    // The client may have left.
    let _ = socket.send(Message::Binary(Bytes::from(packet))).await;
}

/// The next message of the client, empty when there is none.
async fn next(socket: &mut WebSocket) -> Vec<u8> {
    match socket.next().await {
        Some(Ok(Message::Binary(bytes))) => bytes.to_vec(),
        _ => Vec::new(),
    }
}

/// Takes CONNECT and says yes; whether that is MQTT 5.
async fn accept(socket: &mut WebSocket) -> bool {
    let v5 = next(socket).await.get(8) == Some(&5);
    send(socket, if v5 { vec![0x20, 3, 0, 0, 0] } else { vec![0x20, 2, 0, 0] }).await;
    v5
}

/// Takes SUBSCRIBE and grants it.
async fn subscribe(socket: &mut WebSocket, v5: bool) {
    let packet = next(socket).await;
    let id = [packet[2], packet[3]];
    let granted =
        if v5 { vec![0x90, 4, id[0], id[1], 0, 0] } else { vec![0x90, 3, id[0], id[1], 0] };
    send(socket, granted).await;
}

/// Sends a message `x` at QoS 0.
async fn message(socket: &mut WebSocket, v5: bool) {
    let packet: &[u8] =
        if v5 { &[0x30, 5, 0, 1, b't', 0, b'x'] } else { &[0x30, 4, 0, 1, b't', b'x'] };
    send(socket, packet.to_vec()).await;
}

/// Sends a Close frame, answers nothing more, and keeps TCP open until the client closes it.
async fn close_and_stay(socket: &mut WebSocket, frame: Option<CloseFrame>) {
    socket.send(Message::Close(frame)).await.expect("the client listens");
    let mut rest = Vec::new();
    // The client may reset the connection.
    let _ = socket.get_mut().read_to_end(&mut rest).await;
}

/// Takes what comes until the client says DISCONNECT.
async fn until_disconnect(socket: &mut WebSocket) {
    loop {
        let packets = next(socket).await;
        if packets.is_empty() || packets.windows(2).any(|it| it[0] == 0xe0) {
            return;
        }
    }
}

/// Does one thing on the first connection, and another on all that follow.
fn first_and_then(
    first: impl AsyncFn(&mut WebSocket) + Send + Sync + 'static,
    then: impl AsyncFn(&mut WebSocket) + Send + Sync + 'static,
) -> Door {
    let connections = AtomicUsize::new(0);
    websocket_script(async move |mut socket| {
        if connections.fetch_add(1, Ordering::Relaxed) == 0 {
            first(&mut socket).await;
        } else {
            then(&mut socket).await;
        }
    })
}

#[test]
fn a_close_frame_ends_the_connection_of_a_subscriber_though_tcp_stays_open() {
    for version in VERSIONS {
        for frame in closes() {
            let door = first_and_then(
                async move |socket| {
                    let v5 = accept(socket).await;
                    subscribe(socket, v5).await;
                    close_and_stay(socket, frame.clone()).await;
                },
                async |socket| {
                    let v5 = accept(socket).await;
                    subscribe(socket, v5).await;
                    message(socket, v5).await;
                    until_disconnect(socket).await;
                },
            );
            // Without keep-alive nothing else would show it.
            let subscribe = run(&door, "sub", version, "-t t -k 0 -C 1").stdout("x\n");
            subscribe.stderr_contains("reconnecting").run();
        }
    }
}

#[test]
fn a_close_frame_instead_of_puback_makes_the_message_be_sent_again() {
    for version in VERSIONS {
        for frame in closes() {
            let door = first_and_then(
                async move |socket| {
                    accept(socket).await;
                    next(socket).await;
                    close_and_stay(socket, frame.clone()).await;
                },
                async |socket| {
                    accept(socket).await;
                    let publish = next(socket).await;
                    // After the topic `t`.
                    send(socket, vec![0x40, 2, publish[5], publish[6]]).await;
                    until_disconnect(socket).await;
                },
            );
            let publish = run(&door, "pub", version, "-t t -m x -q 1 -k 0");
            publish.stderr_contains("reconnecting").run();
        }
    }
}

#[test]
fn a_close_frame_without_another_connection_is_a_loss() {
    for version in VERSIONS {
        for frame in closes() {
            let door = websocket_script(async move |mut socket| {
                let v5 = accept(&mut socket).await;
                subscribe(&mut socket, v5).await;
                close_and_stay(&mut socket, frame.clone()).await;
            });
            let subscribe = run(&door, "sub", version, "-t t -k 0 --reconnect never").status(6);
            subscribe.stderr_contains("the broker closed the").run();
        }
    }
}

#[test]
fn a_close_frame_instead_of_connack_is_a_broker_that_was_not_reached() {
    for version in VERSIONS {
        let door = websocket_script(async |mut socket| {
            next(&mut socket).await;
            close_and_stay(&mut socket, None).await;
        });
        let subscribe = run(&door, "sub", version, "-t t").status(3);
        subscribe.stderr_contains("the broker closed the").run();
    }
}

/// How a server goes on that has answered DISCONNECT with a Close frame.
#[derive(Clone, Copy)]
enum Afterwards {
    Leaves,
    Stays,
}

#[test]
fn a_close_frame_after_our_disconnect_is_a_normal_end_whatever_it_says() {
    for version in VERSIONS {
        for frame in closes() {
            for afterwards in [Afterwards::Leaves, Afterwards::Stays] {
                for (command, options, printed) in [
                    ("pub", "-t t -m x -q 0", ""),
                    ("pub", "-t t -m x -q 1", ""),
                    ("sub", "-t t -C 1", "x\n"),
                ] {
                    let frame = frame.clone();
                    let door = websocket_script(async move |mut socket| {
                        let socket = &mut socket;
                        let v5 = accept(socket).await;
                        loop {
                            let packet = next(socket).await;
                            match packet.first() {
                                Some(0x82) => {
                                    let id = [packet[2], packet[3]];
                                    let code: &[u8] = if v5 { &[0, 0] } else { &[0] };
                                    let length = 2 + code.len() as u8;
                                    let head = [0x90, length, id[0], id[1]];
                                    send(socket, [&head[..], code].concat()).await;
                                    message(socket, v5).await;
                                }
                                Some(0x32) => {
                                    send(socket, vec![0x40, 2, packet[5], packet[6]]).await;
                                }
                                _ => {}
                            }
                            // DISCONNECT may come in one message with what is before it.
                            if packet.is_empty() || packet.windows(2).any(|it| it[0] == 0xe0) {
                                break;
                            }
                        }
                        match afterwards {
                            Afterwards::Stays => close_and_stay(socket, frame.clone()).await,
                            Afterwards::Leaves => {
                                // The client may be quicker.
                                let _ = socket.send(Message::Close(frame.clone())).await;
                            }
                        }
                    });
                    run(&door, command, version, options).stdout(printed).run();
                }
            }
        }
    }
}
