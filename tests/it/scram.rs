//! `--auth`: the password is proved and never sent, the broker proves the same, and nothing happens before it has. The
//! broker's side is `support/scram.rs`, written with other crates.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use mqtt::mqtt::scram::{Mechanism, Scram as Client};

use crate::support::{
    AGAIN, CONTINUE, Conn, MECHANISMS, Mqtt, Peer, Properties, Publish, Random, Scram, Signal,
    authentication, check, property,
};

const SHA_256: &str = "scram-sha-256";

/// The broker's side for `me` with the password `pencil`.
fn server() -> Scram {
    Scram::new(SHA_256, "me", "pencil")
}

/// A run of `me` with the password `pencil`.
fn login(run: Mqtt) -> Mqtt {
    run.line("-u me --auth scram-sha-256").env("MQTT_PASSWORD", "pencil")
}

/// A publisher at this peer.
fn publisher(peer: &Peer) -> Mqtt {
    login(peer.mqtt("pub")).line("-t t -m x -q 1")
}

/// A peer whose script has the broker's side.
fn peer(script: impl FnOnce(&mut Conn, &mut Scram) + Send + 'static) -> Peer {
    Peer::script(move |conn| script(conn, &mut server()))
}

/// A broker that plays its side, and then is polite.
fn accepting() -> Peer {
    peer(|conn, scram| {
        conn.accept_proof(scram);
        conn.serve();
    })
}

#[test]
fn client_and_server_agree_whatever_the_user_the_password_and_the_steps() {
    let mut random = Random::new();
    let names = ["user", "a=b,c", "=2C", ",", "\u{fc}\u{1f980}", " a b ", "n=x"];
    let mechanisms = [Mechanism::Sha1, Mechanism::Sha256, Mechanism::Sha512];
    for (mechanism, name) in mechanisms.into_iter().zip(MECHANISMS) {
        for _ in 0..4 {
            let user = names[random.below(names.len())];
            // Longer than a block of the hash function, too.
            let length = random.below(200);
            let password = random.bytes(length);
            let length = random.below(40);
            let salt = random.bytes(length);
            let iterations = u32::try_from(4_096 + random.below(100)).expect("few");
            let mut server = Scram::new(name, user, &password).salt(&salt, iterations);
            let mut client = Client::begin(mechanism, user, "fyko+d2lbbFgONRv9qkxdawL");
            assert_eq!(client.mechanism().name(), server.mechanism());
            let server_first = server.challenge(client.first().as_bytes());
            client.challenge(server_first.as_bytes(), &password).expect("a good challenge");
            let mut steps = 0;
            let answer = loop {
                steps += 1;
                assert!(client.is_deriving() && steps <= 5_000);
                let most = 1 + random.below(3_000);
                if let Some(answer) = client.derive(u32::try_from(most).expect("few")) {
                    break answer;
                }
            };
            let server_final = server.conclude(answer.as_bytes()).expect("the right password");
            assert_eq!(client.conclude(Some(server_final.as_bytes())), Ok(()));

            let mut other = Scram::new(name, user, b"another").salt(&salt, iterations);
            let mut client = Client::begin(mechanism, user, "fyko+d2lbbFgONRv9qkxdawL");
            let server_first = other.challenge(client.first().as_bytes());
            client.challenge(server_first.as_bytes(), &password).expect("a good challenge");
            let answer = client.derive(u32::MAX).expect("all at once");
            assert_eq!(other.conclude(answer.as_bytes()), Err("e=invalid-proof".to_owned()));
        }
    }
}

#[test]
fn every_mechanism_publishes_what_the_broker_gets_only_after_both_proofs() {
    for mechanism in MECHANISMS {
        let peer = Peer::script(move |conn: &mut Conn| {
            let connect = conn.accept_proof(&mut Scram::new(mechanism, "a=b,\u{fc}", b"p\xff=,"));
            assert!(connect.clean_start);
            assert_eq!(conn.take().text(), "x");
            conn.expect_goodbye();
        });
        let run = peer.mqtt("pub").args(["-t", "t", "-m", "x", "-q", "1", "-u", "a=b,\u{fc}"]);
        let run = run.private_file("pw", b"p\xff=,\n").line("--password-file pw --auth");
        run.arg(mechanism).run();
    }
}

