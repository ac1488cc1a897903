//! `--where`, `--until`, `--select` and `--changed`: which messages count, which one ends the run, and what is printed.

use std::time::Duration;

use crate::support::stream::{begin_session, patient_broker, publish, subscribe};
use crate::support::{Mqtt, Peer, Properties, Publish, Signal, property};

/// One message on each topic, at QoS 0.
fn messages(payloads: &[&str]) -> Vec<Publish> {
    payloads.iter().map(|payload| Publish::new("a/b", payload)).collect()
}

/// `mqtt sub` that receives these payloads and then nothing more.
fn given(peer: &Peer, flags: &[&str]) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").args(flags)
}

/// The output for these payloads, until silence ends the run.
#[track_caller]
fn prints(payloads: &[&str], flags: &[&str], output: &str) {
    let peer = Peer::sending(&messages(payloads));
    given(&peer, flags).line("--idle 400ms").stdout(output).run();
}

#[test]
fn only_messages_for_which_all_filters_are_true_count() {
    let payloads = [r#"{"t":5}"#, r#"{"t":31}"#, "ON", r#"{"t":"hot"}"#, "{}", r#"{"t":40}"#, "[]"];
    prints(&payloads, &["--where", ".t > 30"], "{\"t\":31}\n{\"t\":\"hot\"}\n{\"t\":40}\n");
    let both = ["--where", ".t | numbers > 30", "--where", ".t < 35"];
    prints(&payloads, &both, "{\"t\":31}\n");
    prints(&payloads, &["--where", ". == \"ON\""], "ON\n");
    prints(
        &payloads,
        &["--where", "$topic == \"a/b\" and $levels[0] == \"a\" and .t == 5"],
        "{\"t\":5}\n",
    );
    prints(&payloads, &["--where", "$msg.qos == 0 and $msg.payload_json.t == 5"], "{\"t\":5}\n");
    prints(&payloads, &["--where", "$msg.payload", "-v"], "a/b ON\n");
    prints(&payloads, &["--where", "false, true"], "");
    prints(&payloads, &["--where", "empty"], "");
}

#[test]
fn the_record_has_properties_and_the_time() {
    let properties = Properties::new().user("room", "kitchen").text(property::CONTENT_TYPE, "x/y");
    let message = Publish::new("a", "1").with(properties);
    let peer = Peer::sending(&[message]);
    let filter = r#"$msg | .properties.user_properties == [["room","kitchen"]] and
        .properties.content_type == "x/y" and (.time | fromdate) > 1e9 and (.retain | not)"#;
    given(&peer, &["--where", filter, "-C", "1"]).stdout("1\n").run();
}

#[test]
fn what_is_skipped_is_acknowledged_at_once_and_not_counted() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for id in 1..=3 {
            conn.publish(&Publish::new("a", "0").qos(1, id));
            assert_eq!(conn.expect_puback().id, id);
        }
        conn.publish(&Publish::new("a", "0").qos(2, 4));
        conn.expect_pubrec();
        conn.pubrel(4, 0);
        conn.expect_pubcomp();
        conn.publish(&Publish::new("a", "7").qos(1, 5));
        assert_eq!(conn.expect_puback().id, 5);
        conn.expect_goodbye();
    });
    given(&peer, &["--where", ". > 3", "-C", "1"]).stdout("7\n").run();
}

#[test]
fn what_is_skipped_ends_no_silence() {
    for flags in [["--where", "false"], ["--select", "empty"]] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.until_it_speaks(Duration::from_millis(50), |conn| {
                conn.publish(&Publish::new("a", "0"));
            });
            conn.expect_goodbye();
        });
        given(&peer, &flags).line("--idle 1s").run();
    }
}

#[test]
fn the_message_that_until_is_true_of_is_the_last() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for id in 1..=4 {
            conn.publish(&Publish::new("a", &id.to_string()).qos(1, id));
        }
        for id in 1..=2 {
            assert_eq!(conn.expect_puback().id, id);
        }
        conn.expect_goodbye();
    });
    given(&peer, &["--until", ". == 2"]).stdout("1\n2\n").run();
    // Skipped messages are not tested.
    let peer = Peer::sending(&messages(&["2", "1", "2"]));
    given(&peer, &["--where", ". == 1", "--until", ". < 3"]).stdout("1\n").run();
    // The message ends the run whatever the other filters output.
    let peer = Peer::sending(&messages(&["1", "1", "2"]));
    given(&peer, &["--until", ". == 2", "--select", "empty"]).run();
    let peer = Peer::sending(&messages(&["2", "2"]));
    given(&peer, &["--until", ". == 2", "--changed", "-C", "9"]).stdout("2\n").run();
}

