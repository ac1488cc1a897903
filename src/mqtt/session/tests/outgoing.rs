//! What we send: QoS 0, 1 and 2, the window, packet ids, and the broker's limits.

use super::*;
use std::collections::BTreeSet;

#[test]
fn qos_0_is_delivered_when_it_is_handed_over() {
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        bench.publish(1, ZERO, "one");
        assert_eq!(bench.sent(), ["PUBLISH q0 id 0 = one"]);
        assert_eq!(bench.job.ends, [(1, 0, Outcome::Delivered(Reason::SUCCESS))]);
        assert!(bench.session.is_settled());
    }
}

#[test]
fn qos_1_is_delivered_with_puback() {
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        bench.publish(1, ONE, "one");
        assert_eq!(bench.sent(), ["PUBLISH q1 id 1 = one"]);
        assert!(bench.job.ends.is_empty() && bench.session.is_owed());
        bench.hear(&ack(PUBACK, 1));
        assert_eq!(bench.job.ends, [(1, 1, Outcome::Delivered(Reason::SUCCESS))]);
        assert!(bench.session.is_settled() && bench.session.has_delivered());
        assert!(bench.sent().is_empty());
    }
}

#[test]
fn qos_2_is_delivered_with_pubcomp() {
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        bench.publish(1, TWO, "one");
        assert_eq!(bench.sent(), ["PUBLISH q2 id 1 = one"]);
        bench.hear(&ack(PUBREC, 1));
        assert_eq!(bench.sent(), ["PUBREL 1"]);
        assert!(bench.job.ends.is_empty());
        bench.hear(&ack(PUBCOMP, 1));
        assert_eq!(bench.job.ends, [(1, 1, Outcome::Delivered(Reason::SUCCESS))]);
        assert!(bench.sent().is_empty() && bench.session.is_settled());
    }
}

#[test]
fn every_step_of_an_acknowledgement_is_progress() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, TWO, "one");
    let mut seen = bench.session.progress();
    for bytes in [ack(PUBREC, 1), ack(PUBCOMP, 1)] {
        bench.hear(&bytes);
        assert!(bench.session.progress() > seen);
        seen = bench.session.progress();
    }
    bench.hear(&ack(PUBACK, 9));
    assert_eq!(bench.session.progress(), seen, "an answer to nothing is none");
}

#[test]
fn a_refusal_ends_the_message_and_frees_its_place() {
    for (qos, first) in [(ONE, PUBACK), (TWO, PUBREC)] {
        let narrow = SessionOptions { max_inflight: Some(1), ..options() };
        let mut bench = Bench::up(narrow, Version::V5);
        bench.publish(1, qos, "one");
        assert!(!bench.session.has_room(qos));
        bench.sent();
        bench.hear(&refusal(first, 1, 0x87));
        assert_eq!(bench.job.ends, [(1, 1, refused(0x87, None))]);
        assert!(bench.sent().is_empty(), "no PUBREL");
        assert!(bench.session.has_room(qos) && bench.session.is_settled());
    }
}

#[test]
fn a_refusal_is_told_with_the_brokers_words() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ONE, "one");
    bench.hear(b"\x40\x0a\0\x01\x97\x06\x1f\0\x03why");
    assert_eq!(bench.job.ends, [(1, 1, refused(0x97, Some("why")))]);
}

#[test]
fn a_message_nobody_subscribed_to_is_delivered_and_says_so() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ONE, "one");
    bench.hear(&refusal(PUBACK, 1, 0x10));
    let outcome = Outcome::Delivered(Reason::NO_MATCHING_SUBSCRIBERS);
    assert_eq!(bench.job.ends, [(1, 1, outcome)]);
}

/// How many messages of QoS 1 and 2 by turns the engine takes before it is acknowledged any.
fn taken(bench: &mut Bench) -> u64 {
    let mut position = 0;
    while bench.session.has_room(if position % 2 == 0 { ONE } else { TWO }) && position < 100 {
        let qos = if position % 2 == 0 { ONE } else { TWO };
        position += 1;
        bench.publish(position, qos, "x");
    }
    position
}

