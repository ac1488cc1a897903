//! From CONNECT to the end: the handshake, keep-alive, DISCONNECT.

use super::*;
use crate::mqtt::fault::Refusal;

#[test]
fn connect_goes_out_first_and_connack_opens_the_session() {
    for (version, connect) in [
        (Version::V31, &b"\x10\x10\0\x06MQIsdp\x03\x02\0\x3c\0\x02id"[..]),
        (Version::V311, b"\x10\x0e\0\x04MQTT\x04\x02\0\x3c\0\x02id"),
        (Version::V5, b"\x10\x14\0\x04MQTT\x05\x02\0\x3c\x05\x11\0\0\0\x78\0\x02id"),
    ] {
        let mut bench = Bench::new(options(), version);
        bench.session.connect(random);
        assert_eq!(bench.bytes(), connect);
        assert!(!bench.session.is_up() && !bench.session.has_room(ZERO));
        bench.hear(&connack(version, false, &[]));
        assert!(bench.session.is_up() && bench.session.has_room(ONE));
        assert!(bench.bytes().is_empty(), "nothing to subscribe to");
    }
}

#[test]
fn what_is_missing_without_a_connection_is_a_sign_of_life() {
    let mut bench = Bench::new(options(), Version::V5);
    assert_eq!(bench.session.owed(), "sign of life");
    bench.session.connect(random);
    bench.hear(&connack(Version::V5, false, &[]));
    assert_eq!(bench.session.owed(), "sign of reading");
    bench.lost(None);
    assert_eq!(bench.session.owed(), "sign of life");
}

#[test]
fn a_connack_that_says_no_is_a_refusal_with_its_code() {
    for (version, bytes, code, reason) in [
        (Version::V31, &[0x20, 2, 0, 5][..], 5, Some(0x87)),
        (Version::V311, &[0x20, 2, 0, 77], 77, None),
        (Version::V5, &[0x20, 3, 0, 0x86, 0], 0x86, Some(0x86)),
        (Version::V5, &[0x20, 2, 0, 1], 1, Some(0x84)),
        (Version::V5, &[0x20, 3, 0, 0x42, 0], 0x42, None),
    ] {
        let mut bench = Bench::new(options(), version);
        bench.session.connect(random);
        match bench.try_hear(bytes) {
            Err(Fault::Refused(refusal)) => {
                let explanation = reason.map(|reason| Explanation::from(Reason(reason)));
                assert_eq!(refusal, Refusal { version, code, explanation });
            }
            other => panic!("{other:?}"),
        }
        assert!(!bench.session.is_up());
    }
}

#[test]
fn auth_instead_of_connack_is_its_own_fault_and_later_a_violation() {
    let mut bench = Bench::new(options(), Version::V5);
    bench.session.connect(random);
    assert!(matches!(bench.try_hear(&[0xf0, 0]), Err(Fault::Authentication)));
    let mut bench = Bench::up(options(), Version::V5);
    assert_eq!(bench.violation(&[0xf0, 1, 0x18]).0, 0x82);
}

#[test]
fn nothing_may_come_before_connack() {
    for version in VERSIONS {
        for (bytes, name) in [
            (message(version, 0x30, 0, "early"), "PUBLISH"),
            (ack(PUBACK, 1), "PUBACK"),
            (vec![0xd0, 0], "PINGRESP"),
        ] {
            let mut bench = Bench::new(options(), version);
            bench.session.connect(random);
            let expected = (0x82, format!("{name} before CONNACK"));
            assert_eq!(bench.violation(&bytes), expected);
            assert!(bench.job.messages.is_empty());
        }
    }
}

#[test]
fn a_second_connack_is_a_violation() {
    for version in VERSIONS {
        let mut bench = Bench::up(options(), version);
        let expected = (0x82, "a second CONNACK".to_owned());
        assert_eq!(bench.violation(&connack(version, false, &[])), expected);
    }
}

#[test]
fn a_session_where_none_can_be_is_a_violation() {
    for version in [Version::V311, Version::V5] {
        let mut bench = Bench::new(options(), version);
        bench.session.connect(random);
        assert_eq!(bench.violation(&connack(version, true, &[])).0, 0x82);
    }
}

