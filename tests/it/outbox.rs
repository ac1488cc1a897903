//! `mqtt pub --outbox`: what is stored, what is sent and how, what is refused, and how runs end.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::stream::PATIENCE;
use crate::support::{Mqtt, Peer, Properties, Publish, property};

/// A directory for an outbox.
pub fn place() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let path = home.path().join("box");
    (home, path)
}

pub fn publish(peer: &Peer, path: &Path, line: &str) -> Mqtt {
    peer.mqtt("pub").arg("--outbox").arg(path).line(line)
}

/// The lines of all segments.
pub fn records(path: &Path) -> Vec<String> {
    let mut names: Vec<PathBuf> = fs::read_dir(path)
        .expect("an outbox")
        .map(|entry| entry.expect("an entry").path())
        .filter(|it| it.extension().is_some_and(|it| it == "ndjson"))
        .filter(|it| !it.ends_with("refused.ndjson"))
        .collect();
    names.sort();
    let text: String =
        names.iter().map(|name| fs::read_to_string(name).expect("a segment")).collect();
    text.lines().map(str::to_owned).collect()
}

pub fn segment(path: &Path) -> PathBuf {
    path.join("0000000000000001.ndjson")
}

#[test]
fn a_message_is_gone_from_the_outbox_when_the_broker_has_it() {
    for (qos, version) in [("1", "5"), ("2", "5"), ("1", "3.1.1"), ("2", "3.1.1")] {
        let (_home, path) = place();
        let peer = Peer::script(|conn| {
            let connect = conn.accept();
            assert!(!connect.clean_start, "the session outlives the run");
            let publish = conn.take();
            assert_eq!((publish.id, publish.dup), (Some(2), false), "1 + its number");
            conn.expect_goodbye();
        });
        publish(&peer, &path, "-t t -m x -q").args([qos, "-V", version]).run();
        let record = peer.finish();
        if version == "5" {
            let forever = record.connects[0].properties.clone();
            assert_eq!(forever, Properties::new().four(property::SESSION_EXPIRY, u32::MAX));
        }
        assert!(records(&path).is_empty());
    }
}

#[test]
fn without_a_broker_messages_are_stored_and_the_next_run_sends_them_in_order() {
    let (_home, path) = place();
    let peer = Peer::accepting();
    let stopped = Mqtt::at("pub", 1).arg("--outbox").arg(&path);
    let stored = format!("mqtt: cannot connect to *; 0 delivered, 1 stored in {}", path.display());
    stopped.line("-t t -m one -q 1").status(3).stderr_line(&stored).run();
    let label = fs::read_to_string(path.join("box")).expect("a label");
    // The label of the outbox, as if it had been made for this broker.
    let label = label.replace("127.0.0.1:1\"", &format!("{}\"", peer.address()));
    fs::write(path.join("box"), &label).expect("the label can be changed");
    publish(&peer, &path, "-t t -m two -m three -q 1").run();
    let record = peer.finish();
    assert_eq!(record.payloads(), ["one", "two", "three"]);
    assert!(label.contains(&record.connects[0].client_id), "{label}");
    assert!(records(&path).is_empty());
}

