//! Public keys identified by SHA-256, as in `curl --pinnedpubkey`.

use data_encoding::BASE64;
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use std::str::FromStr;

const PREFIX: &str = "sha256//";

/// The accepted keys: hashes of the SubjectPublicKeyInfo in DER (RFC 5280, section 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pins(Vec<[u8; SHA256_OUTPUT_LEN]>);

impl Pins {
    /// Whether this key is accepted.
    pub(super) fn contain(&self, key: &[u8]) -> bool {
        let hash = digest(&SHA256, key);
        self.0.iter().any(|pin| pin == hash.as_ref())
    }
}

impl FromStr for Pins {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pin = |text: &str| {
            let hash = BASE64.decode(text.trim().strip_prefix(PREFIX)?.as_bytes()).ok()?;
            hash.try_into().ok()
        };
        let pins: Option<_> = text.split(';').map(pin).collect();
        pins.map(Self).ok_or("a pin is sha256// and 44 base64 characters; separate several with ;")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_hashes_in_base64_and_nothing_else() {
        let hash =
            |text: &[u8]| format!("sha256//{}", BASE64.encode(digest(&SHA256, text).as_ref()));
        let pins: Pins = format!("{};{}", hash(b"one"), hash(b"two")).parse().unwrap();
        assert!(pins.contain(b"one") && pins.contain(b"two") && !pins.contain(b"three"));
        let short = "sha256//AAAA";
        let hex = format!("sha256//{}", "0".repeat(64));
        let bare = hash(b"x").replace(PREFIX, "");
        let empty = format!("{};", hash(b"x"));
        for bad in ["", "sha256//", short, &hex, &bare, &empty, "sha1//AAAA", "key.pem"] {
            assert!(bad.parse::<Pins>().is_err(), "{bad}");
        }
    }
}
