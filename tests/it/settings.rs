//! Every setting of the connection, said by any of the four sources in any form: the strongest word counts, in what
//! `mqtt config show` prints as in what the broker gets.

use std::collections::BTreeSet;

use mqtt::settings::SETTINGS;

use crate::support::{Mqtt, Peer, Random};

/// A setting, two values as typed, and as TOML shows them.
type Case = (&'static str, [&'static str; 2], [&'static str; 2]);

/// A switch says nothing but that it is on.
const ON: [&str; 2] = ["", ""];
const TRUE: [&str; 2] = ["true", "true"];

const PIN_OF_ZEROS: &str = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const PIN_OF_ZEROS_IN_TOML: &str = r#""sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=""#;
const TWO_PINS: &str = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;\
    sha256//BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
const TWO_PINS_IN_TOML: &str = "\"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;\
    sha256//BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=\"";

/// All that can be said by itself; where the broker is, is other tests' business.
const TLS_13: &str = "TLS_AES_128_GCM_SHA256";
const TLS_13_IN_TOML: &str = "\"TLS_AES_128_GCM_SHA256\"";
const TLS_12: &str = "ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384";
const TLS_12_IN_TOML: &str = "\"ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384\"";

const CASES: [Case; 53] = [
    ("srv", ON, TRUE),
    ("bind", ["127.0.0.1", "::1"], [r#""127.0.0.1""#, r#""::1""#]),
    ("proxy", ["http://a:1", "socks5://b"], [r#""http://a:1""#, r#""socks5://b""#]),
    ("proxy-ca", ["/a", "/b c"], [r#""/a""#, r#""/b c""#]),
    ("ws", ON, TRUE),
    ("ws-path", ["/a", "/b%20c"], [r#""/a""#, r#""/b%20c""#]),
    ("tls", ON, TRUE),
    ("ca", ["/a", "/b c"], [r#""/a""#, r#""/b c""#]),
    ("capath", ["/a", "/b"], [r#""/a""#, r#""/b""#]),
    ("crl", ["/a", "/b c"], [r#""/a""#, r#""/b c""#]),
    ("pin", [PIN_OF_ZEROS, TWO_PINS], [PIN_OF_ZEROS_IN_TOML, TWO_PINS_IN_TOML]),
    ("cert", ["/a", "/b"], [r#""/a""#, r#""/b""#]),
    ("key", ["/a", "/b"], [r#""/a""#, r#""/b""#]),
    ("key-password-file", ["-", "/b"], [r#""-""#, r#""/b""#]),
    ("tls-server-name", ["a", "b.example"], [r#""a""#, r#""b.example""#]),
    ("tls-version", ["1.2", "tlsv1.3"], [r#""1.2""#, r#""1.3""#]),
    ("tls-ciphers", [TLS_13, TLS_12], [TLS_13_IN_TOML, TLS_12_IN_TOML]),
    ("insecure", ON, TRUE),
    ("require-tls", ON, TRUE),
    ("tls-keylog", ["/a", "/b"], [r#""/a""#, r#""/b""#]),
    ("protocol", ["5", "mqttv5"], [r#""5""#, r#""5""#]),
    ("id", ["-a", "b \"c\""], [r#""-a""#, r#""b \"c\"""#]),
    ("id-prefix", ["a", "b"], [r#""a""#, r#""b""#]),
    ("username", ["-a", "\u{e9}\u{1f980}"], [r#""-a""#, "\"\u{e9}\u{1f980}\""]),
    ("password-file", ["-", "/b"], [r#""-""#, r#""/b""#]),
    ("password-command", ["echo a", "echo 'b'"], [r#""echo a""#, r#""echo 'b'""#]),
    ("ask-password", ON, TRUE),
    ("auth", ["scram-sha-1", "SCRAM-SHA-512"], [r#""scram-sha-1""#, r#""scram-sha-512""#]),
    ("no-clean-start", ON, TRUE),
    ("session-expiry", ["1h", "never"], [r#""1h""#, r#""never""#]),
    ("keepalive", ["0", "65535"], ["0", "65535"]),
    ("connect-timeout", ["20s", "1m30s"], [r#""20s""#, r#""1m30s""#]),
    ("ack-timeout", ["1.5", "20"], [r#""1.5""#, "20"]),
    ("timeout", ["1h", "2m"], [r#""1h""#, r#""2m""#]),
    ("reconnect", ["always", "never"], [r#""always""#, r#""never""#]),
    ("reconnect-timeout", ["1h", "0"], [r#""1h""#, "0"]),
    ("max-inflight", ["1", "65535"], ["1", "65535"]),
    ("receive-maximum", ["1", "65535"], ["1", "65535"]),
    ("maximum-packet-size", ["1000", "4294967295"], ["1000", "4294967295"]),
    ("topic-alias-maximum", ["0", "7"], ["0", "7"]),
    ("will-topic", ["-a", "b/c"], [r#""-a""#, r#""b/c""#]),
    ("will-payload", ["-a", "7"], [r#""-a""#, r#""7""#]),
    ("will-qos", ["1", "2"], ["1", "2"]),
    ("will-retain", ON, TRUE),
    ("will-delay", ["1m", "5"], [r#""1m""#, "5"]),
    ("debug", ON, TRUE),
    ("events", ["-", "fd:2"], [r#""-""#, r#""fd:2""#]),
    ("quiet", ON, TRUE),
    ("ws-header", ["A: b", "C: d"], ["", ""]),
    ("name-server", ["127.0.0.1", "[::1]:53"], [r#""127.0.0.1""#, r#""[::1]:53""#]),
    ("tls-alpn", ["a", "b"], [r#""a""#, r#""b""#]),
    (
        "property",
        ["connect user-property a b", "CONNECT user-property c d e"],
        [r#""connect user-property a b""#, r#""CONNECT user-property c d e""#],
    ),
    ("password", ["a", "b"], ["", ""]),
];

/// Those of which the broker hears in CONNECT.
const HEARD: [&str; 19] = [
    "id",
    "id-prefix",
    "username",
    "password",
    "password-command",
    "no-clean-start",
    "session-expiry",
    "keepalive",
    "receive-maximum",
    "maximum-packet-size",
    "topic-alias-maximum",
    "will-topic",
    "will-payload",
    "will-qos",
    "will-retain",
    "will-delay",
    "property",
    "protocol",
    "max-inflight",
];

const LISTS: [&str; 4] = ["ws-header", "tls-alpn", "property", "name-server"];

/// Their values are shown to nobody.
const HIDDEN: [&str; 2] = ["ws-header", "password"];

/// What one source says.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Nothing,
    /// The value of this number.
    Value(usize),
    Off,
}

/// The profile, the environment, an options file and the command line.
type Said = [Says; 4];

const ORIGINS: [&str; 4] =
    ["profile p (*/config.toml:5)", "", "options file options:3", "command line"];

fn draw(random: &mut Random) -> Said {
    std::array::from_fn(|source| match random.below(5) {
        0 | 1 => Says::Nothing,
        2 | 3 => Says::Value(random.below(2)),
        // What a variable cannot say: empty, it is not set.
        _ if source == 1 => Says::Nothing,
        _ => Says::Off,
    })
}

fn off(name: &str) -> String {
    name.strip_prefix("no-").map_or_else(|| format!("--no-{name}"), |name| format!("--{name}"))
}

/// A run in which the sources say this of a setting.
fn run(command: &str, (name, values, _): &Case, said: Said) -> Mqtt {
    let mut run = Mqtt::new(command);
    let is_switch = *values == ON;
    let quoted = |value: &str| match LISTS.contains(name) {
        true => format!("[{value:?}]"),
        false if is_switch => "true".to_owned(),
        false => format!("{value:?}"),
    };
    let config = match said[0] {
        Says::Nothing => String::new(),
        Says::Value(which) => format!("{name} = {}\n", quoted(values[which])),
        Says::Off => format!("{name} = false\n"),
    };
    run = run.line("--profile p").config(&format!("\n# a comment\n\n[profiles.p]\n{config}"));
    if let Says::Value(which) = said[1] {
        let variable = format!("MQTT_{}", name.to_uppercase().replace('-', "_"));
        let value = if is_switch { "true" } else { values[which] };
        run = run.env(&variable, value);
    }
    let line = match said[2] {
        Says::Nothing => "# nothing\n".to_owned(),
        Says::Value(_) if is_switch => format!("--{name}\n"),
        Says::Value(which) if which == 0 => format!("--{name} {}\n", values[which]),
        Says::Value(which) => format!("--{name}={}\n", values[which]),
        Says::Off => format!("{}\n", off(name)),
    };
    run = run.private_file("options", format!("# a comment\n\n{line}")).line("-o options");
    match said[3] {
        Says::Nothing => run,
        Says::Value(_) if is_switch => run.arg(format!("--{name}")),
        // As one argument, and as a flag and its value.
        Says::Value(which) if which == 0 => run.arg(format!("--{name}={}", values[which])),
        Says::Value(which) if *name == "property" => {
            run.arg("--property").args(values[which].splitn(4, ' '))
        }
        Says::Value(which) => run.args([format!("--{name}"), values[which].to_owned()]),
        Says::Off => run.arg(off(name)),
    }
}

/// The words that hold: the last, or of a list all since it was taken back; each with its source. The name servers of
/// a stronger source replace all others.
fn holding(name: &str, said: Said) -> Vec<(usize, Says)> {
    let mut holding: Vec<(usize, Says)> = Vec::new();
    for (source, says) in said.into_iter().enumerate().filter(|(_, says)| *says != Says::Nothing) {
        // The options file is as strong as the command line.
        let rank = |source: usize| source.min(2);
        let replaces =
            name == "name-server" && holding.iter().any(|(other, _)| rank(*other) < rank(source));
        let adds = LISTS.contains(&name)
            && !replaces
            && says != Says::Off
            && holding.iter().all(|(_, says)| *says != Says::Off);
        if !adds {
            holding.clear();
        }
        holding.push((source, says));
    }
    holding
}

/// The line of `mqtt config show`, if there is one.
fn shown((name, _, toml): &Case, said: Said) -> Option<String> {
    let holding = holding(name, said);
    let variable = format!("MQTT_{}", name.to_uppercase().replace('-', "_"));
    let mut origins: Vec<&str> = Vec::new();
    for (source, _) in &holding {
        origins.push(if *source == 1 { &variable } else { ORIGINS[*source] });
    }
    let last = holding.last()?.1;
    let mut values = holding.iter().filter_map(|(_, says)| match says {
        Says::Value(which) => Some(toml[*which]),
        _ => None,
    });
    let value = match last {
        Says::Off => format!("{name} = false"),
        _ if HIDDEN.contains(name) => format!("# {name}: set, not shown"),
        _ if LISTS.contains(name) => {
            format!("{name} = [{}]", values.collect::<Vec<_>>().join(", "))
        }
        _ => format!("{name} = {}", values.next_back()?),
    };
    Some(format!("{value}*  # {}", origins.join(" and ")))
}

/// `mqtt config show` of a connection on which the setting has an effect.
fn show(name: &str) -> &'static str {
    match name {
        "srv" | "name-server" => "show -L mqtts://lab.example",
        "proxy-ca" => "show -L wss://localhost --proxy https://proxy",
        _ => "show -L wss://localhost",
    }
}

#[test]
fn every_setting_is_among_these_cases() {
    let place = ["url", "host", "port", "unix"];
    let cases: BTreeSet<&str> = CASES.iter().map(|case| case.0).chain(place).collect();
    let settings: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(cases, settings);
}

#[test]
fn the_strongest_word_about_every_setting_is_shown_with_where_it_stands() {
    let mut random = Random::new();
    for case in &CASES {
        for _ in 0..6 {
            let said = draw(&mut random);
            let run = run("config", case, said).line(show(case.0));
            match shown(case, said) {
                Some(line) => run.stdout_line(&line),
                None => run.stdout_anything(),
            }
            .stderr_anything()
            .run();
        }
    }
}

/// What the broker hears in CONNECT of a run; random digits are nothing to compare.
fn heard(prepare: impl FnOnce(&str) -> Mqtt) -> String {
    let peer = Peer::accepting();
    let run = prepare("pub").line("-t t -m x -h 127.0.0.1 --connect-timeout 20s");
    run.args(["-p", &peer.port().to_string()]).stderr_anything().run();
    let record = peer.finish();
    let mut connect = record.connects[0].clone();
    let made_up = connect.client_id.len().checked_sub(16).filter(|_| connect.client_id.is_ascii());
    if let Some(start) = made_up {
        connect.client_id.truncate(start);
    }
    format!("{connect:?}")
}

#[test]
fn the_strongest_word_about_every_setting_is_what_the_broker_gets() {
    let mut random = Random::new();
    for case in CASES.iter().filter(|case| HEARD.contains(&case.0)) {
        // What the setting needs, and nothing that it would be overruled with.
        let beside = |run: Mqtt| match case.0 {
            "will-topic" | "id" | "id-prefix" => run,
            name if name.starts_with("will-") => run.line("--will-topic w"),
            "no-clean-start" => run.line("-i me"),
            "password" | "password-command" => run.line("-u me"),
            _ => run,
        };
        for _ in 0..4 {
            let said = draw(&mut random);
            let got = heard(|command| beside(run(command, case, said)));
            let holding = holding(case.0, said);
            let expected = heard(|command| {
                let mut run = beside(Mqtt::new(command));
                for (_, says) in &holding {
                    run = match (says, case.1) {
                        (Says::Value(_), ON) => run.arg(format!("--{}", case.0)),
                        (Says::Value(which), values) => {
                            run.arg(format!("--{}={}", case.0, values[*which]))
                        }
                        _ => run,
                    };
                }
                run
            });
            assert_eq!(got, expected, "{} {said:?}", case.0);
        }
    }
}

#[test]
fn what_is_shown_of_every_setting_means_the_same_in_a_profile() {
    for case in CASES.iter().filter(|case| !HIDDEN.contains(&case.0)) {
        for says in [Says::Value(0), Says::Value(1), Says::Off] {
            let lines = |output: &str| -> String {
                let lines = output.lines().filter(|line| !line.starts_with('#'));
                lines
                    .map(|line| line.rsplit_once("  # ").unwrap().0.trim_end().to_owned() + "\n")
                    .collect()
            };
            let said = [Says::Nothing, Says::Nothing, Says::Nothing, says];
            let first = run("config", case, said).line(show(case.0));
            let first = first.stdout_anything().stderr_anything().run();
            let first = lines(first.stdout_text());
            let second = Mqtt::new("config").line("show --profile p");
            let second = second.config(&format!("[profiles.p]\n{first}"));
            let second = second.stdout_anything().stderr_anything().run();
            assert_eq!(lines(second.stdout_text()), first, "{} {says:?}", case.0);
        }
    }
}
