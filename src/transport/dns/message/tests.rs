//! Messages of honest, broken and hostile name servers.

use super::*;
use proptest::prelude::*;

const ID: u16 = 0x1234;

fn query() -> Query {
    Question::new("_mqtt._tcp.lab.example", RecordType::Service).unwrap().query(ID)
}

/// A name as it is in messages.
fn name(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in text.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// A record with this owner, which may be a pointer.
fn record(owner: &[u8], kind: Rtype, data: &[u8]) -> Vec<u8> {
    let (kind, class, ttl) = (kind.to_int().to_be_bytes(), [0, 1], [0; 4]);
    [owner, &kind, &class, &ttl, &(data.len() as u16).to_be_bytes(), data].concat()
}

fn srv(owner: &[u8], port: u16, host: &[u8]) -> Vec<u8> {
    record(owner, Rtype::SRV, &[&[0, 1, 0, 2], &port.to_be_bytes()[..], host].concat())
}

/// The answer to [`query`] with these records.
fn answer(records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = query().as_bytes().to_vec();
    bytes[2] |= 0x80;
    bytes[7] = records.len() as u8;
    bytes.extend(records.concat());
    bytes
}

/// A pointer to the question's name.
const SAME: &[u8] = &[0xc0, 12];

#[test]
fn a_query_is_as_the_standard_has_it() {
    let mut expected = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    expected.extend(name("_mqtt._tcp.lab.example"));
    expected.extend([0, 33, 0, 1]);
    assert_eq!(query().as_bytes(), expected);
    let complete = Question::new("_mqtt._tcp.lab.example.", RecordType::Service).unwrap();
    assert_eq!(complete.query(ID).as_bytes(), expected);
}

#[test]
fn the_longest_name_can_be_asked_for() {
    let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
    let question = Question::new(&longest, RecordType::V6).unwrap();
    assert_eq!(question.query(ID).as_bytes().len(), LONGEST_QUERY);
    assert!(Question::new(&format!("{longest}b"), RecordType::V6).is_none());
    for bad in ["", ".", "a..b", ".a", &"a".repeat(64)] {
        assert!(Question::new(bad, RecordType::V4).is_none(), "{bad}");
    }
}

#[test]
fn only_an_answer_to_the_query_counts() {
    let right = answer(&[]);
    assert_eq!(query().reply(&right), Reply::Answer);
    let changed = |at: usize, with: u8| {
        let mut bytes = right.clone();
        bytes[at] ^= with;
        query().reply(&bytes)
    };
    assert_eq!(changed(1, 1), Reply::Other, "another id");
    assert_eq!(changed(2, 0x80), Reply::Other, "a query");
    assert_eq!(changed(14, 1), Reply::Other, "another name");
    assert_eq!(changed(14, 0x20), Reply::Answer, "the same name in capitals");
    assert_eq!(changed(right.len() - 3, 1), Reply::Other, "another type");
    assert_eq!(changed(5, 3), Reply::Other, "another number of questions");
    assert_eq!(changed(2, 2), Reply::CutShort);
    assert_eq!(changed(3, 3), Reply::Answer, "there is no such name");
    assert_eq!(changed(3, 2), Reply::Failure("SERVFAIL".to_owned()));
    assert_eq!(changed(3, 5), Reply::Failure("REFUSED".to_owned()));
    for length in 0..right.len() {
        assert_eq!(query().reply(&right[..length]), Reply::Other);
    }
}

#[test]
fn records_of_the_name_asked_for_are_found() {
    let other = srv(&name("other.example"), 9, &name("evil.example"));
    let found =
        services(&answer(&[other, srv(SAME, 1883, &name("b.example")), srv(SAME, 1, &[0])]));
    let service =
        |port, host: &str| Service { priority: 1, weight: 2, port, host: host.to_owned() };
    assert_eq!(found, Ok(vec![service(1883, "b.example"), service(1, "")]));
    assert_eq!(services(&answer(&[])), Ok(vec![]));
}

#[test]
fn aliases_are_followed_to_their_end() {
    let alias = |from: &str, to: &str| record(&name(from), Rtype::CNAME, &name(to));
    let asked = "_mqtt._tcp.lab.example";
    let last = srv(&name("c.example"), 1883, &name("b.example"));
    let found =
        services(&answer(&[last, alias("a.example", "c.example"), alias(asked, "a.example")]));
    assert_eq!(found.map(|found| found.len()), Ok(1));
    let circle = answer(&[alias(asked, "a.example"), alias("a.example", asked)]);
    assert_eq!(services(&circle), Err("aliases (CNAME) without end"));
    assert_eq!(services(&answer(&[alias(asked, asked)])), Err("aliases (CNAME) without end"));
}

#[test]
fn names_that_never_end_are_malformed() {
    let end = query().as_bytes().len() as u8;
    // The target points at itself, at what comes after it, and forth and back.
    let at = end + 2 + 10 + 6;
    for pointers in [&[0xc0, at][..], &[0xc0, at + 2, 0], &[0xc0, at + 2, 0xc0, at], &[0xc0]] {
        assert_eq!(services(&answer(&[srv(SAME, 1883, pointers)])), Err(MALFORMED), "{pointers:?}");
    }
    let mut short = answer(&[srv(SAME, 1883, &name("b.example"))]);
    short.truncate(short.len() - 1);
    assert_eq!(services(&short), Err(MALFORMED));
    let mut more = answer(&[]);
    more[7] = 1;
    assert_eq!(services(&more), Err(MALFORMED));
}

proptest! {
    #[test]
    fn whatever_a_server_sends_has_an_end(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..600),
        head in 0..=2_usize,
    ) {
        // Random bytes seldom get past the header and the question.
        let begin = answer(&[srv(SAME, 1883, &name("b.example"))]);
        let kept = [0, query().as_bytes().len(), begin.len()][head];
        bytes.splice(0..0, begin[..kept].iter().copied());
        let _ = (query().reply(&bytes), services(&bytes), v4_addresses(&bytes), v6_addresses(&bytes));
    }
}