#[test]
fn all_commands_can_prove_a_password() {
    let peer = peer(|conn, scram| {
        conn.accept_proof(scram);
        conn.grant_subscribe();
        conn.publish(&Publish::new("t", "one"));
        conn.expect_goodbye();
    });
    login(peer.mqtt("sub")).line("-t t -C 1").stdout("one\n").run();

    let peer = self::peer(|conn, scram| {
        conn.accept_proof(scram);
        conn.grant_subscribe();
        let request = conn.take();
        let correlation = request.properties.bytes(property::CORRELATION_DATA).expect("its own");
        let topic = request.properties.bytes(property::RESPONSE_TOPIC).expect("its own");
        let reply = Publish::new(std::str::from_utf8(topic).expect("text"), "reply");
        let data = Properties::new().text(property::CORRELATION_DATA, correlation);
        conn.publish(&Publish { properties: data, ..reply });
        conn.serve();
    });
    login(peer.mqtt("rr")).line("-t t -m x").stdout("reply\n").run();

    let peer = self::peer(|conn, scram| {
        conn.accept_proof(scram);
        conn.grant_subscribe();
        let topic = Properties::new().text(property::RESPONSE_TOPIC, "to");
        conn.publish(&Publish { properties: topic, ..Publish::new("t", "ask") });
        let reply = conn.expect_publish();
        assert_eq!((&*reply.topic, reply.text()), ("to", "told".to_owned()));
        conn.reached("replied");
        conn.serve();
    });
    let running = login(peer.mqtt("reply")).line("t -m told").status(130).stderr_anything();
    let running = running.spawn();
    peer.wait_for("replied");
    running.signal(Signal::Interrupt);
    running.wait();

    let peer = accepting();
    login(peer.mqtt("clear-retained")).line("t --idle 100ms").stderr_anything().run();
}

#[test]
fn the_brokers_proof_may_come_in_an_auth_of_its_own() {
    for reason in [CONTINUE, 0] {
        let peer = peer(move |conn, scram| {
            conn.challenge(scram);
            let server_final = conn.expect_proof(scram).expect("the right password");
            conn.auth(reason, authentication(scram.mechanism(), server_final));
            if reason == CONTINUE {
                let auth = conn.expect_auth();
                let method =
                    Properties::new().text(property::AUTHENTICATION_METHOD, scram.mechanism());
                assert_eq!((auth.reason, auth.properties), (CONTINUE, method));
            }
            conn.connack(0);
            conn.serve();
        });
        publisher(&peer).run();
    }
}

/// A broker that answers client-first with this, and gets no answer; how the run must end.
#[track_caller]
fn challenged(challenge: &'static [u8], words: &str) {
    let peer = Peer::script(move |conn: &mut Conn| {
        let connect = conn.expect_connect();
        let first = connect.properties.bytes(property::AUTHENTICATION_DATA).expect("client-first");
        let first = std::str::from_utf8(first).expect("text");
        let (_, nonce) = first.split_once("r=").expect("a nonce");
        let challenge = String::from_utf8_lossy(challenge).replace("NONCE", nonce);
        conn.auth(CONTINUE, authentication("SCRAM-SHA-256", challenge));
        assert_eq!(conn.expect_closed(), None);
    });
    let run = publisher(&peer).status(4);
    run.stderr_line(&format!("mqtt: cannot connect to *: {words}")).run();
}

#[test]
fn a_challenge_that_is_weak_or_foreign_gets_no_answer() {
    let count = |count| {
        format!(
            "the broker asks for {count} iterations of SCRAM; only 4096 to 10000000 are accepted"
        )
    };
    challenged(b"r=NONCE+,s=QSXC,i=1", &count("1"));
    challenged(b"r=NONCE+,s=QSXC,i=4095", &count("4095"));
    challenged(b"r=NONCE+,s=QSXC,i=10000001", &count("10000001"));
    let nonce = "the broker's SCRAM message does not continue our nonce";
    challenged(b"r=NONCE,s=QSXC,i=4096", nonce);
    challenged(b"r=fyko+d2lbbFgONRv9qkxdawL,s=QSXC,i=4096", nonce);
    challenged(b"m=x,r=NONCE+,s=QSXC,i=4096", "the broker requires an unknown extension of SCRAM");
    challenged(b"", "the broker's SCRAM message is malformed: no nonce");
    challenged(b"r=NONCE+,i=4096", "the broker's SCRAM message is malformed: no salt");
    challenged(
        b"e=unknown-user",
        "the broker refused the authentication: unknown user (unknown-user)",
    );
    challenged(b"e=\x1b[31m", r"the broker refused the authentication: \x1b[31m");
}

