//! Where `mqtt sub` prints: a terminal that nothing may drive, files, and pipes whose reader goes away.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{Mqtt, Peer, Properties, Publish, Signal, property};

/// Bytes that a terminal would obey, and bytes that are no text.
const HOSTILE: &[u8] = b"\x1b[2J\x07\x9b1m\xff\x7f\r\x08end";

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").line(options)
}

/// What one message looks like with these options in a terminal, without the terminal's own CR.
#[track_caller]
fn in_terminal(message: Publish, options: &str) -> Vec<u8> {
    in_terminal_with(message, options, |mqtt| mqtt)
}

#[track_caller]
fn in_terminal_with(
    message: Publish,
    options: &str,
    prepare: impl FnOnce(Mqtt) -> Mqtt,
) -> Vec<u8> {
    let peer = Peer::sending(&[message]);
    let run = prepare(subscribe(&peer, "-C 1").line(options).in_terminal());
    let seen = run.stdout_anything().run().stdout;
    let mut bytes = Vec::new();
    for line in seen.split_inclusive(|byte| *byte == b'\n') {
        bytes.extend_from_slice(line.strip_suffix(b"\r\n").unwrap_or(line));
        bytes.extend(line.ends_with(b"\n").then_some(b'\n'));
    }
    bytes
}

/// Takes the colours off: `ESC [ … m`, which may be the only escapes.
#[track_caller]
fn without_colour(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).expect("text");
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (numbers, rest) = part.split_once('m').expect("an escape that ends");
        let is_number = |char: char| char.is_ascii_digit() || char == ';';
        assert!(numbers.chars().all(is_number), "an escape that is no colour: {part:?}");
        plain.push_str(rest);
    }
    assert!(!plain.contains('\x1b'), "{plain:?}");
    plain
}

fn has_colour(bytes: &[u8]) -> bool {
    bytes.contains(&b'\x1b')
}

#[test]
fn a_terminal_sees_escapes_instead_of_what_would_drive_it() {
    let options =
        ["", "-v", "--json", "--hex -v", "--base64 -v", "-F %t|%p", "-F %j", "-F %P", "-0"];
    let properties = Properties::new()
        .text(property::CONTENT_TYPE, "\u{9b}1m\u{202e}")
        .user("\u{202e}", "\u{85}\u{200f}");
    for options in options {
        let message = Publish::new("a\u{9b}b/\u{202e}", HOSTILE).with(properties.clone());
        let seen = in_terminal(message, options);
        let text = std::str::from_utf8(&seen);
        let text = text.unwrap_or_else(|_| panic!("{options}: {}", seen.escape_ascii()));
        let plain = without_colour(text.as_bytes());
        let bad = plain.chars().find(|char| {
            let layout = matches!(char, '\n' | '\t') || (options == "-0" && *char == '\0');
            let bidi = matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}');
            bidi || (char.is_control() && !layout)
        });
        assert_eq!(bad, None, "{options}: {plain:?}");
    }
}

#[test]
fn a_terminal_shows_the_layout_of_a_payload() {
    let message = Publish::new("t", "one\n\ttwo ünï \u{1f41f}");
    assert_eq!(in_terminal(message, "--color never"), "one\n\ttwo ünï \u{1f41f}\n".as_bytes());
}

#[test]
fn raw_is_raw_even_in_a_terminal() {
    let message = Publish::new("t", HOSTILE);
    assert_eq!(in_terminal(message.clone(), "--raw -N"), HOSTILE);
    assert_eq!(in_terminal(message, "--raw -v"), [b"t ", HOSTILE, b"\n"].concat());
}

#[test]
fn a_format_may_colour_the_terminal_itself() {
    // What the user typed is the user's; what the broker sent is not.
    let seen = in_terminal(Publish::new("t", "\x1b[31m"), r"-F \e[1m%p\e[0m");
    assert_eq!(seen.escape_ascii().to_string(), r"\x1b[1m\\x1b[31m\x1b[0m\n");
}

