//! `mqtt check` of brokers that are fit, by every way that leads there, and in every form of output. What fails is in
//! `check_faults`.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use crate::support::{
    Authority, Level, Mosquitto, Mqtt, NameServer, Peer, Properties, Publish, a, free_port,
    http_proxy, openssl, property, socks_proxy, srv, tls_door,
};

const YES: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// The names of the steps that were printed, in order; each but `limits` has a time.
fn steps(stdout: &str) -> Vec<&str> {
    stdout
        .lines()
        .map(|line| {
            let name = line.split(' ').next().unwrap();
            assert_eq!(line.ends_with(" ms"), name != "limits", "{line}");
            name
        })
        .collect()
}

/// The one line of JSON.
fn json(run: Mqtt) -> Value {
    let output = run.arg("--json").stdout_anything().run();
    assert_eq!(output.stdout_text().lines().count(), 1, "{}", output.stdout_text());
    serde_json::from_str(output.stdout_text()).unwrap()
}

/// The names of the steps of a line of JSON.
fn timed(line: &Value) -> Vec<&str> {
    let seconds = line["seconds"].as_object().unwrap();
    assert!(seconds.values().all(|it| it.as_f64().is_some_and(|it| (0.0..20.0).contains(&it))));
    let mut names: Vec<_> = seconds.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_step_is_told_with_its_time() {
    let broker = Mosquitto::start();
    let output = broker
        .mqtt("check")
        .line("-t check/me -q 1")
        .stdout_line(&format!("tcp       127.0.0.1:{} *", broker.port()))
        .stdout_line("connect   MQTT 5 *")
        .stdout_line("message   check/me, QoS 1, there and back *")
        .stdout_line("limits    QoS 2, retained, wildcards, shared; 20 in flight; keep-alive 60")
        .run();
    assert_eq!(steps(output.stdout_text()), ["tcp", "connect", "ping", "message", "limits"]);
}

#[test]
fn the_limits_are_those_of_the_broker() {
    let peer = Peer::script(|conn| {
        conn.accept_with(
            Properties::new()
                .four(property::SESSION_EXPIRY, 3600)
                .two(property::RECEIVE_MAXIMUM, 7)
                .byte(property::MAXIMUM_QOS, 1)
                .byte(property::RETAIN_AVAILABLE, 0)
                .four(property::MAXIMUM_PACKET_SIZE, 2_000_000)
                .byte(property::SHARES_AVAILABLE, 0)
                .two(property::SERVER_KEEP_ALIVE, 30),
        );
        conn.serve();
    });
    peer.mqtt("check")
        .stdout_line("connect   MQTT 5, session expiry up to 1h *")
        .stdout_line(
            "limits    QoS 1, no retained, wildcards, no shared; 7 in flight; \
             packets to 2,000,000; keep-alive 30",
        )
        .run();
}

#[test]
fn the_end_of_the_certificate_is_told_whoever_is_trusted() {
    let authority = Authority::new("lab");
    let certificate = authority.server_during(&["localhost"], 2000..2100);
    let broker = Mosquitto::options().tls(&certificate).start();
    let key = openssl("x509 -pubkey -noout", &certificate.pem);
    let pin = format!("sha256//{}", pin_of(&key));
    for flags in ["--ca ca.pem", "--insecure", &format!("--insecure --pin {pin}")] {
        for (version, shown) in [("1.2", "1.2"), ("1.3", "1.3")] {
            let run = Mqtt::new("check").file("ca.pem", authority.pem());
            let url = format!("mqtts://localhost:{}", broker.port());
            let run = run.args(["-L", &url, "--tls-version", version]).line(flags);
            let pattern = format!("tls       {shown}, certificate ends 2100-01-01, in * days *");
            let output = run.stdout_line(&pattern).stderr_anything().run();
            let expected = ["name", "tcp", "tls", "connect", "ping", "limits"];
            assert_eq!(steps(output.stdout_text()), expected);
        }
    }
}

/// The base64 of the SHA-256 of a public key.
fn pin_of(key: &str) -> String {
    use data_encoding::BASE64;
    use ring::digest::{SHA256, digest};
    let der: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    BASE64.encode(digest(&SHA256, &BASE64.decode(der.as_bytes()).unwrap()).as_ref())
}

#[test]
fn an_expired_certificate_that_is_accepted_is_told_as_expired() {
    let certificate = Authority::new("lab").server_during(&["localhost"], 1990..1991);
    let broker = Mosquitto::options().tls(&certificate).start();
    let url = format!("mqtts://localhost:{}", broker.port());
    let check = || Mqtt::new("check").args(["-L", &url, "--insecure"]).stderr_anything();
    check().stdout_line("tls       1.3, certificate ended 1991-01-01, * days ago *").run();
    let line = json(check());
    assert_eq!(line["certificate"]["not_after"], "1991-01-01T00:00:00.000000Z");
    assert!(line["certificate"]["seconds_left"].as_i64().unwrap() < 0);
    check().line("--critical cert=0").status(3).stdout_anything().run();
}

#[test]
fn a_websocket_and_a_unix_socket_are_steps() {
    let authority = Authority::new("lab");
    let certificate = authority.server(&["localhost"]);
    let broker = Mosquitto::options().websockets().tls(&certificate).start();
    let url = format!("wss://localhost:{}/a?token=canary", broker.websocket_port());
    let run = Mqtt::new("check").args(["-L", &url, "-t", "t"]).file("ca.pem", authority.pem());
    let output = run.line("--ca ca.pem").stdout_line("websocket /a *").run();
    assert!(!output.stdout_text().contains("canary"));
    let expected = ["name", "tcp", "tls", "websocket", "connect", "ping", "message", "limits"];
    assert_eq!(steps(output.stdout_text()), expected);

    let broker = Mosquitto::options().unix_socket().start();
    let socket = broker.socket();
    let run = Mqtt::new("check").line("-t t -q 2 --unix").arg(&socket);
    let output = run.stdout_line(&format!("unix      {} *", socket.display())).run();
    assert_eq!(steps(output.stdout_text()), ["unix", "connect", "ping", "message", "limits"]);
}

#[test]
fn a_proxy_is_a_step_of_its_own() {
    let broker = Mosquitto::start();
    let proxies = [
        (socks_proxy(None, broker.port()), "socks5h", "broker.example", &["tcp", "proxy"][..]),
        (http_proxy(YES, broker.port()), "http", "broker.example", &["tcp", "proxy"]),
        // The name is looked up here.
        (socks_proxy(None, broker.port()), "socks5", "localhost", &["name", "tcp", "proxy"]),
    ];
    for (proxy, scheme, host, way) in &proxies {
        let url = format!("{scheme}://{}", proxy.address());
        let run = Mqtt::new("check").args(["-h", host, "--proxy", &url, "-t", "t"]);
        let output = run.stdout_line(&format!("proxy     to {host}:1883 *")).run();
        let expected = [*way, &["connect", "ping", "message", "limits"]].concat();
        assert_eq!(steps(output.stdout_text()), expected);
    }
}

#[test]
fn srv_records_and_the_tls_of_a_proxy_are_steps() {
    let broker = Mosquitto::start();
    let (service, host) = ("_mqtt._tcp.lab.example", "broker.example");
    // The first broker is not there.
    let zone = vec![
        srv(service, 0, 0, free_port(), host),
        srv(service, 1, 0, broker.port(), host),
        a(host, Ipv4Addr::LOCALHOST),
    ];
    let server = NameServer::new(zone);
    let run = Mqtt::new("check").line("-S -h lab.example --name-server").arg(server.address());
    let output = run.stdout_anything().run();
    let told = output.stdout_text();
    assert_eq!(steps(told), ["srv", "name", "tcp", "connect", "ping", "limits"], "{told}");
    assert!(told.contains(service) && told.contains("broker.example is 127.0.0.1"), "{told}");
    let (authority, inner) = (Authority::new("office"), http_proxy(YES, broker.port()));
    let door = tls_door(&authority.server(&["localhost"]), &[], inner.port());
    let proxy = format!("https://localhost:{}", door.port());
    let run = Mqtt::new("check").line("-h broker.example --proxy").arg(&proxy);
    let run = run.file("proxy-ca.pem", authority.pem()).line("--proxy-ca proxy-ca.pem");
    let output = run.stdout_anything().run();
    let told = output.stdout_text();
    let all = ["name", "tcp", "proxy-tls", "proxy", "connect", "ping", "limits"];
    assert_eq!(steps(told), all, "{told}");
    assert!(!told.contains("certificate"), "that of the proxy is not the broker's: {told}");
}

#[test]
fn the_message_is_not_retained_and_comes_back_at_every_qos_in_every_version() {
    let broker = Mosquitto::start();
    for version in ["3.1", "3.1.1", "5"] {
        for qos in ["0", "1", "2"] {
            let run = broker.mqtt("check").args(["-V", version, "-t", "t", "-q", qos]);
            run.stdout_line(&format!("message   t, QoS {qos}, there and back *")).run();
        }
    }
    broker.mqtt("sub").line("-t t --retained-only").run();
}

#[test]
fn only_its_own_message_counts() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.answer_ping();
        conn.publish(&Publish::new("t", "stored before").retain());
        let subscribe = conn.grant_subscribe();
        assert_eq!(subscribe.filters[0].qos, 0);
        let sent = conn.expect_publish();
        assert!(!sent.retain && sent.payload.0.len() == 16, "{sent:?}");
        conn.publish(&Publish::new("t", "of somebody else"));
        conn.publish(&Publish::new("other", &sent.payload.0));
        conn.publish(&Publish::new("t", &sent.payload.0).retain());
        conn.expect_nothing_for(std::time::Duration::from_millis(100));
        conn.publish(&Publish::new("t", &sent.payload.0));
        conn.expect_goodbye();
    });
    peer.mqtt("check").line("-t t").stdout_anything().run();
}

