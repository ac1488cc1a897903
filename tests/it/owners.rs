//! Whom a secret is for: what goes to which connection, what is said of it where others can read it, and which files are
//! believed.

use crate::support::{Connect, Door, Mqtt, Peer, free_port, http_proxy};

const YES: &str = "HTTP/1.1 200 OK\r\n\r\n";

const OTHER: &str = "its credentials are not sent to";

/// Everything in a profile that says who we are, and a word that would be seen if it went out.
const PERSON: &str = "\
username = \"canary\"
password = \"canary\"
id = \"canary\"
no-clean-start = true
will-topic = \"canary\"
will-payload = \"canary\"
property = [\"connect user-property canary canary\", \"will user-property canary canary\"]
";

fn profile(lines: &str) -> String {
    format!("default = \"lab\"\n[profiles.lab]\n{lines}{PERSON}")
}

/// Whether all of [`PERSON`] is in a CONNECT; some of it alone is an error.
#[track_caller]
fn is_named(connect: &Connect) -> bool {
    let is_there = format!("{connect:?}").contains("canary");
    let is_complete = connect.username.is_some()
        && connect.password.is_some()
        && connect.client_id == "canary"
        && connect.will.is_some()
        && !connect.clean_start;
    assert_eq!(is_there, is_complete, "{connect:?}");
    is_there
}

/// A broker that is told who we are, or not.
fn told(expected: bool) -> Peer {
    Peer::script(move |conn| {
        let connect = conn.accept();
        assert_eq!(is_named(&connect), expected, "{connect:?}");
        conn.expect_publish();
        conn.expect_goodbye();
    })
}

#[test]
fn behind_a_proxy_nothing_is_here() {
    // The proxy is typed or a variable: what the profile says of this machine is not meant for that one.
    for (lines, host) in [("", ""), ("", "-h localhost"), ("host = \"127.0.0.1\"\n", "")] {
        for by_variable in [false, true] {
            let peer = told(false);
            let proxy = http_proxy(YES, peer.port());
            let url = format!("http://{}", proxy.address());
            let run = Mqtt::new("pub").line("-t t -m x").line(host).config(&profile(lines));
            let run =
                if by_variable { run.env("MQTT_PROXY", url) } else { run.args(["--proxy", &url]) };
            run.stderr_line(&format!("*lab (*) is for another way to the broker: {OTHER}*")).run();
        }
    }
    // Its own proxy is the way that it means.
    let peer = told(true);
    let proxy = http_proxy(YES, peer.port());
    let lines = format!("proxy = \"http://{}\"\n", proxy.address());
    let run = Mqtt::new("pub").line("-t t -m x").config(&profile(&lines));
    let file = run.path(".config/mqtt/config.toml").display().to_string();
    let warning = "the password goes to mqtt://localhost:1883 unencrypted: use --tls";
    run.stderr(format!("mqtt: warning: {file}:5: {warning}\n")).run();
    // And without it, nothing here is that broker.
    let peer = told(false);
    let lines = format!("proxy = \"http://127.0.0.1:{}\"\nport = {}\n", free_port(), peer.port());
    let run = Mqtt::new("pub").line("-t t -m x --no-proxy").config(&profile(&lines));
    run.stderr_contains(OTHER).run();
}

#[test]
fn tls_is_required_behind_a_proxy() {
    let proxy = format!("http://127.0.0.1:{}", free_port());
    for host in ["localhost", "127.0.0.1", "::1"] {
        let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "--require-tls", "-h", host]);
        run.args(["--proxy", &proxy]).status(2).stderr_contains("is not encrypted").run();
    }
}

#[test]
fn what_a_profile_says_of_us_goes_to_its_own_host_and_port() {
    for lines in ["host = \"prod.example\"\n", "host = \"127.0.0.1\"\nport = 1\n"] {
        let peer = told(false);
        let run = peer.mqtt("pub").line("-t t -m x").config(&profile(lines));
        run.stderr_line(&format!("*lab (*) is for another broker: {OTHER}*")).run();
    }
    let peer = told(true);
    let lines = format!("host = \"127.0.0.1\"\nport = {}\n", peer.port());
    Mqtt::new("pub").line("-t t -m x").config(&profile(&lines)).run();
}

#[test]
fn what_is_meant_for_tls_does_not_go_without() {
    let peer = Peer::each(|conn| {
        assert!(!is_named(&conn.accept()));
        conn.expect_publish();
        conn.expect_goodbye();
    });
    let proxy = http_proxy(YES, peer.port());
    for (lines, flags) in [
        ("url = \"mqtts://prod.example\"\n", "-L mqtt://prod.example:8883"),
        ("host = \"prod.example\"\ntls = true\nport = 1883\n", "--no-tls"),
    ] {
        let run = Mqtt::new("pub").line("-t t -m x").line(flags).config(&profile(lines));
        let run = run.args(["--proxy", &format!("http://{}", proxy.address())]);
        run.stderr_contains("is for a connection with TLS").run();
    }
}

