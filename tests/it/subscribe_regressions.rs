//! What a review found wrong in `mqtt sub`, each mended and kept mended: counting without a connection, echoes, ends,
//! memory, files, and what is told.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::support::{
    Conn, Delivery, Mosquitto, Mqtt, Output, Peer, Publish, Record, Running, Signal, free_port,
};

/// Far more than any of this takes, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").line(options)
}

fn stored(topic: &str, payload: &str) -> Publish {
    Publish::new(topic, payload).retain()
}

/// A script of one connection; the client has subscribed and asked where the set ends.
fn after_ping(script: impl FnOnce(&mut Conn) + Send + 'static) -> Peer {
    Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        script(conn);
    })
}

#[track_caller]
fn refuses(options: &str, culprit: &str) {
    let peer = Peer::untouched();
    peer.mqtt("sub").line(options).status(2).stderr_contains(culprit).run();
    peer.finish();
}

#[track_caller]
fn confirm_removal(conn: &mut Conn, topic: &str) {
    let removal = conn.expect_publish();
    let id = removal.id.expect("an identifier");
    assert_eq!(removal, stored(topic, "").qos(1, id));
    conn.puback(id, 0);
}

/// Eight messages of this size come while the reader is stuck, and these many of them at least are taken before the
/// connection is cut. The reader goes on while nobody lets the client in. Then four more come.
#[track_caller]
fn counts_what_is_written_meanwhile(size: usize, taken: usize) {
    let drained = Arc::new(AtomicBool::new(false));
    let may_resume = Arc::clone(&drained);
    let message = move |number: u16| {
        let topic = format!("t/{number}");
        Publish::new(&topic, &"x".repeat(if number > 8 { 1 } else { size })).qos(1, number)
    };
    let peer = Peer::each(move |conn| {
        if !may_resume.load(Ordering::SeqCst) {
            conn.expect_connect();
            return conn.cut();
        }
        conn.resume();
        for number in 9..=12 {
            conn.publish(&message(number));
        }
        for number in 9..=12 {
            assert_eq!(conn.expect_puback().id, number);
        }
        conn.reached("acknowledged");
        conn.expect_goodbye();
    })
    .then(move |conn| {
        conn.accept_subscriber();
        for number in 1..=8 {
            conn.publish(&message(number));
        }
        conn.wait_for("taken");
        conn.cut();
    });
    let (mut reader, writer) = std::io::pipe().unwrap();
    let run = subscribe(&peer, "-q 1 -k 1 --events -").stdout_to(writer).deadline(PATIENCE);
    let mut running = run.status(143).stderr_anything().spawn();
    running.wait_for_stderr_line(&format!("\"topic\":\"t/{taken}\""));
    peer.reached("taken");
    running.wait_for_stderr_line("reconnecting");
    let mut printed = vec![0; taken * (size + 1)];
    reader.read_exact(&mut printed).unwrap();
    drained.store(true, Ordering::SeqCst);
    let rest = std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    peer.wait_for("acknowledged");
    running.signal(Signal::Terminate);
    running.wait();
    rest.join().unwrap().unwrap();
}

#[test]
fn what_is_written_while_there_is_no_connection_is_counted() {
    // All together they do not make the output full.
    counts_what_is_written_meanwhile(30_000, 8);
}

#[test]
fn what_is_written_while_there_is_no_connection_is_counted_when_the_output_was_full() {
    counts_what_is_written_meanwhile(100_000, 3);
}