#[test]
fn the_topic_of_a_url_that_was_typed_is_the_topic() {
    let broker = Mosquitto::start();
    let url = format!("mqtt://127.0.0.1:{}/check/me", broker.port());
    Mqtt::new("check").args(["-L", &url]).stdout_line("message   check/me, QoS 0, *").run();
    let output = Mqtt::new("check").env("MQTT_URL", &url).stdout_anything().run();
    assert_eq!(steps(output.stdout_text()), ["tcp", "connect", "ping", "limits"]);
}

#[test]
fn the_session_ends_with_the_connection_in_every_version() {
    let peer = Peer::script(|conn| {
        let connect = conn.accept();
        assert!(connect.clean_start && connect.properties.is_empty(), "{connect:?}");
        conn.answer_ping();
        assert!(conn.expect_goodbye().properties.is_empty());
    })
    .then(|conn| {
        let connect = conn.accept();
        assert_eq!(connect.properties.number(property::SESSION_EXPIRY), Some(3600));
        conn.answer_ping();
        let disconnect = conn.expect_goodbye();
        assert_eq!(disconnect.properties.number(property::SESSION_EXPIRY), Some(0));
    })
    .then(|conn| {
        assert!(conn.accept().clean_start);
        conn.answer_ping();
        conn.expect_goodbye();
    });
    for flags in ["-V 5", "-V 5 -x 1h", "-V 3.1.1"] {
        peer.mqtt("check").line(flags).stdout_anything().run();
    }
    Mqtt::new("check")
        .line("-c -i me")
        .status(2)
        .stderr(
            "mqtt: this would take the messages waiting in the session: leave out --no-clean-start\n",
        )
        .run();
}

