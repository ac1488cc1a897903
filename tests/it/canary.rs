//! Secrets stay secret: every source of one, with every way a run can end, and the secret is printed nowhere.

use crate::support::{Authority, Mosquitto, Mqtt, Peer, free_port};

const CANARY: &str = "hunter2-canary";

/// The same as HTTP's Basic authentication has it.
const ENCODED: &str = "aHVudGVyMi1jYW5hcnk";

/// A place for a secret: a name for the test's own words, and what puts it there. The port is the broker's.
type Source = (&'static str, fn(Mqtt, u16) -> Mqtt);

const SOURCES: &[Source] = &[
    ("-P", |run, _| run.args(["-P", CANARY])),
    ("--password=", |run, _| run.arg(format!("--password={CANARY}"))),
    ("url", |run, port| run.arg("-L").arg(format!("mqtt://me:{CANARY}@127.0.0.1:{port}"))),
    ("file", |run, _| run.line("--password-file pw")),
    ("stdin", |run, _| run.line("--password-file -").stdin(CANARY)),
    ("command", |run, _| run.line("--password-command").arg("cat pw")),
    ("MQTT_PASSWORD", |run, _| run.env("MQTT_PASSWORD", CANARY)),
    ("MQTT_PASSWORD_FILE", |run, _| run.env("MQTT_PASSWORD_FILE", "pw")),
    ("MQTT_URL", |run, port| run.env("MQTT_URL", format!("mqtt://me:{CANARY}@127.0.0.1:{port}"))),
    ("profile", |run, _| run.config(&profile(&format!("password = \"{CANARY}\"")))),
    ("profile url", |run, port| {
        let url = format!("url = \"mqtt://me:{CANARY}@127.0.0.1:{port}\"");
        run.config(&profile(&url))
    }),
    ("proxy", |run, port| run.arg("--proxy").arg(format!("http://me:{CANARY}@127.0.0.1:{port}"))),
    ("ws-header", |run, _| {
        run.args(["--ws", "--ws-header", &format!("Authorization: Bearer {CANARY}")])
    }),
    ("query", |run, _| run.args(["--ws", "--ws-path", &format!("/mqtt?token={CANARY}")])),
];

fn profile(line: &str) -> String {
    format!("default = \"lab\"\n[profiles.lab]\n{line}\n")
}

/// A run with a secret of this source, which shows all that it can show.
fn run(command: &str, source: &Source, port: u16) -> Mqtt {
    let run = Mqtt::new(command).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-u", "me"]);
    (source.1)(run.private_file("pw", CANARY), port)
}

fn publish(source: &Source, port: u16) -> Mqtt {
    run("pub", source, port).line("-t t -m x -d --events - --connect-timeout 150ms")
}

/// Runs to whatever end, and looks everywhere.
#[track_caller]
fn shows_nothing(source: &Source, how: &str, run: Mqtt) {
    let output = run.run_to_any_end();
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        for secret in [CANARY, ENCODED] {
            assert!(!text.contains(secret), "{} of {}: {how}\n{output}", secret, source.0);
        }
    }
    assert!(!output.stderr.is_empty() || !output.stdout.is_empty(), "{}: {how}", source.0);
}

#[test]
fn a_secret_is_not_shown_when_all_goes_well_or_the_broker_says_no() {
    let peer = Mosquitto::start();
    for source in SOURCES {
        shows_nothing(source, "accepted", publish(source, peer.port()));
        let refusing = Peer::each(|conn| {
            conn.send_raw(&[0x20, 11, 0, 0x87, 8, 0x1f, 0, 5, b'n', b'e', b'v', b'e', b'r']);
            conn.expect_noise();
        });
        shows_nothing(source, "refused", publish(source, refusing.port()));
    }
}

#[test]
fn a_secret_is_not_shown_when_nobody_answers_or_in_another_language() {
    for source in SOURCES {
        shows_nothing(source, "unreachable", publish(source, free_port()));
        let peer = Peer::each(|conn| conn.expect_noise());
        shows_nothing(source, "timeout", publish(source, peer.port()));
        shows_nothing(source, "-W", publish(source, peer.port()).line("-W 100ms"));
        shows_nothing(source, "TLS", publish(source, peer.port()).line("--tls --insecure"));
    }
}

