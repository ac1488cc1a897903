//! The event `connect`: all that the broker says when it lets a client in.

use serde_json::{Value, json};

use crate::support::{Conn, Peer, Properties, property};

/// Everything that a CONNACK can say and that changes nothing here.
fn properties() -> Properties {
    Properties::new()
        .four(property::SESSION_EXPIRY, 7)
        .two(property::RECEIVE_MAXIMUM, 20)
        .byte(property::MAXIMUM_QOS, 1)
        .byte(property::RETAIN_AVAILABLE, 0)
        .four(property::MAXIMUM_PACKET_SIZE, 5_000)
        .text(0x12, "chosen-by-the-broker")
        .two(property::TOPIC_ALIAS_MAXIMUM, 9)
        .text(property::REASON_STRING, "come \"in\"\u{1b}[31m")
        .user("region", "north")
        .user("region", "\u{9b}south")
        .byte(property::WILDCARDS_AVAILABLE, 1)
        .byte(property::SUBSCRIPTION_IDS_AVAILABLE, 0)
        .byte(property::SHARES_AVAILABLE, 1)
        .two(property::SERVER_KEEP_ALIVE, 30)
        .text(property::RESPONSE_INFORMATION, "answers/")
        .text(property::SERVER_REFERENCE, "elsewhere:1883")
}

/// The events `connect` of a run on this peer.
#[track_caller]
fn connects(peer: &Peer, command: &str, options: &str) -> Vec<Value> {
    let run = peer.mqtt(command).line(options).line("--events -").stdout_anything();
    let output = run.stderr_anything().run();
    let lines = output.stderr_text().lines().filter(|line| line.starts_with('{'));
    let events = lines.map(|line| serde_json::from_str::<Value>(line).expect("valid JSON"));
    events.filter(|event| event["event"] == "connect").collect()
}

#[test]
fn the_event_connect_has_every_property_of_connack() {
    let runs = [("pub", "-V 5 -t t -m x -q 1"), ("pub", "-t t -m x"), ("sub", "-V 5 -t t -E")];
    for (command, options) in runs {
        let peer = Peer::script(|conn| {
            conn.accept_with(properties());
            conn.serve();
        });
        let connects = connects(&peer, command, options);
        let [connect] = connects.as_slice() else { panic!("{connects:?}") };
        assert_eq!(connect["session_present"], false);
        let expected = json!({
            "session_expiry_interval": 7,
            "receive_maximum": 20,
            "maximum_qos": 1,
            "retain_available": 0,
            "maximum_packet_size": 5000,
            "assigned_client_identifier": "chosen-by-the-broker",
            "topic_alias_maximum": 9,
            "reason_string": "come \"in\"\u{1b}[31m",
            "user_properties": [["region", "north"], ["region", "\u{9b}south"]],
            "wildcard_subscription_available": 1,
            "subscription_identifier_available": 0,
            "shared_subscription_available": 1,
            "server_keep_alive": 30,
            "response_information": "answers/",
            "server_reference": "elsewhere:1883",
        });
        assert_eq!(connect["properties"], expected, "{command} {options}");
    }
}

#[test]
fn each_connection_has_its_own() {
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().user("number", "one"));
        conn.expect_publish();
        conn.cut();
    })
    .then(|conn| {
        conn.expect_connect();
        conn.connack_with(true, 0, Properties::new().user("number", "two"));
        conn.serve();
    });
    let connects = connects(&peer, "pub", "-V 5 -t t -m x -q 1");
    let [first, second] = connects.as_slice() else { panic!("{connects:?}") };
    assert_eq!(first["properties"], json!({"user_properties": [["number", "one"]]}));
    assert_eq!(second["properties"], json!({"user_properties": [["number", "two"]]}));
    assert_eq!(
        (&first["session_present"], &second["session_present"]),
        (&json!(false), &json!(true))
    );
}

#[test]
fn a_broker_that_says_nothing_has_no_properties() {
    for version in ["3.1", "3.1.1", "5"] {
        let peer = Peer::script(Conn::serve);
        let connects = connects(&peer, "pub", &format!("-t t -m x -V {version}"));
        let [connect] = connects.as_slice() else { panic!("{connects:?}") };
        assert!(connect.get("properties").is_none(), "{connect}");
    }
}
