//! A connection is lost and another one made: what is sent again when the session lives, when it is
//! gone, and what can only be said to be uncertain.

use super::*;

/// Four messages: acknowledged, released, sent, sent.
fn four_in_flight(version: Version) -> Bench {
    let mut bench = Bench::up(persistent(), version);
    for (position, qos) in [(1, ONE), (2, TWO), (3, ONE), (4, TWO)] {
        bench.publish(position, qos, &position.to_string());
    }
    let id = |place: usize, packets: &[String]| -> u16 {
        packets[place].split_whitespace().nth(3).unwrap().parse().unwrap()
    };
    let packets = bench.sent();
    let ids = [0, 1, 2, 3].map(|place| id(place, &packets));
    bench.hear(&[ack(PUBACK, ids[0]), ack(PUBREC, ids[1])].concat());
    assert_eq!(bench.delivered(), [1]);
    bench.sent();
    // So that the tests need not know where the ids began.
    assert_eq!(ids[3].wrapping_sub(ids[1]), 2);
    bench
}

/// The packet id of the oldest message in flight.
fn oldest_id(bench: &Bench) -> u16 {
    bench.session.ledger.in_flight_entries().next().unwrap().packet_id
}

#[test]
fn a_resumed_session_gets_pubrel_first_and_then_publish_with_dup_under_the_same_ids() {
    for version in VERSIONS {
        let mut bench = four_in_flight(version);
        let id = oldest_id(&bench);
        bench.reconnect(true);
        assert_eq!(
            bench.sent(),
            [
                format!("PUBREL {id}"),
                format!("PUBLISH q1 id {} dup = 3", id + 1),
                format!("PUBLISH q2 id {} dup = 4", id + 2),
            ]
        );
        bench.hear(&[ack(PUBCOMP, id), ack(PUBACK, id + 1), ack(PUBREC, id + 2)].concat());
        bench.hear(&ack(PUBCOMP, id + 2));
        assert_eq!(bench.delivered(), [1, 2, 3, 4]);
        assert!(bench.session.is_settled() && bench.job.events.is_empty());
    }
}

/// The flags of CONNACK are reserved in MQTT 3.1.
#[test]
fn a_session_of_mqtt_3_1_goes_on_although_connack_cannot_say_so() {
    let mut bench = four_in_flight(Version::V31);
    let id = oldest_id(&bench);
    bench.hear(&message(Version::V31, 0x34, 8, "once"));
    bench.session.acknowledge(1);
    assert_eq!(bench.sent(), ["PUBREC 8"]);
    bench.reconnect(false);
    let publishes = [(id + 1, 1, 3), (id + 2, 2, 4)];
    let publishes = publishes.map(|(id, qos, is)| format!("PUBLISH q{qos} id {id} dup = {is}"));
    assert_eq!(bench.sent(), [&[format!("PUBREL {id}")], &publishes[..]].concat());
    bench.hear(&message(Version::V31, 0x3c, 8, "once"));
    assert_eq!(bench.sent(), ["PUBREC 8"]);
    assert_eq!(bench.job.messages.len(), 1);
    assert!(bench.job.events.is_empty(), "{:?}", bench.job.events);
}

/// Should the broker have lost the session after all, the subscriptions must not be missing.
#[test]
fn a_session_of_mqtt_3_1_is_subscribed_again_on_every_connection() {
    let interest = subscribing().interest;
    let mut bench = Bench::up(SessionOptions { interest, ..persistent() }, Version::V31);
    let id: u16 = bench.sent()[0].split([' ', ':']).nth(1).unwrap().parse().unwrap();
    let [high, low] = id.to_be_bytes();
    bench.hear(&[0x90, 4, high, low, 2, 1]);
    bench.reconnect(false);
    assert_eq!(bench.sent(), [format!("SUBSCRIBE {}: a/# q2 b q1", id.wrapping_add(1).max(1))]);
}

#[test]
fn a_clean_session_of_mqtt_3_1_ends_with_its_connection() {
    let mut bench = Bench::up(options(), Version::V31);
    bench.publish(1, TWO, "one");
    bench.sent();
    bench.reconnect(false);
    assert_eq!(bench.sent(), ["PUBLISH q2 id 2 = one"]);
}

#[test]
fn a_lost_session_gets_everything_as_new_and_in_order() {
    for version in [Version::V311, Version::V5] {
        let mut bench = four_in_flight(version);
        let id = oldest_id(&bench);
        bench.reconnect(false);
        assert_eq!(bench.job.events, ["Republished(3)"]);
        assert_eq!(
            bench.sent(),
            [
                format!("PUBLISH q2 id {} = 2", id + 3),
                format!("PUBLISH q1 id {} = 3", id + 4),
                format!("PUBLISH q2 id {} = 4", id + 5),
            ]
        );
        bench.hear(&ack(PUBACK, id + 4));
        assert_eq!(bench.delivered(), [1, 3]);
    }
}