/// What mosquitto counts about clients, sessions, subscriptions and messages while nobody but the counter is there. It
/// counts once a second, and tells what has changed.
fn counters(broker: &Mosquitto) -> BTreeMap<String, String> {
    let topics = [
        "clients/total",
        "clients/connected",
        "clients/disconnected",
        "clients/expired",
        "subscriptions/count",
        "shared_subscriptions/count",
        "retained messages/count",
        "store/messages/count",
    ];
    let filters = topics.iter().flat_map(|topic| ["-t".to_owned(), format!("$SYS/broker/{topic}")]);
    let output = broker.mqtt("sub").args(filters).line("-v -W 4").stdout_anything().run();
    let lines = output.stdout_text().lines().filter_map(|line| line.rsplit_once(' '));
    lines.map(|(topic, count)| (topic.to_owned(), count.to_owned())).collect()
}

#[test]
fn fifty_checks_leave_nothing_at_the_broker() {
    let broker = Mosquitto::options().line("sys_interval 1").persistent().start();
    broker.publish_all(&[Publish::new("kept", "x").retain()]);
    // The first check may make the broker count what it did not count before.
    let check = |qos: &str, version: &str| {
        let run = broker.mqtt("check").args(["-t", "check/me", "-q", qos, "-V", version]);
        run.arg("-x").arg("1h").stdout_anything()
    };
    check("1", "5").run();
    let before = counters(&broker);
    assert_eq!(before["$SYS/broker/clients/total"], "1", "{before:?}");
    for number in 0..50 {
        check(["0", "1", "2"][number % 3], "5").run();
    }
    for version in ["3.1", "3.1.1"] {
        let run = broker.mqtt("check").args(["-t", "check/me", "-q", "2", "-V", version]);
        run.stdout_anything().run();
    }
    // Nor does one that fails half way.
    for flags in ["-q 1 -W 1ms -t a", "--critical connect=0 -q 2 -t a"] {
        broker.mqtt("check").line(flags).run_to_any_end();
    }
    assert_eq!(counters(&broker), before);
}

