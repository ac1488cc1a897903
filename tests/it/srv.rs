//! SRV records and name servers: which brokers are found, in which order, and what is said when there are none.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{
    Authority, Conn, Entry, Mqtt, NameServer, Peer, Sent, a, cname, free_port, http_proxy,
    socks_proxy, srv, tls_door, wire,
};

const SERVICE: &str = "_mqtt._tcp.lab.example";
const SECURE: &str = "_secure-mqtt._tcp.lab.example";
const HOST: &str = "broker.example";
const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// `mqtt pub -S` of one message to lab.example, which asks these name servers.
fn publish(servers: &[&NameServer]) -> Mqtt {
    let run = Mqtt::new("pub").line("-t t -m x -q 1 -S -h lab.example");
    servers.iter().fold(run, |run, server| run.args(["--name-server", &server.address()]))
}

/// The same, to fail with these words.
#[track_caller]
fn fails(servers: &[&NameServer], words: &str) {
    publish(servers)
        .status(3)
        .stderr(format!("mqtt: cannot connect to mqtt://lab.example: {words}\n"))
        .run();
}

/// A zone with one broker at this port.
fn zone(port: u16) -> Vec<Entry> {
    vec![srv(SERVICE, 0, 0, port, HOST), a(HOST, LOOPBACK)]
}

/// What the client says when there is no record.
fn none() -> String {
    format!("there is no SRV record {SERVICE}\nhint: without --srv, the host itself is the broker")
}

#[test]
fn the_record_leads_to_the_broker() {
    let peer = Peer::accepting();
    let server = NameServer::new(zone(peer.port()));
    publish(&[&server]).run();
    let mut asked = server.asked();
    asked[1..].sort();
    assert_eq!(asked, ["SRV _mqtt._tcp.lab.example", "A broker.example", "AAAA broker.example"]);
    // Capitals, a final dot, a URL, and the variables say the same.
    let peer = Peer::accepting();
    let server = NameServer::new(zone(peer.port()));
    for host in ["LAB.example", "lab.example."] {
        let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "--srv", "-h", host]);
        run.args(["--name-server", &server.address()]).run();
    }
    let run = Mqtt::new("pub").line("-t t -m x -L mqtt://lab.example").env("MQTT_SRV", "true");
    run.env("MQTT_NAME_SERVER", server.address()).run();
}

#[test]
fn with_tls_the_certificate_is_for_the_name_that_was_typed() {
    let authority = Authority::new("lab");
    let peer = Peer::accepting();
    for (name, is_good) in [("lab.example", true), (HOST, false)] {
        let door = tls_door(&authority.server(&[name]), &[], peer.port());
        let zone = [srv(SECURE, 0, 0, door.port(), HOST), a(HOST, LOOPBACK)];
        let server = NameServer::new(zone);
        let run = publish(&[&server]).file("ca.pem", authority.pem()).line("--ca ca.pem");
        match is_good {
            true => run,
            false => run.status(3).stderr(
                "mqtt: cannot connect to mqtts://lab.example: \
                 certificate is for broker.example, not for lab.example\n\
                 hint: if your broker really has another name: --tls-server-name NAME\n",
            ),
        }
        .run();
    }
}

#[test]
fn brokers_are_tried_in_the_order_of_their_priority() {
    let peer = Peer::accepting();
    let untouched = Peer::untouched();
    let server = NameServer::new([
        srv(SERVICE, 30, 65_535, untouched.port(), "spare.example"),
        srv(SERVICE, 20, 0, peer.port(), HOST),
        srv(SERVICE, 10, 1, free_port(), "gone.example"),
        srv(SERVICE, 9, 1, 1883, "nowhere.example"),
        a("spare.example", LOOPBACK),
        a("gone.example", LOOPBACK),
        a(HOST, LOOPBACK),
    ]);
    publish(&[&server]).run();
    assert_eq!(peer.finish().connects.len(), 1);
    let asked = server.asked();
    let position = |name: &str| asked.iter().position(|it| it == name);
    assert!(position("A nowhere.example") < position("A gone.example"), "{asked:?}");
    assert!(position("A gone.example") < position("A broker.example"), "{asked:?}");
    assert_eq!(position("A spare.example"), None);
}

