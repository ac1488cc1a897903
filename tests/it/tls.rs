//! TLS: whom a run believes, and what it offers. What it refuses is in `tls_refused`, who it is itself in `tls_identity`.

use std::fs;

use crate::support::{Authority, Certificate, Mosquitto, Mqtt, Peer, tls_door};

const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

/// A broker with a certificate of this authority.
fn broker(authority: &Authority) -> Mosquitto {
    Mosquitto::options().tls(&authority.server(&NAMES)).start()
}

/// `mqtt pub` of one message over TLS to this host, which is loopback, with the authority's certificate in `ca.pem`.
fn publish(host: &str, port: u16, authority: &str) -> Mqtt {
    Mqtt::new("pub")
        .line("-t t -m x -q 1 -r -L")
        .arg(format!("mqtts://{host}:{port}"))
        .file("ca.pem", authority)
}

#[test]
fn a_message_goes_to_a_broker_whose_authority_is_named_and_comes_back() {
    let authority = Authority::new("lab");
    let broker = broker(&authority);
    publish("localhost", broker.port(), authority.pem()).line("--ca ca.pem").run();
    Mqtt::new("sub")
        .line("-t t -C 1 -L")
        .arg(format!("mqtts://127.0.0.1:{}", broker.port()))
        .file("ca.pem", authority.pem())
        .line("--cafile ca.pem")
        .stdout("x\n")
        .run();
}

#[test]
fn a_file_may_hold_several_authorities() {
    let (authority, other) = (Authority::new("lab"), Authority::new("other"));
    let broker = broker(&authority);
    let both = format!("some words\n{}{}", other.pem(), authority.pem());
    publish("localhost", broker.port(), &both).line("--ca ca.pem").run();
}

#[test]
fn a_directory_of_authorities_may_hold_other_files_too() {
    let authority = Authority::new("lab");
    let broker = broker(&authority);
    let run = publish("localhost", broker.port(), "nothing of use").line("--capath trusted");
    fs::create_dir(run.path("trusted")).unwrap();
    run.file("trusted/README", "\x7fnot PEM")
        .file("trusted/0123abcd.0", Authority::new("other").pem())
        .file("trusted/lab.pem", authority.pem())
        .run();
}

#[test]
fn the_systems_authorities_are_believed_where_none_is_named() {
    let authority = Authority::new("lab");
    let broker = broker(&authority);
    publish("localhost", broker.port(), authority.pem()).env("SSL_CERT_FILE", "ca.pem").run();
}

#[test]
fn each_flag_of_trust_turns_tls_on() {
    let authority = Authority::new("lab");
    let broker = broker(&authority);
    for flags in ["--ca ca.pem", "--capath .", "--tls"] {
        broker
            .mqtt("pub")
            .line("-t t -m x")
            .line(flags)
            .file("ca.pem", authority.pem())
            .env("SSL_CERT_FILE", "ca.pem")
            .run();
    }
}

#[test]
fn a_certificate_for_another_name_is_good_where_that_name_is_expected() {
    let authority = Authority::new("lab");
    let broker =
        Mosquitto::options().tls(&authority.server(&["broker.example", "10.0.0.1"])).start();
    for name in ["broker.example", "10.0.0.1"] {
        publish("localhost", broker.port(), authority.pem())
            .args(["--ca", "ca.pem", "--tls-server-name", name])
            .run();
    }
}

#[test]
fn a_certificate_that_openssl_req_makes_is_its_own_authority() {
    let certificate = Certificate::of_openssl("localhost");
    let broker = Mosquitto::options().tls(&certificate).start();
    for version in ["1.2", "1.3"] {
        publish("localhost", broker.port(), &certificate.pem)
            .args(["--ca", "ca.pem", "--tls-version", version])
            .run();
    }
}

#[test]
fn a_version_that_is_asked_for_is_the_one_that_is_spoken() {
    let authority = Authority::new("lab");
    let peer = Peer::accepting();
    let door = tls_door(&authority.server(&NAMES), &[], peer.port());
    for flags in ["--tls-version 1.2", "--tls-version tlsv1.3", ""] {
        publish("localhost", door.port(), authority.pem()).line("--ca ca.pem").line(flags).run();
    }
    assert_eq!(door.notes(), ["TLSv1_2 ", "TLSv1_3 ", "TLSv1_3 "]);
}

