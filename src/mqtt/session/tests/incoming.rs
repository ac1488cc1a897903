//! What we receive: subscriptions, messages, and when they are acknowledged.

use super::*;

#[test]
fn all_filters_go_into_one_subscribe_and_each_gets_its_answer() {
    for version in VERSIONS {
        let mut bench = Bench::up(subscribing(), version);
        assert_eq!(bench.sent(), ["SUBSCRIBE 1: a/# q2 b q1"]);
        assert!(!bench.session.is_subscribed() && bench.session.is_waiting());
        bench.hear(&suback(version, 1, &[1, 0x80]));
        assert!(bench.session.is_settled());
        assert!(bench.job.events[0].contains("answer: Ok(AtLeastOnce)"), "{:?}", bench.job.events);
        assert!(bench.job.events[1].contains("Reason(128)"), "{:?}", bench.job.events);
        assert_eq!(bench.job.events.len(), 2);
    }
}

fn suback(version: Version, id: u8, codes: &[u8]) -> Vec<u8> {
    let properties: &[u8] = if version == Version::V5 { &[0] } else { &[] };
    let body = [&[0, id], properties, codes].concat();
    [&[0x90, body.len() as u8], &body[..]].concat()
}

#[test]
fn a_suback_with_the_wrong_id_or_count_is_a_violation() {
    for version in VERSIONS {
        for (id, codes, words) in [
            (2, &[0, 0][..], "SUBACK for packet id 2, which was not asked for"),
            (1, &[], "SUBACK with 0 codes for 2 filters"),
            (1, &[0], "SUBACK with 1 codes for 2 filters"),
            (1, &[0, 0, 0], "SUBACK with 3 codes for 2 filters"),
        ] {
            let mut bench = Bench::up(subscribing(), version);
            let bytes = suback(version, id, codes);
            assert_eq!(bench.violation(&bytes), (0x82, words.to_owned()));
            assert!(bench.job.events.is_empty() && !bench.session.is_subscribed());
        }
        let mut bench = Bench::up(options(), version);
        assert_eq!(bench.violation(&suback(version, 1, &[0])).0, 0x82, "there was no SUBSCRIBE");
    }
}

#[test]
fn a_suback_with_an_undefined_code_shows_it_and_answers_for_no_filter() {
    for (version, code, shown) in
        [(Version::V311, 0x42, "0x42"), (Version::V5, 0x42, "0x42"), (Version::V5, 3, "0x03")]
    {
        let mut bench = Bench::up(subscribing(), version);
        let (reason, text) = bench.violation(&suback(version, 1, &[1, code]));
        assert_eq!(reason, 0x81);
        assert!(text.contains(shown), "{text}");
        assert!(bench.job.events.is_empty(), "{:?}", bench.job.events);
        assert!(!bench.session.is_subscribed());
    }
}

#[test]
fn messages_may_come_before_suback() {
    let mut bench = Bench::up(subscribing(), Version::V5);
    bench.hear(&message(Version::V5, 0x31, 0, "retained"));
    assert_eq!(bench.job.messages, ["t q0 id 0 = retained"]);
}

#[test]
fn a_message_is_acknowledged_only_after_it_was_written() {
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        bench.hear(&[message(version, 0x32, 7, "a"), message(version, 0x34, 8, "b")].concat());
        assert_eq!(bench.job.messages, ["t q1 id 7 = a", "t q2 id 8 = b"]);
        assert!(bench.sent().is_empty());
        bench.session.acknowledge(1);
        assert_eq!(bench.sent(), ["PUBACK 7"]);
        bench.session.acknowledge(1);
        assert_eq!(bench.sent(), ["PUBREC 8"]);
        bench.hear(&ack(PUBREL, 8));
        assert_eq!(bench.sent(), ["PUBCOMP 8"]);
    }
}

#[test]
fn a_message_left_out_is_acknowledged_in_its_turn() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.job.answers = [Taken::Writing, Taken::Dropped].into();
    for id in [1, 2] {
        bench.hear(&message(Version::V5, 0x32, id, ""));
    }
    assert!(bench.sent().is_empty(), "the first is not written");
    bench.session.acknowledge(1);
    assert_eq!(bench.sent(), ["PUBACK 1", "PUBACK 2"]);
    bench.job.answers = [Taken::Dropped].into();
    bench.hear(&message(Version::V5, 0x34, 3, ""));
    assert_eq!(bench.sent(), ["PUBREC 3"]);
}