#[test]
fn later_stores_without_a_connection_and_the_outbox_alone_sends() {
    let (_home, path) = place();
    let peer = Peer::accepting();
    for line in ["-m 1 -t a -r -q 1", "-m 2 -t a -t b -q 2", "-l -t c -q 1"] {
        publish(&peer, &path, line).arg("--later").stdin("3\n4\n").run();
    }
    let stored = records(&path);
    assert_eq!(stored.len(), 5);
    assert!(stored[0].ends_with(r#""topic":"a","qos":1,"retain":true,"payload":"1"}"#));
    publish(&peer, &path, "").run();
    let record = peer.finish();
    assert_eq!(record.connections, 1, "storing needs no connection");
    let sent: Vec<_> = record
        .publishes
        .iter()
        .map(|it| format!("{} {} {} {}", it.topic, it.text(), it.qos, it.retain))
        .collect();
    assert_eq!(sent, ["a 1 1 true", "a 2 2 false", "b 2 2 false", "c 3 1 false", "c 4 1 false"]);
}

#[test]
fn an_empty_outbox_needs_no_connection() {
    let (_home, path) = place();
    let peer = Peer::untouched();
    publish(&peer, &path, "").run();
    publish(&peer, &path, "").run();
    peer.finish();
}

#[test]
fn records_by_json_need_a_qos_each() {
    let (_home, path) = place();
    let peer = Peer::accepting();
    let lines = "{\"topic\":\"a\",\"qos\":1}\n{\"topic\":\"b\"}\n{\"topic\":\"c\",\"qos\":2}\n";
    let message = "line 2: an outbox needs QoS 1 or 2";
    let stops = publish(&peer, &path, "--json").stdin(lines).status(2);
    stops.stderr_contains(message).run();
    let skips = publish(&peer, &path, "--json --skip-invalid").stdin(lines).status(2);
    skips.stderr_contains(message).run();
    let topics: Vec<String> = peer.finish().publishes.into_iter().map(|it| it.topic).collect();
    assert_eq!(topics, ["a", "a", "c"]);
}

#[test]
fn what_an_outbox_cannot_do_is_refused_before_anything_happens() {
    let (_home, path) = place();
    let peer = Peer::untouched();
    for (line, message) in [
        ("-t t -m x", "an outbox needs QoS 1 or 2"),
        ("-t t -l -q 0", "an outbox needs QoS 1 or 2"),
        ("--json -q 0", "an outbox needs QoS 1 or 2"),
        ("-t t -m x -q 1 --topic-alias 1", "--topic-alias has no effect with --outbox"),
        ("--later", "--later has no effect without a message"),
        ("-t t", "--topic has no effect without a message"),
        ("-q 1", "--qos has no effect without a message"),
        ("-r", "--retain has no effect without a message"),
        ("-t t -m x -q 1 -V 3.1", "an outbox needs MQTT 3.1.1 or 5"),
        ("-t t -m x -q 1 -x 0", "--session-expiry must not be 0"),
        ("-t t -m x -q 1 --later -x 0", "--session-expiry must not be 0"),
        (
            "-t t -m x -q 1 -D disconnect session-expiry-interval 0",
            "-D disconnect session-expiry-interval must not be 0",
        ),
        ("-t t -m x -q 1 --outbox-limit 0", "a size is a number of bytes"),
        ("-t t -m x -q 1 --outbox-sync often", "invalid value 'often'"),
    ] {
        publish(&peer, &path, line).status(2).stderr_contains(message).run();
    }
    for line in ["--later", "--outbox-limit 1M", "--outbox-sync never"] {
        peer.mqtt("pub").line("-t t -m x -q 1").line(line).status(2).stderr_anything().run();
    }
    assert!(!path.exists());
    peer.finish();
}

#[test]
fn an_outbox_is_for_one_broker_and_one_client_id() {
    let (_home, path) = place();
    let peer = Peer::untouched();
    publish(&peer, &path, "-t t -m x -q 1 -i meter --later").run();
    let other = Mqtt::new("pub").arg("--outbox").arg(&path).line("-L mqtt://other.invalid");
    let message = format!("* is for mqtt://{}, not mqtt://other.invalid:1883", peer.address());
    other
        .status(2)
        .stderr_line(&message)
        .stderr_contains("hint: use another directory; to send its messages: mqtt pub --outbox")
        .run();
    let message = "* is for client id meter, not another";
    publish(&peer, &path, "-i another").status(2).stderr_line(message).stderr_anything().run();
    peer.finish();
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_can_write_or_that_is_none_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let (home, path) = place();
    let peer = Peer::untouched();
    for mode in [0o770, 0o707, 0o702] {
        let open = home.path().join(format!("{mode:o}"));
        fs::create_dir(&open).expect("a directory");
        fs::set_permissions(&open, fs::Permissions::from_mode(mode)).expect("its mode");
        let refused = publish(&peer, &open, "-t t -m x -q 1").status(2);
        refused.stderr_contains("others can write to the outbox").run();
    }
    let outbox = home.path().join("outbox-of-ours");
    publish(&peer, &outbox, "-t t -m x -q 1 --later").run();
    let new = outbox.join("new");
    fs::set_permissions(&new, fs::Permissions::from_mode(0o777)).expect("its mode");
    let message = format!(
        "*others can write to the outbox {0}; to change that: chmod go-w {0}",
        new.display()
    );
    for line in ["-t t -m x -q 1", "-t t -m x -q 1 --later", ""] {
        publish(&peer, &outbox, line).status(2).stderr_line(&message).run();
    }
    fs::remove_dir(&new).expect("it is empty");
    for file in [&new, &path] {
        fs::write(file, "").expect("a file");
        let at = file.parent().filter(|it| it.ends_with("outbox-of-ours")).unwrap_or(file);
        publish(&peer, at, "-t t -m x -q 1").status(2).stderr_contains("not a directory").run();
    }
    peer.finish();
}

#[test]
fn what_the_broker_refuses_is_kept_aside() {
    let (_home, path) = place();
    let peer = Peer::script(|conn| {
        conn.accept();
        let first = conn.expect_publish();
        conn.puback(first.id.expect("an id"), 0x87);
        conn.take();
        conn.expect_goodbye();
    });
    publish(&peer, &path, "-t t -m no -m yes -q 1")
        .status(5)
        .stderr_contains("message 1 refused: 0x87 Not authorized")
        .stderr_contains("1 delivered, 1 refused, 0 stored in")
        .run();
    peer.finish();
    let kept = fs::read_to_string(path.join("refused.ndjson")).expect("what was refused");
    assert!(kept.ends_with("\"payload\":\"no\"}\n"), "{kept}");
    assert!(records(&path).is_empty());
}

/// Sets the time of all records.
fn date(path: &Path, time: &str) {
    let text = fs::read_to_string(segment(path)).expect("a segment");
    let lines = text.lines().map(|line| format!("{{\"time\":\"{time}{}\n", &line[39..]));
    fs::write(segment(path), lines.collect::<String>()).expect("it can be written");
}

#[test]
fn time_in_the_box_counts_and_what_is_over_is_kept_aside() {
    let (_home, path) = place();
    let peer = Peer::script(|conn| {
        conn.accept();
        let publish = conn.take();
        let left = publish.properties.number(property::MESSAGE_EXPIRY).expect("an expiry");
        assert!(left < u32::MAX - 1 - 24 * 3600, "{left}");
        assert_eq!(publish.text(), "long");
        conn.expect_goodbye();
    });
    publish(&peer, &path, "-t t -m short -q 1 --expiry 1h --later").run();
    publish(&peer, &path, "-t t -m long -q 1 --expiry 4294967294 --later").run();
    date(&path, "2024-01-01T00:00:00.000000000Z");
    publish(&peer, &path, "")
        .status(5)
        .stderr_contains("message 1 expired in the outbox")
        .stderr_contains("1 delivered, 1 expired, 0 stored in")
        .run();
    peer.finish();
    let kept = fs::read_to_string(path.join("refused.ndjson")).expect("what expired");
    assert_eq!(kept.lines().count(), 1);
    assert!(kept.contains("\"payload\":\"short\""), "{kept}");
}

/// Such a message may be the one that the broker already has.
#[test]
fn what_has_expired_but_may_have_been_sent_is_completed_with_the_shortest_lifetime() {
    let (_home, path) = place();
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().two(property::RECEIVE_MAXIMUM, 1));
        let one = conn.expect_publish();
        assert!(one.properties.number(property::MESSAGE_EXPIRY) > Some(1));
        conn.cut();
    })
    .then(|conn| {
        conn.resume();
        for (id, text) in [(2, "one"), (3, "two")] {
            let publish = conn.take();
            assert_eq!((publish.id, publish.dup, &*publish.text()), (Some(id), true, text));
            assert_eq!(publish.properties.number(property::MESSAGE_EXPIRY), Some(1));
        }
        conn.expect_goodbye();
    });
    let line = "-t t -m one -m two -q 1 --expiry 1h --reconnect never";
    publish(&peer, &path, line).status(6).stderr_contains("0 delivered, 2 stored in").run();
    date(&path, "2024-01-01T00:00:00.000000000Z");
    publish(&peer, &path, "").run();
    peer.finish();
    assert!(records(&path).is_empty());
}

