//! Messages from the client: QoS, sessions, and what the client may not do.

use super::*;

#[test]
fn each_qos_is_answered_and_delivered_once() {
    for version in [Version::Four, Version::Five] {
        let mut talk = Talk::begun(Temper::default(), version);
        assert!(talk.publish(0, 0, "t", "a").is_empty());
        assert_eq!(talk.publish(1, 1, "t", "b"), ["puback 1"]);
        assert_eq!(talk.publish(2, 2, "t", "c"), ["pubrec 2"]);
        assert_eq!(talk.ack(AckKind::Pubrel, 2), ["pubcomp 2"]);
        assert_eq!(talk.delivered(), ["a qos0 session 1", "b qos1 session 1", "c qos2 session 1"]);
        assert_eq!(talk.broker.most_in_flight(0), 1);
    }
}

#[test]
fn method_a_delivers_on_pubrel_and_once_although_the_connection_is_cut() {
    let mut talk = Talk::begun(method(Method::OnRelease), Version::Four);
    talk.publish(2, 7, "t", "a");
    assert_eq!(talk.cut(), ["connack 0 present"]);
    assert_eq!(talk.publish_again(2, 7, "t", "a"), ["pubrec 7"]);
    assert!(talk.delivered().is_empty());
    assert_eq!(talk.ack(AckKind::Pubrel, 7), ["pubcomp 7"]);
    talk.cut();
    assert_eq!(talk.ack(AckKind::Pubrel, 7), ["pubcomp 7"]);
    assert_eq!(talk.delivered(), ["a qos2 session 1"]);
}

#[test]
fn method_b_delivers_on_publish_and_once_although_the_connection_is_cut() {
    let mut talk = Talk::begun(method(Method::OnPublish), Version::Five);
    talk.publish(2, 7, "t", "a");
    assert_eq!(talk.delivered(), ["a qos2 session 1"]);
    talk.cut();
    assert_eq!(talk.publish_again(2, 7, "t", "a"), ["pubrec 7"]);
    talk.cut();
    assert_eq!(talk.ack(AckKind::Pubrel, 7), ["pubcomp 7"]);
    talk.cut();
    assert_eq!(talk.ack(AckKind::Pubrel, 7), ["pubcomp 7 0x92"]);
    assert_eq!(talk.delivered(), ["a qos2 session 1"]);
}

#[test]
fn a_session_that_was_forgotten_delivers_twice_and_the_ledger_says_so() {
    let temper = Temper { memory: Memory::ForgetsAtDisconnect, ..Temper::default() };
    let mut talk = Talk::begun(temper, Version::Five);
    talk.publish(2, 7, "t", "a");
    assert_eq!(talk.cut(), ["connack 0"]);
    talk.publish(2, 1, "t", "a");
    assert_eq!(talk.delivered(), ["a qos2 session 1", "a qos2 session 2 not kept"]);
}

#[test]
fn a_pubrel_that_ends_up_in_another_session_is_on_record() {
    let (at, lasts) = (Duration::from_secs(1), Duration::ZERO);
    let temper = Temper {
        memory: Memory::ForgetsAtRestart,
        restart: Some(Restart { at, lasts }),
        ..method(Method::OnRelease)
    };
    let mut talk = Talk::begun(temper, Version::Five);
    talk.publish(2, 7, "t", "a");
    talk.wait(1_000);
    assert_eq!(talk.connect(), ["connack 0"], "which the client never sees");
    assert_eq!(talk.cut(), ["connack 0 present"]);
    assert_eq!(talk.ack(AckKind::Pubrel, 7), ["pubcomp 7 0x92"]);
    assert!(talk.delivered().is_empty());
    assert_eq!(talk.broker.orphans(), [Orphan { connection: 2, id: 7 }]);
}

#[test]
fn a_message_of_qos_1_is_delivered_again_when_it_is_sent_again() {
    let mut talk = Talk::begun(Temper::default(), Version::Four);
    talk.publish(1, 3, "t", "a");
    talk.cut();
    assert_eq!(talk.publish_again(1, 3, "t", "a"), ["puback 3"]);
    assert_eq!(talk.delivered(), ["a qos1 session 1", "a qos1 session 1"]);
}

#[test]
fn topic_aliases_stand_for_topics_within_the_maximum() {
    let temper = Temper { topic_alias_maximum: 1, ..Temper::default() };
    let mut talk = Talk::begun(temper, Version::Five);
    for topic in ["t", ""] {
        let bytes = talk.mini.publish_with(0, 0, topic, "a", b"\x23\x00\x01");
        talk.say(&bytes);
    }
    assert!(talk.broker.deliveries().iter().all(|delivery| delivery.topic == "t"));
    let beyond = talk.mini.publish_with(0, 0, "t", "a", b"\x23\x00\x02");
    assert!(complaint(|| talk.say(&beyond)).contains("the maximum is 1"));
    talk.cut();
    let unknown = talk.mini.publish_with(0, 0, "", "a", b"\x23\x00\x01");
    assert!(complaint(|| talk.say(&unknown)).contains("does not know"));
}

