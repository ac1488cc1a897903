//! A broker that hangs up again and again: who is named, how often it is said, and when it is no matter.

use std::time::Duration;

use crate::support::{Conn, Mqtt, Packet, Peer, Properties, Publish};

const VERSIONS: [&str; 2] = ["3.1.1", "5"];

fn run(peer: &Peer, command: &str, version: &str, options: &str) -> Mqtt {
    let run = peer.mqtt(command).args(["-V", version]).line(options);
    run.deadline(Duration::from_secs(25))
}

const LINES: &str = "a:one\nb:two\nsecret/x:three\nd:four\ne:five\n";

/// PUBREL, which answers PUBREC, is written last; that PUBLISH had waited for long is forgotten over it.
#[test]
fn a_message_at_qos_2_after_others_is_named() {
    for version in VERSIONS {
        let peer = Peer::each(Conn::serve_but_for_secrets);
        let publish = run(&peer, "pub", version, "-l --topic-from : -q 2").stdin(LINES);
        let publish = publish.status(6).stderr_contains("message 3 to secret/x is unconfirmed");
        publish.stderr_contains("4 delivered, 0 refused, 1 unconfirmed").run();
    }
}

/// A record to several topics is several messages. What the broker has to say of the others is lost with the
/// connection.
#[test]
fn of_one_record_to_several_topics_only_the_message_that_is_not_allowed_is_given_up() {
    let let_in = |conn: &mut Conn| {
        let connect = conn.expect_connect();
        conn.connack_with(!connect.clean_start, 0, Properties::new());
    };
    let leave = |allowed: usize, lost: usize| {
        move |conn: &mut Conn| {
            let_in(conn);
            (0..allowed).for_each(|_| assert!(conn.take().topic.starts_with("ok/")));
            (0..lost).for_each(|_| drop(conn.expect_publish()));
            conn.cut();
        }
    };
    for version in VERSIONS {
        let peer = Peer::script(leave(0, 3)).then(leave(0, 3)).then(leave(1, 2)).then(leave(0, 2));
        let peer = peer.then(leave(1, 1)).then(leave(0, 1)).then(leave(0, 1));
        let publish = run(&peer, "pub", version, "-q 1 -t ok/1 -t ok/2 -t secret/x -m x").status(6);
        let publish = publish.stderr_contains("message 1 to secret/x is unconfirmed");
        publish.stderr_contains("2 delivered, 0 refused, 1 unconfirmed, 0 not sent").run();
    }
}

#[test]
fn a_removal_that_the_broker_hangs_up_on_is_named_and_the_others_are_made() {
    for version in VERSIONS {
        let peer = Peer::each(|conn| {
            let mut is_over = false;
            conn.serve_but(|conn, packet| match packet {
                Packet::Subscribe(subscribe) => {
                    conn.suback(subscribe.id, &[0]);
                    for topic in ["a/1", "secret/2", "b/3"] {
                        conn.publish(&Publish::new(topic, "x").retain());
                    }
                    true
                }
                Packet::Publish(removal) if removal.topic.starts_with("secret/") => {
                    if !is_over {
                        conn.cut();
                    }
                    is_over = true;
                    true
                }
                _ => is_over,
            });
        });
        let clear = run(&peer, "clear-retained", version, "+/+ --yes").status(6);
        let clear = clear.stdout("a/1\nsecret/2\nb/3\n").stderr_contains("to secret/2");
        clear.stderr_contains("2 delivered, 0 refused, 1 unconfirmed").run();
    }
}

#[test]
fn a_request_that_the_broker_hangs_up_on_is_named() {
    for version in VERSIONS {
        let peer = Peer::each(Conn::serve_but_for_secrets);
        let options = "-t secret/ask -m x -e answers -q 1 -W 8s";
        let request = run(&peer, "rr", version, options).status(6);
        request.stderr_contains("secret/ask").stderr_contains("hung up each time").run();
        assert_eq!(peer.finish().connections, 3);
    }
}

#[test]
fn a_publisher_that_is_thrown_out_after_each_message_counts_instead_of_repeating_itself() {
    for version in VERSIONS {
        let peer = Peer::each(|conn| {
            conn.accept();
            conn.take();
            conn.cut();
        });
        let input: String = (0..12).map(|line| format!("{line}\n")).collect();
        let publish = run(&peer, "pub", version, "-t t -l -q 1 -M 1").stdin(input);
        let output = publish.stderr_contains("more times)").run();
        assert!(output.stderr_text().lines().count() <= 5, "{output}");
    }
}

#[test]
fn twelve_messages_that_are_not_allowed_are_not_twelve_times_the_same_words() {
    for version in VERSIONS {
        let peer = Peer::each(|conn| {
            let connect = conn.expect_connect();
            conn.connack_with(!connect.clean_start, 0, Properties::new());
            conn.serve_but_for_secrets();
        });
        let input: String = (0..12).map(|line| format!("{line}\n")).collect();
        let publish = run(&peer, "pub", version, "-t secret/x -l -q 1").stdin(input).status(6);
        let output = publish.stderr_contains("12 unconfirmed").run();
        assert!(output.stderr_text().lines().count() <= 18, "{output}");
    }
}

#[test]
fn a_broker_that_leaves_instead_of_releasing_its_messages_is_no_reason_to_reconnect() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            for id in 1..=3 {
                conn.publish(&Publish::new("t", &id.to_string()).qos(2, id));
            }
            for id in 1..=3 {
                assert_eq!(conn.expect_pubrec().id, id);
            }
            conn.cut();
        });
        run(&peer, "sub", version, "-t t -q 2 -c -i me -C 3").stdout("1\n2\n3\n").run();
    }
}