#[test]
fn the_echo_of_a_removal_is_neither_printed_nor_counted() {
    for echo_first in [true, false] {
        let peer = Peer::script(move |conn| {
            assert!(!conn.accept_subscriber().filters[0].no_local);
            conn.publish(&stored("one", "1"));
            let id = conn.expect_publish().id.expect("an identifier");
            if !echo_first {
                conn.puback(id, 0);
            }
            conn.publish(&Publish::new("one", "").qos(1, 5));
            assert_eq!(conn.expect_puback().id, 5);
            if echo_first {
                conn.puback(id, 0);
            }
            // What others say is no echo: nobody removed this, and that was heard already.
            conn.publish(&Publish::new("two", ""));
            conn.publish(&Publish::new("one", ""));
            conn.expect_goodbye();
        });
        let run = peer.mqtt("sub").line("-V 3.1.1 -t # -q 1 -v --remove-retained -C 3");
        run.stdout("one 1\ntwo \none \n").run();
    }
}

#[test]
fn a_real_broker_echoes_removals_and_they_are_not_counted() {
    let broker = Mosquitto::start();
    broker.mqtt("pub").line("-r -t t -m stored").run();
    let run = broker.mqtt("sub").line("-V 3.1.1 -t # -v --remove-retained -C 2 --events -");
    let mut running = run.stdout("t stored\nt live\n").stderr_anything().spawn();
    running.wait_for_stderr_line("\"outcome\":\"delivered\"");
    broker.mqtt("pub").line("-q 1 -t t -m live").run();
    running.wait();
}

#[test]
fn echoes_of_removals_are_not_asked_for_in_mqtt_5() {
    for (version, options) in [("5", "--remove-retained"), ("auto", "--remove-retained -C 1")] {
        let peer = Peer::script(|conn| {
            let filters = conn.accept_subscriber().filters;
            assert_eq!(filters.len(), 2);
            assert!(filters.iter().all(|filter| filter.no_local), "{filters:?}");
            conn.publish(&stored("t", "x"));
            confirm_removal(conn, "t");
            conn.reached("removed");
            conn.expect_goodbye();
        });
        let run = peer.mqtt("sub").line("-t a -t t/# -V").arg(version).line(options).stdout("x\n");
        let counted = options.contains("-C");
        let run = if counted { run } else { run.status(143).stderr_anything() };
        let running = run.spawn();
        if !counted {
            peer.wait_for("removed");
            running.signal(Signal::Terminate);
        }
        running.wait();
    }
}

#[test]
fn live_messages_do_not_hide_that_the_end_of_the_set_is_overdue() {
    let peer = after_ping(|conn| {
        conn.until_it_speaks(Duration::from_millis(100), |conn| {
            conn.publish(&Publish::new("t", "live"));
        });
        conn.expect_closed();
    });
    let run = subscribe(&peer, "--retained-only --ack-timeout 1s --reconnect never").status(6);
    run.stderr_contains("PINGRESP").run();
}

#[test]
fn stored_messages_show_that_the_end_of_the_set_is_still_to_come() {
    let peer = after_ping(|conn| {
        // Together longer than the time for an answer.
        for _ in 0..10 {
            conn.publish(&stored("t", "x"));
            conn.expect_nothing_for(Duration::from_millis(300));
        }
        conn.pingresp();
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only --ack-timeout 2s").stdout("x\n".repeat(10)).run();
}

#[test]
#[cfg(unix)]
fn a_standard_output_that_does_not_block_is_waited_for() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    const MESSAGES: usize = 2_000;
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for number in 1..=MESSAGES {
            let payload = format!("{number:01000}");
            conn.publish(&Publish::new(&format!("t/{number}"), &payload));
        }
        conn.expect_goodbye();
    });
    let (mut reader, writer) = UnixStream::pair().unwrap();
    writer.set_nonblocking(true).unwrap();
    socket2::SockRef::from(&writer).set_send_buffer_size(8 << 10).unwrap();
    let run = subscribe(&peer, "-N -C").arg(MESSAGES.to_string()).line("--events -");
    let run = run.stdout_to(OwnedFd::from(writer)).stderr_anything().deadline(PATIENCE);
    let mut running = run.spawn();
    // By now there is more than the socket holds.
    running.wait_for_stderr_line("\"topic\":\"t/200\"");
    let mut printed = String::new();
    reader.read_to_string(&mut printed).unwrap();
    running.wait();
    let expected: String = (1..=MESSAGES).map(|number| format!("{number:01000}")).collect();
    assert!(printed == expected, "{} of {} bytes", printed.len(), expected.len());
}

