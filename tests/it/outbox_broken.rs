//! Outboxes that somebody has changed by hand, or whose process died: nothing is lost without a word.

use std::fs;

use crate::outbox::{place, publish, records, segment, told};
use crate::support::Peer;

/// The last message of the first file would be taken for the one of the second, and lost.
#[test]
fn a_file_that_begins_with_a_message_of_the_one_before_stops_everything() {
    let (_home, path) = place();
    let peer = Peer::untouched();
    publish(&peer, &path, "-t t -m one -m two -m three -q 1 --later").run();
    fs::copy(segment(&path), path.join("0000000000000003.ndjson")).expect("it can be copied");
    let message = "mqtt: */0000000000000001.ndjson line 3: the next file begins with this message";
    publish(&peer, &path, "").status(1).stderr_line(message).run();
    assert_eq!(records(&path).len(), 6);
    peer.finish();
}

/// Their records may be lost if they were not synced, but the broker may be in the middle of receiving them.
#[test]
fn a_packet_id_that_was_sent_is_not_used_for_another_message() {
    let (_home, path) = place();
    let peer = Peer::each(|conn| {
        conn.resume();
        conn.serve();
    });
    publish(&peer, &path, "-t t -m one -q 2 --later").run();
    fs::write(path.join("state"), "sent 3\n").expect("it can be written");
    publish(&peer, &path, "-t t -m new -q 2").run();
    let sent = peer.finish().publishes;
    assert_eq!(told(&sent), ["one Some(2) true", "new Some(5) false"]);
}

#[test]
fn what_a_process_left_that_died_while_it_wrote_is_removed() {
    let (_home, path) = place();
    let peer = Peer::accepting();
    publish(&peer, &path, "-t t -m one -q 1 --later").run();
    let left = path.join(".new-state.4711");
    fs::write(&left, "first").expect("it can be written");
    publish(&peer, &path, "").run();
    assert!(!left.exists());
    assert_eq!(peer.finish().payloads(), ["one"]);
}
