//! What `mqtt pub` makes messages of: the command line, files of every kind, pipes, and records between any delimiters.

use std::fs::File;
use std::io::Write;

use crate::support::{
    Conn, Mosquitto, Mqtt, Output, Peer, Publish, Random, all_published, property, published,
};

/// The payloads that `mqtt pub -l` makes of this input, at QoS 1.
#[track_caller]
fn records(input: impl AsRef<[u8]>, options: &[&str]) -> Vec<Vec<u8>> {
    all_published(|mqtt| mqtt.line("-t t -l -q 1").args(options).stdin(input))
        .into_iter()
        .map(|publish| publish.payload.0)
        .collect()
}

/// The topic and the payload of each message that `mqtt pub -l --topic-from SEPARATOR` makes of this input.
#[track_caller]
fn routed(input: impl AsRef<[u8]>, separator: &str) -> Vec<(String, Vec<u8>)> {
    all_published(|mqtt| mqtt.line("-l -q 1").args(["--topic-from", separator]).stdin(input))
        .into_iter()
        .map(|publish| (publish.topic, publish.payload.0))
        .collect()
}

fn route(topic: &str, payload: impl AsRef<[u8]>) -> (String, Vec<u8>) {
    (topic.to_owned(), payload.as_ref().to_vec())
}

/// `mqtt pub` that must be refused before it connects, in words that hold `culprit`.
#[track_caller]
fn refuses(culprit: &str, prepare: impl FnOnce(Mqtt) -> Mqtt) -> Output {
    let peer = Peer::untouched();
    prepare(peer.mqtt("pub")).status(2).stderr_contains(culprit).run()
}

#[track_caller]
fn refuses_line(line: &str, culprit: &str) {
    refuses(culprit, |mqtt| mqtt.line(line));
}

/// `mqtt pub -q 1` that must end with status 2 at a bad record, whose words are returned, after it has delivered these.
#[track_caller]
fn stops(delivered: &[&[u8]], prepare: impl FnOnce(Mqtt) -> Mqtt) -> Output {
    let peer = Peer::accepting();
    let output = prepare(peer.mqtt("pub").line("-q 1")).status(2).stderr_anything().run();
    let publishes = peer.finish().publishes;
    let payloads: Vec<&[u8]> = publishes.iter().map(|publish| &publish.payload[..]).collect();
    assert_eq!(payloads, delivered, "{output}");
    output
}

#[track_caller]
fn assert_names(output: &Output, parts: &[&str]) {
    let words = output.stderr_text().to_lowercase();
    for part in parts {
        assert!(words.contains(&part.to_lowercase()), "{part:?} is not named\n\n{output}");
    }
}

#[test]
fn records_may_end_with_nul_or_anything_else() {
    for flag in ["-0", "--null"] {
        assert_eq!(records(b"a\n\0b", &[flag]), [&b"a\n"[..], b"b"]);
    }
    assert_eq!(records(b"a;\n;b\n", &["--delimiter", ";"]), [&b"a"[..], b"\n", b"b\n"]);
    assert_eq!(records("ünï→two→", &["--delimiter", "→"]), ["ünï".as_bytes(), b"two"]);
    assert_eq!(records(b"a\nb\0", &["--delimiter", "\n"]), [&b"a"[..], b"b\0"]);
}

#[test]
fn delimiters_have_escapes() {
    for (delimiter, bytes) in [
        (r"\n", &b"\n"[..]),
        (r"\r\n", b"\r\n"),
        (r"\t", b"\t"),
        (r"\0", b"\0"),
        (r"\\", b"\\"),
        (r"\x1e", b"\x1e"),
        (r"\xFF", b"\xff"),
        (r"a\x00\\n", b"a\0\\n"),
    ] {
        let input = [b"one", bytes, b"", bytes, b" two "].concat();
        let records = records(input, &["--delimiter", delimiter]);
        assert_eq!(records, [&b"one"[..], b"", b" two "], "{delimiter}");
    }
}

