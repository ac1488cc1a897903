//! Where the broker is: URLs, flags, the environment, addresses of both families, Unix sockets.

use std::io::{ErrorKind, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::{Conn, Door, Mosquitto, Mqtt, Peer, behind, free_port, http_proxy};

/// `mqtt pub` of one message at QoS 1.
fn publish() -> Mqtt {
    Mqtt::new("pub").line("-m x -q 1")
}

/// Takes a message on this topic by this user, and the client's leave.
fn taking(topic: &'static str, username: Option<&'static str>) -> Peer {
    Peer::script(move |conn: &mut Conn| {
        let connect = conn.accept();
        assert_eq!(connect.username.as_deref(), username.map(str::as_bytes));
        assert_eq!(conn.take().topic, topic);
        conn.expect_goodbye();
    })
}

#[test]
fn a_url_says_everything_and_is_percent_decoded() {
    let peer = Peer::script(|conn| {
        let connect = conn.accept();
        assert_eq!(connect.username.as_deref(), Some(&b"me@home"[..]));
        assert_eq!(connect.password.as_deref(), Some(&b"a:b/c\xff"[..]));
        assert_eq!(conn.take().topic, "a/b c/%");
        conn.expect_goodbye();
    });
    publish()
        .arg("-L")
        .arg(format!("mqtt://me%40home:a%3Ab%2Fc%ff@{}/a/b%20c/%25", peer.address()))
        .stderr(
            "mqtt: warning: other users of this machine can read the password in --url: \
             use --password-file\n",
        )
        .run();
}

#[test]
fn a_flag_beats_its_part_of_the_url_wherever_it_stands() {
    for before in [true, false] {
        let peer = taking("flag", Some("flag"));
        let flags = format!("-h 127.0.0.1 -p {} -u flag -t flag", peer.port());
        let url = "-L mqtt://url@192.0.2.1:9/url";
        let line = if before { format!("{flags} {url}") } else { format!("{url} {flags}") };
        publish().line(&line).run();
    }
}

#[test]
fn the_environment_says_what_nobody_types() {
    let peer = taking("env", Some("someone"));
    publish()
        .env("MQTT_HOST", "127.0.0.1")
        .env("MQTT_PORT", peer.port().to_string())
        .env("MQTT_USERNAME", "someone")
        .line("-t env")
        .run();
    let peer = taking("from/url", Some("me"));
    publish().env("MQTT_URL", format!("mqtt://me@{}/from/url", peer.address())).run();
}

#[test]
fn localhost_is_tried_over_both_families() {
    let peer = taking("t", None);
    publish().args(["-t", "t", "-h", "localhost", "-p", &peer.port().to_string()]).run();
}

/// Relays from a free port of `::1`; `None` where there is no IPv6.
fn door_of_ipv6(port: u16) -> Option<Door> {
    let listener = match TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) {
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable => return None,
        other => other.expect("::1 has a free port"),
    };
    Some(Door::at(listener, async move |mut stream, _| {
        let mut peer = behind(port).await;
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut peer).await;
    }))
}

#[test]
fn an_ipv6_literal_stands_in_brackets_in_a_url_and_in_either_way_after_h() {
    let peer = Peer::each(|conn| {
        conn.accept();
        conn.take();
        conn.expect_goodbye();
    });
    let Some(door) = door_of_ipv6(peer.port()) else {
        return drop(TcpStream::connect(peer.address()));
    };
    let port = door.port().to_string();
    publish().args(["-t", "t", "-L", &format!("mqtt://[::1]:{port}")]).run();
    for host in ["::1", "[::1]", "localhost"] {
        publish().args(["-t", "t", "-h", host, "-p", &port]).run();
    }
}

/// Somebody who listens at this port of `::1` and answers nobody any more; `None` where there is no IPv6.
#[cfg(target_os = "linux")]
fn deaf_over_ipv6(port: u16) -> Option<(Socket, Vec<TcpStream>)> {
    let address = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).ok()?;
    socket.bind(&address.into()).ok()?;
    socket.listen(0).ok()?;
    // Once the queue is full, the kernel leaves whoever comes without an answer.
    let mut queue = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        assert!(queue.len() < 10, "the queue has no end");
        queue.push(stream);
    }
    Some((socket, queue))
}

#[test]
#[cfg(target_os = "linux")]
fn a_family_that_does_not_answer_does_not_hold_up_the_other() {
    let peer = taking("t", None);
    let _deaf = deaf_over_ipv6(peer.port());
    let port = peer.port().to_string();
    publish().args(["-t", "t", "-h", "localhost", "-p", &port, "--connect-timeout", "8s"]).run();
}

#[test]
fn an_ipv6_address_is_shown_in_brackets() {
    let port = free_port();
    publish()
        .args(["-t", "t", "-h", "::1", "-p", &port.to_string()])
        .status(3)
        .stderr_line(&format!("mqtt: cannot connect to mqtt://[::1]:{port}: *"))
        .run();
}

#[test]
fn a_local_address_is_where_the_connection_comes_from() {
    let peer = Peer::script(|conn| {
        assert_eq!(conn.from().to_string(), "127.0.0.2");
        conn.accept();
        conn.take();
        conn.expect_goodbye();
    });
    // The other family of localhost is out of the question.
    let port = peer.port().to_string();
    publish().args(["-t", "t", "-A", "127.0.0.2", "-h", "localhost", "-p", &port]).run();
}

