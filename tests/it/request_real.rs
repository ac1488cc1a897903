//! `mqtt rr` with a real broker, and a responder made of `mqtt sub` and `mqtt pub`, or with paho-mqtt.

use crate::support::{Mosquitto, Responder};

/// Answers one request with `mqtt sub` and `mqtt pub`, on the topic and with the data that the request carries.
#[track_caller]
fn respond(broker: &Mosquitto, options: &str) {
    let sub = broker.mqtt("sub").line("-V 5 -t ask -q 1 -C 1 --json --events -").stderr_anything();
    let mut sub = sub.stdout_anything().spawn();
    sub.wait_for_stderr_line(r#""event":"subscribe""#);
    let run = broker.mqtt("rr").line("-V 5 -t ask -m question -W 20s --latency").line(options);
    let asking = run.stdout("answer\n").stderr_line("latency: *.* ms").spawn();
    let record: serde_json::Value = serde_json::from_str(&sub.read_line()).expect("a record");
    sub.wait();
    let properties = &record["properties"];
    let topic = properties["response_topic"].as_str().expect("a response topic");
    let data = properties["correlation_data_base64"].as_str().map(|data| format!("base64:{data}"));
    let data = data.or_else(|| properties["correlation_data"].as_str().map(str::to_owned));
    let data = data.expect("correlation data");
    let answer = |data: &str, text: &str| {
        let run = broker.mqtt("pub").line("-V 5 -q 1 -t").args([topic, "-m", text]);
        run.args(["--correlation", data]).run();
    };
    answer("hex:00", "foreign");
    answer(&data, "answer");
    asking.wait();
}

#[test]
fn a_real_broker_carries_question_and_answer() {
    let broker = Mosquitto::start();
    for options in ["", "-q 1", "-q 2", "-e answers/me -q 1"] {
        respond(&broker, options);
    }
}

#[test]
fn a_real_broker_carries_question_and_answer_without_version_5() {
    let broker = Mosquitto::start();
    broker.mqtt("pub").line("-t answers -m stored -r -q 1").run();
    for version in ["3.1", "3.1.1"] {
        let sub = broker.mqtt("sub").line("-t ask -C 1 --events -").stderr_anything();
        let mut sub = sub.stdout("question\n").spawn();
        sub.wait_for_stderr_line(r#""event":"subscribe""#);
        let run = broker.mqtt("rr").line("-t ask -m question -e answers -V").arg(version);
        let asking = run.stdout("answer\n").spawn();
        assert_eq!(sub.read_line(), "question");
        sub.wait();
        broker.mqtt("pub").line("-t answers -m answer").run();
        asking.wait();
    }
}

#[test]
fn a_responder_made_with_paho_is_understood() {
    let broker = Mosquitto::start();
    for (version, options) in
        [(5, "-V 5"), (5, "-V 5 -q 1 -e answers/me"), (3, "-V 3.1.1 -e answers")]
    {
        let responder = Responder::start(broker.port(), version);
        broker.mqtt("rr").line("-t ask -m question").line(options).stdout("QUESTION\n").run();
        responder.wait();
    }
}

#[test]
fn a_real_broker_that_forbids_either_half_is_believed() {
    let acl = "topic write ask\ntopic read answers\ntopic read ask\n";
    let broker = Mosquitto::options().acl(acl).start();
    let ask = |flags: &str| broker.mqtt("rr").line("-V 5 -q 1 -m x").line(flags).status(5);
    ask("-t other -e answers").stderr_contains("request to other refused: 0x87").run();
    let run = broker.mqtt("rr").line("-V 5 -q 1 -m x -t ask -e answers -W 1s").status(27);
    run.stderr_contains("no reply").run();
}

#[test]
fn a_real_broker_never_publishes_the_will_of_a_run_that_was_answered() {
    let broker = Mosquitto::start();
    let sub = broker.mqtt("sub").line("-t gone -t ask --idle 3s --events -").stderr_anything();
    let mut sub = sub.stdout("question\n").spawn();
    sub.wait_for_stderr_line(r#""event":"subscribe""#);
    let flags = "-V 3.1.1 -t ask -m question -e answers --will-topic gone --will-payload will";
    let asking = broker.mqtt("rr").line(flags).stdout("answer\n").spawn();
    assert_eq!(sub.read_line(), "question");
    broker.mqtt("pub").line("-t answers -m answer").run();
    asking.wait();
    sub.wait();
}
