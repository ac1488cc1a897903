//! Proof by enumeration: the program's course, storage order and session run against a disk that forgets and a broker
//! that follows the standard, with a crash after every single step.
//!
//! A crash leaves a disk and a broker. The test finds every such pair that any number of crashes can reach. From each
//! of them, a run without further crashes must finish every message: at QoS 2 exactly once as long as the broker keeps
//! the session, at QoS 1 at least once, in order, and without losing any that was promised. No PUBLISH may be sent
//! before its record is durable, and no PUBREL before the mark for its PUBREC.

mod broker;
mod client;
mod disk;

use crate::message::QoS;
use broker::{Broker, Method};
use client::{Client, Step};
use disk::Disk;
use std::collections::BTreeSet;

/// A setup to explore. Crashes and lost connections may be followed by more of them in later runs.
#[derive(Clone, Copy, Debug)]
struct Case {
    /// The QoS of each message.
    messages: &'static [QoS],
    /// How the broker receives QoS 2.
    method: Method,
    /// Number of packet identifiers.
    ids: u64,
    /// Whether a crash may be a power failure, and not only the end of the program.
    loses_power: bool,
    /// Whether the broker may lose the session when the connection is lost.
    loses_session: bool,
    /// Whether a crash may follow a lost connection in the same run.
    crashes_after_cut: bool,
}

/// Which step to prefer if several are possible.
#[derive(Clone, Copy, Debug)]
enum Order {
    /// Store everything first; then disk before network.
    Disk,
    /// Network before disk, and store one message at a time.
    Network,
    /// Rotate.
    Turns,
}

const ORDERS: [Order; 3] = [Order::Disk, Order::Network, Order::Turns];

/// The disk and broker that a crash leaves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    disk: Disk,
    broker: Broker,
}

/// The connection is lost at a step, without a crash.
#[derive(Clone, Copy, Debug)]
struct Cut {
    at: usize,
    loses_session: bool,
}

/// The next step, or `None` if the run is over.
fn choose(order: Order, client: &Client, broker: &Broker, count: usize) -> Option<Step> {
    let network = [Step::Broker, Step::Receive, Step::Turn];
    let disk = [Step::Commit, Step::Write];
    let steps: Vec<Step> = match order {
        Order::Disk => [&[Step::Store][..], &disk, &network].concat(),
        Order::Network => [&network[..], &disk, &[Step::Store]].concat(),
        Order::Turns => {
            let mut all = [&[Step::Store][..], &network, &disk].concat();
            let length = all.len();
            all.rotate_left(count * 5 % length);
            all
        }
    };
    steps.into_iter().find(|step| client.can(*step, broker))
}

/// Plays a run, and calls `crash` with the current state after each step.
fn play(
    case: Case,
    order: Order,
    world: &World,
    cut: Option<Cut>,
    crash: &mut dyn FnMut(&Client, &Broker),
) -> (Client, Broker) {
    let mut broker = world.broker.clone();
    let mut client = Client::recover(world.disk.clone(), case.messages, case.ids);
    client.connect(&mut broker);
    let mut last = None;
    for count in 0..10_000 {
        // Steps inside the client alone do not change what a crash leaves.
        let now = Some((client.disks(), client.upward.clone(), broker.clone()));
        if now != last {
            crash(&client, &broker);
        }
        last = now;
        if let Some(cut) = cut.filter(|cut| cut.at == count) {
            broker.read_all(&mut client.upward);
            client.disconnect();
            if cut.loses_session {
                broker.lose_session();
            }
            client.connect(&mut broker);
            continue;
        }
        let Some(step) = choose(order, &client, &broker, count) else { return (client, broker) };
        client.go(step, &mut broker);
    }
    panic!("it does not come to an end");
}

/// All states that a crash can leave at this point.
fn left_behind(case: Case, client: &Client, broker: &Broker) -> Vec<World> {
    let mut worlds = Vec::new();
    for read in 0..=client.upward.len() {
        // The broker may still read all or part of what was sent.
        let mut broker = broker.clone();
        let mut upward = client.upward.clone();
        upward.truncate(read);
        broker.read_all(&mut upward);
        let mut brokers = vec![broker.clone()];
        if case.loses_session {
            broker.lose_session();
            brokers.push(broker);
        }
        let disks = client.disks().into_iter().flat_map(|it| it.outcomes(case.loses_power));
        let disks: BTreeSet<Disk> = disks.map(|disk| client::open(disk, case.ids).0).collect();
        for disk in disks {
            worlds
                .extend(brokers.iter().map(|it| World { disk: disk.clone(), broker: it.clone() }));
        }
    }
    worlds
}

