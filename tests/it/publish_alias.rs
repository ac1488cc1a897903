//! Topic aliases towards the broker, and the exact size of what is sent.

use std::collections::BTreeMap;

use crate::support::{Conn, Level, Mosquitto, Mqtt, Peer, Properties, Publish, Random, property};

/// What a broker says that takes this many aliases.
fn taking(aliases: u16) -> Properties {
    Properties::new().two(property::TOPIC_ALIAS_MAXIMUM, aliases)
}

/// A broker that takes this many aliases and is polite otherwise.
fn polite(aliases: u16) -> Peer {
    Peer::script(move |conn| {
        conn.accept_with(taking(aliases));
        conn.serve();
    })
}

fn publish(peer: &Peer, line: &str) -> Mqtt {
    peer.mqtt("pub").line("-V 5 -q 1").line(line)
}

/// What is on the wire of each message: its topic, its alias.
fn wire(publishes: &[Publish]) -> Vec<(&str, Option<u32>)> {
    publishes
        .iter()
        .map(|publish| (publish.topic.as_str(), publish.properties.number(property::TOPIC_ALIAS)))
        .collect()
}

/// Reads aliases as a broker does, for one connection.
#[derive(Default)]
struct Resolver(BTreeMap<u32, String>);

impl Resolver {
    /// The topic that is meant, and the payload.
    #[track_caller]
    fn resolve(&mut self, publish: &Publish) -> (String, String) {
        let alias = publish.properties.number(property::TOPIC_ALIAS);
        let topic = match alias {
            Some(alias) if publish.topic.is_empty() => self
                .0
                .get(&alias)
                .unwrap_or_else(|| panic!("alias {alias} stands for nothing"))
                .clone(),
            _ => publish.topic.clone(),
        };
        assert_ne!(topic, "", "a message without topic");
        if let Some(alias) = alias {
            self.0.insert(alias, topic.clone());
        }
        (topic, publish.text())
    }
}

fn resolved(publishes: &[Publish]) -> Vec<(String, String)> {
    let mut resolver = Resolver::default();
    publishes.iter().map(|publish| resolver.resolve(publish)).collect()
}

/// `topic payload` lines, and what they mean.
fn many_topics(random: &mut Random, lines: usize) -> (String, Vec<(String, String)>) {
    let meant: Vec<_> =
        (0..lines).map(|line| (format!("topic/{}", random.below(20)), line.to_string())).collect();
    (meant.iter().map(|(topic, payload)| format!("{topic} {payload}\n")).collect(), meant)
}

#[test]
fn the_first_message_names_topic_and_alias_and_later_ones_the_alias() {
    for flag in ["--topic-alias 3", "-D publish topic-alias 3"] {
        for qos in ["0", "1", "2"] {
            let peer = polite(3);
            publish(&peer, "-t a/b -l").line(flag).args(["-q", qos]).stdin("1\n2\n3\n").run();
            let publishes = peer.finish().publishes;
            assert_eq!(
                wire(&publishes),
                [("a/b", Some(3)), ("", Some(3)), ("", Some(3))],
                "{flag}"
            );
        }
    }
}

#[test]
fn an_alias_that_the_broker_does_not_take_is_refused_before_anything_is_sent() {
    for (maximum, alias) in
        [(Properties::new(), "1"), (taking(0), "1"), (taking(2), "3"), (taking(9), "65535")]
    {
        let peer = Peer::script(|conn| {
            conn.accept_with(maximum);
            conn.expect_goodbye();
        });
        publish(&peer, "-t t -l --topic-alias")
            .arg(alias)
            .stdin("one\ntwo\n")
            .status(5)
            .stderr_contains("0x94")
            .stderr_contains("alias")
            .stderr_contains("2 refused")
            .run();
    }
}

#[test]
fn aliases_that_are_none_are_refused_before_connecting() {
    for alias in ["0", "65536", "-1", "many", ""] {
        let peer = Peer::untouched();
        let run = publish(&peer, "-t t -m x").arg(format!("--topic-alias={alias}"));
        run.status(2).stderr_contains("--topic-alias").run();
    }
}

#[test]
fn one_alias_for_two_topics_never_leads_astray() {
    let peer = polite(5);
    publish(&peer, "-t a -t b -l --topic-alias 1").stdin("1\n2\n").run();
    let expected = [("a", "1"), ("b", "1"), ("a", "2"), ("b", "2")];
    let expected = expected.map(|(topic, payload)| (topic.to_owned(), payload.to_owned()));
    assert_eq!(resolved(&peer.finish().publishes), expected);
}

