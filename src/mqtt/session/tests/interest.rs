//! SUBSCRIBE and UNSUBSCRIBE in their order, within the broker's limits, and the barrier behind them.

use super::*;

fn interest(filters: &[&str], unsubscribe: &[&str]) -> SessionOptions {
    let subscriptions =
        filters.iter().map(|filter| Subscription::new(filter.parse().unwrap(), ZERO)).collect();
    let unsubscriptions = unsubscribe.iter().map(|filter| filter.parse().unwrap()).collect();
    let interest = Interest { subscriptions, unsubscriptions, ..Interest::default() };
    SessionOptions { interest, ..persistent() }
}

/// SUBACK and UNSUBACK of version 5.
fn answer(first: u8, id: u8, codes: &[u8]) -> Vec<u8> {
    let body = [&[0, id, 0], codes].concat();
    [&[first, body.len() as u8], &body[..]].concat()
}

fn id_of(sent: &[String]) -> u8 {
    let id = sent[0].split([' ', ':']).nth(1).unwrap();
    id.parse::<u16>().unwrap() as u8
}

/// An engine whose first packet id is 1, as only one without an earlier session has.
fn bench(options: SessionOptions, properties: &[u8]) -> Bench {
    let options = SessionOptions { clean_start: true, session_expiry: Some(60), ..options };
    Bench::up_with(options, Version::V5, properties)
}

#[test]
fn unsubscribing_waits_for_the_answer_to_the_subscriptions() {
    for version in [Version::V311, Version::V5] {
        let options = SessionOptions { clean_start: true, ..interest(&["a"], &["b", "c/#"]) };
        let mut bench = Bench::up(options, version);
        assert_eq!(bench.sent(), ["SUBSCRIBE 1: a q0"]);
        let v5 = version == Version::V5;
        bench.hear(if v5 { &[0x90, 4, 0, 1, 0, 0] } else { &[0x90, 3, 0, 1, 0] });
        assert!(!bench.session.is_subscribed() && bench.session.owed() == "UNSUBACK");
        assert_eq!(bench.sent(), ["UNSUBSCRIBE 2: b c/#"]);
        bench.hear(if v5 { &[0xb0, 5, 0, 2, 0, 0x11, 0x87] } else { &[0xb0, 2, 0, 2] });
        assert!(bench.session.is_settled());
        let [_, b, c] = &bench.job.events[..] else { panic!("{:?}", bench.job.events) };
        assert!(b.contains("Ok(Reason"), "{b}");
        assert_eq!(c.contains("Reason(135)"), v5, "{c}");
    }
}

#[test]
fn an_unsuback_must_fit_its_question() {
    for (bytes, words) in [
        (answer(0xb0, 9, &[0]), "UNSUBACK for packet id 9, which was not asked for"),
        (answer(0xb0, 1, &[]), "UNSUBACK with 0 codes for 1 filters"),
        (answer(0xb0, 1, &[0x42]), "UNSUBACK with undefined code 0x42"),
        (answer(0x90, 1, &[0]), "SUBACK for packet id 1, which was not asked for"),
    ] {
        let mut bench = bench(interest(&[], &["a"]), &[]);
        assert_eq!(bench.sent(), ["UNSUBSCRIBE 1: a"]);
        assert_eq!(bench.violation(&bytes).1, words);
    }
}

#[test]
fn a_request_that_was_not_answered_is_asked_again_and_an_answered_one_is_not() {
    let mut bench = bench(interest(&["a"], &["b"]), &[]);
    bench.hear(&answer(0x90, 1, &[0]));
    bench.bytes();
    bench.reconnect(true);
    let sent = bench.sent();
    assert!(sent[0].starts_with("UNSUBSCRIBE") && sent.len() == 1, "{sent:?}");
    bench.hear(&answer(0xb0, id_of(&sent), &[0]));
    bench.reconnect(true);
    assert!(bench.sent().is_empty() && bench.session.is_subscribed());
    bench.reconnect(false);
    let sent = bench.sent();
    assert!(sent[0].ends_with(": a q0"), "a lost session holds nothing: {sent:?}");
    bench.hear(&answer(0x90, id_of(&sent), &[0]));
    assert!(bench.session.is_subscribed(), "nor is there anything left to unsubscribe from");
}

