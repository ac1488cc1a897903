//! What `mqtt sub` must not do when flags meet each other or misfortune: remove what was not printed, end too early,
//! forget what was asked for.

use std::io::Read;
use std::time::Duration;

use crate::support::{
    Conn, Filter, Mosquitto, Mqtt, Packet, Peer, Properties, Publish, Signal, property,
};

/// Long enough for a message that must not come.
const A_WHILE: Duration = Duration::from_millis(700);

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").line(options)
}

fn stored(topic: &str, payload: &str) -> Publish {
    Publish::new(topic, payload).retain()
}

#[track_caller]
fn confirm_removal(conn: &mut Conn, topic: &str) {
    let removal = conn.expect_publish();
    let id = removal.id.expect("an identifier");
    assert_eq!(removal, stored(topic, "").qos(1, id));
    conn.puback(id, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn what_could_not_be_written_is_not_removed() {
    for flags in ["--remove-retained", "--remove-retained --retained-only -q 1"] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            for (id, topic) in [(1, "one"), (2, "two")] {
                conn.publish(&stored(topic, "precious").qos(1, id));
            }
            // At most the question where the set ends, but no PUBLISH and no acknowledgement.
            conn.serve();
        });
        let run = subscribe(&peer, "--output /dev/full").line(flags).status(1);
        run.stderr_contains("No space left on device").run();
        assert_eq!(peer.finish().publishes, [], "{flags}");
    }
}

#[test]
fn what_a_stuck_reader_did_not_take_is_not_removed() {
    const MESSAGES: usize = 2_000;
    let payload = "x".repeat(999);
    let message = stored("t", &payload);
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        for _ in 0..MESSAGES {
            conn.publish(&message);
        }
        conn.serve();
    });
    let (mut reader, writer) = std::io::pipe().unwrap();
    let run = subscribe(&peer, "--remove-retained -W 3s").stdout_to(writer);
    let run = run.status(27).stderr_anything();
    run.run();
    let mut printed = Vec::new();
    reader.read_to_end(&mut printed).unwrap();
    let printed = printed.iter().filter(|byte| **byte == b'\n').count();
    let removed = peer.finish().publishes.len();
    assert!(printed < MESSAGES, "the reader was not stuck");
    assert!(removed <= printed, "{removed} removed, but {printed} printed");
}

#[test]
fn what_a_sample_leaves_out_is_not_removed() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        for number in 0..1_000 {
            conn.publish(&stored(&format!("t/{number}"), &number.to_string()));
        }
        conn.pingresp();
        conn.serve();
    });
    let run = subscribe(&peer, "--retained-only --remove-retained --random-filter 20 -v");
    let output = run.stdout_anything().run();
    let printed: Vec<_> = output.stdout_text().lines().map(|line| line.split(' ').next()).collect();
    let publishes = peer.finish().publishes;
    let removed: Vec<_> = publishes.iter().map(|it| Some(it.topic.as_str())).collect();
    assert!(!printed.is_empty() && printed.len() < 500, "{}", printed.len());
    assert_eq!(removed, printed);
}

#[test]
fn an_alias_is_resolved_before_its_topic_is_emptied() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("one", "1").alias(1));
        conn.publish(&stored("", "2").alias(1));
        confirm_removal(conn, "one");
        confirm_removal(conn, "one");
        conn.expect_goodbye();
    });
    subscribe(&peer, "--remove-retained --topic-alias-maximum 1 -C 2").stdout("1\n2\n").run();
}

#[test]
fn removing_and_silence_end_after_the_last_answer() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("t", "x"));
        let id = conn.expect_publish().id.expect("an identifier");
        conn.expect_nothing_for(Duration::from_millis(1_500));
        conn.puback(id, 0);
        conn.expect_goodbye();
    });
    subscribe(&peer, "--remove-retained --idle 500ms").stdout("x\n").run();
}

#[test]
fn a_refused_removal_is_graver_than_the_right_count() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&stored("t", "x"));
        let id = conn.expect_publish().id.expect("an identifier");
        conn.puback(id, 0x97);
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "--remove-retained -C 1").status(5).stdout("x\n");
    run.stderr_line("*0x97*").run();
}

#[test]
fn removals_that_are_open_when_it_is_terminated_are_counted() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for topic in ["one", "two"] {
            conn.publish(&stored(topic, "x"));
            conn.expect_publish();
        }
        conn.reached("removing");
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "--remove-retained").status(143).stdout("x\nx\n");
    let running = run.stderr_line("*2*unconfirmed*").spawn();
    peer.wait_for("removing");
    running.signal(Signal::Terminate);
    running.wait();
}

#[test]
fn a_set_that_begins_before_the_answer_to_the_subscription_is_whole() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.publish(&stored("t", "early"));
        conn.suback(id, &[0]);
        conn.expect_pingreq();
        conn.publish(&stored("t", "late"));
        conn.pingresp();
        conn.expect_goodbye();
    });
    subscribe(&peer, "--retained-only").stdout("early\nlate\n").run();
}

