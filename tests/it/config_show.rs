//! `mqtt config show`: every setting in force, with whose word it is, as TOML that works as a profile.

use crate::support::Mqtt;

const PROFILE: &str = "\
[profiles.plant]
url = \"mqtts://ops:canary@broker.example:8884/a?token=canary\"
password-command = \"pass show plant\"
tls-alpn = [\"mqtt\"]
keepalive = 7
insecure = true
";

/// The settings, without the column of their origins.
fn settings(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| format!("{}\n", line.split("  #").next().unwrap().trim_end())).collect()
}

#[test]
fn the_defaults_are_shown_where_nobody_says_anything() {
    Mqtt::new("config")
        .arg("show")
        .stdout(
            "# mqtt://localhost:1883\n\
             protocol = \"auto\"                             # default\n\
             # id: mqtt- and 16 random hexadecimal digits  # default\n\
             keepalive = 60                                # default\n\
             connect-timeout = \"10s\"                       # default\n\
             ack-timeout = \"30s\"                           # default\n\
             reconnect = \"lost\"                            # default\n",
        )
        .run();
}

#[test]
fn each_setting_names_its_origin_and_secrets_are_left_out() {
    let run = Mqtt::new("config")
        .line("show --profile plant --tls-alpn other -k 9 --proxy socks5://me:canary@proxy")
        .env("MQTT_PROTOCOL", "mqttv311")
        .env("MQTT_PASSWORD", "canary")
        .config(PROFILE);
    let file = run.path(".config/mqtt/config.toml").display().to_string();
    run.stdout(format!(
        "# mqtts://broker.example:8884\n\
         # profile plant of {file}\n\
         url = \"mqtts://broker.example:8884/a\"         # profile plant ({file}:2)\n\
         proxy = \"socks5://proxy\"                      # command line\n\
         tls-alpn = [\"mqtt\", \"other\"]                  # profile plant ({file}:4) and command line\n\
         insecure = true                               # profile plant ({file}:6)\n\
         protocol = \"3.1.1\"                            # MQTT_PROTOCOL\n\
         # id: mqtt- and 16 random hexadecimal digits  # default\n\
         username = \"ops\"                              # profile plant ({file}:2)\n\
         # password: set, not shown                    # MQTT_PASSWORD\n\
         keepalive = 9                                 # command line\n\
         connect-timeout = \"10s\"                       # default\n\
         ack-timeout = \"30s\"                           # default\n\
         reconnect = \"lost\"                            # default\n"
    ))
    .run();
}

#[test]
fn what_is_shown_works_as_a_profile_and_is_shown_again() {
    let flags = "show -L wss://me@broker.example/path -A 127.0.0.1 --proxy http://proxy:1 \
        --tls-server-name name --tls-alpn a --tls-alpn b --tls-version 1.2 --tls-ciphers ECDHE-RSA-AES128-GCM-SHA256 --require-tls -V 5 \
        -i me -c -x never -k 5 --connect-timeout 1m30s --ack-timeout 1.5 -W 10s \
        --reconnect always --reconnect-timeout 0 -M 3 --receive-maximum 4 \
        --maximum-packet-size 5000 --topic-alias-maximum 6 --will-topic w --will-payload \u{e9} \
        --will-qos 1 --will-retain --will-delay 1h --password-command x --debug --events - \
        --ca /ca --cert /cert --key /key --key-password-file /pw --capath /capath \
        --tls-keylog /keylog --crl /crl --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let first = Mqtt::new("config")
        .line(flags)
        .args(["-D", "connect", "user-property", "a b", "c \"d\" e"])
        .args(["-D", "connect", "request-problem-information", "0"])
        .stdout_anything()
        .run();
    let shown = settings(first.stdout_text());
    let second = Mqtt::new("config")
        .line("show --profile again")
        .config(&format!("[profiles.again]\n{shown}"))
        .stdout_anything()
        .run();
    assert_eq!(settings(second.stdout_text()), shown);
    assert!(!second.stdout_text().contains("# default"), "{second}");
}

#[test]
fn what_is_overruled_is_not_shown() {
    const PROFILE: &str = "[profiles.lab]\nid = \"me\"\ntls = true\nca = \"ca\"\ncert = \"me\"\n\
        key-password-file = \"pw\"\npassword = \"canary\"\ndebug = true\nwill-retain = true\n";
    let run = Mqtt::new("config").config(PROFILE).line(
        "show --profile lab -I pre --capath dir --key key --password-command cmd --quiet \
         --no-will-retain",
    );
    let home = run.path("").canonicalize().unwrap();
    let output = run.stdout_anything().run();
    let said = |line: &&str| !line.ends_with("# default");
    let said: Vec<&str> = output.stdout_text().lines().filter(said).collect();
    // Files are shown by their whole path: in a profile, it would be relative to the configuration file.
    let expected = "tls = true\ncapath = \"HOME/dir\"\nkey = \"HOME/key\"\nid-prefix = \"pre\"\n\
        password-command = \"cmd\"\nwill-retain = false\nquiet = true\n";
    let expected = expected.replace("HOME", home.to_str().unwrap());
    assert_eq!(settings(&said.join("\n")), expected);
    let run = Mqtt::new("config").config("[profiles.lab]\ntls = true\n");
    let run = run.line("show --profile lab --no-tls").stdout_line("# mqtt://localhost:1883");
    run.stdout_line("tls = false * # command line").run();
}

#[test]
fn what_cannot_be_is_refused_here_too() {
    Mqtt::new("config")
        .line("show -L http://me:canary@h")
        .status(2)
        .stderr(
            "mqtt: invalid URL in --url: expected mqtt://HOST[:PORT][/TOPIC], mqtts, \
             ws://HOST[:PORT][/PATH], wss or unix:///PATH\n",
        )
        .run();
}

#[test]
fn a_name_that_would_drive_a_terminal_is_shown_escaped() {
    let run = Mqtt::new("config").args(["show", "-u", "\u{1b}[31m\u{202e}"]);
    run.stdout_line(r#"username = "\u001b[31m\u202e" *"#).run();
}

#[test]
fn a_line_break_in_a_path_does_not_make_a_setting() {
    let run = Mqtt::new("config").arg("show").args(["--unix", "/a\nid = \"x\""]);
    let output = run.stdout_line(r#"# unix:///a\nid = "x""#).run();
    assert!(!output.stdout_text().contains("\nid ="), "{output}");
}