#[test]
fn colour_is_for_terminals() {
    let message = || Publish::new("a/b", "payload");
    let plain = "a/b payload\n";
    let coloured = in_terminal(message(), "-v");
    assert!(has_colour(&coloured));
    assert_eq!(without_colour(&coloured), plain);
    assert!(has_colour(&in_terminal(message(), "-v --color auto")));
    assert_eq!(in_terminal(message(), "-v --color never"), plain.as_bytes());
    assert_eq!(in_terminal(message(), "-v --raw"), plain.as_bytes());
}

#[test]
fn colour_is_taken_away_by_the_environment_and_given_back_by_the_flag() {
    let seen = |options: &str, name: &str, value: &str| {
        let message = Publish::new("a/b", "payload");
        in_terminal_with(message, options, |mqtt| mqtt.env(name, value))
    };
    assert!(!has_colour(&seen("-v", "NO_COLOR", "1")));
    assert!(!has_colour(&seen("-v --color auto", "NO_COLOR", "1")));
    assert!(has_colour(&seen("-v --color always", "NO_COLOR", "1")));
    assert!(has_colour(&seen("-v", "NO_COLOR", "")), "an empty NO_COLOR is none");
}

#[test]
fn a_terminal_that_says_it_has_no_colour_gets_none() {
    let message = Publish::new("a/b", "payload");
    let seen = in_terminal_with(message, "-v", |mqtt| mqtt.env("TERM", "dumb"));
    assert_eq!(seen, b"a/b payload\n");
}

#[test]
fn colour_in_a_pipe_is_only_what_was_asked_for() {
    for options in ["-v", "--json"] {
        let printed = |colour: &str| {
            let peer = Peer::sending(&[Publish::new("a/b", "payload")]);
            let run = subscribe(&peer, "-C 1").line(options).line(colour);
            let output = run.stdout_anything().run().stdout;
            // Of a record without the time, which is not the same twice.
            let start = output.windows(3).position(|window| window == b"a/b").expect("the topic");
            (has_colour(&output), without_colour(&output[start..]))
        };
        let (coloured, plain) = printed("");
        assert!(!coloured, "{options}");
        assert_eq!(printed("--color auto"), (false, plain.clone()), "{options}");
        assert_eq!(printed("--color never"), (false, plain.clone()), "{options}");
        let (coloured, coloured_plain) = printed("--color always");
        assert!(coloured, "{options}");
        assert_eq!(coloured_plain, plain, "{options}");
    }
}

#[test]
fn colour_has_three_words() {
    let peer = Peer::untouched();
    let run = subscribe(&peer, "--color sometimes").status(2);
    run.stderr_contains("sometimes").stderr_contains("always").run();
}

/// Runs `mqtt sub -C 1 --output FILE` with these options and the one message `text`.
#[track_caller]
fn print_to(file: &Path, options: &str, text: &str) {
    let peer = Peer::sending(&[Publish::new("t", text)]);
    subscribe(&peer, "-C 1 --output").arg(file).line(options).run();
}

#[test]
fn output_goes_to_a_file_or_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("out");
    for (flag, expected) in [("", "one\n"), ("--append", "one\none\n"), ("", "one\n")] {
        print_to(&file, flag, "one");
        assert_eq!(fs::read_to_string(&file).unwrap(), expected, "{flag}");
    }
}

#[test]
fn a_file_that_is_made_is_its_owners_alone() {
    let directory = tempfile::tempdir().unwrap();
    for flag in ["", "--append"] {
        let file = directory.path().join(format!("out{flag}"));
        print_to(&file, flag, "one");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "{flag}");
    }
}