/// A broker that accepts the connection after the client's proof, with these properties, made from the right
/// server-final; how the run must end.
#[track_caller]
fn concluded(properties: impl Fn(String) -> Properties + Send + 'static, status: i32, words: &str) {
    let peer = peer(move |conn, scram| {
        conn.challenge(scram);
        let server_final = conn.expect_proof(scram).expect("the right password");
        conn.connack_with(false, 0, properties(server_final));
        // No PUBLISH.
        conn.expect_closed();
    });
    let run = publisher(&peer).status(status);
    run.stderr_line(&format!("mqtt: cannot connect to *: {words}")).run();
}

#[test]
fn a_broker_that_does_not_prove_that_it_knows_the_password_gets_no_message() {
    let method = "SCRAM-SHA-256";
    let impostor = "the broker does not know the password: its proof is wrong";
    let unproven = "the broker did not prove that it knows the password";
    concluded(|_| Properties::new(), 4, unproven);
    concluded(
        move |_| Properties::new().text(property::AUTHENTICATION_METHOD, method),
        4,
        unproven,
    );
    let zeros = "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    concluded(move |_| authentication(method, zeros), 4, impostor);
    concluded(move |proof| authentication(method, format!("v={}", &proof[6..])), 4, impostor);
    let no_signature = "the broker's SCRAM message is malformed: no signature";
    concluded(move |_| authentication(method, ""), 4, no_signature);
    concluded(move |proof| authentication(method, &proof[1..]), 4, no_signature);
    concluded(
        move |_| authentication(method, "e=other-error"),
        4,
        "the broker refused the authentication: other-error",
    );
    concluded(
        |proof| authentication("SCRAM-SHA-512", proof),
        6,
        "the broker broke the protocol: CONNACK with authentication method \"SCRAM-SHA-512\" *",
    );
}

#[test]
fn a_broker_that_asks_for_no_proof_is_refused() {
    let ends = |script: fn(&mut Conn, &mut Scram)| {
        let peer = peer(script);
        let words =
            "mqtt: cannot connect to *: the broker did not prove that it knows the password";
        publisher(&peer).status(4).stderr_line(words).run();
    };
    // One that knows nothing of authentication, and one that accepts before it has heard the proof.
    ends(|conn, _| {
        conn.accept();
        conn.expect_closed();
    });
    ends(|conn, scram| {
        let connect = conn.expect_connect();
        let server_first = scram.challenge(check(scram, &connect.properties));
        conn.auth(CONTINUE, authentication(scram.mechanism(), server_first));
        conn.connack(0);
        conn.expect_noise();
    });
    ends(|conn, scram| {
        conn.expect_connect();
        conn.auth(0, authentication(scram.mechanism(), "v=AAAA"));
        conn.expect_closed();
    });
}

#[test]
fn a_wrong_password_is_refused_in_words_wherever_the_broker_says_so() {
    let words = "wrong password (invalid-proof)";
    for (code, at_connack, told) in [
        (0, false, format!("the broker refused the authentication: {words}")),
        (0, true, format!("the broker refused the authentication: {words}")),
        (
            0x87,
            true,
            format!(
                "the broker refused the connection: 0x87 Not authorized: the broker refused the \
                 authentication: {words}"
            ),
        ),
    ] {
        let peer = peer(move |conn, scram| {
            conn.challenge(scram);
            let refusal = conn.expect_proof(scram).expect_err("another password");
            let properties = authentication(scram.mechanism(), refusal);
            match at_connack {
                true => conn.connack_with(false, code, properties),
                false => conn.auth(CONTINUE, properties),
            }
            conn.expect_closed();
        });
        let run = publisher(&peer).env("MQTT_PASSWORD", "canary").status(4);
        run.stderr_line(&format!("mqtt: cannot connect to *: {told}")).stderr_lacks("canary").run();
    }
}

#[test]
fn a_mechanism_that_the_broker_does_not_offer_gets_a_hint() {
    let refusing = || {
        Peer::script(|conn: &mut Conn| {
            conn.expect_connect();
            conn.connack(0x8c);
            conn.expect_closed();
        })
    };
    let refused = "mqtt: cannot connect to *: 0x8c Bad authentication method";
    let peer = refusing();
    let run = publisher(&peer).status(4).stderr_line(refused);
    run.stderr_line("hint: try another --auth, or log in without it").run();
    let peer = refusing();
    let run = peer.mqtt("pub").line("-V 5 -t t -m x").status(4).stderr_line(refused);
    run.stderr_line("hint: --auth scram-sha-256 offers it, *").run();
}

