//! `--pin` and `--crl`: which key a broker must have besides, and which certificates were taken back. What lists say of
//! whole chains is in `tls_chain`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{Authority, Certificate, Link, Mosquitto, Mqtt, openssl};

const MISMATCH: &str = "the key of the broker's certificate does not match --pin\n\
    hint: get the pin of a new key from whoever runs the broker\n";
const ONLY_PIN: &str = "mqtt: warning: --insecure: only --pin identifies the broker\n";

/// As mqtt(1) says to make one.
const COMMAND: &str = "openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | \
    openssl dgst -sha256 -binary | openssl enc -base64";

fn pin(certificate: &Certificate) -> String {
    // It is installed where it is missing.
    openssl("version", "");
    let mut shell = Command::new("sh");
    shell.args(["-c", COMMAND]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = shell.spawn().unwrap();
    child.stdin.take().unwrap().write_all(certificate.pem.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    format!("sha256//{}", String::from_utf8(output.stdout).unwrap().trim())
}

/// `mqtt pub` of one message to `localhost`, which gets there if nobody says otherwise.
fn publish(broker: &Mosquitto, authority: &Authority) -> Mqtt {
    let run = Mqtt::new("pub").line("-V 5 -t t -m x -q 1 -L").arg(url(broker));
    run.file("ca.pem", authority.pem())
}

fn url(broker: &Mosquitto) -> String {
    format!("mqtts://localhost:{}", broker.port())
}

#[test]
fn a_key_that_is_pinned_is_expected_besides_the_usual_checks() {
    let (authority, stranger) = (Authority::new("lab"), Authority::new("other"));
    let (good, other) = (authority.server(&["localhost"]), authority.server(&["localhost"]));
    let broker = Mosquitto::options().tls(&good).start();
    let cannot = format!("mqtt: cannot connect to {}: ", url(&broker));
    let (good, other) = (pin(&good), pin(&other));
    for version in ["--tls-version 1.2", "--tls-version 1.3"] {
        let run = || publish(&broker, &authority).line("--ca ca.pem").line(version);
        run().args(["--pin", &good]).run();
        run().args(["--pin", &format!("{other};{good}")]).run();
        run().args(["--pin", &other]).status(3).stderr(format!("{cannot}{MISMATCH}")).run();
        run().env("MQTT_PIN", &other).arg("--no-pin").run();
    }
    let run = publish(&broker, &stranger).line("--ca ca.pem --pin").arg(&good).status(3);
    run.stderr_line(&format!("{cannot}certificate issued by an unknown CA")).run();
}

#[test]
fn a_key_that_is_pinned_decides_alone_where_nothing_else_is_checked() {
    let authority = Authority::new("nobody");
    let certificate = authority.server_during(&["elsewhere"], 1990..1991);
    let broker = Mosquitto::options().tls(&certificate).start();
    let run = |pin: &str| publish(&broker, &authority).line("--insecure --pin").arg(pin);
    run(&pin(&certificate)).stderr(ONLY_PIN).run();
    let words = format!("{ONLY_PIN}mqtt: cannot connect to {}: {MISMATCH}", url(&broker));
    run(&pin(&authority.client("me"))).status(3).stderr(words).run();
}

#[test]
fn a_broker_that_comes_back_with_another_key_is_left_for_good() {
    let authority = Authority::new("lab");
    let certificate = authority.server(&["localhost"]);
    let mut broker = Mosquitto::options().tls(&certificate).start();
    let url = url(&broker);
    let running = Mqtt::new("sub").args(["-V", "5", "-t", "t", "-L", &url, "--events", "-"]);
    let mut running = running
        .file("ca.pem", authority.pem())
        .args(["--ca", "ca.pem", "--pin", &pin(&certificate)])
        .status(6)
        .stderr_line(&format!(
            "mqtt: cannot reconnect to {url}: {}",
            MISMATCH.lines().next().unwrap()
        ))
        .spawn();
    running.wait_for_stderr_line(r#""event":"subscribe""#);
    broker.stop();
    broker.show(&authority.server(&["localhost"]));
    broker.restart();
    running.wait();
}

#[test]
fn a_pin_that_cannot_be_is_refused() {
    for pin in ["sha256//AAAA", "key.pem", "sha1//AAAA", ""] {
        let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "--tls", "--pin", pin]).status(2);
        run.stderr_line("mqtt: *a pin is sha256// and 44 base64 characters*").run();
    }
}

#[test]
fn a_certificate_that_was_taken_back_is_refused() {
    let root = Link::root(|_| {});
    let (good, bad) = (root.server(|_| {}), root.server(|_| {}));
    let lists = root.revokes(&[&bad], 4000);
    for (server, status) in [(&good, 0), (&bad, 3)] {
        let broker = Mosquitto::options().tls(&server.shown_with(&[])).start();
        let run = || {
            let run = Mqtt::new("pub").line("-V 5 -t t -m x -q 1 --ca ca.pem -L").arg(url(&broker));
            run.file("ca.pem", &root.pem).file("crl.pem", &lists)
        };
        let words =
            format!("mqtt: cannot connect to {}: certificate has been revoked\n", url(&broker));
        let words = if status == 0 { "" } else { &words };
        run().line("--crl crl.pem").status(status).stderr(words).run();
        run().env("MQTT_CRL", "crl.pem").status(status).stderr(words).run();
        run().env("MQTT_CRL", "crl.pem").line("--no-crl").run();
    }
}

#[test]
fn files_that_hold_no_revocation_list() {
    let list = Link::root(|_| {}).revokes(&[], 4000);
    let der = data_encoding::BASE64
        .decode(list.lines().filter(|line| !line.starts_with('-')).collect::<String>().as_bytes());
    let convert =
        "\nhint: `openssl crl -inform der -in OLD -out NEW` makes one of a list in DER form";
    for (file, words) in [
        ("nowhere.pem", "No such file or directory"),
        ("list.der", &format!("it holds no revocation list in PEM form{convert}")),
        ("broken.pem", "it is not valid PEM"),
        ("rubbish.pem", "it is malformed, or of a kind that is not supported"),
    ] {
        let run = Mqtt::new("pub").line("-t t -m x --ca ca.pem --crl").arg(file);
        run.file("ca.pem", Authority::new("lab").pem())
            .file("list.der", der.as_ref().unwrap())
            .file("broken.pem", "-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----\n")
            .file("rubbish.pem", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")
            .status(2)
            .stderr(format!("mqtt: cannot use the revocation list {file}: {words}\n"))
            .run();
    }
}