#[test]
fn each_version_is_tried_and_has_a_line() {
    let broker = Mosquitto::start();
    let output = broker
        .mqtt("check")
        .line("--versions -V 3.1.1")
        .stdout_line("connect   MQTT 3.1.1 *")
        .stdout_line("version   MQTT 5, accepted *")
        .stdout_line("version   MQTT 3.1.1, accepted *")
        .stdout_line("version   MQTT 3.1, accepted *")
        .run();
    let names = steps(output.stdout_text());
    assert_eq!(names, ["tcp", "connect", "ping", "version", "version", "version"]);
}

#[test]
fn a_version_that_is_not_accepted_is_no_failure() {
    let peer = Peer::each(|conn| {
        let connect = conn.expect_connect();
        match connect.level {
            Level::V5 => conn.connack_with(false, 0x84, Properties::new()),
            Level::V31 => conn.cut(),
            Level::V311 => {
                conn.connack(0);
                conn.serve();
            }
        }
    });
    let refused = "the broker refused the connection: 0x84 Unsupported protocol version";
    peer.mqtt("check")
        .arg("--versions")
        .stdout_line("connect   MQTT 5 is not accepted, trying MQTT 3.1.1 *")
        .stdout_line("connect   MQTT 3.1.1 *")
        .stdout_line(&format!("version   MQTT 5, not accepted: {refused} *"))
        .stdout_line("version   MQTT 3.1.1, accepted *")
        .stdout_line("version   MQTT 3.1, not accepted: the broker closed the connection *")
        .run();
    let line = json(peer.mqtt("check").arg("--versions"));
    let versions = serde_json::json!({"5": false, "3.1.1": true, "3.1": false});
    assert_eq!((&line["versions"], &line["status"]), (&versions, &0.into()));
    assert_eq!(line["protocol"], "3.1.1");
    // What was asked for does not work, which is a failure, and the versions tell what does.
    peer.mqtt("check")
        .line("--versions -V 5")
        .status(4)
        .stdout_line(&format!("connect   failed: {refused} *"))
        .stdout_line("version   MQTT 3.1.1, accepted *")
        .stderr_contains("hint: the broker does not support MQTT 5: try -V 3.1.1")
        .run();
}

#[test]
fn json_is_one_line_with_times_in_seconds() {
    let authority = Authority::new("lab");
    let broker = Mosquitto::options().tls(&authority.server_during(&["localhost"], 2000..2100));
    let broker = broker.start();
    let url = format!("mqtts://localhost:{}", broker.port());
    let check = Mqtt::new("check").args(["-L", &url, "-t", "t", "--versions"]);
    let line = json(check.file("ca.pem", authority.pem()).line("--ca ca.pem"));
    assert_eq!(timed(&line), ["connect", "message", "name", "ping", "tcp", "tls"]);
    for (key, value) in
        [("target", url.as_str()), ("result", "ok"), ("tls", "1.3"), ("protocol", "5")]
    {
        assert_eq!(line[key], value, "{line}");
    }
    assert_eq!(line["status"], 0);
    assert_eq!(line["certificate"]["not_after"], "2100-01-01T00:00:00.000000Z");
    assert_eq!(line["limits"]["receive_maximum"], 20);
    assert_eq!(line["limits"]["maximum_qos"], 2);
    assert!(line["address"].as_str().unwrap().ends_with(&format!(":{}", broker.port())));
    assert_eq!(line["versions"], serde_json::json!({"5": true, "3.1.1": true, "3.1": true}));
    assert!(line.get("problems").is_none());
}

