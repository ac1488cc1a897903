//! Proxies: what they are asked, who we are to them, and what is said when they refuse.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    Authority, Door, Mosquitto, Mqtt, Peer, free_port, http_proxy, refusing_socks_proxy,
    socks_proxy, tls_door,
};

const BROKER: &str = "mqtt://broker.example:1884";
const GIVE_THEM: &str = "hint: give them in the URL of the proxy: USER:PASSWORD@HOST";
const YES: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// `mqtt pub` of one message to `url`, through a proxy of this scheme, with a user where there is one.
fn publish(url: &str, scheme: &str, proxy: &Door) -> Mqtt {
    let proxy = format!("{scheme}{}", proxy.address());
    Mqtt::new("pub").args(["-t", "t", "-m", "x", "-q", "1", "-L", url]).env("MQTT_PROXY", proxy)
}

/// The same, to fail with these words about the proxy.
fn fails(scheme: &str, proxy: &Door, words: &str) -> Mqtt {
    let address = proxy.address();
    publish(BROKER, scheme, proxy)
        .status(3)
        .stderr(format!("mqtt: cannot connect to {BROKER}: proxy {address}: {words}\n"))
}

#[test]
fn socks5h_leaves_the_lookup_of_the_name_to_the_proxy() {
    let peer = Peer::accepting();
    let proxy = socks_proxy(None, peer.port());
    publish(BROKER, "socks5h://", &proxy).run();
    assert_eq!(proxy.notes(), ["name broker.example:1884"]);
}

#[test]
fn socks5_looks_the_name_up_here() {
    let peer = Peer::accepting();
    let proxy = socks_proxy(None, peer.port());
    publish("mqtt://localhost", "socks5://", &proxy).run();
    publish("mqtt://[::1]:1884", "socks5://", &proxy).run();
    assert_eq!(proxy.notes(), ["127.0.0.1:1883", "[::1]:1884"]);
}

#[test]
fn a_user_and_a_password_are_percent_decoded_for_socks() {
    let peer = Peer::accepting();
    let proxy = socks_proxy(Some("me@home:se:cret/"), peer.port());
    publish(BROKER, "socks5h://me%40home:se%3Acret%2F@", &proxy).run();
    assert_eq!(proxy.notes(), ["me@home:se:cret/", "name broker.example:1884"]);
}

#[test]
fn a_socks_proxy_that_wants_other_credentials_says_so() {
    let peer = Peer::untouched();
    let proxy = socks_proxy(Some("me:secret"), peer.port());
    let words = "refused the credentials";
    fails("socks5h://me:wrong@", &proxy, words).run();
    fails("socks5h://", &proxy, &format!("requires credentials\n{GIVE_THEM}")).run();
}

#[test]
fn a_socks_proxy_that_accepts_no_password_says_so() {
    for (method, credentials, words) in [
        (0xff, "me:secret@", "requires other authentication".to_owned()),
        (0xff, "", format!("requires credentials\n{GIVE_THEM}")),
        (2, "", format!("requires credentials\n{GIVE_THEM}")),
    ] {
        let door = Door::new(async move |mut stream, _| {
            let mut greeting = [0; 3];
            stream.read_exact(&mut greeting).await.expect("a greeting");
            stream.write_all(&[5, method]).await.expect("the client listens");
            // The client leaves.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        });
        fails(&format!("socks5h://{credentials}"), &door, &words).run();
    }
}

#[test]
fn a_socks_proxy_that_refuses_says_why() {
    for (code, words) in [
        (1, "cannot connect to the broker"),
        (2, "does not allow this connection"),
        (3, "cannot reach the broker's network"),
        (4, "cannot reach the broker"),
        (5, "nothing listens there (connection refused)"),
        (6, "the broker does not answer there"),
        (7, "does not connect to others"),
        (8, "does not support such addresses"),
    ] {
        fails("socks5h://", &refusing_socks_proxy(code), words).run();
    }
}

#[test]
fn something_else_is_no_socks_proxy() {
    for (answer, words) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak SOCKS5"),
        ("", "closed the connection without an answer"),
    ] {
        let door = Door::new(async move |mut stream, _| {
            let mut greeting = [0; 3];
            stream.read_exact(&mut greeting).await.expect("a greeting");
            // The client may have had enough.
            let _ = stream.write_all(answer.as_bytes()).await;
        });
        fails("socks5h://", &door, words).run();
    }
}

#[test]
fn http_connect_opens_a_tunnel() {
    let peer = Peer::accepting();
    let proxy = http_proxy(YES, peer.port());
    publish(BROKER, "http://", &proxy).run();
    publish("mqtt://[::1]", "http://me%40home:pass@", &proxy).run();
    let plain = "CONNECT broker.example:1884 HTTP/1.1\r\nHost: broker.example:1884\r\n\r\n";
    let known = "CONNECT [::1]:1883 HTTP/1.1\r\nHost: [::1]:1883\r\n\
        Proxy-Authorization: Basic bWVAaG9tZTpwYXNz\r\n\r\n";
    assert_eq!(proxy.notes(), [plain, known]);
}

#[test]
fn an_http_proxy_that_refuses_shows_the_status() {
    let broker = Mosquitto::start();
    for (answer, words) in [
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "refused the connection (HTTP 403 Forbidden)"),
        ("HTTP/1.1 503\r\n\r\n", "refused the connection (HTTP 503)"),
        ("HTTP/1.0 502 Bad Gateway\r\n\r\nsorry", "refused the connection (HTTP 502 Bad Gateway)"),
        ("HTTP/1.1 200 OK\r\n\r\nmore", "sent more than an answer to CONNECT"),
        ("SSH-2.0-x\r\n", "does not speak HTTP"),
        ("", "closed the connection without an answer to CONNECT"),
    ] {
        fails("http://", &http_proxy(answer, broker.port()), words).run();
    }
}