#[test]
fn the_second_connect_asks_for_the_session_the_first_one_made() {
    let mut bench = Bench::new(options(), Version::V5);
    for flags in [0x02, 0x00, 0x00] {
        bench.session.connect(random);
        assert_eq!(bench.bytes()[9], flags, "clean start");
        bench.hear(&connack(Version::V5, flags == 0, &[]));
        bench.lost(None);
    }
    let mut bench = Bench::new(options(), Version::V311);
    for _ in 0..2 {
        bench.session.connect(random);
        assert_eq!(bench.bytes()[9], 0x02, "3.1.1 has no session to come back to");
        bench.hear(&connack(Version::V311, false, &[]));
        bench.lost(None);
    }
}

#[test]
fn a_lost_session_is_subscribed_again_and_a_resumed_one_is_not() {
    let mut bench = Bench::up(subscribing(), Version::V5);
    bench.sent();
    bench.hear(&[0x90, 5, 0, 1, 0, 2, 1]);
    bench.reconnect(true);
    assert!(bench.sent().is_empty() && bench.session.is_subscribed());
    bench.reconnect(false);
    assert_eq!(bench.sent(), ["SUBSCRIBE 2: a/# q2 b q1"]);
    assert!(!bench.session.is_subscribed());
    bench.hear(&[0x90, 5, 0, 2, 0, 2, 1]);
    assert!(bench.session.is_settled());
}

#[test]
fn a_subscribe_without_answer_is_sent_again_even_on_a_resumed_session() {
    let mut bench = Bench::up(subscribing(), Version::V5);
    bench.sent();
    bench.reconnect(true);
    assert_eq!(bench.sent(), ["SUBSCRIBE 2: a/# q2 b q1"]);
}

#[test]
fn a_suback_that_broke_the_protocol_has_not_answered() {
    let mut bench = Bench::up(subscribing(), Version::V5);
    bench.sent();
    assert_eq!(bench.violation(&[0x90, 5, 0, 1, 0, 2, 0x42]).0, 0x81);
    bench.reconnect(true);
    assert_eq!(bench.sent(), ["SUBSCRIBE 2: a/# q2 b q1"]);
}

#[test]
fn a_qos_2_message_comes_out_once_over_a_reconnect() {
    for version in [Version::V311, Version::V5] {
        for (written_before, released_before) in [(false, false), (true, false), (true, true)] {
            let mut bench = Bench::up(persistent(), version);
            bench.hear(&message(version, 0x34, 8, "once"));
            if written_before {
                bench.session.acknowledge(1);
                assert_eq!(bench.sent(), ["PUBREC 8"]);
            }
            if released_before {
                bench.hear(&ack(PUBREL, 8));
            }
            bench.reconnect(true);
            if !released_before {
                bench.hear(&message(version, 0x3c, 8, "once"));
            }
            if !written_before {
                assert!(bench.sent().is_empty(), "it is still being written");
                bench.session.acknowledge(1);
            }
            if !released_before {
                assert_eq!(bench.sent(), ["PUBREC 8"]);
            }
            bench.hear(&ack(PUBREL, 8));
            assert!(bench.sent()[0].starts_with("PUBCOMP 8"));
            assert_eq!(bench.job.messages, ["t q2 id 8 = once"]);
        }
    }
}

#[test]
fn a_lost_session_makes_old_ids_new() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.hear(&message(Version::V5, 0x34, 8, "one"));
    bench.reconnect(false);
    bench.hear(&message(Version::V5, 0x34, 8, "two"));
    assert_eq!(bench.job.messages.len(), 2);
    bench.session.acknowledge(1);
    assert!(bench.sent().is_empty(), "the first belongs to a session that is gone");
    bench.session.acknowledge(1);
    assert_eq!(bench.sent(), ["PUBREC 8"]);
}

#[test]
fn a_qos_1_message_of_a_lost_connection_is_not_acknowledged_on_the_next() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.hear(&message(Version::V5, 0x32, 1, "a"));
    bench.reconnect(true);
    bench.session.acknowledge(1);
    assert!(bench.sent().is_empty());
    bench.hear(&message(Version::V5, 0x3a, 1, "a"));
    bench.session.acknowledge(1);
    assert_eq!(bench.sent(), ["PUBACK 1"]);
}

