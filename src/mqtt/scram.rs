//! SCRAM ([RFC 5802], [RFC 7677]): shows the broker that we know the password without telling it, and has the broker
//! show the same.
//!
//! ```text
//!  begin ─► client-first … server-first ─► challenge, derive ─► client-final … server-final ─► conclude
//! ```
//!
//! Channel binding is not offered. User name and password are used byte for byte: SASLprep, which changes nothing in
//! printable ASCII, is not applied to other characters, and brokers do not apply it either.

#![deny(clippy::indexing_slicing)]

use data_encoding::BASE64;
use ring::{digest, hmac};
use std::fmt;
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// Iterations that a broker may ask for. Fewer make it cheap to guess the password from a recorded exchange
/// ([RFC 7677, 4]); more would only keep the processor busy.
pub const ITERATIONS: RangeInclusive<u64> = 4_096..=10_000_000;

/// Longest message from the broker, in bytes. Answers to it fit a property.
const LONGEST: usize = 4_096;

/// Longest user name, in bytes after escaping.
const LONGEST_NAME: usize = 60_000;

/// No channel binding, and no other identity to act as.
const HEADER: &str = "n,,";

/// A mechanism of enhanced authentication: SCRAM with one of its hash functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// SCRAM-SHA-1.
    Sha1,
    /// SCRAM-SHA-256.
    Sha256,
    /// SCRAM-SHA-512.
    Sha512,
}

impl Mechanism {
    /// The Authentication Method.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SCRAM-SHA-1",
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha512 => "SCRAM-SHA-512",
        }
    }

    fn hash(self) -> &'static digest::Algorithm {
        self.hmac().digest_algorithm()
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

/// Why an authentication failed. Texts from the broker are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScramError {
    /// A message of the broker is malformed.
    Malformed(&'static str),
    /// The broker's nonce does not continue ours.
    Nonce,
    /// The broker requires an extension.
    Extension,
    /// The broker asks for too few iterations, or too many.
    Iterations(u64),
    /// The broker refused us with this error code.
    Refused(String),
    /// The broker accepted us and proved nothing.
    Unproven,
    /// The broker's proof is wrong.
    Impostor,
    /// The broker's maximum packet size is smaller than our answer.
    TooLarge,
}

impl ScramError {
    /// The error in a message of the broker, if it is one ([RFC 5802, 7]).
    pub fn in_message(message: &[u8]) -> Option<Self> {
        let code = message.strip_prefix(b"e=")?.split(|byte| *byte == b',').next()?;
        Some(Self::Refused(String::from_utf8_lossy(code).into_owned()))
    }

    /// Whether another password, or another user name, might be accepted.
    pub fn is_about_login(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// Whether another attempt would end the same way.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Refused(code) if code == "no-resources")
    }
}

impl fmt::Display for ScramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "the broker's SCRAM message is malformed: {what}"),
            Self::Nonce => f.write_str("the broker's SCRAM message does not continue our nonce"),
            Self::Extension => f.write_str("the broker requires an unknown extension of SCRAM"),
            Self::Iterations(count) => write!(
                f,
                "the broker asks for {count} iterations of SCRAM; only {} to {} are accepted",
                ITERATIONS.start(),
                ITERATIONS.end()
            ),
            Self::Refused(code) => {
                f.write_str("the broker refused the authentication: ")?;
                match in_words(code) {
                    Some(words) => write!(f, "{words} ({code})"),
                    None => f.write_str(code),
                }
            }
            Self::Unproven => f.write_str("the broker did not prove that it knows the password"),
            Self::Impostor => {
                f.write_str("the broker does not know the password: its proof is wrong")
            }
            Self::TooLarge => {
                f.write_str("the answer is larger than the broker's maximum packet size")
            }
        }
    }
}

/// What an error code means ([RFC 5802, 7]).
fn in_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid-proof" => "wrong password",
        "unknown-user" => "unknown user",
        "invalid-username-encoding" => "invalid user name",
        "no-resources" => "out of resources",
        "channel-bindings-dont-match"
        | "server-does-support-channel-binding"
        | "channel-binding-not-supported"
        | "unsupported-channel-binding-type" => "channel binding is not supported here",
        _ => return None,
    })
}