#[test]
fn until_leaves_a_durable_session_after_its_message() {
    for qos in ["1", "2"] {
        let broker = patient_broker();
        begin_session(&broker, qos);
        publish(&broker, qos).arg("-l").stdin("1\n2\n3\n4\n5\n6\n").run();
        subscribe(&broker, qos).args(["--until", ". == 3"]).stdout("1\n2\n3\n").run();
        subscribe(&broker, qos)
            .args(["--where", ". != 4", "--until", ". == 5"])
            .stdout("5\n")
            .run();
        subscribe(&broker, qos).line("--idle 500ms").stdout("6\n").run();
    }
}

#[test]
fn a_run_that_does_not_reach_its_condition_is_27() {
    let four = messages(&["1", "2", "3", "4"]);
    for (bound, words) in [
        ("-C 3", "none of 3 messages matched --until"),
        ("-W 1s", "timed out after 1s"),
        ("-W 1s", "none of 4 messages matched --until"),
        ("--idle 400ms", "none of 4 messages matched --until"),
        ("-C 9 --idle 400ms", "silence after 4 of 9 messages"),
    ] {
        let peer = Peer::sending(&four);
        let run = given(&peer, &["--until", ". == 9"]).line(bound);
        run.status(27).stdout_anything().stderr_contains(words).run();
    }
    let peer = Peer::sending(&[]);
    given(&peer, &["--until", ".", "-W", "500ms"])
        .status(27)
        .stderr_contains("no message came for --until to match")
        .run();
    let peer = Peer::sending(&messages(&["1"]));
    given(&peer, &["--until", ". > 1", "-C", "1"])
        .status(27)
        .stdout("1\n")
        .stderr_contains("the only message did not match --until")
        .run();
    // The last message of `-C` may also be the one for `--until`.
    let peer = Peer::sending(&four);
    given(&peer, &["--until", ". == 4", "-C", "4"]).stdout("1\n2\n3\n4\n").run();
}

