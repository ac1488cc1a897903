//! Where a setting comes from is told with file and line: by `mqtt config show`, in errors and in warnings.

use crate::support::Mqtt;

const CONFIG: &str = ".config/mqtt/config.toml";

/// What is shown, by setting, of a configuration file with the profile p.
#[track_caller]
fn shows(config: &str, origins: &[(&str, &str)]) {
    let run = Mqtt::new("config").line("show --profile p").config(config);
    let file = run.path(CONFIG).display().to_string();
    let shown = origins.iter().fold(run, |run, (setting, lines)| {
        let lines = lines.split(' ').map(|line| format!("profile p ({file}:{line})"));
        run.stdout_line(&format!("{setting} = *  # {}", lines.collect::<Vec<_>>().join(" and ")))
    });
    shown.run();
}

#[test]
fn every_form_of_a_profile_has_lines() {
    shows(
        "[profiles.p]\n\nkeepalive = 7\n# a comment\nquiet = true\nws = false\n",
        &[("keepalive", "3"), ("quiet", "5"), ("ws", "6")],
    );
    shows(
        "\nprofiles.p.keepalive = 7\nprofiles.p.quiet = true\n",
        &[("keepalive", "2"), ("quiet", "3")],
    );
    shows(
        "[profiles]\np.keepalive = 7\np.id = \"\"\"\nme\"\"\"\np.quiet = true\n",
        &[("keepalive", "2"), ("id", "3"), ("quiet", "5")],
    );
    shows(
        "\n[profiles]\np = { keepalive = 7, quiet = true }\n",
        &[("keepalive", "3"), ("quiet", "3")],
    );
    shows(
        "[profiles.\"p\"]\r\n\"keepalive\" = 7\r\n'quiet' = true\r\n",
        &[("keepalive", "2"), ("quiet", "3")],
    );
}

#[test]
fn each_value_of_a_list_has_its_line() {
    shows(
        "[profiles.p]\ntls-alpn = [\n  \"a\",\n  # b\n  \"c\", \"d\",\n]\n\
         property = [\n  \"connect user-property a b\",\n  [\"connect\",\n   \"user-property\", \"c\", \"d e\"],\n]\n",
        &[("tls-alpn", "3 5"), ("property", "8 9")],
    );
    Mqtt::new("config")
        .line("show -L mqtts://h -o options --tls-alpn c")
        .file("options", "--tls-alpn a\n\n-D connect user-property k v\n--tls-alpn=b\n")
        .stdout_line(
            "tls-alpn = *  # options file options:1 and options file options:4 and command line",
        )
        .stdout_line("property = *  # options file options:3")
        .run();
}

/// A configuration file with these settings for another machine, from its third line on.
fn config(settings: &str) -> String {
    format!("[profiles.p]\nhost = \"broker.example\"\n{settings}\n")
}

