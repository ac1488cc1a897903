//! Which messages `mqtt sub` asks for and which of them it prints: the options of SUBSCRIBE, `-R`, `-T`, samples, shares.

use std::collections::BTreeSet;

use crate::support::{
    Filter, Level, Mosquitto, Mqtt, Peer, Properties, Publish, Running, Signal, Subscribe, property,
};

/// The flags that mean something in MQTT 5 alone.
const ONLY_IN_5: [&str; 7] = [
    "--no-local",
    "--retain-as-published",
    "--retain-handling new",
    "--subscription-id 1",
    "--topic-alias-maximum 1",
    "--receive-maximum 1",
    "--maximum-packet-size 100",
];

/// The one SUBSCRIBE of `mqtt sub -E` with these options.
#[track_caller]
fn subscribed(options: &str) -> Subscribe {
    let (sender, receiver) = std::sync::mpsc::channel();
    let peer = Peer::script(move |conn| {
        sender.send(conn.accept_subscriber()).unwrap();
        conn.expect_goodbye();
    });
    peer.mqtt("sub").arg("-E").line(options).run();
    receiver.recv().unwrap()
}

/// `mqtt sub` is refused before it connects, in words that hold `culprit`.
#[track_caller]
fn refuses(options: &str, culprit: &str) {
    let peer = Peer::untouched();
    peer.mqtt("sub").line(options).status(2).stderr_contains(culprit).run();
}

/// As [`refuses`] for a pair of flags that exclude each other: both are named.
#[track_caller]
fn exclude(options: &str, one: &str, other: &str) {
    let peer = Peer::untouched();
    let run = peer.mqtt("sub").line(options).status(2);
    run.stderr_contains(one).stderr_contains(other).run();
}

/// `mqtt sub -V 5 -t #` to which these messages are sent.
fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").line(options)
}

fn stale_and_fresh() -> [Publish; 2] {
    [Publish::new("a/b", "stale").retain(), Publish::new("c", "fresh")]
}

#[test]
fn a_subscription_says_what_was_asked_for() {
    let subscribe = subscribed(
        "-V 5 -t a/+ -t b/# -q 1 -q 2 --no-local --retain-as-published --retain-handling never \
         --subscription-id 7",
    );
    let asked = |filter: &str, qos| Filter {
        filter: filter.to_owned(),
        qos,
        no_local: true,
        retain_as_published: true,
        retain_handling: 2,
    };
    assert_eq!(subscribe.filters, [asked("a/+", 1), asked("b/#", 2)]);
    let id = Properties::new().varint(property::SUBSCRIPTION_ID, 7);
    assert_eq!(subscribe.properties, id);
}

#[test]
fn a_subscription_asks_for_nothing_by_itself() {
    for version in ["3.1", "3.1.1", "5", "auto"] {
        let subscribe = subscribed(&format!("-t t -V {version}"));
        let plain = Filter {
            filter: "t".to_owned(),
            qos: 0,
            no_local: false,
            retain_as_published: false,
            retain_handling: 0,
        };
        assert_eq!(subscribe.filters, [plain], "{version}");
        assert!(subscribe.properties.is_empty(), "{version}");
    }
}

#[test]
fn stored_messages_are_wanted_always_or_for_a_new_subscription_or_never() {
    for (value, bits) in [("always", 0), ("new", 1), ("never", 2)] {
        let subscribe = subscribed(&format!("-V 5 -t t --retain-handling {value}"));
        assert_eq!(subscribe.filters[0].retain_handling, bits, "{value}");
    }
    refuses("-V 5 -t t --retain-handling sometimes", "sometimes");
}

#[test]
fn a_subscription_id_takes_every_number_that_fits() {
    for id in [1, 127, 128, 268_435_455] {
        let subscribe = subscribed(&format!("-V 5 -t t --subscription-id {id}"));
        let expected = Properties::new().varint(property::SUBSCRIPTION_ID, id);
        assert_eq!(subscribe.properties, expected);
    }
    for id in ["0", "268435456", "-1", "x", "1.0"] {
        refuses(&format!("-V 5 -t t --subscription-id={id}"), "--subscription-id");
    }
}

#[test]
fn what_only_mqtt_5_has_is_refused_with_an_older_version() {
    for version in ["3.1", "3.1.1"] {
        for flag in ONLY_IN_5 {
            let name = flag.split(' ').next().unwrap();
            refuses(&format!("-t t -V {version} {flag}"), name);
        }
    }
}

