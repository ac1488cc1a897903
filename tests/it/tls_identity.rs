//! Who a run is for a broker that asks for certificates: keys in every form, and what is said where one does not fit.

use crate::support::{Authority, Certificate, Mosquitto, Mqtt, Peer, openssl, openssl_bytes};

const PASSWORD: &str = "canary-of-the-key";

/// A broker that asks for certificates of the authority that has signed its own.
fn broker(authority: &Authority) -> Mosquitto {
    Mosquitto::options()
        .tls(&authority.server(&["127.0.0.1"]))
        .asking_for_certificates_of(authority)
        .start()
}

/// `mqtt pub` of one message to `broker`, as the owner of `me.pem` and `me.key`, which it has to name itself.
fn publish(broker: &Mosquitto, authority: &Authority, me: &Certificate) -> Mqtt {
    let run = broker
        .mqtt("pub")
        .line("-V 5 -t t -m x -q 1 --ca ca.pem")
        .file("ca.pem", authority.pem())
        .file("me.pem", &me.pem);
    run.private_file("me.key", &me.key)
}

const PASSWORD_FLAGS: &str = "--cert me.pem --key me.key --key-password-file password";

#[test]
fn a_key_of_any_form_is_understood() {
    let authority = Authority::new("lab");
    let broker = broker(&authority);
    let (me, rsa) = (authority.client("me"), authority.client_with_rsa("me"));
    for (me, key) in [
        (&me, me.key.clone()),
        (&me, openssl("ec", &me.key)),
        (&me, format!("{}{}", openssl("ecparam -name prime256v1", ""), openssl("ec", &me.key))),
        (&rsa, rsa.key.clone()),
        (&rsa, openssl("rsa -traditional", &rsa.key)),
    ] {
        let run = publish(&broker, &authority, me).line("--cert me.pem --key me.key");
        run.private_file("me.key", &key).run();
    }
}

#[test]
fn a_certificate_and_its_key_may_be_in_one_file() {
    let authority = Authority::new("lab");
    let broker = broker(&authority);
    let me = authority.client("me");
    let run = publish(&broker, &authority, &me).line("--cert both.pem");
    run.private_file("both.pem", format!("{}{}", me.key, me.pem)).run();
}

#[test]
fn a_certificate_of_x_509_version_1_is_for_the_broker_to_judge() {
    let authority = Authority::new("lab");
    let me = Certificate::of_version_1();
    let broker = Mosquitto::options()
        .tls(&authority.server(&["127.0.0.1"]))
        .asking_for_certificates(&me.pem)
        .start();
    publish(&broker, &authority, &me).line("--cert me.pem --key me.key").run();
}

#[test]
fn the_key_of_another_certificate_of_x_509_version_1_is_refused() {
    let authority = Authority::new("lab");
    let (me, other) = (Certificate::of_version_1(), authority.client("other"));
    let run = Mqtt::at("pub", 1).line("-t t -m x --ca ca.pem --cert me.pem --key me.key");
    let run = run.file("ca.pem", authority.pem()).file("me.pem", &me.pem).status(2);
    let run = run.private_file("me.key", &other.key);
    run.stderr("mqtt: cannot use the private key me.key: it is not the key of me.pem\n").run();
}

#[test]
fn files_that_are_not_pem_get_the_command_that_makes_it() {
    let authority = Authority::new("lab");
    let me = authority.client("me");
    let run = || Mqtt::at("pub", 1).line("-t t -m x --ca ca.pem --cert me.pem --key me.key");
    let fill = |run: Mqtt, ca: &[u8], key: &[u8]| {
        run.file("ca.pem", ca).file("me.pem", &me.pem).private_file("me.key", key).status(2)
    };
    let der = openssl_bytes("x509 -outform DER", &me.pem);
    let line = "hint: openssl x509 -inform DER -in OLD -out NEW makes PEM of it";
    fill(run(), &der, me.key.as_bytes()).stderr_line(line).run();
    let both = format!("{}{}", me.key, me.pem);
    let pkcs12 = openssl_bytes("pkcs12 -export -passout pass:x", &both);
    let line = "hint: openssl pkcs12 -nodes -in OLD -out NEW makes PEM of it";
    fill(run(), &pkcs12, me.key.as_bytes()).stderr_line(line).run();
    let key = openssl_bytes("pkey -outform DER", &me.key);
    let line = "hint: openssl pkey -inform DER -in OLD -out NEW makes PEM of it";
    fill(run(), authority.pem().as_bytes(), &key).stderr_line(line).run();
}