#[test]
fn metrics_are_in_the_format_of_prometheus() {
    let certificate = Authority::new("lab").server_during(&["localhost"], 2000..2100);
    let broker = Mosquitto::options().tls(&certificate).start();
    let url = format!("mqtts://localhost:{}", broker.port());
    let run = Mqtt::new("check").args(["-L", &url, "-t", "t", "--insecure", "--versions"]);
    let output = run.arg("--prometheus").stdout_anything().stderr_anything().run();
    let samples = check_metrics(output.stdout_text());
    let target = format!("target=\"{url}\"");
    for sample in [
        format!("mqtt_check_up{{{target}}} 1"),
        format!("mqtt_check_exit_status{{{target}}} 0"),
        format!("mqtt_check_step_up{{{target},step=\"tls\"}} 1"),
        format!("mqtt_check_certificate_not_after_seconds{{{target}}} 4102444800"),
        format!("mqtt_check_version_accepted{{{target},version=\"3.1\"}} 1"),
    ] {
        assert!(samples.contains(&sample), "{sample}: {samples:#?}");
    }
    for step in ["name", "tcp", "tls", "connect", "ping", "message"] {
        let start = format!("mqtt_check_step_seconds{{{target},step=\"{step}\"}} 0.");
        assert!(samples.iter().any(|it| it.starts_with(&start)), "{step}: {samples:#?}");
    }
}

/// Checks the text format of Prometheus, and returns the samples.
pub fn check_metrics(text: &str) -> Vec<String> {
    assert!(text.ends_with('\n'), "{text:?}");
    let (mut described, mut samples) = (Vec::new(), Vec::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let name = help.split(' ').next().unwrap();
            assert_eq!(lines.next(), Some(format!("# TYPE {name} gauge").as_str()));
            assert!(!described.contains(&name), "{name} is described twice");
            described.push(name);
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        value.parse::<f64>().unwrap();
        let (name, labels) = series.split_once('{').unwrap();
        assert!(labels.ends_with("\"}"), "{line}");
        assert_eq!(described.last(), Some(&name), "{line}: its metric is not the one described");
        assert!(!samples.iter().any(|it: &String| it.starts_with(series)), "{series} comes twice");
        samples.push(line.to_owned());
    }
    samples
}

#[test]
fn thresholds_warn_or_fail_and_the_check_goes_on() {
    let broker = Mosquitto::start();
    broker
        .mqtt("check")
        .line("--warn connect=0,ping=1h --critical ping=2h")
        .stdout_line("connect   MQTT 5 * ms  warning: took * ms, more than 0")
        .stdout_line("ping *")
        .stderr_line("mqtt: warning: connect: took * ms, more than 0")
        .run();
    broker.mqtt("check").line("--warn connect=0 --quiet").stdout_anything().stderr("").run();
    broker
        .mqtt("check")
        .line("--warn connect=0 --critical connect=0 --critical tcp=0,ping=9s")
        .status(27)
        .stdout_line("connect   MQTT 5 * ms  critical: took * ms, more than 0")
        .stdout_line("limits *")
        .stderr_line("mqtt: tcp: took * ms, more than 0; connect: took * ms, more than 0")
        .run();
    let line = json(broker.mqtt("check").line("--critical ping=0").status(27).stderr_anything());
    assert_eq!((&line["result"], &line["status"]), (&"critical".into(), &27.into()));
    assert_eq!(line["problems"][0]["step"], "ping");
    assert_eq!(line["problems"][0]["level"], "critical");
}

