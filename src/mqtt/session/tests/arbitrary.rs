//! Properties over arbitrary streams: how they are cut into reads makes no difference, nothing
//! panics, and what we answer is bounded by what we hear.

use super::*;
use proptest::prelude::*;

/// Everything that can be seen of an engine after a stream.
#[derive(Debug, PartialEq)]
struct Seen {
    end: String,
    up: bool,
    left: Vec<u8>,
    messages: Vec<String>,
    ends: Vec<(u64, u16, Outcome)>,
    events: Vec<String>,
    out: Vec<u8>,
}

/// Feeds `stream` in pieces of the given sizes, again and again, until it ends or breaks.
fn seen(mut bench: Bench, stream: &[u8], sizes: &[usize]) -> Seen {
    bench.job.answers =
        [Taken::Writing, Taken::Dropped, Taken::Writing, Taken::Writing, Taken::Last].into();
    let mut input = BytesMut::new();
    let mut end = Ok(());
    let mut at = 0;
    for size in sizes.iter().cycle() {
        let piece = &stream[at..stream.len().min(at + size)];
        at += piece.len();
        input.extend_from_slice(piece);
        end = bench.receive(&mut input);
        if end.is_err() || at == stream.len() {
            break;
        }
    }
    let written = bench.job.messages.len() as u64;
    let end = match end {
        Ok(()) => "no end".to_owned(),
        // How much of a stranger's answer is shown depends on how much had come.
        Err(Fault::NotMqtt(_)) => "not MQTT".to_owned(),
        Err(fault) => format!("{fault:?}"),
    };
    let left = if end == "no end" { input.to_vec() } else { Vec::new() };
    bench.session.acknowledge(written);
    Seen {
        end,
        up: bench.session.is_up(),
        left,
        out: bench.bytes(),
        messages: bench.job.messages,
        ends: bench.job.ends,
        events: bench.job.events,
    }
}

/// Connecting, or connected with a SUBSCRIBE and some messages that wait for their answers.
fn bench(version: Version, connected: bool) -> Bench {
    let mut bench = Bench::new(subscribing(), version);
    if connected {
        bench.connect(false, &[]);
        for (position, qos) in [(1, ONE), (2, TWO), (3, ONE), (4, TWO), (5, ZERO)] {
            bench.publish(position, qos, "mine");
        }
    } else {
        bench.session.connect(random);
    }
    bench
}

fn versions() -> impl Strategy<Value = Version> {
    prop::sample::select(&VERSIONS[..])
}

/// A packet that fits the session, mostly; ids 2 to 5 are in flight, 1 is the SUBSCRIBE.
fn packets(version: Version) -> impl Strategy<Value = Vec<u8>> {
    let acks = prop::sample::select(&[PUBACK, PUBREC, PUBREL, PUBCOMP][..]);
    let suback = if version == Version::V5 {
        vec![0x90, 5, 0, 1, 0, 2, 0x87]
    } else {
        vec![0x90, 4, 0, 1, 2, 0x80]
    };
    let publishes = prop_oneof![
        Just((0x30, 0)),
        (prop::sample::select(&[0x32, 0x3a, 0x34, 0x3c][..]), 1..5u16)
    ];
    prop_oneof![
        8 => (acks, 1..8u16).prop_map(|(first, id)| ack(first, id)),
        8 => (publishes, "[a-z]{0,60}").prop_map(move |((first, id), payload)| {
            message(version, first, id, &payload)
        }),
        2 => Just(vec![0xd0, 0]),
        1 => Just(suback),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ]
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..40usize, 1..8)
}

prop_compose! {
    fn streams()(version in versions())(
        packets in prop::collection::vec(packets(version), 0..30),
        version in Just(version),
    ) -> (Version, Vec<u8>) {
        (version, packets.concat())
    }
}

proptest! {
    #[test]
    fn reads_of_any_size_give_the_same_events_and_output(
        (version, stream) in streams(),
        sizes in sizes(),
    ) {
        let whole = seen(bench(version, true), &stream, &[stream.len().max(1)]);
        prop_assert_eq!(&seen(bench(version, true), &stream, &[1]), &whole);
        prop_assert_eq!(&seen(bench(version, true), &stream, &sizes), &whole);
    }

    #[test]
    fn reads_of_any_size_give_the_same_handshake(
        (version, stream) in streams(),
        session_present in any::<bool>(),
        sizes in sizes(),
    ) {
        let stream = [connack(version, session_present, &[]), stream].concat();
        let whole = seen(bench(version, false), &stream, &[stream.len()]);
        prop_assert_eq!(&seen(bench(version, false), &stream, &[1]), &whole);
        prop_assert_eq!(&seen(bench(version, false), &stream, &sizes), &whole);
    }

    #[test]
    fn reads_of_any_size_tell_the_same_stranger(
        version in versions(),
        stream in prop::collection::vec(
            prop_oneof![4 => b' '..=b'~', 1 => Just(b'\n'), 1 => any::<u8>()], 1..100,
        ),
        sizes in sizes(),
    ) {
        let whole = seen(bench(version, false), &stream, &[stream.len()]);
        prop_assert_eq!(&seen(bench(version, false), &stream, &[1]), &whole);
        prop_assert_eq!(&seen(bench(version, false), &stream, &sizes), &whole);
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_are_answered_in_proportion(
        version in versions(),
        connected in any::<bool>(),
        stream in prop::collection::vec(prop_oneof![0..8u8, any::<u8>()], 0..400),
        sizes in sizes(),
    ) {
        let mut before = bench(version, connected);
        let start = before.bytes().len();
        prop_assert!(start < 200);
        let seen = seen(bench(version, connected), &stream, &sizes);
        prop_assert!(seen.out.len() <= start + 2 * stream.len(), "{} bytes", seen.out.len());
    }

    #[test]
    fn a_broker_that_talks_nonsense_over_and_over_cannot_break_the_ledger(
        (version, stream) in streams(),
        session_present in any::<bool>(),
    ) {
        let mut bench = bench(version, true);
        for round in 1..=3 {
            let _ = bench.try_hear(&stream);
            bench.lost(None);
            bench.session.connect(random);
            let resumed = session_present && version == Version::V5;
            bench.hear(&connack(version, resumed, &[]));
            bench.publish(5 + round, ONE, "more");
        }
        bench.abandon();
        let mut ended: Vec<u64> = bench.job.ends.iter().map(|end| end.0).collect();
        ended.sort_unstable();
        prop_assert_eq!(ended, [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
