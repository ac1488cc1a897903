//! `--files`, `--rotate`, `--sync` and SIGHUP: which file each message goes to, and that nothing is written elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Mqtt, Peer, Publish, Running};

/// `mqtt sub` that writes to these files below `directory`.
fn keeping(peer: &Peer, directory: &Path, template: &str) -> Mqtt {
    let template = directory.join(template);
    peer.mqtt("sub").line("-t #").arg("--files").arg(template)
}

/// All files below a directory, with their contents.
fn tree(directory: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(next) = directories.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
                files.insert(name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
            }
        }
    }
    files
}

/// The files that these messages end up in.
#[track_caller]
fn kept(messages: &[(&str, &str)], template: &str, flags: &str) -> BTreeMap<String, String> {
    let directory = tempfile::tempdir().unwrap();
    let messages: Vec<_> = messages.iter().map(|(topic, text)| Publish::new(topic, text)).collect();
    let peer = Peer::sending(&messages);
    let count = messages.len().to_string();
    keeping(&peer, directory.path(), template).line(flags).args(["-C", &count]).run();
    tree(directory.path())
}

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn each_topic_has_a_file_of_its_own() {
    let messages = [("a/b", "1"), ("a", "2"), ("a/b", "3"), ("c", ""), ("a", "4")];
    let expected = files(&[("a/b.log", "1\n3\n"), ("a.log", "2\n4\n"), ("c.log", "\n")]);
    assert_eq!(kept(&messages, "%t.log", ""), expected);
    assert_eq!(kept(&messages, "%t.log", "--sync"), expected);
    let expected =
        files(&[("b/a/b/x", "a/b 1\na/b 3\n"), ("b/a/x", "a 2\na 4\n"), ("b/c/x", "c \n")]);
    assert_eq!(kept(&messages[..1], "%t.log", "-v --null"), files(&[("a/b.log", "a/b 1\0")]));
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("b")).unwrap();
    let peer = Peer::sending(&messages.map(|(topic, text)| Publish::new(topic, text)));
    keeping(&peer, directory.path(), "b/%t/x").line("-v -C 5").run();
    assert_eq!(tree(directory.path()), expected);
}

#[test]
fn each_message_has_a_file_of_its_own_with_its_number() {
    let expected = files(&[("a-1.jpg", "x"), ("a-2.jpg", "y"), ("b/c-3.jpg", "z")]);
    assert_eq!(kept(&[("a", "x"), ("a", "y"), ("b/c", "z")], "%t-%n.jpg", "-N"), expected);
}

#[test]
fn whatever_a_topic_is_its_file_is_below_the_directory() {
    let long = "x".repeat(300);
    let longer = format!("{long}/y");
    let topics = [
        "../../etc/passwd",
        "/abs",
        "a//b",
        ".",
        "..",
        "-rf",
        "a b",
        "a%20b",
        "~",
        "$HOME",
        "*",
        "\u{202e}x",
        "tab\tnew\nline",
        &long,
        &longer,
    ];
    let messages: Vec<_> = topics.iter().map(|topic| (*topic, *topic)).collect();
    let kept = kept(&messages, "%t.log", "-N");
    assert_eq!(kept.len(), topics.len(), "one for each: {kept:?}");
    for (name, text) in &kept {
        assert!(topics.contains(&text.as_str()), "{name} has {text}");
        let is_harmless = |char: char| char.is_ascii_alphanumeric() || "._-%/".contains(char);
        assert!(name.chars().all(is_harmless), "{name}");
        for component in name.split('/') {
            assert!(component.len() <= 210 && !component.starts_with(['.', '-']), "{name}");
        }
    }
    assert_eq!(kept["%2E./%2E./etc/passwd.log"], "../../etc/passwd");
    assert_eq!(kept["a/%/b.log"], "a//b");
    let deepest = "a/".repeat(32_767) + "b";
    let directory = tempfile::tempdir().unwrap();
    let peer = Peer::sending(&[Publish::new(&deepest, "x"), Publish::new("y", "y")]);
    keeping(&peer, directory.path(), "%t.log").line("-C 2").run();
}

#[test]
fn a_file_and_a_directory_of_one_name_are_told_apart() {
    let messages = [("a", "1"), ("a.log/b", "2"), ("a.log/b", "3")];
    let expected = files(&[("a.log", "1\n"), ("%61.log/b.log", "2\n3\n")]);
    assert_eq!(kept(&messages, "%t.log", ""), expected);
    let messages = [("a.log/b", "2"), ("a", "1")];
    let expected = files(&[("%61.log", "1\n"), ("a.log/b.log", "2\n")]);
    assert_eq!(kept(&messages, "%t.log", ""), expected);
}

