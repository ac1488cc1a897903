//! The progress bar of `mqtt pub`: seen where it helps, gone when the run is over, never among the data.

use std::time::Duration;

use crate::support::{Mqtt, Output, Peer, Screen};

/// Two seconds of work.
const WORK: &str = "-V 5 -t t -m x -q 1 --rate 50 --repeat 100";

const COLUMNS: usize = 80;

/// Runs `mqtt pub` with a polite broker in a terminal; what a person sees.
#[track_caller]
fn on_screen(prepare: impl FnOnce(Mqtt) -> Mqtt) -> Screen {
    on_screen_with(&Peer::accepting(), COLUMNS, prepare)
}

#[track_caller]
fn on_screen_with(peer: &Peer, columns: usize, prepare: impl FnOnce(Mqtt) -> Mqtt) -> Screen {
    let run = prepare(peer.mqtt("pub").in_terminal_of(columns).stdout_anything());
    Screen::of(&run.run().stdout, columns)
}

/// Runs `mqtt pub` with a polite broker without a terminal.
#[track_caller]
fn in_pipe(prepare: impl FnOnce(Mqtt) -> Mqtt) -> Output {
    let peer = Peer::accepting();
    prepare(peer.mqtt("pub")).run()
}

/// Nothing but the summary is left.
#[track_caller]
fn assert_summary(left: &[String], count: &str) {
    let [line] = left else {
        panic!("not one line: {left:#?}");
    };
    let messages = if count == "1" { "message" } else { "messages" };
    let expected = format!("mqtt: published {count} {messages} in ");
    assert!(line.starts_with(&expected), "{line}");
}

