//! The ledger against a naive model, over any interleaving of what can happen to it.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The failures and successes a broker may put into PUBACK and PUBREC.
const REASONS: [u8; 4] = [0x00, 0x10, 0x87, 0x97];

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// PUBACK.
    Ack,
    /// PUBREC.
    Rec,
    /// PUBCOMP.
    Comp,
}

#[derive(Clone, Copy, Debug)]
enum Target {
    /// One of the messages in flight.
    InFlight(prop::sample::Index),
    /// Whatever id the broker comes up with.
    Any(u16),
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Push(QoS, usize),
    Send,
    Answer(Kind, Target, Reason),
    LoseConnection,
    LoseSession,
    Abandon,
}

/// Messages that are not final.
fn pending(ledger: &Ledger) -> usize {
    ledger.entries.iter().filter(|entry| entry.state != State::Done).count()
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Ack), Just(Kind::Rec), Just(Kind::Comp)]
}

fn targets() -> impl Strategy<Value = Target> {
    prop_oneof![
        8 => any::<prop::sample::Index>().prop_map(Target::InFlight),
        1 => (0..40u16).prop_map(Target::Any),
        1 => any::<u16>().prop_map(Target::Any),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let qos = prop_oneof![Just(QoS::AtLeastOnce), Just(QoS::ExactlyOnce)];
    let reasons = prop::sample::select(&REASONS[..]).prop_map(Reason);
    prop_oneof![
        8 => (qos, 0..100usize).prop_map(|(qos, size)| Step::Push(qos, size)),
        8 => Just(Step::Send),
        16 => (kinds(), targets(), reasons)
            .prop_map(|(kind, target, reason)| Step::Answer(kind, target, reason)),
        2 => Just(Step::LoseConnection),
        1 => Just(Step::LoseSession),
        1 => Just(Step::Abandon),
    ]
}

fn envelope(qos: QoS) -> Rc<Envelope> {
    Rc::new(Envelope::new("t".parse().unwrap(), qos, false))
}

/// The ledger beside a list that is searched from front to back.
struct Model {
    ledger: Ledger,
    ids: PacketIds,
    window: usize,
    /// Position, QoS, state and id, for all that are not final; one that is queued with an id is to be
    /// sent again under it.
    open: Vec<(u64, QoS, State, u16)>,
    /// Positions of messages that were sent, on whatever session.
    sent: BTreeSet<u64>,
    /// Messages the broker answered before they were sent again.
    early: usize,
    pushed: u64,
    /// How often each position came to its end.
    ends: BTreeMap<u64, usize>,
}

impl Model {
    fn new(window: usize) -> Self {
        Self {
            ledger: Ledger::default(),
            ids: PacketIds::default(),
            window,
            open: Vec::new(),
            sent: BTreeSet::new(),
            early: 0,
            pushed: 0,
            ends: BTreeMap::new(),
        }
    }

    fn in_flight(&self) -> Vec<(u64, QoS, State, u16)> {
        self.open.iter().copied().filter(|entry| entry.2 != State::Queued).collect()
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Push(qos, size) => {
                self.pushed += 1;
                self.ledger.push(self.pushed, envelope(qos), vec![0; size].into());
                self.open.push((self.pushed, qos, State::Queued, 0));
            }
            Step::Send => self.send(),
            Step::Answer(kind, target, reason) => {
                let in_flight = self.in_flight();
                let id = match target {
                    Target::Any(id) => id,
                    Target::InFlight(_) if in_flight.is_empty() => return,
                    Target::InFlight(index) => index.get(&in_flight).3,
                };
                self.answer(kind, id, reason);
            }
            Step::LoseConnection => self.resume(),
            Step::LoseSession => self.lose_session(),
            Step::Abandon => self.abandon(),
        }
        self.compare();
    }

    fn send(&mut self) {
        if self.ledger.in_flight() >= self.window {
            return;
        }
        let queued = self.open.iter_mut().find(|entry| entry.2 == State::Queued);
        let sent = self.ledger.next_queued(&mut self.ids);
        assert_eq!(
            sent.map(|entry| entry.position),
            queued.as_ref().map(|entry| entry.0),
            "messages are sent in the order of the input"
        );
        if let (Some(sent), Some(queued)) = (sent, queued) {
            assert_eq!(sent.again, queued.3 != 0);
            assert!(!sent.again || sent.packet_id == queued.3, "the same id");
            self.sent.insert(sent.position);
            queued.2 = State::Sent;
            queued.3 = sent.packet_id;
        }
    }

    fn answer(&mut self, kind: Kind, id: u16, reason: Reason) {
        let place = self.open.iter().position(|entry| entry.3 != 0 && entry.3 == id);
        let expected =
            match (kind, place.map(|place| self.open[place])) {
                (_, None) => Answer::Unknown,
                (Kind::Ack, Some((position, QoS::AtLeastOnce, ..))) => {
                    Answer::Final(position, reason)
                }
                (Kind::Ack, Some((position, QoS::ExactlyOnce, State::Sent, _))) => {
                    Answer::Downgraded(position, reason)
                }
                (Kind::Rec, Some((_, QoS::ExactlyOnce, State::Released, _))) => {
                    if reason.is_failure() { Answer::Unknown } else { Answer::ReleaseAgain }
                }
                (Kind::Rec, Some((position, QoS::ExactlyOnce, ..))) if reason.is_failure() => {
                    Answer::Final(position, reason)
                }
                (Kind::Rec, Some((_, QoS::ExactlyOnce, ..))) => Answer::Release,
                (Kind::Comp, Some((position, _, State::Released, _))) => {
                    Answer::Final(position, Reason::SUCCESS)
                }
                _ => Answer::Wrong,
            };
        let verdict = match kind {
            Kind::Ack => self.ledger.puback(id, reason, &mut self.ids),
            Kind::Rec => self.ledger.pubrec(id, reason, &mut self.ids),
            Kind::Comp => match self.ledger.pubcomp(id, &mut self.ids) {
                // What PUBREC said is kept, and looked at in a test of its own.
                Answer::Final(position, _) => Answer::Final(position, Reason::SUCCESS),
                verdict => verdict,
            },
        };
        assert_eq!(verdict, expected, "{kind:?} for id {id}");
        match (verdict, place) {
            (Answer::Final(position, _) | Answer::Downgraded(position, _), Some(place)) => {
                self.open.remove(place);
                *self.ends.entry(position).or_default() += 1;
            }
            (Answer::Release, Some(place)) => {
                self.early += usize::from(self.open[place].2 == State::Queued);
                self.open[place].2 = State::Released;
            }
            _ => {}
        }
    }

    fn resume(&mut self) {
        let mut released = Vec::new();
        for entry in &mut self.open {
            match entry.2 {
                State::Sent => entry.2 = State::Queued,
                State::Released => released.push(entry.3),
                _ => {}
            }
        }
        assert_eq!(self.ledger.resume(), released);
    }

    fn lose_session(&mut self) {
        let sent = self.open.iter().filter(|entry| entry.3 != 0).count();
        assert_eq!(self.ledger.requeue(&mut self.ids), (sent, Vec::new()));
        for entry in &mut self.open {
            entry.2 = State::Queued;
            entry.3 = 0;
        }
    }

    fn abandon(&mut self) {
        let abandoned: Vec<_> = self.ledger.abandon().collect();
        let sent = &self.sent;
        let expected: Vec<_> =
            self.open.drain(..).map(|entry| (entry.0, sent.contains(&entry.0))).collect();
        assert_eq!(abandoned, expected);
        for (position, _) in abandoned {
            *self.ends.entry(position).or_default() += 1;
        }
    }

    fn compare(&self) {
        let ledger = &self.ledger;
        let in_flight: Vec<_> = ledger
            .in_flight_entries()
            .map(|entry| (entry.position, entry.envelope.qos, entry.state, entry.packet_id))
            .collect();
        assert_eq!(in_flight, self.in_flight(), "in flight, in the order of the input");
        assert_eq!(ledger.in_flight(), in_flight.len());
        assert!(ledger.in_flight() <= self.window + self.early);
        let ids = || self.open.iter().map(|entry| entry.3).filter(|id| *id != 0);
        assert_eq!(ids().collect::<BTreeSet<_>>().len(), ids().count(), "no id is in use twice");
        assert!(in_flight.iter().all(|entry| entry.3 != 0));
        assert_eq!(pending(ledger), self.open.len());
        assert_eq!(ledger.is_empty(), self.open.is_empty());
        assert_eq!(ledger.has_queued(), self.open.len() > in_flight.len());
        assert_eq!(ledger.bytes, ledger.entries.iter().map(|entry| entry.cost).sum::<usize>());
    }

    /// The broker acknowledges everything that is left.
    fn finish(&mut self) {
        while !self.open.is_empty() {
            self.step(Step::Send);
            for (_, qos, _, id) in self.in_flight() {
                if qos == QoS::AtLeastOnce {
                    self.answer(Kind::Ack, id, Reason::SUCCESS);
                } else {
                    self.answer(Kind::Rec, id, Reason::SUCCESS);
                    self.answer(Kind::Comp, id, Reason::SUCCESS);
                }
                self.compare();
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_every_message_ends_once_and_in_flight_ones_keep_their_order(
        window in 1..12usize,
        steps in prop::collection::vec(steps(), 0..200),
        acknowledged in any::<bool>(),
    ) {
        let mut model = Model::new(window);
        for step in steps {
            model.step(step);
        }
        if acknowledged {
            model.finish();
        } else {
            model.step(Step::Abandon);
        }
        prop_assert_eq!(model.ledger.bytes, 0);
        prop_assert!(model.ledger.is_empty());
        let every: BTreeMap<u64, usize> = (1..=model.pushed).map(|position| (position, 1)).collect();
        prop_assert_eq!(model.ends, every);
    }
}

/// A ledger with the messages of `levels` sent, under the ids from 1 on.
fn sent(levels: &[QoS]) -> (Ledger, PacketIds) {
    let (mut ledger, mut ids) = (Ledger::default(), PacketIds::default());
    for (&qos, position) in levels.iter().zip(1..) {
        ledger.push(position, envelope(qos), Bytes::from_static(b"payload"));
        ledger.next_queued(&mut ids).unwrap();
    }
    (ledger, ids)
}

fn positions(ledger: &Ledger) -> Vec<(u64, u16, State)> {
    ledger.in_flight_entries().map(|entry| (entry.position, entry.packet_id, entry.state)).collect()
}

const ONE: QoS = QoS::AtLeastOnce;
const TWO: QoS = QoS::ExactlyOnce;

#[test]
fn acknowledgements_out_of_order_leave_the_rest_in_order() {
    let (mut ledger, mut ids) = sent(&[ONE, TWO, ONE, TWO]);
    assert_eq!(ledger.puback(3, Reason::SUCCESS, &mut ids), Answer::Final(3, Reason::SUCCESS));
    assert_eq!(ledger.pubrec(4, Reason::SUCCESS, &mut ids), Answer::Release);
    assert_eq!(
        positions(&ledger),
        [(1, 1, State::Sent), (2, 2, State::Sent), (4, 4, State::Released)]
    );
}

#[test]
fn a_second_puback_is_nobodys() {
    let (mut ledger, mut ids) = sent(&[ONE]);
    let no_subscribers = Reason::NO_MATCHING_SUBSCRIBERS;
    assert_eq!(ledger.puback(1, no_subscribers, &mut ids), Answer::Final(1, no_subscribers));
    assert_eq!(ledger.puback(1, Reason::SUCCESS, &mut ids), Answer::Unknown);
    assert_eq!(ledger.puback(0, Reason::SUCCESS, &mut ids), Answer::Unknown);
    assert_eq!(ledger.puback(65_535, Reason::SUCCESS, &mut ids), Answer::Unknown);
}

#[test]
fn what_the_first_pubrec_said_is_the_reason_in_the_end() {
    let (mut ledger, mut ids) = sent(&[TWO]);
    let nobody = Reason::NO_MATCHING_SUBSCRIBERS;
    assert_eq!(ledger.pubrec(1, nobody, &mut ids), Answer::Release);
    assert_eq!(ledger.pubrec(1, Reason::SUCCESS, &mut ids), Answer::ReleaseAgain);
    assert_eq!(ledger.pubcomp(1, &mut ids), Answer::Final(1, nobody));
}

#[test]
fn a_second_pubrec_asks_for_pubrel_again_unless_it_refuses() {
    let (mut ledger, mut ids) = sent(&[TWO]);
    for (reason, verdict) in [
        (Reason::SUCCESS, Answer::Release),
        (Reason::SUCCESS, Answer::ReleaseAgain),
        (Reason(0x87), Answer::Unknown),
        (Reason::SUCCESS, Answer::ReleaseAgain),
    ] {
        assert_eq!(ledger.pubrec(1, reason, &mut ids), verdict);
    }
    assert_eq!(ledger.pubcomp(1, &mut ids), Answer::Final(1, Reason::SUCCESS));
}

#[test]
fn a_refusing_pubrec_is_the_end_and_frees_the_id() {
    let (mut ledger, mut ids) = sent(&[TWO]);
    assert_eq!(ledger.pubrec(1, Reason(0x87), &mut ids), Answer::Final(1, Reason(0x87)));
    assert_eq!(ledger.pubcomp(1, &mut ids), Answer::Unknown);
    let free: BTreeSet<_> = std::iter::from_fn(|| ids.take()).collect();
    assert!(free.contains(&1));
}

#[test]
fn an_acknowledgement_of_the_wrong_kind_changes_nothing() {
    let (mut ledger, mut ids) = sent(&[ONE, TWO]);
    assert_eq!(ledger.pubrec(1, Reason::SUCCESS, &mut ids), Answer::Wrong);
    assert_eq!(ledger.pubcomp(1, &mut ids), Answer::Wrong);
    assert_eq!(ledger.pubcomp(2, &mut ids), Answer::Wrong, "there was no PUBREC");
    assert_eq!(positions(&ledger), [(1, 1, State::Sent), (2, 2, State::Sent)]);
}

#[test]
fn a_lost_session_queues_everything_anew_and_the_old_ids_mean_nothing() {
    let (mut ledger, mut ids) = sent(&[ONE, TWO, ONE]);
    ledger.pubrec(2, Reason::SUCCESS, &mut ids);
    ledger.puback(1, Reason::SUCCESS, &mut ids);
    ledger.push(4, envelope(ONE), Bytes::new());
    assert_eq!(ledger.requeue(&mut ids), (2, Vec::new()), "the fourth was never sent");
    assert_eq!((ledger.in_flight(), pending(&ledger)), (0, 3));
    assert_eq!(ledger.pubcomp(2, &mut ids), Answer::Unknown);
    let again: Vec<_> = std::iter::from_fn(|| {
        ledger.next_queued(&mut ids).map(|entry| (entry.position, entry.packet_id))
    })
    .collect();
    assert_eq!(again, [(2, 4), (3, 5), (4, 6)], "in order, under fresh ids");
}

#[test]
fn abandoning_tells_what_was_sent_and_what_was_not() {
    let (mut ledger, mut ids) = sent(&[ONE, TWO, TWO]);
    ledger.push(4, envelope(ONE), Bytes::new());
    ledger.puback(1, Reason::SUCCESS, &mut ids);
    ledger.pubrec(2, Reason::SUCCESS, &mut ids);
    let abandoned: Vec<_> = ledger.abandon().collect();
    assert_eq!(abandoned, [(2, true), (3, true), (4, false)]);
    assert!(ledger.is_empty());
    assert_eq!(ledger.bytes, 0);
}

#[test]
fn without_a_free_id_the_message_stays_queued() {
    let (mut ledger, mut ids) = (Ledger::default(), PacketIds::default());
    let all = std::iter::from_fn(|| ids.take()).count();
    assert_eq!(all, PacketIds::CAPACITY);
    ledger.push(1, envelope(ONE), Bytes::new());
    assert!(ledger.next_queued(&mut ids).is_none());
    assert!(ledger.has_queued());
    ids.release(77);
    assert_eq!(ledger.next_queued(&mut ids).map(|entry| entry.packet_id), Some(77));
}

#[test]
fn one_slow_message_bounds_how_much_is_held_behind_it() {
    let (mut ledger, mut ids) = sent(&[ONE]);
    let payload = Bytes::from(vec![0; 1 << 20]);
    let mut position = 1;
    while ledger.has_room() {
        position += 1;
        ledger.push(position, envelope(ONE), payload.clone());
        let id = ledger.next_queued(&mut ids).unwrap().packet_id;
        ledger.puback(id, Reason::SUCCESS, &mut ids);
    }
    assert_eq!(position, 5, "four more of 1 MiB, all of them final");
    ledger.puback(1, Reason::SUCCESS, &mut ids);
    assert!(ledger.is_empty());
    assert_eq!(ledger.bytes, 0);
}

#[test]
fn an_envelope_counts_once_for_the_messages_that_share_it() {
    let envelope =
        |topic: String| Rc::new(Envelope::new(topic.parse().unwrap(), QoS::AtLeastOnce, false));
    let mut ledger = Ledger::default();
    let shared = envelope("t".repeat(60_000));
    for position in 1..=100 {
        ledger.push(position, Rc::clone(&shared), Bytes::new());
    }
    assert!(ledger.has_room(), "one topic");
    for position in 101..=200 {
        ledger.push(position, envelope("t".repeat(60_000)), Bytes::new());
    }
    assert!(!ledger.has_room(), "a hundred topics");
}