#[test]
fn a_last_line_without_its_end_is_cut_wherever_that_is() {
    let (home, path) = place();
    let peer = Peer::untouched();
    publish(&peer, &path, "-t t -m one -m two -m three -q 1 --later").run();
    let text = fs::read(segment(&path)).expect("a segment");
    let last = text[..text.len() - 1].iter().rposition(|it| *it == b'\n').expect("lines") + 1;
    let peer = Peer::accepting();
    for cut in last..=text.len() {
        let copy = home.path().join(cut.to_string());
        fs::create_dir(&copy).expect("a directory");
        fs::set_permissions(&copy, fs::metadata(&path).expect("a mode").permissions())
            .expect("a mode");
        fs::write(segment(&copy), &text[..cut]).expect("a segment");
        publish(&peer, &copy, "-t t -m four -q 1").run();
    }
    let payloads = peer.finish().payloads();
    let whole = text.len() - last;
    let expected = ["one", "two", "four"].repeat(whole);
    assert_eq!(payloads[..3 * whole], expected);
    assert_eq!(payloads[3 * whole..], ["one", "two", "three", "four"]);
}

#[test]
fn any_other_line_that_cannot_be_read_stops_everything() {
    let (_home, path) = place();
    let peer = Peer::untouched();
    publish(&peer, &path, "-t t -m one -m two -m three -q 1 --later").run();
    let text = fs::read_to_string(segment(&path)).expect("a segment");
    for (from, to) in [("\"two\"}", "\"two\""), ("\"two\"", "two"), ("\"qos\":1", "\"qos\":0")] {
        let at = text.find("two").expect("a line");
        let start = text[..at].rfind('\n').expect("a line before it") + 1;
        let broken = format!("{}{}", &text[..start], text[start..].replacen(from, to, 1));
        fs::write(segment(&path), broken).expect("it can be written");
        let message = format!("mqtt: {} line 2: *", segment(&path).display());
        publish(&peer, &path, "-t t -m x -q 1").status(1).stderr_line(&message).run();
    }
    fs::write(segment(&path), text).expect("it can be written");
    fs::write(path.join("state"), "sent 1\nlost 7\n").expect("it can be written");
    let message = format!("mqtt: {}/state line 2: not a mark", path.display());
    publish(&peer, &path, "").status(1).stderr_line(&message).run();
    fs::write(path.join("state"), "done 999999999999\n").expect("it can be written");
    let message = "mqtt: */state: message 999999999999 cannot have been sent";
    publish(&peer, &path, "").status(1).stderr_line(message).run();
    for mark in ["first", "sent", "received", "done"] {
        fs::write(path.join("state"), format!("{mark} {}\n", u64::MAX)).expect("it can be written");
        let message = "mqtt: */state line 1: not a mark";
        publish(&peer, &path, "").status(1).stderr_line(message).run();
    }
    peer.finish();
}