#[test]
fn half_a_packet_of_output_does_not_reach_the_next_connection() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ONE, "one");
    bench.session.wrote(3, bench.now);
    bench.lost(None);
    bench.session.connect(random);
    assert_eq!(bench.bytes()[0], 0x10, "CONNECT and nothing before it");
}

#[test]
fn qos_0_on_a_lost_connection_may_be_lost_unless_a_pingresp_covered_it() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ZERO, "a");
    bench.publish(2, ZERO, "b");
    bench.pass(60.0).unwrap();
    bench.publish(3, ZERO, "c");
    bench.hear(&[0xd0, 0]);
    bench.lost(None);
    assert_eq!(bench.job.events, ["MaybeLost { count: 1, refusal: None }"]);
    bench.connect(true, &[]);
    bench.hear(&[0xd0, 0]);
    bench.lost(None);
    assert_eq!(bench.job.events.len(), 1, "said once");
}

#[test]
fn a_ping_of_the_lost_connection_covers_nothing_on_the_next() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ZERO, "a");
    bench.pass(60.0).unwrap();
    bench.reconnect(true);
    bench.publish(2, ZERO, "b");
    bench.hear(&[0xd0, 0]);
    bench.lost(None);
    assert_eq!(bench.job.events.len(), 2, "{:?}", bench.job.events);
}

#[test]
fn an_ordered_end_leaves_no_doubt_and_no_trace_for_a_later_connection() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ZERO, "a");
    bench.pass(60.0).unwrap();
    bench.session.disconnect();
    bench.session.closed_in_order();
    bench.connect(false, &[]);
    bench.hear(&[0xd0, 0]);
    bench.lost(None);
    assert!(bench.job.events.is_empty());
}

fn turned_down(code: u8) -> Fault {
    Fault::Disconnected(Explanation::from(Reason(code)))
}

#[test]
fn a_disconnect_that_turns_down_the_only_message_refuses_it() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ONE, "one");
    bench.lost(Some(&turned_down(0x97)));
    assert_eq!(bench.job.ends, [(1, 0, refused(0x97, None))]);
    assert!(bench.session.is_settled());

    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ZERO, "one");
    bench.lost(Some(&turned_down(0x97)));
    assert!(bench.job.events[0].contains("count: 1, refusal: Some"), "{:?}", bench.job.events);
}

#[test]
fn a_disconnect_instead_of_connack_or_suback_refuses_no_message() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ONE, "one");
    bench.lost(None);
    bench.session.connect(random);
    bench.lost(Some(&turned_down(0x97)));
    assert!(bench.job.ends.is_empty() && bench.session.is_owed());

    let mut bench = Bench::up(subscribing(), Version::V5);
    bench.publish(1, ONE, "one");
    bench.lost(Some(&turned_down(0x87)));
    assert!(bench.job.ends.is_empty() && bench.session.is_owed());
}

#[test]
fn a_disconnect_that_may_mean_one_of_several_or_none_refuses_nothing() {
    for (messages, code) in [(2, 0x97), (1, 0x8b)] {
        let mut bench = Bench::up(options(), Version::V5);
        for position in 1..=messages {
            bench.publish(position, ONE, "x");
        }
        bench.lost(Some(&turned_down(code)));
        assert!(bench.job.ends.is_empty() && bench.session.is_owed());
    }
}

/// Reconnects to a broker with other limits.
fn reconnect_with(bench: &mut Bench, session_present: bool, properties: &[u8]) {
    bench.lost(None);
    bench.connect(session_present, properties);
}

#[test]
fn what_is_published_anew_keeps_to_the_window_of_the_new_connection() {
    let mut bench = Bench::up(options(), Version::V5);
    for position in 1..=3 {
        bench.publish(position, ONE, &position.to_string());
    }
    bench.sent();
    reconnect_with(&mut bench, false, &[0x21, 0, 1]);
    assert_eq!(bench.sent(), ["PUBLISH q1 id 4 = 1"]);
    assert!(!bench.session.has_room(ONE), "those that wait come first");
    for id in [4, 5] {
        bench.hear(&ack(PUBACK, id));
        bench.pump();
    }
    assert_eq!(bench.sent(), ["PUBLISH q1 id 5 = 2", "PUBLISH q1 id 6 = 3"]);
}