#[test]
fn what_only_mqtt_5_has_makes_auto_mean_5() {
    for flag in ONLY_IN_5 {
        let peer = Peer::script(|conn| {
            assert_eq!(conn.expect_connect().level, Level::V5);
            conn.connack_311(1);
            conn.expect_closed();
        });
        peer.mqtt("sub").line("-t t").line(flag).status(4).stderr_anything().run();
    }
}

#[test]
fn a_share_has_nothing_local() {
    refuses("-V 5 --no-local -t $share/g/t", "--no-local");
    refuses("-V 5 --no-local -t a -t $share/g/t", "$share/g/t");
}

#[test]
fn own_messages_do_not_come_back_with_no_local() {
    let broker = Mosquitto::start();
    broker.mqtt("pub").line("-r -t t -m stored").run();
    // Removing is publishing: without --no-local the empty message comes back.
    let mut running = subscribed_to(&broker, "-v -t t --no-local --remove-retained", 143);
    assert_eq!(running.read_line(), "t stored");
    let left = || broker.mqtt("sub").line("-t t --retained-only").stdout_anything().run().stdout;
    assert!((0..20).any(|_| left().is_empty()), "the stored message was not removed");
    broker.mqtt("pub").line("-t t -m others").run();
    assert_eq!(running.read_line(), "t others");
    running.signal(Signal::Terminate);
    running.wait();
}

/// A subscriber whose subscription stands.
#[track_caller]
fn subscribed_to(broker: &Mosquitto, options: &str, status: i32) -> Running {
    let run = broker.mqtt("sub").line(options).line("--events -").status(status);
    let mut running = run.stdout_anything().stderr_anything().spawn();
    running.wait_for_stderr_line("\"event\":\"subscribe\"");
    running
}

#[test]
fn stale_messages_are_not_printed_when_only_fresh_ones_are_wanted() {
    for flag in ["-R", "--no-retained", "--skip-retained"] {
        for version in ["3.1.1", "5"] {
            let peer = Peer::sending(&stale_and_fresh());
            peer.mqtt("sub")
                .args(["-t", "#", "-C", "1", "-V", version, flag])
                .stdout("fresh\n")
                .run();
        }
    }
}

#[test]
fn stale_messages_are_not_even_asked_for_in_mqtt_5() {
    assert_eq!(subscribed("-V 5 -t t -R").filters[0].retain_handling, 2);
    assert_eq!(subscribed("-t t -R").filters[0].retain_handling, 2);
    assert_eq!(subscribed("-V 3.1.1 -t t -R").filters[0].retain_handling, 0);
}

#[test]
fn a_flag_as_published_makes_no_message_stale() {
    let peer = Peer::script(|conn| {
        let subscribe = conn.accept_subscriber();
        assert!(subscribe.filters[0].retain_as_published);
        assert_eq!(subscribe.filters[0].retain_handling, 2);
        for message in stale_and_fresh() {
            conn.publish(&message);
        }
        conn.expect_goodbye();
    });
    subscribe(&peer, "-R --retain-as-published -C 2").stdout("stale\nfresh\n").run();
}

#[test]
fn stale_messages_that_are_not_printed_are_acknowledged() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "stale").qos(1, 7).retain());
        assert_eq!(conn.expect_puback().id, 7);
        conn.publish(&Publish::new("t", "fresh"));
        conn.expect_goodbye();
    });
    subscribe(&peer, "-R -q 1 -C 1").stdout("fresh\n").run();
}

#[test]
fn only_fresh_and_only_stale_exclude_each_other() {
    exclude("-V 5 -t t -R --retained-only", "--no-retained", "--retained-only");
    exclude("-V 5 -t t -R --remove-retained", "--no-retained", "--remove-retained");
    exclude("-V 5 -t t -R --retain-handling always", "--no-retained", "--retain-handling");
}

#[test]
fn a_real_broker_keeps_what_is_stale_to_itself() {
    let broker = Mosquitto::start();
    broker.mqtt("pub").line("-r -t t -m stale").run();
    for version in ["3.1.1", "5"] {
        let mut running = subscribed_to(&broker, &format!("-t t -R -V {version}"), 143);
        broker.mqtt("pub").line("-t t -m fresh").run();
        assert_eq!(running.read_line(), "fresh");
        running.signal(Signal::Terminate);
        running.wait();
    }
}