#[test]
fn what_only_a_new_subscription_brings_is_asked_for_with_each_connection() {
    let mut options = interest(&["a"], &[]);
    options.interest.every_time = true;
    let mut bench = bench(options, &[]);
    bench.hear(&answer(0x90, 1, &[0]));
    bench.bytes();
    bench.reconnect(true);
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn filters_the_broker_cannot_take_are_answered_here_and_in_their_order() {
    let filters = ["a", "b/+", "$share/g/c", "d"];
    // wildcard-subscription-available 0, shared-subscription-available 0
    let mut bench = bench(interest(&filters, &[]), &[0x28, 0, 0x2a, 0]);
    assert_eq!(bench.sent(), ["SUBSCRIBE 1: a q0 d q0"]);
    assert!(bench.job.events.is_empty(), "{:?}", bench.job.events);
    bench.hear(&answer(0x90, 1, &[0, 0x87]));
    let heard: Vec<_> = bench.job.events.iter().map(|event| event.contains("Err")).collect();
    assert_eq!(heard, [false, true, true, true]);
    assert!(bench.job.events[1].contains("Reason(162)"), "{}", bench.job.events[1]);
    assert!(bench.job.events[2].contains("Reason(158)"), "{}", bench.job.events[2]);
    assert!(bench.job.events[3].contains("Reason(135)"), "{}", bench.job.events[3]);
}

#[test]
fn where_no_filter_can_be_sent_nothing_is() {
    let mut options = interest(&["a", "b"], &[]);
    options.interest.subscription_id = Some(7);
    let mut bench = bench(options, &[0x29, 0]);
    assert!(bench.sent().is_empty() && bench.session.is_subscribed());
    assert_eq!(bench.job.events.len(), 2);
}

#[test]
fn requests_are_as_large_as_the_broker_takes() {
    // A maximum packet size of 16 holds 16 - 2 - 3 bytes of filters, each with 3 of its own.
    let size = [0x27, 0, 0, 0, 16];
    let mut bench = bench(interest(&["aaa", "bb", "ccc", "12345678", "123456789"], &["x"]), &size);
    let sent = bench.bytes();
    assert_eq!(sent.len(), 16, "aaa and bb");
    bench.hear(&answer(0x90, 1, &[0, 0]));
    assert_eq!(bench.sent(), ["SUBSCRIBE 2: ccc q0"]);
    bench.hear(&answer(0x90, 2, &[0]));
    assert_eq!(bench.sent(), ["SUBSCRIBE 3: 12345678 q0"]);
    bench.hear(&answer(0x90, 3, &[0]));
    assert_eq!(bench.sent(), ["UNSUBSCRIBE 4: x"]);
    let last = bench.job.events.last().unwrap();
    assert!(last.contains("17 bytes, the broker's maximum packet size is 16"), "{last}");
}

#[test]
fn the_barrier_falls_with_its_own_answer_only() {
    let mut bench = bench(options(), &[]);
    bench.pass(61.0).unwrap();
    assert_eq!(bench.sent(), ["PINGREQ"]);
    bench.session.raise_barrier(bench.now);
    bench.session.raise_barrier(bench.now);
    assert_eq!(bench.sent(), ["PINGREQ"], "one is enough");
    assert!(bench.session.is_owed() && bench.session.owed() == "PINGRESP");
    bench.hear(&[0xd0, 0]);
    assert!(!bench.session.is_past_barrier(), "that was the answer to the first");
    bench.hear(&[0xd0, 0]);
    assert!(bench.session.is_past_barrier() && !bench.session.is_owed());
    bench.reconnect(true);
    assert!(!bench.session.is_past_barrier(), "another connection, another barrier");
}

#[test]
fn aliases_stand_for_the_topic_they_came_with() {
    let options = SessionOptions { topic_alias_maximum: 2, ..options() };
    let mut bench = bench(options, &[]);
    let publish = |topic: &[u8], alias: u8| {
        [&[0x30, 6 + topic.len() as u8, 0, topic.len() as u8], topic, &[3, 0x23, 0, alias]].concat()
    };
    bench.hear(&[publish(b"t", 1), publish(b"u", 2), publish(b"", 1), publish(b"", 2)].concat());
    bench.hear(&[publish(b"v", 1), publish(b"", 1)].concat());
    let topics: Vec<_> = bench.job.messages.iter().map(|message| &message[..1]).collect();
    assert_eq!(topics, ["t", "u", "t", "u", "v", "v"]);
    assert_eq!(bench.violation(&publish(b"t", 3)).0, 0x94);
    bench.reconnect(true);
    let (reason, text) = bench.violation(&publish(b"", 1));
    assert_eq!((reason, text.as_str()), (0x94, "PUBLISH with topic alias 1, which was never set"));
}

#[test]
fn a_broker_that_overruns_our_receive_maximum_over_both_levels_is_named_once() {
    let options = SessionOptions { receive_maximum: Some(2), ..options() };
    let mut bench = bench(options, &[]);
    bench.hear(&message(Version::V5, 0x32, 1, "a"));
    bench.hear(&message(Version::V5, 0x34, 2, "b"));
    bench.session.acknowledge(1);
    bench.hear(&message(Version::V5, 0x32, 3, "c"));
    bench.hear(&message(Version::V5, 0x30, 0, "free"));
    bench.session.acknowledge(3);
    bench.hear(&message(Version::V5, 0x32, 4, "d"));
    bench.hear(&message(Version::V5, 0x3c, 2, "b"));
    assert!(bench.job.events.is_empty(), "{:?}", bench.job.events);
    for (id, text) in [(5, "e"), (6, "f")] {
        bench.hear(&message(Version::V5, 0x32, id, text));
    }
    assert_eq!(bench.job.events, ["Overrun(2)"]);
    assert_eq!(bench.job.messages.len(), 7, "they are taken all the same");
    bench.reconnect(true);
    bench.hear(&message(Version::V5, 0x3c, 2, "b"));
    bench.hear(&message(Version::V5, 0x3a, 4, "d"));
    bench.job.events.clear();
    bench.hear(&message(Version::V5, 0x34, 6, "f"));
    assert_eq!(bench.job.events, ["Overrun(2)"]);
}

#[test]
fn a_message_that_is_left_is_not_acknowledged_nor_any_after_it() {
    let mut bench = bench(options(), &[]);
    bench.job.answers = [Taken::Left].into();
    bench.hear(&message(Version::V5, 0x32, 1, "a"));
    bench.hear(&message(Version::V5, 0x34, 2, "b"));
    bench.session.acknowledge(0);
    assert!(bench.sent().is_empty() && bench.job.messages.len() == 1);
}

#[test]
fn a_packet_beyond_our_maximum_is_refused_at_its_header() {
    let options = SessionOptions { maximum_packet_size: Some(20), ..options() };
    let mut bench = bench(options, &[]);
    bench.hear(&message(Version::V5, 0x30, 0, "fourteen bytes"));
    let header = &message(Version::V5, 0x30, 0, "fifteen bytes..")[..2];
    assert_eq!(bench.violation(header).0, 0x95);
}

#[test]
fn what_is_asked_for_can_change_once_all_is_answered() {
    let mut bench = bench(interest(&["a"], &[]), &[]);
    bench.sent();
    bench.hear(&answer(0x90, 1, &[0]));
    bench.session.raise_barrier(bench.now);
    bench.hear(&[0xd0, 0]);
    assert!(bench.session.is_past_barrier());
    bench.sent();
    let changed = Rc::new(interest(&["a", "b"], &[]).interest);
    bench.session.subscribe(changed);
    assert!(!bench.session.is_subscribed() && !bench.session.is_past_barrier());
    let sent = bench.sent();
    assert!(sent[0].ends_with(": a q0 b q0"), "{sent:?}");
    bench.hear(&answer(0x90, id_of(&sent), &[0, 0]));
    assert!(bench.session.is_subscribed());
}

#[test]
fn subscriptions_come_before_publishing_where_that_is_asked_for() {
    for (code, published) in [(0, true), (0x87, false)] {
        let mut options = interest(&["a"], &[]);
        options.interest.before_publishing = true;
        let mut bench = bench(options, &[]);
        bench.sent();
        let envelope = Rc::new(Envelope::new("t".parse().unwrap(), QoS::AtLeastOnce, false));
        bench.publish_bytes(1, &envelope, Bytes::new());
        assert!(bench.sent().is_empty());
        bench.hear(&answer(0x90, 1, &[code]));
        bench.pump();
        assert_eq!(!bench.sent().is_empty(), published);
    }
}