#[test]
fn packets_behind_connack_in_the_same_read_are_taken() {
    let mut bench = Bench::new(options(), Version::V5);
    bench.session.connect(random);
    let bytes =
        [connack(Version::V5, false, &[]), message(Version::V5, 0x30, 0, "one"), vec![0xd0]];
    let mut input = BytesMut::from(&bytes.concat()[..]);
    bench.receive(&mut input).unwrap();
    assert_eq!(bench.job.messages, ["t q0 id 0 = one"]);
    assert_eq!(&input[..], [0xd0], "half a PINGRESP stays");
}

#[test]
fn silence_is_pinged_by_the_clock_and_then_a_fault() {
    let mut bench = Bench::up(options(), Version::V311);
    let start = bench.now;
    assert_eq!(bench.session.timeout(), Some(start + Duration::from_secs(60)));
    bench.pass(59.9).unwrap();
    assert!(bench.sent().is_empty());
    bench.pass(0.1).unwrap();
    assert_eq!(bench.sent(), ["PINGREQ"]);
    bench.pass(29.9).unwrap();
    assert!(bench.sent().is_empty(), "one PINGREQ is enough");
    assert!(matches!(bench.pass(0.1), Err(Fault::Silent)));
    assert_eq!(bench.now - start, Duration::from_secs(90), "one and a half keep-alive times");
}

#[test]
fn an_answered_ping_starts_over() {
    let mut bench = Bench::up(options(), Version::V5);
    for _ in 0..3 {
        bench.pass(60.0).unwrap();
        assert_eq!(bench.sent(), ["PINGREQ"]);
        bench.session.wrote(0, bench.now);
        bench.pass(1.0).unwrap();
        bench.hear(&[0xd0, 0]);
        bench.pass(58.0).unwrap();
        assert!(bench.sent().is_empty());
        bench.pass(1.0).unwrap();
        bench.sent();
        bench.hear(&[0xd0, 0]);
    }
}

#[test]
fn a_socket_that_is_not_read_proves_nothing_about_the_broker() {
    let mut bench = Bench::up(options(), Version::V5);
    for _ in 0..100 {
        bench.now += Duration::from_secs(29);
        bench.session.handle_timeout(bench.now, true).unwrap();
    }
    let pings = bench.sent();
    assert!(!pings.is_empty(), "the broker still hears from us");
    bench.pass(60.0).unwrap();
    assert_eq!(bench.sent(), ["PINGREQ"], "nor does it that those pings were not answered");
    bench.pass(29.9).unwrap();
    assert!(matches!(bench.pass(0.1), Err(Fault::Silent)), "once it is read again it counts");
}

#[test]
fn the_servers_keep_alive_overrules_ours_and_0_is_off() {
    let mut bench = Bench::up_with(options(), Version::V5, &[0x13, 0, 0]);
    assert_eq!(bench.session.timeout(), None);
    bench.pass(1e6).unwrap();
    assert!(bench.sent().is_empty());

    let mut bench = Bench::up_with(options(), Version::V5, &[0x13, 0, 1]);
    bench.pass(0.9).unwrap();
    assert!(bench.sent().is_empty());
    bench.pass(0.1).unwrap();
    assert_eq!(bench.sent(), ["PINGREQ"]);
    bench.pass(0.9).unwrap();
    assert!(matches!(bench.pass(0.1), Err(Fault::Silent)));

    let off = SessionOptions { keep_alive: 0, ..options() };
    let mut bench = Bench::up_with(off, Version::V5, &[0x13, 0, 5]);
    bench.pass(5.0).unwrap();
    assert_eq!(bench.sent(), ["PINGREQ"]);
}

#[test]
fn the_keep_alive_of_one_connection_is_not_that_of_the_next() {
    let mut bench = Bench::up_with(options(), Version::V5, &[0x13, 0, 1]);
    bench.reconnect(true);
    assert_eq!(bench.session.timeout(), Some(bench.now + Duration::from_secs(60)));
}

