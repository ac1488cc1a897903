//! Messages kept by the caller: fixed packet ids, PUBREL only when released, and lost sessions.

use super::*;

fn kept(packet_id: u16) -> Kept {
    Kept { packet_id, again: false, received: false }
}

fn keeping() -> SessionOptions {
    SessionOptions { keeper: Keeper::Caller, ..persistent() }
}

#[test]
fn pubrel_waits_for_the_caller() {
    for version in VERSIONS {
        let mut bench = Bench::up(keeping(), version);
        bench.publish_kept(8, TWO, kept(700));
        bench.publish_kept(9, ONE, kept(3));
        assert_eq!(bench.sent(), ["PUBLISH q2 id 700 = 8", "PUBLISH q1 id 3 = 9"]);
        bench.hear(&ack(PUBREC, 700));
        // The broker may send PUBREC twice.
        bench.hear(&ack(PUBREC, 700));
        assert!(bench.sent().is_empty());
        assert_eq!(bench.job.events, ["Received { position: 8 }"]);
        assert_eq!(bench.violation(&ack(PUBCOMP, 700)).0, 0x82);
        bench.session.release(700);
        bench.session.release(700);
        bench.session.release(3);
        assert_eq!(bench.sent(), ["PUBREL 700"]);
        bench.hear(&[ack(PUBACK, 3), ack(PUBCOMP, 700)].concat());
        assert_eq!(bench.delivered(), [9, 8]);
        assert!(bench.session.is_settled() && bench.session.unacknowledged() == 0);
    }
}

#[test]
fn what_an_earlier_run_left_goes_on_where_it_was() {
    for version in VERSIONS {
        let mut bench = Bench::new(keeping(), version);
        bench.connect(true, &[]);
        bench.publish_kept(1, TWO, Kept { packet_id: 2, again: true, received: true });
        bench.publish_kept(2, TWO, Kept { packet_id: 3, again: true, received: false });
        bench.publish_kept(3, ONE, Kept { packet_id: 4, again: false, received: false });
        let sent = ["PUBREL 2", "PUBLISH q2 id 3 dup = 2", "PUBLISH q1 id 4 = 3"];
        assert_eq!(bench.sent(), sent);
        assert_eq!(bench.session.unacknowledged(), 3);
        bench.hear(&[ack(PUBCOMP, 2), ack(PUBACK, 4)].concat());
        assert_eq!(bench.delivered(), [1, 3]);
    }
}

#[test]
fn with_its_session_a_message_is_sent_again_and_released_when_the_caller_says_so() {
    for version in VERSIONS {
        let mut bench = Bench::up(keeping(), version);
        for number in 1..=3 {
            bench.publish_kept(number, TWO, kept(number as u16 + 1));
        }
        bench.hear(&[ack(PUBREC, 2), ack(PUBREC, 3)].concat());
        bench.session.release(2);
        bench.sent();
        bench.lost(None);
        // Recorded while there is no connection.
        bench.session.release(3);
        assert!(bench.sent().is_empty());
        bench.connect(true, &[]);
        assert_eq!(bench.sent(), ["PUBREL 2", "PUBREL 3", "PUBLISH q2 id 4 dup = 3"]);
        assert_eq!(bench.session.unacknowledged(), 3);
        bench.hear(&ack(PUBREC, 4));
        bench.lost(None);
        bench.connect(true, &[]);
        assert_eq!(bench.sent(), ["PUBREL 2", "PUBREL 3"]);
        assert_eq!(bench.session.unacknowledged(), 3);
        bench.session.release(4);
        assert_eq!(bench.sent(), ["PUBREL 4"]);
    }
}

#[test]
fn without_its_session_the_caller_publishes_again() {
    for version in [Version::V311, Version::V5] {
        let mut bench = Bench::up(keeping(), version);
        bench.publish_kept(1, TWO, kept(2));
        bench.publish_kept(2, ONE, kept(3));
        bench.hear(&ack(PUBREC, 2));
        bench.sent();
        bench.reconnect(false);
        assert!(bench.sent().is_empty() && bench.job.ends.is_empty());
        assert!(bench.session.is_settled() && bench.session.unacknowledged() == 0);
        bench.session.release(2);
        assert!(bench.sent().is_empty(), "that was in another session");
        bench.publish_kept(1, TWO, kept(2));
        assert_eq!(bench.sent(), ["PUBLISH q2 id 2 = 1"]);
    }
}

#[test]
fn a_refusal_ends_a_kept_message_and_one_that_does_not_fit_is_refused_whoever_sent_it() {
    let mut bench = Bench::up_with(keeping(), Version::V5, &[0x27, 0, 0, 0, 12]);
    bench.publish_kept(1, TWO, kept(2));
    bench.hear(&refusal(PUBREC, 2, 0x87));
    bench.publish_kept(1_000_000_000, TWO, Kept { packet_id: 3, again: true, received: false });
    let refused: Vec<_> = bench.job.ends.iter().map(|it| (it.0, it.2.clone())).collect();
    assert!(matches!(
        refused[..],
        [(1, Outcome::Refused(_)), (1_000_000_000, Outcome::Refused(_))]
    ));
    assert!(bench.session.is_settled());
}
