//! Passwords: where they come from, who is warned, and that each arrives as it is.

use crate::support::{Conn, Door, Mqtt, Peer, Publish, Signal, http_proxy};

const PASSWORD: &str = "se\u{e9}cret \t ";

const AFTER_P: &str = "mqtt: warning: other users of this machine can read the password after -P: \
    use --password-file\n";

/// A broker that expects this password of the user `me`, and takes one message.
fn expecting(password: impl AsRef<[u8]>) -> Peer {
    let password = password.as_ref().to_vec();
    Peer::script(move |conn: &mut Conn| {
        let connect = conn.accept();
        assert_eq!(connect.username.as_deref(), Some(&b"me"[..]));
        assert_eq!(connect.password.as_deref(), Some(&password[..]));
        conn.expect_publish();
        conn.expect_goodbye();
    })
}

/// `mqtt pub` of one message as the user `me`.
fn publish(peer: &Peer) -> Mqtt {
    peer.mqtt("pub").line("-t t -m x -u me")
}

/// The run that `prepare` makes sends `PASSWORD`.
#[track_caller]
fn arrives(prepare: impl FnOnce(Mqtt) -> Mqtt) {
    let peer = expecting(PASSWORD);
    prepare(publish(&peer)).run();
}

#[test]
fn a_password_arrives_from_a_file_without_its_last_newline() {
    let with = |end: &str| format!("{PASSWORD}{end}");
    for end in ["", "\n", "\r\n"] {
        arrives(|run| run.private_file("pw", with(end)).line("--password-file pw"));
        arrives(|run| run.private_file("pw", with(end)).env("MQTT_PASSWORD_FILE", "pw"));
        arrives(|run| run.line("--password-file -").stdin(with(end)));
    }
    let peer = expecting(with("\n"));
    publish(&peer).private_file("pw", with("\n\n")).line("--password-file pw").run();
    let peer = expecting(b"\xff\x00\n\x80");
    publish(&peer).private_file("pw", b"\xff\x00\n\x80\n").line("--password-file pw").run();
}

#[test]
fn a_password_arrives_from_the_environment_and_from_the_command_line() {
    arrives(|run| run.env("MQTT_PASSWORD", PASSWORD));
    arrives(|run| run.args(["-P", PASSWORD]).stderr(AFTER_P));
}

#[test]
#[cfg(unix)]
fn a_password_arrives_from_a_command_that_shares_neither_our_input_nor_our_password() {
    let peer = Peer::script(|conn| {
        assert_eq!(conn.accept().password.as_deref(), Some(&b"<>"[..]));
        assert_eq!(conn.expect_publish().text(), "line");
        conn.expect_goodbye();
    });
    peer.mqtt("pub")
        .line("-t t -u me -l --password-command")
        .arg("echo \"<$MQTT_PASSWORD$(cat)>\"")
        .env("MQTT_PASSWORD", "canary")
        .stdin("line\n")
        .run();
}