#[test]
fn brokers_of_weight_0_are_all_tried() {
    let peer = Peer::accepting();
    let server = NameServer::new([
        srv(SERVICE, 0, 0, free_port(), HOST),
        srv(SERVICE, 0, 0, peer.port(), HOST),
        srv(SERVICE, 0, 0, free_port(), HOST),
        a(HOST, LOOPBACK),
    ]);
    for _ in 0..4 {
        publish(&[&server]).run();
    }
}

#[test]
fn brokers_that_cannot_be_reached_are_named() {
    let ports: Vec<u16> = (0..4).map(|_| free_port()).collect();
    let refused = |port: u16| format!("broker.example:{port}: Connection refused");
    let server = NameServer::new(zone(ports[0]));
    fails(&[&server], &refused(ports[0]));
    let records = (0..).zip(&ports).map(|(priority, port)| srv(SERVICE, priority, 0, *port, HOST));
    let server = NameServer::new(records.chain([a(HOST, LOOPBACK)]).collect::<Vec<_>>());
    let named: Vec<String> = ports.iter().take(3).map(|port| refused(*port)).collect();
    fails(&[&server], &format!("{}; and 1 more", named.join("; ")));
    let server = NameServer::new([srv(SERVICE, 0, 0, 1883, HOST)]);
    fails(&[&server], "broker.example:1883: unknown host broker.example");
}

#[test]
fn a_domain_without_brokers_says_so() {
    // No such name, and a name with other records.
    for zone in [Vec::new(), vec![a(SERVICE, LOOPBACK)]] {
        fails(&[&NameServer::new(zone)], &none());
    }
    let server = NameServer::new([srv(SERVICE, 0, 0, 0, ".")]);
    fails(&[&server], &format!("the SRV record {SERVICE} says that there is no broker"));
}

#[test]
fn records_that_name_no_host_are_not_used() {
    let words = format!("no SRV record {SERVICE} names a valid host and port");
    let odd = |host: &str, port: u16| srv(SERVICE, 0, 0, port, host);
    let peer = Peer::untouched();
    let proxy = http_proxy("HTTP/1.1 200 OK\r\n\r\n", peer.port());
    for records in
        [vec![odd(HOST, 0)], vec![odd("a\r\nX: y", 1), odd("a b.example", 1), odd(".", 1)]]
    {
        let server = NameServer::new(records);
        publish(&[&server])
            .args(["--proxy", &format!("http://{}", proxy.address())])
            .status(3)
            .stderr(format!("mqtt: cannot connect to mqtt://lab.example: {words}\n"))
            .run();
    }
    assert_eq!(proxy.notes(), [""; 0]);
}

#[test]
fn a_name_server_that_fails_or_says_nothing_leads_to_the_next() {
    let peer = Peer::accepting();
    let good = NameServer::new(zone(peer.port()));
    let failing = NameServer::scripted(|asked| vec![Sent::Here(asked.error(2))]);
    let malformed = NameServer::scripted(|asked| {
        if !asked.is_about_services() {
            return vec![Sent::Here(asked.error(2))];
        }
        // A target that points at itself.
        let mut answer = asked.answer(&[srv(SERVICE, 0, 0, 1, ".")]);
        let end = answer.len();
        answer[end - 9..end - 7].copy_from_slice(&8_u16.to_be_bytes());
        answer[end - 1] = 0xc0;
        answer.push(u8::try_from(end - 1).expect("a short answer"));
        vec![Sent::Here(answer)]
    });
    let circular = NameServer::scripted(|asked| {
        vec![Sent::Here(
            asked.answer(&[cname(&asked.name, "a.example"), cname("a.example", &asked.name)]),
        )]
    });
    let silent = NameServer::scripted(|_| Vec::new());
    publish(&[&failing, &malformed, &circular, &good]).run();
    assert_eq!(failing.asked()[0], "SRV _mqtt._tcp.lab.example");
    let gone = format!("127.0.0.1:{}", free_port());
    publish(&[&good]).args(["--name-server", &gone]).run();
    let run = Mqtt::new("pub").line("-t t -m x -S -h lab.example --connect-timeout 30s");
    run.args(["--name-server", &gone, "--name-server", &silent.address()])
        .args(["--name-server", &good.address()])
        .run();
    // If none answers, it is told what each did.
    let why =
        |server: &NameServer, words: &str| format!("name server {}: {words}", server.address());
    let all = [
        why(&failing, "SERVFAIL"),
        why(&malformed, "malformed answer"),
        why(&circular, "aliases (CNAME) without end"),
    ];
    let words = format!("cannot look up {SERVICE}: {}", all.join("; "));
    fails(&[&failing, &malformed, &circular], &words);
}

