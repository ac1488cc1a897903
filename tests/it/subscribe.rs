//! Subscribing to a broker that behaves: what is asked for, what is printed, and when it ends.

use crate::support::{Conn, Mosquitto, Mqtt, Peer, Properties, Publish, Signal, property};

/// A broker that grants one SUBSCRIBE, sends these messages and waits for the client to leave.
fn sending(messages: &[Publish]) -> Peer {
    let messages = messages.to_vec();
    Peer::script(move |conn| {
        conn.accept_subscriber();
        for message in &messages {
            conn.publish(message);
        }
        conn.expect_goodbye();
    })
}

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").line(options)
}

/// `mqtt sub -C N` of N messages must print exactly this.
#[track_caller]
fn prints(messages: &[Publish], options: &str, stdout: impl AsRef<[u8]>) {
    subscribe(&sending(messages), options)
        .args(["-C", &messages.len().to_string()])
        .stdout(stdout)
        .run();
}

/// `mqtt sub --json -C 1` must print one record, which is like this after its time.
#[track_caller]
fn prints_record(message: Publish, options: &str, record: &str) {
    let output = subscribe(&sending(&[message]), "--json -C 1")
        .line(options)
        .stdout_line(&format!(r#"{{"time":"*Z",{record}}}"#))
        .run();
    assert_eq!(output.stdout_text().lines().count(), 1);
}

fn two_messages() -> [Publish; 2] {
    [Publish::new("a/b", "one"), Publish::new("c", "two words")]
}

#[test]
fn plain_is_payload_and_newline() {
    prints(&two_messages(), "", "one\ntwo words\n");
}

#[test]
fn verbose_puts_the_topic_in_front() {
    prints(&two_messages(), "-v", "a/b one\nc two words\n");
}

#[test]
fn verbose_keeps_the_space_before_an_empty_payload() {
    prints(&[Publish::new("a/b", "")], "-v", "a/b \n");
}

#[test]
fn an_empty_payload_is_an_empty_line() {
    prints(&[Publish::new("a/b", "")], "", "\n");
}

#[test]
fn no_end_and_nul_end() {
    prints(&two_messages(), "-N", "onetwo words");
    prints(&two_messages(), "-0", "one\0two words\0");
}

#[test]
fn bytes_are_exact_in_a_pipe() {
    let every_byte: Vec<u8> = (0..=255).collect();
    prints(&[Publish::new("t", &every_byte)], "-N", &every_byte);
}

#[test]
fn json_of_a_text() {
    let message = Publish::new("a/b", "21.5 °C\n\"x\"").retain();
    prints_record(message, "", r#""topic":"a/b","qos":0,"retain":true,"payload":"21.5 °C\n\"x\"""#);
}

#[test]
fn json_of_bytes_that_are_no_text() {
    prints_record(
        Publish::new("t", b"\xff\x00"),
        "",
        r#""topic":"t","qos":0,"retain":false,"payload_base64":"/wA=""#,
    );
}

#[test]
fn json_never_drives_a_terminal() {
    let output = subscribe(&sending(&[Publish::new("t", "\u{9b}\u{202e}\u{1b}")]), "--json -C 1")
        .stdout_anything()
        .run();
    let lower = output.stdout_text().to_lowercase();
    assert!(lower.contains(r#""payload":"\u009b\u202e\u001b""#), "{lower}");
}

#[test]
fn json_with_properties() {
    let properties = Properties::new()
        .byte(property::PAYLOAD_FORMAT, 1)
        .text(property::CONTENT_TYPE, "text/plain")
        .text(property::RESPONSE_TOPIC, "r")
        .text(property::CORRELATION_DATA, b"\xff")
        .user("k", "v")
        .user("k", "w");
    prints_record(
        Publish::new("t", "x").with(properties),
        "",
        concat!(
            r#""topic":"t","qos":0,"retain":false,"payload":"x","properties":{"#,
            r#""payload_format":1,"content_type":"text/plain","response_topic":"r","#,
            r#""correlation_data_base64":"/w==","user_properties":[["k","v"],["k","w"]]}"#
        ),
    );
}

#[test]
fn filters_may_be_positional_and_the_alias_is_the_same_command() {
    let peer = Peer::script(|conn| {
        let filters = conn.accept_subscriber().filters;
        let names: Vec<_> = filters.iter().map(|it| (it.filter.as_str(), it.qos)).collect();
        assert_eq!(names, [("a", 0), ("$share/g/b", 0)]);
        conn.expect_goodbye();
    });
    peer.mqtt("subscribe").line("-E a $share/g/b").run();
}

#[test]
fn messages_are_printed_as_they_come() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for text in ["one", "two"] {
            conn.publish(&Publish::new("t", text));
            conn.wait_for(text);
        }
        conn.expect_goodbye();
    });
    let mut running =
        subscribe(&peer, "-C 3").status(130).stdout("one\ntwo\n").stderr_anything().spawn();
    for text in ["one", "two"] {
        assert_eq!(running.read_line(), text);
        peer.reached(text);
    }
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn a_count_takes_exactly_so_many() {
    let [one, two] = two_messages();
    let peer = sending(&[one.clone(), two, one]);
    subscribe(&peer, "-C 2").stdout("one\ntwo words\n").run();
}

#[test]
fn a_count_leaves_the_rest_of_a_durable_session_to_the_next_run() {
    let peer = Peer::script(|conn| {
        let connect = conn.expect_connect();
        assert!(!connect.clean_start);
        assert_eq!(connect.client_id, "me");
        conn.connack(0);
        conn.grant_subscribe();
        for id in [1, 2] {
            conn.publish(&Publish::new("t", &id.to_string()).qos(1, id));
        }
        assert_eq!(conn.expect_puback().id, 1);
        conn.expect_goodbye();
    });
    subscribe(&peer, "-q 1 -c -i me -C 1").stdout("1\n").run();
}

#[test]
fn a_deadline_with_too_few_messages() {
    let [one, two] = two_messages();
    subscribe(&sending(&[one, two]), "-C 5 -W 2s")
        .status(27)
        .stdout("one\ntwo words\n")
        .stderr_contains("2 of 5")
        .run();
}

#[test]
fn a_deadline_without_any_message() {
    subscribe(&sending(&[]), "-W 500ms").status(27).stderr_contains("500ms").run();
}

#[test]
fn a_deadline_with_messages_and_no_count_is_success() {
    subscribe(&sending(&two_messages()), "-W 2s").stdout("one\ntwo words\n").run();
}

#[test]
fn silence_ends_it_when_asked() {
    subscribe(&sending(&two_messages()), "--idle 500ms").stdout("one\ntwo words\n").run();
}

#[test]
fn it_may_end_with_suback() {
    subscribe(&sending(&[]), "-E").run();
}

#[test]
fn excluded_topics_are_not_printed_and_not_counted() {
    let [one, two] = two_messages();
    subscribe(&sending(&[one, two]), "-T a/# -C 1").stdout("two words\n").run();
}

/// Sends one message at QoS 2 with its PUBLISH twice, and a PUBREL for a message that never was.
fn send_qos_2_clumsily(conn: &mut Conn) {
    let message = Publish::new("t", "once").qos(2, 5);
    conn.accept_subscriber();
    conn.publish(&message);
    assert_eq!(conn.expect_pubrec().id, 5);
    conn.publish(&message.clone().dup());
    assert_eq!(conn.expect_pubrec().id, 5);
    for id in [5, 9] {
        conn.pubrel(id, 0);
        assert_eq!(conn.expect_pubcomp().id, id);
    }
    conn.publish(&Publish::new("t", "last"));
    conn.expect_goodbye();
}

#[test]
fn qos_2_is_printed_once() {
    let peer = Peer::script(send_qos_2_clumsily);
    subscribe(&peer, "-q 2 -C 2").stdout("once\nlast\n").run();
}

#[test]
fn keep_alive_is_kept() {
    let peer = Peer::script(|conn| {
        assert_eq!(conn.accept().keep_alive, 1);
        conn.grant_subscribe();
        for _ in 0..2 {
            conn.expect_pingreq();
            conn.pingresp();
        }
        conn.publish(&Publish::new("t", "x"));
        conn.expect_goodbye();
    });
    subscribe(&peer, "-k 1 -C 1").stdout("x\n").run();
}

#[test]
fn a_real_broker_delivers_every_version_and_qos() {
    let broker = Mosquitto::start();
    for version in ["3.1", "3.1.1", "5", "auto"] {
        for qos in ["0", "1", "2"] {
            let flags = ["-V", version, "-q", qos, "-t", "t"];
            broker.mqtt("pub").args(flags).line("-r -m x").run();
            broker.mqtt("sub").args(flags).line("-C 1").stdout("x\n").run();
        }
    }
}

#[test]
fn a_durable_session_outlives_the_client_and_the_broker() {
    let mut broker = Mosquitto::options().persistent().start();
    let subscribe = |broker: &Mosquitto| broker.mqtt("sub").line("-t t -q 1 -c -i me");
    subscribe(&broker).arg("-E").run();
    broker.mqtt("pub").line("-t t -q 1 -m kept").run();
    broker.restart();
    subscribe(&broker).line("-C 1").stdout("kept\n").run();
}