#[test]
fn a_certificate_that_is_none_is_not_blamed_on_its_key() {
    let authority = Authority::new("lab");
    let me = authority.client("me");
    let run = Mqtt::at("pub", 1)
        .line("-t t -m x --ca ca.pem --cert me.pem --key me.key")
        .file("ca.pem", authority.pem())
        .file("me.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        .status(2)
        .stderr(
            "mqtt: cannot use the certificate file me.pem: its first certificate is malformed\n",
        );
    run.private_file("me.key", &me.key).run();
}

#[test]
fn a_key_may_be_encrypted_and_its_password_in_a_file_or_on_standard_input() {
    let authority = Authority::new("lab");
    let broker = broker(&authority);
    let me = authority.client("me");
    for method in ["", "-v2 aes-128-cbc", "-v2 aes256 -v2prf hmacWithSHA512", "-scrypt"] {
        let key = me.encrypted_key(method, PASSWORD);
        let run = publish(&broker, &authority, &me).line(PASSWORD_FLAGS);
        run.private_file("me.key", &key).private_file("password", format!("{PASSWORD}\n")).run();
    }
    let run = publish(&broker, &authority, &me);
    run.private_file("me.key", me.encrypted_key("", PASSWORD))
        .line("--cert me.pem --key me.key --key-password-file -")
        .stdin(PASSWORD)
        .run();
}

#[test]
fn a_key_that_does_not_fit_is_refused_before_anything_is_connected() {
    let (authority, other) = (Authority::new("lab"), Authority::new("other"));
    let (me, stranger) = (authority.client("me"), other.client("stranger"));
    let encrypted = me.encrypted_key("", PASSWORD);
    let old = openssl(&format!("ec -aes128 -passout pass:{PASSWORD}"), &me.key);
    let odd = me.encrypted_key("-v1 PBE-SHA1-3DES", PASSWORD);
    let convert =
        "hint: `openssl pkcs8 -topk8 -in OLD -out NEW` encrypts it in a way that can be read\n";
    let key_alone = "--cert me.pem --key me.key";
    for (flags, key, password, words) in [
        (key_alone, &*stranger.key, "", "it is not the key of me.pem\n"),
        (
            key_alone,
            &encrypted,
            "",
            "it is encrypted\nhint: name a file that holds its password: --key-password-file\n",
        ),
        (PASSWORD_FLAGS, &encrypted, "wrong", "the password is wrong\n"),
        (PASSWORD_FLAGS, &me.key, PASSWORD, "it is not encrypted, but has a password\n"),
        (PASSWORD_FLAGS, &old, PASSWORD, &format!("it is not encrypted as PKCS#8\n{convert}")),
        (PASSWORD_FLAGS, &odd, PASSWORD, &format!("it is encrypted in an unknown way\n{convert}")),
        (key_alone, "nothing", "", "it holds no key in PEM form\n"),
        (
            key_alone,
            "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n",
            "",
            "it is not valid PEM\n",
        ),
        (
            key_alone,
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "",
            "it is malformed, or of a kind that is not supported\n",
        ),
    ] {
        let run = Mqtt::at("pub", 1)
            .line("-t t -m x --ca ca.pem")
            .file("ca.pem", authority.pem())
            .file("me.pem", &me.pem)
            .line(flags)
            .status(2)
            .stderr(format!("mqtt: cannot use the private key me.key: {words}"));
        run.private_file("me.key", key).private_file("password", password).run();
    }
}

#[test]
fn a_key_needs_a_certificate() {
    for flags in ["--key", "--key-password-file"] {
        Mqtt::new("pub")
            .line("-t t -m x --tls")
            .args([flags, "me.key"])
            .status(2)
            .stderr(format!("mqtt: {flags} has no effect without --cert\n"))
            .run();
    }
}

#[test]
#[cfg(unix)]
fn a_key_that_others_can_read_gets_a_warning() {
    let authority = Authority::new("lab");
    let broker = broker(&authority);
    let me = authority.client("me");
    publish(&broker, &authority, &me)
        .file_with_mode("me.key", &me.key, 0o644)
        .line("--cert me.pem --key me.key")
        .stderr("mqtt: warning: other users of this machine can read me.key: chmod 600 me.key\n")
        .run();
}

#[test]
fn a_broker_that_does_not_accept_us_says_why() {
    let (authority, other) = (Authority::new("lab"), Authority::new("other"));
    let broker = broker(&authority);
    let unknown = "the broker does not know the CA of our certificate\n";
    let wanted = "the broker wants a client certificate\nhint: give one with --cert and --key\n";
    let broken_off = "the broker aborted the TLS handshake\nhint: it may want a client \
        certificate (--cert and --key), or support none of our ciphers\n";
    let expired = "the broker says that our certificate has expired\n";
    for (me, flags, words) in [
        (authority.client("me"), "--tls-version 1.3", wanted),
        (authority.client("me"), "--tls-version 1.2", broken_off),
        (other.client("me"), "--cert me.pem --key me.key --tls-version 1.3", unknown),
        (other.client("me"), "--cert me.pem --key me.key --tls-version 1.2", unknown),
        (authority.expired_client("me"), "--cert me.pem --key me.key", expired),
    ] {
        publish(&broker, &authority, &me)
            .line(flags)
            .status(3)
            .stderr(format!("mqtt: cannot connect to mqtts://127.0.0.1:{}: {words}", broker.port()))
            .run();
    }
}

#[test]
fn an_alert_about_a_certificate_that_was_not_shown_is_about_its_absence() {
    let authority = Authority::new("lab");
    let me = authority.client("me");
    // Before TLS 1.3 there is no alert for a missing certificate, and servers send one of these.
    for alert in [42, 43, 46, 48] {
        for (flags, words) in [
            ("", "the broker wants a client certificate\nhint: give one with --cert and --key\n"),
            ("--cert me.pem --key me.key", "our certificate\n"),
        ] {
            let peer = Peer::script(move |conn| {
                conn.send_raw(&[0x15, 3, 3, 0, 2, 2, alert]);
                conn.expect_noise();
            });
            Mqtt::new("pub")
                .args(["-t", "t", "-m", "x", "-L", &format!("mqtts://{}", peer.address())])
                .file("ca.pem", authority.pem())
                .file("me.pem", &me.pem)
                .private_file("me.key", &me.key)
                .line("--ca ca.pem")
                .line(flags)
                .status(3)
                .stderr_contains(words)
                .run();
        }
    }
}
