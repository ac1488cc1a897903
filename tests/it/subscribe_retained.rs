//! The set of stored messages: `--retained-only` prints it and ends, `--remove-retained` empties it.

use std::time::Duration;

use crate::support::{Conn, Mosquitto, Mqtt, Peer, Properties, Publish, Record, Signal, property};

/// Longer than the client waits for another stored message.
const LONGER_THAN_IDLE: Duration = Duration::from_millis(1_500);

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").line(options)
}

fn stored(topic: &str, payload: &str) -> Publish {
    Publish::new(topic, payload).retain()
}

/// A script of one connection; the client has subscribed and asked where the set ends.
fn after_ping(script: impl FnOnce(&mut Conn) + Send + 'static) -> Peer {
    Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        script(conn);
    })
}

/// Sends all of these at once, then answers the PINGREQ.
fn storing(messages: &[Publish]) -> Peer {
    let messages = messages.to_vec();
    after_ping(move |conn| {
        for message in &messages {
            conn.publish(message);
        }
        conn.pingresp();
        conn.expect_goodbye();
    })
}

#[track_caller]
fn refuses(options: &str, one: &str, other: &str) {
    let peer = Peer::untouched();
    let run = peer.mqtt("sub").line("-V 5").line(options).status(2);
    run.stderr_contains(one).stderr_contains(other).run();
}

#[test]
fn the_stored_set_is_printed_and_that_is_all() {
    let peer = storing(&[stored("a/b", "one"), stored("c", "two")]);
    subscribe(&peer, "--retained-only -v").stdout("a/b one\nc two\n").run();
}

#[test]
fn every_version_has_a_stored_set() {
    for version in ["3.1", "3.1.1", "auto"] {
        let peer = storing(&[stored("t", "x")]);
        let run = peer.mqtt("sub").args(["-V", version]);
        run.line("-t # --retained-only").stdout("x\n").run();
    }
}

#[test]
fn a_set_without_messages_is_printed_too() {
    subscribe(&storing(&[]), "--retained-only").run();
}