/// [MQTT-3.3.4-7], and 4.9: the quota starts anew with each connection.
#[test]
fn what_is_resent_keeps_to_the_window_of_the_new_connection() {
    let mut bench = Bench::up(options(), Version::V5);
    for position in 1..=3 {
        bench.publish(position, ONE, &position.to_string());
    }
    bench.sent();
    reconnect_with(&mut bench, true, &[0x21, 0, 1]);
    assert_eq!(bench.sent(), ["PUBLISH q1 id 1 dup = 1"]);
    for id in [1, 2] {
        bench.hear(&ack(PUBACK, id));
        bench.pump();
    }
    assert_eq!(bench.sent(), ["PUBLISH q1 id 2 dup = 2", "PUBLISH q1 id 3 dup = 3"]);
}

/// [MQTT-3.2.2-14], [MQTT-3.2.2-15].
#[test]
fn what_is_published_anew_keeps_to_the_limits_of_the_new_connection() {
    for (properties, reason) in [(&[0x24, 0][..], 0x9b), (&[0x27, 0, 0, 0, 5], 0x95)] {
        let mut bench = Bench::up(options(), Version::V5);
        bench.publish(1, ONE, "one");
        bench.sent();
        reconnect_with(&mut bench, false, properties);
        assert!(bench.sent().is_empty());
        assert!(matches!(
            &bench.job.ends[..],
            [(1, _, Outcome::Refused(explanation))] if explanation.reason == Reason(reason)
        ));
    }
}

#[test]
fn a_message_to_be_sent_alone_that_the_next_connection_does_not_take_holds_up_no_other() {
    for session_present in [false, true] {
        let mut bench = Bench::up(options(), Version::V5);
        bench.publish(1, ONE, "too large");
        bench.sent();
        bench.lost(None);
        bench.session.isolate(1);
        bench.connect(session_present, &[0x27, 0, 0, 0, 10]);
        assert_eq!(bench.job.ends.len(), 1);
        bench.publish(2, ONE, "2");
        bench.publish(3, ONE, "3");
        assert_eq!(bench.sent().len(), 2);
    }
}

/// A record that goes to several topics is several messages.
#[test]
fn one_of_several_messages_of_a_record_is_sent_alone_and_given_up() {
    let mut bench = Bench::up(options(), Version::V5);
    for payload in ["a", "b", "c"] {
        bench.publish(1, ONE, payload);
    }
    bench.sent();
    bench.hear(&ack(PUBACK, 1));
    assert_eq!(bench.session.suspect(), Some(Suspect::Publish(2)));
    bench.lost(None);
    bench.session.isolate(2);
    bench.connect(true, &[]);
    assert_eq!(bench.sent(), ["PUBLISH q1 id 2 dup = b"]);
    bench.lost(None);
    bench.session.give_up(2);
    bench.connect(true, &[]);
    assert_eq!(bench.sent(), ["PUBLISH q1 id 3 dup = c"]);
    let ends: Vec<_> = bench.job.ends.iter().map(|end| (end.1, end.2.clone())).collect();
    let delivered = Outcome::Delivered(Reason::SUCCESS);
    assert_eq!(ends, [(1, delivered), (2, Outcome::Unconfirmed)]);
}

#[test]
fn after_a_violation_nothing_that_an_earlier_session_may_have_taken_is_sent() {
    let mut bench = Bench::up(options(), Version::V5);
    for position in 1..=3 {
        bench.publish(position, ONE, "x");
    }
    bench.sent();
    reconnect_with(&mut bench, false, &[0x21, 0, 1]);
    assert_eq!(bench.sent().len(), 1);
    let violation = bench.try_hear(&[0x20, 3, 0, 0, 0]).unwrap_err();
    bench.lost(Some(&violation));
    let unconfirmed: Vec<_> = bench.job.ends.iter().map(|end| (end.0, &end.2)).collect();
    assert_eq!(unconfirmed, [1, 2, 3].map(|position| (position, &Outcome::Unconfirmed)));
}

#[test]
fn what_a_resumed_session_waits_for_keeps_to_the_limits_of_the_new_connection_too() {
    for properties in [&[0x24, 0][..], &[0x27, 0, 0, 0, 8]] {
        let mut bench = Bench::up(options(), Version::V5);
        bench.publish(1, ONE, "too large");
        bench.sent();
        reconnect_with(&mut bench, true, properties);
        assert!(bench.sent().is_empty());
        assert_eq!(bench.job.ends, [(1, 0, Outcome::Unconfirmed)], "it may have arrived");
        // Should the broker answer after all, nobody is meant, and the id is never another message's.
        bench.reconnect(true);
        bench.publish(2, ONE, "two");
        assert_eq!(bench.sent(), ["PUBLISH q1 id 2 = two"]);
        bench.hear(&ack(PUBACK, 1));
        assert!(bench.delivered().is_empty());
    }
}