#[test]
fn a_file_that_was_there_keeps_its_permissions() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("out");
    fs::write(&file, "longer than what comes").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    print_to(&file, "", "one");
    assert_eq!(fs::read_to_string(&file).unwrap(), "one\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_file_that_cannot_be_opened_is_refused_before_anything_is_sent() {
    let peer = Peer::untouched();
    for (path, reason) in
        [("nowhere/out", "No such file or directory"), (".", "directory"), ("", "--output")]
    {
        let run = subscribe(&peer, "--output").arg(path).status(2);
        run.stderr_contains(reason).stderr_contains(path).run();
    }
    subscribe(&peer, "--append").status(2).stderr_contains("--output").run();
}

#[test]
fn a_refused_run_leaves_the_file_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("out");
    fs::write(&file, "precious").unwrap();
    let peer = Peer::untouched();
    subscribe(&peer, "-V 3.1.1 --no-local --output").arg(&file).status(2).stderr_anything().run();
    subscribe(&peer, "-F %Q --output").arg(&file).status(2).stderr_anything().run();
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn messages_reach_the_file_as_they_come() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("out");
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one").qos(1, 1));
        assert_eq!(conn.expect_puback().id, 1);
        conn.reached("acknowledged");
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "-q 1 --output").arg(&file).status(143).stderr_anything();
    let running = run.spawn();
    peer.wait_for("acknowledged");
    assert_eq!(fs::read_to_string(&file).unwrap(), "one\n");
    running.signal(Signal::Terminate);
    running.wait();
}

#[test]
fn a_file_gets_exact_bytes_whatever_the_terminal_is() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("out");
    let seen = in_terminal_with(Publish::new("t", HOSTILE), "-v --output", |mqtt| mqtt.arg(&file));
    assert_eq!(seen, b"");
    assert_eq!(fs::read(&file).unwrap(), [b"t ", HOSTILE, b"\n"].concat());
}

#[test]
fn output_may_be_a_pipe_with_a_name() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    make_pipe(&pipe);
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    print_to(&pipe, "", "one");
    assert_eq!(reader.join().unwrap(), "one\n");
}

fn make_pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn a_pipe_with_a_name_whose_reader_goes_away_is_noticed_without_a_message() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    make_pipe(&pipe);
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.reached("subscribed");
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "--output").arg(&pipe).deadline(Duration::from_secs(5));
    let running = run.spawn();
    let reader = File::open(&pipe).unwrap();
    peer.wait_for("subscribed");
    drop(reader);
    running.wait();
}

#[test]
fn a_standard_output_that_takes_nothing_is_a_local_failure() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one").qos(1, 1));
        // Not acknowledged: it was not written.
        conn.expect_closed();
    });
    let only_for_reading = File::open("/dev/null").unwrap();
    let run = subscribe(&peer, "-q 1 -C 1").stdout_to(only_for_reading).status(1);
    run.stderr_contains("cannot write").run();
}

#[test]
fn a_full_disk_is_a_local_failure_whichever_way_it_is_named() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let prepare: [&dyn Fn(Mqtt) -> Mqtt; 3] = [
        &|mqtt| mqtt.line("--output /dev/full"),
        &|mqtt| mqtt.line("--output /dev/full --append"),
        &|mqtt| mqtt.stdout_to(full()),
    ];
    for prepare in prepare {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", "one").qos(1, 1));
            // Not acknowledged: it was not written.
            let last = conn.expect_closed();
            assert!(last.is_some(), "no DISCONNECT");
        });
        let run = prepare(subscribe(&peer, "-q 1")).status(1);
        run.stderr_contains("cannot write").stderr_contains("No space left on device").run();
    }
}