#[test]
fn the_window_is_the_lesser_of_receive_maximum_and_ours() {
    for (ours, theirs, window) in [(10, 3, 3), (3, 10, 3), (1, 1, 1)] {
        let narrow = SessionOptions { max_inflight: Some(ours), ..options() };
        let mut bench = Bench::up_with(narrow, Version::V5, &[0x21, 0, theirs]);
        assert_eq!(taken(&mut bench), window);
        assert_eq!(bench.sent().len() as u64, window);
        assert!(bench.session.has_room(ZERO), "QoS 0 is not counted");
    }
    let unlimited = &mut Bench::up(options(), Version::V5);
    assert_eq!(taken(unlimited), 100);
    for version in [Version::V31, Version::V311] {
        assert_eq!(taken(&mut Bench::up(options(), version)), 20, "they cannot say");
        let wide = SessionOptions { max_inflight: Some(50), ..options() };
        assert_eq!(taken(&mut Bench::up(wide, version)), 50);
    }
}

#[test]
fn a_qos_2_message_keeps_its_place_until_pubcomp() {
    let mut bench = Bench::up_with(options(), Version::V5, &[0x21, 0, 1]);
    bench.publish(1, TWO, "one");
    assert!(!bench.session.has_room(ONE));
    bench.hear(&ack(PUBREC, 1));
    assert!(!bench.session.has_room(ONE));
    bench.hear(&ack(PUBCOMP, 1));
    assert!(bench.session.has_room(ONE));
}

#[test]
fn ids_are_never_in_use_twice_over_200_000_messages() {
    let narrow = SessionOptions { max_inflight: Some(10), ..options() };
    let mut bench = Bench::up(narrow, Version::V5);
    let mut in_flight: Vec<u16> = Vec::new();
    let mut highest = 0;
    for position in 1..=200_000 {
        while !bench.session.has_room(ONE) {
            // The newest while the window is full, so that the oldest stay for as long as the
            // ledger holds out.
            let place = if in_flight.len() == 10 { 9 } else { 0 };
            let id = in_flight.remove(place);
            bench.hear(&ack(PUBACK, id));
        }
        bench.publish(position, ONE, "");
        let bytes = bench.bytes();
        let id = u16::from_be_bytes([bytes[5], bytes[6]]);
        assert!(id != 0 && !in_flight.contains(&id), "{id} at {position}");
        in_flight.push(id);
        highest = highest.max(id);
    }
    assert_eq!(highest, u16::MAX, "the numbers went round");
    for id in in_flight {
        bench.hear(&ack(PUBACK, id));
    }
    let ended: BTreeSet<u64> = bench.job.ends.iter().map(|end| end.0).collect();
    assert_eq!((bench.job.ends.len(), ended.len()), (200_000, 200_000));
    assert!(bench.session.is_settled());
}

#[test]
fn nothing_is_taken_while_too_much_waits_to_be_written() {
    let mut bench = Bench::up(options(), Version::V5);
    let payload = "x".repeat(100 << 10);
    let mut position = 0;
    while bench.session.has_room(ZERO) {
        position += 1;
        bench.publish(position, ZERO, &payload);
    }
    assert_eq!(position, 3);
    assert!(!bench.session.has_room(ONE));
    bench.bytes();
    assert!(bench.session.has_room(ZERO));
}

fn limited(properties: &[u8], envelope: &Envelope, payload: &str) -> (Vec<Outcome>, Vec<u8>) {
    let mut bench = Bench::up_with(options(), Version::V5, properties);
    bench.publish_as(1, &Rc::new(envelope.clone()), payload);
    let bytes = bench.bytes();
    assert!(bench.session.is_settled() || !bytes.is_empty());
    (bench.job.ends.into_iter().map(|end| end.2).collect(), bytes)
}