#[test]
fn a_disconnect_from_the_broker_is_a_fault_with_its_words() {
    let mut bench = Bench::up(options(), Version::V5);
    match bench.try_hear(b"\xe0\x08\x8e\x06\x1f\0\x03why") {
        Err(Fault::Disconnected(explanation)) => {
            assert_eq!(explanation.to_string(), "0x8e Session taken over: why");
        }
        other => panic!("{other:?}"),
    }
    let mut bench = Bench::up(options(), Version::V5);
    let (reason, text) = bench.violation(&[0xe0, 1, 0x42]);
    assert_eq!(reason, 0x81);
    assert!(text.contains("0x42"), "{text}");
}

#[test]
fn disconnect_forgets_a_session_that_was_only_kept_for_this_run() {
    let end = |options, version| {
        let mut bench = Bench::up(options, version);
        bench.session.disconnect();
        assert!(!bench.session.is_up() && !bench.session.has_room(ZERO));
        bench.bytes()
    };
    let expire = [0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0];
    assert_eq!(end(options(), Version::V5), expire);
    assert_eq!(end(persistent(), Version::V5), [0xe0, 0]);
    assert_eq!(end(options(), Version::V311), [0xe0, 0]);
}

#[test]
fn disconnect_says_what_the_broker_did_wrong() {
    let mut bench = Bench::up(options(), Version::V5);
    let (reason, _) = bench.violation(&ack(PUBACK, 0));
    bench.session.refuse(Reason(reason));
    assert_eq!(bench.bytes(), [0xe0, 1, 0x82]);
    // 0x04 asks for the will without being a failure.
    for reason in [reason, 0x04] {
        let mut bench = Bench::up(options(), Version::V311);
        bench.session.refuse(Reason(reason));
        assert!(bench.bytes().is_empty(), "it would discard the will");
    }
}

/// Else the broker takes the first bytes of DISCONNECT for the last ones of the message.
#[test]
fn a_packet_that_was_begun_is_written_to_its_end_before_disconnect() {
    for (version, reason_said) in [(Version::V5, &[0xe0, 1, 0x82][..]), (Version::V311, &[])] {
        let mut bench = Bench::up(options(), version);
        bench.publish(1, ZERO, "first");
        let first = bench.session.output().to_vec();
        bench.publish(2, ZERO, "second");
        for written in 0..=first.len() {
            let mut bench = Bench::up(options(), version);
            bench.publish(1, ZERO, "first");
            bench.publish(2, ZERO, "second");
            bench.session.wrote(written, bench.now);
            let kept = bench.session.refuse(Reason(0x82));
            let rest = if written == 0 { &[] } else { &first[written..] };
            assert_eq!(kept, rest.len());
            assert_eq!(bench.bytes(), [rest, reason_said].concat(), "{version:?} {written}");
        }
    }
}

#[test]
fn after_our_disconnect_only_the_brokers_own_matters() {
    let mut bench = Bench::up(options(), Version::V5);
    bench.session.disconnect();
    bench.session.disconnect();
    assert_eq!(bench.bytes().len(), 9, "one DISCONNECT");
    bench.hear(&message(Version::V5, 0x32, 1, "late"));
    bench.hear(&[0xd0, 0]);
    bench.pass(1000.0).unwrap();
    assert!(bench.job.messages.is_empty() && bench.bytes().is_empty());
    assert!(matches!(bench.try_hear(&[0xe0, 1, 0x97]), Err(Fault::Disconnected(_))));
}

#[test]
fn another_version_is_used_from_the_next_connect_on() {
    let mut bench = Bench::new(options(), Version::V5);
    bench.session.connect(random);
    bench.bytes();
    assert!(matches!(bench.try_hear(&[0x20, 2, 0, 1]), Err(Fault::Refused(_))));
    bench.lost(None);
    bench.session.set_version(Version::V311);
    bench.connect(false, &[]);
    bench.publish(1, ONE, "x");
    assert_eq!(bench.bytes(), b"\x32\x06\0\x01t\0\x01x");
}