/// Checks whether SCRAM can express a user name.
///
/// # Errors
/// What is wrong with it, to follow "the user name".
pub fn check_name(name: &str) -> Result<(), &'static str> {
    match escaped(name).len() {
        0 => Err("is empty"),
        length if length > LONGEST_NAME => Err("is too long for SCRAM"),
        _ => Ok(()),
    }
}

fn escaped(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// One authentication, on the client's side.
pub struct Scram {
    mechanism: Mechanism,
    /// Ours, from client-first.
    nonce: String,
    /// What both sides have said, as far as they sign it: in the end, RFC 5802's AuthMessage.
    said: String,
    stage: Exchange,
}

enum Exchange {
    /// Client-first is sent.
    Greeted,
    /// Server-first has arrived; the text is client-final without the proof.
    Deriving(Derivation, String),
    /// Client-final is sent; the key checks the broker's signature.
    Answered(hmac::Key),
    /// The broker has proved that it knows the password.
    Proven(hmac::Key),
}

impl Scram {
    /// Begins; `nonce` must be unique, and consists of printable ASCII other than `,`.
    pub fn begin(mechanism: Mechanism, user: &str, nonce: &str) -> Self {
        let said = format!("n={},r={nonce}", escaped(user));
        Self { mechanism, nonce: nonce.to_owned(), said, stage: Exchange::Greeted }
    }

    /// The mechanism.
    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// Client-first, the message to begin with.
    pub fn first(&self) -> String {
        format!("{HEADER}{}", self.said)
    }

    /// Whether server-first is due.
    pub fn awaits_challenge(&self) -> bool {
        matches!(self.stage, Exchange::Greeted)
    }

    /// Whether server-final is due.
    pub fn awaits_proof(&self) -> bool {
        matches!(self.stage, Exchange::Answered(_))
    }

    /// Whether [`Scram::derive`] has something to do.
    pub fn is_deriving(&self) -> bool {
        matches!(self.stage, Exchange::Deriving(..))
    }

    /// Takes server-first; [`Scram::derive`] makes the answer.
    ///
    /// # Errors
    /// Why it cannot be answered.
    pub fn challenge(&mut self, message: &[u8], password: &[u8]) -> Result<(), ScramError> {
        let Challenge { nonce, salt, iterations } = Challenge::read(message)?;
        if nonce.len() <= self.nonce.len() || !nonce.starts_with(&self.nonce) {
            return Err(ScramError::Nonce);
        }
        // Both are text: the challenge was read as such.
        self.said.push(',');
        self.said.push_str(&String::from_utf8_lossy(message));
        let answer = format!("c={},r={nonce}", BASE64.encode(HEADER.as_bytes()));
        self.said.push(',');
        self.said.push_str(&answer);
        let derivation = Derivation::new(self.mechanism, password, &salt, iterations);
        self.stage = Exchange::Deriving(derivation, answer);
        Ok(())
    }

    /// Does up to `most` iterations of deriving the key from the password, which take time on purpose; returns
    /// client-final when all are done.
    pub fn derive(&mut self, most: u32) -> Option<String> {
        let Exchange::Deriving(derivation, answer) = &mut self.stage else { return None };
        if !derivation.advance(most) {
            return None;
        }
        let algorithm = self.mechanism.hmac();
        let salted = hmac::Key::new(algorithm, &derivation.sum);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored_key = digest::digest(self.mechanism.hash(), client_key.as_ref());
        let stored_key = hmac::Key::new(algorithm, stored_key.as_ref());
        let signature = hmac::sign(&stored_key, self.said.as_bytes());
        let proof: Vec<u8> =
            client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, by)| key ^ by).collect();
        let answer = format!("{answer},p={}", BASE64.encode(&proof));
        let server_key = hmac::sign(&salted, b"Server Key");
        self.stage = Exchange::Answered(hmac::Key::new(algorithm, server_key.as_ref()));
        Some(answer)
    }

    /// Checks that the broker has proved, now or before, that it knows the password; `message` is server-final, if it
    /// came just now.
    ///
    /// # Errors
    /// If it has not, or refuses us.
    pub fn conclude(&mut self, message: Option<&[u8]>) -> Result<(), ScramError> {
        if let Some(refusal) = message.and_then(ScramError::in_message) {
            return Err(refusal);
        }
        let (key, message) = match (&self.stage, message) {
            (Exchange::Proven(_), None) => return Ok(()),
            (Exchange::Answered(key) | Exchange::Proven(key), Some(message)) => (key, message),
            _ => return Err(ScramError::Unproven),
        };
        let signature = message.split(|byte| *byte == b',').next().unwrap_or_default();
        let signature = signature.strip_prefix(b"v=").and_then(|text| BASE64.decode(text).ok());
        let signature = signature.ok_or(ScramError::Malformed("no signature"))?;
        // Takes the same time wherever they differ.
        hmac::verify(key, self.said.as_bytes(), &signature).map_err(|_| ScramError::Impostor)?;
        self.stage = Exchange::Proven(key.clone());
        Ok(())
    }
}

