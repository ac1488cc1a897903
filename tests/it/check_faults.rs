//! `mqtt check` of brokers that are not fit: the step that failed is named, with the status of its kind.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use serde_json::Value;
use socket2::{Domain, Socket, Type};

use crate::check::check_metrics;
use crate::support::{
    Authority, Conn, Mosquitto, Mqtt, Peer, Properties, Signal, free_port, http_proxy, property,
    refusing_socks_proxy,
};

/// Checks that `run` fails in `step` with `status`, for `reason`, in every form of output.
#[track_caller]
fn fails(run: impl Fn() -> Mqtt, step: &str, status: i32, reason: &str) {
    let check = || run().status(status).stderr_line(&format!("mqtt: {step}: *"));
    check().stdout_line(&format!("{step:<10}failed: {reason} * ms")).run();

    let output = check().arg("--json").stdout_anything().run();
    let line: Value = serde_json::from_str(output.stdout_text()).unwrap();
    let problem = &line["problems"][0];
    assert_eq!((&line["status"], &line["result"]), (&status.into(), &"failed".into()), "{line}");
    assert_eq!((&problem["step"], &problem["status"]), (&step.into(), &status.into()), "{line}");
    assert_eq!(problem["level"], "failed");
    assert!(problem["reason"].as_str().unwrap().starts_with(&plain(reason)), "{line}");
    assert!(line["seconds"].get(step).is_none(), "{line}");

    let output = check().arg("--prometheus").stdout_anything().run();
    let samples = check_metrics(output.stdout_text());
    let ends = |start: &str, end: &str| {
        let found = samples.iter().any(|it| it.starts_with(start) && it.ends_with(end));
        assert!(found, "{start} … {end}: {samples:#?}");
    };
    ends("mqtt_check_up{", "} 0");
    ends("mqtt_check_exit_status{", &format!("}} {status}"));
    ends("mqtt_check_step_up{", &format!("step=\"{step}\"}} 0"));

    let output = run().arg("--nagios").status(2).stdout_anything().stderr_anything().run();
    let line = output.stdout_text();
    assert!(line.starts_with("MQTT CRITICAL - "), "{line}");
    assert!(line.contains(&format!(", {step}: {}", plain(reason))), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
}

/// A pattern up to what may differ.
fn plain(pattern: &str) -> String {
    pattern.split('*').next().unwrap().to_owned()
}

/// As [`fails`], at a peer that does this with each connection.
#[track_caller]
fn fails_at(
    flags: &str,
    script: impl Fn(&mut Conn) + Send + Sync + 'static,
    step: &str,
    status: i32,
    reason: &str,
) {
    let peer = Peer::each(script);
    fails(|| peer.mqtt("check").line("-V 5").line(flags), step, status, reason);
}

#[test]
fn a_name_that_does_not_exist() {
    let run = || Mqtt::new("check").line("-h nowhere.invalid");
    fails(run, "name", 3, "unknown host nowhere.invalid");
}

#[test]
fn nothing_listens() {
    let port = free_port();
    fails(|| Mqtt::at("check", port), "tcp", 3, "Connection refused");
    let run = || Mqtt::new("check").line("--unix nowhere");
    fails(run, "unix", 3, "No such file or directory");
}

#[test]
fn a_network_that_drops_everything() {
    // A full queue of connections: the next SYN is not answered.
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _queue: Vec<_> = (0..2)
        .filter_map(|_| {
            std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok()
        })
        .collect();
    let run = |flags| Mqtt::at("check", address.port()).line(flags);
    fails(|| run("-W 500ms"), "tcp", 27, "timed out after 500ms: no connection");
    fails(|| run("--connect-timeout 500ms"), "tcp", 3, "no connection within 500ms");
}

#[test]
fn a_proxy_that_refuses() {
    let url = "mqtt://broker.example";
    let socks = refusing_socks_proxy(5);
    let proxy = format!("socks5h://{}", socks.address());
    let reason = format!("proxy {}: nothing listens there (connection refused)", socks.address());
    fails(|| Mqtt::new("check").args(["-L", url, "--proxy", &proxy]), "proxy", 3, &reason);

    let broker = Mosquitto::start();
    let http = http_proxy("HTTP/1.1 403 Forbidden\r\n\r\n", broker.port());
    let proxy = format!("http://{}", http.address());
    let reason = format!("proxy {}: refused the connection (HTTP 403 Forbidden)", http.address());
    fails(|| Mqtt::new("check").args(["-L", url, "--proxy", &proxy]), "proxy", 3, &reason);
}

#[test]
fn an_expired_certificate_is_named_with_its_end() {
    let authority = Authority::new("lab");
    let broker = Mosquitto::options().tls(&authority.server_during(&["localhost"], 1990..1991));
    let broker = broker.start();
    let url = format!("mqtts://localhost:{}", broker.port());
    let run = || {
        let run = Mqtt::new("check").args(["-L", &url]).file("ca.pem", authority.pem());
        run.line("--ca ca.pem")
    };
    fails(run, "tls", 3, "certificate has expired (1991-01-01)");
    // The end is known although the handshake failed.
    let output = run().status(3).arg("--json").stdout_anything().stderr_anything().run();
    let line: Value = serde_json::from_str(output.stdout_text()).unwrap();
    assert_eq!(line["certificate"]["not_after"], "1991-01-01T00:00:00.000000Z");
}

#[test]
fn a_certificate_of_nobody_and_a_broker_without_tls() {
    let authority = Authority::new("lab");
    let broker = Mosquitto::options().tls(&authority.server(&["localhost"])).start();
    let url = format!("mqtts://localhost:{}", broker.port());
    let other = Authority::new("other");
    let run = || {
        let run = Mqtt::new("check").args(["-L", &url]).file("ca.pem", other.pem());
        run.line("--ca ca.pem")
    };
    fails(run, "tls", 3, "certificate issued by an unknown CA*");

    let peer = Peer::each(|conn| conn.expect_noise());
    let url = format!("mqtts://localhost:{}", peer.port());
    let run = || Mqtt::new("check").args(["-L", &url, "--insecure", "-W", "500ms"]);
    fails(run, "tls", 27, "timed out after 500ms: no TLS handshake");
}

#[test]
fn a_broker_without_websockets() {
    let broker = Mosquitto::start();
    let url = format!("ws://127.0.0.1:{}", broker.port());
    let run = || Mqtt::new("check").args(["-L", &url]);
    fails(run, "websocket", 3, "*");
}

#[test]
fn no_connack_in_time() {
    let silent = |conn: &mut Conn| {
        conn.expect_connect();
        conn.expect_closed();
    };
    fails_at("-W 500ms", silent, "connect", 27, "timed out after 500ms: no CONNACK");
    let flags = "--connect-timeout 500ms";
    fails_at(flags, silent, "connect", 3, "no CONNACK within 500ms");
}

#[test]
fn something_else_answers() {
    let web = |conn: &mut Conn| {
        conn.expect_connect();
        conn.send_raw(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        conn.expect_closed();
    };
    let reason = "not an MQTT broker (answered `HTTP/1.1 400 Bad Request`)";
    fails_at("", web, "connect", 3, reason);
    let closing = |conn: &mut Conn| {
        conn.expect_connect();
        conn.cut();
    };
    fails_at("", closing, "connect", 3, "the broker closed the connection");
}

#[test]
fn the_broker_refuses_the_connection() {
    let broker = Mosquitto::options().user("me", "secret").start();
    let reason = "the broker refused the connection: 0x87 Not authorized";
    fails(|| broker.mqtt("check"), "connect", 4, reason);
    // Even in another version the password is the same: none is tried.
    let run = broker.mqtt("check").arg("--versions").status(4).stderr_anything();
    let output = run.stdout_anything().run();
    assert!(!output.stdout_text().contains("version"), "{}", output.stdout_text());
    let evil = |conn: &mut Conn| conn.refuse(0x88, "down|for\u{1b}[2J \u{202e}repair");
    let reason = "the broker refused the connection: 0x88 Server unavailable: down*";
    fails_at("", evil, "connect", 4, reason);
}

#[test]
fn text_of_the_broker_stays_text_in_every_form() {
    let evil = |conn: &mut Conn| conn.refuse(0x88, "a|b\u{1b}[2J\u{202e}\"c");
    let peer = Peer::each(evil);
    let run = |flags| peer.mqtt("check").line("-V 5").line(flags).stderr_anything();
    let text = |run: Mqtt, status| {
        let output = run.status(status).stdout_anything().run();
        assert!(!output.stdout.contains(&0x1b), "{}", output.stdout_text());
        output.stdout_text().to_owned()
    };
    assert!(text(run(""), 4).contains(r#"a|b\x1b[2J\u{202e}"c"#));
    let line = text(run("--nagios"), 2);
    assert!(line.contains(r#"a/b\x1b[2J\u{202e}"c|"#), "{line}");
    assert_eq!(line.matches('|').count(), 1, "{line}");
    assert!(text(run("--json"), 4).contains(r#"a|b\u001b[2J\u202e\"c"#));
}

#[test]
fn no_pingresp_and_a_connection_that_is_lost() {
    let silent = |conn: &mut Conn| {
        conn.accept();
        conn.expect_pingreq();
        conn.fall_silent();
    };
    fails_at("-W 500ms", silent, "ping", 27, "timed out after 500ms: no PINGRESP");
    let flags = "-W never --ack-timeout 500ms";
    fails_at(flags, silent, "ping", 6, "no PINGRESP within 500ms");
    let closing = |conn: &mut Conn| {
        conn.accept();
        conn.expect_pingreq();
        conn.cut();
    };
    fails_at("", closing, "ping", 6, "the broker closed the connection");
    let ending = |conn: &mut Conn| {
        conn.accept();
        conn.expect_pingreq();
        conn.disconnect(0x8b);
        conn.expect_closed();
    };
    fails_at("", ending, "ping", 6, "the broker ended the connection: 0x8b Server shutting down");
    let broken = |conn: &mut Conn| {
        conn.accept();
        conn.expect_pingreq();
        conn.send_raw(&[0xf5, 0]);
        conn.expect_closed();
    };
    fails_at("", broken, "ping", 6, "the broker broke the protocol: *");
}

#[test]
fn the_subscription_or_the_message_is_refused() {
    let refused = |conn: &mut Conn| {
        conn.accept();
        conn.answer_ping();
        let id = conn.expect_subscribe().id;
        conn.suback(id, &[0x87]);
        conn.expect_goodbye();
    };
    fails_at("-t a", refused, "message", 5, "subscription to a refused: 0x87 Not authorized");
    let refused = |conn: &mut Conn| {
        conn.accept();
        conn.answer_ping();
        conn.grant_subscribe();
        let publish = conn.expect_publish();
        conn.puback(publish.id.unwrap(), 0x87);
        conn.expect_goodbye();
    };
    fails_at("-t a -q 1", refused, "message", 5, "message to a refused: 0x87 Not authorized");
    let limited = |conn: &mut Conn| {
        conn.accept_with(Properties::new().byte(property::MAXIMUM_QOS, 0));
        conn.answer_ping();
        conn.grant_subscribe();
        conn.expect_goodbye();
    };
    let reason = "message to a refused: 0x9b QoS not supported: the broker takes at most QoS 0";
    fails_at("-t a -q 2", limited, "message", 5, reason);
}

#[test]
fn an_acl_that_drops_the_message_without_a_word() {
    let broker = Mosquitto::options().acl("topic write check/#\n").start();
    let run = || broker.mqtt("check").line("-V 3.1.1 -t check/me -q 1 -W 1s");
    fails(run, "message", 27, "timed out after 1s: nothing came back on check/me");
    // Whatever the deadlines, the wait ends.
    let flags = "-V 3.1.1 -t check/me -W never --ack-timeout 1s";
    let run = || broker.mqtt("check").line(flags);
    fails(run, "message", 6, "nothing came back on check/me within 1s");
}

#[test]
fn an_old_broker_that_hangs_up_on_the_message() {
    let closing = |conn: &mut Conn| {
        conn.expect_connect();
        conn.connack_311(0);
        conn.answer_ping();
        conn.grant_subscribe();
        conn.expect_publish();
        conn.cut();
    };
    let peer = Peer::each(closing);
    let run = || peer.mqtt("check").line("-V 3.1.1 -t a");
    fails(run, "message", 6, "the broker closed the connection");
}

#[test]
fn no_suback_and_no_puback_are_told_apart() {
    let silent = |conn: &mut Conn| {
        conn.accept();
        conn.answer_ping();
        conn.expect_subscribe();
        conn.fall_silent();
    };
    fails_at("-t a -W 500ms", silent, "message", 27, "timed out after 500ms: no SUBACK");
    let silent = |conn: &mut Conn| {
        conn.accept();
        conn.answer_ping();
        conn.grant_subscribe();
        let mut back = conn.expect_publish();
        (back.qos, back.id) = (0, None);
        conn.publish(&back);
        conn.fall_silent();
    };
    let reason = "timed out after 500ms: no acknowledgement";
    fails_at("-t a -q 1 -W 500ms", silent, "message", 27, reason);
}

#[test]
fn what_can_have_no_effect_is_refused() {
    for (flags, words) in [
        ("-t a/#", "a topic to publish to cannot contain '+' or '#'"),
        ("-t $share/g/a", "$share/g/a would be a shared subscription"),
        ("-q 1", "--qos has no effect without --topic"),
        ("--warn message=1s", "--warn message=1s has no effect without --topic"),
        ("--critical cert=1d", "--critical cert=1d has no effect without TLS"),
        ("--warn tls=1d", "--warn tls=1d has no effect without TLS"),
        ("--warn name=1s", "has no effect with an address: no name is looked up"),
        ("--warn proxy=1s", "has no effect without a proxy"),
        ("--warn proxy-tls=1s", "has no effect without an https proxy"),
        ("--warn srv=1s", "has no effect without --srv"),
        ("--warn websocket=1s", "has no effect without a WebSocket"),
        ("--warn unix=1s", "has no effect without a Unix socket"),
        ("--warn connect", "expected STEP=DURATION"),
        (
            "--warn connect=1s,pong=1s",
            "a step is srv, name, tcp, unix, proxy-tls, proxy, tls, websocket, connect",
        ),
        ("--warn connect=soon", "a duration is like 500ms"),
        ("--json --prometheus", "cannot be used with"),
        ("--reconnect always", "--reconnect has no effect: a check connects once"),
        ("--reconnect-timeout 1m", "--reconnect-timeout has no effect: a check connects once"),
        ("-D publish user-property a b", "publish"),
    ] {
        let peer = Peer::untouched();
        peer.mqtt("check").line(flags).status(2).stderr_contains(words).run();
    }
    let run = Mqtt::new("check").line("--unix nowhere --warn tcp=1s").status(2);
    run.stderr("mqtt: --warn tcp=1s has no effect over a Unix socket\n").run();
    let text = "[profiles.p]\nreconnect = \"always\"\n";
    let run = Peer::accepting();
    run.mqtt("check").config(text).line("--profile p").stdout_anything().run();
}

#[test]
fn what_nagios_cannot_know_is_unknown() {
    for (flags, words) in [
        ("--nagios --nonsense", "unexpected argument '--nonsense' found"),
        ("--nagios --warn connect", "invalid value 'connect' for '--warn <STEP=DURATION>'"),
        ("--nagios -q 1", "--qos has no effect without --topic"),
        (
            "--nagios --ca nowhere",
            "cannot use the certificate file nowhere: No such file or directory",
        ),
        ("--nagios -o nowhere", "nowhere"),
    ] {
        let output = Mqtt::new("check").line(flags).status(3).stdout_anything().run();
        let line = output.stdout_text();
        assert!(line.starts_with("MQTT UNKNOWN - ") && line.contains(words), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
    }
    let run = Mqtt::new("check").args(["--nagios", "-W", "300ms", "-u", "u"]);
    let run = run.args(["--password-command", "sleep 9"]).status(3);
    run.stdout("MQTT UNKNOWN - timed out waiting for the password command\n").run();
    Mqtt::new("check").line("--nagios --no-nagios -q 1").status(2).stderr_anything().run();
}

#[test]
fn interrupted_it_says_goodbye_and_reports_nothing_more() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_pingreq();
        conn.reached("pinged");
        conn.expect_goodbye();
    });
    let run = peer.mqtt("check").line("-V 5 --json").status(130).stdout("");
    let running = run.stderr("mqtt: interrupted\n").spawn();
    peer.wait_for("pinged");
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn a_disk_that_is_full_is_told() {
    let broker = Mosquitto::start();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = broker.mqtt("check").arg("--json").stdout_to(full).status(1);
    run.stderr("mqtt: cannot write: No space left on device\n").run();
}
