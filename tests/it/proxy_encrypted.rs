//! Proxies that are reached over TLS: who they are is proven before anything is said to them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    Authority, Certificate, Door, Mosquitto, Mqtt, Peer, free_port, http_proxy, tls_door,
};

const BROKER: &str = "mqtt://broker.example:1884";
const YES: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// An HTTP proxy and the TLS in front of it.
struct Proxy {
    tls: Door,
    http: Door,
}

impl Proxy {
    fn new(certificate: &Certificate, behind: u16) -> Self {
        let http = http_proxy(YES, behind);
        Self { tls: tls_door(certificate, &[], http.port()), http }
    }

    /// `mqtt pub` of one message to `url` through the proxy, which has a user and a password.
    fn publish(&self, url: &str) -> Mqtt {
        publish(url, &format!("https://me:canary@localhost:{}", self.tls.port()))
    }

    /// The same, to fail with these words about the proxy, which has been told nothing.
    #[track_caller]
    fn is_refused(&self, prepare: impl Fn(Mqtt) -> Mqtt, words: &str) {
        let port = self.tls.port();
        prepare(self.publish(BROKER).line("--reconnect always"))
            .status(3)
            .stderr(format!("mqtt: cannot connect to {BROKER}: proxy localhost:{port}: {words}\n"))
            .run();
        assert_eq!(self.http.notes(), [""; 0], "nothing is said to a stranger");
    }
}

fn publish(url: &str, proxy: &str) -> Mqtt {
    Mqtt::new("pub").args(["-t", "t", "-m", "x", "-q", "1", "-L", url]).env("MQTT_PROXY", proxy)
}

fn trusting(authority: &Authority) -> impl Fn(Mqtt) -> Mqtt {
    let pem = authority.pem().to_owned();
    move |run| run.file("proxy-ca.pem", pem.clone()).line("--proxy-ca proxy-ca.pem")
}

#[test]
fn a_proxy_with_tls_opens_a_tunnel_and_gets_the_password() {
    let authority = Authority::new("office");
    let peer = Peer::accepting();
    let proxy = Proxy::new(&authority.server(&["localhost"]), peer.port());
    trusting(&authority)(proxy.publish(BROKER)).run();
    let request = "CONNECT broker.example:1884 HTTP/1.1\r\nHost: broker.example:1884\r\n\
        Proxy-Authorization: Basic bWU6Y2FuYXJ5\r\n\r\n";
    assert_eq!(proxy.http.notes(), [request]);
    assert_eq!(peer.finish().connects.len(), 1);
}

#[test]
fn tls_to_the_broker_is_inside_the_tls_to_the_proxy() {
    let (office, lab) = (Authority::new("office"), Authority::new("lab"));
    let peer = Peer::accepting();
    let broker = tls_door(&lab.server(&["broker.example"]), &[], peer.port());
    let proxy = Proxy::new(&office.server(&["localhost"]), broker.port());
    let run = trusting(&office)(proxy.publish("mqtts://broker.example"));
    run.file("ca.pem", lab.pem()).line("--ca ca.pem").run();
    assert!(proxy.http.notes()[0].starts_with("CONNECT broker.example:8883 "));
    assert_eq!(broker.notes().len(), 1);
}

#[test]
fn websockets_go_through_a_proxy_with_tls() {
    let (office, lab) = (Authority::new("office"), Authority::new("lab"));
    let broker = Mosquitto::options().websockets().start();
    let tls = tls_door(&lab.server(&["broker.example"]), &[], broker.websocket_port());
    for (url, behind) in
        [("ws://broker.example", broker.websocket_port()), ("wss://broker.example", tls.port())]
    {
        let proxy = Proxy::new(&office.server(&["localhost"]), behind);
        let run = trusting(&office)(proxy.publish(url)).file("ca.pem", lab.pem());
        if url.starts_with("wss") { run.line("--ca ca.pem") } else { run }.run();
    }
}

#[test]
fn a_large_message_goes_through_both_kinds_of_tls() {
    let (office, lab) = (Authority::new("office"), Authority::new("lab"));
    let broker = Mosquitto::start();
    let tls = tls_door(&lab.server(&["broker.example"]), &[], broker.port());
    let proxy = Proxy::new(&office.server(&["localhost"]), tls.port());
    let through = |command: &str| {
        let run = Mqtt::new(command).line("-L mqtts://broker.example -t large -q 1 -V 5");
        let run = run.env("MQTT_PROXY", format!("https://localhost:{}", proxy.tls.port()));
        trusting(&office)(run).file("ca.pem", lab.pem()).line("--ca ca.pem")
    };
    let payload = "0123456789abcdef".repeat(1 << 17);
    through("pub").line("-s -r").stdin(payload.clone()).run();
    through("sub").line("-C 1").stdout(format!("{payload}\n")).run();
}