#[test]
fn blank_records_are_empty_messages_and_a_final_delimiter_ends_the_last_one() {
    assert_eq!(records(b"a\0\0b\0", &["-0"]), [&b"a"[..], b"", b"b"]);
    assert_eq!(records(b"\r\n\r\n", &["--delimiter", r"\r\n"]), [b"", b""]);
    assert_eq!(records(b"\r\n\r\n", &[]), [b"\r", b"\r"]);
    assert!(records(b"", &["-0"]).is_empty());
}

#[test]
fn part_of_a_delimiter_is_part_of_a_record() {
    assert_eq!(records(b"a\r\nb\rc\r", &["--delimiter", r"\r\n"]), [&b"a"[..], b"b\rc\r"]);
    // The first match counts, and no byte counts twice.
    assert_eq!(records(b"aab", &["--delimiter", "ab"]), [b"a"]);
    assert_eq!(records(b"xaaay", &["--delimiter", "aa"]), [&b"x"[..], b"ay"]);
    assert_eq!(records(b"1aabaac2aabaad3", &["--delimiter", "aabaad"]), [&b"1aabaac2"[..], b"3"]);
}

#[test]
fn long_delimiters_are_found_wherever_the_input_is_cut() {
    let mut random = Random::new();
    let records_in: Vec<Vec<u8>> = (0..20_000)
        .map(|number| {
            let mut record = format!("{number} ").into_bytes();
            // Nearly delimiters, and of every length.
            record.resize(record.len() + random.below(20), b'-');
            record.push(b'>');
            record
        })
        .collect();
    let delimiter = "-->\n";
    let input = records_in.join(delimiter.as_bytes());
    let records_out = records(input, &["--delimiter", r"-->\n"]);
    assert_eq!(records_out.len(), records_in.len());
    assert!(records_out == records_in, "not exact");
}

#[test]
fn delimiters_that_are_none() {
    for delimiter in ["", r"\q", "\\", r"a\", r"\x1", r"\xg0", r"\x"] {
        refuses("--delimiter", |mqtt| mqtt.line("-t t -l").args(["--delimiter", delimiter]));
    }
}

#[test]
fn delimiters_are_for_lines_and_there_is_one() {
    refuses_line("-t t -l -0 --delimiter ;", "--delimiter");
    for input in ["-m x", "-n", "-s", "-f f", "--json"] {
        for flag in ["-0", "--delimiter=;"] {
            let culprit = if flag == "-0" { "--null" } else { "--delimiter" };
            let line = format!("-t t {input} {flag}");
            refuses(culprit, |mqtt| mqtt.file("f", "x").line(&line));
        }
    }
}

#[test]
fn the_input_is_one_thing() {
    let inputs = ["-m x", "-f f", "-s", "-l", "-n", "--json"];
    for (place, one) in inputs.iter().enumerate() {
        for other in &inputs[place + 1..] {
            let line = format!("-t t {one} {other}");
            refuses("cannot be used with", |mqtt| mqtt.file("f", "x").line(&line));
        }
    }
}

#[test]
fn each_line_can_name_its_topic() {
    let input = b"a/b 1\nc  2 3\nd/\xc3\xbc \nno/payload \xff\0\r\n";
    let expected =
        [route("a/b", "1"), route("c", " 2 3"), route("d/ü", ""), route("no/payload", b"\xff\0\r")];
    assert_eq!(routed(input, " "), expected);
    let input = "a b::1::2\nc::\n";
    assert_eq!(routed(input, "::"), [route("a b", "1::2"), route("c", "")]);
}

#[test]
fn records_between_any_delimiters_can_name_their_topics() {
    let publishes =
        all_published(|mqtt| mqtt.line("-l -0 --topic-from = -q 2 -r").stdin(b"a=one\ntwo\0b==\0"));
    let arrived: Vec<_> = publishes
        .iter()
        .map(|publish| (publish.topic.as_str(), publish.text(), publish.qos, publish.retain))
        .collect();
    let expected = [("a", "one\ntwo".to_owned(), 2, true), ("b", "=".to_owned(), 2, true)];
    assert_eq!(arrived, expected);
}