#[test]
#[cfg(unix)]
fn nothing_is_written_through_a_link_or_into_a_pipe() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    fs::write(&victim, "safe").unwrap();
    let fifo = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let plant: [&dyn Fn(&Path); 3] = [
        &|base| symlink(&victim, base.join("a.log")).unwrap(),
        &|base| symlink(outside.path(), base.join("a")).unwrap(),
        &|base| fifo(&base.join("a.log")),
    ];
    for (plant, topic) in plant.into_iter().zip(["a", "a/b", "a"]) {
        let directory = tempfile::tempdir().unwrap();
        plant(directory.path());
        let topic = topic.to_owned();
        let peer = Peer::script(move |conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new(&topic, "x").qos(1, 1));
            // It is not acknowledged.
            conn.expect_goodbye();
        });
        let run = keeping(&peer, directory.path(), "%t.log").line("-q 1").status(1);
        run.stderr_contains("cannot write: ").stderr_contains("log: ").run();
        assert_eq!(tree(outside.path()), files(&[("victim", "safe")]));
    }
}

/// Runs `mqtt sub` with a limit of the shell, and a file for each topic below `directory`.
#[cfg(unix)]
fn limited(peer: &Peer, limit: &str, directory: &Path, flags: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_mqtt");
    let (port, directory) = (peer.port(), directory.display());
    let script = format!(
        "{limit}; exec {program} sub -h 127.0.0.1 -p {port} -t '#' -q 1 --no-config --files {directory}/%t.log {flags}"
    );
    Command::new("sh").args(["-c", &script]).output().unwrap()
}

#[test]
#[cfg(unix)]
fn a_file_that_cannot_grow_is_named_and_its_message_is_not_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("small", "x").qos(1, 1));
        assert_eq!(conn.expect_puback().id, 1);
        conn.publish(&Publish::new("big", &"x".repeat(100_000)).qos(1, 2));
        conn.expect_goodbye();
    });
    let output = limited(&peer, "ulimit -f 64", directory.path(), "");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("/big.log: File too large"), "{stderr}");
    assert_eq!(tree(directory.path())["small.log"], "x\n");
    peer.finish();
}

#[test]
#[cfg(unix)]
fn few_descriptors_are_enough_for_many_files() {
    let topics: Vec<_> = (0..40).map(|number| format!("t/{number}")).collect();
    for (flags, suffix) in [("-C 80", ""), ("-C 80 --rotate 2", "-0001")] {
        let directory = tempfile::tempdir().unwrap();
        let of = |text| topics.iter().map(move |topic| Publish::new(topic, text));
        let peer = Peer::sending(&of("1").chain(of("2")).collect::<Vec<_>>());
        let output = limited(&peer, "ulimit -n 20", directory.path(), flags);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{flags}");
        let kept = tree(directory.path());
        assert!(topics.iter().all(|topic| kept[&format!("{topic}{suffix}.log")].ends_with("2\n")));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_topics_take_few_descriptors_and_little_memory() {
    const TOPICS: usize = 10_000;
    let directory = tempfile::tempdir().unwrap();
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for round in 0..2 {
            for number in 0..TOPICS {
                conn.publish(&Publish::new(&format!("t/{number}"), &round.to_string()));
            }
        }
        conn.reached("flooded");
        conn.wait_for("measured");
        conn.publish(&Publish::new("end", ""));
        conn.expect_goodbye();
    });
    let run = keeping(&peer, directory.path(), "%t.log").args(["--until", "$topic == \"end\""]);
    let running = run.deadline(std::time::Duration::from_secs(60)).spawn();
    let descriptors = format!("/proc/{}/fd", running.id());
    let is_over = AtomicBool::new(false);
    let (most, peak) = std::thread::scope(|scope| {
        let counting = scope.spawn(|| {
            let mut most = 0;
            while !is_over.load(Ordering::Relaxed) {
                most = most.max(fs::read_dir(&descriptors).map_or(0, Iterator::count));
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            most
        });
        peer.wait_for("flooded");
        let peak = running.peak_memory();
        is_over.store(true, Ordering::Relaxed);
        (counting.join().unwrap(), peak)
    });
    peer.reached("measured");
    running.wait();
    assert!(most < 64 + 20, "{most} descriptors");
    assert!(peak < 32 * 1024, "{peak} KiB");
    let kept = tree(directory.path());
    assert_eq!(kept.len(), TOPICS + 1);
    assert!((0..TOPICS).all(|number| kept[&format!("t/{number}.log")] == "0\n1\n"));
}

#[test]
fn a_file_that_would_be_too_large_is_followed_by_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let keep = |payloads: &[&str]| {
        let messages: Vec<_> = payloads.iter().map(|it| Publish::new("a", it)).collect();
        let peer = Peer::sending(&messages);
        let count = messages.len().to_string();
        keeping(&peer, directory.path(), "%t.log").args(["--rotate", "10", "-C", &count]).run();
        tree(directory.path())
    };
    let first = files(&[("a.log", "1234\n5678\n"), ("a-0001.log", "9\n")]);
    assert_eq!(keep(&["1234", "5678", "9"]), first);
    // A record larger than the limit is not split.
    let long = "x".repeat(30);
    let more = files(&[
        ("a.log", "1234\n5678\n"),
        ("a-0001.log", "9\n12\n34\n"),
        ("a-0002.log", &format!("{long}\n")),
        ("a-0003.log", "y\n"),
    ]);
    assert_eq!(keep(&["12", "34", &long, "y"]), more);
    // Old files may be deleted.
    for old in ["a.log", "a-0001.log"] {
        fs::remove_file(directory.path().join(old)).unwrap();
    }
    let left = files(&[("a-0002.log", &format!("{long}\n")), ("a-0003.log", "y\nz\n")]);
    assert_eq!(keep(&["z"]), left);
    let kept = kept(&[("a", "123456789"), ("a-0001", "x"), ("a", "y")], "%t.x", "--rotate 10");
    assert_eq!(kept, files(&[("a.x", "123456789\n"), ("a%2D0001.x", "x\n"), ("a-0001.x", "y\n")]));
}