/// Ends the run after a look at its memory, which must stay below so many MiB.
#[track_caller]
#[cfg(target_os = "linux")]
fn needs_less_than(limit: u64, running: Running) {
    let peak = running.peak_memory() / 1024;
    running.signal(Signal::Terminate);
    running.wait();
    assert!(peak < limit, "{peak} MiB");
}

#[test]
#[cfg(target_os = "linux")]
fn tiny_messages_that_are_printed_large_fit_in_little_memory() {
    const MESSAGES: usize = 3_000;
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        // From now on it reads a lot at a time.
        conn.publish(&Publish::new("t", &"x".repeat(100_000)).qos(1, 1));
        assert_eq!(conn.expect_puback().id, 1);
        // They come all at once, and nothing is being written.
        conn.send_raw(&[0x30, 3, 0, 1, b't'].repeat(MESSAGES - 1));
        conn.reached("sent");
        conn.expect_goodbye();
    });
    let (mut reader, writer) = std::io::pipe().unwrap();
    let run = peer.mqtt("sub").line("-V 3.1.1 -t # -q 1 -N -F %65535t --events -");
    let run = run.stdout_to(writer).status(143).stderr_anything().deadline(PATIENCE);
    let mut running = run.spawn();
    let mut message = vec![0; 65_535];
    reader.read_exact(&mut message).unwrap();
    peer.wait_for("sent");
    // Nobody reads what is printed until one of them was taken.
    running.wait_for_stderr_line("\"size\":0");
    for _ in 1..MESSAGES {
        reader.read_exact(&mut message).unwrap();
        assert!(message.ends_with(b"  t"));
    }
    needs_less_than(64, running);
}

#[test]
#[cfg(target_os = "linux")]
fn a_deeply_nested_message_stays_small_when_it_is_indented() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        let payload =
            ["[".repeat(100), "1,".repeat(500_000), "1".to_owned(), "]".repeat(100)].concat();
        conn.publish(&Publish::new("t", &payload).qos(1, 1));
        assert_eq!(conn.expect_puback().id, 1);
        conn.reached("written");
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "-q 1 --json --parse-json --pretty --output /dev/null");
    let running = run.status(143).stderr_anything().deadline(PATIENCE).spawn();
    peer.wait_for("written");
    // Indented all the way it would be 100 MB.
    needs_less_than(64, running);
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    refuses("-t t -U a", "--no-clean-start");
    refuses("-U a --retained-only", "--retained-only");
    refuses("-t t -U a --retained-only", "--retained-only");
    refuses("-t t -U a --retained-only -c -i me", "--retained-only");
    refuses("-t t --retained-only -c -i me", "--no-clean-start");
    for version in ["-V 3.1.1", "-V 5", ""] {
        refuses(&format!("-t $share/g/t --remove-retained {version}"), "$share/g/t");
        refuses(&format!("-t t -t $share/g/t --remove-retained {version}"), "$share/g/t");
    }
    refuses("-t $share/g/t --remove-retained", "--remove-retained");
}

/// Runs `mqtt sub --output FILE` in a directory where the file holds `before`; what it holds then.
#[track_caller]
fn file_after(port: u16, before: &str, prepare: impl FnOnce(Mqtt) -> Mqtt) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("out");
    fs::write(&file, before).unwrap();
    let run = Mqtt::at("sub", port).line("-V 5 -t # --output").arg(&file);
    prepare(run.stderr_anything()).run();
    fs::read_to_string(&file).unwrap()
}

#[test]
fn a_file_keeps_what_it_held_when_the_broker_is_not_reached() {
    let file = file_after(free_port(), "precious", |mqtt| mqtt.status(3));
    assert_eq!(file, "precious");
    let peer = Peer::script(|conn| conn.refuse(0x87, "go away"));
    assert_eq!(file_after(peer.port(), "precious", |mqtt| mqtt.status(4)), "precious");
}