#[test]
fn only_ciphers_that_are_named_are_offered() {
    let authority = Authority::new("lab");
    let certificate = authority.server(&NAMES);
    for (version, line, ours, other) in [
        ("1.2", "ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"),
        ("1.3", "ciphers_tls1.3", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"),
    ] {
        let broker = Mosquitto::options().tls(&certificate).line(&format!("{line} {ours}")).start();
        let run = |ciphers: &str| {
            let run = publish("localhost", broker.port(), authority.pem());
            run.args(["--ca", "ca.pem", "--tls-version", version, "--tls-ciphers", ciphers])
        };
        run(ours).run();
        run(&format!("{other}:{ours}")).run();
        run(other).status(3).stderr_contains("TLS").run();
    }
    let broker = Peer::untouched();
    let run =
        |flags: &str| publish("localhost", broker.port(), "").line("--tls").line(flags).status(2);
    run("--tls-ciphers HIGH").stderr_contains("the known ones are TLS_AES_256_GCM_SHA384, ").run();
    run("--ciphers TLS_AES_128_GCM_SHA256 --tls-version 1.2")
        .stderr_contains("none of --tls-ciphers is one of TLS 1.2")
        .run();
}

#[test]
fn application_protocols_are_offered_in_order_and_only_when_asked_for() {
    let authority = Authority::new("lab");
    let peer = Peer::accepting();
    let door = tls_door(&authority.server(&NAMES), &["x-amzn-mqtt-ca", "mqtt"], peer.port());
    for flags in ["--tls-alpn mqtt", "--tls-alpn mqtt --tls-alpn x-amzn-mqtt-ca", ""] {
        publish("localhost", door.port(), authority.pem()).line("--ca ca.pem").line(flags).run();
    }
    assert_eq!(door.notes(), ["TLSv1_3 mqtt", "TLSv1_3 x-amzn-mqtt-ca", "TLSv1_3 "]);
}

#[test]
fn insecure_accepts_anything_and_warns_on_every_run() {
    let certificate = Authority::new("nobody").server_during(&["elsewhere"], 1990..1991);
    let broker = Mosquitto::options().tls(&certificate).start();
    for version in ["1.2", "1.3"] {
        publish("127.0.0.1", broker.port(), "")
            .args(["--insecure", "--tls-version", version])
            .stderr("mqtt: warning: --insecure: anyone on the network path can impersonate the broker\n")
            .run();
    }
}

#[test]
#[cfg(unix)]
fn the_secrets_of_a_connection_go_to_a_file_that_only_we_can_read() {
    use std::os::unix::fs::PermissionsExt;

    let authority = Authority::new("lab");
    let broker = broker(&authority);
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    for version in ["1.2", "1.3"] {
        publish("localhost", broker.port(), authority.pem())
            .args(["--ca", "ca.pem", "--tls-version", version, "--tls-keylog"])
            .arg(&keys)
            .stderr(
                "mqtt: warning: --tls-keylog: whoever reads the file can decrypt this connection\n",
            )
            .run();
    }
    let text = fs::read_to_string(&keys).unwrap();
    assert!(text.starts_with("CLIENT_RANDOM "), "{text}");
    assert!(text.lines().any(|line| line.starts_with("CLIENT_TRAFFIC_SECRET_0 ")), "{text}");
    assert!(text.lines().all(|line| line.split(' ').count() == 3), "{text}");
    assert_eq!(fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
#[cfg(unix)]
fn the_secrets_of_a_connection_go_to_no_file_that_is_not_ours_alone() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let with_mode = |name: &str, mode: u32| {
        fs::write(path(name), "").unwrap();
        fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let refused = |name: &str, problem: &str| {
        let path = path(name);
        let told = format!("mqtt: cannot use the key log {}: {problem}\n", path.display());
        publish("localhost", 1, "")
            .args(["--insecure", "--tls-keylog"])
            .arg(&path)
            .status(2)
            .stderr_contains(told)
            .run();
    };
    with_mode("readable", 0o640);
    with_mode("writable", 0o602);
    for name in ["readable", "writable"] {
        refused(name, "other users can read or write it: chmod 600");
    }
    with_mode("ours", 0o600);
    symlink(path("ours"), path("link")).unwrap();
    symlink(path("nowhere"), path("dangling")).unwrap();
    for name in ["link", "dangling"] {
        refused(name, "it is a symbolic link");
    }
    assert!(!path("nowhere").exists());
    let made = std::process::Command::new("mkfifo").arg(path("fifo")).status().unwrap();
    assert!(made.success());
    refused("fifo", "No such device or address");
    // Only root can give a file away.
    with_mode("theirs", 0o600);
    if chown(path("theirs"), Some(65_534), None).is_ok() {
        refused("theirs", "it belongs to another user");
    }
    assert_eq!(fs::read_to_string(path("ours")).unwrap(), "");
}
