//! The examples of the RFCs, and what is refused. `tests/it/scram.rs` tries it against an independent server.

#![allow(clippy::indexing_slicing)]

use super::*;

/// A mechanism, our nonce, server-first, client-final's proof, and server-final's signature, for `user` and `pencil`.
type Example = (Mechanism, &'static str, &'static str, &'static str, &'static str);

const EXAMPLES: [Example; 3] = [
    // RFC 5802, 5.
    (
        Mechanism::Sha1,
        "fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    // RFC 7677, 3.
    (
        Mechanism::Sha256,
        "rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
    // No RFC has one: the same, calculated with Python's hashlib and hmac.
    (
        Mechanism::Sha512,
        "rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
        "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
    ),
];

/// The exchange of an example, up to client-final.
fn answered((mechanism, nonce, server_first, ..): Example) -> (Scram, String) {
    let mut scram = Scram::begin(mechanism, "user", nonce);
    assert_eq!(scram.first(), format!("n,,n=user,r={nonce}"));
    scram.challenge(server_first.as_bytes(), b"pencil").unwrap();
    let answer = std::iter::repeat_with(|| scram.derive(1_000)).flatten().next().unwrap();
    (scram, answer)
}

/// What becomes of a client whose nonce is `ours` and that hears this server-first.
fn challenged(server_first: &[u8]) -> Result<(), ScramError> {
    Scram::begin(Mechanism::Sha256, "user", "ours").challenge(server_first, b"pencil")
}

#[test]
fn the_examples_of_the_rfcs_come_out_exactly() {
    for example in EXAMPLES {
        let (_, _, server_first, proof, signature) = example;
        let (mut scram, answer) = answered(example);
        let nonce = server_first.split(',').next().unwrap();
        assert_eq!(answer, format!("c=biws,{nonce},p={proof}"));
        assert!(scram.awaits_proof());
        assert_eq!(scram.conclude(Some(format!("v={signature}").as_bytes())), Ok(()));
        assert_eq!(scram.conclude(None), Ok(()), "it has been proved before");
    }
}

#[test]
fn any_other_signature_is_an_impostors() {
    for example in EXAMPLES {
        let genuine = BASE64.decode(example.4.as_bytes()).unwrap();
        for at in 0..genuine.len() {
            let mut forged = genuine.clone();
            forged[at] ^= 1;
            let (mut scram, _) = answered(example);
            let message = format!("v={}", BASE64.encode(&forged));
            assert_eq!(scram.conclude(Some(message.as_bytes())), Err(ScramError::Impostor));
            assert_eq!(scram.conclude(None), Err(ScramError::Unproven));
            if at > 0 {
                // Only a part of it.
                let message = format!("v={}", BASE64.encode(&genuine[..at]));
                assert_eq!(scram.conclude(Some(message.as_bytes())), Err(ScramError::Impostor));
            }
        }
        for message in ["", "v=", "v", "v=!", "x=rmF9pqV8S7suAoZWja4dJRkFsKQ="] {
            let (mut scram, _) = answered(example);
            let result = scram.conclude(Some(message.as_bytes()));
            assert!(
                matches!(result, Err(ScramError::Malformed(_) | ScramError::Impostor)),
                "{message}"
            );
        }
    }
}

#[test]
fn what_follows_the_signature_is_ignored() {
    for example in EXAMPLES {
        let (mut scram, _) = answered(example);
        assert_eq!(scram.conclude(Some(format!("v={},x=y", example.4).as_bytes())), Ok(()));
    }
}

#[test]
fn a_broker_that_has_not_answered_the_proof_has_proved_nothing() {
    let (mechanism, nonce, server_first, _, signature) = EXAMPLES[1];
    let server_final = format!("v={signature}");
    let mut scram = Scram::begin(mechanism, "user", nonce);
    for message in [None, Some(server_final.as_bytes())] {
        assert_eq!(scram.conclude(message), Err(ScramError::Unproven));
    }
    scram.challenge(server_first.as_bytes(), b"pencil").unwrap();
    assert!(scram.is_deriving() && scram.derive(4_094).is_none());
    for message in [None, Some(server_final.as_bytes())] {
        assert_eq!(scram.conclude(message), Err(ScramError::Unproven));
    }
    assert!(scram.derive(1).is_some() && scram.derive(1).is_none());
    assert_eq!(scram.conclude(None), Err(ScramError::Unproven));
}

#[test]
fn a_challenge_is_checked_before_it_costs_anything() {
    for (server_first, problem) in [
        (&b"r=ours+,s=QSXC,i=4096"[..], None),
        (b"r=ours+,s=,i=10000000", None),
        (b"r=ours+,s=QSXC,i=4096,x=ignored", None),
        (b"r=ours,s=QSXC,i=4096", Some(ScramError::Nonce)),
        (b"r=our,s=QSXC,i=4096", Some(ScramError::Nonce)),
        (b"r=theirs+,s=QSXC,i=4096", Some(ScramError::Nonce)),
        (b"r=+ours,s=QSXC,i=4096", Some(ScramError::Nonce)),
        (b"m=x,r=ours+,s=QSXC,i=4096", Some(ScramError::Extension)),
        (b"r=ours+,s=QSXC,i=4095", Some(ScramError::Iterations(4_095))),
        (b"r=ours+,s=QSXC,i=0", Some(ScramError::Iterations(0))),
        (b"r=ours+,s=QSXC,i=10000001", Some(ScramError::Iterations(10_000_001))),
        (b"r=ours+,s=QSXC,i=99999999999999999999", Some(ScramError::Iterations(u64::MAX))),
        (b"r=ours+,s=QSXC,i=", Some(ScramError::Malformed("no iteration count"))),
        (b"r=ours+,s=QSXC,i=+4096", Some(ScramError::Malformed("no iteration count"))),
        (b"r=ours+,s=QSXC", Some(ScramError::Malformed("no iteration count"))),
        (b"r=ours+,i=4096,s=QSXC", Some(ScramError::Malformed("no salt"))),
        (b"r=ours+,s=QSX,i=4096", Some(ScramError::Malformed("no salt"))),
        (b"r=ours \x01,s=QSXC,i=4096", Some(ScramError::Malformed("no nonce"))),
        (b"", Some(ScramError::Malformed("no nonce"))),
        (b"v=QSXC", Some(ScramError::Malformed("no nonce"))),
        (b"r=ours\xff,s=QSXC,i=4096", Some(ScramError::Malformed("not UTF-8"))),
        (b"e=unknown-user", Some(ScramError::Refused("unknown-user".to_owned()))),
        (b"e=x,y", Some(ScramError::Refused("x".to_owned()))),
    ] {
        assert_eq!(challenged(server_first).err(), problem, "{}", server_first.escape_ascii());
    }
    let long = |nonce| format!("r=ours{},s=QSXC,i=4096", "x".repeat(nonce));
    assert_eq!(challenged(long(4_000).as_bytes()), Ok(()));
    assert_eq!(challenged(long(4_090).as_bytes()), Err(ScramError::Malformed("too long")));
}

#[test]
fn user_names_are_escaped_and_must_fit() {
    let first = |user| Scram::begin(Mechanism::Sha1, user, "x").first();
    assert_eq!(first("a=b,c"), "n,,n=a=3Db=2Cc,r=x");
    assert_eq!(first("=2C"), "n,,n==3D2C,r=x");
    assert_eq!(first("\u{fc}\u{1f980}"), "n,,n=\u{fc}\u{1f980},r=x");
    assert_eq!(check_name("a"), Ok(()));
    assert_eq!(check_name(&",".repeat(20_000)), Ok(()));
    assert!(check_name("").is_err() && check_name(&",".repeat(20_001)).is_err());
}

#[test]
fn errors_are_told_in_words() {
    for (message, words) in [
        ("e=invalid-proof", "wrong password (invalid-proof)"),
        ("e=unknown-user,x", "unknown user (unknown-user)"),
        (
            "e=channel-binding-not-supported",
            "channel binding is not supported here (channel-binding-not-supported)",
        ),
        ("e=other-error", "other-error"),
    ] {
        let problem = ScramError::in_message(message.as_bytes()).unwrap();
        assert_eq!(problem.to_string(), format!("the broker refused the authentication: {words}"));
        assert!(problem.is_about_login() && problem.is_final());
    }
    assert!(!ScramError::Refused("no-resources".to_owned()).is_final());
    assert!(ScramError::Impostor.is_final() && !ScramError::Impostor.is_about_login());
    assert_eq!(ScramError::in_message(b"v=e="), None);
}
