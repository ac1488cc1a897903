//! TLS that fails: each failure says which check failed, in one line, and ends the run at once.

use crate::support::{Authority, Certificate, Mosquitto, Mqtt, Peer, tls_door};

/// `mqtt pub` over TLS to `localhost` that must end with status 3 and these words, and a hint where there is one.
fn fails(port: u16, words: &str, hint: &str) -> Mqtt {
    let url = format!("mqtts://localhost:{port}");
    let hint = if hint.is_empty() { String::new() } else { format!("hint: {hint}\n") };
    Mqtt::new("pub")
        .args(["-V", "5", "-t", "t", "-m", "x", "-L", &url])
        .status(3)
        .stderr(format!("mqtt: cannot connect to {url}: {words}\n{hint}"))
}

/// The same with this authority.
fn fails_with(authority: &str, port: u16, words: &str, hint: &str) -> Mqtt {
    fails(port, words, hint).file("ca.pem", authority).line("--ca ca.pem")
}

const UNKNOWN: (&str, &str) = (
    "certificate issued by an unknown CA",
    "its issuer is \"lab\", whose certificate is neither in --ca nor sent by the broker",
);
const NAME: &str = "if your broker really has another name: --tls-server-name NAME";
const PLAIN: &str = "for a broker without TLS, use mqtt:// or ws://";

#[test]
fn an_authority_that_nobody_named() {
    let (authority, other) = (Authority::new("lab"), Authority::new("other"));
    let broker = Mosquitto::options().tls(&authority.server(&["localhost"])).start();
    fails_with(other.pem(), broker.port(), UNKNOWN.0, UNKNOWN.1).run();
    // What is named replaces what the system believes.
    fails_with(other.pem(), broker.port(), UNKNOWN.0, UNKNOWN.1)
        .file("system.pem", authority.pem())
        .env("SSL_CERT_FILE", "system.pem")
        .run();
}

#[test]
fn an_authority_of_the_same_name_with_another_key() {
    let (authority, impostor) = (Authority::new("lab"), Authority::new("lab"));
    let broker = Mosquitto::options().tls(&impostor.server(&["localhost"])).start();
    fails_with(authority.pem(), broker.port(), "certificate was not signed by the CA it names", "")
        .run();
}

#[test]
fn a_certificate_of_x_509_version_1() {
    let authority = Authority::new("lab");
    let broker = Mosquitto::options().tls(&Certificate::of_version_1()).start();
    fails_with(
        authority.pem(),
        broker.port(),
        "certificate is of X.509 version 1, which cannot name a host",
        "sign it anew with a subjectAltName, as version 3",
    )
    .run();
}

#[test]
fn a_certificate_for_another_name() {
    let authority = Authority::new("lab");
    let certificate = authority.server(&["one.example", "two.example", "10.0.0.1"]);
    let broker = Mosquitto::options().tls(&certificate).start();
    let words =
        |name| format!("certificate is for one.example, two.example, 10.0.0.1, not for {name}");
    fails_with(authority.pem(), broker.port(), &words("localhost"), NAME).run();
    for name in ["three.example", "127.0.0.1"] {
        fails_with(authority.pem(), broker.port(), &words(name), NAME)
            .args(["--tls-server-name", name])
            .run();
    }
}

