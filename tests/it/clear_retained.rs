//! `mqtt clear-retained`: what is printed and removed, what is left alone, and when all of it counts as gone.

use std::io::Read;
use std::time::Duration;

use crate::support::{Conn, Mqtt, Packet, Peer, Properties, Publish, Signal, property};

/// Longer than the client waits for another stored message.
const LONGER_THAN_IDLE: Duration = Duration::from_millis(1_500);

fn clear(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("clear-retained").line("-V 5 a/#").line(options)
}

fn stored(topic: &str, payload: &str) -> Publish {
    Publish::new(topic, payload).retain()
}

/// Grants the subscription of one pass, which may end that of the pass before.
#[track_caller]
fn grant(conn: &mut Conn) {
    match conn.expect_any("SUBSCRIBE or UNSUBSCRIBE") {
        Packet::Subscribe(subscribe) => {
            conn.suback(subscribe.id, &vec![0; subscribe.filters.len()])
        }
        Packet::Unsubscribe(unsubscribe) => {
            conn.unsuback(unsubscribe.id, &vec![0; unsubscribe.filters.len()]);
            conn.grant_subscribe();
        }
        other => panic!("neither SUBSCRIBE nor UNSUBSCRIBE: {other:?}"),
    }
}

/// Grants the subscription of one pass, sends what is stored, and takes the removals with these reasons.
#[track_caller]
fn pass(conn: &mut Conn, found: &[(&str, u8)]) {
    grant(conn);
    for (topic, _) in found {
        conn.publish(&stored(topic, "x"));
    }
    take_removals(conn, found.len(), |conn, removal| {
        let (_, reason) = found.iter().find(|it| it.0 == removal.topic).expect("it was stored");
        conn.puback(removal.id.expect("an identifier"), *reason);
    });
}

/// Answers the PINGREQ of this pass, and takes so many removals, whatever comes first.
#[track_caller]
fn take_removals(conn: &mut Conn, count: usize, mut answer: impl FnMut(&mut Conn, &Publish)) {
    let mut left = count;
    let mut asked = false;
    while left > 0 || !asked {
        match conn.expect_any("PINGREQ or a removal") {
            Packet::PingReq => {
                asked = true;
                conn.pingresp();
            }
            Packet::Publish(removal) => {
                assert!(removal.retain && removal.payload.is_empty() && removal.qos == 1);
                left = left.checked_sub(1).expect("one removal too many");
                answer(conn, &removal);
            }
            other => panic!("neither PINGREQ nor a removal: {other:?}"),
        }
    }
}

/// Confirms a removal.
fn confirm(conn: &mut Conn, removal: &Publish) {
    conn.puback(removal.id.expect("an identifier"), 0);
}