#[test]
fn a_password_arrives_from_a_profile() {
    for line in [
        "password = \"se\u{e9}cret \\t \"",
        "password-file = \"pw\"",
        "password-command = \"cat .config/mqtt/pw\"",
    ] {
        let peer = expecting(PASSWORD);
        let place = format!("host = \"127.0.0.1\"\nport = {}\nusername = \"me\"\n", peer.port());
        Mqtt::new("pub")
            .line("-t t -m x --profile lab")
            .config(&format!("[profiles.lab]\n{place}{line}\n"))
            .private_file(".config/mqtt/pw", format!("{PASSWORD}\n"))
            .run();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_person_is_asked_and_nothing_that_is_typed_appears() {
    let peer = expecting("typed");
    let question = format!("Password for me at mqtt://{}: ", peer.address());
    let run = publish(&peer).line("--ask-password").in_terminal().typing();
    let mut running = run.stdout(format!("{question}\r\n")).spawn();
    running.wait_for_output(&question);
    // Nobody can see from outside when the terminal stops to echo, right after the question.
    std::thread::sleep(std::time::Duration::from_millis(500));
    running.write_stdin("typed\n");
    running.wait();
}

#[test]
#[cfg(target_os = "linux")]
fn nobody_can_be_asked_without_a_terminal() {
    // In a session of its own, a program has no terminal.
    let output = std::process::Command::new("setsid")
        .args(["--wait", env!("CARGO_BIN_EXE_mqtt"), "pub", "-t", "t", "-m", "x"])
        .args(["-u", "me", "--ask-password"])
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "mqtt: cannot ask for the password: No such device or address\n\
         hint: --ask-password needs a terminal; --password-file and --password-command do not\n"
    );
}

#[test]
fn what_cannot_be_read_is_refused_before_anything_is_connected() {
    for (flags, words) in [
        (
            "--password-file nowhere",
            "cannot read the password file nowhere: No such file or directory",
        ),
        ("--password-file .", "cannot read the password file .: Is a directory"),
    ] {
        let run = publish(&Peer::untouched()).line(flags).status(2);
        run.stderr(format!("mqtt: {words}\n")).run();
    }
    publish(&Peer::untouched())
        .private_file("pw", "x".repeat(65_536))
        .line("--password-file pw")
        .status(2)
        .stderr("mqtt: the password is longer than 65535 bytes\n")
        .run();
}

#[test]
#[cfg(unix)]
fn a_password_command_that_fails_or_takes_too_long_ends_the_run() {
    for (command, status, words) in [
        ("exit 3", 2, "the password command failed: exit status: 3"),
        ("echo canary; kill -9 $$", 2, "the password command failed: signal: 9 (SIGKILL)"),
        ("echo canary; exec sleep 60 >&-", 27, "timed out waiting for the password command"),
        ("echo canary; exec sleep 60", 27, "timed out waiting for the password command"),
    ] {
        publish(&Peer::untouched())
            .args(["-W", "2s", "--password-command", command])
            .status(status)
            .stderr(format!("mqtt: {words}\n"))
            .run();
    }
}

#[test]
fn two_sources_on_one_command_line_exclude_each_other() {
    for flags in [
        "--password-file canary --password-command canary",
        "--ask-password -P canary",
        "--password-file canary --password canary",
    ] {
        let run = publish(&Peer::untouched()).line(flags).status(2);
        run.stderr_line("*cannot be used with*").stderr_lacks("canary").run();
    }
}

#[test]
#[cfg(unix)]
fn a_password_file_that_others_can_read_gets_one_warning() {
    for (mode, is_open) in [(0o600, false), (0o640, true), (0o604, true), (0o622, false)] {
        let peer = expecting("x");
        publish(&peer)
            .file_with_mode("pw", "x", mode)
            .line("--password-file pw")
            .stderr(match is_open {
                true => "mqtt: warning: other users of this machine can read pw: chmod 600 pw\n",
                false => "",
            })
            .run();
    }
}

/// Says `bytes` to nobody: a broker of another name, reached over loopback through a proxy.
fn elsewhere(peer: &Peer, url: &str) -> (Door, Mqtt) {
    let proxy = http_proxy("HTTP/1.1 200 OK\r\n\r\n", peer.port());
    let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "-u", "me", "-L", url, "--proxy"]);
    let run = run.arg(format!("http://{}", proxy.address())).env("MQTT_PASSWORD", "canary");
    (proxy, run)
}

#[test]
fn a_password_that_others_on_the_network_can_read_gets_one_warning() {
    let warning =
        |url| format!("mqtt: warning: the password goes to {url} unencrypted: use --tls\n");
    for (url, is_open) in [
        ("mqtt://broker.example:1883", true),
        ("mqtt://192.0.2.1:1883", true),
        ("ws://broker.example:80/mqtt", true),
        // Behind a proxy, these are another machine.
        ("mqtt://localhost:1883", true),
        ("mqtt://127.9.9.9:1883", true),
        ("mqtt://[::1]:1883", true),
    ] {
        let peer = Peer::each(|conn| conn.expect_noise());
        let (_proxy, run) = elsewhere(&peer, url);
        let warning = if is_open { warning(url) } else { String::new() };
        let run = run.line("--connect-timeout 300ms -V 5").status(3);
        let output = run.stderr_anything().stderr_lacks("canary").run();
        let (talk, _) = output.stderr_text().split_once("mqtt: cannot").expect("a failure");
        assert_eq!(talk, warning);
    }
}