#[test]
fn a_file_is_emptied_when_the_broker_is_reached_and_nothing_comes() {
    for (flags, expected) in [("-E", ""), ("-E --append", "old\n"), ("--idle 200ms", "")] {
        let peer = Peer::each(Conn::serve);
        let file = file_after(peer.port(), "old\n", |mqtt| mqtt.line(flags));
        assert_eq!(file, expected, "{flags}");
    }
}

#[test]
fn a_file_is_emptied_once_and_not_with_each_connection() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one").qos(1, 1));
        assert_eq!(conn.expect_puback().id, 1);
        conn.cut();
    })
    .then(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "two"));
        conn.expect_goodbye();
    });
    let file = file_after(peer.port(), "something longer\n", |mqtt| mqtt.line("-q 1 -C 2"));
    assert_eq!(file, "one\ntwo\n");
}

#[test]
fn a_hyphen_as_output_is_standard_output() {
    let peer = Peer::sending(&[Publish::new("t", "one")]);
    let run = subscribe(&peer, "-C 1 --output -");
    let file = run.path("-");
    let running = run.stdout("one\n").spawn();
    assert!(!file.exists());
    running.wait();
    #[cfg(target_os = "linux")]
    {
        // A terminal is protected however it is named.
        let peer = Peer::sending(&[Publish::new("t", "\x1b[2J")]);
        let run = subscribe(&peer, "-C 1 --color never --output -").in_terminal();
        run.stdout("\\x1b[2J\r\n").run();
    }
}

/// `mqtt sub -C 1` of this one message.
#[track_caller]
fn printed(payload: &str, options: &[&str]) -> Output {
    let peer = Peer::sending(&[Publish::new("t", payload)]);
    subscribe(&peer, "-C 1").args(options).stdout_anything().run()
}