#[test]
#[cfg(unix)]
fn a_limit_on_the_size_of_files_is_as_a_full_disk() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    for output in ["> FILE", ">> FILE", "--output FILE", "--output FILE --append"] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", &"x".repeat(100_000)).qos(1, 1));
            // Not acknowledged: it was not written.
            let last = conn.expect_closed();
            assert!(last.is_some(), "no DISCONNECT");
        });
        let (program, port) = (env!("CARGO_BIN_EXE_mqtt"), peer.port());
        let output = output.replace("FILE", file.to_str().unwrap());
        let script = format!(
            "ulimit -f 64; exec {program} sub -h 127.0.0.1 -p {port} -t t -q 1 --no-config {output}"
        );
        let run = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{output}: {stderr}");
        assert_eq!(stderr, "mqtt: cannot write: File too large\n", "{output}");
        peer.finish();
    }
}

/// Runs until its reader goes away, in silence.
fn unheard(options: &str, before: &str) {
    let messages: Vec<_> = before.lines().map(|line| Publish::new("t", line)).collect();
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        for message in &messages {
            conn.publish(message);
        }
        conn.reached("subscribed");
        conn.expect_goodbye();
    });
    let (mut reader, writer) = std::io::pipe().unwrap();
    let running = subscribe(&peer, options).stdout_to(writer).spawn();
    peer.wait_for("subscribed");
    let mut read = vec![0; before.len()];
    std::io::Read::read_exact(&mut reader, &mut read).unwrap();
    assert_eq!(read, before.as_bytes());
    drop(reader);
    let gone = Instant::now();
    running.wait();
    let took = gone.elapsed();
    assert!(took < Duration::from_secs(4), "it took {took:?} to notice");
}

#[test]
fn a_reader_that_goes_away_is_noticed_without_a_message() {
    unheard("", "");
    unheard("", "one\ntwo\n");
}

#[test]
fn a_reader_that_goes_away_may_have_wanted_less_than_was_asked_for() {
    unheard("-C 5", "one\n");
    unheard("--idle 60s -W 60s", "");
}

#[test]
#[cfg(unix)]
fn a_socket_that_is_reset_by_its_reader_is_success_too() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        let message = Publish::new("t", &"x".repeat(4_000));
        (0..400).for_each(|_| conn.publish(&message));
        conn.reached("flooded");
        conn.expect_goodbye();
    });
    let (mut reader, writer) = std::os::unix::net::UnixStream::pair().unwrap();
    let running = subscribe(&peer, "").stdout_to(std::os::fd::OwnedFd::from(writer)).spawn();
    peer.wait_for("flooded");
    std::io::Read::read_exact(&mut reader, &mut [0; 10]).unwrap();
    drop(reader);
    running.wait();
    peer.finish();
}

#[test]
fn a_reader_that_was_never_there_is_noticed() {
    let peer = Peer::each(|conn| conn.serve());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    subscribe(&peer, "").stdout_to(writer).run();
}

#[test]
fn what_is_no_pipe_cannot_go_away() {
    let directory = tempfile::tempdir().unwrap();
    let targets = [File::create(directory.path().join("out")), File::create("/dev/null")];
    for target in targets {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.expect_nothing_for(Duration::from_millis(1_500));
            conn.publish(&Publish::new("t", "one"));
            conn.expect_goodbye();
        });
        subscribe(&peer, "-C 1").stdout_to(target.unwrap()).run();
    }
    let printed = fs::read_to_string(directory.path().join("out")).unwrap();
    assert_eq!(printed, "one\n");
}

#[test]
fn flags_of_the_output_without_effect_are_refused() {
    for (line, words) in [
        ("-v -F %p", "cannot be used with"),
        ("--output - --append", "--append has no effect on standard output"),
        ("--output /dev/stdout --append", "--append has no effect on standard output"),
        ("--raw --hex", "--raw has no effect"),
        ("--raw --base64", "--raw has no effect"),
        ("--raw --output file", "--raw has no effect with --output"),
        ("--color always", "--color always has no effect on payloads"),
        ("--color always --hex", "--color always has no effect on payloads"),
    ] {
        let run = Peer::untouched().mqtt("sub").line("-t t").line(line).status(2);
        run.stderr_contains(words).run();
    }
}