#[test]
fn a_full_outbox_takes_no_more() {
    let (_home, path) = place();
    let peer = Peer::accepting();
    let limited = |line: &str| publish(&peer, &path, line).line("-t t -q 1 --outbox-limit 150");
    limited("-m one --later").run();
    limited("-m two --later").run();
    let message = format!("mqtt: the outbox is full: {}", path.display());
    limited("-m three --later").status(1).stderr_line(&message).run();
    limited("-l --later").stdin("four\n").status(1).stderr_line(&message).run();
    // A run that sends makes room.
    limited("-m five").run();
    limited("-l").stdin("six\nseven\neight\nnine\n").run();
    let sent = ["one", "two", "five", "six", "seven", "eight", "nine"];
    assert_eq!(peer.finish().payloads(), sent);
}

#[test]
fn a_full_outbox_without_a_broker_says_so_instead_of_what_else_went_wrong() {
    let (_home, path) = place();
    let full = |line: &str| Mqtt::at("pub", 1).arg("--outbox").arg(&path).line(line);
    full("-t t -m one -q 1 --outbox-limit 10 --later").run();
    let message =
        format!("mqtt: the outbox is full: {}; 0 delivered, 1 stored in *", path.display());
    full("-t t -m two -q 1 --outbox-limit 10").status(1).stderr_line(&message).run();
    assert_eq!(records(&path).len(), 1);
}