/// Plays every run; returns the number of worlds and runs.
fn enumerate(case: Case) -> (usize, usize) {
    let start = World { disk: Disk::default(), broker: Broker::new(case.method, case.loses_power) };
    let mut seen = BTreeSet::from([start.clone()]);
    let mut queue = vec![start];
    let mut runs = 0;
    while let Some(world) = queue.pop() {
        for order in ORDERS {
            let mut cuts = vec![None];
            let (client, broker) = play(case, order, &world, None, &mut |_, _| {});
            let length = client.steps;
            check(case, &world, &client, &broker);
            let at = 0..length;
            cuts.extend(
                at.flat_map(|at| {
                    [false, true].map(|loses_session| Some(Cut { at, loses_session }))
                }),
            );
            cuts.retain(|cut| case.loses_session || !cut.is_some_and(|it| it.loses_session));
            // Cases with lost sessions have enough crashes without these.
            let is_enough = case.loses_session && !case.crashes_after_cut;
            if is_enough || !matches!(order, Order::Turns) {
                cuts.truncate(1);
            }
            for cut in cuts {
                let mut left = BTreeSet::new();
                let collects = cut.is_none() || case.crashes_after_cut;
                let (client, broker) = play(case, order, &world, cut, &mut |client, broker| {
                    if collects {
                        left.extend(left_behind(case, client, broker));
                    }
                });
                check(case, &world, &client, &broker);
                runs += 1;
                for world in left {
                    if seen.insert(world.clone()) {
                        queue.push(world);
                    }
                }
            }
        }
    }
    (seen.len(), runs)
}

/// Checks a finished run: everything was delivered, and no more often than allowed.
fn check(case: Case, from: &World, client: &Client, broker: &Broker) {
    let about = || format!("{case:?}\nfrom {from:#?}\nto {broker:#?}");
    assert_eq!(client.unfinished(), 0, "{}", about());
    assert_eq!(client.stored(), case.messages.len() as u64, "{}", about());
    for (number, qos) in (1..).zip(case.messages) {
        let count = broker.deliveries(number);
        assert!(count > 0 || broker.is_excused(number), "{number} is lost: {}", about());
        let is_once = *qos == QoS::AtLeastOnce || broker.has_lost_session() || count <= 1;
        assert!(is_once, "{number} came {count} times: {}", about());
    }
    for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce].into_iter().filter(|_| !broker.has_orphans()) {
        let order = broker.order().iter().filter(|it| case.messages[**it as usize - 1] == qos);
        assert!(order.is_sorted(), "{}", about());
    }
}

const ONE: QoS = QoS::AtLeastOnce;
const TWO: QoS = QoS::ExactlyOnce;

fn all(messages: &'static [QoS], ids: u64, sessions: &[bool], crashes_after_cut: bool) {
    for method in [Method::A, Method::B] {
        let faults = sessions.iter().flat_map(|it| [(false, *it), (true, *it)]);
        for (loses_power, loses_session) in faults {
            let case =
                Case { messages, method, ids, loses_power, loses_session, crashes_after_cut };
            let (worlds, runs) = enumerate(case);
            println!("{case:?}: {worlds} worlds, {runs} runs");
            assert!(worlds > 10 && runs > 100);
        }
    }
}

#[test]
fn a_message_at_qos_2_survives_every_crash_after_every_broken_connection() {
    all(&[TWO], 65_535, &[false, true], true);
}

#[test]
fn messages_at_qos_2_survive_every_crash() {
    all(&[TWO, TWO], 65_535, &[false], false);
}

#[test]
#[ignore = "minutes"]
fn messages_at_qos_2_survive_every_crash_and_every_lost_session() {
    all(&[TWO, TWO], 65_535, &[true], false);
}

#[test]
fn messages_at_both_levels_survive_every_crash() {
    all(&[ONE, TWO], 65_535, &[false, true], false);
}

#[test]
fn packet_identifiers_that_come_again_mean_nothing_else() {
    all(&[TWO, TWO, TWO], 2, &[false], false);
}
