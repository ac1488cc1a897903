//! Messages to the client: QoS, retained messages, and what the client may not acknowledge.

use super::*;

#[test]
fn a_subscriber_gets_each_message_at_the_lower_qos() {
    for version in [Version::Four, Version::Five] {
        let mut talk = Talk::begun(Temper::default(), version);
        assert_eq!(talk.subscribe("a/+", 1), ["suback 1 [01]"]);
        for qos in 0..=2 {
            talk.broker.publish("a/b", qos, b"x", false);
        }
        talk.broker.publish("b", 2, b"not for it", false);
        assert_eq!(talk.listen(), ["a/b=x", "a/b=x qos1 id1", "a/b=x qos1 id2"]);
        assert_eq!(talk.say(&talk.mini.unsubscribe(2, "a/+")), ["unsuback 2"]);
        talk.broker.publish("a/b", 0, b"x", false);
        assert!(talk.listen().is_empty());
    }
}

#[test]
fn what_the_client_took_over_is_on_record() {
    let mut talk = Talk::begun(Temper::default(), Version::Five);
    talk.subscribe("#", 2);
    for (qos, payload) in [(1, b"a"), (2, b"b"), (2, b"c")] {
        talk.broker.publish("t", qos, payload, false);
    }
    assert_eq!(talk.listen(), ["t=a qos1 id1", "t=b qos2 id2", "t=c qos2 id3"]);
    assert!(talk.ack(AckKind::Puback, 1).is_empty());
    assert_eq!(talk.ack(AckKind::Pubrec, 2), ["pubrel 2"]);
    assert!(talk.ack(AckKind::Pubcomp, 2).is_empty());
    assert_eq!(talk.acknowledged(), ["a", "b"]);
}

#[test]
fn what_is_unacknowledged_comes_again_with_the_session_pubrel_first() {
    let mut talk = Talk::begun(Temper::default(), Version::Four);
    talk.subscribe("#", 2);
    for (qos, payload) in [(1, b"a"), (2, b"b")] {
        talk.broker.publish("t", qos, payload, false);
    }
    talk.listen();
    talk.ack(AckKind::Pubrec, 2);
    talk.broker.vanish(talk.connection);
    talk.broker.publish("t", 1, b"c", false);
    talk.broker.publish("t", 0, b"lost", false);
    let again = talk.connect();
    assert_eq!(again, ["connack 0 present", "pubrel 2", "t=a qos1 id1 dup", "t=c qos1 id3"]);
    talk.ack(AckKind::Pubcomp, 2);
    assert_eq!(talk.acknowledged(), ["b"]);
}

#[test]
fn the_receive_maximum_of_the_client_is_kept() {
    let mut talk = Talk::new(Temper::default(), Version::Five);
    talk.greeting.receive_maximum = 1;
    talk.connect();
    talk.subscribe("#", 2);
    for payload in [b"a", b"b", b"c"] {
        talk.broker.publish("t", 2, payload, false);
    }
    assert_eq!(talk.listen(), ["t=a qos2 id1"]);
    assert_eq!(talk.ack(AckKind::Pubrec, 1), ["pubrel 1"]);
    assert_eq!(talk.ack(AckKind::Pubcomp, 1), ["t=b qos2 id2"]);
    assert_eq!(talk.cut(), ["connack 0 present", "t=b qos2 id2 dup"]);
}

#[test]
fn a_client_may_acknowledge_only_what_it_has_got_over_this_connection() {
    let mut talk = Talk::begun(Temper::default(), Version::Four);
    talk.subscribe("#", 1);
    talk.broker.publish("t", 1, b"a", false);
    assert!(complaint(|| talk.ack(AckKind::Puback, 9)).contains("nothing with this id"));
    assert!(complaint(|| talk.ack(AckKind::Pubrec, 1)).contains("Pubrec"));
    assert!(complaint(|| talk.ack(AckKind::Pubcomp, 1)).contains("Pubcomp"));
    talk.ack(AckKind::Puback, 1);
    assert!(complaint(|| talk.ack(AckKind::Puback, 1)).contains("nothing with this id"));
}

