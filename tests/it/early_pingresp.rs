//! Brokers that answer PINGREQ before they send what is stored, as aedes does: the stored set ends with silence, and
//! each pass over it with it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{Conn, Mqtt, Packet, Peer, Publish};

const VERSIONS: [&str; 2] = ["3.1.1", "5"];

const TOPICS: usize = 200;

/// The topics that are stored, and how often somebody subscribed to them.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<(Vec<String>, usize)>>);

impl Store {
    fn full() -> Self {
        let topics = (0..TOPICS).map(|topic| format!("a/{topic}")).collect();
        Self(Arc::new(Mutex::new((topics, 0))))
    }

    fn subscribe(&self) -> VecDeque<String> {
        let mut inner = self.0.lock().unwrap();
        inner.1 += 1;
        inner.0.iter().cloned().collect()
    }

    fn remove(&self, topic: &str) {
        self.0.lock().unwrap().0.retain(|stored| stored != topic);
    }

    fn holds(&self, topic: &str) -> bool {
        self.0.lock().unwrap().0.iter().any(|stored| stored == topic)
    }

    /// How many are left, and how often somebody subscribed.
    fn seen(&self) -> (usize, usize) {
        let inner = self.0.lock().unwrap();
        (inner.0.len(), inner.1)
    }
}

/// Answers each PINGREQ at once, and sends one stored message after each thing that the client says from then on.
fn trickle(conn: &mut Conn, store: &Store) {
    let mut due = VecDeque::new();
    conn.serve_but(|conn, packet| {
        let is_handled = match packet {
            Packet::Subscribe(subscribe) => {
                conn.suback(subscribe.id, &[0]);
                due = store.subscribe();
                return true;
            }
            Packet::Unsubscribe(_) => {
                due.clear();
                false
            }
            Packet::PingReq => {
                conn.pingresp();
                true
            }
            Packet::Publish(removal) => {
                assert!(removal.payload.is_empty() && removal.retain);
                store.remove(&removal.topic);
                conn.puback(removal.id.expect("an identifier"), 0);
                true
            }
            _ => false,
        };
        if let Some(topic) = due.pop_front()
            && store.holds(&topic)
        {
            conn.publish(&Publish::new(&topic, "x").retain());
        }
        is_handled
    });
}

/// Answers each PINGREQ at once, and sends all that is stored a moment later.
fn send_late(conn: &mut Conn, store: &Store) {
    conn.serve_but(|conn, packet| match packet {
        Packet::Subscribe(subscribe) => {
            conn.suback(subscribe.id, &[0]);
            true
        }
        Packet::PingReq => {
            conn.pingresp();
            conn.stall_for(Duration::from_millis(50));
            for topic in store.subscribe() {
                conn.publish(&Publish::new(&topic, "x").retain());
            }
            true
        }
        Packet::Publish(removal) => {
            store.remove(&removal.topic);
            false
        }
        _ => false,
    });
}

fn run(peer: &Peer, command: &str, version: &str, options: &str) -> Mqtt {
    let run = peer.mqtt(command).args(["-V", version]).line(options);
    run.stdout_anything().deadline(Duration::from_secs(60))
}

/// Runs on a broker like this; every topic must be printed once.
#[track_caller]
fn finds_all(script: fn(&mut Conn, &Store), command: &str, version: &str, options: &str) -> Store {
    let store = Store::full();
    let shared = store.clone();
    let peer = Peer::script(move |conn| script(conn, &shared));
    let run = run(&peer, command, version, options).stderr_anything().run();
    assert_eq!(run.stdout_text().lines().count(), TOPICS, "{run}");
    store
}

#[test]
fn stored_messages_that_trickle_in_after_the_answer_are_removed_in_a_few_passes() {
    for version in VERSIONS {
        let store = finds_all(trickle, "clear-retained", version, "a/#");
        let (left, passes) = store.seen();
        assert!(left == 0 && passes < 5, "{left} left after {passes} passes");
    }
}

#[test]
fn stored_messages_that_come_late_are_removed_in_a_few_passes() {
    for version in VERSIONS {
        let store = finds_all(send_late, "clear-retained", version, "a/#");
        let (left, passes) = store.seen();
        assert!(left == 0 && passes < 5, "{left} left after {passes} passes");
    }
}

#[test]
fn a_dry_run_finds_them_all_in_one_pass() {
    for version in VERSIONS {
        let store = finds_all(send_late, "clear-retained", version, "a/# --dry-run");
        assert_eq!(store.seen(), (TOPICS, 1));
    }
}

#[test]
fn a_subscriber_to_what_is_stored_gets_all_of_it() {
    for version in VERSIONS {
        let store = finds_all(send_late, "sub", version, "-t a/# --retained-only");
        assert_eq!(store.seen(), (TOPICS, 1));
        let removing = "-t a/# --retained-only --remove-retained";
        let store = finds_all(trickle, "sub", version, removing);
        assert_eq!(store.seen(), (0, 1));
    }
}