#[test]
fn a_local_address_that_is_not_ours_or_of_another_family_is_told() {
    for (bind, words) in [
        ("192.0.2.1", "cannot use the local address 192.0.2.1: Cannot assign requested address"),
        ("::1", "127.0.0.1 has no IPv6 address, but ::1 is one"),
    ] {
        publish()
            .args(["-t", "t", "-h", "127.0.0.1", "-p", "1", "--bind", bind])
            .status(3)
            .stderr(format!("mqtt: cannot connect to mqtt://127.0.0.1:1: {words}\n"))
            .run();
    }
}

#[test]
#[cfg(unix)]
fn a_unix_socket_is_named_by_flag_and_by_url() {
    let broker = Mosquitto::options().unix_socket().start();
    let socket = broker.socket();
    let url = format!("unix://me:canary@{}", socket.display()).replace("broker", "bro%6ber");
    publish().args(["-t", "t", "-r", "--unix"]).arg(&socket).run();
    Mqtt::new("sub")
        .args(["-t", "t", "-C", "1", "-L", &url])
        .stdout("x\n")
        .stderr_lacks("canary")
        .run();
    publish().args(["-t", "t"]).env("MQTT_URL", format!("unix://{}", socket.display())).run();
}

#[test]
#[cfg(unix)]
fn a_unix_socket_that_is_not_there_or_no_broker_is_told() {
    let run = publish().line("-t t --unix nowhere.sock").status(3);
    run.stderr("mqtt: cannot connect to unix://nowhere.sock: No such file or directory\n").run();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let other = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 mail\r\n").unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
    });
    publish()
        .line("-V 5 -t t --unix")
        .arg(&path)
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to unix://{}: not an MQTT broker (answered `220 mail`)\n",
            path.display()
        ))
        .run();
    other.join().unwrap();
}

#[test]
#[cfg(unix)]
fn a_path_that_can_be_no_unix_socket_is_told() {
    let long = format!("/{}", "x".repeat(199));
    for (path, words) in [
        (&*long, "the path of the Unix socket is too long: it has 200 bytes"),
        ("/a%00b", "the path of the Unix socket contains a NUL character"),
    ] {
        let url = format!("unix://{path}");
        publish().args(["-t", "t", "-L", &url]).status(2).stderr(format!("mqtt: {words}\n")).run();
    }
    let config = format!("[profiles.lab]\nunix = \"{long}\"\n");
    let words = "the path of the Unix socket is too long: it has 200 bytes";
    publish()
        .config(&config)
        .line("-t t --profile lab")
        .status(2)
        .stderr_contains("config.toml:2: ")
        .stderr_contains(words)
        .run();
    for other in ["file", "."] {
        publish()
            .file("file", "")
            .args(["-t", "t", "--unix", other])
            .status(3)
            .stderr(format!("mqtt: cannot connect to unix://{other}: it is not a Unix socket\n"))
            .run();
    }
}

#[test]
fn flags_without_effect_are_refused() {
    for (line, words) in [
        ("--unix s --tls", "--tls has no effect over a Unix socket"),
        ("-L unix:///s --proxy http://h", "--proxy has no effect over a Unix socket"),
        ("-L unix:///s -p 1", "--port has no effect over a Unix socket"),
        ("--ws-path /x", "--ws-path has no effect without --ws"),
        ("-L mqtts://h --no-tls --ca f", "--ca has no effect with --no-tls"),
        ("--tls-alpn x", "--tls-alpn has no effect without TLS\nhint: --tls turns it on"),
        ("--insecure", "--insecure has no effect without TLS\nhint: --tls turns it on"),
        (
            "-L mqtt://h --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "--pin has no effect without TLS\nhint: --tls turns it on",
        ),
        ("--crl f", "--crl has no effect without TLS\nhint: --tls turns it on"),
        ("--ws --ws-path x", "--ws-path x: a path begins with / and is percent-encoded"),
        ("--ws --ws-header x", "--ws-header: a header is written 'Name: value'"),
    ] {
        publish().line("-t t").line(line).status(2).stderr(format!("mqtt: {words}\n")).run();
    }
}

#[test]
fn the_usual_ports_of_other_protocols_get_a_hint() {
    for (url, hint) in [
        ("mqtt://127.0.0.1:8883", "port 8883 usually speaks TLS: try mqtts://"),
        ("mqtt://127.0.0.1:443", "port 443 usually speaks WebSocket over TLS: try wss://"),
        ("mqtt://127.0.0.1:80", "this port usually speaks WebSocket: try ws://"),
        ("mqtt://127.0.0.1:1884", "a broker that speaks TLS hangs up like this: try mqtts://"),
    ] {
        let door = Door::new(async |stream, _| drop(stream));
        let proxy = http_proxy("HTTP/1.1 200 OK\r\n\r\n", door.port());
        publish()
            .args(["-V", "5", "-t", "t", "-L", url, "--proxy"])
            .arg(format!("http://{}", proxy.address()))
            .status(3)
            .stderr_line(&format!("mqtt: cannot connect to {url}: *"))
            .stderr_line(&format!("hint: {hint}"))
            .run();
    }
}

#[test]
fn the_interface_of_an_address_is_not_part_of_its_name() {
    for scheme in ["mqtts", "wss"] {
        // Wherever it fails, it is not because the address cannot be the name in a certificate.
        Mqtt::new("pub")
            .args(["-t", "t", "-m", "x", "--insecure", "--connect-timeout", "1s"])
            .args(["-L", &format!("{scheme}://[fe80::1%25lo]:{}", free_port())])
            .status(3)
            .stderr_contains(format!("cannot connect to {scheme}://[fe80::1%lo]:"))
            .run();
    }
}