/// Server-first.
struct Challenge<'a> {
    nonce: &'a str,
    salt: Vec<u8>,
    iterations: u32,
}

impl<'a> Challenge<'a> {
    fn read(message: &'a [u8]) -> Result<Self, ScramError> {
        if let Some(refusal) = ScramError::in_message(message) {
            return Err(refusal);
        }
        if message.len() > LONGEST {
            return Err(ScramError::Malformed("too long"));
        }
        let text = str::from_utf8(message).map_err(|_| ScramError::Malformed("not UTF-8"))?;
        if text.starts_with("m=") {
            return Err(ScramError::Extension);
        }
        // Further parts are extensions that may be ignored.
        let mut parts = text.split(',');
        let mut part = |name| parts.next().and_then(|part: &str| part.strip_prefix(name));
        let nonce = part("r=").filter(|nonce| nonce.bytes().all(|byte| byte.is_ascii_graphic()));
        let nonce = nonce.ok_or(ScramError::Malformed("no nonce"))?;
        let salt = part("s=").and_then(|salt| BASE64.decode(salt.as_bytes()).ok());
        let salt = salt.ok_or(ScramError::Malformed("no salt"))?;
        let digits = |text: &&str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        let count = part("i=").filter(digits).ok_or(ScramError::Malformed("no iteration count"))?;
        let count = count.parse().unwrap_or(u64::MAX);
        if !ITERATIONS.contains(&count) {
            return Err(ScramError::Iterations(count));
        }
        Ok(Self { nonce, salt, iterations: count as u32 })
    }
}

/// PBKDF2 with one block, which RFC 5802 calls `Hi`. Done here because it must be possible to pause.
struct Derivation {
    key: hmac::Key,
    last: hmac::Tag,
    sum: Zeroizing<Vec<u8>>,
    left: u32,
}

impl Derivation {
    fn new(mechanism: Mechanism, password: &[u8], salt: &[u8], iterations: u32) -> Self {
        let key = hmac::Key::new(mechanism.hmac(), password);
        let mut first = hmac::Context::with_key(&key);
        first.update(salt);
        first.update(&1_u32.to_be_bytes());
        let last = first.sign();
        let sum = Zeroizing::new(last.as_ref().to_vec());
        Self { key, last, sum, left: iterations.saturating_sub(1) }
    }

    /// Does up to `most` iterations, and returns whether that were all.
    fn advance(&mut self, most: u32) -> bool {
        let now = most.min(self.left);
        for _ in 0..now {
            self.last = hmac::sign(&self.key, self.last.as_ref());
            for (sum, byte) in self.sum.iter_mut().zip(self.last.as_ref()) {
                *sum ^= byte;
            }
        }
        self.left -= now;
        self.left == 0
    }
}

#[cfg(test)]
mod tests;