#[test]
fn a_qos_or_retain_the_broker_does_not_take_is_refused_without_a_byte() {
    let envelope = |qos, retain| Envelope::new("t".parse().unwrap(), qos, retain);
    let too_high =
        |limit: u8| refused(0x9b, Some(&format!("the broker takes at most QoS {limit}")));
    for (limit, qos) in [(0, ONE), (0, TWO), (1, TWO)] {
        let (ends, bytes) = limited(&[0x24, limit], &envelope(qos, false), "x");
        assert_eq!((ends, bytes), (vec![too_high(limit)], vec![]));
    }
    assert!(!limited(&[0x24, 1], &envelope(ONE, false), "x").1.is_empty());

    let (ends, bytes) = limited(&[0x25, 0], &envelope(ZERO, true), "x");
    let no_retain = refused(0x9a, Some("the broker keeps no retained messages"));
    assert_eq!((ends, bytes), (vec![no_retain], vec![]));
    assert!(!limited(&[0x25, 0], &envelope(ZERO, false), "x").1.is_empty());
}

#[test]
fn a_packet_one_byte_too_large_is_refused_without_a_byte() {
    let envelope = Envelope::new("t".parse().unwrap(), ONE, false);
    let limit = [0x27, 0, 0, 0, 20];
    let (ends, bytes) = limited(&limit, &envelope, &"x".repeat(12));
    assert_eq!((ends.len(), bytes.len()), (0, 20), "as large as it may be");
    let (ends, bytes) = limited(&limit, &envelope, &"x".repeat(13));
    let text = "the packet has 21 bytes, the broker's maximum packet size is 20";
    assert_eq!((ends, bytes), (vec![refused(0x95, Some(text))], vec![]));
}

#[test]
fn a_packet_larger_than_mqtt_allows_is_refused_in_every_version() {
    let payload = Bytes::from(vec![0; crate::message::MAX_REMAINING_LENGTH]);
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        let envelope = Rc::clone(&bench.envelopes[0]);
        bench.publish_bytes(1, &envelope, payload.clone());
        assert!(bench.bytes().is_empty());
        assert!(matches!(
            &bench.job.ends[..],
            [(1, 0, Outcome::Refused(explanation))] if explanation.reason == Reason(0x95)
        ));
    }
}

#[test]
fn an_acknowledgement_of_the_wrong_kind_is_a_violation() {
    for (qos, first, name) in
        [(ONE, PUBREC, "PUBREC"), (ONE, PUBCOMP, "PUBCOMP"), (TWO, PUBCOMP, "PUBCOMP")]
    {
        let mut bench = Bench::up(options(), Version::V5);
        bench.publish(1, qos, "one");
        let text = format!("{name} for packet id 1, which does not wait for it");
        assert_eq!(bench.violation(&ack(first, 1)), (0x82, text));
        assert!(bench.job.ends.is_empty() && bench.session.is_owed());
    }
}

#[test]
fn acknowledgements_nobody_asked_for_are_only_noted() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ONE, "one");
    bench.sent();
    bench.hear(&[ack(PUBACK, 1), ack(PUBACK, 1), ack(PUBCOMP, 5)].concat());
    assert_eq!(bench.delivered(), [1]);
    assert_eq!(bench.job.events, [r#"Stray("PUBACK", 1)"#, r#"Stray("PUBCOMP", 5)"#]);
    assert!(bench.sent().is_empty());
}

#[test]
fn a_stray_pubrec_is_answered_so_that_the_broker_can_forget_it() {
    for (version, answer) in [(Version::V311, "PUBREL 9"), (Version::V5, "PUBREL 9 unknown")] {
        let mut bench = Bench::up(options(), version);
        bench.hear(&ack(PUBREC, 9));
        assert_eq!(bench.sent(), [answer]);
    }
    let mut bench = Bench::up(options(), Version::V5);
    bench.hear(&refusal(PUBREC, 9, 0x87));
    assert!(bench.sent().is_empty(), "it has forgotten it already");
}

#[test]
fn a_second_pubrec_gets_a_second_pubrel() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, TWO, "one");
    bench.sent();
    bench.hear(&[ack(PUBREC, 1), ack(PUBREC, 1)].concat());
    assert_eq!(bench.sent(), ["PUBREL 1", "PUBREL 1"]);
    bench.hear(&ack(PUBCOMP, 1));
    assert_eq!(bench.delivered(), [1]);
}