#[test]
fn retained_messages_come_as_the_subscription_wants_them() {
    let mut talk = Talk::begun(Temper::default(), Version::Five);
    talk.broker.set_retained("r/1", 2, b"a");
    talk.broker.publish("r/2", 0, b"b", true);
    let retained = ["suback 1 [01]", "r/1=a qos1 id1 retain", "r/2=b retain"];
    assert_eq!(talk.subscribe("r/#", 1), retained);
    assert_eq!(talk.subscribe("r/#", 0x11), ["suback 1 [01]"], "only where it is new");
    assert_eq!(talk.subscribe("$share/g/r/#", 0), ["suback 1 [00]"], "not where it is shared");
    assert_eq!(talk.subscribe("r/2", 0x20), ["suback 1 [00]"], "never");
    assert_eq!(talk.subscribe("r/+", 0x10), ["suback 1 [00]", "r/1=a retain", "r/2=b retain"]);
    let bytes = talk.mini.publish_with(1, 0, "r/2", "", &[]);
    talk.say(&bytes);
    assert_eq!(talk.broker.retained_topics().collect::<Vec<_>>(), ["r/1"]);
}

#[test]
fn the_retain_flag_and_no_local_are_as_the_subscription_wants() {
    let mut talk = Talk::begun(Temper::default(), Version::Five);
    talk.subscribe("t", 0);
    talk.broker.publish("t", 0, b"a", true);
    assert_eq!(talk.listen(), ["t=a"]);
    talk.subscribe("t", 0x28);
    talk.broker.publish("t", 0, b"a", true);
    assert_eq!(talk.listen(), ["t=a retain"]);
    assert_eq!(talk.publish(0, 0, "t", "own"), ["t=own"]);
    talk.subscribe("t", 4);
    talk.listen();
    assert!(talk.publish(0, 0, "t", "own").is_empty());
}

#[test]
fn properties_and_subscription_identifiers_reach_a_subscriber_of_mqtt_5() {
    let mut talk = Talk::begun(Temper::default(), Version::Five);
    let subscribe = b"\x82\x09\x00\x01\x02\x0b\x07\x00\x01t\x00";
    assert_eq!(talk.say(subscribe), ["suback 1 [00]"]);
    let bytes = talk.mini.publish_with(0, 0, "t", "a", b"\x23\x00\x01\x01\x01");
    assert_eq!(talk.say(&bytes), ["t=a [01, 01, 0b, 07]"]);
}

fn trickling(pings: Pings) -> Talk {
    let retained_gap = Duration::from_millis(10);
    let mut talk = Talk::begun(Temper { retained_gap, pings, ..Temper::default() }, Version::Four);
    talk.broker.set_retained("r/1", 0, b"a");
    talk.broker.set_retained("r/2", 0, b"b");
    assert_eq!(talk.subscribe("#", 0), ["suback 1 [00]"]);
    talk
}

#[test]
fn a_pingresp_may_come_before_the_retained_messages_are_out() {
    let mut talk = trickling(Pings::BeforeRetained);
    assert_eq!(talk.say(&Mini::ping()), ["pingresp"]);
    assert_eq!(talk.broker.next_wake(), Some(Duration::from_millis(10)));
    assert_eq!(talk.wait(10), ["r/1=a retain"]);
    assert!(talk.wait(9).is_empty());
    assert_eq!(talk.wait(1), ["r/2=b retain"]);
    assert_eq!(talk.broker.next_wake(), None);
}

#[test]
fn a_pingresp_may_wait_for_the_retained_messages() {
    let mut talk = trickling(Pings::AfterRetained);
    assert!(talk.say(&Mini::ping()).is_empty());
    assert_eq!(talk.wait(10), ["r/1=a retain"]);
    talk.broker.set_retained("r/2", 0, b"");
    assert_eq!(talk.wait(10), ["pingresp"], "a message that has gone is not sent");
}