#[test]
fn a_line_may_have_a_topic_and_an_encoded_payload() {
    let publishes = all_published(|mqtt| {
        mqtt.args(["-l", "--topic-from", " ", "--hex"]).stdin("a 00 ff\nb \n")
    });
    assert_eq!(publishes, [Publish::new("a", b"\x00\xff"), Publish::new("b", "")]);
}

#[test]
fn what_separates_a_topic_has_escapes() {
    assert_eq!(routed("a b\t1\t2\n", r"\t"), [route("a b", "1\t2")]);
    refuses("--topic-from", |mqtt| mqtt.args(["-l", "--topic-from", r"\q"]));
}

#[test]
fn a_line_without_a_usable_topic_ends_the_input_and_what_came_before_is_delivered() {
    let too_long = "x".repeat(65_536);
    for bad in ["nothing", "", " x", "a/# x", "+ x", &format!("{too_long} x"), "a\0b x"] {
        let input = format!("t one\nt two\n{bad}\nt four\n");
        let run = |mqtt: Mqtt| mqtt.args(["-l", "--topic-from", " "]).stdin(input);
        assert_names(&stops(&[b"one", b"two"], run), &["line 3", "topic"]);
    }
    let run = |mqtt: Mqtt| mqtt.args(["-l", "--topic-from", " "]).stdin(b"t one\n\xff x\n");
    assert_names(&stops(&[b"one"], run), &["line 2", "UTF-8"]);
}

#[test]
fn topics_come_from_one_place() {
    refuses("--topic", |mqtt| mqtt.line("-t t -l").args(["--topic-from", " "]));
    for input in ["-m x", "-n", "-s", "-f f", "--json"] {
        let run = |mqtt: Mqtt| mqtt.file("f", "x").line(input).args(["--topic-from", " "]);
        refuses("--topic-from", run);
    }
    refuses("--topic-from", |mqtt| mqtt.args(["-l", "--topic-from", ""]));
}

#[test]
fn what_sub_prints_with_topics_can_be_published_again() {
    let messages: Vec<Publish> = (0..20)
        .map(|number| Publish::new(&format!("a/{number}"), &format!("{number} x")))
        .collect();
    let peer = Peer::sending(&messages);
    let printed = peer.mqtt("sub").line("-t # -v -C 20").stdout_anything().run().stdout;
    let again = all_published(|mqtt| mqtt.args(["-l", "--topic-from", " "]).stdin(printed));
    assert_eq!(again, messages);
}

#[test]
fn hex_and_base64_are_decoded_from_every_input() {
    let bytes = b"\x00\xff\x0a";
    for (flag, text) in [
        ("--hex", "00ff0a"),
        ("--hex", " 00 FF\t0a\r\n"),
        ("--hex", "0 0f\nf0a"),
        ("--base64", "AP8K"),
        ("--base64", " A P8\nK\n"),
    ] {
        let expected = [Publish::new("t", bytes)];
        let flags = ["-t", "t", flag];
        assert_eq!(all_published(|mqtt| mqtt.args(flags).args(["-m", text])), expected, "{text:?}");
        let run = |mqtt: Mqtt| mqtt.file("f", text).args(flags).line("-f f");
        assert_eq!(all_published(run), expected, "{text:?}");
        let run = |mqtt: Mqtt| mqtt.args(flags).arg("-s").stdin(text);
        assert_eq!(all_published(run), expected, "{text:?}");
        let run = |mqtt: Mqtt| mqtt.args(flags).line("-l -0").stdin(format!("{text}\0{text}"));
        assert_eq!(all_published(run), [&expected[..], &expected].concat(), "{text:?}");
    }
}

#[test]
fn no_digits_are_no_bytes() {
    for flag in ["--hex", "--base64"] {
        let empty = published(|mqtt| mqtt.args(["-t", "t", flag, "-m", ""]));
        assert_eq!(empty, Publish::new("t", ""), "{flag}");
        assert_eq!(records("\n \n", &[flag]), [b"", b""], "{flag}");
    }
}