#[test]
fn what_comes_after_the_answer_still_belongs_to_the_set() {
    let peer = after_ping(|conn| {
        conn.pingresp();
        for text in ["late", "later"] {
            conn.publish(&stored("t", text));
        }
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only").stdout("late\nlater\n").run();
}

#[test]
fn each_stored_message_begins_the_silence_anew() {
    let peer = after_ping(|conn| {
        conn.pingresp();
        // Together longer than the silence that ends it.
        for text in ["one", "two", "three"] {
            conn.expect_nothing_for(Duration::from_millis(1_200));
            conn.publish(&stored("t", text));
        }
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only --idle 2500ms").stdout("one\ntwo\nthree\n").run();
}

#[test]
fn silence_alone_is_not_the_end() {
    let peer = after_ping(|conn| {
        conn.publish(&stored("t", "x"));
        conn.expect_nothing_for(LONGER_THAN_IDLE);
        conn.publish(&stored("t", "slow"));
        conn.pingresp();
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only").stdout("x\nslow\n").run();
}

#[test]
fn the_answer_alone_is_not_the_end() {
    let peer = after_ping(|conn| {
        conn.pingresp();
        conn.expect_nothing_for(Duration::from_secs(1));
        conn.publish(&stored("t", "x"));
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only --idle 3s").stdout("x\n").run();
}

#[test]
fn live_messages_are_dropped_and_do_not_delay_the_end() {
    let peer = after_ping(|conn| {
        conn.publish(&Publish::new("t", "live"));
        conn.publish(&stored("t", "stored"));
        conn.pingresp();
        conn.until_it_speaks(Duration::from_millis(100), |conn| {
            conn.publish(&Publish::new("t", "live"));
        });
        conn.expect_disconnect(0);
    });
    subscribe(&peer, "--retained-only").stdout("stored\n").run();
}

#[test]
fn live_messages_are_acknowledged_all_the_same() {
    let peer = after_ping(|conn| {
        conn.publish(&Publish::new("t", "live").qos(1, 3));
        assert_eq!(conn.expect_puback().id, 3);
        conn.pingresp();
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only -q 1").run();
}

#[test]
fn a_count_may_end_the_set_early() {
    let messages = [stored("t", "one"), stored("t", "two"), stored("t", "three")];
    let peer = after_ping(move |conn| {
        for message in &messages {
            conn.publish(message);
        }
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only -C 2").stdout("one\ntwo\n").run();
}

#[test]
fn a_set_that_is_too_small_is_a_failure_when_a_count_was_asked_for() {
    let peer = storing(&[stored("t", "one"), stored("t", "two")]);
    subscribe(&peer, "--retained-only -C 5")
        .status(27)
        .stdout("one\ntwo\n")
        .stderr_contains("2 of 5")
        .run();
}

#[test]
fn the_stored_set_comes_at_the_quality_that_was_asked_for() {
    let peer = Peer::script(|conn| {
        assert_eq!(conn.accept_subscriber().filters[0].qos, 2);
        conn.expect_pingreq();
        conn.publish(&stored("t", "at least once").qos(1, 1));
        assert_eq!(conn.expect_puback().id, 1);
        conn.publish(&stored("t", "exactly once").qos(2, 2));
        assert_eq!(conn.expect_pubrec().id, 2);
        conn.pubrel(2, 0);
        assert_eq!(conn.expect_pubcomp().id, 2);
        conn.pingresp();
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only -q 2").stdout("at least once\nexactly once\n").run();
}

#[test]
fn stored_messages_of_excluded_topics_are_not_printed() {
    let peer = storing(&[stored("a/b", "one"), stored("c", "two")]);
    subscribe(&peer, "--retained-only -T a/#").stdout("two\n").run();
}

#[test]
fn one_refused_filter_does_not_hide_the_set_of_the_other() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.suback(id, &[0, 0x87]);
        conn.expect_pingreq();
        conn.publish(&stored("good", "x"));
        conn.pingresp();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-V 5 -t good -t bad --retained-only");
    run.status(5).stdout("x\n").stderr_contains("bad").run();
}

#[test]
fn a_lost_connection_begins_the_set_again() {
    // Even a resumed session does not bring the rest: only a new subscription does.
    for resumed in [false, true] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.expect_pingreq();
            conn.publish(&stored("t", "before"));
            conn.pingresp();
            conn.cut();
        })
        .then(move |conn| {
            if resumed {
                conn.resume()
            } else {
                conn.accept()
            };
            conn.grant_subscribe();
            conn.expect_pingreq();
            conn.publish(&stored("t", "after"));
            conn.pingresp();
            conn.expect_goodbye();
        });
        subscribe(&peer, "--retained-only --idle 3s")
            .stdout("before\nafter\n")
            .stderr_contains("connection")
            .run();
    }
}

#[test]
fn a_broker_that_never_says_where_the_set_ends_is_given_up() {
    let peer = after_ping(|conn| {
        conn.publish(&stored("t", "x"));
        conn.expect_closed();
    });
    subscribe(&peer, "--retained-only --ack-timeout 1s --reconnect never")
        .status(6)
        .stdout("x\n")
        .stderr_contains(peer.address())
        .stderr_contains("PINGRESP")
        .run();
}

#[test]
fn the_stored_set_excludes_what_contradicts_it() {
    refuses("-t t --retained-only -R", "--retained-only", "--no-retained");
    let contradictions = [
        "--retain-as-published",
        "--retain-handling never",
        "--retain-handling new",
        "--no-clean-start -i x",
    ];
    for other in contradictions {
        let name = other.split(' ').next().unwrap();
        refuses(&format!("-t t --retained-only {other}"), "--retained-only", name);
    }
    refuses("-t t --retained-only -E", "--retained-only", "--exit-after-subscribe");
    refuses("-t a -t $share/g/t --retained-only", "--retained-only", "$share/g/t");
}

/// Expects the message that removes what is stored under this topic, and returns its identifier.
#[track_caller]
fn expect_removal(conn: &mut Conn, topic: &str) -> u16 {
    let removal = conn.expect_publish();
    let id = removal.id.expect("an identifier");
    assert_eq!(removal, stored(topic, "").qos(1, id));
    id
}

#[test]
fn what_is_printed_is_removed_and_the_end_waits_for_it() {
    let peer = after_ping(|conn| {
        conn.publish(&stored("a/b", "one"));
        let first = expect_removal(conn, "a/b");
        conn.publish(&stored("c", "two"));
        let second = expect_removal(conn, "c");
        conn.pingresp();
        conn.puback(second, 0);
        conn.expect_nothing_for(LONGER_THAN_IDLE);
        conn.puback(first, 0);
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only --remove-retained -v").stdout("a/b one\nc two\n").run();
}

#[test]
fn a_count_ends_it_after_the_last_removal() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for topic in ["one", "two", "three"] {
            conn.publish(&stored(topic, topic));
        }
        let ids = [expect_removal(conn, "one"), expect_removal(conn, "two")];
        conn.puback(ids[0], 0);
        conn.expect_nothing_for(LONGER_THAN_IDLE);
        conn.puback(ids[1], 0x10);
        conn.expect_goodbye();
    });
    subscribe(&peer, "--remove-retained -C 2").stdout("one\ntwo\n").run();
}

#[test]
fn removing_alone_goes_on_and_leaves_live_messages_alone() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("t", "stored"));
        let id = expect_removal(conn, "t");
        conn.puback(id, 0);
        conn.publish(&Publish::new("t", "live"));
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "--remove-retained").status(130).stdout("stored\nlive\n");
    let mut running = run.stderr_anything().spawn();
    assert_eq!([running.read_line(), running.read_line()], ["stored", "live"]);
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn excluded_topics_keep_what_is_stored() {
    let peer = after_ping(|conn| {
        conn.publish(&stored("keep/this", "one"));
        conn.publish(&stored("t", "two"));
        let id = expect_removal(conn, "t");
        conn.puback(id, 0);
        conn.pingresp();
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only --remove-retained -T keep/#").stdout("two\n").run();
}

#[test]
fn messages_are_printed_exactly_while_they_are_removed() {
    let payload: Vec<u8> = (0..=255).collect();
    let message = Publish::new("t", &payload).retain();
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        conn.publish(&message);
        let id = expect_removal(conn, "t");
        conn.puback(id, 0);
        conn.expect_goodbye();
    });
    subscribe(&peer, "--remove-retained -C 1 -N").stdout(payload).run();
}

#[test]
fn a_removal_that_is_refused_is_told() {
    let peer = after_ping(|conn| {
        for (topic, reason) in [("mine", 0), ("yours", 0x87)] {
            conn.publish(&stored(topic, topic));
            let id = expect_removal(conn, topic);
            conn.puback(id, reason);
        }
        conn.pingresp();
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only --remove-retained")
        .status(5)
        .stdout("mine\nyours\n")
        .stderr_line("*yours*0x87*")
        .stderr_lacks("mine")
        .run();
}

#[test]
fn only_the_first_ten_refusals_are_named() {
    let topics: Vec<String> = (1..=12).map(|number| format!("topic/{number:02}")).collect();
    let sent = topics.clone();
    let peer = after_ping(move |conn| {
        for topic in &sent {
            conn.publish(&stored(topic, "x"));
            let id = expect_removal(conn, topic);
            conn.puback(id, 0x87);
        }
        conn.pingresp();
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "--retained-only --remove-retained").status(5);
    let output = run.stdout("x\n".repeat(12)).stderr_contains("12").run();
    let named = topics.iter().filter(|topic| output.stderr_text().contains(*topic));
    assert!(named.eq(&topics[..10]), "{output}");
}

#[test]
fn topics_that_are_named_do_not_drive_the_terminal() {
    let peer = after_ping(|conn| {
        let topic = "\u{9b}31m/\u{202e}";
        conn.publish(&stored(topic, "x"));
        let id = expect_removal(conn, topic);
        conn.puback(id, 0x87);
        conn.pingresp();
        conn.expect_goodbye();
    });
    // What stderr holds must be calm, always; this is the test where it is hard.
    let run = subscribe(&peer, "--retained-only --remove-retained").status(5);
    run.stdout("x\n").stderr_contains("0x87").stderr_lacks("\u{202e}").run();
}

#[test]
fn removals_that_are_lost_with_the_connection_are_counted() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for topic in ["one", "two", "three"] {
            conn.publish(&stored(topic, topic));
        }
        let ids = ["one", "two", "three"].map(|topic| expect_removal(conn, topic));
        conn.puback(ids[1], 0);
        conn.cut();
    });
    subscribe(&peer, "--remove-retained --reconnect never")
        .status(6)
        .stdout("one\ntwo\nthree\n")
        .stderr_line("*2*unconfirmed*")
        .run();
}

#[test]
fn removals_that_are_not_confirmed_when_it_is_stopped_are_counted() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("t", "x"));
        expect_removal(conn, "t");
        conn.reached("removing");
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "--remove-retained").status(130).stdout("x\n");
    let running = run.stderr_line("*1*unconfirmed*").spawn();
    peer.wait_for("removing");
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn removals_that_are_never_confirmed_are_given_up() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("t", "x"));
        expect_removal(conn, "t");
        conn.expect_closed();
    });
    subscribe(&peer, "--remove-retained -C 1 --ack-timeout 500ms --reconnect never")
        .status(6)
        .stdout("x\n")
        .stderr_contains("unconfirmed")
        .run();
}

#[test]
fn a_removal_that_was_lost_is_sent_again() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("t", "x"));
        expect_removal(conn, "t");
        conn.cut();
    })
    .then(Conn::serve);
    let run = subscribe(&peer, "--remove-retained -C 1").stdout("x\n").stderr_anything();
    run.run();
    let Record { publishes, .. } = peer.finish();
    let topics: Vec<_> = publishes.iter().map(|it| (it.topic.as_str(), it.payload.len())).collect();
    assert_eq!(topics, [("t", 0), ("t", 0)]);
}