#[test]
fn half_a_surrogate_pair_is_text_and_every_reader_reads_it() {
    for payload in [r#""\ud800""#, r#"["a",{"\uDFFF":1}]"#, r#""\ude00\ud83d""#, r#""\ud800x""#] {
        for options in [&["--json", "--parse-json"][..], &["--json", "--parse-json", "--pretty"]] {
            let output = printed(payload, options);
            // This reader does not take lone surrogates any more than jq does.
            let record: Value = serde_json::from_str(output.stdout_text()).unwrap();
            assert_eq!(record["payload"], payload);
            assert_eq!(record.get("payload_json"), None);
        }
        let output = printed(payload, &["-F", "%J"]);
        let record: Value = serde_json::from_str(output.stdout_text()).unwrap();
        assert_eq!(record["payload"], payload);
    }
    let output = printed(r#"["\ud83d\ude00"]"#, &["--json", "--parse-json"]);
    assert!(output.stdout_text().contains(r#""payload_json":["\ud83d\ude00"]"#), "{output}");
}

/// How often each key stands in this line, which is one object without objects in it.
#[track_caller]
fn keys(line: &str) -> BTreeMap<String, usize> {
    let object: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
    let count = |key: &String| line.matches(&format!("\"{key}\":")).count();
    object.into_keys().map(|key| (key.clone(), count(&key))).collect()
}

#[test]
fn the_event_of_a_refused_connection_has_each_key_once() {
    for (version, connack, code) in [
        ("3.1.1", &[0x20, 2, 0, 5][..], "\"code\":135,"),
        ("3.1.1", &[0x20, 2, 0, 0x77], "\"code\":119"),
        ("5", &[0x20, 3, 0, 0x87, 0], "\"code\":135,"),
        ("5", &[0x20, 2, 0, 5], "\"code\":"),
    ] {
        let peer = Peer::script(move |conn| {
            conn.expect_connect();
            conn.send_raw(connack);
            conn.expect_closed();
        });
        let run = peer.mqtt("sub").line("-t t --reconnect never --events - -V").arg(version);
        let output = run.status(4).stderr_anything().run();
        let events = output.stderr_text().lines().filter(|line| line.starts_with('{'));
        let mut refusal = events.filter(|line| line.contains("\"event\":\"disconnect\""));
        let line = refusal.next().unwrap_or_else(|| panic!("no event\n{output}"));
        assert!(line.contains(code), "{line}");
        assert!(keys(line).values().all(|count| *count == 1), "{line}");
        assert_eq!(refusal.next(), None);
    }
}

#[test]
fn a_set_that_begins_again_is_announced_if_part_of_it_was_printed() {
    const NOTE: &str = "the stored messages come again from the start";
    for (before, expected) in [(&["one"][..], "one\nall\n"), (&[], "all\n")] {
        let peer = after_ping(move |conn| {
            for text in before {
                conn.publish(&stored("t", text).qos(1, 1));
                assert_eq!(conn.expect_puback().id, 1);
            }
            conn.cut();
        })
        .then(|conn| {
            conn.resume();
            conn.grant_subscribe();
            conn.expect_pingreq();
            conn.publish(&stored("t", "all"));
            conn.pingresp();
            conn.expect_goodbye();
        });
        let run = subscribe(&peer, "--retained-only -q 1").stdout(expected);
        let output = run.stderr_contains("connected to").run();
        let notes = output.stderr_text().lines().filter(|line| line.contains(NOTE)).count();
        assert_eq!(notes, before.len(), "{output}");
        let Record { connections, .. } = peer.finish();
        assert_eq!(connections, 2);
    }
}

#[test]
fn each_packet_is_traced_once_however_often_the_output_was_full() {
    // The first make the reader stuck, the second make the output full, and the third come meanwhile.
    const LAST: [u16; 3] = [3, 60, 120];
    let batch = |ids: RangeInclusive<u16>| {
        let packet = |id: u16| [&[0x32, 6, 0, 1, b't'], &id.to_be_bytes()[..], b"x"].concat();
        ids.flat_map(packet).collect::<Vec<_>>()
    };
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        conn.send_raw(&batch(1..=LAST[0]));
        conn.wait_for("stuck");
        conn.send_raw(&batch(LAST[0] + 1..=LAST[1]));
        conn.wait_for("full");
        conn.send_raw(&batch(LAST[1] + 1..=LAST[2]));
        conn.reached("sent");
        for id in 1..=LAST[2] {
            assert_eq!(conn.expect_puback().id, id);
        }
        conn.expect_goodbye();
    })
    // It is about what comes together.
    .delivering(Delivery::AsWritten);
    let (mut reader, writer) = std::io::pipe().unwrap();
    let run = peer.mqtt("sub").line("-V 3.1.1 -t t -q 1 -N -F %50000t -d -C");
    let run = run.arg(LAST[2].to_string()).stdout_to(writer).deadline(PATIENCE);
    let mut running = run.stderr_anything().spawn();
    for (id, mark) in LAST.into_iter().zip(["stuck", "full"]) {
        running.wait_for_stderr_line(&format!(" id {id} t "));
        peer.reached(mark);
    }
    peer.wait_for("sent");
    let mut message = vec![0; 50_000];
    for _ in 1..=LAST[2] {
        reader.read_exact(&mut message).unwrap();
        // Slow enough for the third to be there while the second are still waiting.
        std::thread::sleep(Duration::from_millis(1));
    }
    let output = running.wait();
    let traced = output.stderr_text().lines().filter_map(|line| line.split_once("← PUBLISH "));
    let ids: Vec<_> = traced.filter_map(|(_, rest)| rest.split(' ').nth(4)).collect();
    let expected: Vec<_> = (1..=LAST[2]).map(|id| id.to_string()).collect();
    assert_eq!(ids, expected);
    let answers = output.stderr_text().matches("← SUBACK").count();
    assert_eq!(answers, 1);
}