#[test]
fn automatic_aliases_go_to_whoever_comes_first() {
    let peer = polite(2);
    publish(&peer, "-t a -t b -t c -l --topic-alias auto").stdin("1\n2\n").run();
    let publishes = peer.finish().publishes;
    let (first, second) = (Some(1), Some(2));
    let expected =
        [("a", first), ("b", second), ("c", None), ("", first), ("", second), ("c", None)];
    assert_eq!(wire(&publishes), expected);
}

#[test]
fn a_broker_that_takes_no_aliases_gets_plain_messages() {
    for maximum in [Properties::new(), taking(0)] {
        let peer = Peer::script(|conn| {
            conn.accept_with(maximum);
            conn.serve();
        });
        publish(&peer, "-t a -l --topic-alias auto").stdin("1\n2\n").run();
        assert_eq!(wire(&peer.finish().publishes), [("a", None), ("a", None)]);
    }
}

#[test]
fn automatic_aliases_never_lead_astray() {
    let mut random = Random::new();
    for maximum in [1, 7, 20, 65_535] {
        let (input, meant) = many_topics(&mut random, 300);
        let peer = polite(maximum);
        let run = publish(&peer, "-l --topic-alias auto").args(["--topic-from", " "]).stdin(input);
        run.run();
        let publishes = peer.finish().publishes;
        assert_eq!(resolved(&publishes), meant, "{maximum}");
        let aliases = publishes.iter().filter_map(|p| p.properties.number(property::TOPIC_ALIAS));
        assert_eq!(aliases.max(), Some(u32::from(maximum.min(20))));
    }
}

#[test]
fn records_share_aliases_too() {
    let peer = polite(1);
    let records: String = ["a", "b", "a", "b", "a"]
        .map(|topic| format!("{{\"topic\":\"{topic}\",\"payload\":\"x\"}}\n"))
        .concat();
    publish(&peer, "--json --topic-alias auto").stdin(records).run();
    let expected = [("a", Some(1)), ("b", None), ("", Some(1)), ("b", None), ("", Some(1))];
    assert_eq!(wire(&peer.finish().publishes), expected);
}

#[test]
fn a_new_connection_knows_no_aliases() {
    for flag in ["--topic-alias 1", "--topic-alias auto"] {
        let peer = Peer::script(|conn| {
            conn.accept_with(taking(1));
            assert_eq!(wire(&[conn.take()]), [("a", Some(1))]);
            assert_eq!(wire(&[conn.take()]), [("", Some(1))]);
            conn.cut();
        })
        .then(|conn| {
            conn.accept_with(taking(1));
            assert_eq!(wire(&[conn.take()]), [("a", Some(1))]);
            assert_eq!(wire(&[conn.take()]), [("", Some(1))]);
            conn.expect_goodbye();
        });
        let run = publish(&peer, "-t a -l").line(flag).stdin_open().stderr_contains("lost");
        let mut running = run.spawn();
        running.write_stdin("1\n2\n");
        running.wait_for_stderr_line("lost");
        running.write_stdin("3\n4\n");
        running.close_stdin();
        running.wait();
    }
}

/// Two messages are unacknowledged when the connection breaks; the next one restores them with `restore`.
#[track_caller]
fn repeats_with_the_topic(qos: u8, flag: &str, restore: fn(&mut Conn)) {
    let peer = Peer::script(|conn| {
        conn.accept_with(taking(5));
        conn.expect_publish();
        assert_eq!(conn.expect_publish().topic, "");
        conn.cut();
    })
    .then(move |conn| {
        restore(conn);
        conn.serve();
    });
    let run = publish(&peer, "-t a -l").line(flag).args(["-q", &qos.to_string()]).stdin_open();
    let mut running = run.stderr_contains("lost").spawn();
    running.write_stdin("1\n2\n");
    running.wait_for_stderr_line("lost");
    running.write_stdin("3\n");
    running.close_stdin();
    running.wait();
    let expected = ["1", "2", "3"].map(|text| ("a".to_owned(), text.to_owned()));
    assert_eq!(resolved(&peer.finish().publishes[2..]), expected, "{flag} at QoS {qos}");
}