#[test]
fn a_slow_reader_does_not_end_the_set() {
    const MESSAGES: usize = 3_000;
    let message = stored("t", &"x".repeat(999));
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        for _ in 0..MESSAGES {
            conn.publish(&message);
        }
        conn.pingresp();
        conn.serve();
    });
    let (mut reader, writer) = std::io::pipe().unwrap();
    let running = subscribe(&peer, "--retained-only --idle 200ms").stdout_to(writer).spawn();
    let mut printed = vec![0; 1_000];
    reader.read_exact(&mut printed).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    reader.read_to_end(&mut printed).unwrap();
    running.wait();
    assert_eq!(printed.len(), MESSAGES * 1_000);
}

#[test]
fn keep_alive_and_the_end_of_the_set_do_not_take_each_others_answers() {
    let peer = Peer::script(|conn| {
        assert_eq!(conn.accept().keep_alive, 1);
        conn.grant_subscribe();
        conn.expect_pingreq();
        conn.pingresp();
        // The set goes on for longer than the keep-alive.
        for _ in 0..12 {
            conn.publish(&stored("t", "x"));
            conn.until_it_is_silent_for(Duration::from_millis(250));
        }
        conn.serve();
    });
    subscribe(&peer, "--retained-only -k 1 --idle 2s").stdout("x\n".repeat(12)).run();
}

#[test]
fn filters_that_fill_more_than_one_packet_are_sent_in_several() {
    let filters: Vec<String> =
        (0..10).map(|number| format!("{number}/{}", "x".repeat(20))).collect();
    let expected = filters.clone();
    let peer = Peer::script(move |conn| {
        conn.accept_with(Properties::new().four(property::MAXIMUM_PACKET_SIZE, 64));
        let mut asked = Vec::new();
        while asked.len() < expected.len() {
            let subscribe = conn.grant_subscribe();
            let size: usize = subscribe.filters.iter().map(|it| it.filter.len() + 3).sum();
            assert!(size + 5 <= 64, "{size}");
            asked.extend(subscribe.filters.into_iter().map(|it| it.filter));
        }
        assert_eq!(asked, expected);
        // Only now.
        conn.expect_pingreq();
        conn.pingresp();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-V 5 --retained-only").args(&filters);
    run.run();
}

#[test]
fn a_filter_that_no_packet_of_the_broker_holds_is_refused() {
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().four(property::MAXIMUM_PACKET_SIZE, 64));
        assert_eq!(conn.grant_subscribe().filters[0].filter, "short");
        conn.expect_goodbye();
    });
    let long = "long".repeat(20);
    let run = peer.mqtt("sub").line("-V 5 -E -t short -t").arg(&long).status(5);
    run.stderr_contains(&long).stderr_contains("64").run();
}

#[test]
fn what_was_asked_for_is_asked_for_again_after_a_reconnect() {
    let expect = |conn: &mut Conn| {
        let subscribe = conn.grant_subscribe();
        let asked = Filter {
            filter: "t".to_owned(),
            qos: 1,
            no_local: true,
            retain_as_published: true,
            retain_handling: 2,
        };
        assert_eq!(subscribe.filters, [asked]);
        assert_eq!(subscribe.properties, Properties::new().varint(property::SUBSCRIPTION_ID, 7));
    };
    let peer = Peer::script(move |conn| {
        conn.accept();
        expect(conn);
        conn.cut();
    })
    .then(move |conn| {
        conn.accept();
        expect(conn);
        conn.publish(&Publish::new("t", "x"));
        conn.expect_goodbye();
    });
    peer.mqtt("sub")
        .line("-V 5 -t t -q 1 -C 1 -R --no-local --retain-as-published --subscription-id 7")
        .stdout("x\n")
        .stderr_anything()
        .run();
}

/// The reader goes away after one message, while the connection is gone and `then` is what a new one meets.
#[track_caller]
fn unheard_without_connection(options: &str, then: impl Fn(&mut Conn) + Send + Sync + 'static) {
    let peer = Peer::each(then).then(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one"));
        conn.cut();
    });
    let (mut reader, writer) = std::io::pipe().unwrap();
    let run = subscribe(&peer, options).stdout_to(writer).stderr_anything();
    let mut running = run.deadline(Duration::from_secs(8)).spawn();
    reader.read_exact(&mut [0; 4]).unwrap();
    running.wait_for_stderr_line("reconnecting");
    drop(reader);
    running.wait();
}

#[test]
fn a_reader_that_goes_away_is_noticed_between_two_attempts() {
    unheard_without_connection("", |conn| {
        conn.expect_connect();
        conn.cut();
    });
}

#[test]
fn a_reader_that_goes_away_is_noticed_after_an_attempt_at_the_latest() {
    unheard_without_connection("--connect-timeout 1s", |conn| {
        conn.expect_connect();
        conn.expect_closed();
    });
}

