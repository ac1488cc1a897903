//! Enhanced authentication: no connection without the broker's proof, whatever else it says.

use super::*;
use crate::mqtt::scram::{Mechanism, ScramError};
use crate::mqtt::trace;
use crate::secret::Secret;
use proptest::prelude::*;

// With a nonce of zeros, for `me` and `pencil`; the last two were calculated with Python's hashlib and hmac.
const CLIENT_FIRST: &str = "n,,n=me,r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const SERVER_FIRST: &str = "r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+,s=QSXC,i=4096";
const CLIENT_FINAL: &str =
    "c=biws,r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+,p=nzQc3MatQ8NkWDoT5MadYTuc+IWNQXYrE5EhpidpK/g=";
const SERVER_FINAL: &str = "v=aGV8h9Q6HESpYlswQI+70BCW6O9WEcYRzIh9G1oy8ts=";

const CONTINUE: u8 = 0x18;
const AGAIN: u8 = 0x19;

fn bench() -> Bench {
    let login = SessionOptions {
        auth: Some(Mechanism::Sha256),
        username: Some("me".to_owned()),
        password: Some(Secret::new(b"pencil".to_vec())),
        ..options()
    };
    let mut bench = Bench::new(login, Version::V5);
    bench.session.connect(|| 0);
    bench
}

/// The properties of a method and data, with their length.
fn properties(method: &str, data: Option<&str>) -> Vec<u8> {
    let mut block = crate::property::Block::default();
    block.authentication(method, data.map(str::as_bytes));
    block.finish()
}

fn auth(reason: u8, data: Option<&str>) -> Vec<u8> {
    packet(0xf0, &[reason], &properties("SCRAM-SHA-256", data))
}

fn accepted(data: Option<&str>) -> Vec<u8> {
    packet(0x20, &[0, 0], &properties("SCRAM-SHA-256", data))
}

fn packet(first: u8, fields: &[u8], properties: &[u8]) -> Vec<u8> {
    let length = u8::try_from(fields.len() + properties.len()).unwrap();
    assert!(length < 0x80, "a length of one byte");
    [&[first, length], fields, properties].concat()
}

/// Takes turns until there is nothing to do.
fn work(bench: &mut Bench) -> usize {
    (0..).find(|_| !bench.session.authenticate(|| 0).unwrap()).unwrap()
}

/// Before CONNACK, with the proof sent.
fn proved() -> Bench {
    let mut bench = bench();
    bench.bytes();
    bench.hear(&auth(CONTINUE, Some(SERVER_FIRST)));
    work(&mut bench);
    bench.bytes();
    bench
}

fn up() -> Bench {
    let mut bench = proved();
    bench.hear(&accepted(Some(SERVER_FINAL)));
    assert!(bench.session.is_up());
    bench
}

/// Why the authentication failed, and whether the connection was active.
fn failed(bench: &mut Bench, bytes: &[u8]) -> (ScramError, bool) {
    match bench.try_hear(bytes) {
        Err(Fault::Scram { problem, again }) => (problem, again),
        other => panic!("{other:?}"),
    }
}

#[test]
fn connect_has_the_method_and_client_first_and_no_login() {
    let own = properties("SCRAM-SHA-256", Some(CLIENT_FIRST));
    let connect = bench().bytes();
    let block = [&[5 + own[0], 0x11, 0, 0, 0, 120], &own[1..]].concat();
    let expected = [&b"\0\x04MQTT\x05\x02\0\x3c"[..], &block, b"\0\x02id"].concat();
    assert_eq!(connect, [&[0x10, expected.len() as u8], &expected[..]].concat());
}

#[test]
fn a_key_is_derived_in_many_turns_and_then_proved() {
    let mut bench = bench();
    bench.bytes();
    assert_eq!(work(&mut bench), 0);
    bench.hear(&auth(CONTINUE, Some(SERVER_FIRST)));
    assert!(bench.session.is_deriving());
    assert_eq!(work(&mut bench), 15, "4,096 iterations, 256 at a time");
    assert_eq!(bench.bytes(), auth(CONTINUE, Some(CLIENT_FINAL)));
}