#[test]
fn what_does_not_answer_the_query_is_ignored() {
    let (peer, untouched) = (Peer::accepting(), Peer::untouched());
    let (right, wrong) = (zone(peer.port()), zone(untouched.port()));
    let server = NameServer::scripted(move |asked| {
        let lie = asked.answer_of(&wrong);
        let other_id = [&[lie[0], !lie[1]], &lie[2..]].concat();
        let mut other_name = lie.clone();
        other_name[14] ^= 1;
        let mut other_kind = lie.clone();
        other_kind[12 + wire(&asked.name).len() + 1] ^= 1;
        let mut query = lie.clone();
        query[2] &= 0x7f;
        let lies = [other_id, other_name, other_kind, query, b"garbage".to_vec(), Vec::new()];
        let lies = lies.map(Sent::Here).into_iter().chain([Sent::Elsewhere(lie)]);
        lies.chain([Sent::Here(asked.answer_of(&right))]).collect()
    });
    publish(&[&server]).run();
}

#[test]
fn an_answer_that_is_too_large_for_udp_comes_over_tcp() {
    let peer = Peer::accepting();
    let mut all: Vec<Entry> =
        (1..=300).map(|priority| srv(SERVICE, priority, 0, 1, "spare.example")).collect();
    all.extend(zone(peer.port()));
    let server = NameServer::scripted(move |asked| {
        let is_large = asked.name == SERVICE && !asked.over_tcp;
        vec![Sent::Here(if is_large { asked.cut_short() } else { asked.answer_of(&all) })]
    });
    publish(&[&server]).run();
    assert_eq!(server.asked()[..2], [format!("SRV {SERVICE}"), format!("SRV {SERVICE} tcp")]);
    // A server that then does not answer, and one that cuts that short, too.
    let server = NameServer::scripted(|asked| match asked.over_tcp {
        true => Vec::new(),
        false => vec![Sent::Here(asked.cut_short())],
    });
    let words = "closed the connection without an answer";
    let why = |server: &NameServer, words: &str| {
        format!("cannot look up {SERVICE}: name server {}: {words}", server.address())
    };
    fails(&[&server], &why(&server, words));
    let server = NameServer::scripted(|asked| vec![Sent::Here(asked.cut_short())]);
    fails(&[&server], &why(&server, "malformed answer"));
}

#[test]
fn an_alias_is_followed() {
    let peer = Peer::accepting();
    let server = NameServer::new([
        cname(SERVICE, "_mqtt._tcp.hoster.example"),
        srv("_mqtt._tcp.hoster.example", 0, 0, peer.port(), HOST),
        a(HOST, LOOPBACK),
    ]);
    publish(&[&server]).run();
}

#[test]
fn every_connection_looks_up_again() {
    let peer = Peer::script(|conn: &mut Conn| {
        conn.accept();
        conn.cut();
    });
    let second = Peer::accepting();
    let (ports, count) = ([peer.port(), second.port()], AtomicUsize::new(0));
    let server = NameServer::scripted(move |asked| {
        let is_first = asked.name == SERVICE && count.fetch_add(1, Ordering::Relaxed) == 0;
        let port = if is_first { ports[0] } else { ports[1] };
        vec![Sent::Here(asked.answer_of(&zone(port)))]
    });
    publish(&[&server]).line("-V 5").stderr_anything().run();
    assert_eq!(second.finish().connects.len(), 1);
    let asked = server.asked();
    assert_eq!(asked.iter().filter(|it| it.starts_with("SRV")).count(), 2, "{asked:?}");
}

#[test]
fn the_deadlines_cover_the_lookup() {
    let silent = NameServer::scripted(|_| Vec::new());
    publish(&[&silent])
        .line("--connect-timeout 500ms")
        .status(3)
        .stderr(
            "mqtt: cannot connect to mqtt://lab.example: no answer from a name server within 500ms\n",
        )
        .run();
    publish(&[&silent]).line("-W 300ms").status(27).stderr_anything().run();
}