#[test]
fn what_is_sent_again_says_its_topic_again() {
    for qos in [1, 2] {
        for flag in ["--topic-alias 2", "--topic-alias auto"] {
            repeats_with_the_topic(qos, flag, |conn| {
                conn.accept_with(taking(5));
            });
            repeats_with_the_topic(qos, flag, |conn| {
                conn.expect_connect();
                conn.connack_with(true, 0, taking(5));
            });
        }
    }
}

#[test]
fn a_new_connection_may_take_fewer_aliases() {
    for present in [false, true] {
        let peer = Peer::script(|conn| {
            conn.accept_with(taking(5));
            conn.expect_publish();
            conn.expect_publish();
            conn.cut();
        })
        .then(move |conn| {
            conn.expect_connect();
            conn.connack_with(present, 0, Properties::new());
            assert_eq!(wire(&[conn.take()]), [("a", None)]);
            assert_eq!(wire(&[conn.take()]), [("a", None)]);
            conn.expect_goodbye();
        });
        let run = publish(&peer, "-t a -l --topic-alias auto").stdin("1\n2\n");
        run.stderr_contains("lost").run();
    }
}

/// The first of two connections takes two messages with aliases and confirms none.
fn take_two_and_cut(conn: &mut Conn) {
    conn.accept_with(taking(5));
    conn.expect_publish();
    conn.expect_publish();
    conn.cut();
}

#[test]
fn an_alias_that_a_new_session_does_not_take_is_refused() {
    let peer = Peer::script(take_two_and_cut).then(|conn| {
        conn.accept();
        conn.expect_goodbye();
    });
    let run = publish(&peer, "-t a -l --topic-alias 5").stdin("1\n2\n").status(5);
    run.stderr_contains("lost").stderr_contains("0x94").stderr_contains("2 refused").run();
}

#[test]
fn what_a_resumed_session_waits_for_is_sent_without_the_alias_it_does_not_take() {
    for flag in ["--topic-alias 5", "--topic-alias auto"] {
        let peer = Peer::script(take_two_and_cut).then(|conn| {
            // [MQTT-4.4.0-1] demands the messages, [MQTT-3.3.2-9] forbids the alias.
            conn.resume();
            assert_eq!(wire(&[conn.take()]), [("a", None)]);
            assert_eq!(wire(&[conn.take()]), [("a", None)]);
            conn.expect_goodbye();
        });
        let run = publish(&peer, "-t a -l").line(flag).stdin("1\n2\n").stderr_contains("lost");
        run.run();
    }
}

#[test]
fn a_message_that_was_never_sent_names_nothing() {
    for flag in ["--topic-alias 1", "--topic-alias auto"] {
        let peer = Peer::script(|conn| {
            conn.accept_with(taking(5).four(property::MAXIMUM_PACKET_SIZE, 64));
            assert_eq!(wire(&[conn.take()]), [("a", Some(1))]);
            assert_eq!(wire(&[conn.take()]), [("", Some(1))]);
            conn.expect_goodbye();
        });
        let lines = format!("{}\n2\n3\n", "x".repeat(100));
        let run = publish(&peer, "-t a -l").line(flag).stdin(lines).status(5);
        run.stderr_contains("2 delivered, 1 refused").run();
    }
}