#[test]
fn base64_has_the_standard_alphabet_and_may_do_without_padding() {
    let bytes = published(|mqtt| mqtt.line("-t t --base64 -m +/+/AQ"));
    assert_eq!(&bytes.payload[..], b"\xfb\xff\xbf\x01");
    let bytes = published(|mqtt| mqtt.line("-t t --base64 -m +/+/AQ=="));
    assert_eq!(&bytes.payload[..], b"\xfb\xff\xbf\x01");
}

#[test]
fn payload_texts_that_are_no_hex_or_base64_are_refused_before_connecting() {
    for text in ["0g", "0", "00f", "0x00", "00-ff"] {
        refuses("hex", |mqtt| mqtt.args(["-t", "t", "--hex", "-m", text]));
    }
    for text in ["!", "A", "AP8K=", "AP=8", "-_8="] {
        refuses("base64", |mqtt| mqtt.args(["-t", "t", "--base64", "-m", text]));
    }
    refuses("hex", |mqtt| mqtt.line("-t t --hex -s").stdin("0g"));
}

#[test]
fn a_file_that_is_no_hex_is_named() {
    // Before connecting or after it: there is no telling for a pipe.
    let broker = Mosquitto::start();
    let run = broker.mqtt("pub").line("-t t --hex -f right -f wrong");
    let run = run.file("right", "00\n").file("wrong", "0g\n").status(2);
    run.stderr_contains("wrong").stderr_contains("hex").run();
}

#[test]
fn a_line_that_is_no_hex_ends_the_input_and_what_came_before_is_delivered() {
    let run = |mqtt: Mqtt| mqtt.line("-t t -l --hex").stdin("00\n\n0g\nff\n");
    assert_names(&stops(&[b"\0", b""], run), &["line 3", "hex"]);
    let run = |mqtt: Mqtt| mqtt.line("-t t -l --base64").stdin("AP8K\n!\nAP8K\n");
    assert_names(&stops(&[b"\0\xff\n"], run), &["line 2", "base64"]);
}

#[test]
fn payload_texts_are_of_one_kind_and_have_a_payload() {
    refuses_line("-t t -m 00 --hex --base64", "--base64");
    for flag in ["--hex", "--base64"] {
        refuses_line(&format!("-t t -n {flag}"), flag);
        refuses_line(&format!("-t t --json {flag}"), flag);
    }
}

#[test]
fn bad_lines_can_be_skipped() {
    let run = |mqtt: Mqtt| mqtt.line("-t t -l --hex --skip-invalid").stdin("00\n0g\nff\nx\n01");
    let output = stops(&[b"\0", b"\xff", b"\x01"], run);
    assert_names(&output, &["line 2", "line 4", "hex"]);
    let run = |mqtt: Mqtt| {
        mqtt.args(["-l", "--skip-invalid", "--topic-from", " "]).stdin("t one\nbad\nt two\n")
    };
    assert_names(&stops(&[b"one", b"two"], run), &["line 2", "topic"]);
}

#[test]
fn the_first_ten_skipped_lines_are_named_and_all_are_counted() {
    let input = "00\n".to_owned() + &"zz\n".repeat(15) + "ff\n";
    let run = |mqtt: Mqtt| mqtt.line("-t t -l --hex --skip-invalid").stdin(input);
    let output = stops(&[b"\0", b"\xff"], run);
    assert_names(&output, &["line 2:", "line 11:", "15"]);
    assert!(!output.stderr_text().contains("line 12"), "{output}");
}

#[test]
fn only_what_can_be_bad_can_be_skipped() {
    for line in ["-m x", "-n", "-s", "-f f", "-l", "-m 00 --hex", "-s --hex"] {
        let run = |mqtt: Mqtt| mqtt.file("f", "").line("-t t --skip-invalid").line(line);
        refuses("--skip-invalid", run);
    }
}

#[test]
fn what_was_refused_is_graver_than_what_was_skipped() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_publish().id.expect("an identifier");
        conn.puback(id, 0x87);
        conn.take();
        conn.expect_goodbye();
    });
    peer.mqtt("pub")
        .line("-V 5 -t t -q 1 -l --hex --skip-invalid")
        .stdin("00\nx\nff\n")
        .status(5)
        .stderr_contains("line 2")
        .stderr_contains("1 delivered, 1 refused")
        .run();
}

