//! What brokers do wrongly, or only some of them do.

use super::*;

fn only_four(at_five: AtFive) -> Talk {
    let versions = Versions::OnlyFour(at_five);
    let mut talk = Talk::new(Temper { versions, ..Temper::default() }, Version::Five);
    talk.connection = talk.broker.open(talk.now);
    talk.broker.hear(talk.connection, &Mini::connect(&talk.greeting), talk.now);
    talk
}

#[test]
fn a_broker_of_3_1_1_meets_mqtt_5_in_one_of_four_ways() {
    for (at_five, answer, hangs_up) in [
        (AtFive::Refuses, &b"\x20\x02\x00\x01"[..], true),
        (AtFive::Accepts, b"\x20\x02\x00\x00", false),
        (AtFive::Silent, b"", false),
        (AtFive::HangsUp, b"", true),
    ] {
        let mut talk = only_four(at_five);
        assert_eq!(talk.broker.take_output(talk.connection), answer, "{at_five:?}");
        assert_eq!(talk.has_hung_up(), hangs_up, "{at_five:?}");
        assert!(talk.say(b"not understood").is_empty());
        talk.greeting.version = Version::Four;
        assert_eq!(talk.cut(), ["connack 0"]);
    }
}

#[test]
fn a_broker_of_mqtt_5_refuses_3_1_1() {
    let temper = Temper { versions: Versions::OnlyFive, ..Temper::default() };
    let mut talk = Talk::new(temper, Version::Four);
    assert_eq!(talk.connect(), ["connack 1"]);
    assert!(talk.has_hung_up());
}

#[test]
fn qos_2_may_be_taken_for_qos_1() {
    let mut talk =
        Talk::begun(Temper { qos2_gets_puback: true, ..method(Method::OnRelease) }, Version::Five);
    assert_eq!(talk.publish(2, 1, "t", "a"), ["puback 1"]);
    assert_eq!(talk.delivered(), ["a qos2 session 1"]);
    assert_eq!(talk.publish(2, 1, "t", "b"), ["puback 1"]);
}

/// Denies what begins with `denied/`.
fn denying(denial: Denial, version: Version) -> Talk {
    assert_eq!(DENIED, "denied/");
    Talk::begun(Temper { denial: Some(denial), ..method(Method::OnRelease) }, version)
}

#[test]
fn a_denied_topic_is_refused_by_code_in_mqtt_5() {
    let mut talk = denying(Denial::ByCode, Version::Five);
    assert!(talk.publish(0, 0, "denied/t", "a").is_empty());
    assert_eq!(talk.publish(1, 1, "denied/t", "b"), ["puback 1 0x87"]);
    assert_eq!(talk.publish(2, 1, "denied/t", "c"), ["pubrec 1 0x87"]);
    assert_eq!(talk.subscribe("denied/#", 2), ["suback 1 [87]"]);
    assert!(talk.delivered().is_empty());
    let fates: Vec<Fate> = talk.broker.denied().iter().map(|denied| denied.fate).collect();
    assert_eq!(fates, [Fate::Dropped, Fate::Refused, Fate::Refused]);
    assert_eq!(talk.publish(1, 1, "t", "d"), ["puback 1"], "the id is free");
}

#[test]
fn a_denied_topic_is_acknowledged_and_dropped_in_3_1_1() {
    let mut talk = denying(Denial::ByCode, Version::Four);
    assert_eq!(talk.publish(2, 1, "denied/t", "a"), ["pubrec 1"]);
    assert_eq!(talk.ack(AckKind::Pubrel, 1), ["pubcomp 1"]);
    assert_eq!(talk.subscribe("denied/#", 2), ["suback 1 [80]"]);
    assert!(talk.delivered().is_empty());
    assert_eq!(talk.broker.denied()[0].fate, Fate::Dropped);
}