#[test]
fn removals_keep_to_the_window_of_the_broker() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber_with(Properties::new().two(property::RECEIVE_MAXIMUM, 2));
        let topics = ["one", "two", "three", "four", "five"];
        for topic in topics {
            conn.publish(&stored(topic, "x"));
        }
        let mut open = vec![expect_removal(conn, topics[0]), expect_removal(conn, topics[1])];
        for topic in &topics[2..] {
            conn.expect_nothing_for(Duration::from_millis(200));
            conn.puback(open.remove(0), 0);
            open.push(expect_removal(conn, topic));
        }
        for id in open {
            conn.puback(id, 0);
        }
        conn.expect_goodbye();
    });
    subscribe(&peer, "--remove-retained -C 5").stdout("x\n".repeat(5)).run();
}

/// Two thousand messages, each under a topic of its own.
fn many() -> (Vec<Publish>, Vec<String>) {
    let topic = |number: u32| format!("{}/{number:04}", number % 7);
    let messages = (0..2_000).map(|number| stored(&topic(number), &number.to_string()));
    let mut lines: Vec<_> =
        (0..2_000).map(|number| format!("{} {number}", topic(number))).collect();
    lines.sort_unstable();
    (messages.collect(), lines)
}

#[test]
fn a_real_broker_is_read_and_emptied() {
    let broker = Mosquitto::options().line("max_queued_messages 0").start();
    let (messages, lines) = many();
    broker.publish_all(&messages);
    for (qos, flag) in [("0", ""), ("1", ""), ("2", "--remove-retained")] {
        let run = broker.mqtt("sub").line("-v -t # --retained-only -q").arg(qos).line(flag);
        let output = run.stdout_anything().deadline(Duration::from_secs(60)).run();
        let mut printed: Vec<_> = output.stdout_text().lines().collect();
        printed.sort_unstable();
        assert!(printed == lines, "QoS {qos}: {} lines", printed.len());
    }
    broker.mqtt("sub").line("-v -t # --retained-only").run();
}

