//! What stands between a person's words and a setting: forms, kinds of files, variables of other programs, secrets of other
//! brokers, and a deadline over all of it.

#![cfg(unix)]

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::{ChildStdin, Command, Stdio};
use std::time::Duration;

use crate::support::{Conn, Mqtt, Peer, Publish};

/// A FIFO in the run's own directory that nobody opens on the other side.
fn with_fifo(run: Mqtt) -> Mqtt {
    let made = Command::new("mkfifo").arg(run.path("fifo")).status();
    assert!(made.expect("mkfifo can be run").success());
    run
}

#[test]
fn a_timeout_covers_every_file_that_is_opened_and_every_prompt() {
    for line in [
        "sub -t t --output fifo",
        "sub -t t --events fifo",
        "sub -t t --ca fifo",
        "sub -t t --tls --cert fifo",
        "sub -t t --tls --crl fifo",
        "sub -t t --config fifo",
        "sub -t t -o fifo",
        "sub -t t --password-file fifo",
        "sub -t t --password-file -",
        "pub -t t -m x -V 5 --correlation @fifo",
        "rr -t t -m x --events fifo",
        "clear-retained t --events fifo",
    ] {
        let (command, rest) = line.split_once(' ').unwrap();
        let peer = Peer::untouched();
        let run = with_fifo(peer.mqtt(command)).line(rest).line("-W 300ms").stdin_open();
        run.status(27).stderr_line("mqtt: timed out *").run();
    }
}

#[test]
fn a_timeout_counts_whoever_sets_it() {
    let config = "[profiles.p]\ntimeout = \"300ms\"\n";
    let run = || with_fifo(Peer::untouched().mqtt("sub")).line("-t t --events fifo").status(27);
    let run = || run().stderr_line("mqtt: timed out waiting for the events file");
    run().config(config).line("--profile p").run();
    run().env("MQTT_TIMEOUT", "300ms").run();
    run().private_file("options", "-W 300ms\n").line("-o options").run();
    run().config(config).line("--profile p -W 400ms").env("MQTT_TIMEOUT", "1h").run();
}

#[test]
fn no_timeout_at_all_is_what_never_says_even_where_there_is_a_default() {
    let config = "[profiles.p]\ntimeout = \"1s\"\n";
    for flag in ["-W never", "--no-timeout"] {
        let peer = Peer::script(|conn: &mut Conn| {
            let subscribe = conn.accept_subscriber();
            conn.expect_publish();
            conn.stall_for(std::time::Duration::from_millis(1500));
            conn.publish(&Publish::new(&subscribe.filters[0].filter, "late"));
            conn.expect_goodbye();
        });
        let run = peer.mqtt("rr").line("-V 3.1.1 -e answers -t t -m x --profile p").line(flag);
        run.config(config).stdout("late\n").run();
    }
}