#[test]
#[cfg(unix)]
fn output_is_opened_anew_when_the_log_is_rotated() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let old = directory.path().join("log.1");
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("a", "1").qos(1, 1));
        conn.expect_puback();
        conn.reached("written");
        conn.wait_for("rotated");
        conn.publish(&Publish::new("a", "2").qos(1, 2));
        conn.expect_puback();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-t # -q 1 -C 2 --output").arg(&log);
    let running: Running = run.spawn();
    peer.wait_for("written");
    fs::rename(&log, &old).unwrap();
    let pid = running.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !log.exists() {
        assert!(std::time::Instant::now() < deadline, "there is no new file");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    peer.reached("rotated");
    running.wait();
    assert_eq!(fs::read_to_string(old).unwrap(), "1\n");
    assert_eq!(fs::read_to_string(log).unwrap(), "2\n");
}

#[test]
fn what_cannot_be_is_refused_before_there_is_a_connection() {
    for (flags, culprit) in [
        ("--files %t.log --output x", "--output"),
        ("--files %t.log --append", "--append"),
        ("--rotate 10M", "--files"),
        ("--files %t.log --rotate 0", "--rotate"),
        ("--files %t.log --rotate big", "--rotate"),
        ("--sync", "--sync needs --files or --output FILE"),
        ("--files %t", "topic a needs a file where a/b needs a directory"),
        ("--files log", "needs %t, %n or a time"),
        ("--files nowhere/%t.log", "cannot write below the directory nowhere"),
        ("--files %t.log --raw", "--raw has no effect with --output or --files"),
    ] {
        let peer = Peer::untouched();
        peer.mqtt("sub").line("-t t").line(flags).status(2).stderr_contains(culprit).run();
    }
}

#[test]
fn a_slow_disk_is_waited_for_at_the_end_and_is_no_reader_that_is_stuck() {
    for milliseconds in [2_000, 10_000] {
        let directory = tempfile::tempdir().unwrap();
        let peer = Peer::sending(&[Publish::new("a", "1"), Publish::new("b", "2")]);
        let delay = format!("inject=fsync,fdatasync:delay_enter={}", milliseconds * 1_000);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", &delay]);
        strace.arg(env!("CARGO_BIN_EXE_mqtt")).args(["sub", "-t", "#", "-W", "2s"]);
        strace.args(["-h", "127.0.0.1", "-p", &peer.port().to_string()]);
        strace.args(["--sync", "--files"]).arg(directory.path().join("%t.log"));
        let output =
            strace.env_clear().env("HOME", directory.path()).output().expect("strace runs");
        let said = String::from_utf8_lossy(&output.stderr);
        if milliseconds == 2_000 {
            assert!(output.status.success() && said.is_empty(), "{said}");
            assert_eq!(tree(directory.path()), files(&[("a.log", "1\n"), ("b.log", "2\n")]));
        } else {
            assert_eq!(output.status.code(), Some(27), "{said}");
            let told = "the disk is slow: 2 received messages may not be on it\n";
            assert!(said.contains(told), "{said}");
        }
    }
}