#[test]
fn a_file_has_everything_when_it_is_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("out");
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for number in 0..1_000 {
            conn.publish(&Publish::new("t", &number.to_string()));
        }
        conn.publish(&Publish::new("t", "last").qos(1, 1));
        conn.expect_puback();
        conn.reached("all");
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "-q 1 --output").arg(&file).status(130).stderr_anything();
    let running = run.spawn();
    peer.wait_for("all");
    running.signal(Signal::Interrupt);
    running.wait();
    let expected: String = (0..1_000).map(|number| format!("{number}\n")).collect();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), expected + "last\n");
}

#[test]
fn messages_of_a_durable_session_that_are_left_out_do_not_come_back() {
    let broker = Mosquitto::start();
    let subscribe = || broker.mqtt("sub").line("-t # -c -i me -q 2");
    subscribe().arg("-E").run();
    for topic in ["keep", "drop", "keep", "drop"] {
        broker.mqtt("pub").args(["-q", "2", "-m", "x", "-t", topic]).run();
    }
    subscribe().line("-T drop -v --idle 500ms").stdout("keep x\nkeep x\n").run();
    subscribe().line("-v --idle 500ms").run();
}

#[test]
fn a_durable_session_that_only_subscribes_loses_nothing() {
    let broker = Mosquitto::start();
    for qos in ["1", "2"] {
        let subscribe = || broker.mqtt("sub").line("-t t -c -i me -q").arg(qos);
        subscribe().arg("-E").run();
        broker.mqtt("pub").line("-t t -m x -q").arg(qos).run();
        // What comes before the answer may be printed, or be left for the next run.
        let mut printed = subscribe().arg("-E").stdout_anything().run().stdout;
        printed.extend(subscribe().line("--idle 500ms").stdout_anything().run().stdout);
        assert_eq!(printed, b"x\n", "QoS {qos}");
    }
}

#[test]
fn nothing_is_removed_that_was_never_stored() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for number in 0..10 {
            conn.publish(&Publish::new("live", &number.to_string()));
        }
        conn.expect_nothing_for(A_WHILE);
        conn.publish(&Publish::new("live", "last"));
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "--remove-retained -C 11").stdout_anything();
    run.run();
}

/// Topics as long as they can be: few of them are many bytes.
fn long_topics(count: usize) -> Vec<Publish> {
    let topic = |number: usize| format!("{number:05}/{}", "x".repeat(60_000));
    (0..count).map(|number| stored(&topic(number), &number.to_string())).collect()
}

/// Each SUBSCRIBE brings all that is still stored; this is the answer to each removal.
fn storing(mut messages: Vec<Publish>, window: u16, answer: u8) -> Peer {
    Peer::script(move |conn| {
        conn.accept_with(Properties::new().two(property::RECEIVE_MAXIMUM, window));
        conn.serve_but(|conn, packet| match packet {
            Packet::Subscribe(subscribe) => {
                conn.suback(subscribe.id, &[0]);
                for message in &messages {
                    conn.publish(message);
                }
                true
            }
            Packet::Publish(publish) => {
                if answer < 0x80 {
                    messages.retain(|message| message.topic != publish.topic);
                }
                conn.puback(publish.id.expect("an identifier"), answer);
                true
            }
            _ => false,
        });
    })
}

#[test]
fn a_large_set_is_printed_and_removed_once_however_small_the_window() {
    for window in [1, 20, 65_535] {
        let peer = storing(long_topics(150), window, 0);
        let run = subscribe(&peer, "--retained-only --remove-retained");
        let output = run.stdout_anything().deadline(Duration::from_secs(30)).run();
        let mut lines: Vec<usize> =
            output.stdout_text().lines().map(|line| line.parse().expect("a number")).collect();
        lines.sort_unstable();
        assert!(lines.iter().copied().eq(0..150), "window {window}: {lines:?}");
        assert_eq!(peer.finish().publishes.len(), 150, "window {window}");
    }
}

#[test]
fn a_large_set_of_which_nothing_may_be_removed_comes_to_an_end() {
    for window in [1, 20, 65_535] {
        let peer = storing(long_topics(150), window, 0x87);
        let run = subscribe(&peer, "--retained-only --remove-retained").status(5);
        run.stdout_anything().stderr_anything().deadline(Duration::from_secs(30)).run();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_large_set_that_is_removed_slowly_fits_in_little_memory() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber_with(Properties::new().two(property::RECEIVE_MAXIMUM, 1));
        for message in long_topics(1_500) {
            conn.publish(&message);
        }
        // It goes on reading; it does not keep 90 MB in mind while nothing is confirmed.
        conn.reached("sent");
        conn.stall();
    });
    let run = subscribe(&peer, "--remove-retained --ack-timeout 60s").status(143);
    let running = run.stdout_anything().stderr_anything().spawn();
    peer.wait_for("sent");
    let peak = running.peak_memory();
    running.signal(Signal::Terminate);
    running.wait();
    assert!(peak < 32 * 1024, "{peak} KiB");
}