#[test]
fn auth_out_of_turn_breaks_the_protocol() {
    let ends = |script: fn(&mut Conn, &mut Scram), words: &str| {
        let peer = peer(script);
        let words = format!("mqtt: cannot connect to *: the broker broke the protocol: {words}");
        publisher(&peer).status(6).stderr_line(&words).run();
    };
    ends(
        |conn, _| {
            conn.expect_connect();
            conn.auth(CONTINUE, Properties::new());
            conn.expect_closed();
        },
        "AUTH without an authentication method",
    );
    ends(
        |conn, _| {
            conn.expect_connect();
            conn.auth(CONTINUE, authentication("PLAIN", ""));
            conn.expect_closed();
        },
        "AUTH with authentication method \"PLAIN\" instead of SCRAM-SHA-256",
    );
    ends(
        |conn, scram| {
            conn.expect_connect();
            conn.auth(AGAIN, authentication(scram.mechanism(), ""));
            conn.expect_closed();
        },
        "AUTH 0x19 Re-authenticate out of turn",
    );
    ends(
        |conn, scram| {
            let connect = conn.expect_connect();
            let server_first = scram.challenge(check(scram, &connect.properties));
            conn.auth(CONTINUE, authentication(scram.mechanism(), &server_first));
            conn.auth(CONTINUE, authentication(scram.mechanism(), &server_first));
            conn.expect_noise();
        },
        "AUTH 0x18 Continue authentication out of turn",
    );
    ends(
        |conn, scram| {
            conn.challenge(scram);
            let server_final = conn.expect_proof(scram).expect("the right password");
            conn.auth(CONTINUE, authentication(scram.mechanism(), &server_final));
            conn.expect_auth();
            conn.auth(CONTINUE, authentication(scram.mechanism(), &server_final));
            conn.expect_closed();
        },
        "AUTH 0x18 Continue authentication out of turn",
    );
}

/// Has a connected client authenticate itself again; what to answer.
fn renew(conn: &mut Conn, scram: &mut Scram) -> String {
    conn.auth(AGAIN, Properties::new().text(property::AUTHENTICATION_METHOD, scram.mechanism()));
    let auth = conn.expect_auth();
    assert_eq!(auth.reason, AGAIN);
    let server_first = scram.challenge(check(scram, &auth.properties));
    conn.auth(CONTINUE, authentication(scram.mechanism(), server_first));
    conn.expect_proof(scram).expect("the right password")
}

#[test]
fn a_broker_that_asks_for_it_is_given_another_proof_while_messages_go_on() {
    let peer = peer(|conn, scram| {
        let connect = conn.accept_proof(scram);
        let mut firsts = vec![check(scram, &connect.properties).to_vec()];
        conn.grant_subscribe();
        for (round, in_an_auth) in [("one", false), ("two", true), ("three", false)] {
            let again = Properties::new();
            let again = again.text(property::AUTHENTICATION_METHOD, scram.mechanism());
            conn.auth(AGAIN, again);
            conn.publish(&Publish::new("t", round).qos(1, 7));
            // They may come in either order.
            let auth = conn.expect_auth();
            conn.expect_puback();
            let first = check(scram, &auth.properties).to_vec();
            assert!(!firsts.contains(&first), "each has a nonce of its own");
            let server_first = scram.challenge(&first);
            firsts.push(first);
            conn.auth(CONTINUE, authentication(scram.mechanism(), server_first));
            let server_final = conn.expect_proof(scram).expect("the right password");
            let last = authentication(scram.mechanism(), server_final);
            if in_an_auth {
                conn.auth(CONTINUE, last);
                assert_eq!(conn.expect_auth().reason, CONTINUE);
                let method = Properties::new();
                conn.auth(0, method.text(property::AUTHENTICATION_METHOD, scram.mechanism()));
            } else {
                conn.auth(0, last);
            }
        }
        conn.publish(&Publish::new("t", "end"));
        conn.expect_goodbye();
    });
    login(peer.mqtt("sub")).line("-t t -q 1 -C 4").stdout("one\ntwo\nthree\nend\n").run();
}