#[test]
fn only_the_right_signature_opens_the_session() {
    assert!(up().bytes().is_empty());
    assert_eq!(failed(&mut proved(), &accepted(None)), (ScramError::Unproven, false));
    assert_eq!(failed(&mut proved(), &connack(Version::V5, false, &[])).0, ScramError::Unproven);
    let zeros = "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert_eq!(failed(&mut proved(), &accepted(Some(zeros))).0, ScramError::Impostor);
    assert_eq!(failed(&mut bench(), &accepted(Some(SERVER_FINAL))).0, ScramError::Unproven);
}

#[test]
fn a_new_connection_has_to_be_proved_again() {
    let mut bench = up();
    bench.lost(None);
    bench.session.connect(|| 0);
    assert_eq!(failed(&mut bench, &accepted(Some(SERVER_FINAL))).0, ScramError::Unproven);
}

#[test]
fn a_renewal_goes_beside_messages_and_a_refusal_of_it_is_not_one_of_theirs() {
    let mut bench = up();
    bench.publish(1, ONE, "x");
    bench.hear(&auth(AGAIN, None));
    assert_eq!(work(&mut bench), 0);
    bench.hear(&auth(CONTINUE, Some(SERVER_FIRST)));
    bench.hear(&ack(PUBACK, 1));
    assert_eq!(bench.delivered(), [1]);
    bench.publish(2, ONE, "y");
    work(&mut bench);
    let fault = bench.try_hear(&[0xe0, 1, 0x87]).unwrap_err();
    bench.lost(Some(&fault));
    assert_eq!(bench.job.ends.len(), 1, "the second may be published again");
}

#[test]
fn what_the_broker_does_not_take_is_not_sent() {
    let mut bench = proved();
    let own = properties("SCRAM-SHA-256", Some(SERVER_FINAL));
    let block = [&[own[0] + 5], &own[1..], &[0x27, 0, 0, 0, 60]].concat();
    bench.hear(&packet(0x20, &[0, 0], &block));
    bench.hear(&auth(AGAIN, None));
    let fault = bench.session.authenticate(|| 0).unwrap_err();
    assert_eq!(fault, Fault::Scram { problem: ScramError::TooLarge, again: true });
    assert!(bench.bytes().is_empty());
}

/// A packet of an authentication, right or wrong.
fn packets() -> impl Strategy<Value = Vec<u8>> {
    let data = prop::sample::select(vec![
        None,
        Some(""),
        Some(SERVER_FIRST),
        Some("r=x,s=QSXC,i=4096"),
        Some("v=AAAA"),
        Some("e=invalid-proof"),
    ]);
    let method = prop::sample::select(vec!["SCRAM-SHA-256", "SCRAM-SHA-1", ""]);
    (any::<bool>(), prop::sample::select(vec![0, CONTINUE, AGAIN, 0x42]), method, data).prop_map(
        |(is_auth, reason, method, data)| match is_auth {
            true => packet(0xf0, &[reason], &properties(method, data)),
            false => packet(0x20, &[0, 0], &properties(method, data)),
        },
    )
}

proptest! {
    #[test]
    fn without_the_right_signature_nothing_opens_the_session(
        stream in prop::collection::vec(packets(), 0..5),
        is_proved in any::<bool>(),
    ) {
        let mut bench = if is_proved { proved() } else { bench() };
        for packet in stream {
            if bench.try_hear(&packet).is_err() {
                break;
            }
            work(&mut bench);
        }
        prop_assert!(!bench.session.is_up());
    }

    #[test]
    fn on_a_connection_every_auth_has_at_most_one_answer(
        stream in prop::collection::vec(packets(), 0..5),
    ) {
        let mut bench = up();
        for packet in stream {
            if bench.try_hear(&packet).is_err() {
                break;
            }
            work(&mut bench);
            let answers = trace::describe_all(Version::V5, trace::Direction::Out, &bench.bytes());
            prop_assert!(answers.len() <= 1 && answers.iter().all(|it| it.starts_with("AUTH")));
        }
    }
}