#[test]
fn several_filters_leave_out_what_any_of_them_matches() {
    let messages = ["a/1", "b/2/x", "$SYS/x", "c/3"].map(|topic| Publish::new(topic, topic));
    let peer = Peer::sending(&messages);
    // `#` at the start matches nothing that starts with `$`.
    subscribe(&peer, "-T a/+ -T b/# -C 2").stdout("$SYS/x\nc/3\n").run();
    let peer = Peer::sending(&messages);
    subscribe(&peer, "-T # -C 1").stdout("$SYS/x\n").run();
    refuses("-t t -T a/#/b", "a/#/b");
}

/// Whole numbers from 0, each a message.
fn numbers(count: u32) -> Vec<Publish> {
    (0..count).map(|number| Publish::new("t", &number.to_string())).collect()
}

#[test]
fn a_sample_is_as_large_as_it_was_asked_to_be() {
    let mut messages = numbers(20_000);
    messages.push(Publish::new("end", "end"));
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        for message in &messages {
            conn.publish(message);
        }
        conn.expect_goodbye();
    });
    let sample = subscribe(&peer, "--random-filter 25 --idle 2s").stdout_anything().run();
    let sample: Vec<u32> =
        sample.stdout_text().lines().filter_map(|line| line.parse().ok()).collect();
    assert!(sample.is_sorted_by(|one, two| one < two), "out of order, or printed twice");
    assert!((4_600..=5_400).contains(&sample.len()), "{} of 20000", sample.len());
    let halves = sample.partition_point(|number| *number < 10_000);
    assert!((2_200..=2_800).contains(&halves), "{halves} in the first half");
}

#[test]
fn two_samples_are_not_the_same() {
    let sample = || {
        let peer = Peer::sending(&numbers(500));
        subscribe(&peer, "--random-filter 50 --idle 1s").stdout_anything().run().stdout
    };
    assert!(sample() != sample(), "the same 500 decisions twice");
}

#[test]
fn a_sample_of_everything_is_everything() {
    let peer = Peer::sending(&numbers(100));
    let all: String = (0..100).map(|number| format!("{number}\n")).collect();
    subscribe(&peer, "--random-filter 100 -C 100").stdout(all).run();
}

#[test]
fn a_count_counts_what_is_in_the_sample() {
    let peer = Peer::sending(&numbers(1_000));
    let output = subscribe(&peer, "--random-filter 12.5 -C 20").stdout_anything().run();
    assert_eq!(output.stdout_text().lines().count(), 20);
}

#[test]
fn messages_that_are_not_in_the_sample_are_acknowledged() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for id in 1..=200 {
            conn.publish(&Publish::new("t", "x").qos(1, id));
            assert_eq!(conn.expect_puback().id, id);
        }
        conn.expect_goodbye();
    });
    subscribe(&peer, "-q 1 --random-filter 0.1 --idle 500ms").stdout_anything().run();
}

#[test]
fn a_sample_is_more_than_nothing_and_at_most_everything() {
    for percent in ["0", "0.09", "100.1", "-1", "nan", "inf", "x", ""] {
        refuses(&format!("-t t --random-filter={percent}"), "--random-filter");
    }
    for percent in ["0.1", "100", "33.3"] {
        subscribed(&format!("-t t --random-filter {percent}"));
    }
}

#[test]
fn a_share_gets_each_message_once() {
    let broker = Mosquitto::start();
    let mut members: Vec<Running> =
        (0..2).map(|_| subscribed_to(&broker, "-t $share/g/t -t end -q 1", 143)).collect();
    let sent: BTreeSet<String> = (0..100).map(|number| format!("{number:03}")).collect();
    let lines = sent.iter().map(|line| format!("{line}\n")).collect::<String>();
    broker.mqtt("pub").line("-t t -q 1 -l").stdin(lines).run();
    broker.mqtt("pub").line("-t end -q 1 -m end").run();
    let mut received = Vec::new();
    for member in &mut members {
        let lines = std::iter::repeat_with(|| member.read_line());
        received.extend(lines.take_while(|line| line != "end"));
    }
    received.sort_unstable();
    assert!(received.iter().eq(&sent), "{received:?}");
    for member in members {
        member.signal(Signal::Terminate);
        member.wait();
    }
}