#[test]
fn a_certificate_for_a_thousand_other_names() {
    let authority = Authority::new("lab");
    let long = format!("{}.example", "x".repeat(3000));
    let names: Vec<String> = (1..=1000).map(|number| format!("{number}.example")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names[1] = &long;
    let broker = Mosquitto::options().tls(&authority.server(&names)).start();
    let words = format!(
        "certificate is for 1.example, {}\u{2026}, 3.example, 4.example, 5.example and 995 more, \
         not for localhost",
        "x".repeat(197)
    );
    fails_with(authority.pem(), broker.port(), &words, NAME).run();
}

#[test]
fn a_certificate_for_no_name() {
    let authority = Authority::new("lab");
    let broker = Mosquitto::options().tls(&authority.server(&[])).start();
    let words = "certificate names no host, but localhost is expected \
        (it has no subject alternative name)";
    fails_with(authority.pem(), broker.port(), words, "").run();
}

#[test]
fn a_certificate_that_is_no_longer_or_not_yet_good() {
    let authority = Authority::new("lab");
    for (years, words) in [
        (2010..2020, "certificate has expired (2020-01-01)"),
        (3000..3010, "certificate is not valid before 3000-01-01"),
    ] {
        let certificate = authority.server_during(&["localhost"], years);
        let broker = Mosquitto::options().tls(&certificate).start();
        fails_with(authority.pem(), broker.port(), words, "").run();
    }
}

#[test]
fn a_certificate_that_is_its_own_authority_must_be_good_all_the_same() {
    let expired = Certificate::its_own_authority("localhost", 2010..2020);
    let broker = Mosquitto::options().tls(&expired).start();
    let words = "certificate has expired (2020-01-01)";
    fails_with(&expired.pem, broker.port(), words, "").run();

    let other = Certificate::its_own_authority("broker.example", 2010..4000);
    let broker = Mosquitto::options().tls(&other).start();
    let words = "certificate is for broker.example, not for localhost";
    fails_with(&other.pem, broker.port(), words, NAME).run();

    let another = Certificate::its_own_authority("localhost", 2010..4000);
    let broker = Mosquitto::options().tls(&another).start();
    let words = "certificate is a CA's, and is not trusted itself";
    let hint = "give this very certificate with --ca FILE";
    fails_with(&other.pem, broker.port(), words, hint).run();
}

#[test]
fn a_certificate_that_is_not_a_servers() {
    let authority = Authority::new("lab");
    let broker = Mosquitto::options().tls(&authority.client("localhost")).start();
    let words = "certificate is not meant for a server";
    fails_with(authority.pem(), broker.port(), words, "").run();
}

#[test]
fn no_common_version() {
    let authority = Authority::new("lab");
    let broker = Mosquitto::options()
        .tls(&authority.server(&["localhost"]))
        .line("tls_version tlsv1.3")
        .start();
    let words = "the broker supports none of our TLS versions and ciphers (1.2)";
    fails_with(authority.pem(), broker.port(), words, "").line("--tls-version 1.2").run();

    // What an old server says that knows TLS 1.1 at most: an alert, or its own version.
    let alert = [0x15, 3, 2, 0, 2, 2, 70];
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    for answer in [&alert[..], &hello] {
        let answer = answer.to_vec();
        let peer = Peer::script(move |conn| {
            conn.send_raw(&answer);
            conn.expect_noise();
        });
        let words = "the broker supports none of our TLS versions and ciphers (1.2 and 1.3)";
        fails_with(authority.pem(), peer.port(), words, "").run();
    }
}

#[test]
fn no_common_application_protocol() {
    let authority = Authority::new("lab");
    let peer = Peer::untouched();
    let door = tls_door(&authority.server(&["localhost"]), &["mqtt"], peer.port());
    let words = "the broker supports none of the protocols of --tls-alpn";
    fails_with(authority.pem(), door.port(), words, "").line("--tls-alpn other").run();
}

#[test]
fn a_broker_without_tls() {
    let broker = Mosquitto::start();
    let words = "the server closed the connection during the TLS handshake";
    fails_with(Authority::new("lab").pem(), broker.port(), words, PLAIN).run();
}

#[test]
fn a_web_server_without_tls() {
    let peer = Peer::script(|conn| {
        conn.send_raw(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        conn.expect_noise();
    });
    let words = "the server does not speak TLS";
    fails_with(Authority::new("lab").pem(), peer.port(), words, PLAIN).run();
}

#[test]
fn a_broker_with_tls_that_is_spoken_to_without() {
    let broker = Mosquitto::options().tls(&Authority::new("lab").server(&["localhost"])).start();
    broker
        .mqtt("pub")
        .line("-V 5 -t t -m x")
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to mqtt://127.0.0.1:{}: \
             Connection reset by peer\n\
             hint: a broker that speaks TLS hangs up like this: try mqtts://\n",
            broker.port()
        ))
        .run();
}