#[test]
fn a_proxy_gets_the_host_that_the_record_names() {
    let peer = Peer::accepting();
    let server = NameServer::new([srv(SERVICE, 0, 0, 1884, HOST), a(HOST, LOOPBACK)]);
    let through = |proxy: String| publish(&[&server]).args(["--proxy", &proxy]).run();
    let socks = socks_proxy(None, peer.port());
    through(format!("socks5h://{}", socks.address()));
    assert_eq!(socks.notes(), ["name broker.example:1884"]);
    let http = http_proxy("HTTP/1.1 200 OK\r\n\r\n", peer.port());
    through(format!("http://{}", http.address()));
    assert!(http.notes()[0].starts_with("CONNECT broker.example:1884 "), "{:?}", http.notes());
    assert_eq!(server.asked(), [format!("SRV {SERVICE}"), format!("SRV {SERVICE}")]);
    let socks = socks_proxy(None, peer.port());
    through(format!("socks5://{}", socks.address()));
    assert_eq!(socks.notes(), ["127.0.0.1:1884"]);
}

#[test]
fn a_place_that_has_no_records_is_refused() {
    for (flags, words) in [
        ("-h lab.example -p 1883", "--srv: a port cannot be given: the SRV records name it"),
        ("-L mqtt://lab.example:1883", "--srv: a port cannot be given: the SRV records name it"),
        ("-h 127.0.0.1", "--srv: the host must be a name with SRV records"),
        ("-L mqtt://[::1]", "--srv: the host must be a name with SRV records"),
        ("-h localhost", "--srv: the host must be a name with SRV records"),
        ("", "--srv: the host must be a name with SRV records"),
        ("-L wss://lab.example", "--srv: the records are of brokers without WebSocket"),
        ("-h lab.example --ws", "--srv: the records are of brokers without WebSocket"),
        ("-h lab..example", "--srv: the host is not a valid name"),
        ("--unix /nowhere", "--srv has no effect over a Unix socket"),
    ] {
        let run = Mqtt::new("pub").line("-t t -m x -S").line(flags);
        run.status(2).stderr(format!("mqtt: {words}\n")).run();
    }
    // With the prefix it has 255 bytes at most.
    let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(50));
    for (host, is_name) in [(longest.clone(), true), (longest + "b", false)] {
        let server = NameServer::new(Vec::new());
        let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "-S", "-h", &host]);
        let run = run.args(["--name-server", &server.address()]);
        match is_name {
            true => run.status(3).stderr_line("*there is no SRV record _mqtt._tcp.aaa*"),
            false => run.status(2).stderr_line("mqtt: --srv: the host is not a valid name"),
        }
        .run();
    }
}

#[test]
fn a_profiles_records_are_of_its_own_host() {
    let profile = "default = \"lab\"\n[profiles.lab]\nhost = \"lab.example\"\nsrv = true\n";
    let untouched = NameServer::new(zone(1));
    let peer = Peer::accepting();
    let run = |line: &str| {
        let run = Mqtt::new("pub").line("-t t -m x").line(line).config(profile);
        run.env("MQTT_NAME_SERVER", untouched.address())
    };
    run("-h 127.0.0.1 -p").arg(peer.port().to_string()).run();
    run("-L").arg(format!("mqtt://127.0.0.1:{}", peer.port())).run();
    let shown = |line: &str| {
        let run = Mqtt::new("config").arg("show").line(line).config(profile);
        let output = run.stdout_anything().run();
        output.stdout_text().lines().next().expect("the broker's URL").to_owned()
    };
    assert_eq!(shown(""), "# mqtt://lab.example");
    assert_eq!(shown("--tls"), "# mqtts://lab.example");
    assert_eq!(shown("-p 1884"), "# mqtt://lab.example:1884");
    assert_eq!(shown("--no-srv"), "# mqtt://lab.example:1883");
    assert_eq!(shown("-h other.example"), "# mqtt://other.example:1883");
    assert_eq!(shown("--ws"), "# ws://lab.example:80/mqtt");
    assert_eq!(untouched.asked(), [""; 0]);
    let both = format!("{profile}port = 1883\n");
    let run = Mqtt::new("pub").line("-t t -m x").config(&both).status(2);
    run.stderr_line("mqtt: */config.toml:4: --srv: a port cannot be given*").run();
}