/// What the broker has received it cannot refuse any more, and PUBREL answers no failure ([MQTT-4.3.3-4]).
#[test]
fn a_refusal_after_pubrec_is_neither_answered_nor_believed() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, TWO, "one");
    bench.hear(&ack(PUBREC, 1));
    bench.sent();
    bench.hear(&refusal(PUBREC, 1, 0x87));
    assert!(bench.sent().is_empty() && bench.job.ends.is_empty() && bench.session.is_owed());
    bench.hear(&ack(PUBCOMP, 1));
    assert_eq!(bench.delivered(), [1]);
}

#[test]
fn a_pubrec_that_comes_again_and_again_is_no_progress() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, TWO, "one");
    bench.hear(&ack(PUBREC, 1));
    let progress = bench.session.progress();
    bench.hear(&[ack(PUBREC, 1), refusal(PUBREC, 1, 0x87)].concat());
    assert_eq!(bench.session.progress(), progress);
}

#[test]
fn giving_up_tells_what_was_sent_from_what_was_not() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.publish(1, ONE, "one");
    bench.publish(2, TWO, "two");
    bench.lost(None);
    bench.abandon();
    let unconfirmed = |position| (position, 0, Outcome::Unconfirmed);
    assert_eq!(bench.job.ends, [unconfirmed(1), unconfirmed(2)]);
    assert!(bench.session.is_settled());
    bench.abandon();
    assert_eq!(bench.job.ends.len(), 2, "each ends once");
}

#[test]
fn the_retain_flag_goes_out() {
    let mut bench = Bench::up(options(), Version::V5);
    let envelope = Envelope::new("t".parse().unwrap(), ZERO, true);
    bench.publish_as(1, &Rc::new(envelope), "kept");
    assert_eq!(bench.sent(), ["PUBLISH q0 id 0 retain = kept"]);
}

#[test]
fn an_acknowledgement_that_crosses_our_disconnect_still_counts() {
    let mut bench = Bench::up(options(), Version::V5);
    for (position, qos) in [(1, ONE), (2, TWO), (3, TWO), (4, TWO), (5, ONE)] {
        bench.publish(position, qos, "x");
    }
    bench.hear(&ack(PUBREC, 2));
    bench.session.disconnect();
    bench.bytes();
    bench.hear(&[ack(PUBACK, 1), ack(PUBCOMP, 2), ack(PUBREC, 3)].concat());
    bench.hear(&refusal(PUBREC, 4, 0x87));
    assert!(bench.bytes().is_empty(), "nothing comes after DISCONNECT");
    bench.lost(None);
    bench.abandon();
    let ends: Vec<_> = bench.job.ends.iter().map(|(position, _, end)| (*position, end)).collect();
    assert_eq!(bench.delivered(), [1, 2]);
    assert!(matches!(ends[2], (4, Outcome::Refused(_))), "{ends:?}");
    assert_eq!(ends[3..], [(3, &Outcome::Unconfirmed), (5, &Outcome::Unconfirmed)]);
}

#[test]
fn what_the_broker_has_taken_is_not_what_its_disconnect_refuses() {
    let quota = Explanation::from(Reason(0x97));
    for (released, end) in [(false, Outcome::Refused(quota.clone())), (true, Outcome::Unconfirmed)]
    {
        let mut bench = Bench::up(options(), Version::V5);
        bench.publish(1, TWO, "x");
        if released {
            bench.hear(&ack(PUBREC, 1));
        }
        bench.lost(Some(&Fault::Disconnected(quota.clone())));
        bench.abandon();
        assert_eq!(bench.job.ends.last().map(|(_, _, end)| end), Some(&end));
    }
}
