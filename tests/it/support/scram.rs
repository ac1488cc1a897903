//! The server's side of SCRAM (RFC 5802): other crates than the program's, written from the RFC's other half.
//!
//! It panics at what a client may not say.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::bytes::{Properties, property};
use super::conn::Conn;
use super::packet::Connect;

/// A hash function, by the name of its mechanism.
struct Hash {
    mechanism: &'static str,
    digest: fn(&[u8]) -> Vec<u8>,
    mac: fn(&[u8], &[u8]) -> Vec<u8>,
    derive: fn(&[u8], &[u8], u32) -> Vec<u8>,
}

macro_rules! hash {
    ($mechanism:literal, $digest:ty) => {
        Hash {
            mechanism: $mechanism,
            digest: |message| <$digest>::digest(message).to_vec(),
            mac: |key, message| {
                let mac = Hmac::<$digest>::new_from_slice(key).expect("a key of any length");
                mac.chain_update(message).finalize().into_bytes().to_vec()
            },
            derive: |password, salt, iterations| {
                let mut key = vec![0; <$digest>::output_size()];
                pbkdf2::pbkdf2_hmac::<$digest>(password, salt, iterations, &mut key);
                key
            },
        }
    };
}

static HASHES: [Hash; 3] =
    [hash!("SCRAM-SHA-1", Sha1), hash!("SCRAM-SHA-256", Sha256), hash!("SCRAM-SHA-512", Sha512)];

pub const MECHANISMS: [&str; 3] = ["scram-sha-1", "scram-sha-256", "scram-sha-512"];

/// The server's part in one exchange.
pub struct Scram {
    hash: &'static Hash,
    user: String,
    password: Vec<u8>,
    salt: Vec<u8>,
    iterations: u32,
    /// What the server adds to the nonce.
    pub nonce: String,
    client_first: String,
    server_first: String,
}

impl Scram {
    /// A server that knows one user, and asks for the fewest iterations.
    pub fn new(mechanism: &str, user: &str, password: impl AsRef<[u8]>) -> Self {
        let is_it = |hash: &&Hash| hash.mechanism.eq_ignore_ascii_case(mechanism);
        Self {
            hash: HASHES.iter().find(is_it).expect("a mechanism that there is"),
            user: user.to_owned(),
            password: password.as_ref().to_vec(),
            salt: b"salt\0\xff".to_vec(),
            iterations: 4_096,
            nonce: "3rfcNHYJY1ZVvWVs7j".to_owned(),
            client_first: String::new(),
            server_first: String::new(),
        }
    }

    pub fn salt(mut self, salt: &[u8], iterations: u32) -> Self {
        (self.salt, self.iterations) = (salt.to_vec(), iterations);
        self
    }

    /// The name of the mechanism.
    pub fn mechanism(&self) -> &'static str {
        self.hash.mechanism
    }

    /// Hears client-first and says server-first.
    #[track_caller]
    pub fn challenge(&mut self, client_first: &[u8]) -> String {
        let client_first = std::str::from_utf8(client_first).expect("client-first is UTF-8");
        let bare = client_first.strip_prefix("n,,").expect("no channel binding, no other identity");
        let (user, nonce) = bare.split_once(',').expect("a user and a nonce");
        let user = user.strip_prefix("n=").expect("the user comes first");
        let user = user.replace("=2C", ",").replace("=3D", "=");
        assert_eq!(user, self.user, "the user name");
        let nonce = nonce.strip_prefix("r=").expect("then the nonce");
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b',';
        assert!(nonce.len() >= 24 && nonce.bytes().all(printable), "{nonce}");
        self.client_first = bare.to_owned();
        let (all, salt) = (format!("{nonce}{}", self.nonce), BASE64.encode(&self.salt));
        self.server_first = format!("r={all},s={salt},i={}", self.iterations);
        self.server_first.clone()
    }

    /// Hears client-final and says server-final: the signature, or the error if the proof is wrong.
    #[track_caller]
    pub fn conclude(&self, client_final: &[u8]) -> Result<String, String> {
        let client_final = std::str::from_utf8(client_final).expect("client-final is UTF-8");
        let (without_proof, proof) = client_final.rsplit_once(",p=").expect("a proof at the end");
        let nonce = self.server_first.split(',').next().expect("it has been said");
        assert_eq!(without_proof, format!("c=biws,{nonce}"));
        let Hash { digest, mac, derive, .. } = self.hash;
        let salted = derive(&self.password, &self.salt, self.iterations);
        let stored = digest(&mac(&salted, b"Client Key"));
        let said = format!("{},{},{without_proof}", self.client_first, self.server_first);
        let signature = mac(&stored, said.as_bytes());
        let proof = BASE64.decode(proof.as_bytes()).expect("a proof in base64");
        let key: Vec<u8> = proof.iter().zip(&signature).map(|(proof, by)| proof ^ by).collect();
        if proof.len() != signature.len() || digest(&key) != stored {
            return Err("e=invalid-proof".to_owned());
        }
        let signature = mac(&mac(&salted, b"Server Key"), said.as_bytes());
        Ok(format!("v={}", BASE64.encode(&signature)))
    }
}

/// The properties of a packet with this method and data.
pub fn authentication(mechanism: &str, data: impl AsRef<[u8]>) -> Properties {
    let method = Properties::new().text(property::AUTHENTICATION_METHOD, mechanism);
    method.text(property::AUTHENTICATION_DATA, data)
}

/// Another step.
pub const CONTINUE: u8 = 0x18;

/// From the start once more.
pub const AGAIN: u8 = 0x19;

/// Both sides of an exchange on a connection.
impl Conn {
    /// CONNECT with client-first, answered with server-first.
    #[track_caller]
    pub fn challenge(&mut self, scram: &mut Scram) -> Connect {
        let connect = self.expect_connect();
        assert_eq!((&connect.username, &connect.password), (&None, &None), "neither is sent");
        let server_first = scram.challenge(check(scram, &connect.properties));
        self.auth(CONTINUE, authentication(scram.mechanism(), server_first));
        connect
    }

    /// AUTH with client-final; what to answer.
    #[track_caller]
    pub fn expect_proof(&mut self, scram: &Scram) -> Result<String, String> {
        let auth = self.expect_auth();
        assert_eq!(auth.reason, CONTINUE);
        scram.conclude(check(scram, &auth.properties))
    }

    /// Lets in a client that proves its password.
    #[track_caller]
    pub fn accept_proof(&mut self, scram: &mut Scram) -> Connect {
        let connect = self.challenge(scram);
        let server_final = self.expect_proof(scram).expect("the right password");
        self.connack_with(false, 0, authentication(scram.mechanism(), server_final));
        connect
    }
}

/// The data of a packet that must have the method.
#[track_caller]
pub fn check<'a>(scram: &Scram, properties: &'a Properties) -> &'a [u8] {
    let method = properties.bytes(property::AUTHENTICATION_METHOD);
    assert_eq!(method, Some(scram.mechanism().as_bytes()));
    properties.bytes(property::AUTHENTICATION_DATA).expect("it has data")
}