/// The PUBLISH packets received, with packet identifiers and DUP flags.
pub fn told(publishes: &[Publish]) -> Vec<String> {
    let told = |it: &Publish| format!("{} {:?} {}", it.text(), it.id, it.dup);
    publishes.iter().map(told).collect()
}

#[test]
fn a_later_run_goes_on_in_the_session_where_the_last_one_stopped() {
    for version in ["5", "3.1.1"] {
        let (_home, path) = place();
        let peer = Peer::script(|conn| {
            conn.accept();
            let one = conn.expect_publish();
            conn.expect_publish();
            conn.pubrec(one.id.expect("an id"), 0);
            assert_eq!(conn.expect_pubrel().id, 2);
            conn.cut();
        })
        .then(|conn| {
            conn.resume();
            assert_eq!(conn.expect_pubrel().id, 2, "received, and never published again");
            let two = conn.expect_publish();
            assert_eq!((two.id, two.dup), (Some(3), true));
            conn.pubrec(3, 0);
            conn.pubcomp(2, 0);
            assert_eq!(conn.expect_pubrel().id, 3);
            conn.pubcomp(3, 0);
            conn.expect_goodbye();
        });
        publish(&peer, &path, "-t t -m one -m two -q 2 --reconnect never -V")
            .arg(version)
            .status(6)
            .stderr_contains("0 delivered, 2 stored in")
            .run();
        publish(&peer, &path, "-V").arg(version).run();
        let record = peer.finish();
        assert_eq!(
            told(&record.publishes),
            ["one Some(2) false", "two Some(3) false", "two Some(3) true"]
        );
        assert_eq!(record.connects[0].client_id, record.connects[1].client_id);
        assert!(records(&path).is_empty());
    }
}

#[test]
fn a_session_that_the_broker_has_lost_is_sent_anew_and_that_is_said() {
    for version in ["5", "3.1.1"] {
        for reconnect in ["never", "lost"] {
            let (_home, path) = place();
            let peer = Peer::script(|conn| {
                conn.accept();
                conn.expect_publish();
                let two = conn.expect_publish();
                conn.pubrec(two.id.expect("an id"), 0);
                assert_eq!(conn.expect_pubrel().id, 3);
                conn.cut();
            })
            .then(|conn| {
                conn.serve();
            });
            let first = publish(&peer, &path, "-t t -m one -m two -q 2 -V").arg(version);
            let first = first.args(["--reconnect", reconnect]);
            let said = "the session was lost: republished 2, duplicates possible";
            if reconnect == "never" {
                first.status(6).stderr_anything().run();
                let second = publish(&peer, &path, "-V").arg(version);
                second.stderr_contains(said).run();
            } else {
                first.stderr_contains(said).run();
            }
            let told = told(&peer.finish().publishes);
            let both = ["one Some(2) false", "two Some(3) false"];
            assert_eq!(told, both.repeat(2), "{version} {reconnect}");
        }
    }
}

#[test]
fn what_breaks_the_protocol_leaves_the_rest_stored() {
    let (_home, path) = place();
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.expect_publish();
        conn.pubcomp(2, 0);
        conn.expect_closed();
    });
    publish(&peer, &path, "-t t -m one -m two -q 2 --reconnect never")
        .status(6)
        .stderr_contains("0 delivered, 2 stored in")
        .run();
    peer.finish();
    assert_eq!(records(&path).len(), 2);
}