#[test]
fn the_system_says_which_proxies_are_trusted_unless_proxy_ca_does() {
    let (office, lab) = (Authority::new("office"), Authority::new("lab"));
    let peer = Peer::accepting();
    let proxy = Proxy::new(&office.server(&["localhost"]), peer.port());
    let system =
        |run: Mqtt| run.file("system.pem", office.pem()).env("SSL_CERT_FILE", "system.pem");
    system(proxy.publish(BROKER)).run();
    let other = Proxy::new(&office.server(&["localhost"]), peer.port());
    other.is_refused(
        |run| trusting(&lab)(system(run)),
        "certificate issued by an unknown CA\n\
         hint: its issuer is \"office\", whose certificate is neither in --proxy-ca nor sent by the proxy",
    );
}

#[test]
fn the_flags_about_the_broker_are_not_about_the_proxy() {
    let (office, lab) = (Authority::new("office"), Authority::new("lab"));
    let proxy = Proxy::new(&office.server(&["localhost"]), free_port());
    for flags in ["--ca ca.pem", "--insecure --quiet", "--tls-server-name localhost"] {
        let run = proxy.publish("mqtts://broker.example").file("ca.pem", office.pem());
        run.file("system.pem", lab.pem())
            .env("SSL_CERT_FILE", "system.pem")
            .line(flags)
            .status(3)
            .stderr(format!(
                "mqtt: cannot connect to mqtts://broker.example:8883: proxy localhost:{}: \
                 certificate issued by an unknown CA\n\
                 hint: give the CA certificate with --proxy-ca FILE\n",
                proxy.tls.port()
            ))
            .run();
    }
    assert_eq!(proxy.http.notes(), [""; 0]);
}

#[test]
fn a_proxy_whose_certificate_is_not_good_gets_no_password() {
    let authority = Authority::new("office");
    for (certificate, words) in [
        (
            authority.server_during(&["localhost"], 1999..2001),
            "certificate has expired (2001-01-01)",
        ),
        (
            authority.server(&["other.example"]),
            "certificate is for other.example, not for localhost",
        ),
    ] {
        Proxy::new(&certificate, free_port()).is_refused(trusting(&authority), words);
    }
}

#[test]
fn a_proxy_without_tls_is_told_apart() {
    let door = Door::new(async move |mut stream, _| {
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).await.expect("a greeting");
        // The client may have had enough.
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    let address = door.address();
    publish(BROKER, &format!("https://me:canary@{address}"))
        .line("--proxy-ca ca.pem")
        .file("ca.pem", Authority::new("office").pem())
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to {BROKER}: proxy {address}: the server does not speak TLS\n\
             hint: for a proxy without TLS, use http://\n"
        ))
        .run();
}

#[test]
fn a_proxy_with_tls_that_is_spoken_to_without() {
    let proxy = Proxy::new(&Authority::new("office").server(&["127.0.0.1"]), free_port());
    let address = proxy.tls.address();
    publish(BROKER, &format!("http://{address}"))
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to {BROKER}: proxy {address}: does not speak HTTP\n\
             hint: for a proxy with TLS, use https://\n"
        ))
        .run();
}

#[test]
fn a_proxy_that_says_nothing_is_waited_for_until_the_deadline() {
    let peer = Peer::script(|conn| conn.expect_noise());
    publish(BROKER, &format!("https://{}", peer.address()))
        .line("--proxy-ca ca.pem --connect-timeout 500ms")
        .file("ca.pem", Authority::new("office").pem())
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to {BROKER}: no TLS handshake with the proxy within 500ms\n"
        ))
        .run();
}

#[test]
fn a_proxy_that_wants_a_client_certificate_says_so() {
    let authority = Authority::new("office");
    let certificate = authority.server(&["127.0.0.1"]);
    let door =
        Mosquitto::options().tls(&certificate).asking_for_certificates_of(&authority).start();
    let address = format!("127.0.0.1:{}", door.port());
    trusting(&authority)(publish(BROKER, &format!("https://{address}")))
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to {BROKER}: proxy {address}: the proxy wants a client certificate\n\
             hint: --cert and --key are for the broker only\n"
        ))
        .run();
}

#[test]
fn a_ca_for_a_proxy_needs_a_proxy_with_tls() {
    let words = "mqtt: --proxy-ca has no effect without an https:// proxy\n";
    for flags in ["", "--proxy http://127.0.0.1:1", "--proxy socks5h://127.0.0.1:1"] {
        let run = Mqtt::new("pub").line("-t t -m x --proxy-ca ca.pem").line(flags);
        run.status(2).stderr(words).run();
    }
    // What was not typed is meant for other runs.
    let peer = Peer::accepting();
    peer.mqtt("pub").line("-t t -m x").env("MQTT_PROXY_CA", "nowhere.pem").run();
    let run = peer.mqtt("pub").line("-t t -m x --no-proxy").config(
        "default = \"office\"\n[profiles.office]\nproxy = \"https://h\"\nproxy-ca = \"nowhere.pem\"\n",
    );
    run.run();
}

#[test]
fn a_ca_for_a_proxy_that_cannot_be_used_is_refused_with_its_place() {
    let run = Mqtt::new("pub").line("-t t -m x -h broker.example").config(
        "default = \"office\"\n[profiles.office]\nproxy = \"https://h\"\nproxy-ca = \"/nowhere.pem\"\n",
    );
    run.status(2)
        .stderr_line(
            "mqtt: */config.toml:4: cannot use the certificate file /nowhere.pem: No such file or directory",
        )
        .run();
}