#[test]
fn a_certificate_that_ends_soon_warns_or_fails_with_3() {
    let authority = Authority::new("lab");
    let certificate = authority.server_during(&["localhost"], 2000..2100);
    let door = Mosquitto::options().tls(&certificate).start();
    let url = format!("mqtts://localhost:{}", door.port());
    let check = || {
        let run = Mqtt::new("check").args(["-L", &url]).file("ca.pem", authority.pem());
        run.line("--ca ca.pem").stdout_anything()
    };
    let ends = "certificate ends in * days, less than 100years";
    check().line("--warn cert=14d --critical cert=7d").run();
    let run = check().line("--warn cert=100years");
    run.stderr_line(&format!("mqtt: warning: cert: {ends}")).run();
    let run = check().line("--critical cert=100years").status(3);
    run.stderr_line(&format!("mqtt: cert: {ends}")).run();
}

#[test]
fn nagios_gets_one_line_and_its_own_statuses() {
    let certificate = Authority::new("lab").server_during(&["localhost"], 2000..2100);
    let broker = Mosquitto::options().tls(&certificate).start();
    let url = format!("mqtts://localhost:{}", broker.port());
    let check = |flags: &str, status| {
        let run = Mqtt::new("check").args(["-L", &url, "--insecure", "--quiet"]).line(flags);
        let output = run.arg("--nagios").status(status).stdout_anything().run();
        let line = output.stdout_text().strip_suffix('\n').unwrap().to_owned();
        assert!(!line.contains('\n'), "{line}");
        line
    };
    let line = check("--warn connect=9s,cert=14d --critical connect=20 -t t", 0);
    let (text, figures) = line.split_once('|').unwrap();
    assert!(text.starts_with(&format!("MQTT OK - {url}, MQTT 5, certificate ends 2100-01-01")));
    let figures: Vec<_> = figures.split(' ').collect();
    let names: Vec<_> = figures.iter().map(|it| it.split('=').next().unwrap()).collect();
    assert_eq!(names, ["name", "tcp", "tls", "connect", "ping", "message", "cert"]);
    assert!(figures[3].ends_with("s;9;20;0"), "{}", figures[3]);
    assert!(figures[4].ends_with("s;;;0"), "{}", figures[4]);
    assert!(figures[6].ends_with("s;1209600:;"), "{}", figures[6]);
    let line = check("--warn tcp=0", 1);
    assert!(line.starts_with(&format!("MQTT WARNING - {url}, tcp: took ")), "{line}");
    let line = check("--critical tcp=0 --warn ping=0", 2);
    assert!(line.starts_with(&format!("MQTT CRITICAL - {url}, tcp: took ")), "{line}");
}

#[test]
fn the_events_and_the_trace_are_those_of_any_session() {
    let broker = Mosquitto::start();
    let run = broker.mqtt("check").line("-d --events events -t t").stdout_anything();
    let path = run.path("events");
    let running = run.stderr_line("→ CONNECT*").stderr_line("← PINGRESP*").spawn();
    let copy = std::thread::spawn(move || {
        // The directory is removed with the run.
        let mut seen = String::new();
        for _ in 0..1_000 {
            seen = std::fs::read_to_string(&path).unwrap_or(seen);
            if seen.contains("\"disconnect\"") {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        seen
    });
    let seen = copy.join().unwrap();
    running.wait();
    let events: Vec<Value> = seen.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let names: Vec<_> = events.iter().map(|it| it["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["connect", "subscribe", "publish", "message", "disconnect"]);
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let broker = Mosquitto::start();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    broker.mqtt("check").line("--json").stdout_to(writer).run();
}

#[test]
fn a_tls_door_without_a_broker_behind_it_still_shows_its_certificate() {
    let authority = Authority::new("lab");
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        conn.cut();
    });
    let certificate = authority.server_during(&["localhost"], 2000..2100);
    let door = tls_door(&certificate, &[], peer.port());
    let url = format!("mqtts://localhost:{}", door.port());
    let run = Mqtt::new("check").args(["-L", &url, "-V", "5", "--insecure"]).status(3);
    let output = run.line("--prometheus").stdout_anything().stderr_anything().run();
    let samples = check_metrics(output.stdout_text());
    let target = format!("target=\"{url}\"");
    let end = format!("mqtt_check_certificate_not_after_seconds{{{target}}} 4102444800");
    assert!(samples.contains(&end), "{samples:#?}");
    assert!(samples.contains(&format!("mqtt_check_step_up{{{target},step=\"connect\"}} 0")));
    assert!(samples.contains(&format!("mqtt_check_up{{{target}}} 0")));
}
