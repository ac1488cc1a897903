//! MQTT over WebSocket, with mosquitto on the other side.

use crate::support::{Authority, Mosquitto, Mqtt};

/// Publishes and reads back at this URL, with these flags.
#[track_caller]
fn goes_round(url: &str, prepare: impl Fn(Mqtt) -> Mqtt) {
    // Mosquitto 2.0 sends no more than 4 KiB at a time inside of WebSockets, and pauses in between.
    let payload: Vec<u8> = (0..=255).cycle().take(3_000).collect();
    let run = |command| prepare(Mqtt::new(command).args(["-t", "t", "-q", "2", "-L", url]));
    run("pub").line("-r -s").stdin(&payload).run();
    run("sub").line("-C 1 -N").stdout(&payload).run();
}

#[test]
fn bytes_go_round_over_ws_at_any_path() {
    let broker = Mosquitto::options().websockets().start();
    for path in ["", "/", "/mqtt", "/a/b%20c?token=x"] {
        goes_round(&format!("ws://127.0.0.1:{}{path}", broker.websocket_port()), |run| run);
    }
}

#[test]
fn bytes_go_round_over_wss() {
    let authority = Authority::new("lab");
    let broker = Mosquitto::options().websockets().tls(&authority.server(&["localhost"])).start();
    goes_round(&format!("wss://localhost:{}", broker.websocket_port()), |run| {
        run.file("ca.pem", authority.pem()).line("--ca ca.pem")
    });
}

#[test]
fn flags_say_the_same_as_a_url() {
    let broker = Mosquitto::options().websockets().start();
    Mqtt::at("pub", broker.websocket_port())
        .line("--ws --ws-path /other -t t -m x")
        .args(["--ws-header", "Origin: http://here"])
        .run();
}

#[test]
fn a_listener_for_websockets_that_is_spoken_to_without() {
    let broker = Mosquitto::options().websockets().start();
    let port = broker.websocket_port();
    Mqtt::at("pub", port)
        .line("-V 5 -t t -m x")
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to mqtt://127.0.0.1:{port}: \
             not an MQTT broker (answered `HTTP/1.0 403 Forbidden`)\n\
             hint: for MQTT over WebSocket, use ws://\n"
        ))
        .run();
}

#[test]
fn a_broker_without_websockets_hangs_up() {
    let broker = Mosquitto::start();
    let url = format!("ws://127.0.0.1:{}/mqtt", broker.port());
    Mqtt::new("pub")
        .args(["-t", "t", "-m", "x", "-L", &url])
        .status(3)
        .stderr(format!(
            "mqtt: cannot connect to {url}: \
             the server closed the connection during the WebSocket upgrade\n\
             hint: for a broker without WebSocket, use mqtt:// or mqtts://; with TLS, wss://\n"
        ))
        .run();
}