#[test]
fn a_message_that_comes_again_is_acknowledged_with_the_first_of_its_kind() {
    for version in VERSIONS {
        let mut bench = Bench::up(persistent(), version);
        bench.hear(&[message(version, 0x32, 1, "a"), message(version, 0x32, 2, "b")].concat());
        bench.hear(&message(version, 0x34, 3, "c"));
        bench.lost(None);
        bench.session.acknowledge(1);
        bench.connect(true, &[]);
        bench.sent();
        bench.job.answers = [Taken::Again(1), Taken::Again(2)].into();
        bench.hear(&message(version, 0x3a, 1, "a"));
        assert_eq!(bench.sent(), ["PUBACK 1"], "it was safe before");
        bench.hear(&[message(version, 0x3a, 2, "b"), message(version, 0x3c, 3, "c")].concat());
        bench.hear(&message(version, 0x32, 4, "d"));
        assert!(bench.sent().is_empty());
        bench.session.acknowledge(1);
        assert_eq!(bench.sent(), ["PUBACK 2"], "and not with what came after it");
        bench.session.acknowledge(1);
        assert_eq!(bench.sent(), ["PUBREC 3"]);
        bench.session.acknowledge(1);
        assert_eq!(bench.sent(), ["PUBACK 4"]);
    }
}

#[test]
fn after_the_last_message_nothing_more_is_taken_or_acknowledged() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.job.answers = [Taken::Writing, Taken::Last].into();
    let messages: Vec<_> = (1..=4).map(|id| message(Version::V5, 0x32, id, "")).collect();
    bench.hear(&messages.concat());
    assert_eq!(bench.job.messages.len(), 2);
    bench.session.acknowledge(2);
    assert_eq!(bench.sent(), ["PUBACK 1", "PUBACK 2"]);
    bench.hear(&message(Version::V5, 0x34, 5, ""));
    bench.session.acknowledge(0);
    assert!(bench.sent().is_empty() && bench.job.messages.len() == 2);
}

#[test]
fn the_last_message_is_acknowledged_again_when_it_comes_again() {
    let mut bench = Bench::up(persistent(), Version::V5);
    bench.job.answers = [Taken::Last].into();
    bench.hear(&message(Version::V5, 0x34, 7, ""));
    bench.session.acknowledge(1);
    bench.reconnect(true);
    bench.hear(&message(Version::V5, 0x3c, 7, ""));
    bench.hear(&message(Version::V5, 0x34, 8, "next"));
    assert_eq!(bench.sent(), ["PUBREC 7"]);
    assert_eq!(bench.job.messages.len(), 1);
}

#[test]
fn what_was_taken_before_the_end_is_still_acknowledged_after_it() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.hear(&message(Version::V5, 0x32, 1, ""));
    bench.session.take_no_more();
    bench.hear(&message(Version::V5, 0x32, 2, ""));
    bench.session.acknowledge(1);
    assert_eq!(bench.sent(), ["PUBACK 1"]);
}

#[test]
fn a_qos_2_message_comes_out_once_however_often_it_is_sent() {
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        bench.hear(&message(version, 0x34, 8, "once"));
        bench.session.acknowledge(1);
        bench.hear(&message(version, 0x3c, 8, "once"));
        assert_eq!(bench.sent(), ["PUBREC 8", "PUBREC 8"]);
        assert_eq!(bench.job.messages.len(), 1);
        bench.hear(&ack(PUBREL, 8));
        bench.hear(&message(version, 0x34, 8, "another"));
        assert_eq!(bench.job.messages, ["t q2 id 8 = once", "t q2 id 8 = another"]);
    }
}

#[test]
fn a_repeated_qos_2_message_is_not_acknowledged_before_the_first_is_written() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.hear(&[message(Version::V5, 0x34, 8, ""), message(Version::V5, 0x3c, 8, "")].concat());
    assert!(bench.sent().is_empty());
}

#[test]
fn a_pubrel_for_an_unknown_id_is_answered() {
    for (version, answer) in [(Version::V311, "PUBCOMP 9"), (Version::V5, "PUBCOMP 9 unknown")] {
        let mut bench = Bench::up(options(), version);
        bench.hear(&ack(PUBREL, 9));
        assert_eq!(bench.sent(), [answer]);
    }
}

#[test]
fn qos_1_messages_come_out_as_often_as_they_are_sent() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.hear(&[message(Version::V5, 0x32, 1, "a"), message(Version::V5, 0x3a, 1, "a")].concat());
    assert_eq!(bench.job.messages, ["t q1 id 1 = a", "t q1 id 1 dup = a"]);
    bench.session.acknowledge(2);
    assert_eq!(bench.sent(), ["PUBACK 1", "PUBACK 1"]);
}

#[test]
fn a_topic_alias_is_a_violation_because_none_was_offered() {
    let mut bench = Bench::up(options(), Version::V5);
    let (reason, text) = bench.violation(&[0x30, 7, 0, 1, b't', 3, 0x23, 0, 1]);
    assert_eq!(reason, 0x94);
    assert!(text.contains("alias 1"), "{text}");
    assert!(bench.job.messages.is_empty());
}

#[test]
fn messages_before_a_malformed_packet_are_taken_and_it_is_not() {
    let mut bench = Bench::up(options(), Version::V5);
    let bytes = [message(Version::V5, 0x30, 0, "good"), message(Version::V5, 0x36, 1, "bad")];
    assert_eq!(bench.violation(&bytes.concat()).0, 0x81);
    assert_eq!(bench.job.messages, ["t q0 id 0 = good"]);
}