#[test]
fn a_password_that_is_encrypted_or_not_there_needs_no_warning() {
    let peer = Peer::each(|conn| conn.expect_noise());
    let (_proxy, run) = elsewhere(&peer, "mqtts://broker.example");
    run.line("--insecure --connect-timeout 300ms")
        .status(3)
        .stderr(
            "mqtt: warning: --insecure: anyone on the network path can impersonate the broker\n\
             mqtt: cannot connect to mqtts://broker.example:8883: no TLS handshake within 300ms\n",
        )
        .run();
}

#[test]
fn a_warning_is_not_repeated_with_each_connection() {
    let cut = |conn: &mut Conn| {
        conn.accept();
        conn.cut();
    };
    let peer = Peer::script(cut).then(cut).then(|conn| {
        conn.accept();
        conn.take();
        conn.expect_goodbye();
    });
    let (_proxy, run) = elsewhere(&peer, "mqtt://broker.example");
    let output = run.line("-q 1 -V 5").stderr_anything().run();
    assert_eq!(output.stderr_text().matches("warning").count(), 1, "{output}");
}

#[test]
fn a_connection_that_must_be_encrypted_is_refused_where_it_is_not() {
    let (_proxy, run) = elsewhere(&Peer::untouched(), "mqtt://broker.example");
    run.line("--require-tls")
        .status(2)
        .stderr(
            "mqtt: mqtt://broker.example:1883 is not encrypted, and --require-tls is set\n\
             hint: --tls encrypts, or a URL with mqtts:// or wss://\n",
        )
        .run();
}

#[test]
fn quiet_is_quiet_about_warnings_too() {
    let peer = expecting("x");
    publish(&peer).line("-P x --quiet").run();
}

/// How often `secret` stands in the memory of a process that it can write to.
#[cfg(target_os = "linux")]
fn copies_in_memory(id: u32, secret: &[u8]) -> usize {
    use std::os::unix::fs::FileExt;

    let memory = std::fs::File::open(format!("/proc/{id}/mem")).expect("its memory can be read");
    let maps = std::fs::read_to_string(format!("/proc/{id}/maps")).unwrap();
    let ranges = maps.lines().filter(|line| line.contains(" rw")).map(|line| {
        let (range, _) = line.split_once(' ').expect("an address range");
        let (start, end) = range.split_once('-').expect("a start and an end");
        (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap())
    });
    let copies = ranges.map(|(start, end)| {
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // Parts that were never used cannot be read, and hold nothing.
        let read = memory.read_at(&mut bytes, start).unwrap_or(0);
        bytes[..read].windows(secret.len()).filter(|window| *window == secret).count()
    });
    copies.sum()
}

#[test]
#[cfg(target_os = "linux")]
fn a_password_stands_in_memory_once_and_in_no_core_dump() {
    let password = format!("{}{}", "a-password-that-is-not-", "anywhere-else-by-chance");
    let core_limit = |id: u32| {
        let limits = std::fs::read_to_string(format!("/proc/{id}/limits")).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max core file size"));
        line.and_then(|line| line.split_whitespace().nth(4)).unwrap().to_owned()
    };
    for version in ["3.1.1", "5"] {
        for source in ["--password-file pw", "--password-command=cat${IFS}pw"] {
            let peer = Peer::script(|conn| {
                conn.accept_subscriber();
                conn.publish(&Publish::new("t", "here"));
                conn.serve();
            });
            let run = peer.mqtt("sub").line("-t t -u me -V").arg(version).line(source);
            let run = run.private_file("pw", format!("{password}\n")).stdout("here\n").status(143);
            let mut running = run.stderr("mqtt: terminated\n").spawn();
            assert_eq!(running.read_line(), "here");
            let id = running.id();
            assert_eq!(core_limit(id), "0");
            // For the next connection.
            assert_eq!(copies_in_memory(id, password.as_bytes()), 1, "{version} {source}");
            running.signal(Signal::Terminate);
            running.wait();
        }
    }
}
