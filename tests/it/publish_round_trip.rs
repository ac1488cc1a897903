//! The way from `mqtt sub --json` through a file back into `mqtt pub --json`, which changes nothing.

use std::time::Duration;

use serde_json::Value;

use crate::support::{
    Level, Mosquitto, Mqtt, Output, Peer, Properties, Publish, Random, all_published, property,
};

#[test]
fn json_goes_back_in_as_it_came_out() {
    let properties = Properties::new()
        .byte(property::PAYLOAD_FORMAT, 0)
        .four(property::MESSAGE_EXPIRY, 7)
        .text(property::CONTENT_TYPE, "\u{9b}\u{202e}\"\\")
        .text(property::RESPONSE_TOPIC, "r")
        .text(property::CORRELATION_DATA, b"\xff\x00")
        .user("k", "v");
    let messages = [
        Publish::new("a/b", b"\xff\x00").retain().with(properties),
        Publish::new("\u{1}\u{2028}/ \"", "\u{0}\u{7f}\r\n"),
        Publish::new("t", ""),
    ];
    let peer = Peer::sending(&messages);
    let run = peer.mqtt("sub").line("-V 5 -t # --json -C 3 --retain-as-published");
    let records = run.stdout_anything().run().stdout;
    assert_eq!(all_published(|mqtt| mqtt.line("-V 5 --json").stdin(records)), messages);
}

const MESSAGES: usize = 300;

/// Seconds.
const EXPIRY: u64 = 4_000_000_000;

/// Far more than a round trip takes, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// Messages of every kind that a real broker hands on; `payload` makes one out of a number.
fn every_kind_of_message(payload: impl Fn(&mut Random, usize) -> Vec<u8>) -> Vec<Publish> {
    const NAMES: [&str; 8] =
        ["a", "sp ace", "ünï", "\u{1f41f}", "\"q\"", "back\\slash", "x$", "\u{202e}"];
    let mut random = Random::new();
    (0..MESSAGES)
        .map(|number| {
            let name = NAMES[random.below(NAMES.len())];
            // One topic each: retained messages replace each other.
            let topic = format!("{name}/{number}//{}", NAMES[random.below(NAMES.len())]);
            let payload = payload(&mut random, number);
            let mut properties = Properties::new();
            if random.below(2) == 0 && std::str::from_utf8(&payload).is_ok() {
                properties = properties.byte(property::PAYLOAD_FORMAT, 1);
            }
            if random.below(2) == 0 {
                properties = properties.four(property::MESSAGE_EXPIRY, EXPIRY as u32);
            }
            if random.below(2) == 0 {
                properties = properties.text(property::CONTENT_TYPE, name);
            }
            if random.below(2) == 0 {
                properties = properties.text(property::RESPONSE_TOPIC, &topic);
            }
            if random.below(2) == 0 {
                properties = properties.text(property::CORRELATION_DATA, random.bytes(40));
            }
            for _ in 0..random.below(3) {
                properties = properties.user(name, NAMES[random.below(NAMES.len())]);
            }
            let id = u16::try_from(number + 1).expect("few messages");
            let publish = Publish::new(&topic, &payload).qos(number as u8 % 3, id).with(properties);
            // An empty message is not kept, it clears.
            if random.below(2) == 0 && !payload.is_empty() { publish.retain() } else { publish }
        })
        .collect()
}

fn record_all(broker: &Mosquitto, options: &str) -> Mqtt {
    let run = broker.mqtt("sub").line("-V 5 -t # -q 2 --json --retain-as-published");
    run.line(options).args(["-C", &MESSAGES.to_string()]).deadline(PATIENCE).stdout_anything()
}

/// The records in an order of their own, without what differs from run to run and otherwise to the byte.
#[track_caller]
fn normalised(output: &Output) -> Vec<String> {
    let mut records: Vec<_> = output.stdout_text().lines().map(without_time).collect();
    records.sort();
    records
}

#[track_caller]
fn without_time(record: &str) -> String {
    let (time, rest) = record.split_once(r#"","#).expect("a time");
    assert!(time.starts_with(r#"{"time":""#), "{record}");
    let rest = rest.replacen(r#","dup":true"#, "", 1);
    let Some((before, expiry)) = rest.split_once(r#""message_expiry":"#) else {
        return rest;
    };
    // The broker counts down.
    let digits = expiry.find(|char: char| !char.is_ascii_digit()).expect("an end");
    let left: u64 = expiry[..digits].parse().expect("a number");
    assert!((EXPIRY - 1_000..=EXPIRY).contains(&left), "{left} s left");
    format!("{before}\"message_expiry\":0{}", &expiry[digits..])
}

/// What a broker held and handed out goes through a file to another broker, and is the same there.
#[track_caller]
fn the_round_trip_is_the_identity(messages: &[Publish], options: &str) -> Vec<String> {
    let (first, second) = (Mosquitto::start(), Mosquitto::start());
    let (retained, live): (Vec<_>, Vec<_>) = messages.iter().cloned().partition(|m| m.retain);
    first.publish_exactly(&retained);
    let subscriber = record_all(&first, options).line("--events -").stderr_anything();
    let mut subscriber = subscriber.spawn();
    subscriber.wait_for_stderr_line(r#""event":"subscribe""#);
    first.publish_exactly(&live);
    let printed = subscriber.wait();
    let recorder = record_all(&second, options).line("--events -").stderr_anything();
    let mut recorder = recorder.spawn();
    recorder.wait_for_stderr_line(r#""event":"subscribe""#);
    second.mqtt("pub").line("--json").stdin(&printed.stdout).deadline(PATIENCE).run();
    let recorded = recorder.wait();
    let (printed, recorded) = (normalised(&printed), normalised(&recorded));
    assert_eq!(printed.len(), MESSAGES);
    for (one, other) in printed.iter().zip(&recorded) {
        assert_eq!(one, other);
    }
    printed
}

#[test]
fn what_real_brokers_hold_goes_round_unchanged() {
    let messages = every_kind_of_message(|random, number| {
        let length = [0, 1, 50, 5_000][number % 4];
        match number % 8 {
            0..4 => format!("{number} ünï\r\n\0\u{9b}").repeat(length / 10).into_bytes(),
            _ => random.bytes(length),
        }
    });
    let printed = the_round_trip_is_the_identity(&messages, "");
    // The first half of the way, against what was published and not what the client says.
    let mut topics: Vec<_> = messages.iter().map(|message| message.topic.clone()).collect();
    let mut printed: Vec<String> = printed
        .iter()
        .map(|record| {
            let record: Value = serde_json::from_str(&format!("{{{record}")).expect("valid JSON");
            record["topic"].as_str().expect("a text").to_owned()
        })
        .collect();
    topics.sort();
    printed.sort();
    assert_eq!(printed, topics);
    assert!(messages.iter().all(|message| message.encode(Level::V5).len() < 65_536));
}

#[test]
fn json_payloads_go_round_verbatim() {
    let payloads =
        [r#"{"n":1.0,"big":12345678901234567890}"#, "[1e400,-0]", "\"x\"", "null", "{", ""];
    let messages = every_kind_of_message(|_, number| payloads[number % payloads.len()].into());
    let printed = the_round_trip_is_the_identity(&messages, "--parse-json");
    assert!(printed.iter().any(|record| {
        record.contains(r#""payload_json":{"n":1.0,"big":12345678901234567890}"#)
    }));
}