#[test]
fn what_is_unconfirmed_is_graver_than_what_was_skipped() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.expect_closed();
    });
    peer.mqtt("pub")
        .line("-V 5 -t t -q 1 -l --hex --skip-invalid --ack-timeout 500ms --reconnect never")
        .stdin("x\n00\n")
        .status(6)
        .stderr_contains("line 1")
        .stderr_contains("1 unconfirmed")
        .run();
}

#[test]
fn files_may_be_empty_binary_or_standard_input() {
    let publishes = all_published(|mqtt| {
        let mqtt = mqtt.file("empty", "").file("bytes", b"\0\xff\r\n\0");
        mqtt.line("-t t -f empty -f - -f bytes -f empty").stdin(b"in\0\n")
    });
    let payloads: Vec<&[u8]> = publishes.iter().map(|publish| &publish.payload[..]).collect();
    assert_eq!(payloads, [&b""[..], b"in\0\n", b"\0\xff\r\n\0", b""]);
}

#[test]
fn every_file_is_looked_at_before_the_first_is_sent() {
    refuses("nowhere", |mqtt| mqtt.file("good", "x").line("-t t -f good -f nowhere"));
    refuses("directory", |mqtt| mqtt.file("good", "x").line("-t t -f good -f ."));
    refuses("large", |mqtt| {
        File::create(mqtt.path("large")).unwrap().set_len(1 << 28).unwrap();
        mqtt.file("good", "x").line("-t t -f good -f large")
    });
}

#[test]
fn an_empty_standard_input_is_an_empty_message() {
    assert_eq!(published(|mqtt| mqtt.line("-t t -s").stdin("")), Publish::new("t", ""));
    assert_eq!(published(|mqtt| mqtt.line("-t t -f -").stdin("")), Publish::new("t", ""));
}

/// It is not an empty one, and so no empty message, which would remove what is retained.
#[test]
#[cfg(unix)]
fn a_standard_input_that_cannot_be_read_is_a_local_failure() {
    let only_for_writing = || File::options().write(true).open("/dev/null").unwrap();
    for (line, connects) in
        [("-t t -r -s", false), ("-t t -r -f -", false), ("-t t -l", true), ("--json", true)]
    {
        let peer = if connects { Peer::accepting() } else { Peer::untouched() };
        let run = peer.mqtt("pub").line(line).stdin_from(only_for_writing()).status(1);
        run.stderr_line("mqtt: cannot read standard input: Bad file descriptor").run();
        assert!(peer.finish().publishes.is_empty());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn files_of_unknown_size_are_read_to_their_end() {
    let text = published(|mqtt| mqtt.line("-t t -f /proc/sys/kernel/ostype"));
    assert_eq!(text.text(), "Linux\n");
    let bytes = vec![b'x'; 3_000_000];
    let piped = published(|mqtt| mqtt.line("-t t -q 1 -f /dev/stdin").stdin(&bytes));
    assert!(piped.payload[..] == bytes, "not exact");
}

#[test]
#[cfg(unix)]
fn a_named_pipe_is_a_file_like_any_other() {
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line("-t t -q 1 -f pipe -f after").file("after", "2");
    let pipe = run.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let running = run.spawn();
    // Opening waits until it is read.
    let mut writer = File::options().write(true).open(&pipe).unwrap();
    writer.write_all(b"on").unwrap();
    writer.write_all(b"e\0").unwrap();
    drop(writer);
    running.wait();
    assert_eq!(peer.finish().payloads(), ["one\0", "2"]);
}

#[test]
#[cfg(target_os = "linux")]
fn sixty_megabytes_of_lines_take_little_memory() {
    const LINES: usize = 4_000;
    let input = [&[b'x'; 16 << 10][..], b"\n"].concat().repeat(LINES);
    let peer = Peer::script(|conn| {
        conn.accept();
        for _ in 1..LINES {
            conn.take();
        }
        let last = conn.expect_publish();
        conn.reached("read");
        conn.wait_for("measured");
        conn.puback(last.id.expect("an identifier"), 0);
        conn.expect_goodbye();
    });
    let running = peer.mqtt("pub").line("-V 5 -t t -l -q 1").stdin(input).spawn();
    peer.wait_for("read");
    let peak = running.peak_memory();
    peer.reached("measured");
    running.wait();
    assert!(peak < 40 << 10, "{peak} KiB");
}

#[test]
#[cfg(target_os = "linux")]
fn input_is_not_read_ahead_of_a_broker_that_does_not_answer() {
    let input = [&[b'x'; 1 << 10][..], b"\n"].concat().repeat(60_000);
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.until_it_is_silent_for(std::time::Duration::from_millis(500));
        conn.reached("silent");
        conn.expect_closed();
    });
    let run = peer.mqtt("pub").line("-V 5 -t t -l -q 1 -M 1 --ack-timeout 3s --reconnect never");
    let running = run.stdin(input).status(6).stderr_contains("1 unconfirmed").spawn();
    peer.wait_for("silent");
    let peak = running.peak_memory();
    running.wait();
    assert!(peak < 40 << 10, "{peak} KiB");
}

