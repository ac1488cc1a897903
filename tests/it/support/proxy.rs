//! Doors that are proxies: SOCKS5 and HTTP CONNECT, as their standards have them. Wherever they are asked to go, they
//! go to the port of 127.0.0.1 that is behind them, and they note where it was.

use std::net::Ipv6Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::door::{Door, Notes, relay};

/// A SOCKS5 proxy (RFC 1928) that wants `user:password` (RFC 1929), or nothing. Notes what it was told.
pub fn socks_proxy(credentials: Option<&'static str>, behind: u16) -> Door {
    Door::new(async move |mut stream, notes| {
        if !let_in(&mut stream, &notes, credentials).await {
            return;
        }
        let destination = destination(&mut stream).await;
        notes.add(destination);
        write(&mut stream, &[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await;
        relay(stream, behind).await;
    })
}

/// A SOCKS5 proxy that answers every request with this code.
pub fn refusing_socks_proxy(code: u8) -> Door {
    Door::new(async move |mut stream, notes| {
        let_in(&mut stream, &notes, None).await;
        destination(&mut stream).await;
        write(&mut stream, &[5, code, 0, 1, 0, 0, 0, 0, 0, 0]).await;
    })
}

/// An HTTP proxy that answers CONNECT so, and then is a tunnel if it said yes. Notes the head of the request.
pub fn http_proxy(answer: &'static str, behind: u16) -> Door {
    Door::new(async move |mut stream, notes| {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push(char::from(read::<1>(&mut stream).await[0]));
        }
        notes.add(head);
        write(&mut stream, answer.as_bytes()).await;
        if answer.contains(" 200 ") {
            relay(stream, behind).await;
        }
    })
}

/// The greeting, and who it is.
async fn let_in(stream: &mut TcpStream, notes: &Notes, credentials: Option<&str>) -> bool {
    let [version, count] = read(stream).await;
    assert_eq!(version, 5, "SOCKS5");
    let methods = read_counted(stream, count).await;
    let Some(credentials) = credentials else {
        assert!(methods.contains(&0), "a client that needs no password: {methods:?}");
        write(stream, &[5, 0]).await;
        return true;
    };
    if !methods.contains(&2) {
        write(stream, &[5, 0xff]).await;
        return false;
    }
    write(stream, &[5, 2]).await;
    let [_, length] = read(stream).await;
    let name = read_counted(stream, length).await;
    let [length] = read(stream).await;
    let password = read_counted(stream, length).await;
    let given = format!("{}:{}", text(name), text(password));
    let is_right = given == credentials;
    notes.add(given);
    write(stream, &[1, u8::from(!is_right)]).await;
    is_right
}

/// Where the client wants to go.
async fn destination(stream: &mut TcpStream) -> String {
    let [_, command, _, kind] = read(stream).await;
    assert_eq!(command, 1, "CONNECT");
    let host = match kind {
        1 => read::<4>(stream).await.map(|byte| byte.to_string()).join("."),
        3 => {
            let [length] = read(stream).await;
            format!("name {}", text(read_counted(stream, length).await))
        }
        _ => format!("[{}]", Ipv6Addr::from(read::<16>(stream).await)),
    };
    let port = u16::from_be_bytes(read(stream).await);
    format!("{host}:{port}")
}

async fn read<const COUNT: usize>(stream: &mut TcpStream) -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    stream.read_exact(&mut bytes).await.expect("the client says more");
    bytes
}

async fn read_counted(stream: &mut TcpStream, count: u8) -> Vec<u8> {
    let mut bytes = vec![0; count.into()];
    stream.read_exact(&mut bytes).await.expect("the client says more");
    bytes
}

async fn write(stream: &mut TcpStream, bytes: &[u8]) {
    // The client may have had enough.
    let _ = stream.write_all(bytes).await;
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}