#[test]
fn a_real_broker_understands_every_alias() {
    let broker = Mosquitto::start();
    let (input, meant) = many_topics(&mut Random::new(), 300);
    let subscriber = broker.mqtt("sub").line("-t # -v -C 300 -q 1 --events -").stdout_anything();
    let mut subscriber = subscriber.stderr_anything().spawn();
    subscriber.wait_for_stderr_line(r#""event":"subscribe""#);
    let run = broker.mqtt("pub").line("-l -q 1 --topic-alias auto").args(["--topic-from", " "]);
    run.stdin(&input).run();
    let output = subscriber.wait();
    assert_eq!(output.stdout_text(), input);
    assert_eq!(meant.len(), 300);
}

/// Publishes with these arguments to a broker that takes packets of at most `limit` bytes, and 5 aliases.
#[track_caller]
fn with_limit(limit: usize, expected: &[Publish], prepare: impl FnOnce(Mqtt) -> Mqtt) {
    let limit = u32::try_from(limit).expect("a packet of MQTT");
    let peer = Peer::script(move |conn| {
        conn.accept_with(taking(5).four(property::MAXIMUM_PACKET_SIZE, limit));
        conn.serve();
    });
    prepare(peer.mqtt("pub").line("-V 5")).run();
    let publishes = peer.finish().publishes;
    let same = publishes.iter().zip(expected).all(|(one, other)| {
        Publish { id: None, ..one.clone() } == Publish { id: None, ..other.clone() }
    });
    assert!(same && publishes.len() == expected.len(), "not what was expected at {limit}");
}

/// A packet of exactly the broker's limit is sent; with a limit of one byte less it is not, and both sizes are named.
#[track_caller]
fn is_exact(message: &Publish, args: &[&str]) {
    let size = message.encode(Level::V5).len();
    let payload = message.text();
    let args = |mqtt: Mqtt| mqtt.args(["-t", &message.topic, "-s"]).args(args).stdin(&payload);
    with_limit(size, std::slice::from_ref(message), args);
    with_limit(size - 1, &[], |mqtt| {
        args(mqtt)
            .status(5)
            .stderr_contains("maximum packet size")
            .stderr_contains(size.to_string())
            .stderr_contains((size - 1).to_string())
            .stderr_contains("1 refused")
    });
}

#[test]
fn sizes_are_exact_to_the_byte() {
    for length in [20, 120, 121, 122, 123, 124, 125, 16_370, 16_376, 16_377, 16_378, 16_379, 16_380]
    {
        let payload = "x".repeat(length);
        is_exact(&Publish::new("t", &payload), &[]);
        is_exact(&Publish::new("ünï", &payload).qos(1, 1), &["-q", "1"]);
    }
}

/// Where the alias does not fit beside the name, the name goes alone.
#[test]
fn an_alias_is_never_the_reason_why_a_message_is_too_large() {
    for length in [20, 121, 16_377] {
        let payload = "x".repeat(length);
        let plain = Publish::new("t", &payload);
        let aliased = plain.clone().alias(5);
        let size = aliased.encode(Level::V5).len();
        let publish = |mqtt: Mqtt| mqtt.line("-t t -s --topic-alias 5").stdin(&payload);
        with_limit(size, &[aliased], publish);
        with_limit(size - 1, &[plain], publish);
    }
}

#[test]
fn sizes_count_every_property() {
    // The length of the properties themselves grows from one byte to two, and from two to three.
    for length in
        [0, 50, 60, 61, 62, 63, 64, 65, 66, 16_300, 16_310, 16_320, 16_321, 16_322, 16_323]
    {
        let value = "v".repeat(length);
        let properties = Properties::new()
            .byte(property::PAYLOAD_FORMAT, 1)
            .four(property::MESSAGE_EXPIRY, 60)
            .text(property::CONTENT_TYPE, "text/plain")
            .text(property::RESPONSE_TOPIC, "r")
            .text(property::CORRELATION_DATA, "c")
            .user("k", &value)
            .user("k", "ü");
        let pair = format!("k={value}");
        let line = "--payload-utf8 --expiry 60 --content-type text/plain --response-topic r \
            --correlation c --user-property";
        let args: Vec<&str> =
            line.split_whitespace().chain([&pair[..], "--user-property", "k=ü"]).collect();
        is_exact(&Publish::new("a/b", "payload").with(properties), &args);
    }
}

#[test]
fn an_alias_makes_room_where_the_topic_was() {
    let topic = "a/long/topic/that/has/no/room/beside/the/payload";
    let first = Publish::new(topic, "1").alias(1);
    let payload = "x".repeat(topic.len() + 1);
    let second = Publish::new("", &payload).alias(1);
    let limit = first.encode(Level::V5).len();
    assert_eq!(second.encode(Level::V5).len(), limit);
    for flag in ["--topic-alias=1", "--topic-alias=auto"] {
        let args = |mqtt: Mqtt| mqtt.args(["-t", topic, "-l", flag]);
        with_limit(limit, &[first.clone(), second.clone()], |mqtt| {
            args(mqtt).stdin(format!("1\n{payload}\n"))
        });
        with_limit(limit, std::slice::from_ref(&first), |mqtt| {
            let run = args(mqtt).stdin(format!("1\n{payload}x\n")).status(5);
            run.stderr_contains(limit.to_string()).stderr_contains((limit + 1).to_string())
        });
    }
}