#[test]
fn a_handshake_that_stalls_ends_at_the_connect_deadline() {
    for answer in [&b""[..], b"\x16\x03\x03"] {
        let peer = Peer::script(|conn| {
            conn.send_raw(answer);
            conn.stall();
        });
        let words = "no TLS handshake within 500ms";
        fails_with(Authority::new("lab").pem(), peer.port(), words, "")
            .line("--connect-timeout 500ms")
            .run();
    }
}

#[test]
fn a_handshake_that_is_cut_short() {
    // Before it has heard anything, the end would be one of TCP.
    let peer = Peer::script(|conn| {
        conn.expect_bytes(b"\x16\x03\x01");
        conn.reset();
    });
    let words = "the server closed the connection during the TLS handshake";
    fails_with(Authority::new("lab").pem(), peer.port(), words, PLAIN).run();
}

#[test]
fn a_certificate_that_is_not_believed_is_not_tried_again() {
    let broker = Mosquitto::options().tls(&Authority::new("lab").server(&["localhost"])).start();
    let other = Authority::new("other");
    fails_with(other.pem(), broker.port(), UNKNOWN.0, UNKNOWN.1).line("--reconnect always").run();
}

#[test]
fn a_broker_that_comes_back_with_another_certificate_is_left_for_good() {
    let authority = Authority::new("lab");
    let mut broker = Mosquitto::options().tls(&authority.server(&["localhost"])).start();
    let url = format!("mqtts://localhost:{}", broker.port());
    let running = Mqtt::new("sub").args(["-V", "5", "-t", "t", "-L", &url, "--events", "-"]);
    let mut running = running
        .file("ca.pem", authority.pem())
        .line("--ca ca.pem")
        .status(6)
        .stderr_line(&format!("mqtt: connection to {url} lost: *; reconnecting"))
        .stderr_line(&format!("mqtt: cannot reconnect to {url}: {}", UNKNOWN.0))
        .stderr_line(&format!("hint: {}", UNKNOWN.1.replace("lab", "other")))
        .spawn();
    running.wait_for_stderr_line(r#""event":"subscribe""#);
    broker.stop();
    broker.show(&Authority::new("other").server(&["localhost"]));
    broker.restart();
    running.wait();
}

#[test]
fn files_that_hold_no_certificate() {
    for (flags, words) in [
        (
            "--ca nowhere.pem",
            "cannot use the certificate file nowhere.pem: No such file or directory",
        ),
        (
            "--ca empty.pem",
            "cannot use the certificate file empty.pem: it holds no certificate in PEM form",
        ),
        ("--ca broken.pem", "cannot use the certificate file broken.pem: it is not valid PEM"),
        (
            "--ca rubbish.pem",
            "cannot use the certificate file rubbish.pem: a certificate in it is malformed",
        ),
        ("--capath nowhere", "cannot use the directory nowhere: No such file or directory"),
        ("--capath .", "cannot use the directory .: no file in it holds a certificate in PEM form"),
    ] {
        Mqtt::new("pub")
            .line("-t t -m x")
            .line(flags)
            .file("empty.pem", "nothing")
            .file("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
            .file("rubbish.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
            .status(2)
            .stderr(format!("mqtt: {words}\n"))
            .run();
    }
}

#[test]
fn a_system_that_trusts_nobody() {
    Mqtt::new("pub")
        .line("-t t -m x --tls")
        .env("SSL_CERT_FILE", "/dev/null")
        .status(2)
        .stderr(
            "mqtt: this system has no trusted CA certificates\n\
             hint: name the broker's with --ca, or install ca-certificates\n",
        )
        .run();
}