#[test]
fn another_proof_that_fails_ends_the_run() {
    let ends = |script: fn(&mut Conn, &mut Scram), words: &str| {
        let peer = peer(move |conn, scram| {
            conn.accept_proof(scram);
            conn.grant_subscribe();
            script(conn, scram);
        });
        let run = login(peer.mqtt("sub")).line("-t t --reconnect never").status(6);
        run.stderr_line(&format!("mqtt: connection to * lost: {words}")).run();
    };
    ends(
        |conn, scram| {
            renew(conn, scram);
            conn.auth(0, authentication(scram.mechanism(), "v=AAAA"));
            assert_eq!(conn.expect_closed().expect("DISCONNECT").reason, 0x80);
        },
        "re-authentication failed: the broker does not know the password: its proof is wrong",
    );
    ends(
        |conn, scram| {
            renew(conn, scram);
            let method = Properties::new();
            conn.auth(0, method.text(property::AUTHENTICATION_METHOD, scram.mechanism()));
            conn.expect_closed();
        },
        "re-authentication failed: the broker did not prove that it knows the password",
    );
    ends(
        |conn, scram| {
            renew(conn, scram);
            conn.disconnect(0x87);
            conn.expect_closed();
        },
        "the broker ended the connection: 0x87 Not authorized",
    );
    // The standard lets only clients begin.
    for (script, code) in [
        (
            (|conn, scram| {
                conn.auth(CONTINUE, authentication(scram.mechanism(), "x"));
                assert_eq!(conn.expect_closed().expect("DISCONNECT").reason, 0x82);
            }) as fn(&mut Conn, &mut Scram),
            "0x18 Continue authentication",
        ),
        (
            |conn, scram| {
                conn.auth(0, authentication(scram.mechanism(), "x"));
                conn.expect_closed();
            },
            "0x00 Success",
        ),
        (
            |conn, scram| {
                renew(conn, scram);
                conn.auth(AGAIN, authentication(scram.mechanism(), "x"));
                conn.expect_closed();
            },
            "0x19 Re-authenticate",
        ),
    ] {
        ends(script, &format!("the broker broke the protocol: AUTH {code} out of turn"));
    }
}

#[test]
fn an_answer_larger_than_the_broker_accepts_is_not_sent() {
    let peer = peer(|conn, scram| {
        conn.challenge(scram);
        let server_final = conn.expect_proof(scram).expect("the right password");
        let properties = authentication(scram.mechanism(), server_final);
        conn.connack_with(false, 0, properties.four(property::MAXIMUM_PACKET_SIZE, 50));
        conn.grant_subscribe();
        conn.auth(AGAIN, authentication(scram.mechanism(), ""));
        conn.expect_closed();
    });
    let run = login(peer.mqtt("sub")).line("-t t --reconnect never").status(6);
    let words =
        "re-authentication failed: the answer is larger than the broker's maximum packet size";
    run.stderr_line(&format!("mqtt: connection to * lost: {words}")).run();
}

#[test]
fn a_reconnect_proves_the_password_of_the_time_with_a_nonce_of_its_own() {
    for source in ["--password-file pw", "--password-command"] {
        let peer = peer(|conn, scram| {
            conn.accept_proof(scram);
            conn.reached("connected");
            conn.wait_for("changed");
            conn.cut();
        });
        let peer = peer.then(|conn| {
            conn.accept_proof(&mut Scram::new(SHA_256, "me", "another"));
            assert_eq!(conn.take().text(), "x");
            conn.expect_goodbye();
        });
        let run = peer.mqtt("pub").line("-t t -l -q 1 -u me --auth scram-sha-256").line(source);
        let run = if source.ends_with("command") { run.arg("cat pw") } else { run };
        let run = run.private_file("pw", "pencil").stdin_open().stderr_anything();
        let path = run.path("pw");
        let mut running = run.spawn();
        peer.wait_for("connected");
        // It is not asked for again within a second.
        sleep(Duration::from_millis(1_100));
        fs::write(path, "another").expect("the test's own file");
        peer.reached("changed");
        running.write_stdin("x\n");
        running.close_stdin();
        running.wait();
        let connects = peer.finish().connects;
        let first = |at: usize| connects[at].properties.bytes(property::AUTHENTICATION_DATA);
        assert_ne!(first(0), first(1));
    }
}