/// What is seen at a terminal of its own where a shell runs `script`, in which `$0` is the program; `person` types.
#[cfg(target_os = "linux")]
fn at_a_terminal(script: &str, person: impl FnOnce(&mut ChildStdin)) -> String {
    let mut terminal = Command::new("script")
        .args(["-qec", &script.replace("$0", env!("CARGO_BIN_EXE_mqtt")), "/dev/null"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is script(1)");
    // The person does not go away.
    let mut stdin = terminal.stdin.take().expect("a pipe");
    person(&mut stdin);
    let output = terminal.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).replace('\r', "")
}

/// Shell: runs a command that asks for a password; once nothing is shown any more, does to it what `acts` say. Then tells
/// its status, and whether there is an echo.
#[cfg(target_os = "linux")]
fn asked(acts: &str) -> String {
    format!(
        "sh -c 'shows() {{ stty -F /dev/tty -a | grep -q -- \" $1 \"; }}
        until_it() {{ until shows $1; do sleep 0.02; done; }}
        me=$$; (until_it -echo; {acts}) & exec $0 sub -t t -u me --ask-password -W 20s'
        echo $?; stty -a | grep -o '[-]*echo '"
    )
}

#[test]
#[cfg(target_os = "linux")]
fn a_prompt_that_takes_too_long_leaves_the_terminal_as_it_was() {
    let script =
        "$0 sub -t t -u me --ask-password -W 300ms; echo $?; stty -a | grep -o '[-]*echo '";
    let text = at_a_terminal(script, |_| ());
    assert!(text.ends_with("timed out waiting for the password\n27\necho \n"), "{text:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn whatever_ends_a_prompt_leaves_the_terminal_as_it_was() {
    for (signal, end) in [
        ("INT", "\nmqtt: interrupted\n130\necho \n"),
        ("TERM", "\nmqtt: terminated\nTerminated\n143\necho \n"),
        ("HUP", "\nHangup\n129\necho \n"),
        ("QUIT", "Quit (core dumped)\n131\necho \n"),
    ] {
        let text = at_a_terminal(&asked(&format!("kill -{signal} $me")), |_| ());
        let text = text.replace("Quit\n", "Quit (core dumped)\n");
        assert!(text.ends_with(end), "{signal}: {text:?}");
    }
    // The key reaches the shell, too.
    let text = at_a_terminal(&format!("trap : INT; {}", asked(":")), |person| {
        // Nobody can see from outside when the terminal stops to echo, right after the question.
        std::thread::sleep(Duration::from_millis(500));
        person.write_all(b"half\x03").unwrap();
    });
    assert!(text.ends_with("\nmqtt: interrupted\n130\necho \n"), "{text:?}");
    assert!(!text.contains("half"), "{text:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_prompt_that_is_stopped_gives_the_terminal_back_and_goes_on_without_an_echo() {
    // The echo is back just before it stops: what wakes it must not come too early and alone.
    let acts = "kill -TSTP $me; until_it echo; until shows -echo; do kill -CONT $me; sleep 0.02; done; \
        kill -TERM $me";
    let text = at_a_terminal(&asked(acts), |_| ());
    assert!(text.ends_with("\nmqtt: terminated\nTerminated\n143\necho \n"), "{text:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_password_command_that_is_ended_leaves_the_terminal_as_it_was() {
    let command = "stty -F /dev/tty -echo; sleep 20";
    let script = format!(
        "$0 sub -t t -u me --password-command '{command}' -W 300ms; echo $?; stty -a | grep -o '[-]*echo '"
    );
    let text = at_a_terminal(&script, |_| ());
    assert!(text.ends_with("timed out waiting for the password command\n27\necho \n"), "{text:?}");
}

#[test]
fn filters_keep_the_order_in_which_they_are_typed() {
    for (line, expected) in [
        ("-d a -t b -q 1 -q 2", [("a", 1), ("b", 2)]),
        ("-t a -d b -q 1 -q 2", [("a", 1), ("b", 2)]),
        ("b -t a -q 2 -q 0", [("b", 2), ("a", 0)]),
    ] {
        let peer = Peer::script(move |conn: &mut Conn| {
            let subscribe = conn.accept_subscriber();
            let got: Vec<(&str, u8)> = subscribe
                .filters
                .iter()
                .map(|filter| (filter.filter.as_str(), filter.qos))
                .collect();
            assert_eq!(got, expected);
            conn.expect_goodbye();
        });
        peer.mqtt("sub").line(line).arg("-E").stderr_anything().run();
    }
}

#[test]
fn a_property_is_understood_in_every_form() {
    let forms: [&[&str]; 6] = [
        &["-D", "publish", "content-type", "a b"],
        &["-Dpublish", "content-type", "a b"],
        &["-rD", "publish", "content-type", "a b"],
        &["--property=publish", "content-type", "a b"],
        &["--property=PUBLISH  Content-Type a b"],
        &["-D", "publish content-type a b"],
    ];
    let takes = || {
        Peer::script(|conn: &mut Conn| {
            conn.accept();
            let content_type = conn.take().properties;
            assert_eq!(format!("{content_type:?}").matches("a b").count(), 1);
            conn.expect_goodbye();
        })
    };
    for form in forms {
        takes().mqtt("pub").line("-t t -m x").args(form).run();
    }
    let config = "[profiles.p]\nproperty = [\"Publish content-type a b\", \"connect user-property \
        user-property x user-property y\"]\n";
    takes().mqtt("pub").line("-t t -m x --profile p").config(config).run();
    // A profile speaks of every command; what was typed is about this one.
    let peer = Peer::script(|conn: &mut Conn| {
        conn.accept_subscriber();
        conn.expect_goodbye();
    });
    peer.mqtt("sub").line("-t t -E --profile p").config(config).run();
    let run = Peer::untouched().mqtt("sub").line("-t t -E -D publish content-type x").status(2);
    run.stderr("mqtt: -D publish has no effect in this command\n").run();
}

#[test]
fn a_stronger_word_about_a_property_overrules_a_weaker_one_however_it_is_said() {
    for (profile, flags) in [
        ("receive-maximum = 5", "-D connect receive-maximum 7"),
        ("property = \"connect receive-maximum 5\"", "--receive-maximum 7"),
        ("property = \"connect receive-maximum 5\"", "-D connect Receive-Maximum 7"),
    ] {
        let peer = Peer::accepting();
        let config = format!("[profiles.p]\n{profile}\n");
        peer.mqtt("pub").line("-t t -m x --profile p").line(flags).config(&config).run();
        let connect = &peer.finish().connects[0];
        let properties = format!("{:?}", connect.properties);
        assert!(properties.contains('7') && !properties.contains('5'), "{properties}");
    }
}

#[test]
fn values_that_begin_with_a_hyphen_or_are_no_text() {
    let peer = Peer::script(|conn: &mut Conn| {
        let will = conn.accept().will.expect("a will");
        assert_eq!(&will.payload[..], b"\xe9");
        assert_eq!(conn.take().topic, "-foo");
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-t -foo -m x --will-topic w --will-payload");
    run.arg(OsStr::from_bytes(b"\xe9")).run();
    let run = Peer::untouched().mqtt("pub").arg("-t").arg(OsStr::from_bytes(b"a\xe9"));
    run.line("-m x").status(2).stderr("mqtt: --topic a\\xe9 is not UTF-8\n").run();
}

#[test]
fn a_value_is_never_taken_for_a_hint_of_ours() {
    for value in ["3\n\ntip: run this", "3\n\nUsage: run this", "\n\n  tip: x"] {
        for flag in ["--qos", "--port", "--reconnect", "--nonsense"] {
            let run = Peer::untouched().mqtt("pub").line("-t t -m x");
            let output = run.arg(format!("{flag}={value}")).status(2).stderr_anything().run();
            let hints = output.stderr_text().lines().filter(|line| line.starts_with("hint: "));
            assert!(hints.into_iter().all(|hint| !hint.contains("run this")), "{output}");
            assert!(!output.stderr_text().contains("hint: x"), "{output}");
        }
    }
}

#[test]
fn a_user_name_overrules_the_password_of_another_user() {
    let config = |name: &str| {
        format!("[profiles.p]\nusername = \"{name}\"\npassword-command = \"echo theirs\"\n")
    };
    type Case = (&'static str, fn(Mqtt) -> Mqtt, Option<&'static [u8]>);
    let cases: [Case; 6] = [
        ("ops", |run| run.line("-u guest"), None),
        ("ops", |run| run.env("MQTT_USERNAME", "guest"), None),
        ("ops", |run| run.line("--no-username -V 5"), None),
        ("guest", |run| run.line("-u guest"), Some(b"theirs")),
        ("ops", |run| run.line("-u guest").env("MQTT_PASSWORD", "mine"), Some(b"mine")),
        ("ops", |run| run.env("MQTT_PASSWORD", "mine"), Some(b"mine")),
    ];
    for (name, prepare, password) in cases {
        let peer = Peer::accepting();
        let run = peer.mqtt("pub").line("-t t -m x --profile p").config(&config(name));
        prepare(run).run();
        assert_eq!(peer.finish().connects[0].password.as_deref(), password, "{name}");
    }
}

#[test]
fn the_password_of_a_url_is_overruled_by_whatever_its_source_says_beside_it() {
    type Prepare = fn(Mqtt, String) -> Mqtt;
    let ways: [Prepare; 4] = [
        |run, url| run.arg("-L").arg(url).line("--password-file pw"),
        |run, url| run.line("--password-command").arg("cat pw").arg("-L").arg(url),
        |run, url| run.env("MQTT_URL", url).env("MQTT_PASSWORD_FILE", "pw"),
        |run, url| {
            let config = format!("[profiles.p]\nurl = {url:?}\npassword-command = \"cat pw\"\n");
            run.config(&config).line("--profile p")
        },
    ];
    for way in ways {
        let peer = Peer::accepting();
        let url = format!("mqtt://me:other@{}", peer.address());
        let run = Mqtt::new("pub").line("-t t -m x").private_file("pw", "mine\n");
        way(run, url).stderr_anything().run();
        let connect = &peer.finish().connects[0];
        assert_eq!(connect.username.as_deref(), Some(&b"me"[..]));
        assert_eq!(connect.password.as_deref(), Some(&b"mine"[..]));
    }
}

#[test]
fn secrets_go_to_the_port_that_their_source_names() {
    let taken = |prepare: &dyn Fn(Mqtt, u16) -> Mqtt| {
        let peer = Peer::accepting();
        prepare(peer.mqtt("pub").line("-t t -m x"), peer.port()).stderr_anything().run();
        let connect = peer.finish().connects[0].clone();
        (connect.username.is_some(), connect.password.is_some())
    };
    let profile = |run: Mqtt, settings: String| {
        run.line("--profile p").config(&format!("[profiles.p]\n{settings}"))
    };
    for (own, expected) in [(true, (true, true)), (false, (false, false))] {
        // Port 1 is another broker's.
        let port = |port: u16| if own { port } else { 1 };
        let url = |run: Mqtt, number| {
            profile(run, format!("url = \"mqtt://u:p@127.0.0.1:{}\"\n", port(number)))
        };
        assert_eq!(taken(&url), expected);
        let keys = |run: Mqtt, number| {
            let place = format!("host = \"127.0.0.1\"\nport = {}\n", port(number));
            profile(run, format!("{place}username = \"u\"\npassword-command = \"echo p\"\n"))
        };
        assert_eq!(taken(&keys), expected);
        let variable = |run: Mqtt, number| {
            run.env("MQTT_URL", format!("mqtt://u:p@127.0.0.1:{}", port(number)))
        };
        assert_eq!(taken(&variable), expected);
        let variables = |run: Mqtt, number| {
            let run = run.env("MQTT_HOST", "127.0.0.1").env("MQTT_PORT", port(number).to_string());
            run.env("MQTT_USERNAME", "u").env("MQTT_PASSWORD", "p")
        };
        assert_eq!(taken(&variables), expected);
    }
}

#[test]
fn what_a_variable_says_is_judged_only_if_it_counts() {
    for (name, value, flags) in [
        ("MQTT_PORT", "x", ""),
        ("MQTT_URL", "nonsense", "-h 127.0.0.1"),
        ("MQTT_KEEPALIVE", "x", "-k 5"),
        ("MQTT_TLS", "perhaps", "--no-tls"),
        ("MQTT_RECONNECT", "often", "--no-reconnect"),
        // Those of other programs.
        ("MQTT_PORT_1883_TCP", "tcp://10.0.0.1:1883", ""),
        ("MQTT_SERVICE_PORT", "x", ""),
        ("MQTT_TOPIC", "x/#", ""),
    ] {
        let peer = Peer::accepting();
        peer.mqtt("pub").line("-t t -m x").line(flags).env(name, value).run();
    }
    for (name, value, words) in [
        ("MQTT_KEEPALIVE", "x", "MQTT_KEEPALIVE: expected a number from 0 to 65535"),
        ("MQTT_TLS", "perhaps", "MQTT_TLS: expected true or false"),
        ("MQTT_RECONNECT", "often", "MQTT_RECONNECT: one of lost, always, never"),
    ] {
        let run = Peer::untouched().mqtt("pub").line("-t t -m x").env(name, value).status(2);
        run.stderr(format!("mqtt: {words}\n")).run();
    }
    for value in ["+1", "0", "x", "65536"] {
        let run = Mqtt::new("pub").line("-t t -m x").env("MQTT_PORT", value).status(2);
        run.stderr(format!("mqtt: MQTT_PORT is not a port from 1 to 65535: {value}\n")).run();
    }
}

#[test]
fn the_port_that_kubernetes_sets_is_ignored_with_one_warning() {
    let peer = Peer::accepting();
    let run = Mqtt::new("pub").line("-t t -m x").env("MQTT_PORT", "tcp://10.0.0.1:1883");
    let config = format!("[profiles.p]\nport = {}\n", peer.port());
    run.line("-h 127.0.0.1 --profile p")
        .config(&config)
        .stderr(
            "mqtt: warning: MQTT_PORT is ignored: it is not a port number but what Kubernetes sets \
             (tcp://10.0.0.1:1883)\n",
        )
        .run();
    let peer = Peer::accepting();
    peer.mqtt("pub").line("-t t -m x").env("MQTT_PORT", "tcp://10.0.0.1:1883").run();
}

#[test]
fn a_usual_file_that_cannot_be_reached_is_none() {
    for home in ["/dev/null", "/nowhere"] {
        let peer = Peer::accepting();
        peer.mqtt("pub").line("-t t -m x").env("HOME", home).run();
    }
    let run = Mqtt::at("pub", 1).line("-t t -m x --config /dev/null/x").status(2);
    run.stderr("mqtt: cannot read the configuration file /dev/null/x: Not a directory\n").run();
}

#[test]
fn numbers_are_digits_and_toml_may_write_them_in_other_bases() {
    let peer = Peer::accepting();
    let config = format!("[profiles.p]\nport = {:#x}\nkeepalive = 0o20\n", peer.port());
    Mqtt::new("pub").line("-t t -m x -h 127.0.0.1 --profile p").config(&config).run();
    assert_eq!(peer.finish().connects[0].keep_alive, 16);
    for flag in ["-p", "-k", "-M", "--receive-maximum", "--maximum-packet-size", "--repeat"] {
        let run = Peer::untouched().mqtt("pub").line("-t t -m x").args([flag, "+5"]).status(2);
        run.stderr_line("mqtt: invalid value '+5' for *: expected a*number*").run();
    }
    for (flag, value, complaint) in [
        ("--property", "connect receive-maximum +5", "* receive-maximum cannot be '+5'"),
        ("--property", "publish message-expiry-interval +5", "* cannot be '+5'"),
        ("--topic-alias", "+5", "* a topic alias is a number from 1 to 65535, or `auto`"),
        ("--events", "fd:+2", "cannot write events to fd:+2: a file descriptor is a number"),
    ] {
        let run = Peer::untouched().mqtt("pub").line("-t t -m x").args([flag, value]).status(2);
        run.stderr_line(&format!("mqtt: {complaint}")).run();
    }
}

#[test]
fn a_broker_in_the_wrong_form_or_place_gets_a_hint() {
    for (line, words) in [
        (
            "pub -t t -m x -h broker:1884",
            "invalid host 'broker:1884': it has a port\nhint: -h broker -p 1884, or -L mqtt://broker:1884",
        ),
        ("pub -t t -m x -h mqtt://u:p@broker", "invalid host: a URL is given with --url"),
        (
            "sub mqtt://u:p@broker",
            "unexpected URL\nhint: give the broker's URL with --url, as in -L mqtt://HOST",
        ),
        (
            "pub -t t -m x -L broker:1884",
            "invalid URL in --url: expected mqtt://HOST[:PORT][/TOPIC], mqtts, \
             ws://HOST[:PORT][/PATH], wss or unix:///PATH\nhint: did you mean mqtt://broker:1884?",
        ),
    ] {
        let (command, rest) = line.split_once(' ').unwrap();
        Mqtt::new(command).line(rest).status(2).stderr(format!("mqtt: {words}\n")).run();
    }
    let peer = Peer::accepting();
    Mqtt::new("pub").line("-t t -m x -L").arg(format!("tcp://{}", peer.address())).run();
    Mqtt::new("config").line("show -L ssl://h").stdout_line("# mqtts://h:8883").run();
}

#[test]
fn a_host_that_would_be_more_than_one_line_is_refused() {
    for url in ["mqtt://a%0d%0aX:1", "mqtt://a%0aX", "mqtt://a%20b", "ws://a%0d%0aX%3a%20y/p"] {
        let run = Mqtt::new("pub").line("-t t -m x --proxy http://127.0.0.1:1 -L").arg(url);
        run.status(2).stderr_line("mqtt: invalid URL in --url: the host *").run();
    }
    let run = Mqtt::new("pub").line("-t t -m x -h").arg("a\r\nX: y").status(2);
    run.stderr_line("mqtt: invalid host *").run();
}

#[test]
fn a_password_in_a_private_options_file_needs_no_warning() {
    for (mode, warning) in [
        (0o600, ""),
        (
            0o644,
            "mqtt: warning: options:2: other users of this machine can read the password: chmod 600 options\n",
        ),
    ] {
        let peer = Peer::accepting();
        let run = peer.mqtt("pub").line("-t t -m x -o options");
        run.file_with_mode("options", "-u me\n-P secret\n", mode).stderr(warning).run();
        assert_eq!(peer.finish().connects[0].password.as_deref(), Some(&b"secret"[..]));
    }
}