#[test]
fn retained_messages_can_be_waited_for_too() {
    let broker = crate::support::Mosquitto::start();
    for (topic, payload) in [("r/1", r#"{"s":"on"}"#), ("r/2", r#"{"s":"off"}"#)] {
        broker.mqtt("pub").args(["-r", "-t", topic, "-m", payload]).run();
    }
    let sub = |flags: &[&str]| broker.mqtt("sub").line("r/+ --retained-only -F %t").args(flags);
    sub(&["--where", ".s == \"off\""]).stdout("r/2\n").run();
    sub(&["--where", ".s == \"off\"", "--until", "true"]).stdout("r/2\n").run();
    sub(&["--until", ".s == \"x\""]).status(27).stdout_anything().stderr_contains("--until").run();
}

#[test]
fn an_output_is_printed_as_the_payload() {
    let payloads = [r#"{"t":21.50,"n":"é"}"#, r#"{"n":"a\nb"}"#, "OFF"];
    prints(&payloads, &["--select", ".n"], "é\na\nb\n");
    prints(&payloads, &["--select", ".t // empty"], "21.50\n");
    prints(
        &payloads,
        &["--select", "{t, x: [$topic]}"],
        "{\"t\":21.50,\"x\":[\"a/b\"]}\n{\"t\":null,\"x\":[\"a/b\"]}\n",
    );
    prints(&payloads, &["--select", ".n", "-v"], "a/b é\na/b a\nb\n");
    prints(&payloads, &["--select", ".t // empty", "--hex"], "32312e3530\n");
    prints(&payloads, &["--select", ".n | strings", "--base64"], "w6k=\nYQpi\n");
    prints(&payloads, &["--select", ".n | length", "-F", "%t %p %l"], "a/b 1 1\na/b 3 1\n");
    prints(&payloads, &["--select", ".n, .t", "-F", "<%p>", "-N"], "<é><21.50><a\nb><null>");
    prints(&["7"], &["--select", "., .+1, empty, \"x\"", "-0"], "7\x008\x00x\0");
    // An error ends the outputs of a message; earlier ones are kept.
    prints(&["1", "2"], &["--select", "., error, ."], "1\n2\n");
}

#[test]
fn a_record_shows_an_output_as_json_or_as_text() {
    for (filter, field) in [
        (".n", r#""payload":"12""#),
        (".t", r#""payload_json":12"#),
        ("{t}", r#""payload_json":{"t":12}"#),
        ("[.n, true]", r#""payload_json":["12",true]"#),
        ("\"[1]\"", r#""payload":"[1]""#),
        ("null", r#""payload_json":null"#),
    ] {
        let peer = Peer::sending(&messages(&[r#"{"t":12,"n":"12"}"#]));
        let line = format!(r#"{{"time":"*","topic":"a/b","qos":0,"retain":false,{field}}}"#);
        given(&peer, &["--select", filter, "--json", "-C", "1"]).stdout_line(&line).run();
    }
}

#[test]
fn messages_are_counted_and_not_outputs() {
    let peer = Peer::sending(&messages(&["[1,2]", "[]", "[3]", "[4]"]));
    given(&peer, &["--select", ".[]", "-C", "2"]).stdout("1\n2\n3\n").run();
}

#[test]
fn an_unchanged_payload_is_printed_once_for_each_topic() {
    let message = |topic: &str, payload: &str| Publish::new(topic, payload);
    let all = [
        message("a", "1"),
        message("a", "1"),
        message("b", "1"),
        message("a", "2"),
        message("b", "1"),
        message("a", "1"),
        message("a", ""),
        message("a", ""),
    ];
    let peer = Peer::sending(&all);
    let flags = ["-v", "--changed", "--idle", "400ms"];
    given(&peer, &flags).stdout("a 1\nb 1\na 2\na 1\na \n").run();
    // `--changed` compares what is printed.
    let temperatures = ["80", "85", "91", "92", "80", "high"];
    let alarm = ["--select", ". | numbers > 90", "--changed"];
    prints(&temperatures, &alarm, "false\ntrue\nfalse\n");
    // Two outputs differ from one output with the same bytes.
    prints(
        &["\"a\\nb\"", "[\"a\",\"b\"]"],
        &["--select", ".[]? // .", "--changed"],
        "a\nb\na\nb\n",
    );
    let peer = Peer::sending(&messages(&["1", "1", "2", "3"]));
    given(&peer, &["--changed", "-C", "2"]).stdout("1\n2\n").run();
}

#[test]
fn a_filter_that_never_works_is_told_of_at_the_end() {
    let warning = |flags: &[&str], payloads: &[&str], warning: &str| {
        let peer = Peer::sending(&messages(payloads));
        let run = given(&peer, flags).line("--idle 400ms").stdout_anything();
        run.stderr(format!("mqtt: warning: {warning}\n")).run();
    };
    let index = "cannot index \"ON\" with \"temp\"";
    let all = format!("--where failed on all of 3 messages, first: {index}");
    warning(&["--where", ".temp > 1"], &["ON"; 3], &all);
    let one = format!("--select failed on all of 1 message, first: {index}");
    warning(&["--select", ".temp"], &["ON"], &one);
    let some = format!("--where failed on 2 of 3 messages, first: {index}");
    warning(&["--where", ".temp > 1"], &["{}", "ON", "OFF"], &some);
    // Untrusted messages can neither control the terminal nor flood it.
    let long = format!(
        "--where failed on all of 1 message, first: cannot index \"\\u001b[31m{}…",
        "x".repeat(176)
    );
    let hostile = format!("\x1b[31m{}", "x".repeat(100_000));
    warning(&["--where", ".temp"], &[&hostile], &long);
    prints(&["ON", "{\"temp\":2}"], &["--where", ".temp > 1"], "{\"temp\":2}\n");
}

#[test]
fn hostile_payloads_are_judged_like_others() {
    let mut hostile: Vec<Vec<u8>> = vec![
        "[".repeat(100_000).into(),
        format!("\"{}\"", "[".repeat(100_000)).into(),
        "9".repeat(10 << 20).into(),
        format!("[{}]", "1,".repeat(100_000)).into(),
        b"1 # comment".to_vec(),
        b"NaN".to_vec(),
        b"\xff\xfe{\"a\":1}".to_vec(),
        b"{\"a\":1e999999999999}".to_vec(),
        b"\"\\ud800\"".to_vec(),
        Vec::new(),
        b"\0".to_vec(),
    ];
    hostile.push(b"{\"a\":1}".to_vec());
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        for payload in &hostile {
            conn.publish(&Publish::new("a", payload));
        }
        conn.expect_goodbye();
    });
    let filters = ["--where", "(fromjson? // .) | .a == 1", "--until", ".a == 1"];
    given(&peer, &filters).stdout("{\"a\":1}\n").run();
}

#[test]
fn a_filter_that_never_ends_is_ended_by_the_timeout_and_by_a_second_signal() {
    let forever = ["--where", "def f: f; f"];
    let peer = || {
        Peer::each(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("a", "1"));
            conn.expect_closed();
        })
    };
    let late = peer();
    given(&late, &forever)
        .line("-W 1s")
        .status(27)
        .stderr_contains("timed out waiting for a filter to end")
        .run();
    let stuck = peer();
    let mut running =
        given(&stuck, &forever).line("--events -").status(130).stderr_anything().spawn();
    running.wait_for_stderr_line("\"event\":\"subscribe\"");
    running.signal(Signal::Interrupt);
    std::thread::sleep(Duration::from_millis(100));
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn a_bad_filter_is_refused_before_there_is_a_connection() {
    for (flag, filter, caret) in [
        ("--where", ".temp >", "  .temp >\n         ^\n"),
        ("--until", "env.HOME", "  env.HOME\n  ^\n"),
        ("--select", "(.a | inputs)", "  (.a | inputs)\n        ^\n"),
    ] {
        for command in ["sub t", "rr -t q -m x"] {
            let peer = Peer::untouched();
            let command: Vec<_> = command.split(' ').collect();
            let run = peer.mqtt(command[0]).args(&command[1..]).args([flag, filter]).status(2);
            let run = run.stderr_contains(format!("invalid {flag} filter: "));
            run.stderr_contains(caret).run();
        }
    }
}

/// A requester with these flags, and the replies that the responder sends to its request.
#[track_caller]
fn asks(version: &str, flags: &[&str], replies: Vec<Publish>, end: impl FnOnce(Mqtt) -> Mqtt) {
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        let request: Publish = conn.take();
        assert_eq!(request.topic, "lamp/set");
        replies.iter().for_each(|reply| conn.publish(reply));
        conn.expect_goodbye();
    });
    let request = peer.mqtt("rr").line("-t lamp/set -m ON -V").arg(version).args(flags);
    end(request).run();
}

#[test]
fn a_reply_is_one_for_which_the_filters_are_true() {
    let states = || {
        [r#"{"state":"OFF"}"#, "x", r#"{"state":"ON"}"#].map(|it| Publish::new("lamp", it)).to_vec()
    };
    for version in ["3.1.1", "5"] {
        let on = ["-e", "lamp", "--where", ".state == \"ON\"", "-W", "20s"];
        asks(version, &on, states(), |run| run.stdout("{\"state\":\"ON\"}\n"));
        let until = ["-e", "lamp", "--until", ".state == \"ON\"", "-W", "20s"];
        let all = "{\"state\":\"OFF\"}\nx\n{\"state\":\"ON\"}\n";
        asks(version, &until, states(), |run| run.stdout(all));
        let filter =
            ["-e", "stat/+", "--match", "any", "--where", "$levels[-1] == \"a\"", "--select", ".s"];
        let many = [("stat/b", "{\"s\":1}"), ("stat/a", "{\"s\":2}")]
            .map(|(topic, payload)| Publish::new(topic, payload));
        asks(version, &filter, many.to_vec(), |run| run.stdout("2\n"));
    }
}

#[test]
fn a_reply_that_never_comes_is_27_and_says_what_came() {
    let states = || ["1", "2"].map(|it| Publish::new("lamp", it)).to_vec();
    let none = ["-e", "lamp", "--where", ". == 3", "-W", "1s"];
    asks("5", &none, states(), |run| {
        run.status(27).stderr_contains("no reply, 2 replies were skipped by the filters")
    });
    let bound = ["-e", "lamp", "--until", ". == 3", "--replies", "2", "-W", "20s"];
    asks("5", &bound, states(), |run| {
        let run = run.status(27).stdout("1\n2\n");
        run.stderr_contains("none of 2 messages matched --until")
    });
    let late = ["-e", "lamp", "--until", ". == 3", "-W", "1s"];
    asks("5", &late, states(), |run| {
        let run = run.status(27).stdout("1\n2\n");
        run.stderr_contains("none of 2 messages matched --until")
    });
}