#[test]
fn a_query_goes_to_its_own_host_and_port() {
    for (lines, flags) in [
        ("ws-path = \"/p?canary\"\nhost = \"prod.example\"\n", ""),
        ("url = \"ws://127.0.0.1:1/p?canary\"\n", "--ws"),
        ("url = \"ws://prod.example/p?canary\"\n", "--ws"),
    ] {
        let door = Door::new(async move |mut stream, notes| {
            use tokio::io::AsyncReadExt;
            let mut head = vec![0; 4096];
            let read = stream.read(&mut head).await.unwrap_or(0);
            notes.add(String::from_utf8_lossy(&head[..read]));
        });
        let config = format!("default = \"lab\"\n[profiles.lab]\n{lines}");
        let run = Mqtt::new("pub").line("-t t -m x --ws -h 127.0.0.1").line(flags).config(&config);
        run.args(["-p", &door.port().to_string()]).stderr_anything().run_to_any_end();
        let notes = door.notes().concat();
        assert!(notes.starts_with("GET /"), "{notes}");
        assert!(!notes.contains("canary"), "{lines}: {notes}");
    }
}

#[test]
fn what_is_secret_in_a_url_is_shown_nowhere() {
    let token = "a1b2c3d4e5f6a7b8c9d0";
    let shown = |run: Mqtt| {
        let output = run.run_to_any_end();
        let text = format!("{}{}", output.stdout_text(), output.stderr_text());
        assert!(!text.is_empty() && !text.contains(token), "{text}");
        text
    };
    // Wherever a person may have put it.
    for command in ["pub", "sub", "rr", "clear-retained"] {
        for flag in [
            "",
            "-t",
            "-q",
            "-p",
            "-h",
            "-V",
            "-i",
            "-o",
            "-W",
            "--ca",
            "--bind",
            "--config",
            "--profile",
            "--proxy",
            "--unix",
            "--events",
            "-D",
            "-k",
            "-A",
            "--password-file",
            "--cert",
            "--tls-version",
            "--keepalive",
        ] {
            for url in [format!("mqtt://me:{token}@127.0.0.1/#"), format!("ws://h/p?token={token}")]
            {
                let run = Mqtt::new(command)
                    .line(flag)
                    .arg(url)
                    .env("MQTT_PORT", free_port().to_string());
                shown(run.line("--connect-timeout 200ms -W 1"));
            }
        }
    }
    let port = free_port();
    shown(Mqtt::new("pub").line("-t t -m x --ws --ws-path").arg(format!("x?token={token}")));
    for url in [format!("mqtt://{token}@h"), format!("ws://h/p?token={token}")] {
        shown(Mqtt::new("config").args(["show", "-L", &url]));
        shown(Mqtt::new("pub").args([
            "-d",
            "-t",
            "t",
            "-m",
            "x",
            "-L",
            &url,
            "-h",
            "127.0.0.1",
            "-p",
            &port.to_string(),
        ]));
    }
    // A user name without a password may be one itself.
    let peer = Peer::accepting();
    let run = Mqtt::new("pub").args(["-d", "-t", "t", "-m", "x", "-L"]);
    let text = shown(run.arg(format!("mqtt://{token}@127.0.0.1:{}", peer.port())));
    assert!(text.contains(" user name (20 bytes)"), "{text}");
}

#[test]
fn what_others_on_the_network_can_read_gets_a_warning_each() {
    let peer = Peer::each(|conn| conn.expect_noise());
    let proxy = http_proxy(YES, peer.port());
    let token = "a1b2c3d4e5f6a7b8c9d0";
    for (line, what) in [
        (format!("-u {token}"), Some("the user name")),
        ("-u bob".to_owned(), None),
        ("--ws --ws-header X-Token:x".to_owned(), Some("a header")),
        ("--ws --ws-header User-Agent:x".to_owned(), None),
        ("--ws --ws-path /p?x".to_owned(), Some("the query")),
        ("--ws --ws-path /p".to_owned(), None),
    ] {
        let run = Mqtt::new("pub").line("-t t -m x -h broker.example --connect-timeout 300ms -W 1");
        let run = run.line(&line).env("MQTT_PROXY", format!("http://{}", proxy.address()));
        let output = run.run_to_any_end();
        let warnings: Vec<&str> =
            output.stderr_text().lines().filter(|line| line.contains("unencrypted")).collect();
        match what {
            Some(what) => assert!(
                warnings.len() == 1
                    && warnings[0].starts_with(&format!("mqtt: warning: {what} goes to ")),
                "{line}: {warnings:?}"
            ),
            None => assert!(warnings.is_empty(), "{line}: {warnings:?}"),
        }
    }
    let run = Mqtt::new("pub").line("-t t -m x -h broker.example --connect-timeout 300ms");
    let run = run.env("MQTT_PROXY", "http://u:p@proxy.invalid").status(3);
    run.stderr_line("*warning: the password for proxy proxy.invalid:8080 goes there unencrypted*")
        .run();
    let run = Mqtt::new("pub").line("-t t -m x -h broker.example --connect-timeout 300ms");
    let run = run.env("MQTT_PROXY", "https://u:p@proxy.invalid").status(3);
    run.stderr_lacks("warning").stderr_line("*cannot reach proxy proxy.invalid:443*").run();
}