#[test]
fn a_real_broker_that_stores_nothing_says_so() {
    let broker = Mosquitto::start();
    for version in ["3.1", "3.1.1", "5"] {
        broker.mqtt("sub").line("-t # --retained-only -V").arg(version).run();
    }
    broker.mqtt("sub").line("-t # --retained-only --remove-retained").run();
    let count = broker.mqtt("sub").line("-t # --retained-only -C 1");
    count.status(27).stderr_contains("0 of 1").run();
}

#[test]
fn a_real_broker_that_forbids_the_removal_is_believed() {
    let acl = "topic readwrite free/#\ntopic read fixed/#\nuser boss\ntopic readwrite #\n";
    let broker = Mosquitto::options().acl(acl).start();
    for topic in ["free/1", "fixed/1", "free/2"] {
        broker.mqtt("pub").args(["-u", "boss", "-r", "-m", "x", "-t", topic]).run();
    }
    let run = broker.mqtt("sub").line("-V 5 -t # --retained-only --remove-retained");
    run.status(5).stdout("x\nx\nx\n").stderr_contains("fixed/1").run();
    broker.mqtt("sub").line("-V 5 -v -t # --retained-only").stdout("fixed/1 x\n").run();
}

#[test]
fn live_traffic_does_not_keep_a_real_set_from_ending() {
    let broker = Mosquitto::start();
    broker.publish_all(&[stored("t", "stored")]);
    let mut publisher = broker.mqtt("pub").line("-t t -l").stdin_open().spawn();
    publisher.write_stdin("live\n".repeat(5_000));
    broker.mqtt("sub").line("-t t --retained-only").stdout("stored\n").run();
    publisher.close_stdin();
    publisher.wait();
}