#[test]
fn a_denied_topic_or_filter_may_end_the_connection() {
    let mut talk = denying(Denial::HangsUp, Version::Five);
    let both = [talk.mini.publish(1, 1, "t", "a"), talk.mini.publish(1, 2, "denied/t", "b")];
    assert_eq!(talk.say(&both.concat()), ["puback 1"], "what came before is answered");
    assert!(talk.has_hung_up());
    assert_eq!(talk.broker.denied()[0].fate, Fate::HungUp);
    talk.connect();
    assert!(talk.subscribe("denied/t", 0).is_empty());
    assert!(talk.has_hung_up());
}

#[test]
fn acknowledgements_may_be_late_but_keep_their_order() {
    let latest_ack = Duration::from_secs(1);
    let mut talk = Talk::begun(Temper { latest_ack, ..Temper::default() }, Version::Four);
    let many: Vec<u8> = (1..=9).flat_map(|id| talk.mini.publish(1, id, "t", "a")).collect();
    let mut answers = talk.say(&many);
    assert!(answers.len() < 9);
    while let Some(due) = talk.broker.next_wake() {
        assert!(due > talk.now);
        talk.now = due;
        answers.extend(talk.wait(0));
    }
    assert_eq!(answers, (1..=9).map(|id| format!("puback {id}")).collect::<Vec<_>>());
    assert!(talk.now <= latest_ack);
    assert_eq!(talk.broker.most_in_flight(0), 9);
}

#[test]
fn a_deaf_broker_acknowledges_nothing_but_takes_messages_and_answers_pings() {
    let deaf_from = Some(Duration::from_secs(1));
    let mut talk = Talk::begun(Temper { deaf_from, ..Temper::default() }, Version::Four);
    assert_eq!(talk.publish(1, 1, "t", "a"), ["puback 1"]);
    talk.wait(1_000);
    assert!(talk.publish(1, 1, "t", "b").is_empty());
    assert!(talk.subscribe("t", 0).is_empty());
    assert_eq!(talk.say(&Mini::ping()), ["pingresp"]);
    assert_eq!(talk.delivered().len(), 2);
}

#[test]
fn a_restart_ends_all_connections_and_closes_the_port_for_a_while() {
    for (memory, connack) in
        [(Memory::Keeps, "connack 0 present"), (Memory::ForgetsAtRestart, "connack 0")]
    {
        let (at, lasts) = (Duration::from_secs(1), Duration::from_secs(2));
        let restart = Some(Restart { at, lasts });
        let mut talk = Talk::begun(Temper { restart, memory, ..Temper::default() }, Version::Four);
        talk.subscribe("t", 1);
        assert_eq!(talk.cut(), ["connack 0 present"]);
        assert_eq!(talk.broker.next_wake(), Some(at));
        talk.wait(1_000);
        assert!(talk.has_hung_up());
        talk.broker.publish("t", 1, b"a", false);
        assert!(!talk.broker.accepts(Duration::from_millis(2_999)));
        talk.wait(2_000);
        assert_eq!(talk.connect()[0], connack);
        assert_eq!(talk.broker.connections(), 3);
    }
}

#[test]
fn a_temper_is_drawn_the_same_from_the_same_seed_and_every_kind_comes_up() {
    let tempers: Vec<Temper> = (0..500).map(|seed| Temper::draw(&mut Draw::new(seed))).collect();
    assert_eq!(tempers[7], Temper::draw(&mut Draw::new(7)));
    let some = |kind: fn(&Temper) -> bool| assert!(tempers.iter().any(kind));
    some(|temper| temper.versions == Versions::OnlyFive);
    some(|temper| temper.versions == Versions::OnlyFour(AtFive::Silent));
    some(|temper| temper.memory == Memory::ForgetsAtRestart);
    some(|temper| temper.denial == Some(Denial::HangsUp));
    some(|temper| temper.deaf_from.is_some() && temper.restart.is_none());
    some(|temper| temper.restart.is_some() && temper.qos2_gets_puback);
    some(|temper| temper.pings == Pings::BeforeRetained && !temper.retained_gap.is_zero());
    some(|temper| temper.latest_ack > Duration::from_secs(2) && temper.receive_maximum == 1);
}