#[test]
fn a_profiles_password_goes_where_the_records_of_its_host_lead() {
    let told = |lines: &str, line: &str| {
        let peer = Peer::accepting();
        let server = NameServer::new(zone(peer.port()));
        let config = format!("default = \"lab\"\n[profiles.lab]\nusername = \"me\"\n{lines}");
        let run = Mqtt::new("pub").line("-t t -m x").line(line).private_file("pw", "secret");
        let config = config.replace("PW", &run.path("pw").display().to_string());
        let run = run.config(&config).args(["--name-server", &server.address()]);
        run.stderr_anything().run();
        peer.finish().connects[0].password.is_some()
    };
    let host = "password-file = \"PW\"\nhost = \"lab.example\"\n";
    assert!(told(&format!("{host}srv = true\n"), ""));
    assert!(told(host, "-S"));
    assert!(!told(&format!("{host}port = 1883\n"), "-S"), "the profile means another port");
    assert!(!told("password-file = \"PW\"\nhost = \"other.example\"\n", "-S -h lab.example"));
    assert!(!told("password-file = \"PW\"\n", "-S -h lab.example"), "it means this machine");
}

#[test]
fn what_the_records_name_is_another_machine() {
    let server = NameServer::new(zone(free_port()));
    publish(&[&server])
        .line("--require-tls")
        .status(2)
        .stderr_line("mqtt: mqtt://lab.example is not encrypted, and --require-tls is set")
        .run();
    assert_eq!(server.asked(), [""; 0]);
    let run = publish(&[&server]).line("-u me").env("MQTT_PASSWORD", "x").status(3);
    run.stderr_line("*the password goes to mqtt://lab.example unencrypted*").run();
}

#[test]
fn a_name_server_can_be_asked_for_any_host() {
    let peer = Peer::accepting();
    let server = NameServer::new([a(HOST, LOOPBACK), cname("alias.example", HOST)]);
    for host in [HOST, "alias.example"] {
        let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "-h", host, "-p"]);
        run.arg(peer.port().to_string()).args(["--name-server", &server.address()]).run();
    }
    let run = Mqtt::new("pub").line("-t t -m x -h nowhere.example --name-server");
    run.arg(server.address())
        .status(3)
        .stderr(
            "mqtt: cannot connect to mqtt://nowhere.example:1883: unknown host nowhere.example\n",
        )
        .run();
    // The name of a proxy is one, too.
    let proxy = http_proxy("HTTP/1.1 200 OK\r\n\r\n", peer.port());
    let run = Mqtt::new("pub").line("-t t -m x -h 127.0.0.1 --name-server").arg(server.address());
    run.args(["--proxy", &format!("http://{HOST}:{}", proxy.port())]).run();
}

#[test]
fn a_name_server_that_says_nothing_about_ipv6_is_not_waited_for() {
    let peer = Peer::accepting();
    let server = NameServer::scripted(|asked| match asked.is_about_ipv6() {
        true => Vec::new(),
        false => vec![Sent::Here(asked.answer_of(&[a(HOST, LOOPBACK)]))],
    });
    // To ask it three times for two seconds each would take longer.
    let run = Mqtt::new("pub").line("-t t -m x --connect-timeout 5s").args(["-h", HOST, "-p"]);
    run.arg(peer.port().to_string()).args(["--name-server", &server.address()]).run();
}

#[test]
fn a_name_server_without_a_name_to_look_up_is_refused() {
    for flags in [
        "-h 127.0.0.1",
        "-h localhost",
        "-h broker.example --proxy socks5h://127.0.0.1:1",
        "-h broker.example --proxy https://localhost",
    ] {
        let run = Mqtt::new("pub").line("-t t -m x --name-server 127.0.0.1").line(flags);
        let words = "mqtt: --name-server has no effect without a name to look up\n";
        run.status(2).stderr(words).run();
    }
    let peer = Peer::accepting();
    peer.mqtt("pub").line("-t t -m x").env("MQTT_NAME_SERVER", "127.0.0.1:1").run();
    for bad in ["lab.example", "127.0.0.1:0", "127.0.0.1:x", "[::1", "::1:x"] {
        let run = Mqtt::new("pub").line("-t t -m x -h h --name-server").arg(bad).status(2);
        run.stderr_line("*expected an IP address, or ADDRESS:PORT*").run();
    }
    for good in ["127.0.0.1", "127.0.0.1:5353", "::1", "[::1]", "[fe80::1]:53", "[fe80::1%1]:53"] {
        let run = Mqtt::new("config").line("show -S -h lab.example --name-server").arg(good);
        run.stdout_anything().run();
    }
}