#[test]
fn an_http_proxy_that_wants_other_credentials_says_so() {
    let broker = Mosquitto::start();
    let none = format!("requires credentials (HTTP 407 No)\n{GIVE_THEM}");
    for (answer, credentials, words) in [
        ("HTTP/1.1 407 No\r\n\r\n", "", &*none),
        ("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\n\r\n", "", &none),
        ("HTTP/1.1 407 No\r\n\r\n", "me:wrong@", "refused the credentials (HTTP 407 No)"),
        (
            "HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=x\r\n\
             proxy-authenticate: BASIC realm=x\r\n\r\n",
            "me:wrong@",
            "refused the credentials (HTTP 407 No)",
        ),
        (
            "HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\n\r\n",
            "me:secret@",
            "does not accept Basic authentication (HTTP 407 No)",
        ),
    ] {
        fails(&format!("http://{credentials}"), &http_proxy(answer, broker.port()), words).run();
    }
}

#[test]
fn an_http_proxy_may_ask_for_patience_first() {
    let peer = Peer::accepting();
    let proxy = http_proxy("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", peer.port());
    publish(BROKER, "http://", &proxy).run();
}

#[test]
fn tls_goes_through_a_proxy_to_the_name_of_the_broker() {
    let authority = Authority::new("lab");
    let peer = Peer::accepting();
    let door = tls_door(&authority.server(&["broker.example"]), &[], peer.port());
    let proxies =
        [(socks_proxy(None, door.port()), "socks5h://"), (http_proxy(YES, door.port()), "http://")];
    for (proxy, scheme) in &proxies {
        publish("mqtts://broker.example", scheme, proxy)
            .file("ca.pem", authority.pem())
            .line("--ca ca.pem")
            .run();
    }
}

#[test]
fn a_websocket_goes_through_a_proxy() {
    let broker = Mosquitto::options().websockets().start();
    let proxy = http_proxy(YES, broker.websocket_port());
    publish("ws://broker.example", "http://", &proxy).run();
    assert!(proxy.notes()[0].starts_with("CONNECT broker.example:80 "), "{:?}", proxy.notes());
}

#[test]
fn a_proxy_that_is_not_there_or_says_nothing_is_told() {
    const BROKER: &str = "mqtt://127.0.0.1:1884";
    let port = free_port();
    for scheme in ["socks5", "socks5h", "http"] {
        Mqtt::new("pub")
            .args(["-t", "t", "-m", "x", "-L", BROKER, "--proxy"])
            .arg(format!("{scheme}://127.0.0.1:{port}"))
            .status(3)
            .stderr(format!(
                "mqtt: cannot connect to {BROKER}: \
                 cannot reach proxy 127.0.0.1:{port}: Connection refused\n"
            ))
            .run();
        let peer = Peer::script(|conn| conn.expect_noise());
        Mqtt::new("pub")
            .args(["-t", "t", "-m", "x", "--connect-timeout", "500ms", "-L", BROKER, "--proxy"])
            .arg(format!("{scheme}://{}", peer.address()))
            .status(3)
            .stderr(format!(
                "mqtt: cannot connect to {BROKER}: no answer from the proxy within 500ms\n"
            ))
            .run();
    }
}

#[test]
fn a_proxy_that_cannot_be_is_refused_without_showing_it() {
    for (url, words) in [
        ("ftp://u:canary@h", "expected socks5://HOST[:PORT], socks5h, http or https"),
        ("socks5://u:canary@h:x", "a port is a number from 1 to 65535"),
        ("http://u:canary@h/path", "a proxy has no path"),
        (
            "socks5://canary@h",
            "a SOCKS proxy user needs a name and a password of at most 255 bytes each",
        ),
    ] {
        Mqtt::new("pub")
            .args(["-t", "t", "-m", "x", "--proxy", url])
            .status(2)
            .stderr(format!("mqtt: invalid URL in --proxy: {words}\n"))
            .run();
    }
}