#[test]
fn a_message_that_the_broker_hangs_up_on_is_kept_aside() {
    let (_home, path) = place();
    let peer = Peer::each(|conn| conn.serve_but_for_secrets());
    let lines = "{\"topic\":\"a\",\"qos\":1}\n{\"topic\":\"secret/x\",\"qos\":1}\n{\"topic\":\"b\",\"qos\":1}\n";
    publish(&peer, &path, "--json")
        .stdin(lines)
        .status(5)
        .stderr_contains("2 delivered, 1 refused, 0 stored in")
        .run();
    peer.finish();
    let kept = fs::read_to_string(path.join("refused.ndjson")).expect("what was refused");
    assert!(kept.lines().count() == 1 && kept.contains("secret/x"), "{kept}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_takes_no_more_ends_the_run_at_once_and_keeps_what_was_promised() {
    let (_home, path) = place();
    let peer = Peer::script(|conn| {
        conn.accept();
        let publish = conn.expect_publish();
        conn.puback(publish.id.expect("an id"), 0x87);
        conn.expect_goodbye();
    });
    publish(&peer, &path, "-t t -m one -q 1 --later").run();
    std::os::unix::fs::symlink("/dev/full", path.join("refused.ndjson")).expect("a link");
    let message = "mqtt: cannot write *refused.ndjson: No space left on device; undelivered messages stay in *";
    publish(&peer, &path, "")
        .status(1)
        .stderr_contains("message 1 refused")
        .stderr_line(message)
        .run();
    peer.finish();
    assert_eq!(records(&path).len(), 1);
}

#[test]
fn the_records_of_an_outbox_can_be_published_by_hand() {
    let (_home, path) = place();
    let peer = Peer::accepting();
    let bytes = b"\xff\0binary";
    publish(&peer, &path, "-t a/b -s -q 2 -r --content-type x --user-property k=v --later")
        .stdin(bytes)
        .run();
    peer.mqtt("pub").arg("--json").stdin(fs::read(segment(&path)).expect("a segment")).run();
    publish(&peer, &path, "").run();
    let publishes = peer.finish().publishes;
    let [by_hand, from_box] = &publishes[..] else { panic!("{publishes:?}") };
    let same = |it: &Publish| Publish { id: None, dup: false, ..it.clone() };
    assert_eq!(same(by_hand), same(from_box));
}

#[test]
fn several_segments_are_sent_or_saved_by_hand_in_their_order() {
    let (home, path) = place();
    let peer = Peer::accepting();
    let large = home.path().join("large");
    fs::write(&large, vec![b'x'; 9 << 20]).expect("a large payload");
    for topic in ["one", "two", "three"] {
        let run = publish(&peer, &path, "-q 1 --later -t").arg(topic).arg("-f").arg(&large);
        run.deadline(PATIENCE).run();
    }
    let segments: Vec<_> = fs::read_dir(&path).expect("it is there").flatten().collect();
    let mut segments: Vec<_> = segments.iter().map(|it| it.path()).collect();
    segments.retain(|path| path.extension().is_some_and(|it| it == "ndjson"));
    segments.sort();
    assert_eq!(segments.len(), 2, "{segments:?}");
    let all: Vec<u8> = segments.iter().flat_map(|it| fs::read(it).expect("a segment")).collect();
    peer.mqtt("pub").arg("--json").stdin(all).deadline(PATIENCE).run();
    publish(&peer, &path, "").deadline(PATIENCE).run();
    let topics: Vec<String> =
        peer.finish().publishes.iter().map(|publish| publish.topic.clone()).collect();
    assert_eq!(topics, ["one", "two", "three", "one", "two", "three"]);
    assert!(segments.iter().all(|it| !it.exists()), "{segments:?}");
}

#[test]
fn a_directory_that_vanishes_ends_the_run_at_once() {
    for moved in [false, true] {
        let (home, path) = place();
        let peer = Peer::accepting();
        let run = publish(&peer, &path, "-t t -l -q 1 --events /dev/stdout").stdout_anything();
        let run = run.stdin_open().status(1);
        let mut run = run.stderr_contains("No such file or directory").spawn();
        run.write_stdin("one\n");
        run.wait_for_output("delivered");
        let elsewhere = home.path().join("elsewhere");
        fs::rename(&path, &elsewhere).expect("it can be moved");
        if !moved {
            fs::remove_dir_all(&elsewhere).expect("it can be removed");
        }
        run.write_stdin("two\n");
        run.wait();
        peer.finish();
        assert!(!path.exists(), "it was made again");
    }
}

#[test]
fn an_outbox_has_the_pace_of_its_run() {
    let (_home, path) = place();
    let peer = Peer::accepting();
    publish(&peer, &path, "-t t -m old -q 1 --later").run();
    let started = Instant::now();
    publish(&peer, &path, "-t t -l -q 1 --rate 20").stdin("1\n2\n3\n4\n5\n").run();
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert_eq!(peer.finish().payloads(), ["old", "1", "2", "3", "4", "5"]);
}