/// At some time there was more to be seen than what is left.
#[track_caller]
fn assert_moved(screen: &Screen) {
    let frames = screen.gone();
    assert!(frames.len() >= 3, "few frames: {frames:#?}");
    let digits = |frame: &&String| frame.chars().any(|char| char.is_ascii_digit());
    assert!(frames.iter().filter(digits).count() >= 3, "frames without numbers: {frames:#?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_long_run_in_a_terminal_shows_a_bar_and_leaves_a_summary() {
    let screen = on_screen(|mqtt| mqtt.line(WORK));
    assert_moved(&screen);
    assert_summary(&screen.left(), "100");
    assert!(screen.is_at_line_start());
}

#[test]
#[cfg(target_os = "linux")]
fn a_narrow_terminal_is_left_clean_too() {
    for columns in [30, 10] {
        let screen = on_screen_with(&Peer::accepting(), columns, |mqtt| mqtt.line(WORK));
        assert!(!screen.gone().is_empty(), "no bar");
        let left = screen.left().concat().replace(' ', "");
        assert!(left.starts_with("mqtt:published100messagesin"), "{left}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_short_run_in_a_terminal_is_silent() {
    let screen = on_screen(|mqtt| mqtt.line("-t t -m x -q 1"));
    assert!(screen.left().is_empty() && screen.gone().is_empty(), "{:?}", screen.left());
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_can_be_kept_free() {
    for flags in ["--no-progress", "--progress --no-progress", "--quiet"] {
        let screen = on_screen(|mqtt| mqtt.line(WORK).line(flags));
        let (left, gone) = (screen.left(), screen.gone());
        assert!(left.is_empty() && gone.is_empty(), "{flags}: {left:#?} {gone:#?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_last_word_about_the_bar_counts() {
    let screen = on_screen(|mqtt| mqtt.line(WORK).line("--no-progress --progress"));
    assert_moved(&screen);
    assert_summary(&screen.left(), "100");
}

#[test]
fn a_long_run_in_a_pipe_is_silent() {
    in_pipe(|mqtt| mqtt.line(WORK));
    in_pipe(|mqtt| mqtt.line(WORK).line("--no-progress"));
}

#[test]
fn a_pipe_gets_a_bar_when_it_wants_one() {
    let output = in_pipe(|mqtt| mqtt.line(WORK).line("--progress").with_bar().stderr_anything());
    let screen = Screen::of(&output.stderr, COLUMNS);
    assert_summary(&screen.left()[screen.left().len() - 1..], "100");
    let talk = output.stderr_text();
    assert!(talk.len() > screen.left().concat().len() + 2, "no bar before the summary: {talk:?}");
}

#[test]
fn counts_are_for_people_to_read() {
    let line = "-t t -m x -q 1 --rate 600 --repeat 1200 --progress";
    let output = in_pipe(|mqtt| mqtt.line(line).with_bar().stderr_anything());
    let left = Screen::of(&output.stderr, COLUMNS).left();
    assert_summary(&left[left.len() - 1..], "1,200");
}

#[test]
#[cfg(target_os = "linux")]
fn a_bar_goes_with_every_kind_of_input() {
    let records = "{\"topic\":\"t\",\"payload\":\"x\"}\n".repeat(100);
    for (flags, input) in [("-t t -l", "x\n".repeat(100)), ("--json", records)] {
        let screen = on_screen(|mqtt| mqtt.line(flags).line("--rate 50 -q 1").stdin(input));
        assert_moved(&screen);
        assert_summary(&screen.left(), "100");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn talk_stands_above_the_bar_and_is_whole() {
    let peer = Peer::script(|conn| {
        conn.accept();
        for number in 1..=100 {
            let id = conn.expect_publish().id.expect("an identifier");
            let refused = matches!(number, 1 | 70 | 71 | 100);
            conn.puback(id, if refused { 0x87 } else { 0 });
        }
        conn.expect_goodbye();
    });
    let screen = on_screen_with(&peer, COLUMNS, |mqtt| mqtt.line(WORK).status(5));
    assert_moved(&screen);
    let left = screen.left();
    let refusals = left.iter().filter(|line| {
        line.starts_with("mqtt: message ") && line.ends_with(" refused: 0x87 Not authorized")
    });
    assert_eq!(refusals.count(), 4, "{left:#?}");
    let summary = "96 delivered, 4 refused (0x87 Not authorized), 0 unconfirmed, 0 not sent";
    assert!(left.iter().any(|line| line.contains(summary)), "{left:#?}");
    let stray = left.iter().filter(|line| !line.starts_with("mqtt: ")).count();
    assert_eq!(stray, 0, "{left:#?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_lost_connection_is_told_above_the_bar() {
    let peer = Peer::each(|conn| conn.serve()).then(|conn| {
        conn.accept();
        for _ in 0..70 {
            conn.take();
        }
        conn.cut();
    });
    let screen = on_screen_with(&peer, 200, |mqtt| mqtt.line(WORK));
    assert_moved(&screen);
    let left = screen.left();
    assert!(left[0].starts_with("mqtt: connection to mqtt://127.0.0.1"), "{left:#?}");
    assert!(left[0].ends_with("reconnecting"), "{left:#?}");
    assert!(left.iter().all(|line| line.starts_with("mqtt: ")), "{left:#?}");
    assert_summary(&left[left.len() - 1..], "100");
}

#[test]
#[cfg(target_os = "linux")]
fn a_bad_record_is_told_above_the_bar() {
    for bad in ["{}\n", "{\"colour\":1}\n"] {
        let good = "{\"topic\":\"t\"}\n";
        let records = [&good.repeat(75), bad, &good.repeat(25)].concat();
        let screen = on_screen(|mqtt| {
            mqtt.line("--json --skip-invalid --rate 50 -q 1").stdin(records).status(2)
        });
        assert_moved(&screen);
        let left = screen.left();
        assert!(left.iter().any(|line| line.starts_with("mqtt: line 76: ")), "{left:#?}");
        let stray = left.iter().find(|line| !line.starts_with("mqtt: "));
        assert_eq!(stray, None, "{left:#?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_packet_trace_and_a_bar_do_not_mix() {
    let screen = on_screen_with(&Peer::accepting(), 200, |mqtt| mqtt.line(WORK).arg("-d"));
    let left = screen.left();
    assert!(left.len() > 200, "{left:#?}");
    // The trace has one shape for all its lines.
    let stray = left.iter().find(|line| line.contains(" %") || line.contains("==="));
    assert_eq!(stray, None, "{left:#?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_fails_leaves_no_bar() {
    let screen = on_screen(|mqtt| mqtt.line(WORK).line("--repeat 1000 -W 2s").status(27));
    assert_moved(&screen);
    let left = screen.left();
    // The terminal breaks the line.
    let talk = left.concat();
    assert!(talk.starts_with("mqtt: timed out") && talk.ends_with(" not sent"), "{left:#?}");
    assert!(!talk.contains('>') && !talk.contains("published"), "{left:#?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_bar_waits_for_the_broker_with_the_messages() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_publish().id.expect("an identifier");
        // The run lasts, and nothing happens.
        conn.stall_for(Duration::from_secs(2));
        conn.puback(id, 0);
        conn.expect_goodbye();
    });
    let screen = on_screen_with(&peer, COLUMNS, |mqtt| mqtt.line("-V 5 -t t -m x -q 1"));
    assert!(!screen.gone().is_empty(), "no bar");
    assert_summary(&screen.left(), "1");
}

#[test]
#[cfg(target_os = "linux")]
fn a_bar_has_no_colours_where_none_are_wanted() {
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line(WORK).in_terminal().env("NO_COLOR", "1").stdout_anything();
    let shown = run.run().stdout;
    let shown = String::from_utf8(shown).expect("text");
    let mut escapes = shown.split("\x1b[").skip(1);
    let coloured = escapes
        .any(|part| part.find(char::is_alphabetic).is_some_and(|end| &part[end..=end] == "m"));
    assert!(!coloured, "{shown:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_typed_is_left_alone() {
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line("-t t -l -q 1 --rate 20").in_terminal();
    // Long enough for a bar, if there were one; the last byte ends the input.
    let run = run.typed(&format!("{}\x04", "x\n".repeat(40))).stdout_anything();
    let shown = run.run().stdout;
    let shown = String::from_utf8_lossy(&shown);
    assert!(!shown.contains("messages") && !shown.contains("/s"), "{shown}");
}
