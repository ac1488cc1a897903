//! `mqtt clear-retained` with a real broker: it is emptied, forbids, is talked to meanwhile, and gets everything back.

use std::time::Duration;

use crate::support::{Mosquitto, Mqtt, Output, Properties, Publish, property};

fn stored(topic: &str, payload: &str) -> Publish {
    Publish::new(topic, payload).retain()
}

/// Messages, each under a topic of its own.
fn many(count: u32) -> Vec<Publish> {
    (0..count).map(|number| stored(&format!("a/{}/{number:06}", number % 7), "x")).collect()
}

fn real(broker: &Mosquitto, options: &str) -> Mqtt {
    broker.mqtt("clear-retained").line(options).deadline(Duration::from_secs(60))
}

fn lines(output: &Output) -> Vec<String> {
    let mut lines: Vec<_> = output.stdout_text().lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_real_broker_is_emptied() {
    // As it comes: it drops what does not fit its queue.
    let broker = Mosquitto::start();
    let messages = many(2_000);
    let mut topics: Vec<_> = messages.iter().map(|message| message.topic.clone()).collect();
    topics.sort_unstable();
    for options in ["-V 5", "-V 3.1.1", "-V 5 --json"] {
        broker.publish_all(&messages);
        let run = real(&broker, "a/#").line(options).stdout_anything();
        let output = run.stderr("mqtt: cleared 2,000 retained messages\n").run();
        let printed = lines(&output);
        assert_eq!(printed.len(), 2_000, "{options}");
        assert!(options.contains("--json") || printed == topics, "{options}");
        broker.mqtt("sub").line("-t # --retained-only").run();
    }
}

#[test]
fn what_was_removed_from_a_real_broker_can_be_put_back() {
    let broker = Mosquitto::start();
    let mut messages = many(300);
    for (number, message) in messages.iter_mut().enumerate() {
        let id = u16::try_from(number + 1).expect("few messages");
        let properties = Properties::new().text(property::CONTENT_TYPE, "t").user("k", "v");
        let changed = message.clone().qos((number % 3) as u8, id).with(properties);
        *message = Publish { payload: (&[number as u8, 0xff, 0]).into(), ..changed };
    }
    broker.publish_exactly(&messages);
    let holds = || {
        let run = broker.mqtt("sub").line("-V 5 -t # -q 2 --json --retained-only");
        let output = run.stdout_anything().run();
        let records = lines(&output).into_iter().map(|record| {
            let (_, rest) = record.split_once(r#","topic""#).expect("a topic");
            rest.to_owned()
        });
        let mut records: Vec<_> = records.collect();
        records.sort_unstable();
        records
    };
    let before = holds();
    assert_eq!(before.len(), 300);
    let backup = real(&broker, "-V 5 # --yes --json").stdout_anything().stderr_anything().run();
    assert_eq!(holds(), Vec::<String>::new());
    broker.mqtt("pub").line("-V 5 --json").stdin(&backup.stdout).run();
    assert_eq!(holds(), before);
}

#[test]
fn a_real_broker_that_forbids_the_removal_is_found_out() {
    let acl = "topic readwrite free/#\ntopic read fixed/#\nuser boss\ntopic readwrite #\n";
    let broker = Mosquitto::options().acl(acl).start();
    for topic in ["free/1", "fixed/1", "free/2"] {
        broker.mqtt("pub").args(["-u", "boss", "-r", "-m", "x", "-t", topic]).run();
    }
    let run = real(&broker, "-V 5 +/# --yes").status(5).stdout_anything();
    run.stderr_contains("removing fixed/1 refused: 0x87").run();
    // Before MQTT 5 it says yes all the same.
    let run = real(&broker, "-V 3.1.1 # --yes").status(5).stdout("fixed/1\n");
    run.stderr_contains("fixed/1 is still there").run();
}

#[test]
fn live_traffic_on_a_real_broker_changes_nothing() {
    let broker = Mosquitto::start();
    broker.publish_all(&many(100));
    let mut publisher = broker.mqtt("pub").line("-t a/0/000000 -l").stdin_open().spawn();
    publisher.write_stdin("live\n".repeat(20_000));
    let run = real(&broker, "a/#").stdout_anything();
    run.stderr("mqtt: cleared 100 retained messages\n").run();
    publisher.close_stdin();
    publisher.wait();
    broker.mqtt("sub").line("-t # --retained-only").run();
}