#[test]
fn a_secret_is_not_shown_when_the_certificate_is_not_believed() {
    let broker = Mosquitto::options().tls(&Authority::new("lab").server(&["localhost"])).start();
    let other = Authority::new("other");
    for source in SOURCES {
        let run = publish(source, broker.port()).file("ca.pem", other.pem()).line("--ca ca.pem");
        shows_nothing(source, "unknown CA", run);
    }
}

#[test]
fn a_secret_is_not_shown_when_something_beside_it_is_wrong() {
    for source in SOURCES {
        for wrong in [
            "--nonsense",
            "--passwrod x",
            "-q 3",
            "-p x",
            "--profile nowhere",
            "--config nowhere",
            "--ws-path x",
            "--unix x",
            "--ask-password",
            "--password-command false",
            "--password-file nowhere",
            "-o nowhere",
            "-V 4711",
            "--tls-version 1.1",
            "--ca nowhere",
            "-c",
            "--bind x",
        ] {
            shows_nothing(source, wrong, publish(source, 1).line(wrong));
        }
        for (name, value) in [("MQTT_PORT", "x"), ("MQTT_PROTOCOL", "x"), ("MQTT_CONFIG", "x")] {
            shows_nothing(source, name, publish(source, 1).env(name, value));
        }
    }
}

#[test]
fn a_secret_is_not_among_the_settings_that_are_shown() {
    for source in SOURCES {
        shows_nothing(source, "config show", run("config", source, 1883).arg("show"));
    }
}

#[test]
fn a_secret_in_a_place_that_does_not_understand_it_is_not_shown() {
    const ODD: &[Source] = &[
        ("-h URL", |run, _| run.arg("-h").arg(format!("mqtt://me:{CANARY}@host"))),
        ("-h user", |run, _| run.arg("-h").arg(format!("me:{CANARY}@host"))),
        ("MQTT_HOST", |run, _| run.env("MQTT_HOST", format!("mqtt://me:{CANARY}@host"))),
        ("no scheme", |run, _| run.arg("-L").arg(format!("me:{CANARY}@host"))),
        ("bad port", |run, _| run.arg("-L").arg(format!("mqtt://me:{CANARY}@host:x"))),
        ("bad topic", |run, _| run.arg("-L").arg(format!("mqtt://me:{CANARY}@host/%ff"))),
        ("MQTT_URL", |run, _| run.env("MQTT_URL", format!("http://me:{CANARY}@host"))),
        ("MQTT_PORT", |run, _| run.env("MQTT_PORT", format!("mqtt://me:{CANARY}@host"))),
        ("proxy", |run, _| run.arg("--proxy").arg(format!("me:{CANARY}@host"))),
        ("ws-header", |run, _| run.args(["--ws", "--ws-header", &format!("{CANARY}\u{7f}")])),
        ("misspelt", |run, _| run.arg(format!("--passwrod={CANARY}"))),
        ("misspelt URL", |run, _| run.arg(format!("--ulr=mqtt://me:{CANARY}@host"))),
        ("twice", |run, _| run.args(["--ask-password", &format!("--password={CANARY}")])),
    ];
    for source in ODD {
        let run = Mqtt::new("pub").line("-t t -m x -d --events -");
        shows_nothing(source, "misplaced", (source.1)(run, 1));
    }
}

#[test]
fn a_secret_in_a_profile_that_is_no_good_is_not_shown() {
    for line in [
        "password = \"CANARY",
        "password = CANARY",
        "password = [\"CANARY\"]",
        "passwrod = \"CANARY\"",
        "password = \"CANARY\"\npassword = \"CANARY\"",
        "url = \"http://me:CANARY@host\"",
        "url = \"mqtt://me:CANARY@host:x\"",
        "host = \"mqtt://me:CANARY@host\"",
        "proxy = \"ftp://me:CANARY@host\"",
        "ws-header = \"CANARY\"\nws = true",
        "password = \"CANARY\"\npassword-file = \"x\"",
        "\"CANARY",
        "password = \"CANARY\\q\"",
    ] {
        let source: Source = ("profile", |run, _| run);
        let config = profile(&line.replace("CANARY", CANARY));
        let run = Mqtt::new("pub").line("-t t -m x -d --events - --connect-timeout 150ms");
        shows_nothing(&source, line, run.config(&config));
    }
}