/// One connection with these passes; another one without anything new ends it.
fn passes(all: &'static [&'static [(&'static str, u8)]]) -> Peer {
    Peer::script(move |conn| {
        conn.accept();
        for found in all {
            pass(conn, found);
        }
        conn.expect_goodbye();
    })
}

#[test]
fn topics_are_printed_and_removed_and_asked_for_once_more() {
    let peer = passes(&[&[("a/b", 0), ("a/c", 0)], &[]]);
    let run = clear(&peer, "").stdout("a/b\na/c\n");
    run.stderr("mqtt: cleared 2 retained messages\n").run();
}

#[test]
fn nothing_stored_is_nothing_to_do() {
    for version in ["3.1", "3.1.1", "5"] {
        let peer = passes(&[&[]]);
        let run = peer.mqtt("clear-retained").line("-t a/# -V").arg(version);
        run.stderr("mqtt: cleared 0 retained messages\n").run();
    }
}

#[test]
fn the_subscription_leaves_out_what_this_client_publishes() {
    for (flag, qos) in [("", 0), ("--json", 2)] {
        let peer = Peer::script(move |conn| {
            conn.accept();
            let subscribe = conn.grant_subscribe();
            let filter = &subscribe.filters[0];
            assert_eq!((filter.qos, filter.retain_handling), (qos, 0));
            assert!(filter.no_local && !filter.retain_as_published);
            conn.answer_ping();
            conn.expect_goodbye();
        });
        clear(&peer, flag).stderr_anything().run();
    }
}

#[test]
fn what_comes_with_a_later_pass_is_removed_too() {
    let peer = passes(&[&[("a/1", 0)], &[("a/2", 0)], &[("a/3", 0), ("a/4", 0)], &[]]);
    let run = clear(&peer, "").stdout("a/1\na/2\na/3\na/4\n");
    run.stderr_contains("cleared 4 ").run();
}

#[test]
fn each_pass_is_a_new_subscription() {
    let peer = Peer::script(|conn| {
        conn.accept();
        pass(conn, &[("a/b", 0)]);
        assert_eq!(conn.grant_unsubscribe().filters, ["a/#"]);
        assert_eq!(conn.grant_subscribe().filters[0].filter, "a/#");
        conn.answer_ping();
        conn.expect_goodbye();
    });
    clear(&peer, "").stdout("a/b\n").stderr_contains("cleared 1 ").run();
}

#[test]
fn a_connection_that_is_lost_between_two_passes_makes_no_difference() {
    let peer = Peer::script(|conn| {
        conn.accept();
        pass(conn, &[("a/b", 0)]);
        conn.expect_unsubscribe();
        conn.cut();
    })
    .then(|conn| {
        conn.accept();
        conn.grant_unsubscribe();
        pass(conn, &[("a/c", 0)]);
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    let run = clear(&peer, "").stdout("a/b\na/c\n").stderr_contains("connection");
    run.stderr_contains("cleared 2 ").run();
}

#[test]
fn what_finds_no_room_is_removed_with_a_later_pass() {
    // Together more than the 16 MiB of topics that may wait.
    let topics: Vec<String> =
        (0..300).map(|number| format!("a/{number:03}/{}", "x".repeat(65_000))).collect();
    let mut left = topics.clone();
    let peer = Peer::script(move |conn| {
        conn.accept_with(Properties::new().two(property::RECEIVE_MAXIMUM, 1));
        let mut passes = 0;
        loop {
            match conn.expect_any("the next step") {
                Packet::Subscribe(subscribe) => {
                    passes += 1;
                    conn.suback(subscribe.id, &[0]);
                    for topic in &left {
                        conn.publish(&stored(topic, "x"));
                    }
                }
                Packet::Unsubscribe(unsubscribe) => conn.unsuback(unsubscribe.id, &[0]),
                Packet::PingReq => conn.pingresp(),
                Packet::Publish(removal) => {
                    left.retain(|topic| *topic != removal.topic);
                    confirm(conn, &removal);
                }
                Packet::Disconnect(_) => break,
                other => panic!("no step of a pass: {other:?}"),
            }
        }
        assert!(left.is_empty() && passes == 3, "{passes} passes");
        conn.expect_eof();
    });
    let run = clear(&peer, "").deadline(Duration::from_secs(30)).stdout_anything();
    let output = run.stderr("mqtt: cleared 300 retained messages\n").run();
    assert!(output.stdout_text().lines().eq(&topics), "each once");
    assert_eq!(peer.finish().publishes.len(), 300);
}

#[test]
fn a_deadline_that_passes_is_told() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        conn.expect_goodbye();
    });
    clear(&peer, "-W 1s").status(27).stderr_contains("timed out after 1s").run();
}

#[test]
fn what_each_pass_asks_for_is_told_once() {
    let peer = passes(&[&[("a/b", 0)], &[("a/c", 0)], &[]]);
    let run = clear(&peer, "--json --events -").stdout_anything().stderr_anything();
    let output = run.run();
    for what in ["grants QoS 0 instead of 2", r#""event":"subscribe""#] {
        assert_eq!(output.stderr_text().matches(what).count(), 1, "{output}");
    }
}

#[test]
fn a_topic_that_two_filters_match_is_printed_and_removed_once() {
    let peer = Peer::script(|conn| {
        conn.accept();
        grant(conn);
        conn.publish(&stored("a/b", "x"));
        conn.publish(&stored("a/b", "x"));
        take_removals(conn, 1, confirm);
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    clear(&peer, "a/b").stdout("a/b\n").stderr_contains("cleared 1 ").run();
}

#[test]
fn the_end_waits_for_every_acknowledgement() {
    let peer = Peer::script(|conn| {
        conn.accept();
        grant(conn);
        conn.publish(&stored("a/b", "x"));
        let mut id = 0;
        take_removals(conn, 1, |_, removal| id = removal.id.unwrap());
        conn.expect_nothing_for(LONGER_THAN_IDLE);
        conn.puback(id, 0);
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    clear(&peer, "").stdout("a/b\n").stderr_anything().run();
}

#[test]
fn each_stored_message_begins_the_silence_anew() {
    let peer = Peer::script(|conn| {
        conn.accept();
        grant(conn);
        conn.answer_ping();
        conn.expect_nothing_for(Duration::from_millis(800));
        conn.publish(&stored("b", "left alone"));
        conn.expect_nothing_for(Duration::from_millis(800));
        conn.publish(&stored("a/b", "late"));
        let removal = conn.take();
        assert_eq!(removal.topic, "a/b");
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    clear(&peer, "b --idle 1500ms -T b").stdout("a/b\n").stderr_anything().run();
}

#[test]
fn a_refused_removal_is_named_and_tried_once() {
    let peer = passes(&[&[("a/mine", 0), ("a/yours", 0x87)], &[]]);
    clear(&peer, "")
        .status(5)
        .stdout("a/mine\na/yours\n")
        .stderr_line("mqtt: removing a/yours refused: 0x87 Not authorized")
        .stderr_line("mqtt: cleared 1 retained message")
        .stderr_line(
            "mqtt: removing retained messages: 1 delivered, 1 refused (0x87 Not authorized)*",
        )
        .run();
    // What was refused comes again, and that says nothing new.
    let peer = Peer::script(|conn| {
        conn.accept();
        pass(conn, &[("a/yours", 0x87)]);
        grant(conn);
        conn.publish(&stored("a/yours", "x"));
        conn.answer_ping();
        conn.expect_goodbye();
    });
    clear(&peer, "").status(5).stdout("a/yours\n").stderr_lacks("still there").run();
}

#[test]
fn only_the_first_ten_refusals_are_named() {
    let topics: Vec<String> = (1..=12).map(|number| format!("a/{number:02}")).collect();
    let sent = topics.clone();
    let peer = Peer::script(move |conn| {
        conn.accept();
        let found: Vec<_> = sent.iter().map(|topic| (topic.as_str(), 0x87)).collect();
        pass(conn, &found);
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    let output = clear(&peer, "").status(5).stdout_anything().stderr_contains("12 refused").run();
    let named = topics.iter().filter(|topic| output.stderr_text().contains(*topic));
    assert!(named.eq(&topics[..10]), "{output}");
}

/// Three passes: the topic is removed, comes again, and is still there.
fn stubborn(live: Option<Publish>) -> Peer {
    Peer::script(move |conn| {
        conn.accept();
        pass(conn, &[("a/b", 0)]);
        for _ in 0..2 {
            grant(conn);
            if let Some(live) = &live {
                conn.publish(live);
            }
            conn.publish(&stored("a/b", "x"));
            conn.answer_ping();
        }
        conn.expect_goodbye();
    })
}

#[test]
fn a_topic_that_stays_although_its_removal_was_acknowledged_is_a_failure() {
    let peer = stubborn(None);
    let run = clear(&peer, "").status(5).stdout("a/b\n");
    run.stderr_line("mqtt: a/b is still there*").stderr_line("mqtt: 1 topic is still there").run();
}

#[test]
fn a_topic_that_was_set_again_is_told_and_left_alone() {
    let peer = stubborn(Some(Publish::new("a/b", "live")));
    let run = clear(&peer, "").stdout("a/b\n");
    run.stderr_line("mqtt: warning: a/b was set again*").stderr_contains("cleared 1 ").run();
    // An empty message is what the removal looks like to subscribers.
    let peer = stubborn(Some(Publish::new("a/b", "")));
    clear(&peer, "").status(5).stdout("a/b\n").stderr_contains("still there").run();
}

#[test]
fn what_only_seemed_to_be_still_there_is_gone() {
    let peer = Peer::script(|conn| {
        conn.accept();
        pass(conn, &[("a/b", 0)]);
        grant(conn);
        conn.publish(&stored("a/b", "late, from the first pass"));
        conn.answer_ping();
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    clear(&peer, "").stdout("a/b\n").stderr("mqtt: cleared 1 retained message\n").run();
}

#[test]
fn live_messages_are_no_reason_to_remove_or_to_wait() {
    let peer = Peer::script(|conn| {
        conn.accept();
        grant(conn);
        conn.publish(&Publish::new("a/live", "x"));
        conn.answer_ping();
        conn.publish(&Publish::new("a/live", "y").qos(1, 4));
        assert_eq!(conn.expect_puback().id, 4);
        conn.until_it_speaks(Duration::from_millis(100), |conn| {
            conn.publish(&Publish::new("a/live", "live"));
        });
        conn.expect_disconnect(0);
    });
    clear(&peer, "").stderr("mqtt: cleared 0 retained messages\n").run();
}

#[test]
fn excluded_topics_and_those_of_the_broker_are_left_alone() {
    let peer = Peer::script(|conn| {
        conn.accept();
        grant(conn);
        for topic in ["a/keep/1", "$SYS/broker/uptime", "a/b"] {
            conn.publish(&stored(topic, "x"));
        }
        take_removals(conn, 1, |conn, removal| {
            assert_eq!(removal.topic, "a/b");
            confirm(conn, removal);
        });
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    clear(&peer, "-T a/keep/#").stdout("a/b\n").stderr_contains("cleared 1 ").run();
}

#[test]
fn a_dry_run_removes_nothing() {
    let peer = Peer::script(|conn| {
        conn.accept();
        grant(conn);
        conn.publish(&stored("a/b", "x"));
        conn.publish(&stored("a/c", "x"));
        conn.answer_ping();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("clear-retained").line("# --dry-run").stdout("a/b\na/c\n");
    run.stderr("mqtt: would clear 2 retained messages\n").run();
    assert!(peer.finish().publishes.is_empty());
}

#[test]
fn json_is_the_record_that_was_removed() {
    let peer = Peer::script(|conn| {
        conn.accept();
        grant(conn);
        let properties = Properties::new().text(property::CONTENT_TYPE, "t");
        conn.publish(&stored("a/b", "x").with(properties));
        take_removals(conn, 1, confirm);
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    let pattern = r#"{"time":"*Z","topic":"a/b","qos":0,"retain":true,"payload":"x","properties":{"content_type":"t"}}"#;
    clear(&peer, "--json").stdout_line(pattern).stderr_anything().run();
}

#[test]
fn a_refused_subscription_is_a_failure_and_the_others_go_on() {
    let peer = Peer::script(|conn| {
        conn.accept();
        for found in [&[("a/b", 0)][..], &[]] {
            if found.is_empty() {
                conn.grant_unsubscribe();
            }
            let subscribe = conn.expect_subscribe();
            conn.suback(subscribe.id, &[0x87, 0]);
            for (topic, _) in found {
                conn.publish(&stored(topic, "x"));
            }
            take_removals(conn, found.len(), confirm);
        }
        conn.expect_goodbye();
    });
    let run = peer.mqtt("clear-retained").line("-V 5 -t bad -t a/#").status(5).stdout("a/b\n");
    let output = run.stderr_line("mqtt: 1 of 2 subscriptions refused").run();
    assert_eq!(output.stderr_text().matches("subscription to bad refused").count(), 1, "{output}");
    let peer = Peer::script(|conn| {
        conn.accept();
        let subscribe = conn.expect_subscribe();
        conn.suback(subscribe.id, &[0x87]);
        conn.expect_goodbye();
    });
    clear(&peer, "").status(5).stderr_contains("subscription to a/# refused").run();
}

#[test]
fn a_lost_connection_begins_again_and_prints_nothing_twice() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("a/1", "x"));
        conn.publish(&stored("a/2", "x"));
        take_removals(conn, 2, |conn, removal| {
            if removal.topic == "a/1" {
                confirm(conn, removal);
            }
        });
        conn.cut();
    })
    .then(|conn| {
        conn.accept();
        grant(conn);
        conn.publish(&stored("a/2", "x"));
        conn.publish(&stored("a/3", "x"));
        take_removals(conn, 2, confirm);
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    let run = clear(&peer, "").stdout("a/1\na/2\na/3\n").stderr_contains("connection");
    run.stderr_contains("cleared 3 ").run();
}

#[test]
fn a_run_that_does_not_come_to_its_end_tells_how_far_it_came() {
    let peer = Peer::script(|conn| {
        conn.accept();
        pass(conn, &[("a/1", 0), ("a/2", 0)]);
        conn.cut();
    });
    let run = clear(&peer, "--reconnect never").status(6).stdout("a/1\na/2\n");
    run.stderr_line("mqtt: connection to * lost: *; removing retained messages: 2 delivered, *")
        .run();
}

#[test]
fn removals_that_are_never_confirmed_are_counted() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("a/b", "x"));
        take_removals(conn, 1, |_, _| {});
        conn.expect_closed();
    });
    let run = clear(&peer, "--ack-timeout 500ms --reconnect never").status(6).stdout("a/b\n");
    run.stderr_contains("1 unconfirmed").run();
}

#[test]
fn a_signal_tells_what_is_unconfirmed() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("a/b", "x"));
        take_removals(conn, 1, |_, _| {});
        conn.reached("removing");
        conn.expect_goodbye();
    });
    let run = clear(&peer, "").status(130).stdout("a/b\n").stderr_line("*1 unconfirmed*");
    let running = run.spawn();
    peer.wait_for("removing");
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn everything_goes_only_when_it_is_confirmed() {
    for filter in ["#", "+/#", "+/+/#"] {
        let peer = Peer::untouched();
        let run = peer.mqtt("clear-retained").args(["a/#", filter]).status(2);
        run.stderr_line(&format!("mqtt: {filter} matches everything"))
            .stderr_contains("--yes")
            .run();
        let peer = passes(&[&[]]);
        peer.mqtt("clear-retained").args([filter, "--yes"]).stderr_anything().run();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_person_at_the_terminal_is_asked() {
    for (answer, status) in [("y\n", 0), ("YES\n", 0), ("n\n", 2), ("\n", 2), ("yesterday\n", 2)] {
        let peer = if status == 0 { passes(&[&[]]) } else { Peer::untouched() };
        let run = peer.mqtt("clear-retained").args(["#"]).in_terminal().typed(answer);
        let output = run.status(status).stdout_anything().run();
        let question =
            format!("Remove every retained message from mqtt://{}? [y/N]", peer.address());
        assert!(output.stdout_text().contains(&question), "{output}");
        let words = if status == 0 { "cleared 0" } else { "not confirmed" };
        assert!(output.stdout_text().contains(words), "{output}");
    }
}

#[test]
fn a_reader_that_goes_away_keeps_what_it_has_not_read() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.wait_for("gone");
        conn.publish(&stored("a/b", "x"));
        conn.serve();
    });
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let running = clear(&peer, "").stdout_to(writer).spawn();
    drop(reader);
    peer.reached("gone");
    running.wait();
    assert!(peer.finish().publishes.is_empty());
}

#[test]
fn a_reader_that_goes_away_before_a_removal_is_confirmed_is_no_failure() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("a/1", "x"));
        let mut removals = Vec::new();
        take_removals(conn, 1, |_, removal| removals.push(removal.clone()));
        conn.publish(&stored("a/2", &"more than a pipe holds".repeat(20_000)));
        conn.wait_for("gone");
        confirm(conn, &removals[0]);
        conn.expect_goodbye();
    });
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let running = clear(&peer, "--json").stdout_to(writer).spawn();
    // Some of the second record, which is being written then.
    reader.read_exact(&mut [0; 500]).expect("two records");
    drop(reader);
    peer.reached("gone");
    running.wait();
}

#[test]
fn a_long_run_shows_a_bar_where_it_is_asked_for() {
    let peer = Peer::script(|conn| {
        conn.accept();
        grant(conn);
        conn.publish(&stored("a/b", "x"));
        take_removals(conn, 1, |conn, removal| {
            conn.stall_for(Duration::from_millis(2_500));
            confirm(conn, removal);
        });
        pass(conn, &[]);
        conn.expect_goodbye();
    });
    let run = clear(&peer, "--progress").with_bar().stdout("a/b\n");
    run.stderr_contains("1 unacknowledged").stderr_contains("cleared 1 ").run();
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_sent() {
    for (flags, words) in [
        ("", "no topic filter"),
        ("a#", "whole last level"),
        ("$share/g/a", "shared"),
        ("$SYS/#", "belong to the broker"),
        ("a -c -i x", "--no-clean-start"),
        ("a -D publish content-type x", "no effect"),
    ] {
        let peer = Peer::untouched();
        peer.mqtt("clear-retained").line(flags).status(2).stderr_contains(words).run();
    }
}