#[test]
fn a_password_that_changed_meanwhile_is_tried_once_more() {
    for at_connack in [true, false] {
        let peer = peer(move |conn, scram| {
            conn.reached("there");
            conn.wait_for("changed");
            conn.challenge(scram);
            let refusal = conn.expect_proof(scram).expect_err("the old password");
            match at_connack {
                true => conn.connack(0x87),
                false => conn.auth(CONTINUE, authentication(scram.mechanism(), refusal)),
            }
            conn.expect_noise();
        });
        let peer = peer.then(|conn| {
            conn.accept_proof(&mut server());
            conn.serve();
        });
        let run = peer.mqtt("pub").line("-t t -m x -q 1 -u me --auth scram-sha-256");
        let run = run.private_file("pw", "old").line("--password-file pw");
        let path = run.path("pw");
        let running = run.spawn();
        peer.wait_for("there");
        fs::write(path, "pencil").expect("the test's own file");
        peer.reached("changed");
        running.wait();
    }
}

/// A broker that asks for the most iterations that are accepted.
fn slow() -> Peer {
    Peer::script(|conn: &mut Conn| {
        conn.challenge(&mut server().salt(b"salt", 10_000_000));
        conn.reached("asked");
        conn.expect_noise();
    })
}

#[test]
fn the_most_iterations_delay_neither_deadlines_nor_signals() {
    let begun = Instant::now();
    let peer = slow();
    let run = publisher(&peer).line("-W 300ms").status(27);
    run.stderr_contains("timed out after 300ms").run();
    let peer = slow();
    let run = publisher(&peer).line("--connect-timeout 300ms").status(3);
    run.stderr_line("mqtt: cannot connect to *: no key from the password within 300ms").run();
    for (signal, status) in [(Signal::Interrupt, 130), (Signal::Terminate, 143)] {
        let peer = slow();
        let running = publisher(&peer).status(status).stderr_anything().spawn();
        peer.wait_for("asked");
        sleep(Duration::from_millis(100));
        running.signal(signal);
        running.wait();
    }
    // All of the iterations take longer than this on any machine that runs these tests.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_trace_shows_the_lengths_of_what_is_said_and_no_secret() {
    let peer = accepting();
    publisher(&peer)
        .line("-d")
        .stderr_line("→ CONNECT MQTT level 5 id * authentication SCRAM-SHA-256 (* bytes)")
        .stderr_line("← AUTH 0x18 Continue authentication *authentication-data=(* bytes)*")
        .stderr_line("→ AUTH 0x18 Continue authentication *authentication-data=(* bytes)*")
        .stderr_line("← CONNACK 0x00 Success *authentication-data=(* bytes)*")
        .stderr_lacks("pencil")
        .stderr_lacks("biws")
        .run();
}

#[test]
fn what_it_needs_is_checked_before_connecting() {
    let peer = Peer::untouched();
    let run =
        |line: &str| peer.mqtt("pub").line("-t t -m x --auth scram-sha-256").line(line).status(2);
    let with_password = |line: &str| run(line).env("MQTT_PASSWORD", "pencil");
    with_password("").stderr_line("mqtt: --auth needs a username").run();
    run("-u me").stderr_line("mqtt: --auth needs a password").run();
    with_password("-u me -V 3.1.1")
        .stderr("mqtt: --auth needs MQTT 5, but MQTT 3.1.1 was requested\n")
        .run();
    with_password("-u").arg("").stderr("mqtt: the username is empty\n").run();
    let profile = "[profiles.p]\nauth = \"scram-sha-1\"\n";
    let run = peer.mqtt("pub").line("-t t -m x --profile p").config(profile).status(2);
    run.stderr_line("mqtt: *config.toml:2: --auth needs a username").run();
    peer.mqtt("pub")
        .line("-t t -m x --auth plain")
        .status(2)
        .stderr_line(
            "mqtt: invalid value 'plain' for '--auth <MECHANISM>': expected scram-sha-1, *",
        )
        .run();
}

#[test]
fn without_mqtt_5_nothing_is_tried() {
    let peer = peer(|conn, _| {
        conn.expect_connect();
        conn.connack_311(1);
        conn.expect_closed();
    });
    // A second connection would fail the test.
    publisher(&peer).status(4).stderr_anything().run();
}

#[test]
fn what_is_proved_is_not_sent_and_needs_no_warning() {
    let run = login(Mqtt::new("pub")).line("-t t -m x -h broker.example").status(3);
    // Through a proxy, on which nothing listens, every broker is another machine.
    run.line("--proxy socks5h://127.0.0.1:1").stderr_lacks("warning").run();
}
