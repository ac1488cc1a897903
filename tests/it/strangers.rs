//! What strangers say, on a terminal and on standard error: nothing of it is hidden, and it fills no line.

use crate::support::{Peer, Properties, Publish, property};

/// Text that shows nothing of itself: a mark that reorders, a blank of no width, a tag, an annotation.
const HIDDEN: &str = "\u{61c}\u{200b}\u{e0041}\u{fff9}";
const SHOWN: &str = "\\u{61c}\\u{200b}\\u{e0041}\\u{fff9}";

/// A joiner and a variation selector, which belong to emoji.
const SHAPED: &str = "\u{1f469}\u{200d}\u{1f467}\u{fe0f}";

#[test]
fn on_standard_error_nothing_is_hidden() {
    let peer = Peer::script(|conn| conn.refuse(0x87, &format!("no{HIDDEN}\u{200d}")));
    let run = peer.mqtt("pub").line("-V 5 -t t -m x").status(4).stderr_lacks("\u{61c}");
    run.stderr_contains(format!("no{SHOWN}\\u{{200d}}")).run();
}

#[test]
fn on_a_terminal_nothing_is_hidden_in_topics_and_payloads_keep_what_shapes_them() {
    let message = Publish::new(&format!("t{HIDDEN}{SHAPED}"), &format!("{HIDDEN}{SHAPED}"));
    let topic = "\u{1f469}\\u{200d}\u{1f467}\\u{fe0f}";
    let expected = format!("t{SHOWN}{topic} {SHOWN}{SHAPED}");
    let peer = Peer::sending(std::slice::from_ref(&message));
    let run = peer.mqtt("sub").line("-V 5 -t # -v -C 1").in_terminal().env("NO_COLOR", "1");
    run.stdout(format!("{expected}\r\n")).run();
    // Into a pipe nothing is changed.
    let peer = Peer::sending(std::slice::from_ref(&message));
    let expected = format!("t{HIDDEN}{SHAPED} {HIDDEN}{SHAPED}\n");
    peer.mqtt("sub").line("-V 5 -t # -v -C 1").stdout(expected).run();
}

#[test]
fn in_json_nothing_is_hidden_and_everything_reads_back() {
    let message = Publish::new(&format!("t{HIDDEN}"), &format!("{HIDDEN}{SHAPED}"));
    let peer = Peer::sending(&[message]);
    let run = peer.mqtt("sub").line("-V 5 -t # --json -C 1").stdout_anything().run();
    let text = run.stdout_text();
    let hidden = "\\u061c\\u200b\\udb40\\udc41\\ufff9";
    assert!(text.contains(&format!(r#""topic":"t{hidden}""#)), "{text}");
    assert!(text.contains(&format!(r#""payload":"{hidden}{SHAPED}""#)), "{text}");
    let record: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(record["topic"], format!("t{HIDDEN}"));
    assert_eq!(record["payload"], format!("{HIDDEN}{SHAPED}"));
}

/// Bytes that a line may have besides what is repeated in it.
const OURS: usize = 300;

/// Every line is short, and one of them says that something was left out.
#[track_caller]
fn is_short(text: &str) {
    let longest = text.lines().map(str::len).max().unwrap_or(0);
    assert!(longest <= 1_000 + OURS, "a line of {longest} bytes");
    assert!(text.contains(" bytes left out) "), "nothing was left out of\n{text}");
}

#[test]
fn a_long_reason_is_shortened_and_what_follows_it_is_still_said() {
    let peer = Peer::script(|conn| conn.refuse(0x87, &"x".repeat(60_000)));
    let run = peer.mqtt("pub").line("-V 5 -t t -m x").status(4).stderr_anything().run();
    is_short(run.stderr_text());
    let peer = Peer::script(|conn| {
        conn.accept();
        let publish = conn.expect_publish();
        conn.puback_saying(publish.id.unwrap(), 0x87, &"ü".repeat(30_000));
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-V 5 -t t -m x -q 1").status(5).stderr_anything().run();
    is_short(run.stderr_text());
}

#[test]
fn a_trace_line_is_short_whatever_the_packet_holds() {
    let user =
        |count: usize| (0..count).fold(Properties::new(), |all, _| all.user("name", "value"));
    let topic = "t".repeat(60_000);
    let peer = Peer::sending(&[
        Publish::new(&topic, "")
            .with(Properties::new().text(property::CONTENT_TYPE, "x".repeat(60_000))),
        Publish::new("t", "").with(user(50_000)),
    ]);
    let run = peer.mqtt("sub").line("-V 5 -t # -d -C 2 -q 0").stdout_anything().stderr_anything();
    let run = run.run();
    is_short(run.stderr_text());
    assert!(run.stderr_text().contains("more properties"), "{}", run.stderr_text());
}