#[test]
fn an_unsuback_nobody_asked_for_is_a_violation() {
    let mut bench = Bench::up(options(), Version::V311);
    assert_eq!(bench.violation(&[0xb0, 2, 0, 1]).0, 0x82);
}

#[test]
fn what_a_full_job_has_no_room_for_stays_in_the_input() {
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        bench.job.room = Some(2);
        let messages = ["a", "b", "c", "d"].map(|text| message(version, 0x30, 0, text));
        let mut input = BytesMut::from(&messages.concat()[..]);
        let mut hear = |bench: &mut Bench| bench.receive(&mut input).map(|()| input.len());
        let length = messages[0].len();
        assert_eq!(hear(&mut bench).unwrap(), 2 * length);
        assert_eq!(bench.job.messages.len(), 2);
        bench.job.room = Some(3);
        assert_eq!(hear(&mut bench).unwrap(), length);
        bench.job.room = None;
        assert_eq!(hear(&mut bench).unwrap(), 0);
        assert_eq!(bench.job.messages.len(), 4);
        bench.job.room = Some(0);
        bench.session.take_no_more();
        bench.hear(&messages.concat());
        assert_eq!(bench.job.messages.len(), 4, "they need no room");
    }
}

#[test]
fn behind_the_barrier_only_stored_messages_are_progress() {
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        let stored = message(version, 0x31, 0, "stored");
        bench.hear(&stored);
        let before = bench.session.progress();
        bench.session.raise_barrier(bench.now);
        for (first, id) in [(0x30, 0), (0x32, 1), (0x34, 2)] {
            bench.hear(&message(version, first, id, "live"));
        }
        assert_eq!(bench.session.progress(), before);
        bench.hear(&stored);
        assert_eq!(bench.session.progress(), before + 1);
        bench.hear(&[0xd0, 0]);
        let after = bench.session.progress();
        assert_eq!(after, before + 2);
        bench.hear(&stored);
        assert_eq!(bench.session.progress(), after, "nobody asks any more");
    }
}

/// [MQTT-3.2.2-21]: a message that is left for the next run must be one that the next run can get.
#[test]
fn the_broker_has_the_last_word_on_how_long_a_session_lives() {
    let hour = || SessionOptions { session_expiry: Some(3600), ..persistent() };
    let ended = Parting { session_expiry: Some(0), ..Parting::default() };
    let default = || Bench::up_with(options(), Version::V5, &[0x11, 0, 0, 0, 1]);
    let none: &[String] = &[];
    for (mut bench, acks, events) in [
        (Bench::up(hour(), Version::V5), &[][..], none),
        (Bench::up_with(hour(), Version::V5, &[0x11, 0, 0, 14, 16]), &[], none),
        (
            Bench::up_with(hour(), Version::V5, &[0x11, 0, 0, 0, 1]),
            &[],
            &["ExpiryShortened { granted: 1, requested: 3600 }".to_owned()],
        ),
        (
            Bench::up_with(hour(), Version::V5, &[0x11, 0, 0, 0, 0]),
            &["PUBACK 1"],
            &["ExpiryShortened { granted: 0, requested: 3600 }".to_owned()],
        ),
        (Bench::up(SessionOptions { parting: ended, ..hour() }, Version::V5), &["PUBACK 1"], none),
        // Nobody asked for this session.
        (default(), &["PUBACK 1"], none),
    ] {
        bench.job.answers.push_back(Taken::Passed);
        bench.hear(&message(Version::V5, 0x32, 1, "a"));
        assert_eq!(bench.sent(), acks);
        assert_eq!(bench.job.events, events);
        bench.reconnect(true);
        assert_eq!(bench.job.events.len(), events.len(), "said once");
    }
}

#[test]
fn a_session_that_the_broker_does_not_keep_cannot_be_resumed() {
    let mut bench = Bench::up_with(options(), Version::V5, &[0x11, 0, 0, 0, 0]);
    bench.lost(None);
    bench.session.connect(random);
    assert_eq!(bench.bytes()[9], 2, "clean start");
    assert_eq!(bench.violation(&connack(Version::V5, true, &[])).0, 0x82);
}

/// The standard allows it, so the broker is not to blame.
#[test]
fn a_packet_that_is_larger_than_makes_sense_is_our_limit_and_no_violation() {
    for first in [0x40, 0x90, 0xe0] {
        let mut bench = Bench::up(options(), Version::V5);
        // 1 MiB and one byte.
        match bench.try_hear(&[first, 0x81, 0x80, 0x40]) {
            Err(fault @ Fault::Excess { reason: Reason::PACKET_TOO_LARGE, .. }) => {
                assert!(!fault.is_violation() && fault.to_string().contains("1048581 bytes"));
            }
            other => panic!("{other:?}"),
        }
        bench.hear(&[0x30, 4, 0, 1, b't', 0]);
    }
}