/// A client with PUBLISH 5 unanswered, on a broker that is late.
fn unanswered(qos: u8) -> Talk {
    let temper = Temper { deaf_from: Some(Duration::ZERO), ..Temper::default() };
    let mut talk = Talk::begun(temper, Version::Five);
    assert!(talk.publish(qos, 5, "t", "a").is_empty());
    talk
}

#[test]
fn an_id_that_is_in_flight_may_not_be_used_again() {
    let mut talk = unanswered(1);
    let again = complaint(|| talk.publish(1, 5, "t", "b"));
    assert!(again.contains("used again while in flight"), "{again}");

    let mut talk = unanswered(1);
    talk.cut();
    let without = complaint(|| talk.publish(1, 5, "t", "a"));
    assert!(without.contains("without DUP"), "{without}");
    talk.cut();
    let other = complaint(|| talk.publish_again(1, 5, "t", "b"));
    assert!(other.contains("used again while in flight"), "{other}");
}

#[test]
fn a_pubrel_comes_after_its_pubrec_and_once() {
    let mut talk = unanswered(2);
    assert!(complaint(|| talk.ack(AckKind::Pubrel, 5)).contains("before its PUBREC"));
    assert!(complaint(|| talk.ack(AckKind::Pubrel, 6)).contains("the session is new"));

    let mut talk = Talk::begun(Temper::default(), Version::Five);
    talk.publish(2, 5, "t", "a");
    let twice = [Mini::ack(AckKind::Pubrel, 5), Mini::ack(AckKind::Pubrel, 5)].concat();
    assert!(complaint(|| talk.say(&twice)).contains("twice over one connection"));
}

#[test]
fn a_publish_may_not_follow_its_own_pubrel() {
    let temper = Temper { deaf_from: Some(Duration::from_secs(1)), ..Temper::default() };
    let mut talk = Talk::begun(temper, Version::Five);
    talk.publish(2, 5, "t", "a");
    talk.wait(1_000);
    assert!(talk.ack(AckKind::Pubrel, 5).is_empty());
    talk.cut();
    assert!(complaint(|| talk.publish_again(2, 5, "t", "a")).contains("after its PUBREL"));
}

#[test]
fn dup_is_wrong_in_a_session_that_is_new() {
    let mut talk = Talk::begun(Temper::default(), Version::Four);
    assert!(complaint(|| talk.publish_again(1, 5, "t", "a")).contains("the session is new"));
}

#[test]
fn more_in_flight_than_the_receive_maximum_is_wrong_until_something_is_answered() {
    let temper = Temper { receive_maximum: 2, ..Temper::default() };
    let mut talk = Talk::begun(temper, Version::Five);
    for round in 0..3 {
        let id = 2 * round + 1;
        let two = [talk.mini.publish(2, id, "t", "a"), talk.mini.publish(1, id + 1, "t", "b")];
        assert_eq!(talk.say(&two.concat()).len(), 2);
        talk.ack(AckKind::Pubrel, id);
    }
    assert_eq!(talk.broker.most_in_flight(0), 2);
    let three = [1, 2, 3].map(|id| talk.mini.publish(2, id, "t", "a"));
    assert!(complaint(|| talk.say(&three.concat())).contains("Receive Maximum 2"));
}

#[test]
fn a_request_is_answered_with_its_correlation_data_or_on_the_fixed_topic() {
    let mut talk = Talk::begun(method(Method::OnRelease), Version::Five);
    talk.broker.respond_to("ask", "answer/fixed");
    talk.subscribe("answer/+", 1);
    let request = talk.mini.publish_with(4, 2, "ask", "hi", b"\x08\x00\x08answer/1\x09\x00\x01c");
    assert_eq!(talk.say(&request), ["pubrec 2"]);
    let reply = talk.ack(AckKind::Pubrel, 2);
    assert_eq!(reply, ["answer/1=hi qos1 id1 [09, 00, 01, 63]", "pubcomp 2"]);
    assert!(talk.publish(0, 0, "ask", "nowhere to reply").is_empty());

    let mut talk = Talk::begun(Temper::default(), Version::Four);
    talk.broker.respond_to("ask", "answer/fixed");
    talk.subscribe("answer/+", 1);
    assert_eq!(talk.publish(0, 0, "ask", "hi"), ["answer/fixed=hi"]);
}