#[test]
fn secrets_among_the_arguments_get_a_warning_each() {
    for (line, what) in [
        ("--proxy http://u:p@127.0.0.1:PORT", "the password in --proxy"),
        ("--ws --ws-header Authorization:x", "the header in --ws-header"),
    ] {
        let line = line.replace("PORT", &free_port().to_string());
        let run = Mqtt::at("pub", free_port()).line("-t t -m x").line(&line).status(3);
        let warning =
            format!("*other users of this machine can read {what}: put it into a profile*");
        run.stderr_line(&warning).stderr_lacks("X-Token").run();
    }
}

#[test]
#[cfg(unix)]
fn every_kind_of_secret_is_one_in_a_file_that_others_can_read() {
    for (line, is_secret) in [
        ("password = \"x\"", true),
        ("ws-header = [\"Origin: x\", \"Authorization: x\"]", true),
        ("ws-header = \"Authorization: x\"", true),
        ("ws-header = \"Origin: x\"", false),
        ("ws-path = \"/p?token=x\"", true),
        ("ws-path = \"/p\"", false),
        ("url = \"wss://h/p?token=x\"", true),
        ("url = \"mqtt://h/topic?\"", false),
        ("url = \"mqtt://a1b2c3d4e5f6a7b8c9d0@h\"", true),
        ("url = \"mqtt://bob@h\"", false),
        ("username = \"a1b2c3d4e5f6a7b8c9d0\"", true),
        ("username = \"a1b2c3d4e5f6a7b8c9d0\"\nask-password = true", false),
        ("username = \"bob\"", false),
        ("proxy = \"http://u:p@h\"", true),
        ("proxy = \"http://h\"", false),
    ] {
        let config = format!("[profiles.lab]\n{line}\n");
        let run = Mqtt::new("config").arg("show").config_with_mode(&config, 0o644);
        match is_secret {
            true => {
                run.status(2).stderr_line("*others can read this file*").stderr_line("*chmod 600*")
            }
            false => run.stdout_anything(),
        }
        .run();
    }
}

#[test]
#[cfg(unix)]
fn an_options_file_that_others_can_write_runs_nothing_and_names_nobody() {
    for (line, is_refused) in [
        ("--password-command touch ran", true),
        ("--password-file pw", true),
        ("-P x", true),
        ("--key-password-file pw", true),
        ("--ws-header Authorization: x", true),
        ("-t t", false),
    ] {
        for mode in [0o620, 0o602, 0o666, 0o600] {
            let run = Mqtt::at("pub", free_port()).line("-o options -t t -m x --cert x");
            let run = run.file_with_mode("options", format!("-k 7\n{line}\n"), mode);
            let ran = run.path("ran");
            let output = run.run_to_any_end();
            let is_so = output.stderr_text().contains("options:2: others can write this file");
            assert_eq!(is_so, is_refused && mode != 0o600, "{line} {mode:o}\n{output}");
            assert!(!is_so || output.status.code() == Some(2), "{output}");
            assert!(!(is_so && ran.exists()));
        }
    }
}

/// Files can be given away by root alone; for others, what is judged is tested beside the code.
#[test]
#[cfg(unix)]
fn files_of_other_users_are_not_believed() {
    for (line, is_refused) in [("password-command = \"touch ran\"", true), ("keepalive = 7", false)]
    {
        let run = Mqtt::at("pub", free_port())
            .line("-t t -m x")
            .config(&format!("default = \"lab\"\n[profiles.lab]\n{line}\n"));
        let (file, ran) = (run.path(".config/mqtt/config.toml"), run.path("ran"));
        if std::os::unix::fs::chown(&file, Some(65_534), None).is_err() {
            return;
        }
        let output = run.run_to_any_end();
        let is_so =
            output.stderr_text().contains("config.toml:3: this file belongs to another user");
        assert_eq!(is_so, is_refused, "{output}");
        assert_eq!(is_so, output.status.code() == Some(2), "{output}");
        assert!(!ran.exists());
    }
}