/// Settings of a profile, the same in an options file, the line in either of what is wrong, and what is said.
type Case = (&'static str, &'static str, usize, &'static str);

const REFUSED: [Case; 14] = [
    ("will-qos = 1", "--will-qos 1", 1, "--will-qos has no effect without --will-topic"),
    (
        "quiet = true\nwill-retain = true",
        "--quiet\n--will-retain",
        2,
        "--will-retain has no effect without --will-topic",
    ),
    (
        "property = [\n\"publish user-property a b\", \"publish nope x\"]",
        "-D publish user-property a b\n-D publish nope x",
        2,
        "--property publish nope: there is no property 'nope'",
    ),
    (
        "property = [\"publish content-type a\",\n\"publish content-type b\"]",
        "-D publish content-type a\n-D publish content-type b",
        2,
        "property content-type of publish is given twice",
    ),
    (
        "property = [\n\"will content-type a\"]",
        "\n-D will content-type a",
        2,
        "-D will has no effect without --will-topic",
    ),
    (
        "property = [\n\"publish response-topic a/#\"]",
        "\n-D publish response-topic a/#",
        2,
        "invalid response-topic 'a/#': *",
    ),
    ("no-clean-start = true", "-c", 1, "--no-clean-start needs a client id, *"),
    ("require-tls = true", "--require-tls", 1, "* is not encrypted, and --require-tls is set"),
    ("\nca = \"/none.pem\"", "\n--ca /none.pem", 2, "cannot use the certificate file /none.pem: *"),
    ("tls = true\nkey = \"/k\"", "--tls\n--key /k", 2, "--key has no effect without --cert"),
    (
        "password-file = \"/none\"",
        "--password-file /none",
        1,
        "cannot read the password file /none: *",
    ),
    (
        "\npassword-command = \"false\"",
        "\n--password-command false",
        2,
        "the password command failed*",
    ),
    ("events = \"/none/none\"", "--events /none/none", 1, "cannot write events to /none/none: *"),
    (
        "quiet = true\nproxy = \"ftp://x\"",
        "--quiet\n--proxy ftp://x",
        2,
        "invalid URL in --proxy: expected socks5://HOST[:PORT], socks5h, http or https",
    ),
];

#[test]
fn an_error_about_a_setting_of_a_file_names_its_line() {
    for (profile, options, line, complaint) in REFUSED {
        let publish = || Mqtt::new("pub").line("-t t -m x").status(2);
        let run = publish().line("--profile p").config(&config(profile));
        let file = run.path(CONFIG).display().to_string();
        run.stderr_line(&format!("mqtt: {file}:{}: {complaint}", line + 2)).run();
        let publish = || publish().line("-h broker.example");
        let run = publish().line("-o options").private_file("options", format!("{options}\n"));
        run.stderr_line(&format!("mqtt: options:{line}: {complaint}")).run();
        // What is typed, or a variable, has none.
        let typed =
            options.lines().filter(|line| !line.is_empty()).flat_map(|line| line.split(' '));
        publish().args(typed).stderr_line(&format!("mqtt: {complaint}")).run();
    }
}

#[test]
fn an_invalid_url_and_what_needs_mqtt_5_name_their_line() {
    let publish = || Mqtt::new("pub").line("-t t -m x").status(2);
    let run = publish().line("--profile p").config("[profiles.p]\n\nurl = \"http://h\"\n");
    let file = run.path(CONFIG).display().to_string();
    run.stderr_line(&format!("mqtt: invalid URL in profile p ({file}:3): expected *")).run();
    let run = publish().line("-o options").file("options", "\n-L http://h\n");
    run.stderr_line("mqtt: invalid URL in --url of options file options:2: expected *").run();
    let run = publish().line("--profile p -V 3.1.1 -h 127.0.0.1");
    let run = run.config("[profiles.p]\n\nsession-expiry = \"1h\"\n");
    let complaint = "needs MQTT 5, but MQTT 3.1.1 was requested";
    let file = run.path(CONFIG).display().to_string();
    run.stderr_line(&format!("mqtt: session-expiry of profile p ({file}:3) {complaint}")).run();
    let run = publish().line("-o options -V 3.1.1 -h 127.0.0.1").file("options", "\n-x 1h\n");
    run.stderr_line(&format!("mqtt: options:2: --session-expiry {complaint}")).run();
    let run = publish().line("-o options -h 127.0.0.1").file("options", "-q 1\n--ws-path /x\n");
    run.stderr_line("mqtt: options:2: --ws-path has no effect without --ws").run();
}

#[test]
fn a_warning_about_a_setting_of_a_file_names_its_line() {
    for (profile, options, line, warning) in [
        (
            "tls = true\ninsecure = true",
            "--tls\n--insecure",
            2,
            "--insecure: anyone on the network path can impersonate the broker",
        ),
        (
            "username = \"me\"\npassword-command = \"echo x\"",
            "-u me\n--password-command echo x",
            2,
            "the password goes to * unencrypted: use --tls",
        ),
        (
            "ws = true\nws-header = [\n\"Authorization: x\"]",
            "--ws\n\n--ws-header Authorization: x",
            3,
            "a header goes to * unencrypted: use --tls",
        ),
    ] {
        // Through a proxy, on which nothing listens, every broker is another machine.
        let publish = || {
            let run = Mqtt::new("pub").line("-t t -m x -h broker.example");
            run.line("--proxy socks5h://127.0.0.1:1").status(3)
        };
        let proxied = format!("proxy = \"socks5h://127.0.0.1:1\"\n{profile}");
        let run = publish().line("--profile p").config(&config(&proxied));
        let file = run.path(CONFIG).display().to_string();
        run.stderr_line(&format!("mqtt: warning: {file}:{}: {warning}", line + 3)).run();
        let run = publish().line("-o options").private_file("options", format!("{options}\n"));
        run.stderr_line(&format!("mqtt: warning: options:{line}: {warning}")).run();
    }
}