/// `mqtt pub -l` whose broker goes away after the first line and never comes back, while there is more input.
#[track_caller]
fn gives_up(qos: &str) {
    let peer = Peer::each(Conn::cut).then(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.cut();
    });
    let run = peer.mqtt("pub").line("-V 5 -t t -l --ack-timeout 1s -q").arg(qos);
    let mut running = run.stdin_open().status(6).stderr_contains("2 not sent").spawn();
    running.write_stdin("one\n");
    running.wait_for_stderr_line("lost");
    running.write_stdin("two\nthree\n");
    running.close_stdin();
    running.wait();
}

#[test]
fn a_broker_that_is_gone_when_the_input_ends_is_given_up() {
    for qos in ["0", "1", "2"] {
        gives_up(qos);
    }
}

#[test]
fn a_broker_that_dies_is_given_up_when_the_input_has_ended() {
    for qos in ["0", "1"] {
        let mut broker = Mosquitto::start();
        let run = broker.mqtt("pub").line("-t t -l --ack-timeout 1s --events - -q");
        let run = run.arg(qos).stdin_open().status(6).stderr_contains("not sent");
        let mut running = run.spawn();
        running.write_stdin("one\n");
        running.wait_for_stderr_line(r#""event":"publish""#);
        broker.kill();
        running.wait_for_stderr_line("lost");
        running.write_stdin("two\n");
        running.close_stdin();
        running.wait();
    }
}

#[test]
fn the_first_ten_refusals_are_named_and_all_are_counted() {
    let peer = Peer::script(|conn| {
        conn.accept();
        for number in 1..=15 {
            let id = conn.expect_publish().id.expect("an identifier");
            conn.puback_saying(id, 0x87, &format!("why {number}"));
        }
        conn.take();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-V 5 -t t -l -q 1").stdin("x\n".repeat(16)).status(5);
    run.stderr_line("*message 1 refused: 0x87 Not authorized: why 1")
        .stderr_line("*message 10 refused: 0x87 Not authorized: why 10")
        .stderr_lacks("message 11")
        .stderr_contains("1 delivered, 15 refused (0x87 Not authorized)")
        .run();
}

#[test]
fn a_text_is_sent_as_it_stands_even_when_it_looks_like_a_flag_or_an_escape() {
    for text in ["-1", "--hex", "a\\n", "hex:00", "@file", " "] {
        let publish = published(|mqtt| mqtt.args(["-V", "5", "-t", "t", "-m", text]));
        assert_eq!(publish.text(), text);
        assert_eq!(publish.properties.number(property::PAYLOAD_FORMAT), None);
    }
}

#[test]
#[cfg(unix)]
fn a_text_that_is_no_text_is_sent_as_it_stands() {
    use std::os::unix::ffi::OsStrExt;

    let bytes = b"a\xff\x9b";
    let argument = std::ffi::OsStr::from_bytes(bytes);
    assert_eq!(published(|mqtt| mqtt.line("-t t -m").arg(argument)), Publish::new("t", bytes));
}
